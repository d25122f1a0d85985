"""The round of workers: killed at random moments, with the database restarted beneath them, and every change is told once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
from aiosmtpd.smtp import SMTP, Envelope, Session

from tools.own_postgres import OwnPostgres, own_postgres
from tools.soak_rounds import PEOPLE, ROOT, Place, Postbox, Row, memory, postbox
from tools.soak_web import Web, feed, names
from watcher.store.store import Store

SOURCES, WORKERS, PACE = 40, 3, timedelta(seconds=20)
RECOVERY = timedelta(seconds=45)
"""What a worker that is killed was doing is taken up after so long at the latest, as `docs/scale.md` states."""
BUSY = timedelta(seconds=15)
"""A machine that starts workers all the time is slow, a database that is restarted is away, and moments are spread."""
KILLS, RESTARTS, READERS = 50, 10, 2
MOST_FAILED = 3
"""Jobs for each restart that may meet a database that is gone."""
PATIENCE = 180.0
"""Seconds after which what does not come is a failure."""
HEAD = """\
[watch]
group_wait = "0s"
[fetch]
via = "{via}"
allow = ["127.0.0.1"]
timeout = "20s"
per_host_gap = "0s"
concurrency = 6
{people}
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
id = "g{0}"
question = "Can everybody use the Gadget of {1}?"
[signal.vocabulary.things]
thing = ["Gadget"]
[signal.vocabulary.phrases]
open = ["open to everyone"]
[[signal.track]]
ladder = "access"
[[signal.source]]
id = "s{0}"
url = "https://{1}/feed.json"
format = "feed"
publisher = "{1}"
tier = "official"
every = "{2}s"
grace = "1d"
"""
STUCK = """SELECT coalesce(jobs.args ->> 'places', jobs.task_name), jobs.id, max(events.at) FROM procrastinate_jobs AS jobs
JOIN procrastinate_events AS events ON events.job_id = jobs.id AND events.type = 'started' WHERE jobs.status = 'doing'
GROUP BY jobs.id, jobs.task_name, jobs.args HAVING max(events.at) < now() - interval '8 seconds'"""
"""Jobs of workers that are gone, for on loopback none takes so long."""
SEEN_STUCK = 8.0
"""Seconds after which they are seen as such."""
LEFT = """SELECT task_name, status FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND queue_name IN ('poll', 'decide')
AND coalesce(scheduled_at, now()) < now() - interval '10 seconds')"""


class Letters(Postbox):
    """A mail server that remembers what each reader was told of which host."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__()
        self.texts: dict[tuple[str, str], str] = {}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's interface
        """Keep the plain text under its recipient and Message-ID."""
        mail = message_from_bytes(bytes(envelope.content or b""), policy=default)
        part = mail.get_body(("plain",))
        self.texts[str(envelope.rcpt_tos), str(mail["Message-ID"])] = part.get_content() if part else ""
        return await super().handle_DATA(server, session, envelope)

    def told(self) -> Counter[tuple[str, str]]:
        """In how many messages each reader was told of each host's news: with its words, or in a line where there are many."""
        found = Counter[tuple[str, str]]()
        for (to, _), text in list(self.texts.items()):
            for number, host in enumerate(names("h", SOURCES)):
                found[to, host] += f"https://{host}/news" in text or f"\n* G{number}: G{number}: before" in text
        return +found


@dataclass
class Fleet:
    """Workers that are always as many, whatever becomes of one of them."""

    folder: Path
    url: str
    running: list[asyncio.subprocess.Process] = field(default_factory=list)
    killed: set[int] = field(default_factory=set)
    ended: Counter[int] = field(default_factory=Counter)
    """Exit codes of those that nobody killed."""

    async def fill(self) -> None:
        """Start again what has ended."""
        for one in [one for one in self.running if one.returncode is not None]:
            self.running.remove(one)
            if one.pid not in self.killed:
                self.ended[one.returncode or 0] += 1
        while len(self.running) < WORKERS:
            self.running.append(await self._started())

    async def _started(self) -> asyncio.subprocess.Process:
        """One more; what it says goes to a file of its number."""
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "WATCHER_STORE_URL": self.url}
        words, new = (sys.executable, "-m", "watcher", "worker"), self.folder / "new.log"
        with new.open("wb") as log:
            one = await asyncio.create_subprocess_exec(*words, cwd=self.folder, env=environ, stdout=log, stderr=log)
        new.rename(self.folder / f"{one.pid}.log")
        return one

    def said(self) -> str:
        """All that they wrote."""
        return "\n".join(log.read_text("utf-8") for log in sorted(self.folder.glob("*.log")))

    def at_work(self) -> list[asyncio.subprocess.Process]:
        """Those that have begun to do jobs."""
        logs = {one: self.folder / f"{one.pid}.log" for one in self.running if one.returncode is None}
        return [one for one, log in logs.items() if "working on" in log.read_text("utf-8")]

    def kill(self, dice: random.Random) -> None:
        """SIGKILL for one of them."""
        one = dice.choice(self.at_work())
        self.killed.add(one.pid)
        one.send_signal(signal.SIGKILL)

    async def end(self) -> list[int]:
        """Let all end in order; their exit codes."""
        for one in self.running:
            if one.returncode is None:
                one.send_signal(signal.SIGTERM)
        return [await one.wait() for one in self.running]


class Notes:
    """What each host says: a note, and from its moment on that the gadget is open."""

    def __init__(self) -> None:
        """No news planned."""
        self.news: dict[str, float] = {}

    def __call__(self, host: str) -> bytes:
        """Its feed."""
        if monotonic() >= self.news.get(host, float("inf")):
            return feed(host, "news", "The Gadget is open to everyone.")
        return feed(host, "note", "A day at the lab.")


def configured(folder: Path, via: str, port: int) -> None:
    """A signal for each host, each with one source, and two readers."""
    hosts = enumerate(names("h", SOURCES))
    parts = [HEAD.format(via=via, people=PEOPLE.format(port=port)), *(SIGNAL.format(*one, PACE.seconds) for one in hosts)]
    (folder / "signals.toml").write_text("".join(parts), "utf-8")


@dataclass
class Harm:
    """What was done, and what was seen."""

    start: float = 0.0
    kills: int = 0
    restarts: int = 0
    stuck: dict[tuple[str, int, datetime], float] = field(default_factory=dict)
    """The jobs of workers that were killed: sources or task, number and begin, and when that was seen."""
    latest: float = 0.0
    """Seconds by which a source was asked later than its pace."""
    beyond: float = 0.0
    """Seconds of these that no recovery explains."""
    late: list[str] = field(default_factory=list)
    """The sources for which they are too many, from when to when."""
    moments: list[str] = field(default_factory=list)
    """What was done when, in seconds since the begin."""
    told: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    repeats: int = 0
    """Messages that came again under their Message-ID: a worker was killed after the server's answer, before it was recorded."""
    uncertain: int = 0
    """Messages that are known as such."""
    unsuspected: list[str] = field(default_factory=list)
    """Those that came again and are not."""
    left: list[str] = field(default_factory=list)
    """Jobs that nobody does any more, and messages that were not sent."""
    failed: int = 0
    """Jobs that failed: they met a database that was gone."""
    ended: Counter[int] = field(default_factory=Counter)
    codes: list[int] = field(default_factory=list)
    """How the workers ended in the end."""
    broken: str = ""
    seconds: float = 0.0

    def note(self, what: str) -> None:
        """Remember that something is done now."""
        self.moments.append(f"{what} at {monotonic() - self.start:.0f} s")

    def failures(self) -> list[str]:
        """What must not be."""
        found = [f"lost: {one}" for one in self.lost] + [f"told twice: {one}" for one in self.doubled]
        found += [f"{self.failed} jobs failed"] * (self.failed > MOST_FAILED * self.restarts)
        found += [f"left: {one}" for one in self.left] + [f"a worker ended with {code}" for code in self.codes if code]
        if self.late:
            done = f"{'; '.join(self.late)}; {', '.join(self.moments)}"
            found.append(f"a source was asked {self.beyond:.0f} s later than any recovery explains: {done}")
        found += [f"{READERS * SOURCES - self.told} changes were not told"] * (self.told < READERS * SOURCES)
        found += [f"came again, and is not known to be uncertain: {one}" for one in self.unsuspected]
        return found + [self.broken] * bool(self.broken)


async def harmed(folder: Path, *, kills: int, restarts: int, seconds: float, seed: int) -> Harm:
    """Let everything happen in about so many seconds; what came of it. Raises RuntimeError where nothing begins."""
    dice, notes, seen = random.Random(seed), Notes(), Harm()  # noqa: S311 - the same harm each time, no secret
    web, began, hosts = Web(notes), monotonic(), names("h", SOURCES)
    with own_postgres() as server, postbox(Letters()) as (box, port):
        async with web.served() as via, at_work(folder, server, via, port) as fleet:
            if not await until(lambda: value(server.url, "SELECT count(*) FROM present") == SOURCES, fleet):
                raise RuntimeError(fleet.said())
            start = seen.start = monotonic()
            notes.news = {host: start + dice.uniform(0, seconds) for host in hosts}
            watching = asyncio.create_task(_watch(server.url, seen))
            await _kills(fleet, server, dice, seen, kills=kills, restarts=restarts, pause=seconds / kills)
            await until(lambda: len(box.told()) == READERS * SOURCES and not jobs_left(server.url), fleet)
            await until(lambda: len(fleet.at_work()) == WORKERS, fleet)
            watching.cancel()
            _lateness(web, seen, monotonic())
            seen.codes, seen.ended = await fleet.end(), fleet.ended
        await asyncio.to_thread(_looked_at, server.url, seen, box)
    seen.seconds = monotonic() - began
    return seen


@asynccontextmanager
async def at_work(folder: Path, server: OwnPostgres, via: str, port: int) -> AsyncIterator[Fleet]:
    """A fleet on this server; nothing of it is left at the end."""
    configured(folder, via, port)
    fleet = Fleet(folder, server.url)
    try:
        await fleet.fill()
        yield fleet
    finally:
        for one in fleet.running:
            if one.returncode is None:
                one.kill()
                await one.wait()


async def until(holds: Callable[[], bool], fleet: Fleet) -> bool:
    """Keep the workers running until it holds; whether it came to hold."""
    end = monotonic() + PATIENCE
    while not await asyncio.to_thread(holds):
        if monotonic() > end:
            return False
        await fleet.fill()
        await asyncio.sleep(0.5)
    return True


async def _kills(
    fleet: Fleet, server: OwnPostgres, dice: random.Random, seen: Harm, *, kills: int, restarts: int, pause: float
) -> None:
    """Kill so many that are at work, some of them while the database is being restarted."""
    among = set(dice.sample(range(kills), restarts))
    for number in range(kills):
        await asyncio.sleep(pause * dice.uniform(0.3, 1.7))
        await until(lambda: len(fleet.at_work()) >= WORKERS - 1, fleet)
        restarting = asyncio.create_task(asyncio.to_thread(server.restart)) if number in among else None
        if restarting:
            seen.restarts += 1
            seen.note("restart")
            await asyncio.sleep(dice.uniform(0, 0.5))
        fleet.kill(dice)
        seen.note("kill")
        seen.kills += 1
        if restarting:
            await restarting
            seen.note("back")
        await fleet.fill()


async def _watch(url: str, seen: Harm) -> None:
    """Note the jobs of workers that are gone."""
    while True:
        for name, job, begun in await asyncio.to_thread(rows, url, STUCK):
            seen.stuck.setdefault((name, job, begun), monotonic())
        await asyncio.sleep(2)


def _lateness(web: Web, seen: Harm, end: float) -> None:
    """Note by how many seconds a source was later than its pace at the worst, and how many of them no recovery explains.

    What a killed worker was polling is polled when that job is taken up; what was due meanwhile, where it was queueing.
    """
    for number, host in enumerate(names("h", SOURCES)):
        times = [seen.start, *(at for at in web.asked.get(host, ()) if seen.start < at < end), end]
        for earlier, later in pairwise(times):
            late = later - earlier - PACE.total_seconds()
            stuck = [at for (name, _, _), at in seen.stuck.items() if name == "schedule" or f'"s{number}"' in name]
            beyond = late - sum(earlier - SEEN_STUCK < at <= later for at in stuck) * RECOVERY.total_seconds()
            seen.latest, seen.beyond = max(seen.latest, late), max(seen.beyond, beyond)
            if beyond > BUSY.total_seconds():
                seen.late.append(f"s{number} from {earlier - seen.start:.0f} to {later - seen.start:.0f} s")


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a statement gives; nothing while nobody answers."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[call-overload,no-any-return]
    except psycopg.Error:
        return []


def value(url: str, statement: str) -> int:
    """The number that a statement gives; 0 while nobody answers."""
    return next((int(row[0]) for row in rows(url, statement)), 0)


def jobs_left(url: str) -> list[str]:
    """The jobs that nobody does any more."""
    return [f"{name} {status}" for name, status in rows(url, LEFT)]


def _looked_at(url: str, seen: Harm, box: Letters) -> None:
    """What the database holds at the end, and the mailbox."""
    told = box.told()
    seen.told, seen.repeats = len(told), box.repeats()
    seen.lost = [f"{host} to {to}" for to in sorted({to for to, _ in told}) for host in names("h", SOURCES) if not told[to, host]]
    seen.doubled = sorted(f"{host} to {to}" for (to, host), many in told.items() if many > 1)
    seen.left = jobs_left(url) + ["a message"] * value(url, "SELECT count(*) FROM delivery WHERE state <> 'sent'")
    seen.failed = value(url, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    known = {name for (name,) in rows(url, "SELECT message_id FROM delivery WHERE uncertain")}
    again = Counter(name for _, name, _ in box.mails)
    seen.uncertain, seen.unsuspected = len(known), sorted(name for name, many in again.items() if many > 1 and name not in known)
    with Store.open(url) as store:
        seen.broken = store.verify().broken


def worker_round(place: Place, seconds: float) -> Row:
    """Fifty kills of workers at work, ten of them while the database is restarted."""
    row = Row("workers", start=memory())
    seen = asyncio.run(harmed(place.folder, kills=KILLS, restarts=RESTARTS, seconds=seconds, seed=50))
    row.injected, row.expected, row.received = seen.kills + seen.restarts, READERS * SOURCES, seen.told
    row.doubled, row.failures = len(seen.doubled), seen.failures()
    row.survived, row.end = row.injected if not row.failures else 0, memory()
    row.notes += [
        f"{seen.kills} kills, {seen.restarts} restarts of the database, {seen.seconds:.0f} s",
        f"{len(seen.stuck)} jobs of killed workers were taken up, {seen.failed} failed while the database was gone",
        f"the latest source {seen.latest:.1f} s after its pace of {PACE.seconds} s",
        f"{seen.repeats} mails again under their Message-ID, {seen.uncertain} known to be uncertain",
        f"workers that ended by themselves, by exit code: {dict(seen.ended)}",
    ]
    return row
