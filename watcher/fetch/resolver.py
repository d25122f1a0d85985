"""Names become addresses once, and every address is checked before anything is connected to."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeAlias

from watcher.core.proxies import literal_ip
from watcher.fetch.guard import IP, Guard
from watcher.fetch.messages import ConnectionFailed

LookUp: TypeAlias = Callable[[str, int], Sequence[str]]
"""Gives every address of a host name, or raises OSError; called in a thread."""

SECONDS_KEPT = 60
"""How long a checked resolution is used again."""
TIDY_AT = 1000
"""Names that are kept before those whose time is over are forgotten."""
NOT_FOUND = "name not found"


def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Resolves a name once, checks every address, and gives nothing but checked addresses; used from many threads."""

    def __init__(self, guard: Guard, look_up: LookUp, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the guard, what knows the names, and a monotonic clock in seconds."""
        self._guard, self._look_up, self._clock = guard, look_up, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Sequence[IP]]] = {}
        self._pending: dict[str, Future[Sequence[IP]]] = {}

    def resolve(self, host: str, port: int) -> Sequence[IP]:
        """Where a host may be connected to. Raises ConnectionFailed or UrlRejected."""
        if (literal := literal_ip(host)) is not None:
            self._guard.check(host, (host,))
            return (literal,)
        with self._lock:
            until, addresses = self._known.get(host, (0.0, ()))
            if until > self._clock():
                return addresses
            pending = self._pending.get(host)
            if pending is None:
                asked = self._pending[host] = Future()
        # whoever asks while a name is looked up waits for the same answer
        return pending.result() if pending else self._answer(asked, host, port)

    def _answer(self, asked: Future[Sequence[IP]], host: str, port: int) -> Sequence[IP]:
        try:
            asked.set_result(self._checked(host, port))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, too
            asked.set_exception(error)
        with self._lock:
            del self._pending[host]
            if not asked.exception():
                self._keep(host, asked.result())
        return asked.result()

    def _checked(self, host: str, port: int) -> Sequence[IP]:
        try:
            addresses = self._look_up(host, port)
            found = tuple(ipaddress.ip_address(address) for address in addresses)
        except (OSError, ValueError) as error:  # ValueError: a name that the system cannot write down
            raise ConnectionFailed(NOT_FOUND) from error
        if not found:
            raise ConnectionFailed(NOT_FOUND)
        self._guard.check(host, addresses)
        return found

    def _keep(self, host: str, addresses: Sequence[IP]) -> None:
        now = self._clock()
        if len(self._known) >= TIDY_AT:  # a long life must not gather every name ever asked
            self._known = {name: known for name, known in self._known.items() if known[0] > now}
        self._known[host] = now + SECONDS_KEPT, addresses
