"""PDF documents: their text, page by page."""

from __future__ import annotations

import io
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import FIRST_YEAR, LAST_YEAR
from watcher.formats._markup import decode, looks_like_page, refuse_page
from watcher.formats._text import clean, lines
from watcher.formats._values import absolute, number

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.core.model import Facts, Scalar

OPTIONS = {"max_pages": "how many pages are read, the first ones (default 80)"}
MAX_PAGES = 80
KEY = "page"
_MAX_TEXT = 400_000


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """One entry with the title and text of the document, dated by its own note of when it was made.

    Facts: `pages`, `created` (ISO 8601). A document without text (scanned) has an empty text. Raises Unreadable: EMPTY,
    BLOCKED for a human check, MALFORMED for what is no readable PDF or asks for a password.
    """
    if b"%PDF-" not in body[:1_024]:
        _refuse(body, content_type)

    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        _refuse_encrypted(reader)
        pages = len(reader.pages)
        text = _text(reader, min(pages, number(options, "max_pages", MAX_PAGES)))
        title, created = _about(reader)
    except Unreadable:
        raise
    except Exception as error:  # whatever pypdf raises on a broken file is that file's failure alone
        raise Unreadable(f"the PDF is broken: {type(error).__name__}") from error
    facts: dict[str, Scalar | tuple[Scalar, ...]] = {"pages": pages}
    if created is not None:
        facts["created"] = created.isoformat()
    return (Entry(KEY, title or clean(text.partition("\n")[0], 300), text, absolute(url, url), created, facts),)


def _refuse(body: bytes, content_type: str) -> None:
    """Say what came in place of a PDF."""
    text = decode(body, content_type)
    if looks_like_page(text):
        refuse_page(text)
    raise Unreadable("the document is no PDF", Outcome.MALFORMED)


def _refuse_encrypted(reader: Any) -> None:  # noqa: ANN401 - the library is loaded late
    """Raises Unreadable for a document that asks for a password; many are encrypted against changes alone."""
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("the PDF asks for a password")


def _unwrap(text: str) -> str:
    """Lines that a page's width broke, joined again: a sentence must stand in one line to be read as one."""
    return re.sub(
        r"(?<=[\w,;)%\]\u2019'\"-]) *\n(?=[a-z0-9(])", lambda broken: "" if text[broken.start() - 1] == "-" else " ", text
    )


def _text(reader: Any, pages: int) -> str:  # noqa: ANN401 - the library is loaded late
    """The text of the first pages, bounded."""
    parts: list[str] = []
    length = 0
    for number_of_page in range(pages):
        part = _unwrap(lines(reader.pages[number_of_page].extract_text() or "", _MAX_TEXT))
        length += len(part)
        parts.append(part)
        if length > _MAX_TEXT:
            break
    return "\n".join(filter(None, parts))[:_MAX_TEXT]


def _about(reader: Any) -> tuple[str, datetime | None]:  # noqa: ANN401 - the library is loaded late
    """Title and date from the document's own information; what is broken in it is left out."""
    try:
        about = reader.metadata
        title, created = (clean(str(about.title or ""), 300), about.creation_date) if about is not None else ("", None)
    except (ValueError, TypeError, AttributeError, KeyError):
        return "", None
    if created is None or created.tzinfo is None or not FIRST_YEAR < created.year < LAST_YEAR:
        return title, None
    return title, created.astimezone(UTC)
