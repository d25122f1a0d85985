"""What a thing can be: statuses in order, and the rules that reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.core.language.sentence import Sentence
from watcher.core.model.base import Facts, Scalar, Tier


@dataclass(frozen=True, slots=True)
class Status:
    """A rung of a ladder, in the order of the ladder."""

    id: str
    label: str
    meaning: str
    consequence: str = ""
    """What the status changes for the reader."""
    next: str = ""
    """What would move it from here, in plain words."""
    final: bool = False
    steps_back: bool = False
    """Reaching it is a step back (rejected, suspended, blocked)."""
    over: str = ""
    """Of a step back: its end in a word or two (`Back`), for a subject that has no room for `No longer` and its label."""
    urgent: bool = False
    confirm: int = 1
    """Independent voices, one of them official, for *confirmed*; fewer is *provisional*."""
    report: int = 0
    """Independent press publishers that make it *reported*; 0: press never moves it."""
    within: timedelta = timedelta(days=3)
    """Time inside which voices for it must lie together."""
    expires: timedelta | None = None
    """After this long the flag `overdue` is raised (a promise with a window)."""
    mail: bool = True
    """Whether reaching it is worth a message of its own; otherwise it is listed in the next digest."""
    wakes: bool = False
    """Whether people act on it at once: then a sentence claims it only where every word of its clause is explained."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When an entry supports a status, raises a flag, or is handed to a person."""

    id: str
    status: str = ""
    flag: str = ""
    review: bool = False
    """A person decides: with a `status` the text is undecided and asks at once, without one it is listed to be read."""
    when: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    """Facts that must have one of these values; `true` asks only that the fact is there, `false` that it is not."""
    sentence: Sentence | None = None
    """What one sentence must say (core/language/sentence.py)."""
    by: tuple[Tier, ...] = (Tier.OFFICIAL,)
    publishers: tuple[str, ...] = ()
    """Registrable domains or hosts that may say it; empty: any of the tiers."""
    sources: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Exact hosts of the entry's own address; empty: any."""
    back_from: tuple[str, ...] = ()
    """Statuses above its own that this rule may leave (a restoration, a new motion after a blocked one)."""
    not_from: tuple[str, ...] = ()
    """Statuses that this rule never leaves."""
    cancels: tuple[str, ...] = ()
    """Statuses whose earlier claims this one takes back (a vitiated or returned action)."""
    clears: tuple[str, ...] = ()
    """Flags that this rule lowers."""
    confirm: int | None = None
    """Overrides the status' own `confirm`."""
    clock: datetime | None = None
    """A rule of time alone: holds from this moment on."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Detail name → fact name or `match:NAME` to carry with the claim."""
    event: str = ""
    """Fact that names what happened ("model"), or the entry's key, title or link; claims of one event corroborate each other."""
    outcome: bool = False
    """Whether the outcome of a series event is read from the entry's text, by the ladder's sides and outcomes."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something beside the status that a reader should see."""

    id: str
    label: str
    meaning: str
    mail: bool = True
    report: int = 0
    """Independent press publishers that raise it; 0: only official words do."""
    within: timedelta = timedelta(days=3)
    lasts: timedelta = timedelta(days=60)
    """How long it is shown after the last words that raise it, where no others clear it; then it is history."""
    differs: tuple[str, ...] = ()
    """Details, e.g. `tally`: the flag is up while sources tell one of them differently of one event of the present status."""


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What an event of a series can say, the strongest reading first: of two texts about one event the stronger is kept."""

    id: str
    label: str
    says: str = ""
    """The same as a sentence of a mail; empty: the label with a full stop."""
    at_least: float | None = None
    """For rates that were measured alike: from this difference between the two sides on, in points."""

    @property
    def sentence(self) -> str:
        """What it says as a sentence."""
        return self.says or f"{self.label}."


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two whose rates a publication sets against each other."""

    id: str
    label: str
    """Whose rate it is, in the words of a plot."""
    names: tuple[str, ...]
    """Words by which a sentence speaks of this side."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How a detail that claims carry is told to people; programs are given its name and value."""

    id: str
    """Its name in the `details` of rules."""
    label: str
    words: Mapping[str, str] = field(default_factory=dict)
    """What its values are called; one that is not named is told as it is."""
    unit: str = ""
    """What stands behind a value in a sentence: `$8/$40 per million tokens`."""
    beside: bool = False
    """Whether values hold beside one another: a text that states one does not take back the one before."""

    def said(self, value: Scalar | tuple[Scalar, ...]) -> Scalar | tuple[Scalar, ...]:
        """The value in words; of several, each."""
        return tuple(self._said(each) for each in value) if isinstance(value, tuple) else self._said(value)

    def and_before(self, beside: Facts) -> str:
        """`; stated before and not taken back: by invitation`, where values of it hold beside the last one; else empty."""
        others = beside.get(self.id, ())
        words = ", ".join(str(self._said(each)) for each in (others if isinstance(others, tuple) else (others,)))
        return f"; stated before and not taken back: {words}" if words else ""

    def _said(self, value: Scalar) -> Scalar:
        return self.words.get(str(value), value)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The statuses of a kind of track, lowest first, with the rules that reach them."""

    id: str
    statuses: tuple[Status, ...]
    rules: tuple[Rule, ...]
    flags: tuple[Flag, ...] = ()
    series: bool = False
    """Events without a summit: each one is news once, then the track awaits the next."""
    noun: str = "publication"
    """What one event of the series is called where they are counted; several have an "s" behind it."""
    quiet_after: timedelta | None = None
    """A series without an event for this long raises the flag `quiet`."""
    outcomes: tuple[EventOutcome, ...] = ()
    """What an event of the series can say, the strongest reading first."""
    sides: tuple[Side, ...] = ()
    """None, or two: the one that is watched, and the one beside which it is measured."""
    difference: str = ""
    """What the watched side's rate less the other one's is called."""
    details: tuple[Detail, ...] = ()
    """How details of claims are told."""
    heard: tuple[str, ...] = ()
    """Addresses, `*` for anything, of who is no source and yet no press: what is said there of the question is asked about."""
    attributes: tuple[str, ...] = ()
    """Details that any later official claim updates, whatever its status (version, price, access model)."""

    def rank(self, status: str) -> int:
        """Position of a status on the ladder. Raises KeyError for a status that is not on it."""
        for position, rung in enumerate(self.statuses):
            if rung.id == status:
                return position
        raise KeyError(status)

    def outcome(self, name: str) -> EventOutcome:
        """What an event says, by its id; one that the ladder does not know (any more) is told by its id, none in no words."""
        unknown = EventOutcome(name, name.replace("_", " ").capitalize())
        return next((one for one in self.outcomes if one.id == name), unknown)

    def detail(self, name: str) -> Detail:
        """How a detail is told; one without words of its own by its name."""
        plain = Detail(name, name.replace("_", " ").capitalize())
        return next((one for one in self.details if one.id == name), plain)

    def rung(self, status: str) -> Status:
        """The status with this id. Raises KeyError."""
        return self.statuses[self.rank(status)]


@dataclass(frozen=True, slots=True)
class Track:
    """One thing followed on a ladder; the ladder's `$name` values are already filled in."""

    id: str
    title: str
    ladder: Ladder
    link: str = ""
    search: str = ""
    """Words that would find its successor when it ends (a bill's short title and sponsor)."""
