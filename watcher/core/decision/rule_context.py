"""One observation with what rules ask of it, each worked out once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from watcher.core.decision.near import simhash
from watcher.core.language.lexicon import MASKS
from watcher.core.language.parse import read
from watcher.core.model import Observation, Quote, Signal

if TYPE_CHECKING:
    from collections.abc import Collection

    from watcher.core.language.parse import Reading

_COMMON: Final = re.compile(r"https?://([a-zA-Z0-9.-]+)((?:/[!\"$->@-~]*)?)(?:[?#]|\Z)")
"""An address of common shape, in a fifth of the time that any other takes."""
_DATED_PATH: Final = re.compile(r"/(20\d\d)/(\d{2})(?:/(\d{2}))?(?:/|$)")


class RuleContext:
    """One observation with what its rules ask of it, each worked out once."""

    def __init__(self, signal: Signal, observation: Observation) -> None:
        """Nothing is worked out until it is asked for."""
        self.signal = signal
        self.observation = observation
        self.entry = observation.entry
        self._held: dict[tuple[str, ...], bool] = {(): True}

    @cached_property
    def lowered(self) -> str:
        """Title and text in lower case, for the first quick look."""
        return f"{self.entry.title}\n{self.entry.text}".lower()

    def holds_any(self, pieces: tuple[str, ...]) -> bool:
        """Whether the text contains one of these lower-case pieces; many rules ask for the same ones. True of none."""
        held = self._held.get(pieces)
        if held is None:
            held = self._held[pieces] = any(piece in self.lowered for piece in pieces)
        return held

    @cached_property
    def reading(self) -> Reading:
        """What the text says in the words of the signal."""
        return read(self.signal.vocabulary, self.entry.title, self.entry.text, self.told_at)

    def names_maker(self, about: Collection[str]) -> bool:
        """Whether the text, or its address, names the maker of these things or a programme of his.

        Where it does not, a bare name may be another thing's; the name of another model of his is not enough.
        """
        lists = self.signal.vocabulary.lists
        makers = [lists[role] for role in MASKS if role in lists]
        if not makers or any(maker.search(self.link) for maker in makers):
            return True
        return any(
            not any(one.start <= found.start() < one.end for one in line.things if one.group not in about)
            for line in self.reading.lines
            for maker in makers
            for found in maker.finditer(line.folded)
        )

    @cached_property
    def link(self) -> str:
        """Host and path of the entry's own address, for `when.link` and `hosts`."""
        address = self.entry.link or self.observation.url
        common = _COMMON.match(address)
        if common is not None:
            return f"{common[1].lower()}{common[2]}"
        parts = urlsplit(address)
        return f"{(parts.hostname or '').lower()}{parts.path}"

    @cached_property
    def host(self) -> str:
        """Host of the entry's own address."""
        return self.link.partition("/")[0]

    @property
    def is_page(self) -> bool:
        """Whether the entry was read at its own address, and not on a list of links with summaries."""
        at = self.observation.url.partition("#")[0].rstrip("/")
        return not at or not self.entry.link or at == self.entry.link.partition("#")[0].rstrip("/")

    @cached_property
    def copy(self) -> int:
        """Fingerprint of the text."""
        return simhash(f"{self.entry.title} {self.entry.text}")

    @cached_property
    def told_at(self) -> datetime:
        """When the text was said: its own date, else the day in its address, else when it was first seen; never later."""
        first = self.observation.first_seen_at or self.observation.seen_at
        if self.entry.published is not None:
            return min(self.entry.published, self.observation.seen_at)
        return dated_by_path(self.link, first) or first

    @property
    def is_undated(self) -> bool:
        """Whether nothing tells when the text was said: no date of its own, none in its address, and no edit that brought it."""
        if self.entry.published is not None or self.observation.revision > 1:
            return False
        return dated_by_path(self.link, self.observation.seen_at) is None

    @property
    def dated(self) -> datetime:
        """The entry's date as it stands, else when it was first seen."""
        return self.entry.published or self.observation.first_seen_at or self.observation.seen_at

    def quote(self, words: str) -> Quote:
        """These words of the entry, with where and when they were seen."""
        entry, seen_as = self.entry, self.observation
        return Quote(
            text=words,
            url=entry.link or seen_as.url,
            publisher=seen_as.publisher,
            tier=seen_as.tier,
            seen_at=seen_as.seen_at,
            document=seen_as.document,
            published=entry.published,
            source=seen_as.source,
            title=entry.title,
            read_at=seen_as.url,
        )


def dated_by_path(link: str, first: datetime) -> datetime | None:
    """The day, or the last day of the month, that an address names ("/documents/2026/07/17/"), never after `first`."""
    found = _DATED_PATH.search(link)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    try:
        if day:
            return min(datetime(year, month, day, tzinfo=UTC), first)
        following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    except ValueError:
        return None
    return min(following - timedelta(days=1), first)


def names_day(link: str) -> bool:
    """Whether an address names a day, and not only a month."""
    found = _DATED_PATH.search(link)
    return bool(found and found[3])
