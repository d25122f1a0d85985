"""Builds one signal with its tracks, sources and history from its checked table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watcher.config import signal_tables as tables
from watcher.config.defaults import headlines_of, publisher_of, source_id
from watcher.config.errors import show
from watcher.config.humanize import humanize
from watcher.config.ladders import Ladders, LadderTemplate
from watcher.config.line_numbers import Position
from watcher.config.source_map import SourceMap
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Article, Date, DeclaredFact, Expect, FigureSpec, Follow, Headline, Signal, Source, Track

_LISTS = ("track", "source", "headline", "figure", "known", "date", "example", "vocabulary", "article")


class Example(tables.Example):
    """An example with the signal that it is of."""

    signal: str


def build_signal(number: int, table: tables.Signal, ladders: Mapping[str, LadderTemplate], places: SourceMap) -> Signal:
    """Build the signal that stands at this number; what is wrong in its sentences and bindings is noted."""
    place: Position = ("signal", number)
    vocabulary = _vocabulary(table, place, places)
    built = Ladders(ladders, vocabulary, places)
    tracks = tuple(_track(table, each, built, (*place, "track", n)) for n, each in enumerate(table.track))
    rest = {"title": humanize(table.id), "why": "", **{key: value for key, value in table.given().items() if key not in _LISTS}}
    return Signal(
        tracks=tracks,
        headlines=tuple(Headline(**each.given()) for each in table.headline) or headlines_of(tracks),
        sources=tuple(_source(table.id, each) for each in table.source),
        figures=tuple(FigureSpec(**{"unit": "", **each.given()}) for each in table.figure),
        known=tuple(_known(each) for each in table.known),
        dates=tuple(Date(**each.given()) for each in table.date),
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
        "publisher": table.publisher or publisher_of(table.url),
        "every": table.every,
        "follow": tuple(Follow(**_expecting(each)) for each in table.follow),
    }
    return Source(signal=signal, **{**_expecting(table), **own})


def _expecting(table: tables.Source | tables.Follow) -> dict[str, Any]:
    return {**table.given(), **({"expect": Expect(**table.expect.given())} if table.expect else {})}


def _known(table: tables.DeclaredFact) -> DeclaredFact:
    return DeclaredFact(**{**table.given(), "publisher": table.publisher or publisher_of(table.url)})
