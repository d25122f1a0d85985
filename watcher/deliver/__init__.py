"""The third beat: due deliveries are claimed, rendered, sent and booked, each by itself."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from notifiers import Message, NotSent
from notifiers.message import pack, unpack
from watcher.core.pacing import retry_at
from watcher.deliver.joining import Parcel, parcels
from watcher.deliver.office import Addressee, Office, channels_of, declared, desk_of, door, timetable
from watcher.render import Reader, render
from watcher.store import Delivery, Store

__all__ = ["Addressee", "Counts", "Office", "channels_of", "declared", "deliver", "desk_of", "door", "timetable"]

log = logging.getLogger(__name__)
GONE = "gone:"
"""Under this name and the recipient's id the store keeps the address that wants nothing more."""


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


async def deliver(store: Store, office: Office, *, now: datetime) -> Counts:
    """Send everything that is due at `now`; one recipient's trouble is no other's. Raises StoreError."""
    with store.writing() as tx:
        claimed = tx.deliveries.claim(now, office.lease)
        digests = {name: digest for name in {each.digest for each in claimed} if (digest := tx.digests.get(name))}
    gate = asyncio.Semaphore(office.at_once)
    found = parcels([each for each in claimed if each.digest in digests], digests)
    done = await asyncio.gather(*(_guarded(gate, store, office, parcel) for parcel in found))
    return sum(done, Counts())


async def _guarded(gate: asyncio.Semaphore, store: Store, office: Office, parcel: Parcel) -> Counts:
    """One parcel, in its turn, with the beat's edge around it: whatever goes wrong is booked on it."""
    begun = False
    async with gate:
        try:
            to = _addressee(store, office, parcel.carrier)
            message = _message(office, parcel, to)
            settings = _settings(office, parcel.carrier)
            if not _started(store, office, parcel, message):
                return Counts()
            begun = True
            await office.load(parcel.carrier.channel).send(message, to.recipient, settings)
        except Exception as error:  # noqa: BLE001 - the edge of the beat: booked on this one delivery, and the others go on
            return _refused(store, office, parcel.carrier, error, begun=begun)
    with store.writing() as tx:
        tx.deliveries.book_sent(parcel.carrier.id, office.clock())
    return Counts(sent=1, joined=len(parcel.riders))


def _addressee(store: Store, office: Office, carrier: Delivery) -> Addressee:
    """Who it is for. Raises NotSent for a reader who is gone, or an address that has said so."""
    to = office.find(carrier)
    if to is None:
        raise NotSent("there is no such recipient any more", retry=False)
    with store.reading() as tx:
        gone = tx.meta.get(f"{GONE}{carrier.recipient}")
    if gone == fingerprint(to.recipient.address):
        raise NotSent("the receiver has answered 410: it wants nothing more", retry=False)
    return to


def fingerprint(address: str) -> str:
    """An address as it may be remembered: it can hold a secret."""
    return hashlib.sha256(address.encode()).hexdigest()


def _settings(office: Office, carrier: Delivery) -> object:
    """How the channel is reached. Raises NotSent where the configuration has lost it: the operator may bring it back."""
    if carrier.channel not in office.channels:
        raise NotSent(f"the channel {carrier.channel} is not configured", retry=True)
    return office.channels[carrier.channel]


def _message(office: Office, parcel: Parcel, to: Addressee) -> Message:
    """The text that was kept for a repeat, else the digest rendered for its reader."""
    if parcel.carrier.message:
        return unpack(parcel.carrier.message)
    return render(parcel.digest, office.desk, _reader(parcel.carrier, to))


def _started(store: Store, office: Office, parcel: Parcel, message: Message) -> bool:
    """Book that an attempt begins and with which words, and what rides along; False: somebody else has the delivery now."""
    with store.writing() as tx:
        now = office.clock()
        begun = tx.deliveries.start(parcel.carrier.id, now, lease=office.lease, message=pack(message))
        for rider in parcel.riders if begun else ():
            tx.deliveries.join(rider.id, parcel.carrier.id, now)
        return begun


def _reader(carrier: Delivery, to: Addressee) -> Reader:
    return Reader(
        id=carrier.recipient,
        message_id=carrier.message_id,
        zone=to.zone,
        signals=to.signals,
        unsubscribe_url=to.unsubscribe_url,
        unsubscribe_mailto=to.unsubscribe_mailto,
    )


def _refused(store: Store, office: Office, carrier: Delivery, error: Exception, *, begun: bool) -> Counts:
    """Book a refusal: again later, or never; and that an address is gone, where it says so."""
    refusal = error if isinstance(error, NotSent) else _our_fault(carrier, error)
    now = office.clock()
    again = retry_at(now, attempts=carrier.attempts + 1, wait=refusal.wait, dice=office.dice()) if refusal.retry else None
    to = office.find(carrier) if refusal.gone else None
    with store.writing() as tx:
        if not begun:
            tx.deliveries.start(carrier.id, now)
        tx.deliveries.book_failed(carrier.id, refusal.reason, again, uncertain=refusal.uncertain)
        if to is not None:
            tx.meta.put(f"{GONE}{carrier.recipient}", fingerprint(to.recipient.address))
    return Counts(retried=1) if again else Counts(dead=1)


def _our_fault(carrier: Delivery, error: Exception) -> NotSent:
    """An error that no notifier foresaw; its words go to the log, for they may hold what the page must not show."""
    log.error("delivery %s", carrier.id, exc_info=error)
    return NotSent(f"an error of our own: {type(error).__name__}", retry=True)
