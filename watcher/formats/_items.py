"""What any kind of feed says of one item, before it is cleaned."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """The raw strings of one item; markup, dates and addresses as the publisher wrote them."""

    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    updated: str = ""
    categories: tuple[str, ...] = ()
