"""What any kind of feed says of one item, before it is cleaned."""

from __future__ import annotations

from typing import NamedTuple


class RawItem(NamedTuple):
    """The raw strings of one item; markup, dates and addresses as the publisher wrote them."""

    id: str = ""
    link: str = ""
    title: str = ""
    texts: tuple[str, ...] = ()
    """What may be its text, as markup: the whole before summaries, its own words before those on a picture."""
    published: str = ""
    updated: str = ""
    categories: tuple[str, ...] = ()
    literal: bool = False
    """Whether the title is text, in which tags and entities mean nothing."""
    unique: bool = False
    """Whether the format says that an id names one item alone, so that the later of two is what holds."""


def as_markup(text: str) -> str:
    """Text in which tags and entities mean nothing, as markup that shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n\n", "<br>") if "<" in text or "&" in text else text
