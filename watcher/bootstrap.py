"""Wires configuration, store, network and notifiers together; nothing here decides anything."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from watcher.acts.look import Outside
from watcher.clock import Clock, utc_now
from watcher.config.build import Config, rules_hash
from watcher.config.errors import ConfigError, Diagnostic
from watcher.config.settings import Recipient
from watcher.core.decision.timing import EVERY_DETAIL, allowed_at, note_hours
from watcher.fetch import Fetcher, FetchSettings
from watcher.fetch.client import heartbeat_ping
from watcher.fetch.guard import Guard
from watcher.fetch.rate_limit import most_aside
from watcher.pipeline.announce import Route
from watcher.pipeline.batches import Bounds, invalidate
from watcher.pipeline.clocks import adjust
from watcher.pipeline.cycle import Context
from watcher.pipeline.decide import renew_claims
from watcher.pipeline.deliver import Counts, DeliveryContext, channels_of, deliver, mail_context, resolve_declared, timetable
from watcher.pipeline.delivery_context import Channels
from watcher.pipeline.ownership import is_due, plan_of, stand_back, write_in
from watcher.pipeline.subscribers import SignedLinks, SubscriberRoutes, signed_links, with_subscribers
from watcher.sandbox.pool import ParserPool
from watcher.store.records import MetaKey, Policy
from watcher.store.store import Store, Transaction

if TYPE_CHECKING:
    from watcher.replay.rehearse import Rehearsal

MIN_SECRET_CHARACTERS = 32
"""Characters of a secret that guards an entrance."""


def fetch_settings(config: Config) -> FetchSettings:
    """How to ask, from what is configured."""
    fetch = config.fetch
    return FetchSettings(
        via=fetch.via,
        contact=config.watch.contact,
        timeout=fetch.timeout,
        max_body=fetch.max_body,
        allow=fetch.allow,
        concurrency=fetch.concurrency,
        aside=most_aside(fetch.concurrency),
        per_host_gap=fetch.per_host_gap,
        per_host=fetch.per_host,
        ca_file=fetch.ca_file,
        proxies=config.proxies,
        fill=config.fill,
    )


@asynccontextmanager
async def looking(config: Config) -> AsyncIterator[Outside]:
    """The way out for one look at the web beside the watch, with limits on what is read."""
    with ParserPool(workers=1) as readers:
        async with Fetcher(fetch_settings(config), clock=utc_now) as fetcher:
            yield Outside(fetcher.get, readers.read, readers.understand)


def prepare(store: Store, config: Config, now: datetime, *, take_over: bool = False) -> None:
    """Bring the store to the configuration: its sources, and the claims under its rules. Raises StoreError.

    Another watch that looks at other things in the same database makes it an OtherWatchError, unless it is to be taken over.
    """
    with store.reading() as tx:
        if tx.meta.get(MetaKey.CONFIG_DIGEST) == config.digest:
            return
    plan = config_plan(config)
    with store.writing() as tx:
        if take_over:
            write_in(tx, plan, config.path, now)
        else:
            stand_back(tx, plan, config.path, now)
        _bring(tx, config, plan, now)
    _renew(store, config, now)


def config_plan(config: Config) -> str:
    """Name what a configuration looks at and decides by."""
    return plan_of(config.sources, (rules_hash(signal) for signal in config.signals))


def _bring(tx: Transaction, config: Config, plan: str, now: datetime) -> None:
    """Bring the sources; until the claims are made anew, too, the store does not count as prepared."""
    tx.sources.sync(config.sources, now)
    tx.meta.put(MetaKey.CONFIG_DIGEST, "")
    tx.meta.put(MetaKey.PLAN, plan)


def _renew(store: Store, config: Config, now: datetime) -> None:
    """Make the claims of signals anew whose rules have changed, in the readers' processes, which begin when one is needed."""
    with ParserPool(workers=1) as readers:
        for signal in config.signals:
            renew_claims(store, signal, rules_hash(signal), readers.understand_now, now)
    with store.writing() as tx:
        invalidate(tx, [signal.id for signal in config.signals])
        tx.meta.put(MetaKey.CONFIG_DIGEST, config.digest)


def holder(store: Store, config: Config, clock: Clock = utc_now) -> Callable[[datetime], bool]:
    """What a running watch asks before each job: whether it had to bring the sources back, which others had changed.

    It raises OtherWatchError where another watch has them, and StoreError. `clock` is held against the server's besides.
    """
    plan = config_plan(config)

    def hold(now: datetime) -> bool:
        adjust(clock)
        with store.reading() as tx:
            brought, due = tx.meta.get(MetaKey.PLAN), is_due(tx, plan, now)
        if brought == plan and not due:
            return False
        with store.writing() as tx:
            if brought != plan:
                stand_back(tx, plan, config.path, now)
                _bring(tx, config, plan, now)
            write_in(tx, plan, config.path, now)
        if brought != plan:
            _renew(store, config, now)
        return brought not in {"", plan}

    return hold


def readers_of(config: Config) -> tuple[Route, ...]:
    """The recipients as the announcing stage knows them."""
    return tuple(_reader(one, config.watch.timezone) for one in config.recipients)


def told_by(config: Config, store: Store) -> Sequence[Route]:
    """Everyone who is told: the recipients, and who has subscribed where that is allowed."""
    declared_ones = readers_of(config)
    return SubscriberRoutes(declared_ones, store, zone=config.watch.timezone) if config.web.subscribe else declared_ones


def _reader(one: Recipient, zone: str) -> Route:
    wishes = timetable(one, zone=zone)
    return Route(
        id=one.id,
        channel=one.channel,
        address="",  # stands in signals.toml and the environment alone: it may hold a token
        signals=frozenset(one.signals),
        operator=one.operator,
        weekly_note=one.weekly_note,
        every_detail=one.pace == EVERY_DETAIL,
        allowed_at=lambda at, urgent: allowed_at(at, wishes, urgent=urgent),
        note_at=lambda at: allowed_at(at, note_hours(wishes)),
    )


def channels(config: Config, clock: Callable[[], datetime] = utc_now) -> Mapping[str, Any]:
    """The settings of every configured channel. Raises ConfigError for a channel that cannot be used."""
    try:
        return channels_of(config, Guard(config.fetch.allow), clock)
    except ValueError as error:
        raise ConfigError(Diagnostic(str(config.path), 0, "", "", str(error), "settings that the channel can use")) from None


def links(config: Config, store: Store) -> SignedLinks | None:
    """The links of subscribers; None where nobody may subscribe. Raises ConfigError for a bad key, StoreError."""
    if not config.web.subscribe:
        return None
    secret = secret_of(config, "LINK_SECRET", without="then a key is made and kept")
    return signed_links(store, config.watch.base_url, secret, zone=config.watch.timezone)


def secret_of(config: Config, name: str, *, without: str) -> str:
    """A secret that the environment gives, empty where it gives none; `without` says what is then. Raises ConfigError."""
    try:
        secret = config.secret(name) or ""
    except ValueError as error:
        raise ConfigError(Diagnostic(f"WATCHER_{name}_FILE", 0, "", "", "a file that cannot be read", str(error))) from None
    if 0 < len(secret) < MIN_SECRET_CHARACTERS:
        wanted = f"at least {MIN_SECRET_CHARACTERS} that nobody can guess, or none: {without}"
        raise ConfigError(Diagnostic(f"WATCHER_{name}", 0, "", "", f"{len(secret)} characters", wanted))
    return secret


def deliverer(
    config: Config, store: Store, *, clock: Clock = utc_now, at_work: Channels | None = None
) -> Callable[[datetime], Awaitable[Counts]]:
    """The delivering stage over the channels, to subscribers too where there may be any. Raises ConfigError, StoreError.

    `at_work`: the channels of a configuration before this one, whose messages may still be on their way.
    """
    find, signed = resolve_declared(config), links(config, store)
    if signed:
        find = with_subscribers(find, store, signed)
    opened = at_work or Channels()
    office = DeliveryContext(mail_context(config), find, channels(config, clock), clock, random.random, opened=opened)

    async def send(now: datetime) -> Counts:
        return await deliver(store, office, now=now)

    return send


async def keep_here(_now: datetime) -> Counts:
    """Deliver nothing: the digests stay in the outbox of a rehearsal."""
    return Counts()


def policy_of(config: Config) -> Policy:
    """How long things are kept that nothing cites."""
    keep = config.store.keep
    return Policy(poll_days=keep, observations=keep, deliveries=keep, bodies=config.store.keep_bodies)


@asynccontextmanager
async def opened(
    config: Config,
    store: Store,
    settings: FetchSettings,
    *,
    deliver: Callable[[datetime], Awaitable[Counts]],
    rehearsal: Rehearsal | None = None,
    clock: Clock = utc_now,
    read_soon: bool = False,
) -> AsyncIterator[Context]:
    """Everything that the stages need, with the HTTP client and the parser pool open.

    `read_soon`: there will be something to read, and a process that reads is started at once.
    """
    clock = rehearsal.world.now if rehearsal else clock
    transport = rehearsal.world.transport() if rehearsal else None
    heartbeat = "" if rehearsal else config.watch.heartbeat_url
    with ParserPool() as readers:
        readers.start(int(read_soon))
        async with (
            Fetcher(settings, clock=clock, transport=transport) as fetcher,
            heartbeat_ping(heartbeat, settings, clock) as ping,
        ):
            yield Context(
                store=store,
                signals={signal.id: signal for signal in config.signals},
                readers=readers_of(config) if rehearsal else told_by(config, store),
                get=fetcher.get,
                read=rehearsal.read if rehearsal else readers.read,
                dice=(lambda: 0.0) if rehearsal else random.random,
                wait=config.watch.group_wait,
                deliver=deliver,
                known_until=rehearsal.known_until if rehearsal else None,
                zone=None if rehearsal else ZoneInfo(config.watch.timezone),
                after=ping,
                keep=None if rehearsal else policy_of(config),
                subscribing=not rehearsal and config.web.subscribe,
                understand=rehearsal.understand if rehearsal else readers.understand,
                bounds=Bounds.for_requests(settings.concurrency, settings.per_host),
            )
