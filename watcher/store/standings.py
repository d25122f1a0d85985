"""Where each signal stands and stood, as it is read; no table need be loaded for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.core.decision.digest import summarise_one
from watcher.core.model import Verdict
from watcher.store.codec import EPOCH, load, micros, moment
from watcher.store.statements import Statements

if TYPE_CHECKING:
    from datetime import datetime

NOW = "SELECT v.signal, v.digest, v.verdict, p.as_of, p.verified_at FROM present p JOIN verdict v ON v.id = p.verdict"
BRIEF = (
    "SELECT p.signal, CASE WHEN p.brief_of = p.verdict THEN p.brief ELSE v.verdict END, p.as_of, p.verified_at"
    " FROM present p JOIN verdict v ON v.id = p.verdict"
)
VERDICTS_OF_SIGNAL = f"{NOW} WHERE p.signal = :signal"
THEN = "SELECT verdict FROM verdict WHERE signal = :signal AND at <= :at ORDER BY at DESC, id DESC LIMIT 1"
HISTORY = "SELECT verdict FROM verdict WHERE signal = :signal AND at >= :since ORDER BY at DESC, id DESC LIMIT :most"
BASELINE = "SELECT baseline_at FROM present WHERE signal = :signal"
BEGUN = "SELECT min(baseline_at) FROM present"


def current(text: str, as_of: int, verified_at: int | None) -> Verdict:
    """The stored verdict, with the time at which it was last seen to hold."""
    return replace(load(Verdict, text), as_of=moment(as_of), verified_at=moment(verified_at))


class Standings(Statements):
    """Where each signal stands and stood."""

    __slots__ = ()

    def latest(self, signal: str) -> Verdict | None:
        """Where the signal stands; None before its first decision."""
        row = self.row(VERDICTS_OF_SIGNAL, {"signal": signal})
        return current(*row[2:]) if row else None

    def all_latest(self) -> dict[str, Verdict]:
        """Where every signal stands, by its id."""
        return {row[0]: current(*row[2:]) for row in self.rows(NOW)}

    def all_in_brief(self) -> dict[str, Verdict]:
        """The same as a digest carries them (core/decision/digest.py), with one quote for each track."""
        found = self.stream(BRIEF)
        return {signal: summarise_one(current(text, *seen), quotes=1) for signal, text, *seen in found}

    def decided(self) -> frozenset[str]:
        """The signals that have been decided."""
        return frozenset(name for (name,) in self.rows("SELECT signal FROM present"))

    def as_of(self, signal: str, moment: datetime) -> Verdict | None:
        """What the watch held at that moment, as it was decided then; None before the first decision."""
        text = self.value(THEN, {"signal": signal, "at": micros(moment)})
        return load(Verdict, text) if text else None

    def history(self, signal: str, *, since: datetime = EPOCH, limit: int = 1_000) -> list[Verdict]:
        """The verdicts of a signal as they changed, newest first."""
        found = self.rows(HISTORY, {"signal": signal, "since": micros(since), "most": limit})
        return [load(Verdict, text) for (text,) in found]

    def baseline(self, signal: str) -> datetime | None:
        """When the baseline of the signal was told; None before."""
        return self.moment(BASELINE, {"signal": signal})

    def begun(self) -> datetime | None:
        """When the first baseline of any signal was told; None before."""
        return self.moment(BEGUN)
