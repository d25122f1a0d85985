"""Numbers for Prometheus, read from what is stored, beside the counters of the running process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address, ip_network

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request

from watcher.web.settings import Settings
from watcher.web.view import Pulse, View

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class _Stored(Collector):
    """Gauges made from one view and one pulse."""

    def __init__(self, view: View, pulse: Pulse, now: datetime) -> None:
        self.view, self.pulse, self.now = view, pulse, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family at a time."""
        yield self._sources()
        yield self._blind()
        yield _single("watcher_outbox_deliveries", "Deliveries that wait", self.pulse.outbox)
        yield _single("watcher_outbox_oldest_seconds", "Age of the oldest waiting delivery", self._age(self.pulse.oldest))
        yield _single("watcher_dead_letters", "Deliveries given up", self.pulse.dead)
        yield _single("watcher_beat_age_seconds", "Time since the scheduler's last beat", self._age(self.pulse.beat_at))
        for name, value in sorted(self.pulse.counts.items()):
            yield _single(f"watcher_stored_{name}", f"Stored {name}", value)

    def _age(self, at: datetime | None) -> float:
        return max(0.0, (self.now - at).total_seconds()) if at else 0.0

    def _sources(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("watcher_source_good_age_seconds", "Age of the last good reading", labels=["signal", "source"])
        for strip in self.view.strips:
            if strip.health.last_good_at:
                family.add_metric([strip.source.signal, strip.source.id], self._age(strip.health.last_good_at))
        return family

    def _blind(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("watcher_blind_sources", "Sources that cannot be trusted now", labels=["signal"])
        for signal in self.view.signals:
            family.add_metric([signal.id], len(self.view.blind(signal.id)))
        return family


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def say_metrics(view: View, pulse: Pulse, now: datetime) -> bytes:
    """Everything in Prometheus' text form."""
    registry = CollectorRegistry()
    registry.register(_Stored(view, pulse, now))
    return generate_latest(registry) + generate_latest(REGISTRY)


def may_measure(request: Request, settings: Settings, *, same: bool) -> bool:
    """Whether this caller may read the metrics: with the token (`same`), or directly from one of the networks named for it.

    A request that came through any proxy is refused: behind one, everybody seems to be on this machine.
    """
    if same:
        return True
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        peer = ip_address(request.client.host)
        return any(peer in ip_network(net, strict=False) for net in settings.metrics_networks)
    except ValueError:
        return False
