"""A process that is killed in the middle: nothing is half-written, whatever was committed is there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.things import T0
from watcher.store.store import Store

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]

WORK = """
import os, signal, sys
import sqlalchemy as sa
from tests.store.things import *
from watcher.store.store import Store

store = Store.open(sys.argv[1])
count = [0]

def count_down(*_, **__):
    count[0] += 1
    if count[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

for moment in ("begin", "before_cursor_execute", "after_cursor_execute", "commit"):
    sa.event.listen(store.database.writer, moment, count_down)
for number in range(int(sys.argv[3]), 1_000):
    text = f"body {number}"
    with store.writing() as tx:
        tx.sources.sync([source()], T0)
        tx.documents.put([document(text)])
        tx.observations.add([seen(f"k{number}", document=document(text).hash)])
        tx.claims.add([claim(tx.observations.count())])
        tx.verdicts.put(verdict(f"s{number}", T0 + number * HOUR))
        [change] = tx.transitions.add([transition(f"s{number}")])
        tx.digests.put(digest(f"d{number}", T0, change), [outgoing("me"), outgoing("you")])
        tx.transitions.mark([change.id], f"d{number}")
        tx.polls.record([poll()])
    print(number, flush=True)
"""


def start(url: str, die_at: int, first: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORK, url, str(die_at), str(first)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def told(store: Store) -> set[int]:
    """How many of each there are; all of one number when no transaction was halved."""
    with store.reading() as tx:
        counts = dict(store.verify().rows)
        claims = len(tx.claims.of("sig"))
        assert tx.transitions.pending() == []
        return {*counts.values(), claims, len(tx.transitions.of()), len(tx.digests.of()), len(tx.deliveries.of()) // 2}


@pytest.mark.parametrize("seed", range(3))
def test_killed_between_any_two_statements(either_url: str, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same dice each time
    committed = 0
    for _ in range(2):
        with start(either_url, dice.randrange(8, 90), committed) as process:
            said = process.communicate()[0].split()
        assert process.returncode == -signal.SIGKILL
        committed = int(said[-1]) + 1 if said else committed
        with Store.open(either_url) as store:
            [number] = told(store)
            assert store.verify().broken == ""
            # Killed after the commit and before the word of it: one more is there than was said.
            assert number - committed in (0, 1)
            committed = number


def test_killed_from_outside_at_any_moment(either_url: str) -> None:
    with start(either_url, -1, 0) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    with Store.open(either_url) as store:
        [number] = told(store)
        assert number >= 5
        assert store.verify().broken == ""
        with store.writing() as tx:
            assert len(tx.deliveries.claim(T0, T0 - T0.replace(year=2025), 1_000)) == 2 * number
