"""`watcher once`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import typer

from watcher.bootstrap import deliverer, fetch_settings, opened, prepare
from watcher.cli.common import CONFIG, AsJson, ConfigFile, exit_on_error, print_json
from watcher.cli.logging_setup import Level, Log, LogFormat, LogLevel, configure_logging
from watcher.cli.opening import configured
from watcher.clock import utc_now, wrong_clock
from watcher.config.build import Config
from watcher.pipeline.clocks import clock_of
from watcher.pipeline.cycle import CycleResult, run_cycle
from watcher.pipeline.deliver import Counts, deliver_all
from watcher.runtime import COLLECT_AFTER_OBJECTS_OF_A_COMMAND, tune_memory
from watcher.store.store import Store
from watcher.wording import count, iso_utc, transition_to_dict

Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing where nothing was said, sent or left.")]
REFRESH = 0.5
"""Seconds between two states of the bar."""


def once(
    config: ConfigFile = CONFIG,
    log: Log = LogFormat.CONSOLE,
    log_level: LogLevel = Level.WARNING,
    *,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Do all work that is due now, then exit: for cron.

    The first run sets a baseline and says where everything stands. Later runs poll what is due and tell what has changed. All
    that is due is sent, as fast as `mails_per_minute` allows; what was not delivered is said, and is exit code 1.
    """
    tune_memory(young=COLLECT_AFTER_OBJECTS_OF_A_COMMAND)
    settings = configured(config)
    if wrong := wrong_clock(utc_now()):
        typer.echo(wrong, err=True)
        raise typer.Exit(1)
    with configure_logging(log, log_level), exit_on_error(), Store.open(settings.store.url) as store:
        done: list[_Done] = []
        asyncio.run(_once(settings, store, done, quotes=as_json))
    [run] = done
    if not (quiet and run.is_nothing()):
        if as_json:
            print_json(run.plain())
        else:
            typer.echo(run.words())
    if run.is_incomplete():
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Done:
    """What one run did, and what it had to leave."""

    cycle: CycleResult
    delivered: Counts
    left: int
    """Messages that were due and have not been delivered yet."""
    next_at: datetime | None
    """When the first of them is tried again."""

    def is_incomplete(self) -> bool:
        """Whether something that was due was not delivered."""
        return bool(self.delivered.dead or (self.left and (self.delivered.retried or self.delivered.put_off)))

    def is_nothing(self) -> bool:
        """Whether there is nothing to tell: a look that found what was known."""
        return not (self.cycle.transitions or self.cycle.digests or self.delivered.sent or self.is_incomplete())

    def words(self) -> str:
        """`1 poll, 1 thing said, 1 digest, 1 message sent`."""
        done = self.cycle
        said = [count(done.polls, "poll"), f"{count(len(done.transitions), 'thing')} said", count(done.digests, "digest")]
        said.append(f"{count(self.delivered.sent, 'message')} sent")
        if self.delivered.dead:
            said.append(f"{count(self.delivered.dead, 'message')} given up (`watcher status` says why)")
        if self.left:
            again = f", tried again from {self.next_at:%Y-%m-%d %H:%M} UTC" if self.next_at else ""
            said.append(f"{count(self.left, 'message')} not delivered yet{again}")
        return ", ".join(said)

    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "polls": self.cycle.polls,
            "outcomes": dict(self.cycle.outcomes),
            "transitions": [transition_to_dict(one) for one in self.cycle.transitions],
            "digests": self.cycle.digests,
            "sent": self.delivered.sent,
            "given_up": self.delivered.dead,
            "left": self.left,
            "next_try_at": iso_utc(self.next_at),
        }


async def _once(config: Config, store: Store, done: list[_Done], *, quotes: bool) -> None:
    # What was done is not this task's result: asyncio writes that out in full when it puts the handler of Ctrl-C back.
    clock = clock_of(store)
    now, send = clock(), deliverer(config, store, clock=clock)
    prepare(store, config, now)
    # A first look may take minutes: what it announces is sent by the time of then, or its leases would be over before they begin.
    settings = fetch_settings(config)
    async with opened(config, store, settings, deliver=lambda _now: send(clock()), clock=clock) as context:
        with _bar() as shown:
            cycle = await run_cycle(replace(context, quotes=quotes, **shown), now, every_signal=True)
        delivered = await deliver_all(context.deliver, cycle.delivered, clock=clock)
        if context.after is not None:
            await context.after()
    with store.reading() as tx:
        done.append(_Done(cycle, delivered, *tx.deliveries.unsent(clock())))


@contextlib.contextmanager
def _bar() -> Iterator[dict[str, Any]]:
    """How far the first look is: a bar on a terminal, lines of the log elsewhere. Gives what the cycle is told for that."""
    if not sys.stderr.isatty():
        yield {}
        return
    with contextlib.ExitStack() as shown:
        bar: Any = None

        def show(asked: int, known: int) -> None:
            nonlocal bar
            if bar is None:
                bar = shown.enter_context(typer.progressbar(length=known, label="first look", show_pos=True, file=sys.stderr))
            bar.length = known
            bar.update(asked - bar.pos)

        yield {"progress": show, "progress_every": REFRESH}
