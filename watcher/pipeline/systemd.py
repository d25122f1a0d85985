"""Tells the service manager that the watch is ready and alive (sd_notify(3)); without one it says nothing.

The protocol is one datagram of lines to the socket in NOTIFY_SOCKET, which needs no library:
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from time import monotonic

log = logging.getLogger(__name__)

STALL_TIMEOUT = timedelta(minutes=10)
"""Without a good cycle for so long the watch is no longer alive, however well its page answers."""


class ServiceManager:
    """The service manager that started this process, if one did."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        """Read what the manager said in the environment; `pid` is ours, since children inherit the variables."""
        self.address = environ.get("NOTIFY_SOCKET", "")
        mine = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        usec = environ.get("WATCHDOG_USEC", "")
        self.every = int(usec) / 2_000_000 if mine and usec.isdecimal() and int(usec) else None
        """Seconds between two notifications of the watchdog, half of what the manager allows; None where it asks for none."""

    def say(self, *lines: str) -> bool:
        """Send lines such as READY=1; whether they were sent. A manager that is gone stops nothing."""
        if not self.address:
            return False
        # A leading @ stands for the zero byte of Linux' abstract names.
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0)) as channel:
                channel.settimeout(1)  # a manager that does not read must not hold up the cycles
                channel.connect(address)
                channel.sendall("\n".join(lines).encode())
        except OSError as error:
            log.warning("The service manager does not listen: %s", error)
            return False
        return True


class Watchdog:
    """Whether the cycles go on, by a value that changes with each good one.

    Measured by the monotonic clock: the time of day may jump.
    """

    def __init__(
        self, sign: Callable[[], object], *, patience: timedelta = STALL_TIMEOUT, clock: Callable[[], float] = monotonic
    ) -> None:
        """Count from now: the first cycle has as long as any other."""
        self.sign, self.patience, self.clock = sign, patience.total_seconds(), clock
        self._last, self._since = sign(), clock()

    def cycles(self) -> bool:
        """Whether the value has changed lately."""
        if (sign := self.sign()) != self._last:
            self._last, self._since = sign, self.clock()
        return self.clock() - self._since < self.patience


@contextlib.asynccontextmanager
async def announced(manager: ServiceManager, pulse: Watchdog) -> AsyncIterator[None]:
    """Say READY, then WATCHDOG as often as the manager asks while the cycles go on, and STOPPING at the end."""
    manager.say("READY=1", "STATUS=Watching")
    signs = asyncio.create_task(_signs(manager, pulse))
    try:
        yield
    finally:
        signs.cancel()
        manager.say("STOPPING=1")


async def _signs(manager: ServiceManager, pulse: Watchdog) -> None:
    while manager.every is not None:
        if pulse.cycles():
            manager.say("WATCHDOG=1")
        else:
            manager.say("STATUS=Its jobs have not ended well lately; waiting to be started again")
        await asyncio.sleep(manager.every)
