"""What sending needs beside the outbox: who the recipients are, how their channels are reached, and the guard of addresses."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import notifiers
from notifiers import Recipient, Send
from watcher.config.build import Config
from watcher.config.settings import Recipient as Declared
from watcher.core.decision.timing import EVERY_DETAIL, DeliveryWindow
from watcher.core.model import Signal, Verdict
from watcher.fetch.guard import Guard
from watcher.fetch.rate_limit import Places
from watcher.fetch.urls import UrlRejected
from watcher.mail import MailContext
from watcher.store.records import Delivery
from watcher.store.store import Transaction

ALWAYS = DeliveryWindow()
LEASE = timedelta(minutes=1)
"""Renewed while a message waits for its turn and is sent: a lease that runs out means that the process is gone."""
MAX_SEND_TIME = timedelta(minutes=12)
"""Longer than any notifier may take."""
CYCLE = timedelta(minutes=2)
"""A hundred mails to a server that never answers would take half an hour, and hold up newer ones to the same."""
SHUTDOWN_TIMEOUT = timedelta(seconds=8)
"""How long a watch that is stopped waits for what is on its way; a container is killed after ten seconds."""
SILENT = "nothing more is sent there; `watcher recipients` says why"
"""Why a message is given up that was for somebody who is not written to any more: that has been told once, by itself."""


SLOW_AFTER = 4.0
"""Seconds after which a message on its way makes room for another, where the channel has no bound on connections."""


@dataclass(frozen=True, slots=True)
class ResolvedRecipient:
    """Where a delivery goes, and how its reader wants to read."""

    recipient: Recipient
    zone: tzinfo = UTC
    signals: frozenset[str] = frozenset()
    unsubscribe_url: str = ""
    unsubscribe_mailto: str = ""
    hours: DeliveryWindow = ALWAYS
    """When a repeat may go out."""
    every_detail: bool = False
    """Whether details are told to them at once, and in no later message again."""


ResolveRecipient = Callable[[Delivery], ResolvedRecipient | None]
"""The reader of a delivery; None where there is none any more."""


class Channel:
    """One channel at work, for all cycles that overlap: several messages at once, over what it has opened."""

    def __init__(self, settings: object, at_once: int, *, slow_after: float, aside: int) -> None:
        """Nothing is opened yet; `aside` is how many slow messages may be under way beside the others."""
        self.settings = settings
        self._places = Places(at_once, patience=slow_after, aside=aside)
        self._waiting = Counter[bool]()
        self._opening, self._stack = asyncio.Lock(), AsyncExitStack()
        self._send: Send | None = None
        self.users = 0

    def is_full(self, *, failed: bool) -> bool:
        """Whether messages wait for their turn; of those that `failed` before, who leave a quarter to the others."""
        return self._waiting[failed] > 0

    @asynccontextmanager
    async def turn(self, *, failed: bool, leaving: asyncio.Event) -> AsyncIterator[bool]:
        """Wait for a place, and have it while the block runs; gives False, and no place, where `leaving` is set before."""
        place = self._places.place(doubtful=failed)
        self._waiting[failed] += 1
        taking, left = asyncio.ensure_future(place.take()), asyncio.ensure_future(leaving.wait())
        try:
            try:
                await asyncio.wait([taking, left], return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._waiting[failed] -= 1
                left.cancel()
                taking.cancel()
            yield taking.done()
        finally:
            if taking.done() and not taking.cancelled():
                place.give_back()

    async def sender(self, load: Callable[[], notifiers.Notifier], settings: object) -> Send:
        """How its messages are handed over, opened by the first of them."""
        async with self._opening:
            if self._send is None:
                notifier = await asyncio.to_thread(load)
                self._send = await self._stack.enter_async_context(notifiers.session(notifier, settings))
        return self._send

    async def close(self) -> None:
        """Close what was opened, unless somebody uses it again."""
        async with self._opening:
            if not self.users:
                self._send = None
                await self._stack.aclose()


class Channels:
    """The channels that are at work: a cycle that begins while another one sends shares their bounds."""

    def __init__(self) -> None:
        """None is yet."""
        self._known: dict[str, Channel] = {}
        self.claiming = asyncio.Lock()
        """One cycle at a time takes what is due."""
        self.sending = frozenset[int]()
        """The deliveries that are on their way: no cycle takes them again, even where a jump of the clock ends their lease."""

    @contextmanager
    def sent(self, number: int) -> Iterator[None]:
        """Count a delivery as on its way while the block runs."""
        self.sending |= {number}
        try:
            yield
        finally:
            self.sending -= {number}

    def full(self, *, failed: bool) -> list[str]:
        """Those of which nothing more is taken for now, among what has failed before or among the rest."""
        return [name for name, channel in list(self._known.items()) if channel.is_full(failed=failed)]

    @asynccontextmanager
    async def using(self, name: str, office: DeliveryContext) -> AsyncIterator[Channel]:
        """One channel, closed when nobody uses it any more. What is slow goes on aside where its settings bound nothing.

        Under other settings it is another one, beside what is still on its way under those before.
        """
        settings = office.channels.get(name)
        bound = getattr(settings, "connections", None)
        at_once = min(office.at_once, bound or office.at_once)
        channel = self._known.get(name)
        if channel is None or channel.settings != settings:
            channel = Channel(settings, at_once, slow_after=office.slow_after, aside=0 if bound else at_once)
            self._known[name] = channel
        async with self.used(name, channel):
            yield channel

    @asynccontextmanager
    async def used(self, name: str, channel: Channel) -> AsyncIterator[None]:
        """Keep a channel open while the block runs: what is on its way outlives the cycle of a watch that is stopped."""
        channel.users += 1
        try:
            yield
        finally:
            channel.users -= 1
            try:
                await channel.close()
            finally:
                if not channel.users and self._known.get(name) is channel:
                    del self._known[name]


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """Everything that the delivering stage is handed."""

    context: MailContext
    find: ResolveRecipient
    channels: Mapping[str, Any]
    """Settings of each channel, as `notifiers.settings` makes them."""
    clock: Callable[[], datetime]
    dice: Callable[[], float]
    lease: timedelta = LEASE
    longest: timedelta = MAX_SEND_TIME
    """How long sending one message may take."""
    begins_within: timedelta = CYCLE
    """For so long a cycle begins to send; what it has not come to is due in the next one."""
    at_once: int = 8
    """Deliveries under way at the same time on one channel."""
    slow_after: float = SLOW_AFTER
    opened: Channels = field(default_factory=Channels)
    """What the cycles share that overlap."""
    patience: timedelta = SHUTDOWN_TIMEOUT
    load: Callable[[str], notifiers.Notifier] = field(default=notifiers.load)


def mail_context(config: Config) -> MailContext:
    """What mails are written from."""
    known = {signal.id: signal for signal in config.signals}
    return MailContext(known, config.watch.title, config.watch.base_url, config.stack, config.ground)


def standings_for_notes(tx: Transaction, signals: Mapping[str, Signal]) -> dict[str, Verdict]:
    """Where the signals stand, as notes tell it: in brief, and with the way there where a note sums up a window."""
    brief = tx.verdicts.all_in_brief(signals, quotes=0)
    found = (tx.verdicts.latest(name) for name, signal in signals.items() if signal.opened and name in brief)
    return brief | {one.signal: one for one in found if one}


def resolve_declared(config: Config) -> ResolveRecipient:
    """Finds the recipients of signals.toml by their ids; their addresses are taken from there, never from the store."""
    mailto = f"mailto:{config.watch.contact}?subject=unsubscribe" if "@" in config.watch.contact else ""
    known = {each.id: _addressee(each, config.watch.timezone, mailto) for each in config.recipients}
    return lambda delivery: known.get(delivery.recipient)


def _addressee(each: Declared, zone: str, mailto: str) -> ResolvedRecipient:
    return ResolvedRecipient(
        recipient=Recipient(each.id, each.to, secret=each.secret),
        zone=ZoneInfo(each.timezone or zone),
        signals=frozenset(each.signals),
        unsubscribe_mailto=mailto,
        hours=replace(timetable(each, zone=zone), pace="at_once"),
        every_detail=each.pace == EVERY_DETAIL,
    )


def timetable(each: Declared, *, zone: str = "UTC") -> DeliveryWindow:
    """When a recipient of signals.toml may be written to; `zone` is that of the watch."""
    return DeliveryWindow(ZoneInfo(each.timezone or zone), each.pace, each.at, each.weekdays, each.quiet_hours)


def channels_of(config: Config, guard: Guard, clock: Callable[[], datetime]) -> dict[str, Any]:
    """The settings of each configured channel, with the tools that some need. Raises ValueError for impossible settings."""
    tools = {"guard": resolve_public(guard), "clock": clock}
    used: dict[str, Mapping[str, object]] = {each.channel: {} for each in config.recipients} | dict(config.channels)
    return {name: notifiers.settings(name, {**offered, **tools}) for name, offered in used.items()}


def resolve_public(guard: Guard) -> Callable[[str, int], Awaitable[str]]:
    """The guard of outgoing connections, as notifiers ask it: a host to an address that may be connected to.

    Raises PermissionError where none may be, OSError where none is found.
    """

    async def checked(host: str, port: int) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        try:
            guard.check(host, addresses)
        except UrlRejected as rejected:
            raise PermissionError(str(rejected)) from None
        return addresses[0]

    return checked
