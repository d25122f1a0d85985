"""The second stage: pending changes become one digest with a delivery for each recipient, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.core.decision.digest import compose, is_due
from watcher.core.model import Change, Digest, Transition
from watcher.store.records import MetaKey, Mute, Outgoing
from watcher.store.store import Store, Transaction

KIND_EMPTY = "nothing"
TO_OPERATOR = ("operator", "undecided")
"""Kinds of digests that go to those who run the watch."""
LONGEST_BASELINE = timedelta(minutes=15)
"""The message that the watch has started waits for all signals, but no longer than this."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who is told: which signals, by which channel, and from when a message may go out."""

    id: str
    channel: str
    address: str
    signals: frozenset[str]
    """Empty: all."""
    operator: bool
    allowed_at: Callable[[datetime, bool], datetime]
    """From the time of a digest and whether it is urgent to the moment from which it may be sent."""
    note_at: Callable[[datetime], datetime] | None = None
    """The same for what is written for its own hour (a weekly note, a reminder): only quiet hours hold it. None: at once."""
    weekly_note: bool = True
    every_detail: bool = False
    """Whether details are told at once, that others read in their weekly note."""


def announce(store: Store, readers: Sequence[Route], signals: Collection[str], *, now: datetime, wait: timedelta) -> list[Digest]:
    """Make the digests that are ripe at `now` and put their deliveries into the outbox. Raises StoreError."""
    if not _is_any_waiting(store, signals, now):
        return []
    with store.writing() as tx:
        mutes = tx.mutes.of(now)
        pending = [transition for transition in tx.transitions.pending() if not is_muted(transition, mutes)]
        if not pending:
            return []
        kinds: dict[str, list[Transition]] = {"baseline": [], "news": [], "operator": [], "undecided": []}
        for transition in pending:
            kinds[_kind(transition)].append(transition)
        made: list[Digest] = []
        if kinds["baseline"] and _is_baseline_ripe(tx, signals, kinds["baseline"][0].at, now):
            made.append(_put(tx, "baseline", kinds["baseline"], signals, readers, now))
        elif is_due(kinds["news"], now=now, wait=wait):
            made.append(_put(tx, "news", kinds["news"], signals, readers, now))
        quiet = [each for each in kinds["news"] if is_quiet_detail(each)]
        # What bigger news carries off is not pending any more: who asks for details is told of it now or never.
        soon = timedelta(0) if made and made[-1].kind == "news" else wait
        made += _put_details(tx, quiet, signals, readers, now, soon)
        ripe = [kind for kind in TO_OPERATOR if is_due(kinds[kind], now=now, wait=wait)]
        made += [_put(tx, kind, kinds[kind], signals, readers, now) for kind in ripe]
        return [digest for digest in made if digest.kind != KIND_EMPTY]


def _is_any_waiting(store: Store, signals: Collection[str], now: datetime) -> bool:
    """Whether anything may be told now, found without reading a word of it: in a long first look that is asked every second."""
    with store.reading() as tx:
        oldest = tx.transitions.waiting()
        if oldest.keys() == {Change.BASELINE}:
            return _is_baseline_ripe(tx, signals, oldest[Change.BASELINE], now)
        return bool(oldest)


def _is_baseline_ripe(tx: Transaction, signals: Collection[str], begun: datetime, now: datetime) -> bool:
    return now - begun >= LONGEST_BASELINE or tx.verdicts.decided().issuperset(signals)


def _kind(transition: Transition) -> str:
    """The kind of the digest that tells it."""
    if transition.kind is Change.BASELINE:
        return "baseline"
    if transition.kind is Change.UNDECIDED and transition.after:
        return "undecided"
    return "operator" if not transition.track and transition.kind is Change.FLAG else "news"


def is_muted(transition: Transition, mutes: Iterable[Mute]) -> bool:
    """Whether a person asked for silence about this: it waits, and is told with all else when the silence ends."""
    return transition.kind is not Change.BASELINE and any(
        mute.signal == transition.signal and mute.track in {"", transition.track} for mute in mutes
    )


def _put(
    tx: Transaction, kind: str, told: Sequence[Transition], signals: Collection[str], readers: Iterable[Route], now: datetime
) -> Digest:
    """Store one digest with its deliveries and mark its transitions; one in which they cancelled out goes to nobody."""
    verdicts = {name: verdict for name, verdict in tx.verdicts.all_in_brief().items() if name in signals}
    digest = compose(told, verdicts, now=now, kind=kind)
    tx.digests.put(digest, [outgoing(reader, digest) for reader in readers if is_for(reader, digest)])
    tx.transitions.mark([transition.id for transition in told], digest.id)
    return digest


def is_quiet_detail(change: Transition) -> bool:
    """Whether it is a detail that nothing bigger has carried so far."""
    return change.kind is Change.DETAIL and not change.mail and bool(change.track)


def is_for_the_week(change: Transition) -> bool:
    """Whether the weekly note tells it: a quiet detail, a flag that is worth no message of its own, a text that is settled."""
    if change.kind is Change.UNDECIDED:
        return not change.after
    return is_quiet_detail(change) or (change.kind is Change.FLAG and not change.mail and bool(change.track))


def _put_details(
    tx: Transaction,
    details: Sequence[Transition],
    signals: Collection[str],
    readers: Iterable[Route],
    now: datetime,
    wait: timedelta,
) -> list[Digest]:
    """Tell details at once to those who ask for them; for all others they go on waiting for the weekly note."""
    asking = [reader for reader in readers if reader.every_detail]
    last = tx.meta.read(MetaKey.DETAILS_TOLD, int) or 0
    fresh = [replace(each, mail=True) for each in details if each.id > last]
    if not asking or not is_due(fresh, now=now, wait=wait):
        return []
    verdicts = {name: verdict for name, verdict in tx.verdicts.all_in_brief().items() if name in signals}
    digest = replace(compose(fresh, verdicts, now=now, kind="details"), kind="news")
    tx.digests.put(digest, [outgoing(reader, digest) for reader in asking if is_for(reader, digest)])
    tx.meta.put(MetaKey.DETAILS_TOLD, str(max(each.id for each in fresh)))
    return [digest]


def is_for(reader: Route, digest: Digest) -> bool:
    """Whether a digest is for this reader."""
    if digest.kind == KIND_EMPTY:
        return False
    if digest.kind in TO_OPERATOR:
        return reader.operator
    return not reader.signals or any(transition.signal in reader.signals for transition in digest.transitions if transition.mail)


def outgoing(reader: Route, digest: Digest) -> Outgoing:
    """The row of the outbox that takes a digest to a reader."""
    urgent = any(transition.urgent for transition in digest.transitions)
    return Outgoing(reader.id, reader.channel, reader.address, reader.allowed_at(digest.at, urgent))


def scheduled(reader: Route, note: Digest) -> Outgoing:
    """The same of a note that has an hour of its own: held for a reader's next weekly hour it would come after newer news."""
    return Outgoing(reader.id, reader.channel, reader.address, reader.note_at(note.at) if reader.note_at else note.at)
