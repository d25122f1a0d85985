"""What every channel promises, in one table: a new channel adds its row to STAGES, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

import notifiers
from notifiers import NotSent
from tests.notifiers import stages as on
from tests.notifiers.stages import LATER, LOST, NEVER, Stage, message

# Apprise looks for an image library that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

Open = Callable[[Path], AbstractContextManager[Stage]]

STAGES: dict[str, Open] = {
    "smtp": lambda path: on.mail_server(),
    "smtp, refused after DATA": lambda path: on.mail_server(refused_at="DATA"),
    "maildir": on.folder,
    "webhook": lambda path: on.web_server("webhook", "http://hooks.example.org:{port}/in"),
    "apprise": lambda path: on.web_server("apprise", "json://127.0.0.1:{port}/in"),
}
NOWHERE = {
    "smtp": lambda stage, path: replace(stage, settings=replace(stage.settings, port=1)),
    "maildir": lambda stage, path: replace(stage, recipient=replace(stage.recipient, address="/dev/null/mailbox")),
    "webhook": lambda stage, path: replace(stage, recipient=replace(stage.recipient, address="http://hooks.example.org:1/in")),
    "apprise": lambda stage, path: replace(stage, recipient=replace(stage.recipient, address="json://127.0.0.1:1/in")),
}
NO_ADDRESS = {"smtp": "nobody", "webhook": "file:///etc/passwd", "apprise": "nonsense://"}
# What answers for itself: a disk neither puts off nor refuses for good.
ANSWERING = [name for name in STAGES if name != "maildir"]
# Apprise cannot say whether the line broke before or after the post was taken.
CERTAIN_OF_LOSS = ["smtp", "webhook"]


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    with STAGES[request.param](tmp_path) as opened:
        yield opened


def refusal(stage: Stage) -> NotSent:
    """Why the channel did not send."""
    with pytest.raises(NotSent) as told:
        asyncio.run(stage.send(message()))
    return told.value


def answering(name: str, mood: str, path: Path) -> NotSent:
    """What a channel says when the other side is in that mood."""
    with STAGES[name](path) as stage:
        stage.mood = mood
        return refusal(stage)


def test_every_channel_has_its_row() -> None:
    assert {name.partition(",")[0] for name in STAGES} == set(notifiers.names()) == set(NOWHERE)


def test_a_message_arrives_once_with_its_news(stage: Stage) -> None:
    asyncio.run(stage.send(message()))
    assert stage.subjects() == ["Senate vote: passed the Senate, 60-40"]


@pytest.mark.parametrize("name", ANSWERING)
def test_put_off_means_try_again(name: str, tmp_path: Path) -> None:
    told = answering(name, LATER, tmp_path)
    assert (told.retry, told.uncertain, told.gone) == (True, False, False)


@pytest.mark.parametrize("name", ANSWERING)
def test_refused_for_good_means_never_again(name: str, tmp_path: Path) -> None:
    told = answering(name, NEVER, tmp_path)
    assert (told.retry, told.uncertain) == (False, False)
    assert any(code in told.reason for code in ("550", "554", "410"))


@pytest.mark.parametrize("name", CERTAIN_OF_LOSS)
def test_a_line_dropped_after_the_message_was_taken_is_uncertain(name: str, tmp_path: Path) -> None:
    told = answering(name, LOST, tmp_path)
    assert (told.retry, told.uncertain) == (True, True)


def test_nobody_there_means_try_again(stage: Stage, tmp_path: Path) -> None:
    told = refusal(NOWHERE[stage.channel](stage, tmp_path))
    assert (told.retry, told.uncertain) == (True, False)
    assert told.reason


@pytest.mark.parametrize("name", NO_ADDRESS)
def test_an_address_that_is_none_is_final(name: str, tmp_path: Path) -> None:
    with STAGES[name](tmp_path) as stage:
        told = refusal(replace(stage, recipient=replace(stage.recipient, address=NO_ADDRESS[name])))
    assert (told.retry, told.uncertain) == (False, False)


# A webhook's payload is JSON, where a line end in a string is data.
@pytest.mark.parametrize("name", [name for name in STAGES if name != "webhook"])
def test_a_hostile_title_stays_on_its_line(name: str, tmp_path: Path) -> None:
    with STAGES[name](tmp_path) as stage:
        asyncio.run(stage.send(message(subject="Vote\r\nBcc: other@example.org\x00\u202e\ud800 <b>now</b>")))
        assert stage.subjects() == ["Vote Bcc: other@example.org <b>now</b>"]


def test_reasons_keep_secrets(stage: Stage) -> None:
    closed = NOWHERE[stage.channel](stage, Path())
    told = refusal(replace(closed, recipient=replace(closed.recipient, secret=on.SECRET)))
    assert on.SECRET not in told.reason
    assert on.SECRET not in repr(closed.recipient)


def test_an_unknown_channel_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="apprise, maildir, smtp, webhook"):
        notifiers.load("pigeon")


@pytest.mark.parametrize(
    ("channel", "offered", "words"),
    [
        ("smtp", {"sender": "watch@example.org"}, "smtp needs host"),
        ("smtp", {"host": "mail.example.org", "sender": ""}, "smtp needs sender"),
        ("smtp", {"host": "mail.example.org", "sender": "watch@example.org", "security": "ssl"}, "one of starttls, tls, none"),
        ("smtp", {"host": "mail.example.org", "sender": "w@e.org", "security": "none", "password": "p"}, "in the clear"),
        ("smtp", {"host": "192.0.2.1", "sender": "w@e.org", "security": "none", "token": "t"}, "in the clear"),
        ("webhook", {}, "webhook needs guard, clock"),
    ],
)
def test_impossible_settings_are_refused_in_words(channel: str, offered: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        notifiers.settings(channel, offered)


def test_a_password_may_go_to_a_relay_on_this_machine() -> None:
    offered = {"host": "localhost", "sender": "w@e.org", "security": "none", "password": "p"}
    assert notifiers.settings("smtp", offered).password == "p"
    assert "'p'" not in repr(notifiers.settings("smtp", offered))
