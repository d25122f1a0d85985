"""`watcher test-notify`: a trial by the way of real news, that nobody can take for news."""

from __future__ import annotations

from mailbox import Maildir
from pathlib import Path

import pytest

from tests.cli.conftest import configure, watcher
from tests.cli.test_doctor import MAIL
from tests.notifiers.stages import NEVER, SECRET, mail_server, web_server

BOX = '[[recipient]]\nid = "box"\nchannel = "maildir"\nto = "box"\n'
HOOK = '[[recipient]]\nid = "hook"\nchannel = "webhook"\nto = "%s"\nsecret = "$HOOK_KEY"\n'


def test_each_recipient_gets_one_and_its_subject_says_that_it_is_no_news(home: Path) -> None:
    with mail_server() as stage:
        configure(home, extra=BOX + MAIL % stage.settings.port)
        said = watcher("test-notify")

    assert said.code == 0
    assert said.out.splitlines() == ["✓ box by maildir: sent", "✓ me by smtp: sent"]
    (mail,) = Maildir(home / "box", create=False)
    assert str(mail["Subject"]).startswith("Trial, no news: ")
    assert mail["In-Reply-To"] is None, "it stands in no thread of real news"
    assert [one["subject"].startswith("Trial, no news: ") for one in stage.inbox] == [True]
    assert not (home / "data").exists(), "no trace is left in the database"


def test_two_trials_are_two_messages(home: Path) -> None:
    configure(home, extra=BOX)

    watcher("test-notify", "box")
    watcher("test-notify", "box")

    assert len(list((home / "box" / "new").iterdir())) == 2


def test_a_webhook_is_told_that_it_is_a_trial(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_KEY", SECRET)
    with web_server("webhook", "http://127.0.0.1:{port}/in") as stage:
        configure(home, extra=HOOK % stage.recipient.address)
        told = watcher("test-notify", "--json").json()

    assert told == {"tried": [{"recipient": "hook", "channel": "webhook", "sent": True, "error": ""}]}
    assert b'"trial":true' in stage.inbox[0].body


def test_a_refusal_is_told_and_the_others_still_get_theirs(home: Path) -> None:
    with mail_server() as stage:
        stage.mood = NEVER
        configure(home, extra=BOX + MAIL % stage.settings.port)
        said = watcher("test-notify")

    assert said.code == 1
    assert "✓ box by maildir: sent" in said.out
    assert "✗ me by smtp: recipient refused: 550" in said.out
    assert "reader@example.org" not in said.out


def test_an_unknown_recipient_is_answered_with_those_that_there_are(home: Path) -> None:
    said = watcher("test-notify", "nobody")

    assert said.code == 2
    assert "'nobody' is no recipient; expected one of mailbox" in said.all
