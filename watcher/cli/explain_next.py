"""What would move a track next: by which rules, said by whom, and what would make its standing firmer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from watcher.core.model import Ladder, Rule, Standing, TrackVerdict


@dataclass(frozen=True, slots=True)
class Move:
    """One status that can come next, and what would bring it."""

    status: str
    rules: tuple[str, ...]
    said_by: tuple[str, ...]

    def __str__(self) -> str:
        """In one line."""
        who = f" from {' or '.join(self.said_by)} sources" if self.said_by else ""
        return f"{self.status}, by rule {', '.join(self.rules)}{who}"

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"status": self.status, "rules": list(self.rules), "said_by": list(self.said_by)}


def moves_of(ladder: Ladder, track: TrackVerdict) -> tuple[Move, ...]:
    """The statuses that new claims could move the track to, in the order of the ladder; none from a final one."""
    here = next((place for place, rung in enumerate(ladder.statuses) if rung.id == track.status), 0)
    if ladder.statuses[here].final:
        return ()
    found = []
    for place, rung in enumerate(ladder.statuses):
        rules = [rule for rule in ladder.rules if rule.status == rung.id and _leaves(rule, track.status, up=place > here)]
        if rules and (place != here or ladder.series):
            speakers = dict.fromkeys(tier.value for rule in rules for tier in rule.by)
            found.append(Move(rung.id, tuple(rule.id for rule in rules), tuple(speakers)))
    return tuple(found)


def _leaves(rule: Rule, status: str, *, up: bool) -> bool:
    return (up and status not in rule.not_from) or status in rule.back_from


def confirmation_hints(ladder: Ladder, track: TrackVerdict) -> Iterator[str]:
    """What would make the standing of the present status firmer, in words."""
    voices = ladder.rung(track.status).confirm
    if track.standing is Standing.REPORTED:
        yield "official words would confirm it; the press alone cannot"
    elif track.standing is Standing.PROVISIONAL and track.evidence:
        yield f"another voice would confirm it: it asks for {voices} that do not copy each other, one of them official"
