"""Rows of a table written with bars: each cell that tells who may use a thing is read with what the head of its column says."""

from __future__ import annotations

import re
from typing import Final

from watcher.core.language.lexicon import cue

_HEAD: Final = cue("access_column", "beside", "sentence")
_RULE: Final = re.compile(r"[-:| ]+")
"""The line of dashes below a head."""
LABEL: Final = "who can use it: "
"""What stands before the cell of a row, as a table is written whose rows name their columns."""


def under_heads(lines: list[str]) -> list[str]:
    """Folded sentences, those of rows under a head with the label of the column that says who may use what they name. Pure."""
    out: list[str] = []
    labels: dict[int, str] = {}
    before = ""
    for line in lines:
        is_row = line.startswith("|") and not _RULE.fullmatch(line)
        if is_row and not before.startswith("|"):
            labels = _labels(line.split("|"))
            out.append(line)
        else:
            out.append(_labelled(line, labels) if is_row and labels else line)
        before = line
    return out


def _labels(head: list[str]) -> dict[int, str]:
    """What stands before the cells of the columns that tell who does something; the first column names the thing."""
    cells = {n: cell.strip() for n, cell in enumerate(head) if n > 1}
    read = {n: LABEL for n, cell in cells.items() if _HEAD.search(cell)}
    return {n: f"{cell}: " for n, cell in cells.items() if cell.lower().startswith("who ")} | read


def _labelled(row: str, labels: dict[int, str]) -> str:
    cells = row.split("|")
    return "|".join(f" {labels[n]}{cell.strip()} " if n in labels and cell.strip() else cell for n, cell in enumerate(cells))
