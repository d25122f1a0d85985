"""The text rules of a signal against labelled texts: precision and recall by label, and each error with its text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from watcher.core.decision.claims import claims_of
from watcher.core.model import Claim, Entry, Observation, Signal, Tier
from watcher.publishers import registrable_domain

# Texts that somebody has at hand, read from JSON lines and seen as the watch would have seen them.

SHARED_HOSTS: Final = frozenset({"raw.githubusercontent.com", "githubusercontent.com", "github.com", "hnrss.org"})
"""Hosts under which many publishers write; an account there is known by its name."""
_DAY: Final = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One line of the file: what it says, where, when and who speaks, as far as the line tells."""

    id: str
    title: str = ""
    text: str = ""
    url: str = ""
    publisher: str = ""
    published: datetime | None = None
    """Its own date, where the line names a day."""
    at: datetime | None = None
    """About when it was said, where the line names a month or a year alone."""
    tier: Tier | None = None
    official: bool | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    """The line as it stands."""

    def seen(self, signal: Signal, speakers: SourceTiers, now: datetime) -> Observation:
        """The text as the watch of this signal would have seen it when it was said, or `now` where that is not known."""
        at = self.published or self.at or now
        entry = Entry(self.id, self.title, self.text, self.url, self.published)
        publisher = registrable_domain(self.url) if self.url else self.publisher
        tier = speakers.tier_of(self)
        return Observation(f"text-{signal.id}", entry, at, "", publisher, tier, first_seen_at=at)


class SourceTiers:
    """Who speaks for a signal: its sources' domains, and their accounts at shared hosts."""

    def __init__(self, signal: Signal) -> None:
        """Gather them once."""
        self._domains = {tier: _domains(signal, tier) for tier in (Tier.OFFICIAL, Tier.PARTNER)}
        self._owners = {tier: _owners(signal, tier) for tier in (Tier.OFFICIAL, Tier.PARTNER)}

    def tier_of(self, text: LabelledText) -> Tier:
        """What the line says, except that a partner of this signal does not lead; else that of the source at its address.

        A line that says `official: false` is press; so is who is not known.
        """
        known = self.known(text.url, text.publisher)
        if text.tier is not None and text.tier is not Tier.OFFICIAL:
            return text.tier
        if known is Tier.PARTNER:
            return known
        if text.tier is Tier.OFFICIAL or text.official:
            return Tier.OFFICIAL
        return Tier.PRESS if text.official is False else known or Tier.PRESS

    def known(self, url: str, publisher: str = "") -> Tier | None:
        """The tier of the source that speaks from the same domain, or from the same account at a shared host."""
        domain = registrable_domain(url) if url else publisher
        path = urlsplit(url).path.split("/") if domain in SHARED_HOSTS else []
        owner = path[1] if len(path) > 2 else ""  # noqa: PLR2004 - the empty text before the first slash, an account, what it has
        for tier, domains in self._domains.items():
            if domain in domains or (owner and owner in self._owners[tier]):
                return tier
        return None


def _domains(signal: Signal, tier: Tier) -> frozenset[str]:
    declared = {registrable_domain(source.url) for source in signal.sources if source.tier is tier}
    publishers = {source.publisher for source in signal.sources if source.tier is tier}
    pages = {page.publisher for source in signal.sources for page in source.follow if (page.tier or source.tier) is tier}
    return frozenset((declared | publishers | pages) - SHARED_HOSTS - {"", "link"})


def _owners(signal: Signal, tier: Tier) -> frozenset[str]:
    """Accounts at a shared host whose files are read as sources of a tier."""
    urls = [urlsplit(source.url) for source in signal.sources if source.tier is tier]
    return frozenset(
        url.path.split("/")[1] for url in urls if registrable_domain(url.geturl()) in SHARED_HOSTS and "/" in url.path
    )


def read_texts(lines: Iterable[str]) -> Iterator[LabelledText]:
    """The texts of JSON lines; empty lines are passed over. Raises ValueError with the number of the line that is none."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _text(json.loads(line), number)
            except (ValueError, TypeError, OverflowError, RecursionError) as error:
                raise ValueError(f"line {number}: {error}") from None


def _text(row: object, number: int) -> LabelledText:
    if not isinstance(row, dict):
        raise TypeError("expected an object with id, title, text, url, published, publisher, tier")
    words: Callable[..., str] = lambda *keys: next((str(row[key]) for key in keys if row.get(key)), "")  # noqa: E731 - three uses
    published, at = moment_of(words("published", "date"))
    official = row.get("official")
    return LabelledText(
        id=words("id") or str(number),
        title=words("title"),
        text=words("text", "excerpt"),
        url=words("url"),
        publisher=words("publisher"),
        published=published,
        at=at,
        tier=_tier(words("tier")),
        official=official if isinstance(official, bool) else None,
        row=row,
    )


def _tier(word: str) -> Tier | None:
    try:
        return Tier(word) if word else None
    except ValueError:
        raise ValueError(f"tier {word!r} is none of {', '.join(Tier)}") from None


def moment_of(text: str) -> tuple[datetime | None, datetime | None]:
    """(its moment, about when): a day alone is its noon, a month its last week, a year its last days. Raises ValueError."""
    if not text:
        return None, None
    if (found := _DAY.fullmatch(text)) is None:
        exact = datetime.fromisoformat(text)
        return (exact.astimezone(UTC) if exact.tzinfo else exact.replace(tzinfo=UTC)), None
    at = datetime(int(found[1]), int(found[2] or 12), int(found[3] or 28), 12, tzinfo=UTC)
    return (at, None) if found[3] else (None, at)


# The rules against these texts, counted.

NOTHING: Final = "none"
UNDATED: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""When a text without a date is taken to be seen: after everything that it may speak of."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text and the words for what it should claim."""

    text: LabelledText
    label: str
    """As the file has it."""
    wanted: frozenset[str]
    """`TRACK.STATUS` of each claim that is right; empty where none may be made."""


@dataclass(frozen=True, slots=True)
class Label:
    """How well one label is found."""

    label: str
    rows: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Error:
    """A text that is read otherwise than its label."""

    id: str
    label: str
    said: str
    title: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """The whole table."""

    rows: int
    right: int
    labels: tuple[Label, ...]
    errors: tuple[Error, ...]


def read_labels(path: Path, signal: Signal, key: str, renamed: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows of a file. Raises OSError, and ValueError for a line or a label that means nothing here."""
    with path.open(encoding="utf-8") as lines:
        return tuple(_row(signal, text, key, renamed) for text in read_texts(lines))


def _row(signal: Signal, text: LabelledText, key: str, renamed: Mapping[str, str]) -> Row:
    label = str(text.row.get(key) or NOTHING)
    word = renamed.get(label, label)
    places = {f"{track.id}.{status.id}" for track in signal.tracks for status in track.ladder.statuses}
    wanted = frozenset(place for place in places if word in {place, place.partition(".")[2]})
    if not wanted and word != NOTHING:
        known = ", ".join(sorted(places))
        raise ValueError(f"{text.id}: the label {label!r} is no status of {signal.id}; name it with --as {label}=…: {known}")
    # A ladder may have a status "none" of its own: as a label it asks for no claim all the same.
    return Row(text, label, frozenset() if word == NOTHING else wanted)


def score(signal: Signal, rows: Sequence[Row]) -> Score:
    """Read every text and count. A text is right where one of its claims is wanted, or where none is made and none wanted."""
    speakers = SourceTiers(signal)
    claimed = [_claimed(signal, row, speakers) for row in rows]
    said = [_said(signal, row, claims, rows) for row, claims in zip(rows, claimed, strict=True)]
    wrong = [
        Error(row.text.id, row.label, word, row.text.title, row.text.text, "; ".join(map(_shown, claims)))
        for row, word, claims in zip(rows, said, claimed, strict=True)
        if word != row.label
    ]
    labels = tuple(_label(name, rows, said) for name in dict.fromkeys([row.label for row in rows]))
    return Score(len(rows), len(rows) - len(wrong), labels, tuple(wrong))


def _claimed(signal: Signal, row: Row, speakers: SourceTiers) -> list[Claim]:
    seen = row.text.seen(signal, speakers, UNDATED)
    return [claim for claim in claims_of(signal, seen) if claim.status and not claim.review]


def _said(signal: Signal, row: Row, claims: Iterable[Claim], rows: Iterable[Row]) -> str:
    """The row's own label where a claim fits it, else the label (or the place) of the highest claim, else none."""
    places = [f"{claim.track}.{claim.status}" for claim in claims]
    if row.wanted & set(places):
        return row.label
    if not places:
        return row.label if not row.wanted else NOTHING
    highest = max(places, key=lambda place: signal.track(place.partition(".")[0]).ladder.rank(place.partition(".")[2]))
    return next((other.label for other in rows if highest in other.wanted), highest)


def _shown(claim: Claim) -> str:
    return f"{claim.track}.{claim.status} by rule {claim.rule}: {claim.reason}"


def _label(name: str, rows: Iterable[Row], said: Sequence[str]) -> Label:
    truth = [row.label for row in rows]
    right = sum(is_ == says == name for is_, says in zip(truth, said, strict=True))
    claimed, there = said.count(name), truth.count(name)
    return Label(name, there, right / claimed if claimed else 1.0, right / there if there else 1.0)
