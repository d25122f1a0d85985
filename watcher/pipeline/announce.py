"""The second stage: pending changes, and what no change calls for, become digests with a delivery for each recipient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo

from watcher.core.decision.digest import compose, in_full, is_due, is_of_source, summarise_beginning
from watcher.core.decision.scheduled_notes import (
    BESIDE,
    UNDELIVERED,
    is_of_window,
    reminders,
    undelivered,
    week_id,
    weekly,
    window_note_on,
    with_week,
)
from watcher.core.model import Change, Digest, Signal, Transition, Verdict
from watcher.pipeline.delivery_context import SILENT, standings_for_notes
from watcher.store.chain import ends
from watcher.store.codec import moment_in
from watcher.store.records import Delivery, MetaKey, Mute, Outgoing, State, addressee
from watcher.store.store import Store, Transaction

KIND_EMPTY = "nothing"
TO_OPERATOR = ("operator", "undecided")
"""Kinds of digests that go to those who run the watch."""
BETWEEN_OUTAGES = timedelta(hours=6)
"""Between two messages that sources are lost or seen again: a line that is down loses each in its own hour."""
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
        begun = tx.transitions.beginning()
        full = in_full(signals, begun, [reader.signals for reader in readers]) if begun else frozenset[str]()
        kinds = _pending(tx, full, now)
        made: list[Digest] = []
        if kinds["baseline"] and _is_baseline_ripe(tx, signals, kinds["baseline"][0].at, now):
            made.append(_put(tx, "baseline", kinds["baseline"], signals, readers, now, full))
        elif is_due(kinds["news"], now=now, wait=wait):
            made.append(_put(tx, "news", kinds["news"], signals, readers, now))
        quiet = [each for each in kinds["news"] if is_quiet_detail(each)]
        # What bigger news carries off is not pending any more: who asks for details is told of it now or never.
        soon = timedelta(0) if made and made[-1].kind == "news" else wait
        made += _put_details(tx, quiet, signals, readers, now, soon)
        ripe = [kind for kind in TO_OPERATOR if is_due(kinds[kind], now=now, wait=wait) and not _rests(tx, kind, now)]
        made += [_put(tx, kind, kinds[kind], signals, readers, now) for kind in ripe]
        if "operator" in ripe:
            tx.meta.put(MetaKey.OUTAGES_TOLD, now.isoformat())
        return [digest for digest in made if digest.kind != KIND_EMPTY]


def _pending(tx: Transaction, full: Collection[str], now: datetime) -> dict[str, list[Transition]]:
    """What waits to be told and nobody has muted, by the kind of its digest; of beginnings the words of those in `full`."""
    kinds: dict[str, list[Transition]] = {"baseline": [], "news": [], "operator": [], "undecided": []}
    mutes = tx.mutes.of(now)
    for transition in tx.transitions.each_pending():
        if not is_muted(transition, mutes):
            kinds[_kind(transition)].append(summarise_beginning(transition, full))
    return kinds


def _rests(tx: Transaction, kind: str, now: datetime) -> bool:
    """Whether the operator was written to of sources just now: what comes meanwhile is told in one message."""
    last = tx.meta.read(MetaKey.OUTAGES_TOLD, moment_in) if kind == "operator" else None
    return last is not None and timedelta(0) <= now - last < BETWEEN_OUTAGES


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
    return "operator" if is_of_source(transition) else "news"


def is_muted(transition: Transition, mutes: Iterable[Mute]) -> bool:
    """Whether a person asked for silence about this: it waits, and is told with all else when the silence ends."""
    return transition.kind is not Change.BASELINE and any(
        mute.signal == transition.signal and mute.track in {"", transition.track} for mute in mutes
    )


def _put(
    tx: Transaction,
    kind: str,
    told: Sequence[Transition],
    signals: Collection[str],
    readers: Iterable[Route],
    now: datetime,
    full: Collection[str] | None = None,
) -> Digest:
    """Store one digest with its deliveries and mark its transitions; one in which they cancelled out goes to nobody."""
    verdicts = tx.verdicts.all_in_brief(signals, quotes=int(kind == "baseline"), full=full)
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
    verdicts = tx.verdicts.all_in_brief(signals, quotes=0)
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


# Digests that no change calls for, put into the outbox in their time: weekly notes, reminders, messages that were given up.

WEEKLY_HOUR = time(8)
"""From this local hour of a Monday on the weekly note is due."""
ALMOST_A_WEEK = timedelta(days=6)
"""A watch that is younger than this has no week to tell of."""


def send_reminders(
    store: Store, readers: Sequence[Route], signals: Mapping[str, Signal], *, now: datetime, zone: tzinfo
) -> list[Digest]:
    """Put what is due at `now` into the outbox, each note once for ever. Raises StoreError."""
    with store.writing() as tx:
        since = tx.meta.read(MetaKey.REMINDERS_LAST_RUN, moment_in) or now
        soon = reminders(signals.values(), {}, since=since, now=now)
        if not (
            soon or _is_week(tx, signals, now, zone) or _undeliverable(tx)[1] != (tx.meta.get(MetaKey.DELIVERIES_GIVEN_UP) or "")
        ):
            tx.meta.put(MetaKey.REMINDERS_LAST_RUN, now.isoformat())
            return []  # so in nearly every cycle, and without reading a verdict
        verdicts = standings_for_notes(tx, signals)
        notes = [
            *reminders(signals.values(), verdicts, since=since, now=now, then=tx.verdicts.as_of),
            *_weekly(tx, verdicts, signals, now, zone),
            *_undelivered(tx, verdicts, now),
        ]
        fresh = list(_addressed([note for note in notes if not tx.digests.has(note.id)], readers))
        for note, mine in fresh:
            tx.digests.put(note, [scheduled(reader, note) for reader in mine])
            tx.transitions.mark([transition.id for transition in note.transitions], note.id)
        tx.meta.put(MetaKey.REMINDERS_LAST_RUN, now.isoformat())
    return [note for note, _ in fresh]


def _weekly(
    tx: Transaction, verdicts: Mapping[str, Verdict], signals: Mapping[str, Signal], now: datetime, zone: tzinfo
) -> Iterable[Digest]:
    if not verdicts or not _is_week(tx, signals, now, zone):
        return ()
    mutes, pending = tx.mutes.of(now), [each for each in tx.transitions.each_pending() if is_for_the_week(each)]
    waiting = {each.id for each in pending}
    told = [
        transition
        for transition in reversed(tx.transitions.of(since=now - timedelta(days=7)))
        if _was_news(transition, waiting=transition.id in waiting)
    ]
    details = [each for each in pending if not is_muted(each, mutes)]
    record = ", ".join(end.words for end in ends(tx.session))
    return (weekly(verdicts, tx.sources.healths(verdicts), now=now, told=told, details=details, record=record),)


def _was_news(change: Transition, *, waiting: bool) -> bool:
    """Whether messages told it: what is worth one, and the end of a flag that other news carried."""
    ended = change.kind is Change.FLAG and not change.after and not waiting
    return bool(change.track) and change.kind is not Change.UNDECIDED and (change.mail or ended)


def _is_week(tx: Transaction, signals: Mapping[str, Signal], now: datetime, zone: tzinfo) -> bool:
    """Whether the note of this week is due and not yet written: from Monday's hour on, if there was a week to tell of then.

    On a Monday on which a window is told of, the week is told with it.
    """
    begun, local = tx.verdicts.begun(), now.astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), WEEKLY_HOUR, zone)
    due, window = window_note_on(signals.values(), monday) or (monday, "")
    if begun is None or monday - begun < ALMOST_A_WEEK or now < due:
        return False
    return not any(tx.digests.has(name) for name in (week_id(now), f"{window}{BESIDE}{week_id(now)}"))


def _undeliverable(tx: Transaction) -> tuple[list[Delivery], str]:
    """What was given up, and its numbers in a row; never a note of this kind, which would make another.

    Neither is what is for a recipient who is known to take nothing.
    """
    found = tx.deliveries.of(State.DEAD, limit=100)
    dead = [one for one in found if not one.digest.startswith(UNDELIVERED) and one.error != SILENT]
    return dead, " ".join(str(one.id) for one in dead)


def _undelivered(tx: Transaction, verdicts: Mapping[str, Verdict], now: datetime) -> Iterable[Digest]:
    """What was given up since the last look."""
    dead, names = _undeliverable(tx)
    told = tx.meta.get(MetaKey.DELIVERIES_GIVEN_UP) or ""
    if told == names:
        return ()
    tx.meta.put(MetaKey.DELIVERIES_GIVEN_UP, names)
    fresh = [one for one in dead if str(one.id) not in told.split()]
    silent = {one.recipient for one in tx.mailboxes.stopped()}
    lines = [_undelivered_line(one, last=one.recipient in silent) for one in fresh]
    return (undelivered(lines, verdicts, number=fresh[0].id, now=now),) if fresh else ()


def _undelivered_line(one: Delivery, *, last: bool) -> str:
    """What became of it; `last`: and nothing more is sent there from now on."""
    end = "; nothing more is sent there until `watcher recipients revive`" if last else ""
    return f"to {addressee(one.recipient)} by {one.channel}: {one.error}{end}"


def _addressed(notes: Sequence[Digest], readers: Sequence[Route]) -> Iterator[tuple[Digest, list[Route]]]:
    """Each note with its readers; who would be told of a window and of the week in one moment gets both as one message."""
    week = next((note for note in notes if note.kind == "weekly"), None)
    window = next((note for note in notes if is_of_window(note)), None)
    both = [each for each in readers if week and window and _wants_note(each, week) and _wants_note(each, window)]
    if week and window and both:
        yield with_week(window, week), both
    for note in notes:
        gone = {each.id for each in both} if note is week or note is window else set()
        mine = [each for each in readers if _wants_note(each, note) and each.id not in gone]
        if mine or not gone:
            yield note, mine


def _wants_note(reader: Route, note: Digest) -> bool:
    if note.kind == "operator":
        return reader.operator
    about = {verdict.signal for verdict in note.verdicts}
    return (reader.weekly_note or note.kind != "weekly") and (not reader.signals or bool(reader.signals & about))
