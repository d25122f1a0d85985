"""What many workers need is an extra: one process on a file needs none of it, and who lacks it is told."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Site, configure, watcher

ROOT = Path(__file__).parents[2]
INSTALL = "pip install 'procrastinate>=3.10,<4' 'psycopg[binary,pool]>=3.2'"
EXTRA = ("procrastinate", "psycopg", "psycopg_pool", "croniter")
RUN = """
import sys
{before}
from watcher.cli import app
try:
    app({words!r}, standalone_mode=False)
finally:
    print([name for name in {extra!r} if sys.modules.get(name)])
"""


def run(folder: Path, *words: str, without: bool = False) -> subprocess.CompletedProcess[str]:
    before = "; ".join(f"sys.modules[{name!r}] = None" for name in EXTRA) if without else ""
    text = RUN.format(before=before, words=list(words), extra=EXTRA)
    environ = {"PYTHONPATH": str(ROOT), "HOME": str(folder)}
    return subprocess.run([sys.executable, "-c", text], cwd=folder, env=environ, text=True, capture_output=True, check=False)


@pytest.mark.parametrize("without", [False, True], ids=["installed", "not installed"])
def test_a_watch_on_a_file_needs_nothing_of_it(home: Path, lab: Site, without: bool) -> None:  # noqa: FBT001 - a table
    done = run(home, "once", without=without)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 poll" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]", "nothing of it was imported"


def test_who_lacks_it_is_told_what_to_install(home: Path) -> None:
    configure(home, extra='[store]\nurl = "postgresql://watch@db.example/watch"\n')
    for command in ("once", "worker"):
        done = run(home, command, without=True)
        assert f"python -m {INSTALL}" in done.stderr


def test_what_is_to_be_installed_is_the_extra_and_stands_in_the_documentation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "pip install " + " ".join(f"'{one}'" for one in project["optional-dependencies"]["shared"]) == INSTALL
    assert f".venv/bin/python -m {INSTALL}\n" in (ROOT / "docs/scale.md").read_text("utf-8")


def test_a_worker_on_a_file_says_what_it_needs(home: Path) -> None:
    said = watcher("worker")
    assert said.code == 2
    assert "[store] url is sqlite:///data/watch.db; workers share a PostgreSQL, expected postgresql://…" in said.err


@pytest.mark.parametrize("queues", ["", "poll,polls", ","])
def test_a_queue_that_is_none_is_a_mistake(home: Path, queues: str) -> None:
    said = watcher("worker", "--queues", queues)
    assert said.code == 2
    assert "expected some of poll,decide,deliver,jobs in --queues" in said.all
