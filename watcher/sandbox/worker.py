"""The process that reads and understands documents for another one: frames in, frames out, within limits of memory and time."""

from __future__ import annotations

import json
import resource
import select
import sys
from datetime import UTC, datetime
from time import thread_time
from typing import TYPE_CHECKING, Any, BinaryIO

from watcher import formats
from watcher.core.language.lexicon import english
from watcher.core.model import Document, Entry, Outcome, Unreadable
from watcher.core.shape import PATTERNS, try_patterns
from watcher.sandbox.understanding import ReceivedSignals
from watcher.sandbox.wire import RETIRED, SIZE, pack_entries, unpack_facts

if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE_SECONDS = 120
_DOCUMENTS = 5_000
_OPEN_FILES = 64
MOST_OF_PATTERNS = 0.5
"""Seconds of the processor that the patterns of a source may take for one document; the main process takes them once more."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def serve(read: Callable[[Document, str, Any], tuple[Entry, ...]], memory: int) -> int:
    """Answer requests on standard input until it ends; returns the exit code.

    The parent's death ends standard input, and no document may use more processor time than its request says, so that
    no worker outlives its parent for long.
    """
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not break the frames
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(kind, (limit, limit))
    received = ReceivedSignals()
    for _ in range(_DOCUMENTS):
        if not select.select([source], [], [], _IDLE_SECONDS)[0]:
            return RETIRED
        request = _receive(source)
        if request is None:
            return 0
        answer, tired = _answer(read, received, *request)
        sink.write(SIZE.pack(len(answer)) + answer)
        sink.flush()
        if tired:
            break
    return RETIRED


def _receive(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """One request; None where the parent has gone."""
    size = source.read(SIZE.size)
    if len(size) < SIZE.size:
        return None
    head = json.loads(source.read(SIZE.unpack(size)[0]))
    body = source.read(head["body"])
    return (head, body) if len(body) == head["body"] else None


def _answer(
    read: Callable[[Document, str, Any], tuple[Entry, ...]], received: ReceivedSignals, head: dict[str, Any], body: bytes
) -> tuple[bytes, bool]:
    """The answer as JSON, and whether this process should end after it."""
    doing = "understanding" if "signal" in head else "reading"
    try:
        if "signal" in head:
            _prepare(received, head, body)
        _limit(head["cpu"])
        return _understood(received, head, body) if "signal" in head else _read(read, head, body), False
    except Unreadable as error:
        if isinstance(error.__cause__, MemoryError):
            return _refusal(f"{doing} it needs more memory than allowed", error.kind, lasting=True), True
        return _refusal(error.reason, error.kind, lasting=error.lasting), False
    except MemoryError:
        return _refusal(f"{doing} it needs more memory than allowed", Outcome.MALFORMED, lasting=True), True
    except Exception as error:  # noqa: BLE001 - the edge of this process: the document failed, the worker goes on
        kind = Outcome.ERROR if "signal" in head else Outcome.MALFORMED
        return _refusal(f"{doing} failed: {type(error).__name__}: {str(error)[:200]}", kind), False


def _read(read: Callable[[Document, str, Any], tuple[Entry, ...]], head: dict[str, Any], body: bytes) -> bytes:
    document = Document(head["url"], head["url"], body, "", head["content_type"], _EPOCH)
    options = unpack_facts(head["options"])
    patterns = options.pop(PATTERNS, ())
    found = read(document, head["format"], options)
    begun = thread_time()
    try_patterns(found, patterns)
    if thread_time() - begun > MOST_OF_PATTERNS:
        raise Unreadable("its links take too long to be held against the patterns of the source", lasting=True)
    return json.dumps(pack_entries(found)).encode()


def _limit(cpu: int | None) -> None:
    """Allow so many seconds of the processor from now on, at least; None for as many as there are."""
    used, most = resource.getrusage(resource.RUSAGE_SELF), resource.getrlimit(resource.RLIMIT_CPU)[1]
    allowed = most if cpu is None else int(used.ru_utime + used.ru_stime) + 1 + cpu
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, most))


def _prepare(received: ReceivedSignals, head: dict[str, Any], body: bytes) -> None:
    """Learn the language and the rules before the document's time begins: a process that has just started needs a second."""
    _limit(None)
    english()
    if head["anew"]:
        received.clear()
    if head["rules"]:
        received.put(head["signal"], body[: head["rules"]])


def _understood(received: ReceivedSignals, head: dict[str, Any], body: bytes) -> bytes:
    return received.claims(head["signal"], body[head["rules"] :])


def _refusal(reason: str, kind: Outcome, *, lasting: bool = False) -> bytes:
    return json.dumps({"reason": reason, "kind": str(kind), "lasting": lasting}).encode()


if __name__ == "__main__":
    sys.exit(serve(formats.read, int(sys.argv[1])))
