"""How the page is served: values that the composition root fills from `[web]` and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from watcher.config.settings import Web


@dataclass(frozen=True, slots=True)
class Settings:
    """What the page must know beyond what it shows."""

    base_path: str = ""
    """Sub-path under a reverse proxy, e.g. `/watch`; links are relative, so both stripping and keeping proxies work."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed."""
    metrics_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may read /metrics directly, never through a proxy."""
    metrics_token: str = ""
    """Bearer token that opens /metrics from anywhere; from the environment only."""
    stall_after: timedelta = timedelta(minutes=10)
    """A scheduler without a beat for this long is not ready."""
    fresh_for: timedelta = timedelta(seconds=30)
    """How long a rendered page is sent before its relative times are written anew."""
    look_every: timedelta = timedelta(milliseconds=500)
    """How often the store is asked whether something changed."""
    subscribe: bool = False
    """Whether readers may subscribe by mail from the page."""


def settings_of(web: Web, *, metrics_token: str = "") -> Settings:
    """The settings that `[web]` names, the rest as usual."""
    return Settings(web.base_path, web.trusted_proxies, web.metrics_networks, metrics_token, subscribe=web.subscribe)
