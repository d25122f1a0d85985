"""Hosts of their own for processes, as network namespaces of Linux, each with one cable to this machine, which can be pulled."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

_TURNS = count()


class NoHostError(Exception):
    """Why none can be made here."""


@dataclass(frozen=True)
class Host:
    """Another host, and the address of this machine on the cable to it."""

    name: str
    here: str

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command there."""
        return ("ip", "netns", "exec", self.name)

    def pull(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        ip("-n", self.name, "link", "set", f"{self.name}b", "down")

    def plug(self) -> None:
        """The cable is back."""
        ip("-n", self.name, "link", "set", f"{self.name}b", "up")


def ip(*words: str) -> None:
    """Run `ip`, which makes networks."""
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S603, S607 - ours


@contextmanager
def other_host() -> Iterator[Host]:
    """A host with a cable to this one, which reaches all addresses of this machine. Raises NoHostError."""
    number, turn = os.getpid(), next(_TURNS) % 60  # a network of its own each time: the last one goes when the kernel has time
    host = Host(f"psw{number}x{turn}", f"198.18.{number % 250}.{4 * turn + 1}")
    if not shutil.which("ip"):
        raise NoHostError("no `ip`, which makes networks (iproute2)")
    try:
        ip("netns", "add", host.name)
    except subprocess.CalledProcessError:
        raise NoHostError("no network of its own can be made here, which takes root") from None
    try:
        ip("link", "add", f"{host.name}a", "type", "veth", "peer", "name", f"{host.name}b", "netns", host.name)
        ip("addr", "add", f"{host.here}/30", "dev", f"{host.name}a")
        ip("link", "set", f"{host.name}a", "up")
        ip("-n", host.name, "addr", "add", f"198.18.{number % 250}.{4 * turn + 2}/30", "dev", f"{host.name}b")
        ip("-n", host.name, "link", "set", f"{host.name}b", "up")
        ip("-n", host.name, "link", "set", "lo", "up")
        ip("-n", host.name, "route", "add", "default", "via", host.here)
        yield host
    finally:
        ip("netns", "del", host.name)
