"""Plain text: the whole document as one entry, or one entry for each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._markup import decode, looks_like_page, refuse_page, refuse_xml
from watcher.formats._text import MAX_TITLE, beginning, clean, lines, number_doubles
from watcher.formats._values import absolute, flag, number, word, words

if TYPE_CHECKING:
    from watcher.core.model import Facts

OPTIONS = {
    "items": '"lines": every line is an entry of its own',
    "contains": "words that the document must hold (all of them), else it is not the document we mean",
    "max_items": "how many lines are kept, the first ones (default 2000)",
    "may_be_empty": "true: a document without text is trustworthy",
}
MAX_ITEMS = 2_000
KEY = "page"
_MAX_TEXT = 200_000


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """The text as one entry titled with its first line, or an entry a line, named by its first words.

    Raises Unreadable: EMPTY without text, BLOCKED for a human check, MALFORMED for a web page or another document.
    """
    text = "" if not body.strip() and flag(options, "may_be_empty") else decode(body, content_type)
    if looks_like_page(text):
        refuse_page(text)
    refuse_xml(text)
    for needed in words(options, "contains"):
        if needed not in text:
            raise Unreadable(f"the document does not hold {needed!r}")
    plain = lines(text, _MAX_TEXT)
    if not plain:
        if flag(options, "may_be_empty"):
            return ()
        raise Unreadable("the document has no text", Outcome.EMPTY)
    link, all_lines = absolute(url, url), plain.split("\n")
    if word(options, "items") != "lines":
        return (Entry(KEY, clean(all_lines[0], MAX_TITLE), plain, link),)
    kept = all_lines[: number(options, "max_items", MAX_ITEMS)]
    keys = number_doubles([beginning(line, 12) or clean(line, 100) for line in kept])
    return tuple(Entry(key, clean(line, MAX_TITLE), line, link) for key, line in zip(keys, kept, strict=True))
