"""Commands where the surroundings lack what is usual: a home, a user, an output, or its signs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.texts import SMALL
from watcher.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
WORDS = {
    "backtest": ["nothing.jsonl"],
    "restore": ["none.db"],
    "backup": ["copy.db"],
    "export": ["public"],
    "document": ["0" * 64],
}
NEVER_ENDS = {"run", "web", "mcp"}
NAMES = sorted(set(COMMANDS) - NEVER_ENDS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "signals.toml").write_text(SMALL.replace('title = "', 'title = "\u201c\u7b54\u201d ', 1), "utf-8")
    return tmp_path


def run(folder: Path, *words: str, script: str = 'exec "$@"', **env: str) -> subprocess.CompletedProcess[bytes]:
    """A command with nothing in its environment but what is given."""
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "watcher", *words]
    bare = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run(command, cwd=folder, env=bare, capture_output=True, check=False, timeout=200)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_command_falls_over_closed_streams_or_a_home_that_is_missing(folder: Path, name: str) -> None:
    closed = run(folder, name, *WORDS.get(name, []), script='exec 2>errors; exec "$@" <&- >&-')
    said = closed.stderr + (folder / "errors").read_bytes()
    assert b"Traceback" not in said, said
    assert closed.returncode in {0, 1, 2, 3}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_signs_that_the_output_has_not_are_replaced(folder: Path, encoding: str) -> None:
    for words in (["check"], ["status"], ["explain", "--help"], ["doctor", "--help"]):
        done = run(folder, *words, PYTHONIOENCODING=encoding)
        assert b"Traceback" not in done.stderr, done.stderr
        assert done.stdout or done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody who is in no list of users")
def test_a_user_whom_nobody_knows_may_ask(folder: Path) -> None:
    script = "import os, runpy, sys; os.setgid(54321); os.setuid(54321); sys.argv = ['watcher', *sys.argv[1:]]; runpy.run_module('watcher', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script, "--version"],
        cwd="/",
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=100,
    )
    if b"PermissionError" in done.stderr or b"No module" in done.stderr:
        pytest.skip("this clone is not readable for others")
    assert done.stdout.startswith(b"watcher "), done.stderr
