"""Verdicts, the transitions between them, and the digests that tell of those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlmodel import col, select

from watcher.core.decision.digest import summarise_one
from watcher.core.model import Change, Digest, Quote, Transition, Verdict
from watcher.store.chain import extend
from watcher.store.codec import EPOCH, content, dump, load, micros, moment, sha256
from watcher.store.documents import Documents
from watcher.store.records import Outgoing, State
from watcher.store.repository import NONE, Repository, Values, batches
from watcher.store.summary import VERDICTS_OF_SIGNAL, Standings
from watcher.store.tables import CurrentVerdictRow, DeliveryRow, DigestRow, TransitionRow, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime


# Verdicts: where each signal stood, kept for good, one row for each change.

HOLD = "UPDATE present SET as_of = :as_of, verified_at = :verified_at WHERE signal = :signal"
HOLD_ON = f"{HOLD} AND as_of <= :as_of"
"""Not where it was decided anew meanwhile."""
MARK_BASELINE = "UPDATE present SET baseline_at = :at WHERE signal = :signal"


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


def verdict_line(signal: str, at: datetime, text: str) -> bytes:
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
        [(number, chain)] = extend(self.session, "verdict", [verdict_line(verdict.signal, verdict.as_of, text)])
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
        self.run(MARK_BASELINE, {"signal": signal, "at": micros(at)})


def seen(signal: str, as_of: datetime, verified_at: datetime | None) -> dict[str, object]:
    """When the verdict of a signal was last seen to hold, as columns."""
    return {"signal": signal, "as_of": micros(as_of), "verified_at": micros(verified_at)}


# Transitions: what changed, each waiting for the digest that tells it.

ALL_TRANSITIONS = "SELECT id, transition FROM transition"
PENDING = f"{ALL_TRANSITIONS} WHERE digest IS NULL ORDER BY id"
BEGINNING = "SELECT signal FROM transition WHERE digest IS NULL AND kind = 'baseline'"
WAITING = "SELECT kind, min(at) FROM transition WHERE digest IS NULL GROUP BY kind"
SINCE = f"{ALL_TRANSITIONS} WHERE at >= :since ORDER BY at DESC, id DESC LIMIT :most"
TRANSITIONS_OF_SIGNAL = f"{ALL_TRANSITIONS} WHERE signal = :signal AND at >= :since ORDER BY at DESC, id DESC LIMIT :most"
TOLD_TRANSITIONS = f"{ALL_TRANSITIONS} WHERE digest = :digest ORDER BY id"
TOLD_IN = "SELECT id, digest FROM transition WHERE id IN :ids AND digest IS NOT NULL"
MARK_DIGEST = "UPDATE transition SET digest = :digest WHERE id = :id"


def transition_line(signal: str, at: datetime, text: str) -> bytes:
    """What the chain covers; which digest told it is known only later."""
    return content(signal, micros(at), text)


class Transitions(Repository):
    """What changed."""

    __slots__ = ()

    def add(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Keep what changed, in the transaction of the verdict that changed it; they come back with their ids."""
        texts = [dump(replace(one, id=0)) for one in transitions]
        lines = [transition_line(one.signal, one.at, text) for one, text in zip(transitions, texts, strict=True)]
        links = extend(self.session, "transition", lines)
        done = [replace(one, id=number) for one, (number, _) in zip(transitions, links, strict=True)]
        self.insert(
            TransitionRow,
            [
                {"id": one.id, "signal": one.signal, "at": micros(one.at), "kind": one.kind.value}
                | {"digest": None, "transition": text, "chain": chain}
                for one, text, (_, chain) in zip(done, texts, links, strict=True)
            ],
        )
        Documents(self.session).cite(quote.document for one in done for quote in one.evidence)
        return done

    def pending(self) -> list[Transition]:
        """Those that no digest has told, oldest first."""
        return list(self.each_pending())

    def each_pending(self) -> Iterator[Transition]:
        """The same, read one after the other: those of a first look at thousands of signals are better not kept whole."""
        return (replace(load(Transition, text), id=number) for number, text in self.stream(PENDING))

    def beginning(self) -> frozenset[str]:
        """The signals whose beginning no digest has told; no text is read for it."""
        return frozenset(name for (name,) in self.rows(BEGINNING))

    def waiting(self) -> dict[Change, datetime]:
        """Since when the oldest of each kind has been waiting for its digest; no text is read for it."""
        return {Change(kind): moment(at) for kind, at in self.rows(WAITING)}

    def mark(self, numbers: Iterable[int], digest: str) -> None:
        """These are told (or knowingly passed over) by this digest, which must be stored before."""
        self.run_all(MARK_DIGEST, [{"id": number, "digest": digest} for number in numbers])

    def of(self, signal: str | None = None, *, since: datetime = EPOCH, limit: int = 1_000) -> list[Transition]:
        """What changed in one signal or in all since then, newest first."""
        asked: Values = {"since": micros(since), "most": limit}
        return self.read(SINCE, asked) if signal is None else self.read(TRANSITIONS_OF_SIGNAL, {**asked, "signal": signal})

    def told_by(self, digest: str) -> list[Transition]:
        """Those that this digest told."""
        return self.read(TOLD_TRANSITIONS, {"digest": digest})

    def digests(self, numbers: Iterable[int]) -> dict[int, str]:
        """Which digest told each of these; those still waiting are not there."""
        found = (self.rows(TOLD_IN, {"ids": some}) for some in batches(numbers))
        return {number: digest for rows in found for number, digest in rows}

    def read(self, statement: str, values: Values = NONE) -> list[Transition]:
        """The values that were put in, with their ids."""
        return [replace(load(Transition, text), id=number) for number, text in self.rows(statement, values)]


# Digests: the news of one moment, put into the outbox once for each recipient.


def message_id(digest: str, outgoing: Outgoing) -> str:
    """Message-ID of a delivery: the same each time it is worked out, so that a repeat is known as one (RFC 5322 3.6.4)."""
    who = dump((digest, outgoing.recipient, outgoing.channel, outgoing.address))
    return f"<{sha256(who.encode()).hex()[:32]}@policy-signal-watch>"


class Digests(Repository):
    """The news of one moment."""

    __slots__ = ()

    def put(self, digest: Digest, outgoing: Iterable[Outgoing] = ()) -> None:
        """Keep a digest with its deliveries, in the transaction that marks its transitions."""
        self.session.add(DigestRow(id=digest.id, at=digest.at, kind=digest.kind, digest=dump(digest)))
        self.session.flush()
        self.insert(
            DeliveryRow,
            [
                {
                    "digest": digest.id,
                    "recipient": one.recipient,
                    "channel": one.channel,
                    "address": one.address,
                    "message_id": one.message_id or message_id(digest.id, one),
                    "message": one.message,
                    "state": State.PENDING.value,
                    "created_at": micros(digest.at),
                    "attempts": 0,
                    "next_at": micros(one.next_at),
                    "error": "",
                    "uncertain": False,
                }
                for one in outgoing
            ],
        )

    def get(self, name: str) -> Digest | None:
        """The digest with this id."""
        row = self.session.get(DigestRow, name)
        return load(Digest, row.digest) if row else None

    def has(self, name: str) -> bool:
        """Whether there is one with this id; it is not read."""
        return self.session.exec(select(DigestRow.id).where(DigestRow.id == name)).first() is not None

    def of(
        self, kind: str | None = None, *, since: datetime = EPOCH, limit: int = 100, without: Sequence[str] = ()
    ) -> list[Digest]:
        """The digests of one kind or of all since then, newest first; none of the kinds `without`."""
        return list(self.each(kind, since=since, limit=limit, without=without))

    def each(
        self, kind: str | None = None, *, since: datetime = EPOCH, limit: int = 100, without: Sequence[str] = ()
    ) -> Iterator[Digest]:
        """The same, each read when it is wanted: of thousands of signals one is megabytes."""
        asked = select(DigestRow.id).where(DigestRow.at >= since, col(DigestRow.kind).not_in(without))
        if kind is not None:
            asked = asked.where(DigestRow.kind == kind)
        names = self.session.exec(asked.order_by(col(DigestRow.at).desc(), col(DigestRow.id).desc()).limit(limit)).all()
        return (digest for name in names if (digest := self.get(name)))
