"""Reading and understanding in worker processes, so that a document that breaks, hangs or swells is one source's failure."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from pydantic import TypeAdapter

from watcher import formats
from watcher.core.model import Claim, Outcome, Unreadable
from watcher.sandbox.wire import RETIRED, SIZE, PackedSignal, pack_observations, pack_question, pack_request, unpack_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from watcher.core.model import Document, Entry, Facts, Observation, Signal

T = TypeVar("T")
Understood: TypeAlias = tuple[tuple[Claim, ...], ...]
"""Of each observation its claims."""

COMMAND = (sys.executable, "-X", "utf8", "-B", "-P", "-m", "watcher.sandbox.worker")
MEMORY = 1 << 30
"""Bytes of address space for one worker; what it really holds is far less."""

_CHUNK = 1 << 16
_MAX_ANSWER = 128 << 20
_EXIT_SECONDS = 5.0
_START = 1.0
"""Seconds that a worker may need before it begins with its first document."""
_SLOW_FOR = 3600.0
"""Seconds for which a source stays slow."""
_MOST_SENT = 16 << 20
"""Bytes of signals that a worker is sent; then it begins anew."""
_CLAIMS: TypeAdapter[Understood] = TypeAdapter(Understood)


class ParserPool:
    """A pool of worker processes, started when they are first needed, gone when they have been idle for two minutes.

    One worker reads most documents in a millisecond or two, and another one would need 20 MB: it is started only where those
    there are have been at their documents for longer than `patience`.

    It may be awaited from any event loop. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        workers: int = 4,
        memory: int = MEMORY,
        cpu: timedelta = timedelta(seconds=10),
        wall: timedelta = timedelta(seconds=30),
        patience: timedelta = timedelta(seconds=0.25),
        quick: timedelta = timedelta(seconds=1),
        command: Sequence[str] = COMMAND,
    ) -> None:
        """`memory` in bytes for each worker; `cpu` and `wall` for each document.

        Beside others a document has `quick` of the processor; one that takes longer is begun again behind the slow ones.
        """
        self._command = (*command, str(memory))
        self._cpu = max(1, round(cpu.total_seconds()))
        self._quick = min(self._cpu, max(1, round(quick.total_seconds())))
        self._wall = wall.total_seconds()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="readers")
        self._slow_lane = ThreadPoolExecutor(1, thread_name_prefix="slow readers")
        self._slow: dict[str, float] = {}
        """Until when what comes from an address, or from a source, is taken to be slow."""
        self._patience = patience.total_seconds()
        self._changed = threading.Condition()
        self._idle: list[_Worker] = []
        self._at_work: set[_Worker] = set()
        self._closing = False
        self._busy: dict[int, float] = {}
        """When each document under way will have tried our patience, by the number of its reading."""
        self._numbers = count()
        self._packed: dict[str, tuple[Signal, PackedSignal]] = {}

    def start(self, many: int) -> None:
        """Start workers before there is something to read: beside others that are busy it takes a second of the clock."""
        with self._changed:
            self._idle += [_Worker(self._command) for _ in range(many)]

    async def read(self, document: Document, format_name: str, options: Facts) -> tuple[Entry, ...]:
        """The entries of a document. Raises Unreadable, also where a worker died over it, and KeyError for an unknown name."""
        return await self._in_lane(document.url, lambda cpu: self._read(document, format_name, options, cpu))

    def _read(self, document: Document, format_name: str, options: Facts, cpu: int) -> tuple[Entry, ...]:
        if format_name not in formats.names():
            raise KeyError(format_name)
        request = pack_request(document, format_name, options, cpu)
        return unpack_entries(self._asked("reading it", lambda _: request)["entries"])

    async def understand(self, signal: Signal, observations: Sequence[Observation]) -> Understood:
        """The claims of each observation under the rules of a signal.

        Raises Unreadable where that takes more time or memory than is allowed, or fails.
        """
        source = observations[0].source if observations else ""
        return await self._in_lane(source, lambda cpu: self._understand(signal, observations, cpu))

    def understand_now(self, signal: Signal, observations: Sequence[Observation]) -> Understood:
        """The same, in the calling thread."""
        return self._understand(signal, observations, self._cpu)

    def _understand(self, signal: Signal, observations: Sequence[Observation], cpu: int) -> Understood:
        packed, seen = self._pack(signal), pack_observations(observations)

        def question(worker: _Worker) -> bytes:
            rules, anew = worker.lacks(packed)
            return pack_question(packed.name, rules, seen, cpu, anew=anew)

        return _CLAIMS.validate_python(self._asked("understanding it", question)["claims"])

    async def _in_lane(self, name: str, work: Callable[[int], T]) -> T:
        """Do a work, which is given its seconds of the processor; of what takes long one at a time, and out of others' way."""
        loop = asyncio.get_running_loop()
        if self._slow.get(name, 0.0) <= time.monotonic():
            try:
                return await loop.run_in_executor(self._threads, work, self._quick)
            except _OutOfTime as error:
                now = time.monotonic()
                self._slow = {one: until for one, until in self._slow.items() if until > now} | {name: now + _SLOW_FOR}
                if self._quick == self._cpu or not error.processor:
                    raise
        return await loop.run_in_executor(self._slow_lane, work, self._cpu)

    def _pack(self, signal: Signal) -> PackedSignal:
        """The signal as workers get it, made once as long as it stays the same."""
        held = self._packed.get(signal.id)
        if held is None or held[0] is not signal:
            held = self._packed[signal.id] = signal, PackedSignal.of(signal)
        return held[1]

    def _asked(self, doing: str, request: Callable[[_Worker], bytes]) -> dict[str, Any]:
        """What a worker answers. Raises Unreadable where it refuses, or dies over it."""
        answer: dict[str, Any] = json.loads(self._exchanged(doing, request))
        if "reason" in answer:
            raise Unreadable(answer["reason"], Outcome(answer["kind"]), lasting=answer["lasting"])
        return answer

    def _exchanged(self, doing: str, request: Callable[[_Worker], bytes]) -> bytes:
        """The answer of a worker that lives."""
        while True:
            number, kept = next(self._numbers), None
            worker = self._take(number)
            fresh = worker is None
            try:
                worker = self._at_it(worker or _Worker(self._command))
                answer = worker.ask(request(worker), self._wall)
                kept = worker
            except _WorkerDied as gone:
                if gone.code == RETIRED and not fresh:
                    continue  # it had just stopped by itself; the document is not to blame
                if gone.code in {None, -signal.SIGXCPU}:
                    raise _OutOfTime(f"{doing} {gone.how}", processor=gone.code is not None) from gone
                # A worker that was killed from outside (by a system short of memory) says nothing against the document.
                raise Unreadable(f"{doing} {gone.how}", Outcome.MALFORMED, lasting=gone.code != -signal.SIGKILL) from gone
            finally:
                self._give_back(number, worker, kept)
            return answer

    def _take(self, number: int) -> _Worker | None:
        """The worker last used of those that wait, or that will in a moment; None where another one is to be started."""
        with self._changed:
            while True:
                now = time.monotonic()
                while self._idle:
                    worker = self._idle.pop()
                    if worker.alive():
                        self._busy[number] = now + self._patience
                        return worker
                    worker.stop()
                if all(until <= now for until in self._busy.values()):
                    self._busy[number] = now + _START + self._patience
                    return None
                self._changed.wait(max(self._busy.values()) - now)

    def _at_it(self, worker: _Worker) -> _Worker:
        """The worker, which a closing pool ends at once."""
        with self._changed:
            self._at_work.add(worker)
            if self._closing:
                worker.kill()
        return worker

    def _give_back(self, number: int, worker: _Worker | None, kept: _Worker | None) -> None:
        """A reading has ended; its worker waits for the next one, where it lives on."""
        with self._changed:
            del self._busy[number]
            if worker is not None:
                self._at_work.discard(worker)
            if kept is not None:
                self._idle.append(kept)
            self._changed.notify()

    def close(self) -> None:
        """End the workers, also those at work: what they were at is due again, and may take as long as it is allowed."""
        with self._changed:
            self._closing = True
            for worker in self._at_work:
                worker.kill()
        for lane in (self._threads, self._slow_lane):
            lane.shutdown(wait=True, cancel_futures=True)
        with self._changed:
            stopping, self._idle = self._idle, []
        for worker in stopping:
            worker.stop(at_once=True)  # it waits for a document, and has nothing to put in order

    def __enter__(self) -> Self:
        """The pool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close it."""
        self.close()


class _OutOfTime(Unreadable):
    """It took more time than was allowed: of the processor, or by the clock."""

    def __init__(self, reason: str, *, processor: bool) -> None:
        super().__init__(reason, Outcome.MALFORMED, lasting=True)
        self.processor = processor


class _WorkerDied(Exception):  # noqa: N818 - a worker that is no more
    """The worker ended before it answered."""

    def __init__(self, code: int | None, how: str) -> None:
        super().__init__(how)
        self.code = code
        self.how = how


class _Worker:
    """One process and the two pipes to it."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it with nothing of our environment but where the code lies: no secret reaches it."""
        path = os.pathsep.join(map(os.path.abspath, sys.path))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no text from outside in the command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"PYTHONPATH": path, "PATH": os.defpath},
        )
        self._in, self._out = _pipe(self._process.stdin), _pipe(self._process.stdout)
        self._signals: dict[str, int] = {}
        """The signals that it has been sent, and their sizes in bytes."""

    def lacks(self, packed: PackedSignal) -> tuple[bytes, bool]:
        """What it needs of a signal before it can understand by it, and whether it is to forget the others; it has it then."""
        if packed.name in self._signals:
            return b"", False
        anew = sum(self._signals.values()) + len(packed.content) > _MOST_SENT
        if anew:
            self._signals.clear()
        self._signals[packed.name] = len(packed.content)
        return packed.content, anew

    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send one frame and receive the answer. Raises _Gone, after which the worker is stopped."""
        try:
            return self._exchange(memoryview(request), time.monotonic() + seconds)
        except TimeoutError as error:
            self.stop(at_once=True)
            raise _WorkerDied(None, f"took longer than {seconds:g} s") from error
        except (OSError, EOFError) as error:
            code = self._ended()
            self.stop(at_once=True)
            raise _WorkerDied(code, _how(code)) from error

    def _exchange(self, unsent: memoryview, until: float) -> bytes:
        """Write and read as the worker lets us, so that neither side waits for the other."""
        answer = bytearray()
        while len(answer) < SIZE.size or len(answer) < SIZE.size + SIZE.unpack_from(answer)[0]:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            ready = self._wait(left, sending=bool(unsent))
            if self._in in ready:
                unsent = unsent[os.write(self._in, unsent[:_CHUNK]) :]
            if self._out in ready:
                part = os.read(self._out, _CHUNK)
                if not part or len(answer) > _MAX_ANSWER:
                    raise EOFError
                answer += part
        return bytes(answer[SIZE.size :])

    def _wait(self, seconds: float, *, sending: bool) -> set[int]:
        """The pipes that are ready (by poll: select knows no descriptor above 1023)."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if sending:
            poll.register(self._in, select.POLLOUT)
        return {descriptor for descriptor, _ in poll.poll(seconds * 1000)}

    def _ended(self) -> int | None:
        """Its exit code, once its pipe is closed; None for one that lives on."""
        try:
            return self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """Have the system end it; who waits for its answer gets none."""
        self._process.kill()

    def stop(self, *, at_once: bool = False) -> None:
        """End it: by closing its input, or by force."""
        if at_once:
            self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self._ended() is None:
            self._process.kill()
            self._process.wait()


def _pipe(end: object) -> int:
    """The descriptor of a pipe, set to never block."""
    descriptor: int = end.fileno()  # type: ignore[attr-defined]  # Popen types its pipes as optional
    os.set_blocking(descriptor, False)
    return descriptor


def _how(code: int | None) -> str:
    """Why a worker ended, in words."""
    if code == -signal.SIGXCPU:
        return "took more processor time than allowed"
    if code is not None and code < 0:
        return f"killed the reader (signal {-code})"
    return f"ended the reader (exit code {code})"
