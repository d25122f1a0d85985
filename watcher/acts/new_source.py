"""One more source from an address: what can be watched there, what it would claim, and the table that declares it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from watcher import formats
from watcher.acts.errors import NothingToDo, Unusable
from watcher.acts.find_feed import MIN_DATES_OF_A_PACE, FoundFeed, NothingToRead, find, silence
from watcher.acts.moments import parse_duration
from watcher.acts.outside import Outside
from watcher.acts.places import check_address
from watcher.acts.toml_insert import source_text
from watcher.config.build import Config
from watcher.config.defaults import publisher_of
from watcher.core.addresses import in_year
from watcher.core.model import Claim, Entry, Observation, Signal, Tier, Unreadable
from watcher.publishers import publisher_of as speaker
from watcher.replay.labelled_text import SourceTiers

USUAL_PACE = "1h"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be watched."""

    url: str
    signal: str = ""
    """Empty where there is one alone."""
    tier: Tier | None = None
    """None: as the signal's other sources of the same publisher, else press."""
    every: str = USUAL_PACE
    format: str = ""
    """Empty: as it looks."""


@dataclass(frozen=True, slots=True)
class Read:
    """One entry, and what it would claim."""

    entry: Entry
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What can be watched, as the source that it would become."""

    found: FoundFeed
    read: tuple[Read, ...]
    """The newest first; those without a date at the end."""
    signal: Signal
    tier: Tier
    block: str
    """The table `[[signal.source]]`."""

    @property
    def claiming(self) -> int:
        """How many entries would claim something."""
        return sum(1 for one in self.read if one.claims)


def check_wish(config: Config, wish: Wish, now: datetime) -> Signal:
    """The signal that it is for. Raises Unusable, and NothingToDo for what is watched already."""
    known = [one.id for one in config.signals]
    if wish.signal not in known and (wish.signal or len(known) > 1):
        raise Unusable(f"expected a signal, one of {', '.join(known)}")
    check_address(wish.url)
    if wish.format and wish.format not in formats.names():
        raise Unusable(f"{wish.format!r} is no format; expected one of {', '.join(formats.names())}")
    parse_duration(wish.every)
    _refuse_twice(config, wish.url, now)
    return config.signal(wish.signal or known[0])


async def propose(config: Config, wish: Wish, outside: Outside, now: datetime) -> Proposal:
    """Look at the address and make the proposal. Raises Unusable, NothingToDo (also where nothing there can be watched)."""
    signal = check_wish(config, wish, now)
    try:
        found = await find(wish.url, get=outside.get, read=outside.read, wanted=wish.format)
    except NothingToRead as error:
        raise NothingToDo(str(error)) from None
    _refuse_twice(config, found.document.url, now)
    who = wish.tier or SourceTiers(signal).known(found.document.url) or Tier.PRESS
    seen = [_seen(entry, found, who, now) for entry in found.entries]
    try:
        claims = await outside.understand(signal, seen)
    except Unreadable as error:
        raise NothingToDo(f"{found.document.url} cannot be understood: {error.reason}") from None
    read = [Read(one.entry, each) for one, each in zip(seen, claims, strict=True)]
    return Proposal(found, tuple(_newest(read)), signal, who, _block(found, who, wish.every))


def _refuse_twice(config: Config, url: str, now: datetime) -> None:
    """Two sources at one address would count one voice twice, and ask the publisher twice."""
    twin = next((one for one in config.sources if _same(in_year(one.url, now)) == _same(url)), None)
    if twin is not None:
        raise NothingToDo(f"{url} is watched already: source {twin.id} of {twin.signal}")


def _same(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}:{parts.port or ''}{parts.path.rstrip('/')}?{parts.query}"


def _block(found: FoundFeed, who: Tier, every: str) -> str:
    """The table as it is written: what is as usual is left out."""
    values: dict[str, object] = {"url": found.document.url}
    if found.format != "feed":
        values["format"] = found.format
    values |= {"tier": who.value, "every": every}
    if (quiet := silence(found.entries)) is not None and found.format == "feed":
        values["expect_every"] = f"{quiet // timedelta(days=1)}d"
    if expect := _expect(found):
        values["expect"] = expect
    return source_text(values)


def _expect(found: FoundFeed) -> dict[str, object]:
    """What all of several entries have, so that another shape is noticed: a date, and a link to one host."""
    if len(found.entries) < MIN_DATES_OF_A_PACE:
        return {}
    expect: dict[str, object] = {}
    if all(entry.published for entry in found.entries):
        expect["dated"] = True
    hosts = {(urlsplit(entry.link).hostname or "").removeprefix("www.") for entry in found.entries}
    if len(hosts) == 1 and (host := hosts.pop()):
        expect["links"] = rf"^https?://(www\.)?{re.escape(host)}[:/]"
    return expect


def _seen(entry: Entry, found: FoundFeed, who: Tier, now: datetime) -> Observation:
    """The entry as one of the new source."""
    url = found.document.url
    publisher = speaker(publisher_of(url), entry.link, url)
    return Observation("new", entry, now, found.document.hash, publisher, who, url=url, first_seen_at=now)


def _newest(read: Sequence[Read]) -> list[Read]:
    """The newest first; those without a date keep their place in the document, at the end."""
    dated = sorted((one for one in read if one.entry.published), key=lambda one: str(one.entry.published), reverse=True)
    return [*dated, *(one for one in read if not one.entry.published)]
