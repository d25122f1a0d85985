"""The sides and outcomes of the evaluations that the shipped configuration follows, for tests of a series."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from watcher.core.model import EventOutcome, Ladder, Side

_DECLARED = tomllib.loads((Path(__file__).parents[1] / "signals/ladder-evaluations.toml").read_text("utf-8"))["ladder"][
    "evaluations"
]
SIDES = tuple(Side(one["id"], one["label"], tuple(one["names"])) for one in _DECLARED["side"])
COMPARED: dict[str, Any] = {
    "outcomes": tuple(EventOutcome(**{"label": one["id"].capitalize(), **one}) for one in _DECLARED["outcome"]),
    "sides": SIDES,
    "difference": _DECLARED["difference"],
}
"""What a ladder of a series has beside its statuses and rules."""
LADDER = Ladder("evaluations", (), (), series=True, **COMPARED)
