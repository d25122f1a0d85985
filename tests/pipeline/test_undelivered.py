"""What could not be delivered, as a person sees it; and a slow server that holds nobody up."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from typer.testing import CliRunner

from tests.mail.stories import NOW, PASSED, digest
from tests.notifiers.stages import LATER, LOST, NEVER, MailHandler, Stage, folder, mail_server, web_server
from tests.pipeline.test_deliver import DAY, HOUR, cycle, office, put, rows
from tests.test_cycles import CONFIG
from tests.web.conftest import Site
from tests.web.consoles import Watch, words
from watcher.cli import app
from watcher.config.build import load
from watcher.pipeline.announce import send_reminders
from watcher.pipeline.deliver import Counts, deliver
from watcher.store.records import Delivery, State
from watcher.store.store import Store
from watcher.web.queries import SiteInfo, StoreQueries


def status(tmp_path: Path, url: str) -> list[str]:
    """What `watcher status` says of messages."""
    (tmp_path / "signals.toml").write_text(f'{CONFIG % ""}\n[store]\nurl = "{url}"\n', "utf-8")
    done = CliRunner().invoke(app, ["status", "--config", str(tmp_path / "signals.toml")])
    assert done.exit_code == 0, done.output
    return [line.strip() for line in done.output.splitlines() if " by smtp" in line or " by webhook" in line or "message" in line]


def messages(store: Store, tmp_path: Path) -> str:
    """What the console's page of messages says, by the configuration that `status` wrote."""
    config = load(tmp_path / "signals.toml", {})
    return words(Watch(config, store).signed_in().get("/console/messages"))


def log(store: Store) -> str:
    """What readers see of what was told."""
    return Site(StoreQueries(store, SiteInfo((), "Watch"), clock=lambda: NOW, cycle=lambda: NOW)).get("/log").text


def test_a_permanent_refusal_is_a_dead_letter_at_once_that_status_and_page_show(
    store: Store, tmp_path: Path, either_url: str
) -> None:
    with mail_server() as mail, web_server("webhook", "http://hooks.example.org:{port}/in") as hook:
        mail.mood, hook.mood = NEVER, NEVER
        put(store, digest(PASSED), mail, hook)
        assert cycle(store, NOW, mail, hook) == Counts(dead=2)
    assert status(tmp_path, either_url) == [
        "2 messages could not be delivered.",
        "machine by webhook: given up after 1 attempt (hooks.example.org answered 410 because)",
        "reader by smtp: given up after 1 attempt (recipient refused: 550 5.1.1 No such user)",
    ]
    page = messages(store, tmp_path)
    assert "given up: to machine by webhook" in page
    assert "given up: to reader by smtp" in page
    assert "recipient refused: 550 5.1.1 No such user" in page
    for_readers = log(store)
    assert for_readers.count("given up:</span> 1 message by ") == 2
    assert "No such user" not in for_readers


def test_what_is_to_be_tried_again_is_shown_with_its_reason_and_its_time(store: Store, tmp_path: Path, either_url: str) -> None:
    with mail_server() as mail:
        mail.mood = LATER
        put(store, digest(PASSED), mail)
        cycle(store, NOW, mail)
    assert status(tmp_path, either_url) == [
        "reader by smtp: refused after 1 attempt, next try 2026-12-09 22:41 UTC (recipient refused: 451 4.7.1 Greylisted, come back later)"
    ]
    page = messages(store, tmp_path)
    assert "reader by smtp" in page
    assert "next try" in page
    assert "reader" not in log(store).partition("Not delivered")[2].partition("</section>")[0]


def test_an_uncertain_mail_is_shown_until_and_after_its_repeat(store: Store, tmp_path: Path, either_url: str) -> None:
    with mail_server() as mail:
        mail.mood = LOST
        put(store, digest(PASSED), mail)
        cycle(store, NOW, mail)
        [told] = status(tmp_path, either_url)
        assert told.startswith("reader by smtp: uncertain: it may have arrived, next try 2026-12-09 22:41 UTC (after DATA: ")
        assert "may have arrived, is sent again: to reader by smtp" in messages(store, tmp_path)
        mail.mood = "accepts"
        cycle(store, NOW + HOUR, mail)
    assert status(tmp_path, either_url) == ["reader by smtp: sent; it may have arrived twice, under the same Message-ID"]
    assert "1 uncertain" in log(store)


def test_a_server_that_is_down_is_tried_again_with_longer_waits_and_nothing_is_uncertain(store: Store) -> None:
    with mail_server() as mail:
        mail.settings = replace(mail.settings, port=1)
        put(store, digest(PASSED), mail)
        waits, now = [], NOW
        for _ in range(4):
            assert cycle(store, now, mail) == Counts(retried=1)
            [row] = rows(store)
            assert row.next_at is not None
            assert not row.uncertain
            waits.append(row.next_at - now)
            now = row.next_at
    assert waits == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]


class Slow(MailHandler):
    """Answers only when a mail is in the folder."""

    def __init__(self, box: Path) -> None:
        self.box, self.saw_it = box, False

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, host: str, answers: list[str]) -> list[str]:  # noqa: N802 - aiosmtpd's name
        session.host_name, pause = host, threading.Event()
        for _ in range(200):
            self.saw_it = self.saw_it or any(self.box.iterdir())
            if self.saw_it:
                break
            pause.wait(0.05)
        return answers


def test_a_slow_mail_server_holds_no_other_channel_up(store: Store, tmp_path: Path) -> None:
    handler = Slow(tmp_path / "mailbox" / "new")
    with mail_server(handler=handler) as mail, folder(tmp_path) as box:
        box.recipient = replace(box.recipient, id="box")
        put(store, digest(PASSED), mail, box)
        assert cycle(store, NOW, mail, box, at_once=1) == Counts(sent=2)
        assert handler.saw_it, "the folder was served while the server was thinking"


class Silent(MailHandler):
    """Takes the mail and never says so."""

    def __init__(self) -> None:
        self.end = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        self.end.wait(20)
        return answer


def test_a_server_that_is_silent_after_the_mail_is_uncertain_and_the_repeat_is_the_same(store: Store) -> None:
    handler = Silent()
    with mail_server(handler=handler) as mail:
        patient, mail.settings = mail.settings, replace(mail.settings, timeout=timedelta(seconds=1))
        put(store, digest(PASSED), mail)
        assert cycle(store, NOW, mail) == Counts(retried=1)
        assert rows(store)[0].uncertain
        handler.end.set()
        mail.settings = patient
        assert cycle(store, NOW + DAY, mail) == Counts(sent=1)
        first, second = mail.inbox
        assert first.as_bytes() == second.as_bytes()
        assert [row.state for row in rows(store)] == [State.SENT]


def resend(tmp_path: Path, *words: str) -> tuple[int, str]:
    """What `watcher resend` answers."""
    done = CliRunner().invoke(app, ["resend", *words, "--config", str(tmp_path / "signals.toml")])
    return done.exit_code, " ".join(done.output.split())


def test_what_was_given_up_is_sent_again_when_a_person_asks_for_it(store: Store, tmp_path: Path, either_url: str) -> None:
    with mail_server() as mail, web_server("webhook", "http://hooks.example.org:{port}/in") as hook:
        mail.mood, hook.mood = NEVER, NEVER
        put(store, digest(PASSED), mail, hook)
        cycle(store, NOW, mail, hook)
        before = rows(store)
        status(tmp_path, either_url)
        assert resend(tmp_path, "nobody") == (1, "nothing was given up for nobody; `watcher status` lists what was")
        assert resend(tmp_path, "--since", "2099-01-01") == (0, "0 messages are due again")
        assert resend(tmp_path, "reader") == (0, "1 message is due again")
        assert resend(tmp_path, "--json") == (0, '{"resent": 1}')
        mail.mood = hook.mood = "accepts"
        later = max(row.next_at for row in rows(store) if row.next_at)
        assert cycle(store, later, mail, hook) == Counts(sent=2), "also the receiver that had answered 410"
        assert [row.message_id for row in rows(store)] == [row.message_id for row in before]
        assert mail.inbox[0]["Message-ID"] == before[0].message_id
    assert status(tmp_path, either_url) == []


def test_what_is_sent_again_has_its_three_days_again(store: Store, tmp_path: Path, either_url: str) -> None:
    with mail_server() as mail:
        mail.mood = NEVER
        put(store, digest(PASSED), mail)
        cycle(store, NOW, mail)
        status(tmp_path, either_url)
        resend(tmp_path)
        mail.mood = LATER
        later = rows(store)[0].next_at
        assert later is not None
        assert cycle(store, later, mail) == Counts(retried=1)


class Cut(MailHandler):
    """Takes the mail only when the watch has been told to stop."""

    def __init__(self) -> None:
        self.begun, self.told = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.begun.set()
        self.told.wait(20)
        return await super().handle_DATA(server, session, envelope)


def stopped(store: Store, handler: Cut, *stages: Stage, patience: timedelta, answers: bool = True) -> list[Delivery]:
    """The outbox after a cycle that was stopped while the first mail was on its way."""

    async def stop() -> None:
        working = asyncio.create_task(deliver(store, office(*stages, at_once=1, patience=patience), now=NOW))
        await asyncio.to_thread(handler.begun.wait, 20)
        working.cancel()
        await asyncio.sleep(0)
        if answers:
            handler.told.set()
        with pytest.raises(asyncio.CancelledError):
            await working

    put(store, digest(PASSED), *stages)
    asyncio.run(stop())
    handler.told.set()
    return rows(store)


def test_a_watch_that_is_stopped_ends_the_mail_on_its_way_and_gives_the_others_back(store: Store) -> None:
    handler = Cut()
    with mail_server(handler=handler) as mail:
        other = replace(mail, recipient=replace(mail.recipient, id="other"))
        first, second = stopped(store, handler, mail, other, patience=timedelta(seconds=20))
        assert (first.state, first.uncertain) == (State.SENT, False)
        assert (second.state, second.next_at, second.attempts) == (State.PENDING, NOW, 0), "due at once"
        assert cycle(store, NOW, mail, other) == Counts(sent=1)


def test_a_watch_that_is_stopped_waits_no_longer_than_its_patience(store: Store) -> None:
    handler = Cut()
    with mail_server(handler=handler) as mail:
        other = replace(mail, recipient=replace(mail.recipient, id="other"))
        first, second = stopped(store, handler, mail, other, patience=timedelta(milliseconds=100), answers=False)
        assert [first.state, second.state] == [State.LEASED, State.PENDING], "what waited for its turn is given back"
        assert cycle(store, NOW + HOUR, mail, other) == Counts(sent=2)
        assert [row.uncertain for row in rows(store)] == [True, False]


class Stuck:
    """A channel that never comes back."""

    Settings = object

    async def send(self, *told: object) -> None:
        await asyncio.Event().wait()


def test_sending_ends_before_its_lease_does(store: Store) -> None:
    with mail_server() as mail:
        put(store, digest(PASSED), mail)
        assert cycle(store, NOW, mail, load=lambda _: Stuck(), longest=timedelta(milliseconds=200)) == Counts(retried=1)
        [row] = rows(store)
        assert (row.state, row.error, row.uncertain) == (State.PENDING, "sending took too long", True)


def test_a_channel_that_hangs_ends_its_cycle_and_what_was_not_begun_is_due_in_the_next(store: Store) -> None:
    short: dict[str, Any] = {"at_once": 1, "longest": timedelta(milliseconds=400), "begins_within": timedelta(milliseconds=100)}
    with mail_server() as mail:
        readers = [replace(mail, recipient=replace(mail.recipient, id=name)) for name in ("ada", "bob", "eve")]
        put(store, digest(PASSED), *readers)
        assert cycle(store, NOW, *readers, load=lambda _: Stuck(), **short) == Counts(retried=1)
        assert [(row.state, row.attempts) for row in rows(store)] == [(State.PENDING, 1), (State.PENDING, 0), (State.PENDING, 0)]
        with store.reading() as tx:
            assert tx.deliveries.unsent(NOW + HOUR)[0] == 3, "none of them is forgotten where somebody asks what was left"
        assert cycle(store, NOW + HOUR, *readers) == Counts(sent=3)


class Patient(Stuck):
    """A channel that comes back when it is let."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()

    async def send(self, *told: object) -> None:
        await self.may_end.wait()


def test_a_lease_is_renewed_as_long_as_sending_takes_and_nobody_else_sends(store: Store) -> None:
    async def sent() -> tuple[Counts, Counts]:
        began, slow = datetime.now(UTC), Patient()
        real = office(mail, load=lambda _: slow, clock=lambda: datetime.now(UTC), lease=timedelta(seconds=2))
        sending = asyncio.create_task(deliver(store, real, now=NOW))
        while not any((row.lease_until or NOW) > NOW + timedelta(seconds=3) for row in rows(store)):
            await asyncio.sleep(0)
            assert not sending.done()
        others = await deliver(store, real, now=NOW + (datetime.now(UTC) - began))
        slow.may_end.set()
        return others, await sending

    with mail_server() as mail:
        put(store, digest(PASSED), mail)
        assert asyncio.run(sent()) == (Counts(), Counts(sent=1))


def test_sending_ends_before_a_lease_that_could_not_be_renewed(tmp_path: Path) -> None:
    async def sent(store: Store) -> Counts:
        real = office(mail, load=lambda _: Locking(), clock=lambda: datetime.now(UTC), lease=timedelta(seconds=1))
        return await deliver(store, real, now=NOW)

    class Locking(Stuck):
        async def send(self, *told: object) -> None:
            locked.execute("BEGIN IMMEDIATE")
            try:
                await asyncio.Event().wait()
            finally:
                locked.execute("ROLLBACK")

    with (
        mail_server() as mail,
        Store.open(f"sqlite:///{tmp_path}/watch.db", wait=0.05) as store,
        closing(sqlite3.connect(tmp_path / "watch.db", isolation_level=None)) as locked,
    ):
        put(store, digest(PASSED), mail)
        assert asyncio.run(sent(store)) == Counts(retried=1)
        [row] = rows(store)
        assert (row.error, row.uncertain) == ("sending took too long", True)


@pytest.mark.parametrize("begun", [False, True])
def test_what_a_kill_leaves_behind_is_sent_a_minute_later(store: Store, *, begun: bool) -> None:
    with mail_server() as mail:
        put(store, digest(PASSED), mail)
        lease = office().lease
        with store.writing() as tx:  # as a process does that is killed then
            [taken] = tx.deliveries.claim(NOW, lease)
            if begun:
                tx.deliveries.start(taken.id, NOW + timedelta(seconds=5), lease=lease)
        assert cycle(store, NOW + timedelta(seconds=70), mail) == Counts(sent=1)


def words_of(tmp_path: Path, url: str, *words: str) -> str:
    """What a command prints about this outbox."""
    text = f'{CONFIG % ""}\n[smtp]\nhost = "mail.example.org"\nfrom = "watch@example.org"\n'
    text += '[[recipient]]\nid = "reader"\nchannel = "smtp"\nto = "reader@example.org"\n'
    (tmp_path / "signals.toml").write_text(f'{text}\n[store]\nurl = "{url}"\n', "utf-8")
    done = CliRunner().invoke(app, [*words, "--config", str(tmp_path / "signals.toml")])
    assert done.exit_code == 0, done.output
    return done.output


def dead_mailbox(store: Store, many: int = 3) -> None:
    """So many mails in a row to a mailbox that is not there, each followed by what the operator is told."""
    with mail_server() as mail:
        mail.mood = NEVER
        for number in range(many):
            at = NOW + number * DAY
            put(store, replace(digest(PASSED), id=f"news-{number}"), mail, at=at)
            cycle(store, at, mail)
            send_reminders(store, (), {}, now=at, zone=UTC)


def test_a_dead_mailbox_is_told_to_the_operator_once_and_shown_wherever_one_looks(
    store: Store, tmp_path: Path, either_url: str
) -> None:
    dead_mailbox(store, many=6)

    with store.reading() as tx:
        notes = [each.notes[1] for each in tx.digests.of() if each.kind == "operator"][::-1]
    refused = "to reader by smtp: recipient refused: 550 5.1.1 No such user"
    assert notes == [refused, refused, f"{refused}; nothing more is sent there until `watcher recipients revive`"]
    told = f"reader is sent nothing more since {NOW + 2 * DAY:%Y-%m-%d}: its mailbox refused 3 mails in a row for good"
    assert told in words_of(tmp_path, either_url, "status")
    assert told in messages(store, tmp_path)
    assert told not in log(store)
    assert words_of(tmp_path, either_url, "recipients").splitlines() == [
        "reader by smtp, at once: nothing sent yet, 6 given up, 3 refused in a row",
        f"  {told.removeprefix('reader is ')}",
    ]


def test_a_mailbox_that_was_dropped_or_revived_by_hand_is_written_to_accordingly(
    store: Store, tmp_path: Path, either_url: str
) -> None:
    dead_mailbox(store)
    words_of(tmp_path, either_url, "recipients", "revive", "reader", "--by", "Ann", "--reason", "a new box")
    words_of(tmp_path, either_url, "resend", "reader")
    later = datetime.now(UTC) + DAY
    with mail_server() as mail:
        assert cycle(store, later, mail) == Counts(sent=3), "what was missed arrives"
        words_of(tmp_path, either_url, "recipients", "drop", "reader", "--by", "Ann")
        put(store, replace(digest(PASSED), id="news-9"), mail, at=later)
        assert cycle(store, later, mail) == Counts(dead=1)
        assert len(mail.inbox) == 3
    assert json.loads(words_of(tmp_path, either_url, "recipients", "--json"))["recipients"][0]["stopped"]
    with store.reading() as tx:
        assert [(act.who, act.what, act.why) for act in tx.audit.of()] == [
            ("Ann", "writes no more to reader", "dropped by hand"),
            ("Ann", "writes to reader again", "a new box"),
            ("watch", "writes no more to reader", "its mailbox refused 3 mails in a row for good"),
        ]


@pytest.mark.parametrize("words", [("drop",), ("drop", "reader"), ("revive", "nobody", "--by", "Ann")])
def test_whom_and_who_must_be_said(store: Store, tmp_path: Path, either_url: str, words: tuple[str, ...]) -> None:
    words_of(tmp_path, either_url, "recipients")
    done = CliRunner().invoke(app, ["recipients", *words, "--config", str(tmp_path / "signals.toml")])
    assert done.exit_code == 2
    with store.reading() as tx:
        assert tx.mailboxes.stopped() == ()
