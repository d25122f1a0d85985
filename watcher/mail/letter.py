"""What a mail says, in words, before it is text or HTML: both parts are written from this one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cite:
    """The words that prove something, ready to be shown."""

    text: str
    link: str
    """http or https, else empty."""
    where: str
    """Who speaks and how: `govinfo.gov, official`."""
    when: str
    """When it was published and seen, and the beginning of the stored document's hash."""


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
    return (MailLine(f"and {many} more", "The page lists them all.", link),) if many > 0 else ()


@dataclass(frozen=True, slots=True)
class Letter:
    """The whole mail."""

    subject: str
    title: str
    deck: str
    """The sentence under the title, which a notification shows after the subject."""
    date: str
    items: tuple[MailItem, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: tuple[MailLine, ...] = ()
    tone: str = "calm"
    """Colour of its edge: how well the first news is supported, or that it is bad."""
    urgent: bool = False
    about: str = ""
    """Signal whose thread it belongs to, or the kind of letter."""
