"""Bytes to entries: one file a format, found by its name in the configuration."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from watcher.core.model import Outcome, Unreadable
from watcher.formats._text import clean, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from watcher.core.model import Document, Entry, Facts


class Format(Protocol):
    """What a file of this folder offers; it may also name its `OPTIONS`, each with a sentence."""

    def read(self, body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
        """The entries of a document. Raises Unreadable."""
        ...


@cache
def names() -> tuple[str, ...]:
    """The formats there are, in alphabetical order."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")))


def find(name: str) -> Format:
    """The format of this name. Raises KeyError for a name that no file here has."""
    if name not in names():
        raise KeyError(name)
    return cast("Format", importlib.import_module(f"{__name__}.{name}"))


def options(name: str) -> Mapping[str, str] | None:
    """The options a format understands, each with a sentence; None where it does not say. Raises KeyError."""
    return getattr(find(name), "OPTIONS", None)


def stamp_of(format_name: str, body: bytes) -> str:
    """When the publisher says that a document was last updated, as ISO 8601; "" where a format, or a document, does not say."""
    found: Callable[[bytes], str] | None = getattr(find(format_name), "stamp_of", None)
    return found(body) if found else ""


def read(document: Document, format_name: str, options: Facts) -> tuple[Entry, ...]:
    """The entries of a fetched document.

    Raises Unreadable for a document that cannot be trusted, also where a parser fails in a way of its own, and KeyError
    for an unknown format.
    """
    reader = find(format_name)
    try:
        found = reader.read(
            document.body, url=document.final_url or document.url, content_type=document.content_type, options=options
        )
        return tuple(map(_shown, found))
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"{format_name} failed: {type(error).__name__}: {str(error)[:200]}", Outcome.MALFORMED) from error


def _shown(entry: Entry) -> Entry:
    """The entry without what no reader should ever see, also where its format let it through."""
    named = (entry.key, entry.title, *(value for value in entry.facts.values() if isinstance(value, str)))
    if _is_shown(entry.text) and all(map(_is_shown, named)):
        return entry

    facts = {name: lines(value, len(value)) if isinstance(value, str) else value for name, value in entry.facts.items()}
    text = lines(entry.text, len(entry.text))
    return replace(entry, key=clean(entry.key), title=clean(entry.title), text=text, facts=facts)


def _is_shown(text: str) -> bool:
    """Whether a text holds nothing but printable characters and line ends."""
    return text.isprintable() or ("\n" in text and text.replace("\n", "").isprintable())
