"""The manual: every command has its place, its words, examples that its parser takes, and completion; nothing loads for it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer._click import Context
from typer.main import get_command

from tests.cli.conftest import watcher
from watcher.cli import app
from watcher.cli.app import COMMANDS, EXAMPLES, FAILED, NO_DATABASE, Commands

ROOT = Path(__file__).parents[2]
RUNNABLE = [(name, command) for name, rows in EXAMPLES.items() for _, command in rows if command.startswith("watcher ")]


def python(script: str, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": "/nonexistent", **environ},
    )
    return done.stdout


def test_the_list_names_every_command_with_what_it_does() -> None:
    words = watcher("--help").all

    for name, row in COMMANDS.items():
        assert f" {name} {row.summary.split()[0]}" in words, name
        assert row.summary in words, name
    assert "Exit codes: 0 done, 1 failed, 2 configuration or usage, 3 database." in words


def test_the_version_is_said() -> None:
    assert watcher("--version").out.startswith("watcher 0.")


def test_a_command_alone_shows_the_list() -> None:
    said = watcher()

    assert said.code == 2
    assert "status" in said.all


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples_and_exit_codes(name: str) -> None:
    said = watcher(name, "--help")

    assert said.code == 0
    assert f"watcher {name}" in said.out.splitlines()[1]
    assert "Examples" in said.out
    assert "Exit codes: 0 done" in said.out
    assert ("3 the database" in said.all) == (name not in NO_DATABASE)
    assert ("; 1 " in said.all.partition("Exit codes")[2]) == (name in FAILED)
    assert watcher(name, "-h").out == said.out


@pytest.mark.parametrize(("name", "command"), RUNNABLE, ids=[command for _, command in RUNNABLE])
def test_every_example_is_one_that_the_commands_parser_takes(name: str, command: str) -> None:
    group = get_command(app)
    assert isinstance(group, Commands)
    context = Context(group, info_name="watcher")

    found, whole, rest = group.resolve_command(context, shlex.split(command)[1:])

    assert found == name
    assert whole is not None
    whole.make_context(found, rest, parent=context)


def test_a_slip_of_the_finger_is_answered_with_the_command_that_was_meant() -> None:
    said = watcher("stauts")

    assert said.code == 2
    assert "Did you mean 'status'?" in said.all


def test_help_and_completion_load_nothing_of_the_watch() -> None:
    script = (
        "import sys; from watcher.cli import app; app(['--help'], standalone_mode=False);"
        "print(sorted(name for name in sys.modules if name.startswith('watcher.') and not name.startswith('watcher.cli')))"
    )

    assert python(script).splitlines()[-1] == "[]"


COMPLETED = [
    ("watcher st", 1, {"status", "stack"}),
    ("watcher status --a", 2, {"--as-of"}),
    ("watcher add --tier pr", 3, {"press"}),
    ("watcher explain sen", 2, {"senate-vote"}),
    ("watcher replay --signal my", 3, {"mythos-ga"}),
]


@pytest.mark.parametrize(("line", "place", "wanted"), COMPLETED, ids=[row[0] for row in COMPLETED])
def test_shells_complete_commands_options_and_values(line: str, place: int, wanted: set[str]) -> None:
    script = "from watcher.cli import app; app(prog_name='watcher')"

    told = python(script, _WATCHER_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(place))

    assert set(told.split()) == wanted


def test_a_shell_gets_its_completion_script() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "watcher", "--show-completion", "zsh"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": os.environ["PATH"],
            "SHELL": "/bin/zsh",
            "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
        },
    )

    assert re.search(r"compdef|_COMPLETE", said.stdout), said
