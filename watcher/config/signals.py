"""Builds the signals with their tracks and ladders, sources and history from their checked tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from watcher.config import tables
from watcher.config.errors import show
from watcher.config.partial import humanize
from watcher.config.settings import grace_of, headlines_of, source_id
from watcher.config.source_map import LADDER, Position, SourceMap
from watcher.core.language.sentence import Sentence
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import (
    Article,
    Date,
    DeclaredFact,
    Detail,
    EventOutcome,
    Expect,
    FigureSpec,
    Flag,
    Follow,
    Headline,
    Ladder,
    Rule,
    Side,
    Signal,
    Source,
    Status,
    Term,
    Track,
)
from watcher.publishers import registrable_domain

# Builds the ladder of one track: placeholders filled, sentences read.

T = TypeVar("T")
_NAME = re.compile(r"\$([a-z][a-z0-9_]*)")
_LADDER_LISTS = ("status", "rule", "flag", "outcome", "side", "detail")


class LadderTemplate:
    """A ladder as declared, for all tracks of all signals: what asks for nothing of theirs is made once."""

    def __init__(self, name: str, table: tables.Ladder) -> None:
        self.name = name
        self.lists: dict[str, list[dict[str, Any]]] = {
            key: [each.given() for each in getattr(table, key)] for key in _LADDER_LISTS
        }
        self.rest = {key: value for key, value in table.given().items() if key not in _LADDER_LISTS}

    @cached_property
    def asked(self) -> frozenset[str]:
        """What it asks for as `$name`."""
        return frozenset(placeholders({**self.lists, **self.rest}))

    @cached_property
    def statuses(self) -> Callable[[Mapping[str, Any]], tuple[Status, ...]]:
        """Its statuses, from what a track binds."""
        return _made(_status, self.lists["status"])

    @cached_property
    def flags(self) -> Callable[[Mapping[str, Any]], tuple[Flag, ...]]:
        """Its flags, from what a track binds."""
        return _made(_flag, self.lists["flag"])

    @cached_property
    def outcomes(self) -> Callable[[Mapping[str, Any]], tuple[EventOutcome, ...]]:
        """What its events can say, from what a track binds."""
        return _made(_outcome, self.lists["outcome"])

    @cached_property
    def sides(self) -> Callable[[Mapping[str, Any]], tuple[Side, ...]]:
        """The two that its events measure, from what a track binds."""
        return _made(_side, self.lists["side"])

    @cached_property
    def details(self) -> Callable[[Mapping[str, Any]], tuple[Detail, ...]]:
        """How details of its claims are told, from what a track binds."""
        return _made(_detail, self.lists["detail"])


class Ladders:
    """The ladders of one signal; two tracks that bind nothing share theirs."""

    def __init__(self, patterns: Mapping[str, LadderTemplate], vocabulary: Vocabulary | None, places: SourceMap) -> None:
        self.patterns = patterns
        self.vocabulary = vocabulary
        self.places = places
        self.built: dict[str, Ladder] = {}

    def build(self, name: str, bind: Mapping[str, Any], track: Position) -> Ladder:
        """Build the ladder of this name for a track at a place; what it asks for and the track does not bind is noted."""
        pattern = self.patterns[name]
        asked = pattern.asked if name not in self.built else frozenset[str]()
        self._note_bindings(name, asked, bind, track)
        if name in self.built:
            return self.built[name]
        ladder = self._ladder(pattern, bind)
        if not asked:
            self.built[name] = ladder
        return ladder

    def _note_bindings(self, name: str, asked: frozenset[str], bind: Mapping[str, Any], track: Position) -> None:
        for missing in sorted(asked - bind.keys()):
            place = (*track, "bind") if bind else track
            self.places.note(place, show(dict(bind)), f'bind to give "{missing}", which ladder "{name}" asks for as ${missing}')
        for unused in sorted(bind.keys() - asked):
            self.places.note((*track, "bind", unused), show(bind[unused]), f'a name that ladder "{name}" uses as ${unused}')

    def _ladder(self, pattern: LadderTemplate, bind: Mapping[str, Any]) -> Ladder:
        words = {key: " ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in bind.items()}
        rules = enumerate(pattern.lists["rule"])
        return Ladder(
            id=pattern.name,
            statuses=pattern.statuses(words),
            rules=tuple(self._rule(pattern.name, n, each, bind) for n, each in rules),
            flags=pattern.flags(words),
            outcomes=pattern.outcomes(words),
            sides=pattern.sides(words),
            details=pattern.details(words),
            **pattern.rest,
        )

    def _rule(self, name: str, number: int, table: Mapping[str, Any], bind: Mapping[str, Any]) -> Rule:
        filled = fill(table, bind)
        says = filled.pop("says", None)
        return Rule(**filled, sentence=None if says is None else self._sentence((LADDER, name, "rule", number, "says"), says))

    def _sentence(self, place: Position, says: Mapping[str, Any]) -> Sentence | None:
        if self.vocabulary is None:
            return None
        try:
            return Sentence.of(says, self.vocabulary)
        except ValueError as error:
            self.places.note(place, show(says), str(error).removeprefix("says: "))
            return None


def _made(make: Callable[[Mapping[str, Any]], T], given: list[dict[str, Any]]) -> Callable[[Mapping[str, Any]], tuple[T, ...]]:
    """Give values from what a track binds; where nothing is asked for, always the same."""
    if placeholders(given):
        return lambda words: tuple(make(fill(each, words)) for each in given)
    made = tuple(map(make, given))
    return lambda _: made


def _status(table: Mapping[str, Any]) -> Status:
    return Status(**{"label": humanize(table["id"]), "meaning": "", **table})


def _flag(table: Mapping[str, Any]) -> Flag:
    return Flag(**{"label": humanize(table["id"]), "meaning": "", **table})


def _outcome(table: Mapping[str, Any]) -> EventOutcome:
    return EventOutcome(**{"label": humanize(table["id"]), **table})


def _detail(table: Mapping[str, Any]) -> Detail:
    return Detail(**{"label": humanize(table["id"]), **table})


def _side(table: Mapping[str, Any]) -> Side:
    return Side(**table)


def placeholders(value: Any) -> set[str]:  # noqa: ANN401 - anything that TOML can hold
    """The names that stand anywhere in a value."""
    return {name for text in _texts(value) for name in _NAME.findall(text)}


def fill(value: Any, bind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - anything that TOML can hold
    """Put the bound values in.

    A text that is nothing but `$name` becomes the bound value itself, and a bound list inside a list its members; a name
    inside a longer text becomes text. Names that nothing binds stay as they are.
    """
    if isinstance(value, str):
        whole = _NAME.fullmatch(value)
        if whole and whole[1] in bind:
            return bind[whole[1]]
        return _NAME.sub(lambda found: _text(bind.get(found[1], found[0])), value) if "$" in value else value
    if isinstance(value, dict):
        return {key: fill(member, bind) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_members(value, bind))
    return value


def _members(value: Any, bind: Mapping[str, Any]) -> Iterator[Any]:  # noqa: ANN401 - anything that TOML can hold
    for member in value:
        filled = fill(member, bind)
        if isinstance(member, str) and isinstance(filled, list | tuple):
            yield from filled
        else:
            yield filled


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - anything that TOML can hold
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


# Builds one signal with its tracks, sources and history from its checked table.

_SIGNAL_LISTS = ("track", "source", "headline", "figure", "known", "date", "term", "example", "vocabulary", "article")


class Example(tables.Example):
    """An example with the signal that it is of."""

    signal: str


def build_signal(number: int, table: tables.Signal, ladders: Mapping[str, LadderTemplate], places: SourceMap) -> Signal:
    """Build the signal that stands at this number; what is wrong in its sentences and bindings is noted."""
    place: Position = ("signal", number)
    vocabulary = _vocabulary(table, place, places)
    built = Ladders(ladders, vocabulary, places)
    tracks = tuple(_track(table, each, built, (*place, "track", n)) for n, each in enumerate(table.track))
    rest = {
        "title": humanize(table.id),
        "why": "",
        **{key: value for key, value in table.given().items() if key not in _SIGNAL_LISTS},
    }
    return Signal(
        tracks=tracks,
        headlines=tuple(Headline(**each.given()) for each in table.headline) or headlines_of(tracks),
        sources=tuple(_source(table.id, each) for each in table.source),
        figures=tuple(FigureSpec(**{"unit": "", **each.given()}) for each in table.figure),
        known=tuple(_known(each) for each in table.known),
        dates=tuple(Date(**each.given()) for each in table.date),
        terms=tuple(Term(**each.given()) for each in table.term),
        article=Article(**table.article.given()) if table.article else None,
        vocabulary=vocabulary or Vocabulary(),
        **rest,
    )


def build_examples(table: tables.Signal) -> tuple[Example, ...]:
    """Build a signal's examples; one that names no track is of the first."""
    first = track_id(table.track[0])
    return tuple(Example(signal=table.id, **{"track": first, **each.given()}) for each in table.example)


def track_id(table: tables.Track) -> str:
    """The id of a track: its own, else its ladder's."""
    return table.id or table.ladder


def _vocabulary(table: tables.Signal, place: Position, places: SourceMap) -> Vocabulary | None:
    """The words of a signal; None where they are wrong: nothing can be said then of the sentences that use them."""
    try:
        return Vocabulary.of(table.vocabulary)
    except ValueError as error:
        places.note((*place, "vocabulary"), show(table.vocabulary), str(error).removeprefix("vocabulary: "))
        return None


def _track(signal: tables.Signal, table: tables.Track, ladders: Ladders, place: Position) -> Track:
    name = track_id(table)
    usual = humanize(name) if len(signal.track) > 1 else signal.title or humanize(signal.id)
    ladder = ladders.build(table.ladder, table.bind, place)
    return Track(name, table.title or usual, ladder, table.link, table.search)


def _source(signal: str, table: tables.Source) -> Source:
    own = {
        "id": table.id or source_id(table.url),
        "format": table.format,
        "publisher": table.publisher or registrable_domain(table.url),
        "every": table.every,
        "grace": table.given().get("grace", grace_of(table.every)),
        "follow": tuple(Follow(**_expecting(each)) for each in table.follow),
    }
    return Source(signal=signal, **{**_expecting(table), **own})


def _expecting(table: tables.Source | tables.Follow) -> dict[str, Any]:
    return {**table.given(), **({"expect": Expect(**table.expect.given())} if table.expect else {})}


def _known(table: tables.DeclaredFact) -> DeclaredFact:
    return DeclaredFact(**{**table.given(), "publisher": table.publisher or registrable_domain(table.url)})
