"""The outbox emptied into real servers: nothing lost, nothing doubled, nobody waiting for somebody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

import notifiers
from notifiers import Recipient
from tests.mail.stories import CONTEXT, CORRECTION, EVENT, NOW, PASSED, SENATE, VERDICTS, digest
from tests.notifiers.stages import LATER, LOST, NEVER, SECRET, MailHandler, Stage, folder, mail_server, web_server
from watcher.core.decision.scheduled_notes import reminders
from watcher.core.decision.timing import DeliveryWindow
from watcher.core.model import Date, Digest
from watcher.pipeline.deliver import Counts, DeliveryContext, ResolvedRecipient, deliver, deliver_all
from watcher.store.records import Delivery, Outgoing, State
from watcher.store.store import Store

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def office(*stages: Stage, **changes: Any) -> DeliveryContext:
    """The office with these stages as its channels and recipients."""
    known = {stage.recipient.id: ResolvedRecipient(stage.recipient) for stage in stages}
    base = DeliveryContext(
        context=CONTEXT,
        find=lambda delivery: known.get(delivery.recipient),
        channels={stage.channel: stage.settings for stage in stages},
        clock=lambda: NOW,
        dice=lambda: 0.0,
    )
    return replace(base, **changes)


def put(store: Store, told: Digest, *stages: Stage, at: datetime = NOW) -> None:
    """Put a digest into the outbox for the recipients of these stages."""
    with store.writing() as tx:
        tx.digests.put(told, [Outgoing(stage.recipient.id, stage.channel, stage.recipient.address, at) for stage in stages])


def cycle(store: Store, at: datetime, *stages: Stage, **changes: Any) -> Counts:
    """One cycle at a time."""
    return asyncio.run(deliver(store, office(*stages, **changes), now=at))


def rows(store: Store) -> list[Delivery]:
    """The outbox, oldest first."""
    with store.reading() as tx:
        return tx.deliveries.of()[::-1]


def test_a_digest_arrives_once_and_a_second_cycle_sends_nothing(store: Store) -> None:
    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage) == Counts(sent=1)
        assert cycle(store, NOW + DAY, stage) == Counts()
        [mail] = stage.inbox
        [row] = rows(store)
        assert mail["Subject"] == "Senate vote: the Senate has passed the bill, 60-40"
        assert mail["Message-ID"] == row.message_id
        assert (row.state, row.sent_at, row.attempts, row.uncertain) == (State.SENT, NOW, 1, False)


def test_nothing_leaves_before_its_moment(store: Store) -> None:
    with mail_server() as stage:
        put(store, digest(PASSED), stage, at=NOW + HOUR)
        assert cycle(store, NOW, stage) == Counts()
        assert cycle(store, NOW + HOUR, stage) == Counts(sent=1)


def test_a_reminder_that_waited_for_the_morning_says_how_things_stand_then(store: Store) -> None:
    asked = replace(SENATE, dates=(Date("end", "the Congress ends", NOW + 5 * DAY, (DAY,)),))
    [before] = [verdict for verdict in VERDICTS if verdict.signal == SENATE.id]
    [note] = reminders([asked], {SENATE.id: before}, since=NOW + 3 * DAY, now=NOW + 4 * DAY)
    with store.writing() as tx:
        tx.verdicts.put(replace(before, headline_label="Sent back to its committee", word="No", as_of=NOW + 4 * DAY + HOUR))
    with mail_server() as stage:
        put(store, note, stage, at=NOW + 4 * DAY + 8 * HOUR)
        signals = {**CONTEXT.signals, SENATE.id: asked}
        assert cycle(store, NOW + 4 * DAY + 8 * HOUR, stage, context=replace(CONTEXT, signals=signals)).sent == 1
        [mail] = stage.inbox
        assert mail["Subject"].startswith("Reminder: ")
        words = " ".join(str(mail.get_body(("plain",)).get_content()).split())
        assert "No. Sent back to its committee" in words
        assert before.headline_label not in words


def test_one_recipients_trouble_is_no_others(store: Store, tmp_path: Path) -> None:
    with mail_server() as mail, folder(tmp_path) as box, web_server("webhook", "http://hooks.example.org:{port}/") as hook:
        box.recipient = replace(box.recipient, id="box")
        mail.mood = NEVER
        put(store, digest(PASSED), mail, box, hook)
        assert cycle(store, NOW, mail, box, hook) == Counts(sent=2, dead=1)
        assert [(row.recipient, row.state) for row in rows(store)] == [("reader", "dead"), ("box", "sent"), ("machine", "sent")]
        assert cycle(store, NOW + DAY, mail, box, hook) == Counts()
        assert len(box.subjects()) == len(hook.inbox) == 1


def test_a_grey_list_is_waited_for_and_the_repeat_is_the_same_mail(store: Store) -> None:
    with mail_server() as stage:
        stage.mood = LATER
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage) == Counts(retried=1)
        [row] = rows(store)
        assert (row.state, row.attempts, row.uncertain) == (State.PENDING, 1, False)
        assert "451" in row.error
        kept = row.message
        stage.mood = "accepts"
        renamed = replace(CONTEXT, title="Another name since", base_url="https://elsewhere.example.org")
        assert cycle(store, NOW + HOUR, stage, context=renamed) == Counts(sent=1)
        [mail] = stage.inbox
        assert mail["Message-ID"] == row.message_id
        assert "elsewhere" not in str(mail)
        assert kept


def test_after_three_days_of_refusals_it_is_a_dead_letter_that_can_be_revived(store: Store) -> None:
    with mail_server() as stage:
        stage.mood = LATER
        put(store, digest(PASSED), stage)
        now, tries = NOW, 0
        while (row := rows(store)[0]).state is State.PENDING:
            assert row.next_at is not None
            now, tries = max(now, row.next_at), tries + 1
            cycle(store, now, stage)
        assert tries == 10
        assert timedelta(days=3) <= now - NOW <= timedelta(days=4)
        assert row.state is State.DEAD
        stage.mood = "accepts"
        assert cycle(store, now + DAY, stage) == Counts()
        with store.writing() as tx:
            assert tx.deliveries.revive([row.id], now + DAY) == 1
        assert cycle(store, now + DAY, stage) == Counts(sent=1)


def test_a_line_that_dropped_after_the_mail_was_taken_is_uncertain_and_the_repeat_has_the_same_identity(store: Store) -> None:
    with mail_server() as stage:
        stage.mood = LOST
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage) == Counts(retried=1)
        assert rows(store)[0].uncertain
        stage.mood = "accepts"
        assert cycle(store, NOW + HOUR, stage) == Counts(sent=1)
        first, second = stage.inbox
        assert first.as_bytes() == second.as_bytes()
        assert rows(store)[0].uncertain, "the page goes on to show that it may have come twice"


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """A notifier that is killed before or after the server took the mail."""

    Settings = object

    def __init__(self, *, after: bool) -> None:
        self.after = after

    async def send(self, message: Any, recipient: Recipient, settings: Any) -> None:
        if self.after:
            await notifiers.load("smtp").send(message, recipient, settings)
        raise Killed


@pytest.mark.parametrize(("after", "copies"), [(False, 1), (True, 2)])
def test_a_kill_while_sending_loses_nothing_and_repeats_under_the_same_identity(store: Store, after: bool, copies: int) -> None:  # noqa: FBT001 - a table
    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        with pytest.raises(Killed):
            cycle(store, NOW, stage, load=lambda _: Dying(after=after))
        assert cycle(store, NOW + SECOND, stage) == Counts(), "its lease still runs"
        assert cycle(store, NOW + HOUR, stage) == Counts(sent=1)
        assert len(stage.inbox) == copies
        assert len({mail.as_bytes() for mail in stage.inbox}) == 1
        assert rows(store)[0].uncertain


def test_gone_is_remembered_until_the_address_is_another(store: Store) -> None:
    with web_server("webhook", "http://hooks.example.org:{port}/in") as stage:
        stage.mood = NEVER
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage) == Counts(dead=1)
        stage.mood = "accepts"
        put(store, digest(EVENT, kind="baseline"), stage)
        assert cycle(store, NOW, stage) == Counts(dead=1)
        assert stage.inbox == []
        assert rows(store)[1].error == "nothing more is sent there; `watcher recipients` says why"
        stage.recipient = replace(stage.recipient, address=stage.recipient.address + "2")
        put(store, digest(CORRECTION, kind="operator"), stage)
        assert cycle(store, NOW, stage) == Counts(sent=1)
        with store.reading() as tx:
            assert stage.recipient.address[:20] not in tx.meta.get("gone:machine")


def test_a_busy_receiver_is_given_the_time_that_it_asks_for(store: Store) -> None:
    answers = {"busy": (429, {"Retry-After": "7200"})}
    with web_server("webhook", "http://hooks.example.org:{port}/", answers=answers) as stage:
        stage.mood = "busy"
        put(store, digest(PASSED), stage)
        cycle(store, NOW, stage)
        assert rows(store)[0].next_at == NOW + 2 * HOUR


def test_a_repeat_keeps_to_the_quiet_hours_unless_it_is_urgent(store: Store) -> None:
    with mail_server() as stage:
        stage.mood = LATER
        hours = DeliveryWindow(quiet=(time(22), time(7)))
        quiet = {"find": lambda _: ResolvedRecipient(stage.recipient, hours=hours)}
        put(store, digest(EVENT), stage)
        cycle(store, NOW, stage, **quiet)
        assert rows(store)[0].next_at == NOW.replace(hour=7, minute=0) + DAY
        put(store, digest(PASSED, kind="operator"), stage)
        cycle(store, NOW, stage, **quiet)
        assert rows(store)[1].next_at == NOW + 5 * SECOND


def test_what_is_booked_does_not_hold_the_address(store: Store) -> None:
    class Chatty:
        Settings = object

        async def send(self, message: Any, recipient: Recipient, settings: Any) -> None:
            raise notifiers.NotSent(f"550 {recipient.address}: no such user", retry=False)

    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        cycle(store, NOW, stage, load=lambda _: Chatty())
        assert rows(store)[0].error == "550 the address: no such user"


def test_a_recipient_who_is_gone_from_the_configuration_is_a_dead_letter(store: Store) -> None:
    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage, find=lambda _: None) == Counts(dead=1)
        assert rows(store)[0].error == "there is no such recipient any more"


def test_a_channel_that_is_gone_from_the_configuration_may_come_back(store: Store) -> None:
    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage, channels={}) == Counts(retried=1)
        assert rows(store)[0].error == "the channel smtp is not configured"
        assert rows(store)[0].attempts == 1
        assert cycle(store, NOW + HOUR, stage) == Counts(sent=1)


def test_an_error_of_our_own_is_booked_without_its_words_and_the_others_go_on(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        Settings = object

        async def send(self, message: Any, recipient: Recipient, settings: Any) -> None:
            raise KeyError(SECRET)

    with mail_server() as mail, folder(tmp_path) as box:
        box.recipient = replace(box.recipient, id="box")
        put(store, digest(PASSED), mail, box)

        def load(name: str) -> Any:
            return Broken() if name == "smtp" else notifiers.load(name)

        assert cycle(store, NOW, mail, box, load=load) == Counts(sent=1, retried=1)
        assert rows(store)[0].error == "an error of our own: KeyError"
        assert "KeyError" in caplog.text


def test_news_that_waited_for_one_reader_travels_in_one_message(store: Store) -> None:
    with mail_server() as stage:
        put(store, replace(digest(PASSED), id="first"), stage)
        put(store, replace(digest(EVENT), id="second", at=NOW + HOUR), stage)
        assert cycle(store, NOW + HOUR, stage) == Counts(sent=1, joined=1)
        [mail] = stage.inbox
        assert mail["Subject"] == "Senate vote: the Senate has passed the bill, 60-40; also CAISI evaluation"
        carried, carrier = rows(store)
        assert (carried.state, carried.error) == (State.SENT, f"told in delivery {carrier.id}")
        assert mail["Message-ID"] == carrier.message_id
        assert cycle(store, NOW + DAY, stage) == Counts()


def test_joined_news_is_whole_in_the_repeat(store: Store) -> None:
    with mail_server() as stage:
        stage.mood = LATER
        put(store, replace(digest(PASSED), id="first"), stage)
        put(store, replace(digest(EVENT), id="second"), stage)
        assert cycle(store, NOW, stage) == Counts(retried=1)
        put(store, replace(digest(CORRECTION), id="third"), stage)
        stage.mood = "accepts"
        assert cycle(store, NOW + HOUR, stage) == Counts(sent=2)
        assert sorted(mail["Subject"] for mail in stage.inbox) == [
            "Correction, Senate vote: in committee, no vote",
            "Senate vote: the Senate has passed the bill, 60-40; also CAISI evaluation",
        ]


def test_the_time_of_the_cycle_goes_on_while_it_sends_also_in_a_rehearsal(store: Store) -> None:
    ticks = iter(NOW + timedelta(days=300) + number * SECOND for number in range(100))
    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW, stage, clock=lambda: next(ticks)) == Counts(sent=1)
        sent_at = rows(store)[0].sent_at
        assert sent_at is not None
        assert NOW < sent_at < NOW + 10 * SECOND


def test_a_lost_lease_is_not_sent(store: Store) -> None:
    jump = chain([NOW], repeat(NOW + DAY))
    with mail_server() as stage:
        put(store, digest(PASSED), stage)
        found = cycle(store, NOW, stage, clock=lambda: next(jump), lease=timedelta(microseconds=1))
        assert (found, stage.inbox) == (Counts(), [])


@pytest.mark.parametrize(("words", "asked"), [("550 5.1.1 no such user", 3), ("550 5.7.1 your address is on a list", 5)])
def test_a_mailbox_that_refuses_three_mails_for_good_is_written_to_no_more(store: Store, words: str, asked: int) -> None:
    class Refusing(MailHandler):
        async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return words

    with mail_server(handler=Refusing()) as stage:
        for number in range(5):
            put(store, replace(digest(PASSED), id=f"news-{number}"), stage, at=NOW + number * DAY)
            assert cycle(store, NOW + number * DAY, stage) == Counts(dead=1)
    assert sum("recipient refused" in row.error for row in rows(store)) == asked
    with store.reading() as tx:
        said = [act.what for act in tx.audit.of()]
    assert said == ([f"writes no more to {stage.recipient.id}"] if asked == 3 else [])


def many(stage: Stage, number: int) -> list[Stage]:
    """So many readers of one mail server."""
    return [replace(stage, recipient=Recipient(f"r{each}", f"r{each}@example.org")) for each in range(number)]


class Full(MailHandler):
    """Takes so many recipients, then none until it is told."""

    def __init__(self, room: int) -> None:
        self.room, self.asked = room, 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        if len(self.stage.inbox) >= self.room:
            return "421 4.7.0 Too many connections, try again later"
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_a_server_with_a_limit_costs_no_message_an_attempt_and_is_not_asked_for_each(store: Store) -> None:
    handler = Full(2)
    with mail_server(handler=handler) as stage:
        stage.settings = replace(stage.settings, connections=1)
        readers = many(stage, 6)
        put(store, digest(PASSED), *readers)
        assert cycle(store, NOW, *readers) == Counts(sent=2, put_off=4)
        assert handler.asked == 3, "after its answer the others wait"
        assert {(row.state, row.attempts) for row in rows(store)[2:]} == {(State.PENDING, 0)}
        handler.room = 100
        assert cycle(store, NOW + HOUR, *readers) == Counts(sent=4)
        assert sorted(mail["To"] for mail in stage.inbox) == [f"r{each}@example.org" for each in range(6)]


def test_a_server_that_never_takes_more_ends_as_any_other_that_refuses(store: Store) -> None:
    with mail_server(handler=Full(0)) as stage:
        put(store, digest(PASSED), stage)
        assert cycle(store, NOW + DAY, stage) == Counts(put_off=1)
        assert cycle(store, NOW + 3 * DAY, stage) == Counts(retried=1)
        assert rows(store)[0].attempts == 1


def test_no_more_leave_in_a_minute_than_the_channel_may_send(store: Store) -> None:
    with mail_server() as stage:
        stage.settings = replace(stage.settings, mails_per_minute=4)
        readers = many(stage, 10)
        put(store, digest(PASSED), *readers)
        assert cycle(store, NOW, *readers) == Counts(sent=4, paced=6)
        assert cycle(store, NOW + 30 * SECOND, *readers) == Counts()
        assert cycle(store, NOW + 61 * SECOND, *readers) == Counts(sent=4, paced=2)
        assert all(row.attempts == 0 for row in rows(store)[8:])


def test_all_that_is_due_is_sent_in_one_run_however_much_it_is(store: Store) -> None:
    with mail_server() as stage:
        stage.settings = replace(stage.settings, mails_per_minute=50)
        readers, waits, now = many(stage, 115), list[float](), [NOW]
        put(store, digest(PASSED), *readers)

        async def send(at: datetime) -> Counts:
            return await deliver(store, office(*readers), now=at)

        async def wait(seconds: float) -> None:
            waits.append(seconds)
            now[0] += timedelta(seconds=seconds + 1)

        async def run() -> Counts:
            return await deliver_all(send, await send(NOW), clock=lambda: now[0], pause=wait)

        assert asyncio.run(run()) == Counts(sent=115)
        assert len(stage.inbox) == 115
        assert waits == [60, 60]
        with store.reading() as tx:
            assert tx.deliveries.unsent(now[0]) == (0, None)
