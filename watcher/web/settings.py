"""How the page is served: values that the composition root fills from `[web]` and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from watcher.config.settings import Web
from watcher.core.proxies import is_this_machine
from watcher.fetch.guard import Guard
from watcher.fetch.urls import UrlRejected


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the page must know beyond what it shows."""

    hosts: tuple[str, ...] = ()
    """Names under which the page answers, in small letters; those of this machine need not stand here."""
    local: bool = True
    """Whether it listens for this machine alone."""
    base_path: str = ""
    """Sub-path under a reverse proxy, e.g. `/watch`; links are relative, so both stripping and keeping proxies work."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed."""
    metrics_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may read /metrics directly, never through a proxy."""
    metrics_token: str = ""
    """Bearer token that opens /metrics from anywhere; from the environment only."""
    stall_after: timedelta = timedelta(minutes=10)
    """A scheduler without a cycle for this long is not ready."""
    fresh_for: timedelta = timedelta(seconds=30)
    """How long a rendered page is sent before its relative times are written anew."""
    look_every: timedelta = timedelta(milliseconds=500)
    """How often the store is asked whether something changed."""
    subscribe: bool = False
    """Whether readers may subscribe by mail from the page."""

    @property
    def published(self) -> bool:
        """Whether the page has a name for everybody: then a proxy, or the net, may stand between any reader and it."""
        return any(is_public(host) for host in self.hosts)


def is_public(host: str) -> bool:
    """Whether a host is no name or address of a private network, nor this machine."""
    try:
        Guard().check_forwarded(host)
    except UrlRejected:
        return False
    return True


def settings_of(web: Web, *, base_url: str = "", metrics_token: str = "") -> WebSettings:
    """The settings that `[web]` and `base_url` of `[watch]` name, the rest as usual."""
    named = (*web.hosts, urlsplit(base_url).hostname or "", web.host)
    return WebSettings(
        hosts=tuple(dict.fromkeys(host.lower().rstrip(".") for host in named if host)),
        local=is_this_machine(web.host),
        base_path=web.base_path,
        trusted_proxies=web.trusted_proxies,
        metrics_networks=web.metrics_networks,
        metrics_token=metrics_token,
        subscribe=web.subscribe,
    )
