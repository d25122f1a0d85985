"""Verdicts: where each signal stood, kept for good, one row for each change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.core.decision.digest import summarise_one
from watcher.core.model import Quote, Verdict
from watcher.store.chain import extend
from watcher.store.codec import EPOCH, content, dump, load, micros, moment, sha256
from watcher.store.documents import Documents
from watcher.store.repository import Repository
from watcher.store.tables import CurrentVerdictRow, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

NOW = "SELECT v.signal, v.digest, v.verdict, p.as_of, p.verified_at FROM present p JOIN verdict v ON v.id = p.verdict"
BRIEF = (
    "SELECT p.signal, CASE WHEN p.brief_of = p.verdict THEN p.brief ELSE v.verdict END, p.as_of, p.verified_at"
    " FROM present p JOIN verdict v ON v.id = p.verdict"
)
OF = f"{NOW} WHERE p.signal = :signal"
HOLD = "UPDATE present SET as_of = :as_of, verified_at = :verified_at WHERE signal = :signal"
THEN = "SELECT verdict FROM verdict WHERE signal = :signal AND at <= :at ORDER BY at DESC, id DESC LIMIT 1"
HISTORY = "SELECT verdict FROM verdict WHERE signal = :signal AND at >= :since ORDER BY at DESC, id DESC LIMIT :most"
BASELINE = "SELECT baseline_at FROM present WHERE signal = :signal"
BEGUN = "SELECT min(baseline_at) FROM present"
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


def current(text: str, as_of: int, verified_at: int | None) -> Verdict:
    """The stored verdict, with the time at which it was last seen to hold."""
    return replace(load(Verdict, text), as_of=moment(as_of), verified_at=moment(verified_at))


class Verdicts(Repository):
    """Where each signal stood."""

    __slots__ = ()

    def put(self, verdict: Verdict) -> bool:
        """Keep a verdict; whether it says anything new. Otherwise only the time at which it was seen to hold moves."""
        held = self.row(OF, {"signal": verdict.signal})
        digest = substance(verdict)
        if held is not None and held[1] == digest:
            self.hold(verdict)
            return False
        text = dump(verdict)
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
        brief = dump(summarise_one(verdict, quotes=1))
        present = {**state, "brief": brief, "brief_of": number}
        self.upsert(CurrentVerdictRow, [present], change=("verdict", "as_of", "verified_at", "brief", "brief_of"))
        Documents(self.session).cite(quote.document for quote in quotes(verdict))
        return True

    def hold(self, verdict: Verdict) -> None:
        """Note when the present verdict of a signal was last decided and seen to hold."""
        self.run(HOLD, seen(verdict.signal, verdict.as_of, verdict.verified_at))

    def hold_all(self, verified: Mapping[str, datetime | None], now: datetime) -> None:
        """The same for many signals at `now`, by the time at which each was last verified."""
        self.run_all(HOLD, [seen(name, now, last) for name, last in verified.items()])

    def latest(self, signal: str) -> Verdict | None:
        """Where the signal stands; None before its first decision."""
        row = self.row(OF, {"signal": signal})
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

    def mark_baseline(self, signal: str, at: datetime) -> None:
        """The baseline of the signal is told. Its verdict must be there."""
        self.run(MARK, {"signal": signal, "at": micros(at)})


def seen(signal: str, as_of: datetime, verified_at: datetime | None) -> dict[str, object]:
    """When the verdict of a signal was last seen to hold, as columns."""
    return {"signal": signal, "as_of": micros(as_of), "verified_at": micros(verified_at)}
