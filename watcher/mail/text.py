"""A letter as plain text that reads well in a terminal, 72 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from watcher.mail.letter import Cite, Letter, MailItem, MailLine, Section

WIDTH = 72
NAME = 24
"""Names of rows up to this long stand in a column of their own."""
PER_CENT = "\N{NO-BREAK SPACE}%"


def as_text(letter: Letter) -> str:
    """The text part; it says what the HTML part says, in the same order."""
    parts = [
        "\n".join(_title(letter)),
        *("\n".join(_item(item)) for item in letter.items),
        *("\n".join(_section(section)) for section in letter.sections),
        "\n".join(_footer(letter.footer)),
    ]
    return "\n\n\n".join(parts) + "\n"


def _title(letter: Letter) -> Iterator[str]:
    yield _fill(letter.title)
    yield "=" * min(len(letter.title), WIDTH)
    yield _fill(letter.deck)
    yield letter.date


def _item(item: MailItem) -> Iterator[str]:
    yield _fill(item.kicker.upper())
    yield _fill(item.title)
    yield "-" * min(len(item.title), WIDTH)
    if item.standing:
        yield _fill(f"[{item.icon} {item.standing}] {item.note}".rstrip())
    yield ""
    width = max((len(name) for name, _ in item.rows if len(name) <= NAME), default=0)
    for name, value in item.rows:
        yield _hang(f"{name}:".ljust(width + 2), value) if len(name) <= NAME else _hang("", f"{name}: {value}", indent="    ")
    for cite in item.cites:
        yield from _cite(cite)
    for name, words in item.paragraphs:
        yield ""
        yield _fill(f"{name}: {words}")
    if item.link:
        yield ""
        yield f"{item.more}: {item.link}"


def _cite(cite: Cite) -> Iterator[str]:
    yield ""
    yield _fill(f"“{cite.text}”", indent="  > ")
    yield _fill(f"{cite.where}. {cite.when}", indent="    ")
    if cite.link:
        yield f"    {cite.link}"


def _section(section: Section) -> Iterator[str]:
    yield section.heading
    yield "-" * len(section.heading)
    for line in section.lines:
        yield _hang("* ", f"{line.title}: {line.words}" if line.title else line.words)
        if line.link:
            yield f"  {line.link}"


def _footer(lines: tuple[MailLine, ...]) -> Iterator[str]:
    yield "-- "
    for line in lines:
        yield _fill(f"{line.title}: {line.words}")
        if line.link:
            yield line.link


def _fill(text: str, *, indent: str = "") -> str:
    """Wrapped at whole words; an address is never broken, nor a number from its per cent."""
    return textwrap.fill(
        text.replace(" %", PER_CENT),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _hang(start: str, text: str, *, indent: str = "") -> str:
    """A start with its text hanging beside it, or under it where an indent is given."""
    return textwrap.fill(
        text.replace(" %", PER_CENT),
        WIDTH,
        initial_indent=start,
        subsequent_indent=indent or " " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
