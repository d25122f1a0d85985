"""What a change means for the reader's own tools: which it touches, what takes their place, and where nothing would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.mail.stories import CONTEXT, PASSED, READER, SENATE, digest
from tools.shipped import shipped_text, write_shipped
from watcher.config.build import load
from watcher.config.settings import Tool
from watcher.core.decision.scheduled_notes import sample
from watcher.mail import render
from watcher.pipeline.deliver import mail_context

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def told(*stack: Tool, touches: tuple[str, ...] = ("via_prc_lab", "open_weights", "distilled", "qwen")) -> str:
    """The mail about a vote, on one line, for somebody with these tools."""
    context = replace(CONTEXT, signals={SENATE.id: replace(SENATE, touches=touches)}, stack=stack)
    return " ".join(render(digest(PASSED), context, READER).text.split())


@pytest.mark.parametrize(
    "tool",
    [
        Tool(name="It", tags=("via_prc_lab",)),
        Tool(name="It", tags=("open_weights",)),
        Tool(name="It", tags=("distilled",)),
        Tool(name="It", model="Qwen 4"),
        Tool(name="It", provider="qwen.example"),
    ],
)
def test_a_tool_is_touched_by_what_it_is_or_who_makes_it(tool: Tool) -> None:
    assert "Your tools without a fallback: It. Write down what would take its place." in told(tool)
    with_fallback = told(tool.model_copy(update={"fallback": "the local model"}))
    assert "It touches your tools: It (fallback: the local model)." in with_fallback
    assert "without a fallback" not in with_fallback
    assert "our tools" not in told(tool, touches=("claude",))


def test_tools_without_a_fallback_are_pointed_out_together_after_the_others() -> None:
    stack = (
        Tool(name="A", tags=("distilled",)),
        Tool(name="B", tags=("distilled",), fallback="C"),
        Tool(name="D", tags=("distilled",)),
        Tool(name="E"),
    )
    assert (
        "It touches your tools: B (fallback: C). Your tools without a fallback: A and D. Write down what would take its place. What comes"
        in told(*stack)
    )


def test_without_tools_there_is_no_word_of_them() -> None:
    assert "our tools" not in told()


def test_a_status_says_what_it_changes_and_where_it_says_nothing_the_signal_does() -> None:
    assert "What it changes for you: It is not law yet." in told()
    silent = replace(PASSED, after="blocked")
    words = " ".join(render(digest(silent), CONTEXT, READER).text.split())
    assert "What it changes for you: Services that route through such capacity may be cut off." in words


STACK = """
[[stack]]
name = "Router"
tags = "via_prc_lab"
fallback = "the second router"
[[stack]]
name = "Local"
tags = "open_weights"
[[stack]]
name = "Tuned"
tags = "distilled"
[[stack]]
name = "Claude Code"
provider = "Anthropic"
model = "Claude Fable 5"
"""


def test_the_shipped_signals_name_the_tools_that_they_touch_and_say_what_changes(tmp_path: Path) -> None:
    config = load(write_shipped(tmp_path, shipped_text() + STACK), {})
    named = {}
    for signal in config.signals:
        words = " ".join(render(sample([signal], NOW), mail_context(config), READER).text.split())
        assert "What it changes for you: " in words
        about = words.partition("our tools")[2].partition("What comes next")[0]
        named[signal.id] = {tool.name for tool in config.stack if tool.name in about}
    assert named["senate-vote"] == {"Router"}
    assert named["mythos-ga"] == {"Claude Code"}
    assert named["caisi-evaluation"] == {"Router", "Local", "Tuned"}
