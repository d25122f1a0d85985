"""The third stage: due deliveries are claimed, rendered, sent and recorded, each by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import partial

from notifiers import Message, NotSent, Send
from notifiers.message import pack, unpack
from watcher.core.decision.digest import net_changes
from watcher.core.decision.scheduled_notes import renewed
from watcher.core.decision.timing import allowed_at, retry_at
from watcher.core.model import Digest
from watcher.mail import Recipient, render
from watcher.pipeline.delivery_context import (
    SILENT,
    Channel,
    DeliveryContext,
    ResolvedRecipient,
    channels_of,
    mail_context,
    resolve_declared,
    resolve_public,
    standings_for_notes,
    timetable,
)
from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.recipients import MOST_REFUSED
from watcher.store.records import Delivery
from watcher.store.store import Store, Transaction

__all__ = [
    "Counts",
    "DeliveryContext",
    "ResolvedRecipient",
    "channels_of",
    "deliver",
    "mail_context",
    "resolve_declared",
    "resolve_public",
    "timetable",
]

log = logging.getLogger(__name__)
MINUTE = timedelta(minutes=1)
PROMPT = 2.0
"""Seconds that is waited for the end of a cycle before others may begin beside it."""
MAX_BUSY_TIME = timedelta(days=3)
"""For so long a receiver that takes nothing more for now costs a message no attempt."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one cycle of delivering did."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    joined: int = 0
    put_off: int = 0
    """The other side takes nothing more for now."""
    paced: int = 0
    """More than the channel may send in a minute: due again in one."""

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class _Run:
    """One cycle at work."""

    store: Store
    office: DeliveryContext
    moment: Callable[[], datetime]
    """The cycle's own time, which goes on while it sends: a rehearsal's is not the wall clock's."""
    leaving: asyncio.Event
    """Set when the watch is stopped, or the cycle lasts long: what has begun goes on, nothing else begins."""
    leases: Leases
    busy: dict[str, NotSent] = field(default_factory=dict)
    """Channels whose other side takes nothing more for now: the rest of the cycle does not ask it."""


async def deliver(store: Store, office: DeliveryContext, *, now: datetime) -> Counts:
    """Send everything that is due at `now`; one recipient's trouble is no other's. Raises StoreError.

    Cancelled, it waits a while for what is on its way, and gives back what has not begun; so it does where the cycle lasts long.
    """
    begun = office.clock()

    def moment() -> datetime:
        return now + (office.clock() - begun)

    run = _Run(store, office, moment, asyncio.Event(), Leases(store, moment, office.lease, office.longest))
    async with AsyncExitStack() as stack:
        async with office.opened.claiming:
            claimed, paced = await _claimed(run, now)
        await stack.enter_async_context(run.leases.kept(_numbers(claimed), now))
        # One for each channel: a mail server that answers late must not hold up the others.
        names = {one.carrier.channel for one in claimed}
        channels = {name: await stack.enter_async_context(office.opened.using(name, office)) for name in names}
        ending = asyncio.get_running_loop().call_later(office.begins_within.total_seconds(), run.leaving.set)
        stack.callback(ending.cancel)
        tasks = (_guarded(channels[one.carrier.channel], run, one) for one in claimed)
        return await _all(run, asyncio.gather(*tasks, return_exceptions=True)) + Counts(paced=paced)


class Postman:
    """Has cycles overlap: what waits for a receiver that does not answer goes on beside the next, which takes what has room."""

    def __init__(self) -> None:
        """Nothing is being sent."""
        self._cycles = set[asyncio.Future[Counts]]()
        self._done = Counts()

    async def send(self, cycle: Callable[[], Awaitable[Counts]], wait: float | None = PROMPT) -> Counts:
        """Begin a cycle and wait so long for its end; what was done since the last call. Raises what a cycle has raised."""
        self._cycles.add(task := asyncio.ensure_future(cycle()))
        await asyncio.wait([task], timeout=wait)
        ended = {each for each in self._cycles if each.done()}
        self._cycles -= ended
        failures = [each.exception() for each in ended if not each.cancelled()]
        self._done = sum((each.result() for each in ended if not each.cancelled() and not each.exception()), self._done)
        for failure in filter(None, failures):
            raise failure
        done, self._done = self._done, Counts()
        return done

    def leave(self) -> list[asyncio.Future[Counts]]:
        """Begin no message any more; what ends when the messages on their way have ended, or their patience."""
        for task in self._cycles:
            task.cancel()
        return list(self._cycles)


async def deliver_all(
    send: Callable[[datetime], Awaitable[Counts]],
    first: Counts,
    *,
    clock: Callable[[], datetime],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Counts:
    """Go on after a first cycle until nothing due is left but what others refuse, as fast as the channels' own pace allows."""
    total = last = first
    while last.paced or last.sent or last.dead:
        if last.paced:
            await pause(MINUTE.total_seconds())
        last = await send(clock())
        total += last
    return replace(total, paced=0)


async def _all(run: _Run, sending: asyncio.Future[list[Counts | BaseException]]) -> Counts:
    """What they did together; where the watch is stopped, what is on its way is waited for a while."""
    try:
        done = await asyncio.shield(sending)
    except asyncio.CancelledError:
        run.leaving.set()
        await asyncio.wait([sending], timeout=run.office.patience.total_seconds())
        raise
    for failure in done:
        if isinstance(failure, BaseException):
            raise failure
    return sum((each for each in done if isinstance(each, Counts)), Counts())


async def _claimed(run: _Run, now: datetime) -> tuple[list[Batch], int]:
    """What is due, taken off the event loop, and how many had to wait; cancelled meanwhile, all of it is given back."""
    claiming = asyncio.create_task(asyncio.to_thread(_claim, run, now))
    try:
        return await asyncio.shield(claiming)
    except asyncio.CancelledError:
        with suppress(StoreError):  # then it waits for the end of its lease; to stop is what was asked for
            await _shielded(partial(_release, run, *(await claiming)[0]))
        raise


def _claim(run: _Run, now: datetime) -> tuple[list[Batch], int]:
    """What may leave now, and how many more than the channels may send in a minute: these are due in one."""
    with run.store.writing(OUTBOX) as tx:
        opened, room = run.office.opened, _room(tx, run.office, now)
        tx.deliveries.hold(opened.sending, now + run.office.lease)
        claimed = tx.deliveries.claim(now, run.office.lease, full=opened.full(failed=False), failing=opened.full(failed=True))
        digests = {name: digest for name in {each.digest for each in claimed} if (digest := _digest(tx, run.office, name, now))}
        found = merge_deliveries([each for each in claimed if each.digest in digests], digests)
        ready, late = list[Batch](), list[Batch]()
        for one in found:
            channel = one.carrier.channel
            fits = room.get(channel, 1) > 0
            (ready if fits else late).append(one)
            if fits and channel in room:
                room[channel] -= 1
        tx.deliveries.give_back(_numbers(late), now + MINUTE)
    return ready, len(late)


def _digest(tx: Transaction, office: DeliveryContext, name: str, now: datetime) -> Digest | None:
    """What a delivery says; a reminder that waited (a quiet night) says how things stand now."""
    digest = tx.digests.get(name)
    if digest is None or digest.kind != "reminder" or digest.at == now:
        return digest
    signals = office.context.signals
    return renewed(digest, signals.values(), standings_for_notes(tx, signals), now=now, then=tx.verdicts.as_of)


def _room(tx: Transaction, office: DeliveryContext, now: datetime) -> dict[str, int]:
    """How many messages each channel may still send in this minute, where that has a bound."""
    paces = {name: getattr(settings, "mails_per_minute", 0) for name, settings in office.channels.items()}
    return {name: most - tx.deliveries.begun_since(name, now - MINUTE, now) for name, most in paces.items() if most}


def _numbers(batches: Iterable[Batch]) -> list[int]:
    return [each.id for one in batches for each in (*one.riders, one.carrier)]


async def _guarded(channel: Channel, run: _Run, batch: Batch) -> Counts:
    """One batch, in its turn, with the cycle's edge around it: whatever goes wrong is recorded on it."""
    begun, opened = False, run.office.opened
    async with (
        opened.used(batch.carrier.channel, channel),
        channel.turn(failed=batch.carrier.attempts > 0, leaving=run.leaving) as ours,
    ):
        if not ours or run.leaving.is_set():
            return await _shielded(partial(_release, run, batch))
        try:
            to = _addressee(run, batch.carrier)
            message = await asyncio.to_thread(_message, run, batch, to)  # a long letter takes a while to lay out
            send = await _sender(channel, run, batch.carrier)
            if not await asyncio.to_thread(_begin, run, batch, message):
                return Counts()
            begun = True
            with opened.sent(batch.carrier.id):
                await run.leases.send(batch.carrier.id, send(message, to.recipient))
        except Exception as error:  # noqa: BLE001 - the edge of the cycle: recorded on this one delivery, and the others go on
            if isinstance(error, NotSent) and error.busy:
                run.busy[batch.carrier.channel] = error
            return await _shielded(partial(_record_failure, run, batch, error, begun=begun))
    return await _shielded(partial(_sent, run, batch))


async def _sender(channel: Channel, run: _Run, carrier: Delivery) -> Send:
    """How the channel's messages are handed over. Raises NotSent where it is not configured."""
    return await channel.sender(partial(run.office.load, carrier.channel), _settings(run.office, carrier))


async def _shielded(record: Callable[[], Counts]) -> Counts:
    """Record off the event loop what must be recorded: once asked for it is done, even where the watch is stopped meanwhile."""
    # A future of the executor: it is no task, of which those that are left are cancelled at the end.
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, record))


def _scope(batch: Batch) -> Scope:
    """Beside other recipients: what is counted of a mailbox is counted by one at a time."""
    return Scope(alone=(f"recipient {batch.carrier.recipient}",))


def _sent(run: _Run, batch: Batch) -> Counts:
    """Record what the receiver has accepted."""
    with run.store.writing(_scope(batch)) as tx:
        tx.deliveries.book_sent(batch.carrier.id, run.moment())
        tx.mailboxes.accept(batch.carrier.recipient)
    return Counts(sent=1, joined=len(batch.riders))


def _release(run: _Run, *batches: Batch) -> Counts:
    """Leave for the next start what has not begun: it need not wait for the end of a lease."""
    with run.store.writing(OUTBOX) as tx:
        tx.deliveries.give_back(_numbers(batches), run.moment())
    return Counts()


def _addressee(run: _Run, carrier: Delivery) -> ResolvedRecipient:
    """Who it is for. Raises NotSent for a reader who is gone, an address that has said so, and a channel that is busy."""
    if carrier.channel in run.busy:
        raise run.busy[carrier.channel]
    to = run.office.find(carrier)
    if to is None:
        raise NotSent("there is no such recipient any more", retry=False)
    with run.store.reading() as tx:
        if tx.mailboxes.is_stopped(carrier.recipient, to.recipient.address):
            raise NotSent(SILENT, retry=False)
    return to


def _settings(office: DeliveryContext, carrier: Delivery) -> object:
    """How the channel is reached. Raises NotSent where the configuration has lost it: the operator may bring it back."""
    if carrier.channel not in office.channels:
        raise NotSent(f"the channel {carrier.channel} is not configured", retry=True)
    return office.channels[carrier.channel]


def _message(run: _Run, batch: Batch, to: ResolvedRecipient) -> Message:
    """The text that was kept for a repeat, else the digest rendered for its reader."""
    if batch.carrier.message:
        return unpack(batch.carrier.message)
    return render(batch.digest, run.office.context, _reader(batch.carrier, to), sent_at=run.moment())


def _begin(run: _Run, batch: Batch, message: Message) -> bool:
    """Record that an attempt begins and with which words, and what rides along; False: somebody else has the delivery now."""
    with run.store.writing(_scope(batch)) as tx:
        now = run.moment()
        begun = tx.deliveries.start(batch.carrier.id, now, lease=run.office.lease, message=pack(message))
        for rider in batch.riders if begun else ():
            tx.deliveries.join(rider.id, batch.carrier.id, now)
        return begun


def _reader(carrier: Delivery, to: ResolvedRecipient) -> Recipient:
    return Recipient(
        id=carrier.recipient,
        message_id=carrier.message_id,
        zone=to.zone,
        signals=to.signals,
        unsubscribe_url=to.unsubscribe_url,
        unsubscribe_mailto=to.unsubscribe_mailto,
        every_detail=to.every_detail,
    )


def _record_failure(run: _Run, batch: Batch, error: Exception, *, begun: bool) -> Counts:
    """Record a refusal: put off, again later, or never; and that an address is gone, where it says so."""
    carrier, now = batch.carrier, run.moment()
    refusal = error if isinstance(error, NotSent) else _internal_error(carrier, error, begun=begun)
    busy = refusal.busy and now - carrier.created_at < MAX_BUSY_TIME
    to, again = run.office.find(carrier), None
    if busy:
        again = now + (refusal.wait or MINUTE)
    elif refusal.retry:
        again = retry_at(now, attempts=carrier.attempts + 1, wait=refusal.wait, dice=run.office.dice())
    if again and to:
        again = allowed_at(again, to.hours, urgent=any(change.urgent for change in batch.digest.transitions))
    with run.store.writing(_scope(batch)) as tx:
        if not begun and not tx.deliveries.start(carrier.id, now):
            return Counts()  # somebody else has the delivery now
        reason = refusal.reason.replace(to.recipient.address, "the address") if to and to.recipient.address else refusal.reason
        if busy and again:
            tx.deliveries.put_off(carrier.id, reason, again)
            return Counts(put_off=1)
        tx.deliveries.book_failed(carrier.id, reason, again, uncertain=refusal.uncertain)
        if to:
            _count(tx, to, refusal, now)
    return Counts(retried=1) if again else Counts(dead=1)


def _count(tx: Transaction, to: ResolvedRecipient, refusal: NotSent, now: datetime) -> None:
    """Send nothing more to a receiver that says so, or whose mailbox has refused too many mails in a row for good."""
    name, address = to.recipient.id, to.recipient.address
    if refusal.gone:
        tx.mailboxes.stop(name, address, now, by="watch", why="the receiver answered that it wants nothing more")
    elif refusal.refused and tx.mailboxes.refuse(name):
        tx.mailboxes.stop(name, address, now, by="watch", why=f"its mailbox refused {MOST_REFUSED} mails in a row for good")


def _internal_error(carrier: Delivery, error: Exception, *, begun: bool) -> NotSent:
    """An error that no notifier foresaw; its words go to the log, for they may hold what the page must not show."""
    log.error("delivery %s", carrier.id, exc_info=error)
    if isinstance(error, TimeoutError):
        return NotSent("sending took too long", retry=True, uncertain=begun)
    return NotSent(f"an error of our own: {type(error).__name__}", retry=True, uncertain=begun)


@dataclass(frozen=True, slots=True)
class Batch:
    """One message to be: the delivery that carries it, those whose news travels in it, and what it says."""

    carrier: Delivery
    riders: tuple[Delivery, ...]
    digest: Digest


def merge_deliveries(claimed: Sequence[Delivery], digests: Mapping[str, Digest]) -> list[Batch]:
    """One parcel for each delivery, or for all fresh news of one reader; the newest delivery carries it.

    A delivery that was tried before stays as it is: its text under its Message-ID may be with the reader already.
    """
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    for each in claimed:
        fresh = each.attempts == 0 and not each.message and digests[each.digest].kind == "news"
        key = (each.recipient, each.channel, each.address) if fresh else (each.id,)
        groups.setdefault(key, []).append(each)
    return [_batch(sorted(group, key=lambda each: (digests[each.digest].at, each.id)), digests) for group in groups.values()]


def _batch(group: Sequence[Delivery], digests: Mapping[str, Digest]) -> Batch:
    *riders, carrier = group
    newest = digests[carrier.digest]
    if not riders:
        return Batch(carrier, (), newest)
    told = net_changes(transition for each in group for transition in digests[each.digest].transitions)
    notes = tuple(dict.fromkeys(note for each in group for note in digests[each.digest].notes))
    return Batch(carrier, tuple(riders), replace(newest, transitions=told, notes=notes))


OUTBOX = Scope(alone=("outbox",))
"""Of all processes one at a time claims what is due: so the pace of a channel holds for all of them together."""
WITHIN = 0.8
"""Share of a lease after which sending ends where it could not be renewed: another process may send the same soon."""
RENEW = 0.3
"""Share of a lease after which it is renewed."""


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of one cycle."""

    store: Store
    moment: Callable[[], datetime]
    lease: timedelta
    longest: timedelta
    """How long sending one message may take."""
    limits: dict[int, asyncio.Timeout] = field(default_factory=dict)
    """When what is being sent is given up, by the number of its delivery."""

    @asynccontextmanager
    async def kept(self, numbers: Sequence[int], claimed_at: datetime) -> AsyncIterator[None]:
        """Renew what was claimed while the block runs."""
        renewing = asyncio.create_task(self._keep(list(numbers), claimed_at + self.lease))
        try:
            yield
        finally:
            renewing.cancel()

    async def send(self, number: int, sending: Awaitable[None]) -> None:
        """Send while the lease holds, and for no longer than sending may take. Raises TimeoutError, and what sending raises."""
        try:
            async with (
                asyncio.timeout(self.longest.total_seconds()),
                asyncio.timeout(self.lease.total_seconds() * WITHIN) as limit,
            ):
                self.limits[number] = limit
                await sending
        finally:
            self.limits.pop(number, None)

    async def _keep(self, numbers: list[int], until: datetime) -> None:
        loop, seconds = asyncio.get_running_loop(), self.lease.total_seconds()
        while numbers:
            await asyncio.sleep(seconds * RENEW)
            begun, now = loop.time(), self.moment()
            if now >= until:
                return  # too late: somebody else may have them
            try:
                held = await asyncio.to_thread(self._renew, numbers, now)
            except StoreError:
                continue  # what is being sent ends before its lease does
            until = now + self.lease
            for number in held & self.limits.keys():
                self.limits[number].reschedule(begun + seconds * WITHIN)

    def _renew(self, numbers: list[int], now: datetime) -> set[int]:
        with self.store.writing(OUTBOX) as tx:
            return tx.deliveries.renew(numbers, now, now + self.lease)
