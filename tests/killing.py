"""Runs commands of the watch in processes that are killed at a chosen point, from before a statement to after a commit.

`python -m tests.killing` imports the watch once and forks a process for each order, so that a hundred kills take a minute.
What is counted are traces that the interpreter and the database library leave by themselves; the watch knows nothing of it.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ROOT = Path(__file__).parents[1]
WRITES = os.O_WRONLY | os.O_RDWR
AUDITED = {"socket.connect", "os.rename", "os.mkdir"}


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    """Its exit code, or minus the signal that killed it."""
    said: str
    errors: str
    points: tuple[str, ...] = ()
    """Every point that it passed, the last is that at which it died; none where somebody else killed it."""

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Runner:
    """Starts commands in a folder, one at a time."""

    def __init__(self) -> None:
        environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        command = [sys.executable, "-m", "tests.killing"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
        self.folder = ROOT

    def warm_up(self, folder: Path, *words: str) -> None:
        """Run a command in the runner itself, so that what is built at first use is not built in each process again."""
        self._tell(folder, words, warm=True)
        assert self._hear()["code"] == 0, self._ended(0)

    def start(self, folder: Path, *words: str, die_at: int = 0) -> int:
        """Begin a command that dies at its point of that number; its process id."""
        self._tell(folder, words, die_at=die_at)
        return self._hear()["pid"]

    def end(self) -> Ended:
        """Wait until it has ended, by itself or not."""
        return self._ended(self._hear()["code"])

    def run(self, folder: Path, *words: str, die_at: int = 0) -> Ended:
        """Both."""
        self.start(folder, *words, die_at=die_at)
        return self.end()

    def stop(self) -> None:
        """Let it go: it ends with its input."""
        self.process.communicate(timeout=60)

    def _tell(self, folder: Path, words: tuple[str, ...], **how: int) -> None:
        assert self.process.stdin
        self.folder = folder
        (folder / "points").unlink(missing_ok=True)
        self.process.stdin.write(json.dumps({"folder": str(folder), "words": words, **how}) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> dict[str, int]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the runner itself has ended"
        return dict(json.loads(line))

    def _ended(self, code: int) -> Ended:
        points = self.folder / "points"
        passed = points.read_text("utf-8").splitlines() if points.exists() else ()
        return Ended(code, (self.folder / "said").read_text("utf-8"), (self.folder / "errors").read_text("utf-8"), tuple(passed))


@contextmanager
def runner() -> Iterator[Runner]:
    """A runner that is gone at the end."""
    running = Runner()
    try:
        yield running
    finally:
        running.stop()


# --- the other side --------------------------------------------------------------------------------------------------


class Points:
    """Counts what happens, and ends everything at one of them."""

    def __init__(self, die_at: int) -> None:
        self.die_at = die_at
        self.passed: list[str] = []

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.die_at:
            self.die_at = 0
            self.leave()
            os.kill(os.getpid(), signal.SIGKILL)

    def leave(self) -> None:
        """Write down the points that were passed; the process stands in its folder."""
        Path("points").write_text("\n".join(self.passed), "utf-8")

    def watch(self) -> None:
        sys.addaudithook(self.hear)
        connect = sqlite3.connect

        def traced(*where: Any, **how: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*where, **how)
            connection.set_trace_callback(lambda statement: self.reach(" ".join(statement.split())[:60]))
            return connection

        sqlite3.connect = traced  # each statement is a point from here on
        sa.event.listen(sa.Engine, "before_cursor_execute", self.ask)
        for name in ("begin", "commit"):
            sa.event.listen(sa.Engine, name, partial(self.turn, name.upper()))

    def ask(self, connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        """A statement to a server."""
        self.turn(" ".join(statement.split())[:60], connection)

    def turn(self, name: str, connection: sa.Connection) -> None:
        """The begin or the end of a transaction on a server; a file tells of its own."""
        if connection.dialect.name == "postgresql":
            self.reach(name)

    def hear(self, name: str, told: tuple[Any, ...]) -> None:
        """What the interpreter tells of files and sockets."""
        if name in AUDITED or (name == "open" and isinstance(told[2], int) and told[2] & WRITES):
            self.reach(name)


def command(order: dict[str, Any]) -> int:
    """Run what was ordered; its exit code."""
    from watcher.cli import app  # noqa: PLC0415 - as above

    for number, name in ((1, "said"), (2, "errors")):
        file = os.open(Path(order["folder"]) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    os.chdir(order["folder"])
    code = app(order["words"], standalone_mode=False) or 0
    sys.stdout.flush()
    return int(code)


def child(order: dict[str, Any]) -> None:
    """Be the process that was ordered."""
    points = Points(order["die_at"])
    points.watch()
    code = command(order)
    points.die_at = 0
    points.leave()
    os._exit(code)


def forked(order: dict[str, Any], answer: Any) -> None:
    """Fork a process, tell its number and how it ended."""
    pid = os.fork()
    if not pid:
        try:
            child(order)
        except BaseException as error:  # noqa: BLE001 - told, and never back into the loop of the parent
            print(repr(error), file=sys.stderr, flush=True)  # noqa: T201 - into the file of its errors
        os._exit(70)
    print(json.dumps({"pid": pid}), file=answer, flush=True)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(json.dumps({"code": code}), file=answer, flush=True)


def serve() -> None:
    """Answer each order on standard input."""
    with os.fdopen(os.dup(1), "w") as answer:
        for line in sys.stdin:
            order = json.loads(line)
            if order.get("warm"):
                print(json.dumps({"code": command(order)}), file=answer, flush=True)
            else:
                forked(order, answer)


if __name__ == "__main__":
    serve()
