"""The measures of the house: sizes, words and reasons, for every file that is ours."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 500
LONGEST_FUNCTION = 40
USUAL_FUNCTION = 8
FILES = sorted((*ROOT.glob("watcher/**/*.py"), *ROOT.glob("notifiers/**/*.py")))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
FOLDERS = ("*", ".ci/*", "docs/**/*", "ops/**/*", "tests/**/*", "tools/**/*", "watcher/**/*", "notifiers/**/*")
KINDS = {".py", ".md", ".toml", ".lock", ".in", ".yml", ".yaml", ".json", ".sh", ".html", ".css", ".js", ".txt", ".xml"}
BARE = {"Makefile", "Dockerfile", "LICENSE", "run"}
TEXTS = sorted(
    path for pattern in FOLDERS for path in ROOT.glob(pattern) if path.is_file() and (path.suffix in KINDS or path.name in BARE)
)
# Written apart, so that this file does not name what it looks for.
FOREIGN = re.compile(
    "|".join(
        (
            "index" + "-url",
            r"files\.python" + r"hosted",
            r"regis" + r"try\.(?:npm|yarn)",
            r"https?://[^ ]*/sim" + r"ple/",
            "/wor" + "k/(?:main|shared|steering)",
            "/tm" + "p/(?:psw|bash)",
            "co-authored" + "-by",
        )
    ),
    re.IGNORECASE,
)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_a_file_is_short_and_says_in_one_sentence_what_it_is() -> None:
    for path, name in zip(FILES, NAMES, strict=True):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST_FILE, name
        said = ast.get_docstring(ast.parse(text))
        if text.strip():
            assert said, f"{name} has no docstring"
            assert said.partition("\n\n")[0].rstrip("\"'").endswith((".", "?", ")")), name


def test_no_function_is_long_and_most_are_small() -> None:
    lengths = {
        f"{name}: {node.name}": lines_of(node) for path, name in zip(FILES, NAMES, strict=True) for node in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert median(lengths.values()) <= USUAL_FUNCTION


def test_every_exception_to_a_rule_has_its_reason_on_its_line() -> None:
    for path, name in zip(FILES, NAMES, strict=True):
        with path.open("rb") as file:
            comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
        marked = [each for each in comments if re.match(r"# (noqa|type: ignore|pragma|fmt:|ruff:)", each)]
        assert [each for each in marked if not re.search(r"(\]|[A-Z]\d+|cover|fmt: \w+)( - |  # )\S", each)] == [], name


def test_nothing_names_a_registry_or_a_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in TEXTS
        if (match := FOREIGN.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


def test_a_notifier_and_a_format_are_one_file_each_and_tested_by_name() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/*.py"))
    golden = "\n".join(str(path) for path in ROOT.glob("tests/formats/golden/**/*"))
    for folder in ("notifiers", "watcher/formats"):
        for path in ROOT.glob(f"{folder}/[a-z]*.py"):
            assert path.stem in tests or path.stem in golden, f"{path.stem} has no test"


@cache
def imported(path: Path) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{each.name}" for each in node.names}
    return found


ALONE = {
    "httpx2": ("watcher/fetch/", "notifiers/webhook.py"),
    "httpcore2": ("watcher/fetch/network.py", "watcher/fetch/transport.py"),
    "sqlmodel": ("watcher/store/",),
    "sqlalchemy": ("watcher/store/",),
    "fastapi": ("watcher/web/",),
    "pydantic": (
        "watcher/config/",
        "watcher/sandbox/pool.py",
        "watcher/store/",
        "watcher/web/",
        "watcher/cli/mcp_server.py",
    ),  # SQLModel, FastAPI and MCP are made of it; what a worker answers is checked by it
    "aiosmtplib": ("notifiers/smtp.py",),
    "apprise": ("notifiers/apprise.py",),
    "typer": ("watcher/cli/",),
}


@pytest.mark.parametrize(("library", "places"), ALONE.items(), ids=ALONE)
def test_a_library_has_one_door(library: str, places: tuple[str, ...]) -> None:
    users = [
        name for path, name in zip(FILES, NAMES, strict=True) if any(each.split(".")[0] == library for each in imported(path))
    ]
    assert [name for name in users if not name.startswith(places)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("watcher/formats/*.py")), ids=lambda path: path.stem)
def test_a_format_knows_no_other_format(path: Path) -> None:
    others = {f"watcher.formats.{each.stem}" for each in ROOT.glob("watcher/formats/[a-z]*.py")} - {
        f"watcher.formats.{path.stem}"
    }
    assert imported(path) & others == set()
    ours = {each for each in imported(path) if each.startswith("watcher.")}
    assert all(each.startswith(("watcher.core", "watcher.formats")) for each in ours)
