"""Checks that every name in the file is declared, and declared once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from watcher import formats
from watcher.config import signal_tables
from watcher.config.defaults import source_id
from watcher.config.errors import one_of, show
from watcher.config.file_model import SignalsFile
from watcher.config.line_numbers import Position
from watcher.config.recipients import recipient_id
from watcher.config.signals import track_id
from watcher.config.source_map import LADDER, SourceMap

_IN_LABEL = re.compile(r"\{([a-z0-9_-]+)\.[a-z0-9_]+\}")
_NOTHING_CLAIMED = "none"
_SAME_DAY = "day"
"""In `cancels`: whatever was claimed of the same day."""
Tracks: TypeAlias = Mapping[str, signal_tables.Ladder | None]
"""The tracks of a signal by id, each with its ladder, where that is declared."""


def note_references(tables: SignalsFile, places: SourceMap) -> None:
    """Note every name that is used and not declared, and every name that is declared twice."""
    signals = [signal.id for signal in tables.signal]
    _note_twice(signals, ("signal",), places)
    _note_twice(map(recipient_id, tables.recipient), ("recipient",), places)
    ids = [(n, m, name) for n, signal in enumerate(tables.signal) for m, name in enumerate(_source_ids(signal))]
    _note_sources(ids, places)
    for name, ladder in tables.ladder.items():
        _note_ladder(name, ladder, {name for _, _, name in ids}, places)
    for number, signal in enumerate(tables.signal):
        _note_signal(number, signal, tables.ladder, places)
    for number, each in enumerate(tables.recipient):
        _note_names(each.signals, signals, ("recipient", number, "signals"), places)


def _note_sources(ids: Iterable[tuple[int, int, str]], places: SourceMap) -> None:
    seen: set[str] = set()
    for signal, number, name in ids:
        if name in seen:
            places.note(
                ("signal", signal, "source", number, "id"), f'"{name}" again', "an id that no other source of any signal has"
            )
        seen.add(name)


def _note_twice(names: Iterable[str], place: Position, places: SourceMap) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            places.note((*place, number, "id"), f'"{name}" again', f"an id that no other {place[-1]} here has")
        seen.add(name)


def _note_name(name: str, declared: Collection[str], place: Position, places: SourceMap) -> None:
    if name and name not in declared:
        places.note(place, show(name), one_of(name, declared))


def _note_names(names: Iterable[str], declared: Collection[str], place: Position, places: SourceMap) -> None:
    for name in names:
        _note_name(name, declared, place, places)


def _note_ladder(name: str, ladder: signal_tables.Ladder, sources: Collection[str], places: SourceMap) -> None:
    statuses, flags = [each.id for each in ladder.status], [each.id for each in ladder.flag]
    listed = (ladder.side, ladder.rule, ladder.outcome, ladder.detail)
    sides, rules, outcomes, details = ([each.id for each in kind] for kind in listed)
    kinds = {"status": statuses, "rule": rules, "flag": flags, "outcome": outcomes, "side": sides, "detail": details}
    for kind, ids in kinds.items():
        _note_twice(ids, (LADDER, name, kind), places)
    if not statuses:
        places.note((LADDER, name, "status"), "an empty list", "at least one status")
    _note_sides(name, ladder, places)
    for number, rule in enumerate(ladder.rule):
        place = (LADDER, name, "rule", number)
        _note_name(rule.status, statuses, (*place, "status"), places)
        _note_name(rule.flag, flags, (*place, "flag"), places)
        _note_names(rule.back_from, statuses, (*place, "back_from"), places)
        _note_names(rule.not_from, statuses, (*place, "not_from"), places)
        _note_names(rule.cancels, [*statuses, _SAME_DAY], (*place, "cancels"), places)
        _note_names(rule.clears, flags, (*place, "clears"), places)
        _note_names((each for each in rule.sources if "$" not in each), sources, (*place, "sources"), places)
        _note_purpose(rule, place, places)


def _note_sides(name: str, ladder: signal_tables.Ladder, places: SourceMap) -> None:
    """Note a comparison without two sides or a name of their difference, and a rule that reads one which is not declared."""
    sides = [each.id for each in ladder.side]
    if len(sides) not in {0, 2}:
        places.note((LADDER, name, "side"), show(sides), "two sides, the one that is watched first, or none")
    if sides and not ladder.difference:
        places.note((LADDER, name), "two sides", 'the key difference, the name of what lies between their rates, as "gap"')
    for number, rule in enumerate(ladder.rule):
        if rule.outcome and not sides:
            found = "true in a ladder without sides"
            places.note(
                (LADDER, name, "rule", number, "outcome"), found, "two tables [[ladder.NAME.side]] to compare, or no outcome"
            )


def _note_purpose(rule: signal_tables.Rule, place: Position, places: SourceMap) -> None:
    """Note a rule that leads nowhere."""
    if not (rule.status or rule.flag or rule.review or rule.clears or rule.cancels or rule.details):
        places.note(place, "a rule that leads nowhere", "one of the keys status, flag, review, clears or details")


def _note_signal(
    number: int, signal: signal_tables.Signal, ladders: Mapping[str, signal_tables.Ladder], places: SourceMap
) -> None:
    place: Position = ("signal", number)
    tracks = {track_id(each): ladders.get(each.ladder) for each in signal.track}
    _note_twice((each.id for each in signal.figure), (*place, "figure"), places)
    _note_twice((each.id for each in signal.date), (*place, "date"), places)
    _note_twice(map(track_id, signal.track), (*place, "track"), places)
    for kind, listed in (("track", signal.track), ("source", signal.source)):
        if not listed:
            places.note((*place, kind), "an empty list", f"at least one {kind}")
    for n, track in enumerate(signal.track):
        _note_name(track.ladder, ladders, (*place, "track", n, "ladder"), places)
    for n, headline in enumerate(signal.headline):
        _note_headline(headline, tracks, (*place, "headline", n), places)
    for n, known in enumerate(signal.known):
        _note_standing(known, known.track, tracks, (*place, "known", n), places)
        if ladder := tracks.get(known.track):
            _note_names(known.clears, [each.id for each in ladder.flag], (*place, "known", n, "clears"), places)
    for n, example in enumerate(signal.example):
        track_name = example.track or next(iter(tracks), "")
        _note_standing(example, track_name, tracks, (*place, "example", n), places, _NOTHING_CLAIMED)
        _note_name(example.source, _source_ids(signal), (*place, "example", n, "source"), places)


def _source_ids(signal: signal_tables.Signal) -> list[str]:
    return [each.id or source_id(each.url) for each in signal.source]


def _note_headline(headline: signal_tables.Headline, tracks: Tracks, place: Position, places: SourceMap) -> None:
    for key, standing in (("when", headline.when), ("any_of", headline.any_of)):
        for track, statuses in standing.items():
            _note_name(track, tracks, (*place, key, track), places)
            if ladder := tracks.get(track):
                _note_names(statuses, [each.id for each in ladder.status], (*place, key, track), places)
    _note_names(_IN_LABEL.findall(headline.label), tracks, (*place, "label"), places)


def _note_standing(
    table: signal_tables.DeclaredFact | signal_tables.Example,
    track: str,
    tracks: Tracks,
    place: Position,
    places: SourceMap,
    *also: str,
) -> None:
    """Check the track, the status and the flag that a piece of history or an example names."""
    _note_name(track, tracks, (*place, "track"), places)
    if ladder := tracks.get(track):
        _note_name(table.status, [*(each.id for each in ladder.status), *also], (*place, "status"), places)
        _note_name(table.flag, [each.id for each in ladder.flag], (*place, "flag"), places)


def note_options(tables: SignalsFile, places: SourceMap) -> None:
    """Note every option that the format of a source or of a followed page does not know."""
    for number, signal in enumerate(tables.signal):
        for n, source in enumerate(signal.source):
            place: Position = ("signal", number, "source", n)
            _note_options_of(source, (*place, "options"), places)
            for m, follow in enumerate(source.follow):
                _note_options_of(follow, (*place, "follow", m, "options"), places)


def _note_options_of(table: signal_tables.Source | signal_tables.Follow, place: Position, places: SourceMap) -> None:
    known = formats.options(table.format) if table.options else None
    if known is not None:
        for key in table.options:
            _note_name(key, known, (*place, key), places)
