"""Verdicts: where each signal stood, kept for good, one row for each change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from watcher.core.model import Quote, Verdict
from watcher.store.base import Noun, table
from watcher.store.chain import extend
from watcher.store.codec import EPOCH, content, dump, load, micros, sha256
from watcher.store.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Row

VERDICT = table("verdict")
PRESENT = table("present")
HOLD = (
    update(PRESENT).where(PRESENT.c.signal == bindparam("of")).values(as_of=bindparam("now"), verified_at=bindparam("verified"))
)
NOW = select(VERDICT, PRESENT.c.as_of, PRESENT.c.verified_at).select_from(PRESENT.join(VERDICT))


def quotes(verdict: Verdict) -> Iterator[Quote]:
    """Every quote that proves a part of it."""
    for track in verdict.tracks:
        yield from track.evidence
        for flag in track.flags:
            yield from flag.evidence
        for event in track.events:
            yield from event.evidence
    yield from (figure.quote for figure in verdict.figures if figure.quote)


def substance(verdict: Verdict) -> str:
    """Fingerprint of what it says, whenever that was looked at."""
    return sha256(dump(replace(verdict, as_of=EPOCH, verified_at=None, baseline=False)).encode()).hex()[:32]


def line(signal: str, at: datetime, text: str) -> bytes:
    """What the chain covers."""
    return content(signal, micros(at), text)


def current(row: Row[Any]) -> Verdict:
    """The stored verdict, with the time at which it was last seen to hold."""
    return replace(load(Verdict, row.verdict), as_of=row.as_of, verified_at=row.verified_at)


class Verdicts(Noun):
    """Where each signal stood."""

    __slots__ = ()

    def put(self, verdict: Verdict) -> bool:
        """Keep a verdict; whether it says anything new. Otherwise only the time at which it was seen to hold moves."""
        held = self.connection.execute(NOW.where(PRESENT.c.signal == verdict.signal)).one_or_none()
        digest = substance(verdict)
        if held is not None and held.digest == digest:
            self.hold(verdict)
            return False
        text = dump(verdict)
        [(number, chain)] = extend(self.connection, "verdict", [line(verdict.signal, verdict.as_of, text)])
        row = {"id": number, "signal": verdict.signal, "at": verdict.as_of, "headline": verdict.headline, "digest": digest}
        self.insert("verdict", [{**row, "verdict": text, "chain": chain}])
        state = {"signal": verdict.signal, "verdict": number, "as_of": verdict.as_of, "verified_at": verdict.verified_at}
        self.upsert("present", [{**state, "baseline_at": None}], change=("verdict", "as_of", "verified_at"))
        Documents(self.connection).cite(quote.document for quote in quotes(verdict))
        return True

    def hold(self, verdict: Verdict) -> None:
        """Note when the present verdict of a signal was last decided and seen to hold."""
        statement = update(PRESENT).where(PRESENT.c.signal == verdict.signal)
        self.connection.execute(statement.values(as_of=verdict.as_of, verified_at=verdict.verified_at))

    def hold_all(self, verified: Mapping[str, datetime | None], now: datetime) -> None:
        """The same for many signals at `now`, by the time at which each was last verified."""
        rows = [{"of": name, "now": now, "verified": moment} for name, moment in verified.items()]
        if rows:
            self.connection.execute(HOLD, rows)

    def latest(self, signal: str) -> Verdict | None:
        """Where the signal stands; None before its first decision."""
        row = self.connection.execute(NOW.where(PRESENT.c.signal == signal)).one_or_none()
        return current(row) if row else None

    def all_latest(self) -> dict[str, Verdict]:
        """Where every signal stands, by its id."""
        return {row.signal: current(row) for row in self.connection.execute(NOW)}

    def as_of(self, signal: str, moment: datetime) -> Verdict | None:
        """What the watch held at that moment, as it was decided then; None before the first decision."""
        statement = select(VERDICT.c.verdict).where(VERDICT.c.signal == signal, VERDICT.c.at <= moment)
        text = self.connection.execute(statement.order_by(VERDICT.c.at.desc(), VERDICT.c.id.desc()).limit(1)).scalar()
        return load(Verdict, text) if text else None

    def history(self, signal: str, *, since: datetime = EPOCH, limit: int = 1_000) -> list[Verdict]:
        """The verdicts of a signal as they changed, newest first."""
        statement = select(VERDICT.c.verdict).where(VERDICT.c.signal == signal, VERDICT.c.at >= since)
        found = self.connection.execute(statement.order_by(VERDICT.c.at.desc(), VERDICT.c.id.desc()).limit(limit)).scalars()
        return [load(Verdict, text) for text in found]

    def baseline(self, signal: str) -> datetime | None:
        """When the baseline of the signal was told; None before."""
        return self.connection.execute(select(PRESENT.c.baseline_at).where(PRESENT.c.signal == signal)).scalar()

    def begun(self) -> datetime | None:
        """When the first baseline of any signal was told; None before."""
        return self.connection.execute(select(func.min(PRESENT.c.baseline_at))).scalar()

    def mark_baseline(self, signal: str, at: datetime) -> None:
        """The baseline of the signal is told. Its verdict must be there."""
        self.connection.execute(update(PRESENT).where(PRESENT.c.signal == signal).values(baseline_at=at))
