"""How a command's process ends: its exit code, its last words, and readers who have gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.story import kept, past

__all__ = ["kept", "past"]
ROOT = Path(__file__).parents[2]


def process(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("words", "code", "said"), [(["--version"], 0, "watcher "), (["nope"], 2, "No such command")])
def test_a_command_ends_with_its_exit_code(words: list[str], code: int, said: str) -> None:
    ended = process("-m", "watcher", *words)
    assert ended.returncode == code
    assert said in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_who_has_gone_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "watcher", "--help"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()
        running.wait(60)


def test_output_that_could_not_be_written_is_no_success() -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "watcher", "--version"],
            cwd=ROOT,
            env=buffered,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, "the output could not be written: No space left on device\n")


HEAVY = frozenset(
    [
        "sqlmodel",
        "sqlalchemy.orm",
        "alembic",
        "httpx2",
        "jinja2",
        "fastapi",
        "uvicorn",
        "apscheduler",
        "aiosmtplib",
        "apprise",
        "lxml",
        "feedparser",
        "pydantic_settings",
        "watcher.config.build",
        "watcher.store.store",
        "watcher.formats",
        "watcher.fetch",
        "watcher.mail",
        "watcher.web",
        "watcher.pipeline.daemon",
    ]
)
"""What takes longer to import than a short command takes."""
LOADED = "import sys; from watcher.__main__ import main\ntry: main()\nfinally: sys.stderr.write(' '.join(sys.modules))"


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (("--version",), HEAVY | {"sqlalchemy", "watcher.store", "watcher.core.language.parse"}),
        (("healthcheck", "--url", "http://127.0.0.1:1"), HEAVY | {"sqlalchemy", "watcher.core.model"}),
        (("healthcheck", "--within", "5200w"), HEAVY | {"watcher.core.language.parse"}),
        (("status",), HEAVY | {"watcher.core.language.parse"}),
        (("status", "--as-of", "2026-06-03T12:00:00Z", "--json"), HEAVY | {"watcher.core.language.parse"}),
    ],
)
def test_a_command_that_only_asks_imports_nothing_that_it_does_not_need(
    past: Path, words: tuple[str, ...], unwanted: frozenset[str]
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=past,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    loaded = set(ended.stderr.split())
    assert "watcher.cli.app" in loaded
    assert sorted(loaded & unwanted) == []


def test_a_look_for_cron_loads_neither_the_page_nor_the_clock_of_the_daemon_nor_what_only_readers_need() -> None:
    unwanted = (
        "fastapi",
        "uvicorn",
        "apscheduler",
        "alembic",
        "lxml",
        "feedparser",
        "watcher.web",
        "watcher.core.language.parse",
    )
    ended = process("-c", "import sys, watcher.cli.once; print(*sys.modules)")
    assert ended.returncode == 0, ended.stderr
    assert sorted(set(ended.stdout.split()) & set(unwanted)) == []
