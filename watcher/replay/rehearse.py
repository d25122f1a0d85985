"""Rehearse: the three stages over a recorded world with a virtual clock, from one moment to another in steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.core.model import Change, SourceOutage, Transition
from watcher.pipeline.batches import Read, Understand
from watcher.pipeline.cycle import Context, CycleResult, run_cycle
from watcher.replay.recorded_web import RecordedWeb
from watcher.sandbox.understanding import read_here, understand_here
from watcher.store.codec import moment_in
from watcher.store.records import MetaKey


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A recorded world instead of the network, and its clock instead of ours."""

    world: RecordedWeb
    known_until: datetime
    """Declared history counts up to here."""
    read: Read = read_here
    understand: Understand = understand_here


@dataclass(frozen=True, slots=True)
class RehearsalSummary:
    """What a rehearsal came to."""

    steps: int
    polls: int
    transitions: int
    digests: int
    sent: int
    undecided: int
    """Texts that a person was asked about."""
    unseen: tuple[tuple[str, SourceOutage], ...]
    """Signal and source that could not be seen at the end."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """From when to when, how fine."""

    start: datetime
    end: datetime
    step: timedelta

    def moments(self, after: datetime | None) -> Iterable[datetime]:
        """The steps that are still to be made."""
        count = (self.end - self.start) // self.step
        for number in range(count + 1):
            moment = self.start + number * self.step
            if after is None or moment > after:
                yield moment


async def rehearse(
    context: Context,
    world: RecordedWeb,
    plan: Schedule,
    *,
    say: Callable[[Transition], None],
    progress: Callable[[datetime], None],
) -> RehearsalSummary:
    """Walk through the plan; each thing said is passed to `say` in order, also what an earlier, cut-off walk had said."""
    reached = _reached(context)
    told = _told_before(context, plan.start)
    for transition in told:
        say(transition)
    steps = polls = digests = sent = 0
    said = len(told)
    asked = sum(map(_asks, told))
    for moment in plan.moments(reached):
        world.move(moment)
        done: CycleResult = await run_cycle(context, moment, every_signal=not steps)
        for transition in done.transitions:
            say(transition)
        _note(context, moment)
        progress(moment)
        steps, polls, digests, sent = steps + 1, polls + done.polls, digests + done.digests, sent + done.delivered.sent
        said += len(done.transitions)
        asked += sum(map(_asks, done.transitions))
    return RehearsalSummary(steps, polls, said, digests, sent, asked, _unseen(context))


def _asks(transition: Transition) -> bool:
    return transition.kind is Change.UNDECIDED and bool(transition.after)


def _reached(context: Context) -> datetime | None:
    with context.store.reading() as tx:
        return tx.meta.read(MetaKey.REHEARSED_TO, moment_in)


def _note(context: Context, moment: datetime) -> None:
    with context.store.writing() as tx:
        tx.meta.put(MetaKey.REHEARSED_TO, moment.isoformat())


def _told_before(context: Context, start: datetime) -> list[Transition]:
    with context.store.reading() as tx:
        told = tx.transitions.of(since=start, limit=1_000_000)
    return sorted(told, key=lambda transition: transition.id)


def _unseen(context: Context) -> tuple[tuple[str, SourceOutage], ...]:
    with context.store.reading() as tx:
        verdicts = tx.verdicts.all_latest()
    return tuple((name, blind) for name in sorted(verdicts) for blind in verdicts[name].blind)
