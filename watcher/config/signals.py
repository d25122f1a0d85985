"""Builds one signal with its tracks, sources and history from its checked table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watcher.config.defaults import EVERY, FORMAT, headlines_of, publisher_of, source_id
from watcher.config.errors import show
from watcher.config.humanize import humanize
from watcher.config.ladders import Ladders, LadderTemplate
from watcher.config.line_numbers import Position
from watcher.config.settings import Example
from watcher.config.source_map import SourceMap
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Date, DeclaredFact, Expect, FigureSpec, Follow, Headline, Signal, Source, Track

_LISTS = ("track", "source", "headline", "figure", "known", "date", "example", "vocabulary")


def build_signal(number: int, table: Mapping[str, Any], ladders: Mapping[str, LadderTemplate], places: SourceMap) -> Signal:
    """Build the signal that stands at this number; what is wrong in its sentences and bindings is noted."""
    place: Position = ("signal", number)
    vocabulary = _vocabulary(table, place, places)
    built = Ladders(ladders, vocabulary, places)
    tracks = tuple(_track(table, n, each, built, (*place, "track", n)) for n, each in enumerate(table["track"]))
    rest = {"title": humanize(table["id"]), "why": "", **{key: value for key, value in table.items() if key not in _LISTS}}
    return Signal(
        tracks=tracks,
        headlines=tuple(Headline(**each) for each in table.get("headline", ())) or headlines_of(tracks),
        sources=tuple(_source(table["id"], each) for each in table["source"]),
        figures=tuple(FigureSpec(**{"unit": "", **each}) for each in table.get("figure", ())),
        known=tuple(_known(each) for each in table.get("known", ())),
        dates=tuple(Date(**each) for each in table.get("date", ())),
        vocabulary=vocabulary or Vocabulary(),
        **rest,
    )


def build_examples(table: Mapping[str, Any]) -> tuple[Example, ...]:
    """Build a signal's examples; one that names no track is of the first."""
    usual = {"signal": table["id"], "track": track_id(table["track"][0]), "status": "none"}
    return tuple(Example(**{**usual, **each}) for each in table.get("example", ()))


def track_id(table: Mapping[str, Any]) -> str:
    """The id of a track: its own, else its ladder's."""
    return str(table.get("id", table["ladder"]))


def _vocabulary(table: Mapping[str, Any], place: Position, places: SourceMap) -> Vocabulary | None:
    """The words of a signal; None where they are wrong: nothing can be said then of the sentences that use them."""
    try:
        return Vocabulary.of(table.get("vocabulary", {}))
    except ValueError as error:
        words = str(error).removeprefix("vocabulary: ")
        places.note((*place, "vocabulary"), show(table["vocabulary"]), words)
        return None


def _track(signal: Mapping[str, Any], number: int, table: Mapping[str, Any], ladders: Ladders, place: Position) -> Track:
    name = track_id(table)
    title = signal.get("title", humanize(signal["id"])) if number == 0 and len(signal["track"]) == 1 else humanize(name)
    ladder = ladders.build(table["ladder"], table.get("bind", {}), place)
    return Track(name, table.get("title", title), ladder, table.get("link", ""), table.get("search", ""))


def _source(signal: str, table: Mapping[str, Any]) -> Source:
    rest = {"format": FORMAT, "every": EVERY, **table}
    if "id" not in rest:
        rest["id"] = source_id(rest["url"])
    if "publisher" not in rest:
        rest["publisher"] = publisher_of(rest["url"])
    rest["follow"] = tuple(Follow(**_expecting(each)) for each in rest.get("follow", ()))
    return Source(signal=signal, **_expecting(rest))


def _expecting(table: Mapping[str, Any]) -> dict[str, Any]:
    return {**table, **({"expect": Expect(**table["expect"])} if "expect" in table else {})}


def _known(table: Mapping[str, Any]) -> DeclaredFact:
    return DeclaredFact(**{**table, "publisher": table.get("publisher") or publisher_of(table["url"])})
