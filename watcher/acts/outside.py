"""What an act needs of the network, handed in by whoever starts the program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from watcher.core.model import Claim, Observation, Signal
from watcher.pipeline.poll import Get, Read


@dataclass(frozen=True, slots=True)
class Outside:
    """To ask an address, to read what it answers, and to understand what was read; reading and understanding are fenced off."""

    get: Get
    read: Read
    understand: Callable[[Signal, Sequence[Observation]], Awaitable[tuple[tuple[Claim, ...], ...]]]
