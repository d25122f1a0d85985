"""How much faster more workers on one PostgreSQL are: `python -m tools.bench_workers [--sources 400] [--workers 1,2,4]`.

Each source answers after 200 ms: what is measured is how workers share work that waits for others, which is what polling is;
what a poll takes of a core is the other bound, and stands beside it. Every source must be asked once in each round. In the last
one every other signal changes: each of these changes must be told once, in one mail, and nothing else. In each round two
workers must be 1.7 times as fast as one, and four 3.5 times, where the cores that do nothing when they start are enough for
them; else it is said that they are not. With `--hosts` each worker has a network of its own. Exit code 1 where one of this
does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psycopg

from tools.farm import notices
from tools.hosts import Host, NoHostError, other_host
from tools.own_postgres import own_postgres
from watcher.bootstrap import prepare
from watcher.clock import utc_now
from watcher.config.build import load
from watcher.store.store import Store

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 0.2
"""How long a source takes to answer."""
LEAST = {2: 1.7, 4: 3.5}
"""How many times as fast as one so many workers must be at least."""
COST = 0.01
"""Seconds of the processor that a poll takes at most, of the worker, the server and the source together."""
LOOK = 2.0
"""Seconds for which it is looked how many cores do nothing."""
HERE = "127.0.0.1"
# Not put off: what was never asked and is due in a far future looks like a clock that was set back, and is due at once.
LATER = "UPDATE source SET until = 0"
CLOCK = "SELECT CAST(extract(epoch FROM now()) * 1000000 AS BIGINT)"
DUE = "UPDATE source SET until = NULL, next_at = CAST(extract(epoch FROM now()) * 1000000 AS BIGINT)"
KEPT = "SELECT count(*) FROM poll WHERE at >= %s"
SPAN = "SELECT max(at + ms * 1000) - min(at) FROM poll WHERE at >= %s"
TOLD = """SELECT count(*) FROM (
    SELECT signal FROM transition WHERE kind <> 'baseline' GROUP BY signal
    HAVING count(*) = 1 AND count(digest) = 1 AND min(kind) = 'advance'
) AS once"""
DECIDED = "SELECT count(*) FROM present"
SAID = "SELECT count(*) FROM transition WHERE kind <> 'baseline'"
MAILS = "SELECT count(*) FROM delivery WHERE state = 'sent'"
BUSY = """SELECT (SELECT count(*) FROM procrastinate_jobs WHERE queue_name <> 'jobs' AND status IN ('todo', 'doing'))
    + (SELECT count(*) FROM delivery WHERE state <> 'sent') + (SELECT count(*) FROM transition WHERE digest IS NULL)"""
CHANGES = 20
"""Every such source says that its thing is open: the first of every other signal."""
OPEN = """<item><title>Gadget {0} is open to everyone</title><link>https://{1}/open</link><guid>https://{1}/open</guid>
<pubDate>{2}</pubDate></item></channel>"""
ROUNDS = (("first look", "_close"), ("news", "_news"), ("no news", "_asked"), ("changes", "_open"))
"""The rounds, and what the feeds are told before each."""
HEAD = """[watch]
group_wait = "0s"
[fetch]
via = "{0}"
allow = ["{2}"]
per_host_gap = "{1}"
[ladder.access]
[[ladder.access.status]]
id = "closed"
[[ladder.access.status]]
id = "open"
[[ladder.access.rule]]
id = "open"
status = "open"
by = ["official"]
says = {{ about = ["thing"], phrase = ["open"] }}
"""
SIGNAL = """[[signal]]
id = "g{0}"
question = "Can everybody use it?"
[signal.vocabulary.things]
thing = ["Gadget {0}"]
[signal.vocabulary.phrases]
open = ["open to everyone"]
[[signal.headline]]
id = "closed"
label = "Closed"
when = {{ it = "closed" }}
[[signal.headline]]
id = "open"
label = "Open"
when = {{ it = "open" }}
[[signal.track]]
id = "it"
ladder = "access"
"""
SOURCE = """[[signal.source]]
id = "s{0}"
url = "https://agency{0}.example/feed.xml"
format = "feed"
publisher = "agency{0}.example"
tier = "official"
every = "6h"
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of polls by so many workers."""

    workers: int
    name: str
    polls: int
    seconds: float
    processor: float
    """Seconds of the processor that the workers took."""
    wrong: int
    """Sources that were not asked, or changes that were not told, exactly once."""
    idle: float
    """Cores that did nothing before the workers were started."""

    @property
    def rate(self) -> float:
        """Polls in a second."""
        return self.polls / self.seconds


def declared(folder: Path, sources: int, via: str, gap: str) -> None:
    """A configuration of signals of ten feeds each."""
    parts = [HEAD.format(via, gap, urlsplit(via).hostname)]
    for number in range(sources):
        if number % 10 == 0:
            parts.append(SIGNAL.format(number // 10))
        parts.append(SOURCE.format(number))
    (folder / "signals.toml").write_text("".join(parts), "utf-8")


async def serve(address: str) -> None:
    """Answer each feed after a while, at an address of this machine.

    `/_asked` says how often each was asked, and forgets it; `/_news` adds an entry to each, `/_open` a change to some,
    which `/_close` takes back.
    """
    asked, days, opened = Counter[str](), [40], list[str]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        target = head.split(" ", 2)[1]
        if target == "/_asked":
            body, status, tag = json.dumps(asked).encode(), "200 OK", '"-"'
            asked.clear()
        elif target.startswith("/_"):
            asked.clear()
            days[0] += target == "/_news"
            opened[:] = {"/_open": [format_datetime(utc_now())], "/_close": []}.get(target, opened)
            body, status, tag = b"{}", "200 OK", '"-"'
        else:
            asked[target] += 1
            body = changed(notices(host := target.split("/")[1], days[0] * 24), host, opened)
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            await asyncio.sleep(SECONDS)
            status = "304 Not Modified" if tag in head else "200 OK"
            body = b"" if status.startswith("304") else body
        kind = "application/rss+xml" if not target.startswith("/_") else "application/json"
        length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
        words = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {tag}\r\n{length}Connection: close\r\n\r\n"
        writer.write(words.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, address, 0, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def changed(body: bytes, host: str, opened: Sequence[str]) -> bytes:
    """The feed of a host, with the change of its signal where that has come."""
    number = int(host.removeprefix("agency").partition(".")[0])
    if number % CHANGES or not opened:
        return body
    return body.replace(b"</channel>", OPEN.format(number // 10, host, opened[-1]).encode())


@contextmanager
def web(address: str = HERE) -> Iterator[str]:
    """Where the feeds are."""
    command = [sys.executable, "-m", "tools.bench_workers", "--serve", address]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        if process.stdout is None:
            raise RuntimeError
        try:
            yield f"http://{address}:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@contextmanager
def workers(folder: Path, url: str, places: Sequence[Sequence[str]], concurrency: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker at work in each of these places, given as what runs a command there."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "WATCHER_STORE_URL": url}
    command = [sys.executable, "-m", "watcher", "worker", "--concurrency", str(concurrency), "--log-level", "warning"]
    quiet = subprocess.DEVNULL
    started = [subprocess.Popen([*place, *command], cwd=folder, env=environ, stdout=quiet) for place in places]  # noqa: S603 - ourselves
    try:
        yield started
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def until(holds: Callable[[], bool], patience: float) -> None:
    """Look twice in a second."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.5)


def processor(*processes: int) -> float:
    """Seconds of the processor that processes and their children have taken (Linux)."""
    tick = os.sysconf("SC_CLK_TCK")
    total = 0
    for pid in processes:
        for task in [Path(f"/proc/{pid}/stat"), *children(pid)]:
            fields = task.read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / tick


def children(pid: int) -> list[Path]:
    """What the processes that this one started are counted in."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [Path(f"/proc/{child}/stat"), *children(int(child))]
    return found


def idle_cores() -> float:
    """How many cores do nothing at the moment (Linux)."""

    def ticks() -> list[int]:
        return [int(number) for number in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]

    before = ticks()
    time.sleep(LOOK)
    passed = [after - then for then, after in zip(before, ticks(), strict=True)]
    return (passed[3] + passed[4]) / max(sum(passed), 1) * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Rig:
    """Where the workers run, and what they share."""

    folder: Path
    server: str
    """The address of the server's own database, as it is reached from here."""
    via: str
    hosts: Sequence[Host]
    """The first of so many networks of their own; none where all run here."""

    def url(self, name: str, *, outside: bool = False) -> str:
        """The address of a database, as it is reached from here or by the workers."""
        if outside and self.hosts:
            return f"postgresql://postgres@{self.hosts[0].here}/{name}"
        return self.server.replace("/postgres?", f"/{name}?")

    def places(self, many: int) -> list[tuple[str, ...]]:
        """What runs a command where each of so many workers is."""
        return [host.within for host in self.hosts[:many]] or [()] * many


def rounds(rig: Rig, many: int, asked: argparse.Namespace) -> Iterator[Round]:
    """A first look, a round with an entry more in each feed and one without, by so many workers, on a database of their own."""
    name, config, idle = f"bench_{many}", load(rig.folder / "signals.toml", {}), idle_cores()
    with psycopg.connect(rig.server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    with Store.open(rig.url(name)) as store:
        prepare(store, config, utc_now())
    with (
        psycopg.connect(rig.url(name), autocommit=True) as connection,
        workers(rig.folder, rig.url(name, outside=True), rig.places(many), asked.concurrency) as running,
    ):

        def value(statement: str, *values: int) -> float:
            row = connection.execute(statement, values).fetchone()  # type: ignore[call-overload]
            return float(row[0] or 0)

        pids = [one.pid for one in running]
        connection.execute(LATER)
        until(lambda: is_ready(value, many), 120)
        mails = len(mailbox(rig.folder))
        for title, order in ROUNDS:
            if order == "_open":  # what changes before the first decision is no change: it is put off while sources are due
                until(lambda: value(DECIDED) >= len(config.signals), 120)
            httpx2.get(f"{rig.via}/{order}")
            since, before = int(value(CLOCK)), processor(*pids)
            connection.execute(DUE)
            until(partial(is_done, value, since, asked.sources), 600)
            span, used = value(SPAN, since) / 1e6, processor(*pids) - before
            times: dict[str, int] = httpx2.get(f"{rig.via}/_asked").json()
            wrong = sum(1 for number in range(asked.sources) if times.get(f"/agency{number}.example/feed.xml") != 1)
            if order == "_open":
                until(partial(is_told, value), 120)
                wrong += untold(value, len(range(0, asked.sources, CHANGES)), len(mailbox(rig.folder)) - mails)
            yield Round(many, title, asked.sources, span, used, wrong, idle)


def judged(one: Round, base: float, concurrency: int) -> tuple[bool, str]:
    """Whether so many workers are fast enough beside one, and that in words; where there are no cores for it, it is so."""
    times, least = one.rate / base, LEAST.get(one.workers, 0.0)
    wanted = one.workers * concurrency / SECONDS * COST
    if not least:
        return True, f"{times:.2f}"
    if one.idle * 1.1 < wanted:
        return True, f"{times:.2f} (not judged: {wanted:.1f} cores wanted, {one.idle:.1f} did nothing)"
    good = times >= least
    return good, f"{times:.2f} ({'at least' if good else '**less than**'} {least})"


def is_done(value: Callable[..., float], since: int, sources: int) -> bool:
    """Whether all of them were polled since then."""
    return value(KEPT, since) >= sources


def is_told(value: Callable[..., float]) -> bool:
    """Whether nothing is to be decided, told or sent any more."""
    return value(SAID) > 0 and value(BUSY) == 0


def untold(value: Callable[..., float], changes: int, mails: int) -> int:
    """How many changes were not told once, or told though they were none, or mails that came not once."""
    return int(changes - value(TOLD) + abs(value(SAID) - changes) + abs(value(MAILS) - mails))


def mailbox(folder: Path) -> list[Path]:
    """The mails that were written."""
    return [*folder.glob("data/mailbox/new/*")]


def is_ready(value: Callable[..., float], many: int) -> bool:
    """Whether all of them have said that they are there."""
    there = value("SELECT CASE WHEN to_regclass('procrastinate_workers') IS NULL THEN 0 ELSE 1 END")
    return bool(there) and value("SELECT count(*) FROM procrastinate_workers") >= many


def options() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description="How workers share sources that answer after 200 ms.")
    parser.add_argument("--sources", type=int, default=400)
    parser.add_argument("--workers", default="1,2,4", help="numbers of workers, such as 1,2,4; the first is compared with")
    parser.add_argument("--concurrency", type=int, default=20, help="sources at a time in each")
    parser.add_argument("--gap", default="1s", help="between two requests to one host, here each source has its own")
    parser.add_argument("--hosts", action="store_true", help="each worker in a network of its own (Linux, as root)")
    parser.add_argument("--serve", metavar="ADDRESS", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Print the table as it grows; 1 where more workers are too slow, or something was asked or told twice or not at all."""
    asked = options()
    if asked.serve:
        asyncio.run(serve(asked.serve))
        return 0
    numbers = [int(number) for number in asked.workers.split(",")]
    with ExitStack() as ending:
        try:
            hosts = [ending.enter_context(other_host()) for _ in range(max(numbers) if asked.hosts else 0)]
        except NoHostError as error:
            sys.stdout.write(f"skipped: {error}\n")
            return 0
        folder, server = Path(ending.enter_context(tempfile.TemporaryDirectory())), ending.enter_context(own_postgres())
        if hosts:
            server.listen(hosts[0].here)
        rig = Rig(folder, server.url, ending.enter_context(web(hosts[0].here if hosts else HERE)), hosts)
        declared(folder, asked.sources, rig.via, asked.gap)
        return int(not measured(rig, numbers, asked))


def measured(rig: Rig, numbers: Sequence[int], asked: argparse.Namespace) -> bool:
    """Print the rounds of each number of workers; whether all is as it must be."""
    say, first, good = sys.stdout.write, dict[str, float](), True
    where = "each in a network of its own" if rig.hosts else "all in one network"
    say(f"Workers with {asked.concurrency} sources at a time, {where}; {os.cpu_count()} cores.\n\n")
    say("| workers | round | polls | seconds | polls a second | against one | processor, ms a poll | not asked or told once |\n")
    say("|---|---|---|---|---|---|---|---|\n")
    for many in numbers:
        for one in rounds(rig, many, asked):
            fast, words = judged(one, first.setdefault(one.name, one.rate), asked.concurrency)
            good = good and fast and not one.wrong
            say(f"| {one.workers} | {one.name} | {one.polls} | {one.seconds:.1f} | {one.rate:.1f} | {words} | ")
            say(f"{one.processor / one.polls * 1000:.1f} | {one.wrong} |\n")
            sys.stdout.flush()
    say(f"\n{'All of it is as it must be' if good else 'Not all of it is as it must be: see the table'}.\n\n")
    return good


if __name__ == "__main__":
    sys.exit(main())
