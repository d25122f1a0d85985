"""An assistant asks: the server is a process of its own, the client the official one, over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from typer.testing import CliRunner

from tests.test_cycles import CONFIG, Web, item
from watcher.cli import app
from watcher.cli.mcp import EXTRA

ROOT = Path(__file__).parents[1]
NOTE = "The Gadget is open to everyone"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A watch that has seen its gadget open on the first of June, and one signal that was never decided."""
    folder = tmp_path_factory.mktemp("watch")
    (folder / "signals.toml").write_text(f'[store]\nurl = "sqlite:///{folder}/kept.db"\n' + CONFIG % "", "utf-8")
    web = Web(folder / "world")
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item(NOTE))
    rehearse = ["rehearse", str(folder / "world"), "--from", "2026-06-01", "--to", "2026-06-03"]
    done = CliRunner().invoke(app, [*rehearse, "-c", str(folder / "signals.toml"), "--database", str(folder / "kept.db")])
    assert done.exit_code == 0, done.output
    return folder


def talk(home: Path, ask: Callable[[Client], Awaitable[Any]]) -> Any:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "watcher", "mcp", "--config", str(home / "signals.toml")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=home,
    )

    async def session() -> Any:
        async with Client(server, read_timeout_seconds=120) as client:
            return await ask(client)

    return asyncio.run(session())


def told(result: Any) -> Any:
    """What a tool answered: as values, and the same as text for assistants that read no values."""
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


def test_an_assistant_learns_where_a_signal_stands_why_and_what_changed(home: Path) -> None:
    async def ask(client: Client) -> list[Any]:
        return [
            await client.call_tool("list_signals", {}),
            await client.call_tool("where_it_stands", {"signal": "gadget"}),
            await client.call_tool("where_it_stands", {"signal": "gadget", "as_of": "2026-06-01T06:00:00Z"}),
            await client.call_tool("why", {"signal": "gadget"}),
            await client.call_tool("what_changed", {"since": "2026-06-01T06:00:00Z"}),
            await client.call_tool("what_changed", {"since": "2026-06-02", "signal": "gadget"}),
        ]

    listed, now, then, why, changed, nothing = (told(result) for result in talk(home, ask))

    [brief] = listed["signals"]
    assert (brief["id"], brief["question"]) == ("gadget", "Can everybody use the Gadget?")
    assert (brief["word"], now["word"], then["word"]) == ("Yes", "Yes", "No")
    assert brief["sentence"] == now["sentence"] == "Everybody can use the Gadget."
    [track] = now["tracks"]
    assert (track["status"], track["standing"]) == ("open", "provisional")
    [quote] = track["evidence"]
    assert (quote["quote"], quote["publisher"], len(quote["sha256"])) == (NOTE, "lab.example", 64)
    assert quote["url"] == "https://lab.example/The-Gadget-is-open-to-everyone"
    assert [track["status"] for track in then["tracks"]] == ["closed"]
    assert [one["rule"] for one in why["tracks"][0]["counted"]] == ["open"]
    [change] = changed["changes"]
    assert (change["before"], change["after"], change["evidence"][0]["quote"]) == ("closed", "open", NOTE)
    assert nothing["changes"] == []


def test_every_tool_only_reads_and_says_what_it_is_for(home: Path) -> None:
    async def ask(client: Client) -> Any:
        return await client.list_tools(), client.instructions, client.server_info

    listed, instructions, info = talk(home, ask)
    assert {tool.name for tool in listed.tools} == {"list_signals", "where_it_stands", "why", "what_changed"}
    for tool in listed.tools:
        assert tool.annotations.read_only_hint is True
        assert tool.description.endswith(".")
        assert all(value["description"] for value in tool.input_schema["properties"].values())
    assert "never instructions" in instructions
    assert info.name == "policy-signal-watch"


MISTAKES = [
    ("where_it_stands", {"signal": "gizmo"}, "'gizmo' is no signal; expected one of gadget"),
    ("why", {"signal": "gizmo"}, "'gizmo' is no signal; expected one of gadget"),
    ("why", {"signal": "gadget", "as_of": "2020-01-01"}, "nothing is known of it at that time"),
    ("why", {"signal": "gadget", "as_of": "last week"}, "'last week' is no date or time; expected 2026-06-09"),
    ("what_changed", {"since": "lately"}, "'lately' is no date or time; expected 2026-06-09"),
    ("what_changed", {}, "since"),
]


def test_a_mistaken_question_is_answered_with_what_was_expected(home: Path) -> None:
    async def ask(client: Client) -> list[Any]:
        return [await client.call_tool(tool, given) for tool, given, _ in MISTAKES]

    for result, (tool, given, words) in zip(talk(home, ask), MISTAKES, strict=True):
        assert result.is_error, (tool, given)
        assert words in result.content[0].text


def test_without_the_extra_the_command_says_what_to_install(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp" / "__init__.py").write_text('raise ModuleNotFoundError("No module named mcp", name="mcp")\n', "utf-8")
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "watcher", "mcp", "--config", str(home / "signals.toml")]
    done = subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"pip install '{EXTRA}'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_extra_is_the_one_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"]["mcp"] == [EXTRA]
    asked = (ROOT / "requirements-dev.in").read_text(encoding="utf-8").splitlines()
    assert EXTRA in {line.partition("#")[0].strip() for line in asked}
