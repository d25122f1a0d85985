"""What sending needs beside the outbox: who the recipients are, how their channels are reached, and the guard of addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import notifiers
from notifiers import Recipient
from watcher.config.build import Config
from watcher.config.settings import Recipient as Declared
from watcher.core.decision.delivery_window import EVERY_DETAIL, DeliveryWindow
from watcher.fetch.guard import Guard
from watcher.fetch.urls import UrlRejected
from watcher.mail import MailContext
from watcher.store.records import Delivery

ALWAYS = DeliveryWindow()
LEASE = timedelta(minutes=1)
"""Renewed while a message waits for its turn and is sent: a lease that runs out means that the process is gone."""
MAX_SEND_TIME = timedelta(minutes=12)
"""Longer than any notifier may take."""
CYCLE = timedelta(minutes=2)
"""A hundred mails to a server that never answers would take half an hour, and hold up the news of all channels."""
SHUTDOWN_TIMEOUT = timedelta(seconds=8)
"""How long a watch that is stopped waits for what is on its way; a container is killed after ten seconds."""


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
    patience: timedelta = SHUTDOWN_TIMEOUT
    load: Callable[[str], notifiers.Notifier] = field(default=notifiers.load)


def mail_context(config: Config) -> MailContext:
    """What mails are written from."""
    known = {signal.id: signal for signal in config.signals}
    return MailContext(known, config.watch.title, config.watch.base_url, config.stack, config.ground)


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
