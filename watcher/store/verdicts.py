"""Verdicts: where each signal stood, kept for good, one row for each change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.core.decision.digest import summarise_one
from watcher.core.model import Quote, Verdict
from watcher.store.chain import extend
from watcher.store.codec import EPOCH, content, dump, micros, sha256
from watcher.store.documents import Documents
from watcher.store.repository import Repository
from watcher.store.standings import VERDICTS_OF_SIGNAL, Standings
from watcher.store.tables import CurrentVerdictRow, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

HOLD = "UPDATE present SET as_of = :as_of, verified_at = :verified_at WHERE signal = :signal"
HOLD_ON = f"{HOLD} AND as_of <= :as_of"
"""Not where it was decided anew meanwhile."""
MARK = "UPDATE present SET baseline_at = :at WHERE signal = :signal"


def quotes(verdict: Verdict) -> Iterator[Quote]:
    """Every quote that proves a part of it."""
    for track in verdict.tracks:
        yield from track.evidence
        for flag in track.flags:
            yield from flag.evidence
        for event in track.events:
            yield from event.evidence
    yield from (figure.quote for figure in verdict.figures if figure.quote)
    yield from (quote for text in verdict.undecided for quote in text.quotes)


def substance(verdict: Verdict) -> str:
    """Fingerprint of what it says, whenever that was looked at."""
    return sha256(dump(replace(verdict, as_of=EPOCH, verified_at=None, baseline=False)).encode()).hex()[:32]


def line(signal: str, at: datetime, text: str) -> bytes:
    """What the chain covers."""
    return content(signal, micros(at), text)


class Verdicts(Standings, Repository):
    """Where each signal stood."""

    __slots__ = ()

    def put(self, verdict: Verdict) -> bool:
        """Keep a verdict; whether it says anything new. Otherwise only the time at which it was seen to hold moves."""
        held = self.row(VERDICTS_OF_SIGNAL, {"signal": verdict.signal})
        digest = substance(verdict)
        if held is not None and held[1] == digest:
            self.hold(verdict)
            return False
        text, brief = dump(verdict), dump(summarise_one(verdict, quotes=1))
        # Last: whoever writes verdicts meanwhile waits from here on to the commit.
        [(number, chain)] = extend(self.session, "verdict", [line(verdict.signal, verdict.as_of, text)])
        row = {
            "id": number,
            "signal": verdict.signal,
            "at": micros(verdict.as_of),
            "headline": verdict.headline,
            "digest": digest,
        }
        self.insert(VerdictRow, [{**row, "verdict": text, "chain": chain}])
        state = {**seen(verdict.signal, verdict.as_of, verdict.verified_at), "verdict": number, "baseline_at": None}
        present = {**state, "brief": brief, "brief_of": number}
        self.upsert(CurrentVerdictRow, [present], change=("verdict", "as_of", "verified_at", "brief", "brief_of"))
        Documents(self.session).cite(quote.document for quote in quotes(verdict))
        return True

    def hold(self, verdict: Verdict) -> None:
        """Note when the present verdict of a signal was last decided and seen to hold."""
        self.run(HOLD, seen(verdict.signal, verdict.as_of, verdict.verified_at))

    def hold_all(self, verified: Mapping[str, datetime | None], now: datetime) -> None:
        """The same for many signals at `now`, by the time at which each was last verified."""
        self.run_all(HOLD_ON, [seen(name, now, last) for name, last in verified.items()])

    def mark_baseline(self, signal: str, at: datetime) -> None:
        """The baseline of the signal is told. Its verdict must be there."""
        self.run(MARK, {"signal": signal, "at": micros(at)})


def seen(signal: str, as_of: datetime, verified_at: datetime | None) -> dict[str, object]:
    """When the verdict of a signal was last seen to hold, as columns."""
    return {"signal": signal, "as_of": micros(as_of), "verified_at": micros(verified_at)}
