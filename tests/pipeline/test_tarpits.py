"""Receivers that take what they are given and never answer: the messages of all others leave at once, and none leaves twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifiers import Recipient
from tests.mail.stories import NOW, PASSED, digest
from tests.notifiers.stages import MailHandler, Stage, answering, folder, mail_server, web_server
from tests.pipeline.test_daemon import BOUND, HOUR, SHORT, Counted, context
from tests.pipeline.test_deliver import DAY, cycle, office, put, rows
from watcher.pipeline.daemon import Daemon
from watcher.pipeline.deliver import Counts, Postman, deliver
from watcher.store.records import State
from watcher.store.store import Store


async def until(seen: Callable[[], bool]) -> None:
    """Wait for it, as long as a test may."""
    async with asyncio.timeout(BOUND):
        while not seen():  # noqa: ASYNC110 - the servers answer in threads of their own
            await asyncio.sleep(0.01)


class Watch:
    """A running watch, whose outbox a test fills."""

    def __init__(self, store: Store, *stages: Stage, **changes: Any) -> None:
        self.store, self.now = store, [NOW]
        self.office = office(*stages, clock=lambda: self.now[0], patience=timedelta(0), longest=HOUR, **changes)
        self.daemon = Daemon(replace(context(store, Counted()), deliver=self.deliver), clock=lambda: self.now[0], pause=SHORT)

    async def deliver(self, now: datetime) -> Counts:
        return await deliver(self.store, self.office, now=now)

    def look(self) -> None:
        """Have it look for what is due, as when news is announced."""
        self.now[0] += timedelta(seconds=10)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.daemon.start()
        try:
            yield
        finally:
            await self.daemon.stop()


class Tarpit:
    """A mail server that greets and never answers."""

    def __init__(self) -> None:
        self.calls = self.most = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        self.most = max(self.most, self.calls)
        writer.write(b"220 mail.example.org ESMTP\r\n")
        try:
            while await reader.read(1000):
                pass
        finally:
            self.calls -= 1
            writer.transport.abort()


def readers(stage: Stage, *names: str) -> list[Stage]:
    """The same channel for several readers."""
    return [replace(stage, recipient=replace(stage.recipient, id=name, address=f"{name}@example.org")) for name in names]


def test_a_mail_server_that_never_answers_delays_no_other_channel_and_no_later_news(store: Store, tmp_path: Path) -> None:
    pit = Tarpit()

    async def live(mail: Stage, hook: Stage, box: Stage) -> None:
        async with answering(pit.answer) as port:
            mail.settings = replace(mail.settings, port=port, timeout=HOUR)
            many = readers(mail, "ada", "bob", "eve", "joe")
            watch = Watch(store, *many, hook, box)
            put(store, digest(PASSED), *many, hook)
            async with watch.running():
                await until(lambda: len(hook.inbox) == 1 and pit.calls == 2)
                for told in (1, 2):  # while it hangs
                    put(store, replace(digest(PASSED), id=f"later-{told}"), *many, hook, box)
                    watch.look()
                    await until(lambda told=told: len(hook.inbox) == told + 1 and len(box.subjects()) == told)
                assert pit.calls == 2, "still two messages on their way"

    with (
        mail_server() as mail,
        web_server("webhook", "http://hooks.example.org:{port}/in") as hook,
        folder(tmp_path) as box,
    ):
        sound, box.recipient = mail.settings, replace(box.recipient, id="box")
        asyncio.run(live(mail, hook, box))
        assert pit.most == mail.settings.connections == 2, "the bound holds for all cycles together"
        mail.settings = sound
        many = readers(mail, "ada", "bob", "eve", "joe")
        cycle(store, NOW + DAY, *many, hook, box)
        assert {row.state for row in rows(store)} == {State.SENT}
        assert (len(hook.inbox), len(box.subjects())) == (3, 2), "nothing twice"
        assert len({one["Message-ID"] for one in mail.inbox}) == len(mail.inbox)
        assert {str(one["To"]).partition("@")[0].rpartition("<")[2] for one in mail.inbox} == {"ada", "bob", "eve", "joe"}


class Forgetful(MailHandler):
    """Answers nothing about readers whose name begins with old, once it has refused them."""

    def __init__(self) -> None:
        self.hangs, self.asked = False, 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if address.startswith("old"):
            if not self.hangs:
                return "451 4.7.1 Come back later"
            self.asked += 1
            await asyncio.Event().wait()
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_mailboxes_that_were_refused_and_then_hang_leave_a_connection_to_what_is_new(store: Store) -> None:
    handler = Forgetful()

    async def live(mail: Stage) -> None:
        old, new = readers(mail, "old-1", "old-2", "old-3"), readers(mail, "ada")
        watch = Watch(store, *old, *new)
        put(store, digest(PASSED), *old)
        await deliver(store, watch.office, now=NOW)
        handler.hangs = True
        watch.now[0] += HOUR  # they are due again
        async with watch.running():
            await until(lambda: handler.asked == 1)
            put(store, replace(digest(PASSED), id="later"), *new)
            watch.look()
            await until(lambda: len(mail.inbox) == 1)
        assert handler.asked == 1, "the others wait for their turn"

    with mail_server(handler=handler) as mail:
        mail.settings = replace(mail.settings, timeout=HOUR)
        asyncio.run(live(mail))


class Hooks:
    """A channel without a bound on connections, of whose receivers most never answer."""

    Settings = object

    def __init__(self) -> None:
        self.under_way, self.taken = list[str](), list[str]()

    async def send(self, _message: object, recipient: Recipient, _settings: object) -> None:
        if recipient.id != "sound":
            self.under_way.append(recipient.id)
            await asyncio.Event().wait()
        self.taken.append(recipient.id)


def test_receivers_that_hang_make_room_for_others_of_their_channel(store: Store) -> None:
    hooks = Hooks()

    async def live(hook: Stage) -> None:
        many = readers(hook, *(f"dead-{number}" for number in range(3)), "sound")
        watch = Watch(store, *many, at_once=2, slow_after=0.01, load=lambda _: hooks)
        put(store, digest(PASSED), *many)
        async with watch.running():
            await until(lambda: hooks.taken == ["sound"] and len(hooks.under_way) == len(many) - 1)
        assert sorted(hooks.under_way) == ["dead-0", "dead-1", "dead-2"], "they go on beside it"

    with web_server("webhook", "http://hooks.example.org:{port}/in") as hook:
        asyncio.run(live(hook))


def test_a_cycle_that_fails_later_is_told_and_what_another_has_sent_is_not_forgotten() -> None:
    async def live() -> None:
        postman, enough = Postman(), asyncio.Event()

        async def late() -> Counts:
            await enough.wait()
            raise OSError("the disk is full")

        async def sent() -> Counts:
            return Counts(sent=1)

        assert await postman.send(late, 0) == Counts()
        enough.set()
        await asyncio.sleep(0)
        with pytest.raises(OSError, match="the disk is full"):
            await postman.send(sent)
        assert await postman.send(sent) == Counts(sent=2)
        assert postman.leave() == []

    asyncio.run(live())


class Slow:
    """Receivers of which the first answer when they are told to."""

    Settings = object

    def __init__(self, hangs: int = 99) -> None:
        self.begun, self.hangs, self.answers = 0, hangs, asyncio.Event()

    async def send(self, _message: object, _recipient: Recipient, _settings: object) -> None:
        self.begun += 1
        if self.begun <= self.hangs:
            await self.answers.wait()


def test_a_clock_that_jumps_ahead_while_a_message_is_on_its_way_sends_it_no_second_time(store: Store) -> None:
    async def live(hook: Stage) -> None:
        hooks = Slow(hangs=1)
        watch = Watch(store, hook, load=lambda _: hooks)
        put(store, digest(PASSED), hook)
        first = asyncio.create_task(watch.deliver(NOW))
        await until(lambda: hooks.begun == 1)
        watch.now[0] += DAY  # the machine slept
        assert await asyncio.wait_for(watch.deliver(watch.now[0]), BOUND) == Counts(), "it is on its way"
        hooks.answers.set()
        assert await first == Counts(sent=1)
        assert await watch.deliver(watch.now[0]) == Counts()
        assert hooks.begun == 1

    with web_server("webhook", "http://hooks.example.org:{port}/in") as hook:
        asyncio.run(live(hook))


def test_who_slept_over_the_end_of_its_turn_sends_nothing_that_another_has_begun(store: Store) -> None:
    """Two watches on one database: the first claims two messages, hangs at one, and its second is claimed by the other watch."""

    async def live(hook: Stage) -> None:
        many = readers(hook, "ada", "bob")
        first, second = Slow(), Slow()
        slow = Watch(store, *many, at_once=1, slow_after=HOUR.total_seconds(), load=lambda _: first)
        quick = Watch(store, *many, load=lambda _: second)
        put(store, digest(PASSED), *many)
        cycle_of_first = asyncio.create_task(slow.deliver(NOW))
        await until(lambda: first.begun == 1)
        slow.now[0] = quick.now[0] = NOW + HOUR
        cycle_of_second = asyncio.create_task(quick.deliver(NOW + HOUR))
        await until(lambda: second.begun == 2)
        first.answers.set()
        await asyncio.wait_for(cycle_of_first, BOUND)
        assert first.begun == 1, "what waited is being sent by the other watch"
        second.answers.set()
        await asyncio.wait_for(cycle_of_second, BOUND)
        assert {row.state for row in rows(store)} == {State.SENT}

    with web_server("webhook", "http://hooks.example.org:{port}/in") as hook:
        asyncio.run(live(hook))


def test_what_waits_behind_a_receiver_that_hangs_is_given_back_when_the_watch_stops(store: Store) -> None:
    async def live(hook: Stage) -> None:
        many, hooks = readers(hook, "ada", "bob", "eve"), Slow()
        watch = Watch(store, *many, at_once=1, slow_after=HOUR.total_seconds(), load=lambda _: hooks)
        put(store, digest(PASSED), *many)
        async with watch.running():
            await until(lambda: hooks.begun == 1)
        await until(lambda: sorted(row.state for row in rows(store)) == [State.LEASED, State.PENDING, State.PENDING])

    with web_server("webhook", "http://hooks.example.org:{port}/in") as hook:
        asyncio.run(live(hook))


def test_another_configuration_shares_the_connections_of_what_is_still_on_its_way(store: Store) -> None:
    pit = Tarpit()

    async def live(mail: Stage) -> None:
        async with answering(pit.answer) as port:
            mail.settings = replace(mail.settings, port=port, timeout=HOUR)
            many = readers(mail, "ada", "bob", "eve", "joe")
            before = Watch(store, *many)
            after = Watch(store, *many, opened=before.office.opened)
            put(store, digest(PASSED), *many)
            async with before.running():
                await until(lambda: pit.calls == 2)
                put(store, replace(digest(PASSED), id="later"), *many)
                await before.daemon.change(replace(context(store, Counted()), deliver=after.deliver), lambda: None)
                sending = asyncio.create_task(after.deliver(NOW))
                await until(lambda: sending.done() or pit.calls > 2)
                assert pit.most == 2, "both connections are taken"
                assert await sending == Counts()

    with mail_server() as mail:
        asyncio.run(live(mail))
