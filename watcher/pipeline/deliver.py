"""The third beat: due deliveries are claimed, rendered, sent and booked, each by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from notifiers import Message, NotSent
from notifiers.message import pack, unpack
from watcher.core.decision.delivery_window import allowed_at
from watcher.core.decision.pacing import retry_at
from watcher.mail import Recipient, render
from watcher.pipeline.delivery_context import (
    DeliveryContext,
    ResolvedRecipient,
    channels_of,
    mail_context,
    resolve_declared,
    resolve_public,
    timetable,
)
from watcher.pipeline.merge_deliveries import Batch, merge_deliveries
from watcher.store import Delivery, Store, StoreError, Transaction
from watcher.store.mailboxes import MOST_REFUSED

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
WITHIN = 0.8
"""Share of its lease that sending may take: after the lease another process may send the same."""
SILENT = "nothing more is sent there; `watcher recipients` says why"
"""Why a message is given up that was for somebody who is not written to any more: that has been told once, by itself."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one beat of delivering did."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    joined: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(self.sent + other.sent, self.retried + other.retried, self.dead + other.dead, self.joined + other.joined)


@dataclass(frozen=True, slots=True)
class _Run:
    """One beat at work."""

    store: Store
    office: DeliveryContext
    moment: Callable[[], datetime]
    """The beat's own time, which goes on while it sends: a rehearsal's is not the wall clock's."""
    leaving: asyncio.Event
    """Set when the watch is stopped: what has begun goes on, nothing else begins."""


async def deliver(store: Store, office: DeliveryContext, *, now: datetime) -> Counts:
    """Send everything that is due at `now`; one recipient's trouble is no other's. Raises StoreError.

    Cancelled, it waits a while for what is on its way, and gives back what has not begun.
    """
    begun = office.clock()
    shift = _Run(store, office, lambda: now + (office.clock() - begun), asyncio.Event())
    found = await _claimed(shift, now)
    # One for each channel: a mail server that answers late must not hold up the others.
    gates = {parcel.carrier.channel: asyncio.Semaphore(office.at_once) for parcel in found}
    sending = asyncio.gather(*(_guarded(gates[one.carrier.channel], shift, one) for one in found), return_exceptions=True)
    try:
        done = await asyncio.shield(sending)
    except asyncio.CancelledError:
        shift.leaving.set()
        await asyncio.wait([sending], timeout=office.patience.total_seconds())
        raise
    for failure in done:
        if isinstance(failure, BaseException):
            raise failure
    return sum((each for each in done if isinstance(each, Counts)), Counts())


async def _claimed(shift: _Run, now: datetime) -> list[Batch]:
    """What is due, taken off the event loop; cancelled meanwhile, all of it is given back."""
    claiming = asyncio.create_task(asyncio.to_thread(_claim, shift, now))
    try:
        return await asyncio.shield(claiming)
    except asyncio.CancelledError:
        with suppress(StoreError):  # then it waits for the end of its lease; to stop is what was asked for
            await _shielded(partial(_release, shift, *await claiming))
        raise


def _claim(shift: _Run, now: datetime) -> list[Batch]:
    with shift.store.writing() as tx:
        claimed = tx.deliveries.claim(now, shift.office.lease)
        digests = {name: digest for name in {each.digest for each in claimed} if (digest := tx.digests.get(name))}
    return merge_deliveries([each for each in claimed if each.digest in digests], digests)


async def _guarded(gate: asyncio.Semaphore, shift: _Run, parcel: Batch) -> Counts:
    """One parcel, in its turn, with the beat's edge around it: whatever goes wrong is booked on it."""
    begun = False
    async with gate:
        if shift.leaving.is_set():
            return await _shielded(partial(_release, shift, parcel))
        try:
            to = _addressee(shift, parcel.carrier)
            message = await asyncio.to_thread(_message, shift, parcel, to)  # a long letter takes a while to lay out
            settings = _settings(shift.office, parcel.carrier)
            notifier = await asyncio.to_thread(shift.office.load, parcel.carrier.channel)
            if not await asyncio.to_thread(_begin, shift, parcel, message):
                return Counts()
            begun = True
            async with asyncio.timeout(shift.office.lease.total_seconds() * WITHIN):
                await notifier.send(message, to.recipient, settings)
        except Exception as error:  # noqa: BLE001 - the edge of the beat: booked on this one delivery, and the others go on
            return await _shielded(partial(_record_failure, shift, parcel, error, begun=begun))
    return await _shielded(partial(_sent, shift, parcel))


async def _shielded(book: Callable[[], Counts]) -> Counts:
    """Book off the event loop what must be booked: once asked for it is done, even where the watch is stopped meanwhile."""
    # A future of the executor: it is no task, of which those that are left are cancelled at the end.
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, book))


def _sent(shift: _Run, parcel: Batch) -> Counts:
    """Book what the receiver has accepted."""
    with shift.store.writing() as tx:
        tx.deliveries.book_sent(parcel.carrier.id, shift.moment())
        tx.mailboxes.accept(parcel.carrier.recipient)
    return Counts(sent=1, joined=len(parcel.riders))


def _release(shift: _Run, *parcels: Batch) -> Counts:
    """Leave for the next start what has not begun: it need not wait for the end of a lease."""
    with shift.store.writing() as tx:
        tx.deliveries.give_back([each.id for one in parcels for each in (*one.riders, one.carrier)], shift.moment())
    return Counts()


def _addressee(shift: _Run, carrier: Delivery) -> ResolvedRecipient:
    """Who it is for. Raises NotSent for a reader who is gone, or an address that has said so."""
    to = shift.office.find(carrier)
    if to is None:
        raise NotSent("there is no such recipient any more", retry=False)
    with shift.store.reading() as tx:
        if tx.mailboxes.is_stopped(carrier.recipient, to.recipient.address):
            raise NotSent(SILENT, retry=False)
    return to


def _settings(office: DeliveryContext, carrier: Delivery) -> object:
    """How the channel is reached. Raises NotSent where the configuration has lost it: the operator may bring it back."""
    if carrier.channel not in office.channels:
        raise NotSent(f"the channel {carrier.channel} is not configured", retry=True)
    return office.channels[carrier.channel]


def _message(shift: _Run, parcel: Batch, to: ResolvedRecipient) -> Message:
    """The text that was kept for a repeat, else the digest rendered for its reader."""
    if parcel.carrier.message:
        return unpack(parcel.carrier.message)
    return render(parcel.digest, shift.office.desk, _reader(parcel.carrier, to), sent_at=shift.moment())


def _begin(shift: _Run, parcel: Batch, message: Message) -> bool:
    """Book that an attempt begins and with which words, and what rides along; False: somebody else has the delivery now."""
    with shift.store.writing() as tx:
        now = shift.moment()
        begun = tx.deliveries.start(parcel.carrier.id, now, lease=shift.office.lease, message=pack(message))
        for rider in parcel.riders if begun else ():
            tx.deliveries.join(rider.id, parcel.carrier.id, now)
        return begun


def _reader(carrier: Delivery, to: ResolvedRecipient) -> Recipient:
    return Recipient(
        id=carrier.recipient,
        message_id=carrier.message_id,
        zone=to.zone,
        signals=to.signals,
        unsubscribe_url=to.unsubscribe_url,
        unsubscribe_mailto=to.unsubscribe_mailto,
    )


def _record_failure(shift: _Run, parcel: Batch, error: Exception, *, begun: bool) -> Counts:
    """Book a refusal: again later, or never; and that an address is gone, where it says so."""
    carrier, now = parcel.carrier, shift.moment()
    refusal = error if isinstance(error, NotSent) else _internal_error(carrier, error, begun=begun)
    again = retry_at(now, attempts=carrier.attempts + 1, wait=refusal.wait, dice=shift.office.dice()) if refusal.retry else None
    to = shift.office.find(carrier)
    if again and to:
        again = allowed_at(again, to.hours, urgent=any(change.urgent for change in parcel.digest.transitions))
    with shift.store.writing() as tx:
        if not begun:
            tx.deliveries.start(carrier.id, now)
        reason = refusal.reason.replace(to.recipient.address, "the address") if to and to.recipient.address else refusal.reason
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
