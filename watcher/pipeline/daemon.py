"""The heartbeat: one cycle after the other while the process lives.

The pause between two beats is measured by the monotonic clock: the time of day may jump, in either direction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter

from watcher.pipeline.batches import Poller
from watcher.pipeline.counters import Tally
from watcher.pipeline.cycle import Context, CycleResult, run_cycle
from watcher.pipeline.ownership import OtherWatchError
from watcher.store import StoreError

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
"""How often the heartbeat asks whether anything is due."""
LOOK_AGAIN = timedelta(seconds=30)
"""Another process may have changed what is due."""
TRY_AGAIN = timedelta(seconds=10)
"""A beat that failed is tried again after this, every signal with it."""
SIGN_EVERY = timedelta(minutes=1)
"""The heartbeat ping is sent no more often than this."""


class Daemon:
    """Beats while the process lives; a beat that fails is logged and tried again soon."""

    def __init__(self, beat: Context, *, clock: Callable[[], datetime], pause: timedelta = TICK) -> None:
        """Take what to do, the clock to do it by, and how long to rest between two beats."""
        self.beat, self.clock, self.pause = beat, clock, pause
        self.last_good: datetime | None = None
        self.last_error = ""
        self.lost = ""
        """Why nothing is watched: another watch has the sources."""
        self.tally = Tally()
        self._look_at: datetime | None = None
        self._before: datetime | None = None
        self._sign_at: datetime | None = None
        self._first = True
        self._turn = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None
        self._ending = False
        self._poller: Poller | None = None

    def start(self) -> None:
        """Begin to beat inside the running event loop."""
        self._beating = asyncio.create_task(self._beat(), name="heart")

    async def stop(self) -> None:
        """Beat no more; a cycle under way is cut off, and nothing is lost by it. What is being sent is waited for a while."""
        self._ending = True  # should anything swallow the cancellation, it ends with the beat
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])
        await self._stop_polling()

    async def change(self, beat: Context, prepare: Callable[[], None]) -> None:
        """Work by another configuration from the next beat on.

        The beat under way ends first; then `prepare` brings the store to it, off the event loop. What it raises leaves all as it
        was.
        """
        async with self._turn:
            await self._stop_polling()
            await asyncio.to_thread(prepare)
            self.beat, self._first, self._look_at = beat, True, None

    async def _stop_polling(self) -> None:
        """Break off what is being asked; it is due again."""
        poller, self._poller = self._poller, None
        if poller is not None:
            await poller.close()

    async def _beat(self) -> None:
        while not self._ending:
            async with self._turn:
                await self.tick()
            await asyncio.sleep(self.pause.total_seconds())

    async def tick(self) -> None:
        """Run one cycle if anything may be due."""
        now = self.clock()
        if not await self._hold(now):
            return
        back = self._before is not None and now < self._before - TICK
        self._before = now
        # A clock that was set back would otherwise leave `_look_at` in a far future.
        if self._look_at is not None and now < self._look_at <= now + LOOK_AGAIN and not back:
            self.last_good = self.last_good if self.last_error else now
            return
        self._first = self._first or back
        started = perf_counter()
        try:
            await self._work(now)
            self.last_good, self.last_error = now, ""
            self.tally.beat(perf_counter() - started, good=True)
        except Exception as error:
            # The one edge where anything is caught: the watch goes on when the cause is gone.
            self.last_error = str(error) or type(error).__name__
            self._first, self._look_at = True, now + TRY_AGAIN
            self.tally.beat(perf_counter() - started, good=False)
            log.exception("cycle failed")
        else:
            await self._give_sign(now)

    async def _hold(self, now: datetime) -> bool:
        """Whether the sources are ours; where others had changed them, all is looked at again."""
        if self.beat.hold is None:
            return True
        try:
            changed = await asyncio.to_thread(self.beat.hold, now)
        except OtherWatchError as error:
            if not self.lost:
                log.error("nothing is watched any more: %s", error)  # noqa: TRY400 - the words say it all
            self.lost = str(error)
            self._first, self._look_at = True, None
            return False
        except StoreError:
            return True  # the beat fails for the same reason, and tells it
        if changed or self.lost:
            log.warning("the sources had been changed under another configuration, and are watched again as they were")
            self._first, self._look_at, self.lost = True, None, ""
        return True

    async def _work(self, now: datetime) -> None:
        """One cycle, and when to look again."""
        self._poller = self._poller or self.beat.poller()
        done = await run_cycle(self.beat, now, every_signal=self._first, poller=self._poller, clock=self.clock)
        self._first = False
        self.tally.work(done.outcomes, ((one.signal, one.kind.value) for one in done.transitions), done.sent)
        _log(done)
        with self.beat.store.reading() as tx:
            due = min(filter(None, (tx.sources.next_due(now), tx.deliveries.next_due())), default=now + LOOK_AGAIN)
        waiting = now + TICK if done.transitions or done.digests else due
        self._look_at = min(max(waiting, now + TICK), now + LOOK_AGAIN)

    async def _give_sign(self, now: datetime) -> None:
        """Tell another service that this cycle was good; one that does not listen is no trouble of ours."""
        if self.beat.after is None or (self._sign_at is not None and now < self._sign_at <= now + SIGN_EVERY):
            return
        self._sign_at = now + SIGN_EVERY
        try:
            await self.beat.after()
        except Exception:
            log.exception("heartbeat ping failed")


def _log(done: CycleResult) -> None:
    """What a cycle did, each change on a line of its own; a cycle that did nothing says nothing."""
    for one in done.transitions:
        facts = {"signal": one.signal, "track": one.track, "kind": one.kind.value, "before": one.before, "after": one.after}
        place = f"{one.signal}.{one.track}" if one.track else one.signal
        log.info("%s %s: %s -> %s", place, one.kind.value, one.before or "-", one.after or one.title or "-", extra=facts)
    if done.polls or done.digests or done.sent:
        numbers = {"polls": done.polls, "outcomes": dict(done.outcomes), "digests": done.digests, "sent": done.sent}
        ended = ", ".join(f"{many} {outcome}" for outcome, many in sorted(done.outcomes.items()))
        log.info("%s polls (%s), %s digests, %s sent", done.polls, ended or "none", done.digests, done.sent, extra=numbers)
