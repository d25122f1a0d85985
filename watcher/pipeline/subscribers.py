"""Readers who subscribe on the page: their signed links, and how the cycles find them."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import overload
from zoneinfo import ZoneInfo

from notifiers import Recipient
from watcher.core.decision.timing import EVERY_DETAIL, DeliveryWindow, allowed_at, note_hours
from watcher.pipeline.announce import Route
from watcher.pipeline.deliver import ResolvedRecipient
from watcher.pipeline.delivery_context import ResolveRecipient
from watcher.store.records import Delivery, MetaKey, Subscriber
from watcher.store.store import Store

CHANNEL = "smtp"
PREFIX = "subscriber-"
CONFIRM, READER = "confirm", "reader"
GOOD_FOR = timedelta(hours=48)
"""How long a link to confirm holds, and how long an address that never confirmed is kept."""
NEVER = 0


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """Makes and reads the links of one watch; nobody without the key can make one, and none names an address."""

    key: bytes
    base_url: str
    """With a final slash."""
    zone: tzinfo = UTC
    """In which the watch tells times to those who subscribed."""

    def confirm(self, name: str, now: datetime) -> str:
        """The link that confirms a subscription, good for `GOOD_FOR`."""
        return f"{self.base_url}confirm/{self.token(CONFIRM, name, now + GOOD_FOR)}"

    def reader(self, name: str) -> str:
        """The link under every mail: to leave with one click, and to change or see what is kept."""
        return f"{self.base_url}unsubscribe/{self.token(READER, name)}"

    def token(self, purpose: str, name: str, until: datetime | None = None) -> str:
        """Name, end and signature; without `until` it holds for ever."""
        end = int(until.timestamp()) if until else NEVER
        return f"{name}.{end:x}.{self._sign(purpose, name, end)}"

    def read(self, purpose: str, token: str, now: datetime) -> str:
        """The name that a token was made for; empty where it was made for something else, by others, or has ended."""
        name, _, rest = token.partition(".")
        end_words, _, signature = rest.partition(".")
        try:
            end = int(end_words, 16)
        except ValueError:
            return ""
        good = hmac.compare_digest(signature.encode(), self._sign(purpose, name, end).encode())
        return name if good and (end == NEVER or now.timestamp() < end) else ""

    def _sign(self, purpose: str, name: str, end: int) -> str:
        return hmac.new(self.key, f"{purpose}\n{name}\n{end}".encode(), "sha256").hexdigest()[:40]


def signed_links(store: Store, base_url: str, secret: str = "", *, zone: str = "UTC") -> SignedLinks:
    """The links under the environment's key, or under one that is made once and kept in the store. Raises StoreError."""
    slashed = base_url if base_url.endswith("/") else f"{base_url}/"
    if secret:
        return SignedLinks(secret.encode(), slashed, ZoneInfo(zone))
    with store.writing() as tx:
        kept = tx.meta.get(MetaKey.LINK_KEY)
        if not kept:
            kept = secrets.token_hex(32)
            tx.meta.put(MetaKey.LINK_KEY, kept)
    return SignedLinks(kept.encode(), slashed, ZoneInfo(zone))


def new_name() -> str:
    """A name that says nothing of the address and that nobody can guess."""
    return f"{PREFIX}{secrets.token_hex(12)}"


def schedule_of(one: Subscriber, zone: str) -> DeliveryWindow:
    """When a subscriber may be written to."""
    return DeliveryWindow(ZoneInfo(zone), one.pace)


class SubscriberRoutes(Sequence[Route]):
    """The recipients of signals.toml and everyone who has confirmed, as they are at the moment of asking."""

    def __init__(self, declared: Sequence[Route], store: Store, *, zone: str = "UTC") -> None:
        """Nothing is read yet."""
        self.declared, self.store, self.zone = declared, store, zone

    def _all(self) -> list[Route]:
        with self.store.reading() as tx:
            confirmed = tx.subscribers.confirmed()
        return [*self.declared, *(self._reader(one) for one in confirmed)]

    def _reader(self, one: Subscriber) -> Route:
        wishes = schedule_of(one, self.zone)

        def at(moment: datetime, urgent: bool) -> datetime:  # noqa: FBT001 - the shape that the announcing stage asks for
            return allowed_at(moment, wishes, urgent=urgent)

        hours = note_hours(wishes)
        return Route(
            one.id,
            CHANNEL,
            "",
            frozenset(one.signals),
            operator=False,
            allowed_at=at,
            note_at=lambda moment: allowed_at(moment, hours),
            every_detail=one.pace == EVERY_DETAIL,
        )

    def __iter__(self) -> Iterator[Route]:
        """Everyone."""
        return iter(self._all())

    def __len__(self) -> int:
        """How many."""
        return len(self._all())

    @overload
    def __getitem__(self, index: int) -> Route: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Route]: ...
    def __getitem__(self, index: int | slice) -> Route | Sequence[Route]:
        """One of them, or some."""
        return self._all()[index]


def with_subscribers(declared: ResolveRecipient, store: Store, links: SignedLinks) -> ResolveRecipient:
    """Finds the recipients of signals.toml, and subscribers who are still confirmed, with their link to leave."""

    def find(delivery: Delivery) -> ResolvedRecipient | None:
        if not delivery.recipient.startswith(PREFIX):
            return declared(delivery)
        with store.reading() as tx:
            one = tx.subscribers.get(delivery.recipient)
        if one is None or one.confirmed_at is None:
            return None
        return ResolvedRecipient(
            Recipient(one.id, one.address),
            links.zone,
            frozenset(one.signals),
            links.reader(one.id),
            every_detail=one.pace == EVERY_DETAIL,
        )

    return find


def purge_unconfirmed(store: Store, now: datetime) -> int:
    """Forget addresses that never confirmed; how many. Raises StoreError."""
    before = now - GOOD_FOR
    with store.reading() as tx:
        if not tx.subscribers.has_unconfirmed(before):
            return 0
    with store.writing() as tx:
        return tx.subscribers.forget_unconfirmed(before)
