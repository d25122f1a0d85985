"""What goes to a worker and comes back: requests, signals and observations there, entries here."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

from watcher.core.model import Document, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.model import Observation, Signal

RETIRED = 75
"""Exit code of a worker that stops by itself: idle for long, or after many documents."""
SIZE = struct.Struct(">I")


# --- documents and entries: JSON, because what a hostile document may have broken must not be unpickled ---------------


def pack_request(document: Document, format_name: str, options: Any, cpu: int) -> bytes:  # noqa: ANN401 - Facts
    """A document and how to read it, as one frame of a JSON head and the body."""
    head = json.dumps(
        {
            "url": document.final_url or document.url,
            "content_type": document.content_type,
            "format": format_name,
            "options": dict(options),
            "cpu": cpu,
            "body": len(document.body),
        }
    ).encode()
    return SIZE.pack(len(head)) + head + document.body


def pack_question(signal: str, rules: bytes, seen: bytes, cpu: int, *, anew: bool) -> bytes:
    """What was seen and the name of the signal it is to be understood for; `rules` is that signal where it was not sent yet.

    `anew`: the worker forgets the signals it holds first.
    """
    head = json.dumps({"signal": signal, "rules": len(rules), "anew": anew, "cpu": cpu, "body": len(rules) + len(seen)}).encode()
    return SIZE.pack(len(head)) + head + rules + seen


def pack_entries(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """Entries as plain values."""
    return {
        "entries": [
            [one.key, one.title, one.text, one.link, one.published.isoformat() if one.published else None, dict(one.facts)]
            for one in entries
        ]
    }


def unpack_entries(listed: list[list[Any]]) -> tuple[Entry, ...]:
    """The same entries again."""
    return tuple(
        Entry(key, title, text, link, datetime.fromisoformat(at).astimezone(UTC) if at else None, unpack_facts(facts))
        for key, title, text, link, at, facts in listed
    )


def unpack_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with their tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}


# --- signals and observations: the child trusts its parent ------------------------------------------------------------


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
