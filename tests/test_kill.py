"""SIGKILL at every step between a fetch and a booked delivery: what is told is what an undisturbed run tells, once."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.copies import FILE, Copies
from tests.killing import Ended, Runner, runner
from tests.notifiers.stages import MailHandler, Stage, mail_server
from tests.test_cycles import CONFIG, Web, item
from tools.shipped import shipped_text, write_shipped
from watcher.store.records import State
from watcher.store.store import Store

ROOT = Path(__file__).parents[1]
STORE = """
[store]
url = "{url}"
"""
RECIPIENTS = """
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
from = "Watch <watch@example.org>"
timeout = "20s"

[[recipient]]
id = "reader"
channel = "smtp"
to = "reader@example.org"
operator = true

[[recipient]]
id = "box"
channel = "maildir"
to = "box"
"""
SMALL = ("world", "--from", "2026-06-01", "--to", "2026-06-02T06:00:00")
KEPT = ("--deliver", "--json")


class Deadly(MailHandler):
    """A mail server that kills who speaks to it when the conversation is at its word."""

    word = ""
    victim: Future[int]

    def meet(self, word: str) -> None:
        if word == self.word:
            self.word = ""
            os.kill(self.victim.result(60), signal.SIGKILL)

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, host: str, answers: list[str]) -> list[str]:  # noqa: N802 - aiosmtpd's name
        session.host_name = host
        self.meet("EHLO")
        return answers

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - as above
        envelope.mail_from = address
        self.meet("MAIL")
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - as above
        self.meet("RCPT")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.word == "the mail is lost":
            self.meet(self.word)
            return "451 lost"
        answer = await super().handle_DATA(server, session, envelope)
        self.meet("the mail is taken")
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        self.meet("QUIT")
        return "221 Bye"


@dataclass
class Scene:
    """A small recorded world, told up to its baseline, with a runner and a mail server."""

    run: Runner
    mail: Stage
    server: Deadly
    template: Path
    copies: Copies
    urls: dict[Path, str]
    """The database of each place."""
    undisturbed: Ended = field(init=False)
    told: Outcome = field(init=False)

    def copy(self, name: str) -> Path:
        """The same place once more, with nothing received since."""
        self.mail.inbox.clear()
        folder = self.template.parent / name
        shutil.copytree(self.template, folder)
        self.urls[folder] = self.copies.copy(self.urls[self.template])
        configured(folder, (folder / "signals.toml").read_text("utf-8"), self.urls[folder])
        return folder

    def clear(self, folder: Path) -> None:
        """Let nothing be left there of what was done before."""
        shutil.rmtree(folder / "box")
        self.copies.drop(self.urls[folder])
        self.urls[folder] = self.copies.new()

    def drop(self, folder: Path) -> None:
        """Forget a place."""
        shutil.rmtree(folder)
        self.copies.drop(self.urls.pop(folder))

    def words(self, folder: Path, *span: str) -> tuple[str, ...]:
        """A rehearsal over this span, the small one without it, in the database of the place."""
        return ("rehearse", *(span or SMALL), "--database", self.urls[folder].removeprefix(FILE), *KEPT)

    def finish(self, folder: Path) -> Ended:
        """Start again after a kill, and go to the end."""
        return self.run.run(folder, *self.words(folder))


def configured(folder: Path, text: str, url: str) -> None:
    """Write the configuration, with this database."""
    (folder / "signals.toml").write_text(text.partition("\n[store]")[0] + STORE.format(url=url), "utf-8")


@dataclass(frozen=True)
class Outcome:
    """What a run came to, for readers and in the database."""

    said: tuple[str, ...]
    """Its lines, sorted: signals of one moment are decided in no promised order."""
    outbox: tuple[tuple[str, str, str], ...]
    """Digest, recipient and state of each delivery."""
    box: frozenset[str]
    """Message-IDs in the folder."""
    mails: frozenset[str]
    """Message-IDs at the mail server."""


def outcome(scene: Scene, folder: Path, ended: Ended) -> tuple[Outcome, set[str]]:
    """The outcome, and the Message-IDs that came twice; a repeat is the same mail, and known to be uncertain."""
    assert ended.code == 0, ended.errors
    with Store.open(scene.urls[folder]) as store:
        assert store.verify().broken == ""
        with store.reading() as tx:
            rows = tx.deliveries.of()
            assert tx.transitions.pending() == []
    received: dict[str, list[EmailMessage]] = defaultdict(list)
    for mail in scene.mail.inbox:
        received[mail["Message-ID"]].append(mail)
    doubled = {name for name, copies in received.items() if len(copies) > 1}
    assert all(len({mail.as_bytes() for mail in copies}) == 1 and len(copies) <= 2 for copies in received.values())
    assert doubled <= {row.message_id for row in rows if row.uncertain and row.state is State.SENT}
    boxed = [line for path in (folder / "box" / "new").iterdir() for line in path.read_text().splitlines()]
    identities = [line for line in boxed if line.startswith("Message-ID:")]
    assert len(identities) == len(set(identities))
    outbox = tuple(sorted((row.digest, row.recipient, row.state.value) for row in rows))
    return Outcome(tuple(sorted(ended.said.splitlines())), outbox, frozenset(identities), frozenset(received)), doubled


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, copies: Copies) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("kill") / "template"
    folder.mkdir()
    web = Web(folder / "world")
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    server, url = Deadly(), copies.new()
    with mail_server(handler=server) as mail, runner() as run:
        config = (CONFIG % "").replace('group_wait = "10m"', 'group_wait = "0s"') + RECIPIENTS.format(port=mail.settings.port)
        configured(folder, config, url)
        made = Scene(run, mail, server, folder, copies, {folder: url})
        run.warm_up(folder, *made.words(folder))
        made.clear(folder)
        begun = run.run(folder, *made.words(folder, *SMALL[:3], "--to", "2026-06-01T06:00:00"))
        assert begun.code == 0, begun.errors
        place = made.copy("undisturbed")
        made.undisturbed = made.finish(place)
        made.told, doubled = outcome(made, place, made.undisturbed)
        assert (len(made.told.mails), len(made.told.box), doubled) == (1, 2, set())
        yield made


WRITES = ("BEGIN IMMEDIATE", "SELECT set_config('lock_timeout'")
"""A transaction that writes begins so, in a file and on a server."""


def steps(points: tuple[str, ...]) -> dict[int, str]:
    """The points from the fetch to the booked delivery that write or leave the process: to die while reading changes nothing."""
    begin = next(number for number, name in enumerate(points) if name.startswith(WRITES))
    sent = points.index("socket.connect")
    noted = ("INSERT INTO meta", "UPDATE meta")
    end = next(number for number in range(sent, len(points)) if points[number].startswith(noted)) + 2
    return {
        number + 1: points[number]
        for number in range(begin, end)
        if points[number] != "BEGIN" and not points[number].startswith("SELECT")
    }


def killed_at(scene: Scene, number: int, name: str) -> list[tuple[str, ...]]:
    """Kill at this point, start again, and look; where a mail came twice, the points that were passed before."""
    place = scene.copy(f"at-{number}")
    killed = scene.run.run(place, *scene.words(place), die_at=number)
    assert killed.killed
    told, twice = outcome(scene, place, scene.finish(place))
    assert told == scene.told, f"killed at point {number}, {name}"
    scene.drop(place)
    return [killed.points for _ in twice]


SOME = ("INSERT INTO observation", "INSERT INTO digest", "UPDATE delivery", "socket.connect")


@pytest.mark.parametrize("copies", ["postgresql"], indirect=True)
def test_killed_at_a_few_steps_on_a_server_nothing_is_lost(scene: Scene) -> None:
    points = steps(scene.undisturbed.points)
    for words in SOME:
        killed_at(scene, *next((number, name) for number, name in points.items() if name.startswith(words)))


@pytest.mark.slow
def test_killed_at_every_step_nothing_is_lost_and_nothing_doubled_but_the_uncertain_mail(scene: Scene) -> None:
    doubled = []
    for number, name in steps(scene.undisturbed.points).items():
        doubled += killed_at(scene, number, name)
    assert doubled, "the uncertain moment is among the points"
    # What a point is numbered differs by one or two from run to run: what a run has passed is what it says itself.
    assert all("socket.connect" in points for points in doubled)


@pytest.mark.slow
def test_the_points_are_those_that_matter(scene: Scene) -> None:
    passed = " ".join(steps(scene.undisturbed.points).values())
    for word in ("INTO poll", "INTO document", "INTO observation", "INTO claim", "INTO verdict", "INTO transition"):
        assert word in passed
    for word in ("INTO digest", "INTO delivery", "UPDATE delivery", "socket.connect", "os.rename", "COMMIT"):
        assert word in passed


WORDS = {"EHLO": 1, "MAIL": 1, "RCPT": 1, "the mail is lost": 1, "the mail is taken": 2}


@pytest.mark.slow
def test_killed_while_it_takes_leave_of_the_mail_server_the_mail_is_booked_already(scene: Scene) -> None:
    place = scene.copy("at QUIT")
    scene.server.word, scene.server.victim = "QUIT", Future()
    scene.server.victim.set_result(scene.run.start(place, *scene.words(place)))
    assert scene.run.end().killed
    told, _ = outcome(scene, place, scene.finish(place))
    assert told == scene.told
    assert len(scene.mail.inbox) == 1
    assert "it may have arrived twice" not in scene.run.run(place, "status").said


@pytest.mark.slow
@pytest.mark.parametrize(("word", "many"), WORDS.items())
def test_killed_while_it_speaks_with_the_mail_server(scene: Scene, word: str, many: int) -> None:
    place = scene.copy(f"at {word}")
    scene.server.word, scene.server.victim = word, Future()
    scene.server.victim.set_result(scene.run.start(place, *scene.words(place)))
    assert scene.run.end().killed
    told, _ = outcome(scene, place, scene.finish(place))
    assert told == scene.told
    assert len(scene.mail.inbox) == many

    seen = scene.run.run(place, "status").said
    assert "reader by smtp: sent; it may have arrived twice, under the same Message-ID" in seen
    assert scene.run.run(place, "export", "page").code == 0
    assert re.search(r"of 2, [12] uncertain", (place / "page" / "log.html").read_text("utf-8"))


DENSE = (str(ROOT / "demo"), "--from", "2026-06-01", "--to", "2026-07-03", "--step", "12h")


@pytest.mark.slow
def test_killed_at_ten_random_moments_a_month_of_news_is_told_as_if_nothing_had_happened(scene: Scene) -> None:
    declared = shipped_text() + RECIPIENTS.format(port=scene.mail.settings.port)
    results = []
    for name in ("calm", "killed"):
        place = scene.copy(name)
        scene.clear(place)
        write_shipped(place, declared)
        if name == "killed":
            kill_ten_times(scene, place, random.Random(7))  # noqa: S311 - the same dice each time
        results.append(outcome(scene, place, scene.run.run(place, *scene.words(place, *DENSE))))
        received = len(scene.mail.inbox)
        assert "0 digests, 0 messages sent" in scene.run.run(place, *scene.words(place, *DENSE)).errors
        assert len(scene.mail.inbox) == received, "a second run sends nothing"
    (calm, doubled), (killed, _) = results
    booked = [digest for digest, recipient, _ in calm.outbox if recipient == "reader"]
    assert len(calm.mails) == len(booked) == 7, "the mails received are exactly the digests booked"
    assert doubled == set()
    assert killed == calm


def kill_ten_times(scene: Scene, place: Path, dice: random.Random) -> None:
    """Start, and kill at some later moment, ten times over."""
    for _ in range(10):
        # What a start does takes fewer than 300 points; about 1,000 more are a tenth of the way.
        assert scene.run.run(place, *scene.words(place, *DENSE), die_at=dice.randrange(300, 1_200)).killed
