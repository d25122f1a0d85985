"""Reading and understanding in this very process, without limits: for rehearsals, tests and documents of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher import formats
from watcher.sandbox.understanding import understood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.model import Claim, Document, Entry, Facts, Observation, Signal


async def read_here(document: Document, format_name: str, options: Facts) -> tuple[Entry, ...]:
    """Read in this process, without limits: for tests and for documents of one's own. Raises Unreadable, KeyError."""
    return formats.read(document, format_name, options)


async def understand_here(signal: Signal, observations: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
    """The claims of each observation, made in this process, with no limit of time: for tests and documents of one's own."""
    return understood(signal, observations)
