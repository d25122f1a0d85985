"""Builds the ladder of one track: placeholders filled, sentences read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watcher.config.binding import fill, placeholders
from watcher.config.errors import show
from watcher.config.lines import Place
from watcher.config.places import LADDER, Places
from watcher.config.spoken import spoken
from watcher.core.model import Flag, Ladder, Rule, Status
from watcher.core.says import Sentence
from watcher.core.vocabulary import Vocabulary


class Ladders:
    """The ladders of one signal; two tracks that bind nothing share theirs."""

    def __init__(self, tables: Mapping[str, Any], vocabulary: Vocabulary, places: Places) -> None:
        self.tables = tables
        self.vocabulary = vocabulary
        self.places = places
        self.built: dict[str, Ladder] = {}

    def build(self, name: str, bind: Mapping[str, Any], track: Place) -> Ladder:
        """Build the ladder of this name for a track at a place; what it asks for and the track does not bind is noted."""
        table = self.tables[name]
        asked = placeholders(table) if name not in self.built else set[str]()
        self._note_bindings(name, asked, bind, track)
        if name in self.built:
            return self.built[name]
        ladder = self._ladder(name, table, bind)
        if not asked:
            self.built[name] = ladder
        return ladder

    def _note_bindings(self, name: str, asked: set[str], bind: Mapping[str, Any], track: Place) -> None:
        for missing in sorted(asked - bind.keys()):
            place = (*track, "bind") if bind else track
            self.places.note(place, show(dict(bind)), f'bind to give "{missing}", which ladder "{name}" asks for as ${missing}')
        for unused in sorted(bind.keys() - asked):
            self.places.note((*track, "bind", unused), show(bind[unused]), f'a name that ladder "{name}" uses as ${unused}')

    def _ladder(self, name: str, table: Mapping[str, Any], bind: Mapping[str, Any]) -> Ladder:
        words = {key: " ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in bind.items()}
        rest = {key: value for key, value in table.items() if key not in {"status", "rule", "flag"}}
        return Ladder(
            id=name,
            statuses=tuple(_status(fill(each, words)) for each in table["status"]),
            rules=tuple(self._rule(name, n, each, bind) for n, each in enumerate(table.get("rule", ()))),
            flags=tuple(_flag(fill(each, words)) for each in table.get("flag", ())),
            **rest,
        )

    def _rule(self, name: str, number: int, table: Mapping[str, Any], bind: Mapping[str, Any]) -> Rule:
        filled = fill(dict(table), bind)
        says = filled.pop("says", None)
        return Rule(**filled, sentence=None if says is None else self._sentence((LADDER, name, "rule", number, "says"), says))

    def _sentence(self, place: Place, says: Mapping[str, Any]) -> Sentence | None:
        try:
            return Sentence.of(says, self.vocabulary)
        except ValueError as error:
            self.places.note(place, show(says), str(error).removeprefix("says: "))
            return None


def _status(table: Mapping[str, Any]) -> Status:
    return Status(**{"label": spoken(table["id"]), "meaning": "", **table})


def _flag(table: Mapping[str, Any]) -> Flag:
    return Flag(**{"label": spoken(table["id"]), "meaning": "", **table})
