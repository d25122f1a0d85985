"""What a new maintainer is told of the house is so: files, functions, rooms, and the sentence that is worked through."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watcher.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
PLACE = re.compile(r"`((?:watcher|notifiers|signals|tests)(?:/[\w.-]+)*)(?:: (\w+))?`")


def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}


@pytest.mark.parametrize("page", PAGES)
def test_files_and_functions_that_are_named_are_there(page: str) -> None:
    named = [(path, name) for path, name in PLACE.findall((ROOT / page).read_text("utf-8")) if "NAME" not in path]
    assert len(named) > 20
    assert [path for path, _ in named if not (ROOT / path).exists()] == []
    assert [f"{path}: {name}" for path, name in named if name and name not in defined(ROOT / path)] == []


def test_the_plan_shows_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {path.parent.name for path in ROOT.glob("watcher/*/__init__.py")}
    assert {room for room in rooms if f"watcher/{room} " not in text} == set()
    inside = {path.parent.name for path in ROOT.glob("watcher/core/*/__init__.py")}
    assert {room for room in inside if f"| `watcher/core/{room}` |" not in text} == set()


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        (
            "As of today, Claude Mythos 6 is generally available to all customers.",
            "available by rule open “generally available” is stated of Claude Mythos 6",
        ),
        (
            "As of today, Claude Mythos 6 is generally available to all customers in Iceland.",
            "available by rule undecided not explained: iceland",
        ),
        (
            "Claude Mythos 6 will be generally available to all customers.",
            "promised by rule undecided “generally available” is promised, and no time is named",
        ),
    ],
)
def test_the_sentence_is_read_as_the_page_tells(sentence: str, says: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    [line] = re.findall(r"^echo '(\{.*\})' \|$", text, re.MULTILINE)
    asked = line.replace("As of today, Claude Mythos 6 is generally available to all customers.", sentence)
    done = CliRunner().invoke(app, ["explain", "--config", str(ROOT / "signals.toml"), "--entries", "-"], input=asked + "\n")
    assert says in " ".join(done.output.split())
