"""What a mail says, in words, and that written as plain text and as HTML."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING

from css_inline import CSSInliner
from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifiers.message import one_line
from watcher.core.addresses import redact
from watcher.core.model import Facts, day_text
from watcher.wording import is_date_only

if TYPE_CHECKING:
    from jinja2 import Template


# What a mail says, in words, before it is text or HTML: both parts are written from this one value.


@dataclass(frozen=True, slots=True)
class Cite:
    """The words that prove something, ready to be shown."""

    text: str
    link: str
    """http or https, else empty."""
    where: str
    """Who speaks and how: `govinfo.gov, official`."""
    when: str
    """When it was published and seen, and that a copy is kept, with the beginning of its hash."""


@dataclass(frozen=True, slots=True)
class MailItem:
    """One change, or where one signal stands."""

    kicker: str
    """Which signal, and which track of it."""
    title: str
    icon: str = ""
    standing: str = ""
    tone: str = "calm"
    """good, warn, bad or calm."""
    note: str = ""
    """What the standing means, or what was wrong."""
    rows: tuple[tuple[str, str], ...] = ()
    cites: tuple[Cite, ...] = ()
    paragraphs: tuple[tuple[str, str], ...] = ()
    link: str = ""
    """Where the page tells more, under `more`."""
    more: str = "All evidence on the page"
    asks: bool = False
    """Whether the link is what the letter is for; it is then a button."""


@dataclass(frozen=True, slots=True)
class MailLine:
    """One line about a signal or a source."""

    title: str
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    heading: str
    lines: tuple[MailLine, ...]
    tone: str = "calm"


def listed(heading: str, lines: Sequence[MailLine], most: int, link: str = "") -> Section:
    """Lines under a heading; those beyond `most` are counted, never dropped without a word."""
    return Section(heading, (*lines[:most], *rest(len(lines) - most, link)))


def rest(many: int, link: str = "") -> tuple[MailLine, ...]:
    """The line that says how many more there are, where a mail has no room for them."""
    where = "The page lists them all." if link else "There is no room for them here."
    return (MailLine(f"and {many} more", where, link),) if many > 0 else ()


@dataclass(frozen=True, slots=True)
class Letter:
    """The whole mail."""

    subject: str
    title: str
    deck: str
    """The sentence under the title, which a notification shows after the subject."""
    date: str
    items: tuple[MailItem, ...] = ()
    beyond: tuple[MailLine, ...] = ()
    """What more there is than these items, a line each; none of it is made an item."""
    sections: tuple[Section, ...] = ()
    footer: tuple[MailLine, ...] = ()
    tone: str = "calm"
    """Colour of its edge: how well the first news is supported, or that it is bad."""
    urgent: bool = False
    about: str = ""
    """Signal whose thread it belongs to, or the kind of letter."""


def words_of(item: MailItem) -> str:
    """Everything that an item says."""
    pairs = (*item.rows, *item.paragraphs)
    return "\n".join((item.kicker, item.title, item.note, *(cite.text for cite in item.cites), *(f"{a}: {b}" for a, b in pairs)))


def words_in(letter: Letter) -> str:
    """Everything that a letter says above its foot."""
    lines = (*letter.beyond, *(line for section in letter.sections for line in section.lines))
    said = (*(words_of(item) for item in letter.items), *(f"{line.title}: {line.words}" for line in lines))
    return "\n".join((letter.title, letter.deck, *said))


# A letter as plain text that reads well in a terminal, 72 columns wide.

WIDTH = 72
COMMAND = "watcher "
"""How what can be typed begins."""
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
        yield _paragraph(name, words)
    if item.link:
        yield ""
        yield f"{item.more}: {item.link}"


def _paragraph(name: str, words: str) -> str:
    """A paragraph under its name; a command stays in one line, to be copied."""
    told = _fill(f"{name}: {words}")
    return f"{_fill(f'{name}:')}\n    {words}" if words.startswith(COMMAND) and "\n" in told else told


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


# A letter as HTML that survives every mail program: tables, inline CSS, no image, no request.

KEPT_STYLE = ' data-css-inline="keep"'
"""Tells the inliner which style element stays; no mail program needs it."""


def as_html(letter: Letter) -> str:
    """The HTML part; it says what the text part says, in the same order."""
    return _inliner().inline(_template().render(letter=letter)).replace(KEPT_STYLE, "")


@cache
def _template() -> Template:
    """The one template; whatever a feed says in it is escaped."""
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("watcher", "templates/mail"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")


@cache
def _inliner() -> CSSInliner:
    """Puts the style sheet into the elements: Outlook and Gmail's app read no other; nothing is loaded."""
    return CSSInliner(load_remote_stylesheets=False)


# Moments, names and quotes in the words of a mail.

LONGEST_QUOTE = 420
"""Longest quote in characters; the whole stands behind its link and in the store."""


def moment(at: datetime, zone: tzinfo) -> str:
    """A moment in the reader's time: 13 January 2026, 09:12 UTC."""
    local = at.astimezone(zone)
    return f"{day_text(local)}, {local:%H:%M %Z}"


def when(at: datetime, zone: tzinfo) -> str:
    """When something happened, as far as its source tells: a day where it names a day, else a moment."""
    return day_text(at) if is_date_only(at) else moment(at, zone)


def day_of(at: datetime, zone: tzinfo) -> str:
    """The day of a moment, as the reader's calendar has it: 13 January 2026."""
    return day_text(at.astimezone(zone))


def day_of_event(at: datetime, zone: tzinfo) -> str:
    """The day on which something happened: the one that its source names, else that of the reader's calendar."""
    return day_text(at) if is_date_only(at) else day_of(at, zone)


def several(names: list[str]) -> str:
    """Names as a sentence has them: a, b and c."""
    *most, last = names or [""]
    return f"{', '.join(most)} and {last}" if most else last


def shortened(text: str, most: int) -> str:
    """The text on one line, without what its addresses must not show, cut after a whole word."""
    line = one_line(redact(text))
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def tally(details: Facts) -> str:
    """The votes as 60-40, where there are any."""
    found = re.fullmatch(r"\s*(\d+)\s*[-\u2013]\s*(\d+)\s*", str(details.get("tally") or ""))
    return f"{found[1]}-{found[2]}" if found else ""
