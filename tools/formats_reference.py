"""Writes docs/formats.md from what each format says of itself.

python -m tools.formats_reference
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from watcher import formats

PAGE = Path(__file__).parents[1] / "docs" / "formats.md"
INTRODUCTION = """# Formats

What may stand under `format` of a source or of a followed page, generated from the files in `watcher/formats` (`make schema`); do
not edit this page. Options are written in the source's `[signal.source.options]`.

Every format refuses, as *blocked*, a check for humans that came in its place, and, as *malformed*, another kind of document; what
it found suspiciously empty is *empty*. None of these moves a status.

Keys stay the same when an entry is edited in place, so an edit is a new revision, no new entry. Links are http or https.
Dates are read only where they have one meaning, from 1985 to 2200, in a zone that can be known; the text as written is kept in
the fact `date_raw`. Documents may be packed with gzip; encodings are mended as browsers do.
"""


SUITES = Path(__file__).with_name("formats_suites.md")
"""What was counted on other people's suites; written by hand."""


def page_text() -> str:
    """Give the page as it is shipped."""
    return INTRODUCTION + "".join(map(_section, formats.names())) + "\n" + SUITES.read_text("utf-8")


def _section(name: str) -> str:
    module = importlib.import_module(f"watcher.formats.{name}")
    about = " ".join((inspect.getdoc(module) or "").split())
    reading = " ".join((inspect.getdoc(module.read) or "").split()).partition(" Raises Unreadable")[0]
    known = formats.options(name) or {}
    rows = "".join(f"| `{option}` | {' '.join(words.split()).replace('|', chr(92) + '|')} |\n" for option, words in known.items())
    table = f"\n| option | what it is |\n|---|---|\n{rows}" if rows else "\nNo options.\n"
    return f"\n## `{name}`\n\n{about}\n\n{reading}\n{table}"


if __name__ == "__main__":
    PAGE.write_text(page_text(), encoding="utf-8")
