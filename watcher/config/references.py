"""Checks that every name in the file is declared, and declared once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from watcher import formats
from watcher.config.defaults import FORMAT, source_id
from watcher.config.errors import one_of, show
from watcher.config.line_numbers import Position
from watcher.config.recipients import recipient_id
from watcher.config.signals import track_id
from watcher.config.source_map import LADDER, SourceMap

_IN_LABEL = re.compile(r"\{([a-z0-9_-]+)\.[a-z0-9_]+\}")
_NOTHING_CLAIMED = "none"
_SAME_DAY = "day"
"""In `cancels`: whatever was claimed of the same day."""


def note_references(tables: Mapping[str, Any], places: SourceMap) -> None:
    """Note every name that is used and not declared, and every name that is declared twice."""
    signals, ladders = tables["signal"], tables.get(LADDER, {})
    _note_twice(signals, ("signal",), places)
    _note_twice(({"id": recipient_id(each)} for each in tables.get("recipient", ())), ("recipient",), places)
    ids = [
        (n, m, each.get("id") or source_id(each["url"]))
        for n, signal in enumerate(signals)
        for m, each in enumerate(signal["source"])
    ]
    _note_sources(ids, places)
    for name, ladder in ladders.items():
        _note_ladder(name, ladder, {name for _, _, name in ids}, places)
    for number, signal in enumerate(signals):
        _note_signal(number, signal, ladders, places)
    for number, each in enumerate(tables.get("recipient", ())):
        _note_names(each.get("signals", ()), [signal["id"] for signal in signals], ("recipient", number, "signals"), places)


def _note_sources(ids: Iterable[tuple[int, int, str]], places: SourceMap) -> None:
    seen: set[str] = set()
    for signal, number, name in ids:
        if name in seen:
            places.note(
                ("signal", signal, "source", number, "id"), f'"{name}" again', "an id that no other source of any signal has"
            )
        seen.add(name)


def _note_twice(tables: Iterable[Mapping[str, Any]], place: Position, places: SourceMap) -> None:
    seen: set[str] = set()
    for number, table in enumerate(tables):
        if table["id"] in seen:
            places.note((*place, number, "id"), f'"{table["id"]}" again', f"an id that no other {place[-1]} here has")
        seen.add(table["id"])


def _note_name(name: str, declared: Collection[str], place: Position, places: SourceMap) -> None:
    if name and name not in declared:
        places.note(place, show(name), one_of(name, declared))


def _note_names(names: Iterable[str], declared: Collection[str], place: Position, places: SourceMap) -> None:
    for name in names:
        _note_name(name, declared, place, places)


def _ids(tables: Iterable[Mapping[str, Any]]) -> list[str]:
    return [table["id"] for table in tables]


def _note_ladder(name: str, ladder: Mapping[str, Any], sources: Collection[str], places: SourceMap) -> None:
    for kind in ("status", "rule", "flag", "outcome", "side"):
        _note_twice(ladder.get(kind, ()), (LADDER, name, kind), places)
    statuses, flags = _ids(ladder["status"]), _ids(ladder.get("flag", ()))
    if not statuses:
        places.note((LADDER, name, "status"), "an empty list", "at least one status")
    _note_sides(name, ladder, places)
    for number, rule in enumerate(ladder.get("rule", ())):
        place = (LADDER, name, "rule", number)
        for key, declared in (("status", statuses), ("flag", flags)):
            _note_name(rule.get(key, ""), declared, (*place, key), places)
        for key, also in (("back_from", ()), ("not_from", ()), ("cancels", (_SAME_DAY,))):
            _note_names(rule.get(key, ()), [*statuses, *also], (*place, key), places)
        _note_names(rule.get("clears", ()), flags, (*place, "clears"), places)
        _note_names((each for each in rule.get("sources", ()) if "$" not in each), sources, (*place, "sources"), places)
        _note_purpose(rule, place, places)


def _note_sides(name: str, ladder: Mapping[str, Any], places: SourceMap) -> None:
    """Note a comparison without two sides or a name of their difference, and a rule that reads one which is not declared."""
    sides = ladder.get("side", ())
    if len(sides) not in {0, 2}:
        places.note((LADDER, name, "side"), show(_ids(sides)), "two sides, the one that is watched first, or none")
    if sides and not ladder.get("difference"):
        places.note((LADDER, name), "two sides", 'the key difference, the name of what lies between their rates, as "gap"')
    for number, rule in enumerate(ladder.get("rule", ())):
        if rule.get("outcome") and not sides:
            found = "true in a ladder without sides"
            places.note(
                (LADDER, name, "rule", number, "outcome"), found, "two tables [[ladder.NAME.side]] to compare, or no outcome"
            )


def _note_purpose(rule: Mapping[str, Any], place: Position, places: SourceMap) -> None:
    """Note a rule that leads nowhere."""
    if not any(rule.get(key) for key in ("status", "flag", "review", "clears", "cancels", "details")):
        places.note(place, "a rule that leads nowhere", "one of the keys status, flag, review, clears or details")


def _note_signal(number: int, signal: Mapping[str, Any], ladders: Mapping[str, Any], places: SourceMap) -> None:
    place: Position = ("signal", number)
    tracks = {track_id(each): ladders.get(each["ladder"]) for each in signal["track"]}
    for kind in ("figure", "date"):
        _note_twice(signal.get(kind, ()), (*place, kind), places)
    _note_twice(({"id": track_id(each)} for each in signal["track"]), (*place, "track"), places)
    for kind in ("track", "source"):
        if not signal[kind]:
            places.note((*place, kind), "an empty list", f"at least one {kind}")
    for n, each in enumerate(signal["track"]):
        _note_name(each["ladder"], ladders, (*place, "track", n, "ladder"), places)
    for n, each in enumerate(signal.get("headline", ())):
        _note_headline(each, tracks, (*place, "headline", n), places)
    for n, each in enumerate(signal.get("known", ())):
        _note_standing(each, tracks, (*place, "known", n), places)
    for n, each in enumerate(signal.get("example", ())):
        first = {"track": next(iter(tracks), "")}
        _note_standing({**first, **each}, tracks, (*place, "example", n), places, _NOTHING_CLAIMED)
        _note_name(each.get("source", ""), _source_ids(signal), (*place, "example", n, "source"), places)


def _source_ids(signal: Mapping[str, Any]) -> list[str]:
    return [each.get("id") or source_id(each["url"]) for each in signal["source"]]


def _note_headline(headline: Mapping[str, Any], tracks: Mapping[str, Any], place: Position, places: SourceMap) -> None:
    for key in ("when", "any_of"):
        for track, statuses in headline.get(key, {}).items():
            _note_name(track, tracks, (*place, key, track), places)
            declared = _ids(tracks[track]["status"]) if tracks.get(track) else statuses
            _note_names(statuses, declared, (*place, key, track), places)
    _note_names(_IN_LABEL.findall(headline["label"]), tracks, (*place, "label"), places)


def _note_standing(table: Mapping[str, Any], tracks: Mapping[str, Any], place: Position, places: SourceMap, *also: str) -> None:
    """Check the track, the status and the flags that a piece of history or an example names."""
    _note_name(table["track"], tracks, (*place, "track"), places)
    if ladder := tracks.get(table["track"]):
        _note_name(table.get("status", ""), [*_ids(ladder["status"]), *also], (*place, "status"), places)
        flags = _ids(ladder.get("flag", ()))
        _note_name(table.get("flag", ""), flags, (*place, "flag"), places)
        _note_names(table.get("clears", ()), flags, (*place, "clears"), places)


def note_options(tables: Mapping[str, Any], places: SourceMap) -> None:
    """Note every option that the format of a source or of a followed page does not know."""
    for number, signal in enumerate(tables["signal"]):
        for n, source in enumerate(signal["source"]):
            place: Position = ("signal", number, "source", n)
            follows = [(each, (*place, "follow", m)) for m, each in enumerate(source.get("follow", ()))]
            for table, at in ((source, place), *follows):
                _note_options_of(table, (*at, "options"), places)


def _note_options_of(table: Mapping[str, Any], place: Position, places: SourceMap) -> None:
    if not table.get("options"):
        return
    known = formats.options(table.get("format", FORMAT))
    if known is not None:
        for key in table["options"]:
            _note_name(key, known, (*place, key), places)
