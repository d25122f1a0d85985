"""The rounds of kills and of faults: each is held against a run that nothing disturbed."""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from time import monotonic
from typing import TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tools.farm import KINDS
from tools.shipped import shipped_text, write_shipped
from watcher.bootstrap import deliverer, fetch_settings, opened, prepare
from watcher.config.build import Config, load
from watcher.core.model import Verdict
from watcher.pipeline.cycle import run_cycle
from watcher.replay.recorded_web import open_recorded_web
from watcher.replay.rehearse import Rehearsal
from watcher.store.store import Store

ROOT = Path(__file__).parents[1]
START, END, STEP = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 5, tzinfo=UTC), timedelta(hours=6)
"""A month in which much happens."""
MOST_KILLS = 40
PEOPLE = """
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
from = "Watch <watch@example.org>"

[[recipient]]
id = "operator"
operator = true
channel = "smtp"
to = "operator@example.org"

[[recipient]]
id = "reader"
channel = "smtp"
to = "reader@example.org"
"""


@dataclass
class Row:
    """What came of one round."""

    name: str
    injected: int = 0
    survived: int = 0
    expected: int = 0
    received: int = 0
    doubled: int = 0
    start: int = 0
    end: int = 0
    """Megabytes."""
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a round works: a folder of its own, and the stand-in world or None for the demo."""

    folder: Path
    story: Path | None

    @property
    def world(self) -> Path:
        """The recorded world."""
        return self.story or ROOT / "demo"


class Postbox:
    """A mail server that takes everything and remembers it."""

    def __init__(self) -> None:
        """Empty."""
        self.mails: list[tuple[str, str, str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's interface
        """Keep recipient, Message-ID and subject."""
        mail = message_from_bytes(bytes(envelope.content or b""))
        self.mails.append((str(envelope.rcpt_tos), str(mail["Message-ID"]), str(mail["Subject"])))
        return "250 OK"

    def told(self) -> Counter[tuple[str, str]]:
        """Recipients and subjects, each message counted once however often it came."""
        return Counter((to, subject) for to, _, subject in set(self.mails))

    def repeats(self) -> int:
        """Messages that came more than once under their Message-ID."""
        return len(self.mails) - len({(to, number) for to, number, _ in self.mails})


class Server(Controller):
    """The library knocks at its own address; with port 0 it has to learn the number first."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


Box = TypeVar("Box", bound=Postbox)


@contextmanager
def postbox(box: Box) -> Iterator[tuple[Box, int]]:
    """This mail server on a free port, while the block runs."""
    controller = Server(box, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


@contextmanager
def standin(place: Place) -> Iterator[str]:
    """The address of the world server beside this repository, or of our own farm with the demo."""
    serve = place.world.parent / "serve.py"
    command = (
        [str(serve), "--world", str(place.world)] if place.story and serve.exists() else ["-m", "tools.farm", str(place.world)]
    )
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
        try:
            yield "http://127.0.0.1:" + (server.stdout.readline() if server.stdout else "").split("127.0.0.1:")[1].split("/")[0]
        finally:
            server.terminate()


def order(address: str, what: str, told: dict[str, object]) -> None:
    """Give an order to a stand-in."""
    request = urllib.request.Request(f"{address}/_world/{what}", json.dumps(told).encode(), method="POST")  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        answer.read()


def configured(folder: Path, port: int) -> Path:
    """The shipped configuration with two recipients by mail."""
    text = re.sub(r"(?ms)^\[\[recipient\]\].*?(?=^# [=-]{5}|^\[)", "", shipped_text())
    return write_shipped(folder, text + PEOPLE.format(port=port))


def memory(pid: int | str = "self") -> int:
    """Resident memory of a process in megabytes."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("ascii"))
    return int(found[1]) // 1024 if found else 0


# --- kills -----------------------------------------------------------------------------------------------------------


def rehearse(place: Place, config: Path) -> subprocess.Popen[bytes]:
    """A watch of its own process that goes on where the last one was cut off."""
    span = ("--from", START.isoformat(), "--to", END.isoformat(), "--step", "12h")
    words = ("rehearse", str(place.world), "--config", str(config), *span, "--database", str(config.parent / "w.db"), "--deliver")
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "watcher", *words], cwd=ROOT, stdout=quiet, stderr=quiet)  # noqa: S603 - ours


def kill_round(place: Place, seconds: float) -> Row:
    """SIGKILL at random moments, and again, until it has come to its end; then the same with other moments."""
    row, began, dice = Row("kills", start=memory()), monotonic(), random.Random(26)  # noqa: S311 - a soak, no secret
    with postbox(Postbox()) as (box, port):
        whole = rehearse(place, configured(place.folder / "whole", port)).wait()
        usual, takes, lap = box.told(), monotonic() - began, 0
        if whole or not usual:
            row.failures.append("the undisturbed run failed")
        while not row.failures and (lap == 0 or monotonic() - began + 3 * takes < seconds) and row.injected < MOST_KILLS:
            box.mails.clear()
            config, lap = configured(place.folder / f"lap{lap}", port), lap + 1
            row.injected += killed_often(place, config, takes, dice)
            row.expected += usual.total()
            row.received += box.told().total()
            row.doubled += (box.told() - usual).total()
            lost = usual - box.told()
            row.failures += [f"lost {to} {subject}" for to, subject in lost]
            row.notes.append(f"lap {lap}: {box.repeats()} repeats under the same Message-ID")
    row.failures += [f"{row.doubled} mails too many"] * bool(row.doubled)
    row.survived, row.end = row.injected if not row.failures else 0, memory()
    return row


def killed_often(place: Place, config: Path, takes: float, dice: random.Random) -> int:
    """Let it come to its end although it is killed some eight times on the way; how often it was."""
    kills = 0
    while True:
        running = rehearse(place, config)
        try:
            running.wait(dice.uniform(0.08, 0.3) * takes if kills < 8 else 10 * takes + 60)  # noqa: PLR2004 - as said above
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
            kills += 1
        else:
            return kills


# --- faults ----------------------------------------------------------------------------------------------------------


def fault_round(place: Place, seconds: float) -> Row:
    """A month in which at any time a tenth of the sources misbehave, each in its own way."""
    row, began = Row("faults", start=memory()), monotonic()
    with postbox(Postbox()) as (box, port), standin(place) as address:
        config = load(configured(place.folder / "c", port), {})
        good, _, _ = asyncio.run(month(place, config, address, "good", None, seconds))
        box.mails.clear()
        dice = random.Random(7)  # noqa: S311 - a soak, no secret
        after, row.injected, row.expected = asyncio.run(
            month(place, config, address, "bad", dice, seconds - (monotonic() - began))
        )
        row.received, row.doubled = box.told().total(), box.repeats()
    row.survived = row.injected - sum(len(verdict.blind) for verdict in after.values())
    row.failures += [f"{name} stands elsewhere" for name in good if standing(good[name]) != standing(after[name])]
    row.failures += ["a source did not come back"] * (blind(good) != blind(after))
    row.failures += ["mails lost or doubled"] * (row.expected != row.received or row.doubled > 0)
    row.notes += [f"{len(config.sources)} sources, {monotonic() - began:.0f} s"]
    row.end = memory()
    return row


async def month(
    place: Place, config: Config, address: str, name: str, dice: random.Random | None, seconds: float
) -> tuple[dict[str, Verdict], int, int]:
    """The verdicts after a month, the faults injected, and the mails that the outbox says were sent."""
    world, injected, until = open_recorded_web(address), 0, monotonic() + seconds
    usual = world.settings(fetch_settings(config))
    settings = replace(usual, timeout=timedelta(seconds=1), max_body=3_000_000) if dice else usual
    with Store.open(f"sqlite:///{place.folder}/{name}.db", durable=False) as store:
        world.move(START)
        prepare(store, config, START)
        send = deliverer(config, store, clock=world.now)
        async with opened(config, store, settings, deliver=send, rehearsal=Rehearsal(world, known_until=START)) as context:
            for number in range((END - START) // STEP + 8):
                moment = START + number * STEP
                if dice and number > 0 and moment < END and monotonic() < until:
                    injected += misbehave(address, config, moment, dice)
                world.move(moment)
                await run_cycle(context, moment, every_signal=not number)
        with store.reading() as tx:
            return (
                tx.verdicts.all_latest(),
                injected,
                sum(1 for one in tx.deliveries.of(limit=100_000) if not one.error and one.sent_at),
            )


def misbehave(address: str, config: Config, moment: datetime, dice: random.Random) -> int:
    """Let some sources misbehave for a day or two; how many."""
    chosen = [source for source in config.sources if dice.random() < 0.03]  # noqa: PLR2004 - a tenth of them at any time
    for source in chosen:
        until = moment + timedelta(hours=dice.randrange(6, 48))
        told: dict[str, object] = {"match": source.url.split("?")[0], "kind": dice.choice(KINDS), "until": until.isoformat()}
        order(address, "fault", told | {"seconds": 3, "bytes": 20_000_000, "retry_after": 60})
    return len(chosen)


def standing(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Where each track stands, and how surely."""
    return [(track.track, track.status, track.standing.value) for track in verdict.tracks]


def blind(verdicts: dict[str, Verdict]) -> set[str]:
    """The sources that cannot be seen."""
    return {one.source for verdict in verdicts.values() for one in verdict.blind}
