"""What is wrong in the file, said with file, line, table, key, what was found and what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from watcher.core.addresses import redact

_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to mend."""

    file: str
    line: int
    """First line of the file is 1; 0 where the value does not stand in the file."""
    table: str
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        """Say it in one line that editors can jump to."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = ", ".join(part for part in (self.table, f"key `{self.key}`" if self.key else "") if part)
        return f"{place}: {where + ': ' if where else ''}found {self.found}; expected {self.expected}"


class ConfigError(Exception):
    """The configuration cannot be used; all its mistakes together."""

    def __init__(self, *mistakes: Diagnostic) -> None:
        """Keep the mistakes in the order of their lines."""
        self.mistakes = tuple(sorted(set(mistakes), key=lambda mistake: (mistake.file, mistake.line, mistake.key)))
        super().__init__("\n".join(map(str, self.mistakes)))


def show(value: object) -> str:
    """Show a value of the file as it could stand there, shortened and without what its addresses must not show."""
    if isinstance(value, dict):
        return f"a table with {', '.join(value) or 'nothing in it'}"
    text = redact(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def one_of(found: object, choices: Iterable[str]) -> str:
    """Say which values are possible, and which of them was probably meant."""
    known = list(dict.fromkeys(choices))
    close = get_close_matches(str(found), known, n=1, cutoff=0.6)
    listed = ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")  # noqa: PLR2004 - a line's worth
    words = f"one of {listed}" if known else "none, because nothing of the kind is declared"
    return f'{words} (did you mean "{close[0]}"?)' if close else words
