"""Addresses for those who run the watch: how it does, and numbers for Prometheus, never kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hmac import compare_digest

from fastapi import APIRouter, FastAPI, Request
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse

from watcher.clock import wrong_clock
from watcher.core.model import Outcome
from watcher.core.proxies import is_this_machine
from watcher.pipeline.counters import JobRun, Tally
from watcher.store.work_queue import QueueNumbers
from watcher.web.read_model import Access, HealthStatus, View
from watcher.web.render import PageRenderer
from watcher.web.security import WebSettings, host_of, is_address, is_public, within

# Numbers for Prometheus: what is stored, and what the running process has done.

PART = 1000
"""Samples that are written at a time."""
FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "x-original-host", "x-envoy-external-address")
"""What proxies add, beside all that begins with `x-forwarded-` or `cf-`."""


class _Numbers:
    """Families made from one view and one pulse."""

    def __init__(self, view: View, pulse: HealthStatus, now: datetime) -> None:
        self.view, self.pulse, self.now = view, pulse, now

    def collect(self) -> Iterator[Metric]:
        """One family at a time."""
        pulse = self.pulse
        yield _single("watcher_database_up", "Whether the database answers", float(pulse.database))
        yield _single("watcher_outbox_deliveries", "Deliveries that wait", pulse.outbox)
        yield _single("watcher_outbox_oldest_seconds", "Age of the oldest waiting delivery", self._age(pulse.oldest))
        yield _single("watcher_dead_letters", "Deliveries given up", pulse.dead)
        if pulse.cycle_at:
            yield _single("watcher_cycle_age_seconds", "Time since the scheduler's last good cycle", self._age(pulse.cycle_at))
        yield from self._sources()
        yield from self._signals()
        for name, value in sorted(pulse.counts.items()):
            yield _single(f"watcher_stored_{name}", f"Stored {name}", value)
        if pulse.workers:
            yield from _workers(pulse.workers, self.now)
        if pulse.tally:
            yield from _done(pulse.tally)
            yield from _jobs(list(pulse.tally.jobs.values()))

    def _age(self, at: datetime | None) -> float:
        return max(0.0, (self.now - at).total_seconds()) if at else 0.0

    def _sources(self) -> Iterator[Metric]:
        names = ("signal", "source")
        good = GaugeMetricFamily("watcher_source_good_age_seconds", "Age of the last good reading", labels=names)
        failing = GaugeMetricFamily(
            "watcher_source_failing_seconds", "For how long no poll has been good; 0 where the last was", labels=names
        )
        every = GaugeMetricFamily("watcher_source_every_seconds", "How often the source is to be asked", labels=names)
        for strip in self.view.strips:
            where = [strip.source.signal, strip.source.id]
            every.add_metric(where, strip.source.every.total_seconds())
            failing.add_metric(where, self._age(strip.health.failing_since))
            if strip.health.last_good_at:
                good.add_metric(where, self._age(strip.health.last_good_at))
        yield from (good, failing, every)

    def _signals(self) -> Iterator[Metric]:
        blind = GaugeMetricFamily("watcher_blind_sources", "Sources that cannot be trusted now", labels=["signal"])
        asked = GaugeMetricFamily("watcher_undecided", "Texts that wait for a person", labels=["signal"])
        stands = GaugeMetricFamily("watcher_track_status", "Where a track stands: 1", labels=["signal", "track", "status"])
        for signal in self.view.signals:
            blind.add_metric([signal.id], len(self.view.blind(signal.id)))
            verdict = self.view.verdicts.get(signal.id)
            asked.add_metric([signal.id], len(verdict.undecided) if verdict else 0)
            for track in verdict.tracks if verdict else ():
                stands.add_metric([signal.id, track.track, track.status], 1)
        yield from (blind, asked, stands)


def _done(tally: Tally) -> Iterator[Metric]:
    polls = [((outcome.value,), tally.polls[outcome.value]) for outcome in Outcome]
    cycles = [((result,), tally.cycles[result]) for result in ("good", "failed")]
    yield _counter("watcher_polls", "Polls by how they ended", ["outcome"], polls)
    yield _counter("watcher_transitions", "Things said", ["signal", "kind"], tally.transitions.items())
    yield _counter("watcher_cycles", "Cycles of the scheduler", ["result"], cycles)
    yield _counter("watcher_messages_sent", "Messages that the other side has taken", [], [((), tally.sent)])
    yield HistogramMetricFamily(
        "watcher_cycle_duration_seconds", "How long the cycles lasted", buckets=tally.buckets(), sum_value=tally.seconds
    )


def _jobs(runs: Iterable[JobRun]) -> Iterator[Metric]:
    """The last run of each job of the daemon, and its next one."""
    last = GaugeMetricFamily("watcher_job_last_run_timestamp_seconds", "When a job ran last", labels=["job"])
    took = GaugeMetricFamily("watcher_job_duration_seconds", "How long its last run took", labels=["job"])
    good = GaugeMetricFamily("watcher_job_good", "Whether its last run was good", labels=["job"])
    again = GaugeMetricFamily("watcher_job_next_run_timestamp_seconds", "When it is to run again", labels=["job"])
    for run in runs:
        last.add_metric([run.name], run.at.timestamp())
        took.add_metric([run.name], run.seconds)
        good.add_metric([run.name], float(run.good))
        if run.next_at:
            again.add_metric([run.name], run.next_at.timestamp())
    yield from (last, took, good, again)


def _workers(seen: QueueNumbers, now: datetime) -> Iterator[Metric]:
    """The workers on a server: who lives, what waits for them, what they have done."""
    yield _single("watcher_workers", "Workers whose heartbeat is at most half a minute old", seen.workers)
    depth = GaugeMetricFamily("watcher_queue_jobs", "Jobs that wait, are being done, or failed", labels=["queue", "status"])
    oldest = GaugeMetricFamily("watcher_queue_oldest_seconds", "Age of the oldest of them", labels=["queue", "status"])
    for one in seen.queues:
        depth.add_metric([one.queue, one.status], one.many)
        if one.oldest_at:
            oldest.add_metric([one.queue, one.status], max(0.0, (now - one.oldest_at).total_seconds()))
    yield from (depth, oldest)
    done = [((job.task, job.outcome), job.many) for job in seen.jobs]
    yield _counter("watcher_jobs", "Jobs done by all workers together", ["task", "outcome"], done)
    took = CounterMetricFamily("watcher_jobs_seconds", "How long they took", labels=["task", "outcome"])
    for job in seen.jobs:
        took.add_metric([job.task, job.outcome], job.seconds)
    yield took


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, labels: Iterable[str], values: Iterable[tuple[tuple[str, ...], int]]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=tuple(labels))
    for where, value in sorted(values):
        family.add_metric(where, value)
    return family


class _Part(Collector):
    """Some samples of a family."""

    def __init__(self, family: Metric, samples: slice) -> None:
        self._part = Metric(family.name, family.documentation, family.type)
        self._part.samples = family.samples[samples]

    def collect(self) -> Iterator[Metric]:
        """These alone."""
        yield self._part


def metrics_text(view: View, pulse: HealthStatus, now: datetime) -> Iterator[bytes]:
    """Everything in Prometheus' text form, in parts of so many samples: of thousands of sources it is megabytes."""
    for family in _Numbers(view, pulse, now).collect():
        for start in range(0, max(1, len(family.samples)), PART):
            numbers = CollectorRegistry()
            numbers.register(_Part(family, slice(start, start + PART)))
            written = generate_latest(numbers)
            yield written if start == 0 else b"\n".join(row for row in written.split(b"\n") if not row.startswith(b"#"))
    yield generate_latest(REGISTRY)


def may_measure(request: Request, settings: WebSettings, *, same: bool) -> bool:
    """Whether this caller may read the metrics: with the token (`same`), or directly from one of the networks named for it.

    A request that came through any proxy is refused, for behind one everybody seems to be on this machine. A proxy may add no
    header, and may name this machine in Host: where the page has a public name, this machine needs the token, too.
    """
    if same:
        return True
    if request.client is None or _came_through(request):
        return False
    peer = request.client.host
    if settings.published and is_this_machine(peer):
        return False
    return within(peer, settings.metrics_networks) and not within(peer, settings.trusted_proxies)


def _came_through(request: Request) -> bool:
    """Whether a request shows that a proxy stands between."""
    if any(name in FORWARDED or name.startswith(("x-forwarded-", "cf-")) for name in request.headers):
        return True
    host = host_of(request.headers.get("host", ""))
    return is_public(host) and not is_address(host)


NEVER = {"cache-control": "no-store"}


def add(app: FastAPI, renderer: PageRenderer) -> None:
    """Add /healthz, /readyz and /metrics."""
    public = APIRouter(tags=[Access.PUBLIC], include_in_schema=False)
    operator = APIRouter(tags=[Access.OPERATOR], include_in_schema=False)

    @public.get("/healthz")
    async def healthz() -> JSONResponse:
        pulse = await run_in_threadpool(renderer.reads.pulse)
        return _say(*health_text(pulse, renderer.clock(), renderer.settings.stall_after))

    @public.get("/readyz")
    async def readyz() -> JSONResponse:
        pulse = await run_in_threadpool(renderer.reads.pulse)
        return _say(*readiness_text(pulse, renderer.clock(), renderer.settings.stall_after))

    @operator.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not may_measure(request, renderer.settings, same=_has_token(request, renderer.settings.metrics_token)):
            raise HTTPException(404)
        view, pulse = await run_in_threadpool(lambda: (renderer.shelf.view(None), renderer.reads.pulse()))
        parts = metrics_text(view, pulse, renderer.clock())
        return StreamingResponse(parts, media_type="text/plain; version=0.0.4; charset=utf-8", headers=NEVER)

    app.include_router(public)
    app.include_router(operator)


def _say(good: bool, words: str) -> JSONResponse:  # noqa: FBT001 - the pair that health gives
    return JSONResponse({"ok": good, "message": words}, 200 if good else 503, NEVER)


def _has_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())


def health_text(pulse: HealthStatus, now: datetime, stall_after: timedelta) -> tuple[bool, str]:
    """Alive: the database answers, and the scheduler has not been silent for three times as long as it may."""
    if not pulse.database:
        return False, "The database does not answer."
    if pulse.cycle_at and now - pulse.cycle_at > 3 * stall_after:
        return False, f"No cycle of the scheduler since {pulse.cycle_at:%Y-%m-%dT%H:%M:%SZ}."
    return True, "Alive."


def readiness_text(pulse: HealthStatus, now: datetime, stall_after: timedelta) -> tuple[bool, str]:
    """Ready: alive, the sources are ours, and the scheduler has finished a cycle lately."""
    alive, words = health_text(pulse, now, stall_after)
    if not alive:
        return alive, words
    if wrong := wrong_clock(now):
        return False, f"Blind: {wrong}."
    if pulse.lost:
        return False, "Blind: nothing is watched, another watch has the sources of this database."
    if pulse.cycle_at is None:
        return False, "Starting: the scheduler has not finished its first cycle."
    if now - pulse.cycle_at > stall_after:
        return False, f"Stalled: no cycle since {pulse.cycle_at:%Y-%m-%dT%H:%M:%SZ}."
    return True, "Ready."
