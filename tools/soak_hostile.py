"""The round of hostility: hosts that never answer, texts that are slow to understand, and visitors that hold on to the page."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic

from tools.soak_rounds import ROOT, Place, Row, memory
from tools.soak_web import Web, feed, names

HEALTHY, HANGING, SILENT, HOSTILE, VISITORS = 20, 40, 60, 10, 150
PACE = timedelta(seconds=10)
LATE = timedelta(seconds=10)
"""A healthy source may be later than its pace by so much: its spread, and a busy machine."""
SETTLED = 0.5
"""Share of the round after which memory must stay flat."""
GROWTH = 30
SLOW = "Gadget is open to everyone if the Gadget " * 30 + ". "
TEXTS = (SLOW * 160, "." * 200_000, "(" * 200_000, "a. " * 60_000, "Gadget, " * 25_000, "<b" * 90_000)
"""What each took on its own here under the rules of a gadget: four seconds, and well under one."""
HEAD = """\
[watch]
group_wait = "0s"
[fetch]
via = "{via}"
allow = ["127.0.0.1"]
timeout = "20s"
per_host_gap = "0s"
[store]
url = "sqlite:///{folder}/watch.db"
[[recipient]]
id = "reader"
channel = "maildir"
to = "{folder}/mail"
operator = true
[ladder.access]
[[ladder.access.status]]
id = "closed"
[[ladder.access.status]]
id = "open"
wakes = true
[[ladder.access.rule]]
id = "open"
status = "open"
says = {{ about = ["thing"], phrase = ["open"] }}
"""
SIGNAL = """
[[signal]]
id = "{0}"
question = "Can everybody use the {0} Gadget?"
[signal.vocabulary.things]
thing = ["Gadget"]
[signal.vocabulary.phrases]
open = ["open to everyone"]
[[signal.track]]
ladder = "access"
"""
SOURCE = """
[[signal.source]]
id = "{0}{1}"
url = "https://{2}/{3}"
format = "feed"
publisher = "{2}"
tier = "official"
every = "{4}"
grace = "1d"
"""


def configured(folder: Path, via: str) -> Path:
    """The configuration of all these sources."""
    parts = [HEAD.format(via=via, folder=folder)]
    for kind, many in (("hanging", HANGING), ("silent", SILENT), ("healthy", HEALTHY), ("hostile", HOSTILE)):
        parts.append(SIGNAL.format(kind))
        for number in range(many):  # one host hangs with all its pages, as one publisher's do; each of the others is its own
            host, page = ("hanging.example", f"{number}.json") if kind == "hanging" else (f"{kind}{number}.example", "feed.json")
            parts.append(SOURCE.format(kind, number, host, page, f"{PACE.seconds}s"))
    path = folder / "signals.toml"
    path.write_text("".join(parts), "utf-8")
    return path


# --- the web ---------------------------------------------------------------------------------------------------------


class Texts:
    """What each host says: another document each time, so that none is known; the hostile ones are slow to understand."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self._number = count()

    def __call__(self, host: str) -> bytes:
        """A feed."""
        number = next(self._number)
        return feed(host, str(number), f"Note {number}" if "healthy" in host else f"{number} {TEXTS[number % len(TEXTS)]}")


# --- the visitors ----------------------------------------------------------------------------------------------------


class Crowd:
    """Visitors that begin a request, some with a long head, and never end it; when there are many the first ones leave."""

    def __init__(self, port: int) -> None:
        """Nobody yet."""
        self._port, self._lines, self.came = port, list[socket.socket](), 0

    def grow(self, many: int = 15) -> None:
        """Let some more come; one that is turned away does not matter."""
        for _ in range(many):
            self.came += 1
            with suppress(OSError):
                line = socket.create_connection(("127.0.0.1", self._port), 2)
                self._lines.append(line)
                line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: " + b"a" * (60_000 if self.came % 3 else 10))
        while len(self._lines) > VISITORS:
            self._lines.pop(0).close()

    def leave(self) -> None:
        """Let all go."""
        for line in self._lines:
            line.close()


def visit(port: int) -> float:
    """Seconds that a polite visitor waits for the page. Raises OSError."""
    began = monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        answer.read()
    return monotonic() - began


# --- the round -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def watching(config: Path) -> AsyncIterator[tuple[int, int]]:
    """A watch in a process of its own: its number, and the port of its page."""
    log = config.parent / "log"
    words = ("-m", "watcher", "run", "--config", str(config), "--port", "0")
    with log.open("wb") as said:
        running = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=said, stderr=said)
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text("utf-8"))):
            if running.returncode is not None:
                raise RuntimeError(log.read_text("utf-8"))
            await asyncio.sleep(0.1)
        yield running.pid, int(found[1])
    finally:
        running.send_signal(signal.SIGTERM)
        await running.wait()


@dataclass
class Measured:
    """What was seen on the way."""

    waits: list[float] = field(default_factory=list)
    failed: int = 0
    came: int = 0
    sizes: list[int] = field(default_factory=list)
    late: float = 0.0


async def hostility(folder: Path, seconds: float, web: Web) -> Measured:
    """Let all of it happen at once, and measure."""
    seen = Measured()
    async with web.served() as address, watching(await asyncio.to_thread(configured, folder, address)) as (process, port):
        crowd, until = Crowd(port), monotonic() + seconds
        while monotonic() < until:
            await asyncio.to_thread(crowd.grow)
            try:
                seen.waits.append(await asyncio.to_thread(visit, port))
            except OSError:
                seen.failed += 1
            seen.sizes.append(memory(process))
            await asyncio.sleep(1)
        seen.late, seen.came = web.lateness(names("healthy", HEALTHY), PACE, monotonic()), crowd.came
        crowd.leave()
    return seen


def hostile_round(place: Place, seconds: float) -> Row:
    """Hosts that hang, texts that are slow to understand and visitors that hold on: nothing healthy is late."""
    row, web = Row("hostility"), Web(Texts(), hangs=("hanging", "silent"))
    seen = asyncio.run(hostility(place.folder, seconds, web))
    hung, hostile = web.asked_of("hanging", "silent"), web.asked_of("hostile")
    row.injected = row.survived = hung + hostile + seen.came
    row.start, row.end = seen.sizes[int(len(seen.sizes) * SETTLED)], seen.sizes[-1]
    refused = (place.folder / "log").read_text("utf-8").count("was not understood")
    row.notes += [
        f"{hung} requests without an answer, {hostile} hostile documents ({refused} took too long)",
        f"{seen.came} visitors that hold on",
        f"the latest healthy source {seen.late:.1f} s after its pace of {PACE.seconds} s",
        f"page: {len(seen.waits)} answers, {seen.failed} failed",
        f"half in {median(seen.waits):.2f} s, slowest {max(seen.waits):.2f} s",
    ]
    row.failures += [f"a healthy source was {seen.late:.0f} s late"] * (seen.late > LATE.total_seconds())
    row.failures += [f"the page failed {seen.failed} times"] * bool(seen.failed)
    row.failures += [f"memory grew from {row.start} to {row.end} MB"] * (row.end - row.start > GROWTH)
    return row
