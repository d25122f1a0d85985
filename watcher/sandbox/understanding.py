"""What a worker understands: the rules of a signal and what was seen go in, claims come out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING

from watcher.core.decision.claims import claims_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.model import Observation, Signal


@dataclass(frozen=True, slots=True)
class PackedSignal:
    """A signal as it is sent to a worker, once to each; its sources stay here, since their headers hold keys."""

    name: str
    content: bytes

    @classmethod
    def of(cls, signal: Signal) -> PackedSignal:
        """Wrap a signal."""
        content = bytes(ForkingPickler.dumps(replace(signal, sources=())))
        return cls(hashlib.sha256(content).hexdigest(), content)


def pack_observations(observations: Sequence[Observation]) -> bytes:
    """What was seen, for a worker, as the standard library sends values to child processes: a child trusts its parent.

    What it answers is JSON, because the parent does not trust the child.
    """
    return bytes(ForkingPickler.dumps(tuple(observations)))


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
        """The claims of each observation under a signal that was sent, as JSON. Raises KeyError for one that was not."""
        signal, seen = self._signals[name], ForkingPickler.loads(content)
        claims = [[asdict(claim) for claim in claims_of(signal, one)] for one in seen]
        return json.dumps({"claims": claims}, default=str).encode()
