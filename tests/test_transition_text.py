"""One thing said as a line for a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.core.model import Change, Standing, Transition
from watcher.wording import transition_to_text

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def told(kind: Change, before: str, after: str, **more: str) -> Transition:
    """A transition of a model's track."""
    return Transition("mythos-ga", "named", kind, before, after, NOON, Standing.CONFIRMED, "head", "Head", **more)  # type: ignore[arg-type] # all of them are text


@pytest.mark.parametrize(
    ("transition", "words"),
    [
        (told(Change.ADVANCE, "none", "gated", reason="it is"), "none → gated (confirmed)"),
        (told(Change.FLAG, "", "renamed", title="A new name"), "· → renamed (confirmed)  A new name"),
        (told(Change.DETAIL, "gated", "gated", reason="version: 5.1"), "gated (confirmed)  version: 5.1"),
    ],
)
def test_a_line_says_what_changed(transition: Transition, words: str) -> None:
    assert transition_to_text(transition).split("mythos-ga.named", 1)[1].strip() == words
