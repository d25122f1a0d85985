"""Run a process and say what it cost: seconds of wall clock and of processor, and peak memory of it and its children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EVERY = 0.05
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process cost; processor time includes its children's."""

    wall: float
    cpu: float
    peak_mb: float
    output: str


def python(*words: str) -> list[str]:
    """A command of this environment."""
    return [sys.executable, *words]


def spent(session: int) -> tuple[float, float]:
    """Processor seconds and resident MB of all processes of a session."""
    cpu, memory = 0.0, 0
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                stat = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[3]) == session:
                cpu += (int(stat[11]) + int(stat[12])) / TICKS
                memory += int(stat[21]) * PAGE
    return cpu, memory / 1e6


def measured(command: Sequence[str], *, cwd: Path = ROOT) -> Cost:
    """Run to the end. Raises RuntimeError with its last words where it fails."""
    begun, before = time.perf_counter(), os.times()
    process = subprocess.Popen(  # noqa: S603 - commands of ours
        command, cwd=cwd, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(EVERY):
            peak[0] = max(peak[0], spent(process.pid)[1])

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    wall, after = time.perf_counter() - begun, os.times()
    done.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {output[-600:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, cpu, peak[0], output)


@contextmanager
def running(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that says its address on its first line and serves until it is told to end."""
    process = subprocess.Popen(  # noqa: S603 - commands of ours
        command,
        cwd=ROOT,
        env=ENV,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("no output")
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)


def fetched(url: str) -> bytes:
    """The body of an address on loopback."""
    with _direct.open(url, timeout=60) as answer:
        body: bytes = answer.read()
        return body


def told(url: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The JSON of an address on loopback."""
    return json.loads(fetched(url))
