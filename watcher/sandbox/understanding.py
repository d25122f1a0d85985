"""What a worker understands: the rules of a signal and what was seen go in, claims come out."""

from __future__ import annotations

import json
from dataclasses import asdict
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Final

from watcher import formats
from watcher.core.decision.claims import claims_of
from watcher.core.model import Claim, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.model import Document, Entry, Facts, Observation, Signal


MOST_CLAIMS: Final = 2_000
"""So much may be claimed by one reading; a list in which thousands of entries do is no list of news."""


def understood(signal: Signal, observations: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
    """The claims of each observation under the rules of a signal. Raises Unreadable for more than `MOST_CLAIMS` in all."""
    found, count = list[tuple[Claim, ...]](), 0
    for one in observations:
        found.append(claims_of(signal, one))
        count += len(found[-1])
        if count > MOST_CLAIMS:
            raise Unreadable(f"more than {MOST_CLAIMS:,} claims in one reading", lasting=True)
    return tuple(found)


class ReceivedSignals:
    """The signals that a worker has been sent."""

    def __init__(self) -> None:
        """None yet."""
        self._signals: dict[str, Signal] = {}

    def clear(self) -> None:
        """Forget them: they would take too much memory."""
        self._signals.clear()

    def put(self, name: str, content: bytes) -> None:
        """Keep a signal of the parent's."""
        self._signals[name] = ForkingPickler.loads(content)

    def claims(self, name: str, content: bytes) -> bytes:
        """The claims of each observation under a signal that was sent, as JSON.

        Raises KeyError for one that was not, and Unreadable for more claims than one reading may make.
        """
        signal, seen = self._signals[name], ForkingPickler.loads(content)
        claims = [[asdict(claim) for claim in mine] for mine in understood(signal, seen)]
        return json.dumps({"claims": claims}, default=str).encode()


# Reading and understanding in this very process, without limits: for rehearsals, tests and documents of one's own.


async def read_here(document: Document, format_name: str, options: Facts) -> tuple[Entry, ...]:
    """Read in this process, without limits: for tests and for documents of one's own. Raises Unreadable, KeyError."""
    return formats.read(document, format_name, options)


async def understand_here(signal: Signal, observations: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
    """The claims of each observation, made in this process, with no limit of time: for tests and documents of one's own."""
    return understood(signal, observations)
