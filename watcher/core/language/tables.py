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
    column = 0
    opened = False
    for line in lines:
        is_row = line.startswith("|") and not _RULE.fullmatch(line)
        if is_row and opened and column:
            out.append(_labelled(line, column))
            continue
        if is_row and not opened:
            column = _access(line.split("|"))
        opened = line.startswith("|")
        out.append(line)
    return out


def _access(cells: list[str]) -> int:
    """The place of the column that says who may use the thing; the first cell names it. 0 where none does."""
    return next((n for n, cell in enumerate(cells) if n > 1 and _HEAD.search(cell.strip())), 0)


def _labelled(row: str, column: int) -> str:
    cells = row.split("|")
    if len(cells) <= column or not cells[column].strip():
        return row
    return "|".join((*cells[:column], f" {LABEL}{cells[column].strip()} ", *cells[column + 1 :]))
