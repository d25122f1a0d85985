"""`watcher stack`: which of one's own tools a signal touches, and what takes their place."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import configure, watcher
from tests.cli.story import kept, past

__all__ = ["kept", "past"]
TOOLS = """
[[stack]]
name = "Draft"
provider = "Lab"
model = "Gadget 2"
fallback = "Widget"
[[stack]]
name = "Chat"
provider = "Moon"
tags = ["via_PRC_lab", "on trial"]
[[stack]]
name = "Search"
provider = "Elsewhere"
"""


def touching(home: Path, touches: str, tools: str = TOOLS) -> None:
    path = configure(home, extra=tools)
    question = 'question = "Can everybody use the Gadget?"'
    path.write_text(path.read_text("utf-8").replace(question, f"{question}\ntouches = {touches}"), "utf-8")


def test_each_tool_is_shown_with_what_touches_it_and_its_fallback(past: Path) -> None:
    touching(past, '["gadget"]')

    said, told = watcher("stack"), watcher("stack", "--json").json()

    assert said.code == 0
    assert "Draft (Lab, Gadget 2)\n  Gadget: Open" in said.out
    assert "fallback: Widget" in said.out
    assert "Search (Elsewhere)\n  no signal touches it" in said.out
    assert "3 tools, 1 touched by a signal" in said.out
    assert [(one["name"], [touch["stands"] for touch in one["touched_by"]]) for one in told["tools"]] == [
        ("Draft", ["Open"]),
        ("Chat", []),
        ("Search", []),
    ]


def test_a_touched_tool_without_a_fallback_is_exit_code_1(home: Path) -> None:
    touching(home, '["via_prc_lab"]')

    said = watcher("stack")

    assert said.code == 1
    assert "Chat (Moon, via PRC lab, on trial)" in said.out
    assert "not decided yet" in said.out
    assert "no fallback is written down for Chat" in said.out
    assert watcher("stack", "--json").json()["without_fallback"] == ["Chat"]
    assert not (home / "data").exists()


def test_one_tool_is_counted_as_one(home: Path) -> None:
    touching(home, '["gadget"]', '[[stack]]\nname = "Draft"\nmodel = "Gadget 2"\nfallback = "Widget"\n')

    assert "\n1 tool, 1 touched by a signal\n" in watcher("stack").out


def test_without_tools_it_says_how_to_declare_one(home: Path) -> None:
    said = watcher("stack")

    assert said.code == 2
    assert "[[stack]]" in said.err
