"""The text rules of a signal against labelled texts: precision and recall by label, and each error with its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from watcher.core.decision.claims import claims_of
from watcher.core.model import Claim, Signal
from watcher.replay.labelled_text import LabelledText, SourceTiers, read_texts

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
