"""Documents of the Federal Register from its JSON API (api/v1/documents.json)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watcher.core.bills.record import midnight
from watcher.core.model import Entry, Facts, Scalar, Unreadable
from watcher.formats._text import paragraphs, plain_title
from watcher.formats._values import open_object, words

OPTIONS = {"phrases": "Words that a document's title, abstract or excerpt must hold for its fact has_all."}
KINDS = {"rule": "rule", "proposed rule": "proposed_rule", "notice": "notice", "presidential document": "presidential"}


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """Entries of one answer: title, abstract and excerpt, and the facts step "document", kind, number, agencies.

    The marks on words that were searched for are left out. `options["phrases"]` are words that a text must have (one string
    or several); their presence is the fact `has_all`. An answer that counts no documents is an honest empty list. Raises
    Unreadable for anything else without a list.
    """
    data = open_object(body, content_type, url)
    results = data.get("results")
    if results is None and data.get("count") == 0:
        return ()
    if not isinstance(results, list):
        raise Unreadable(f"no list of documents: {url}")
    phrases = tuple(phrase.lower() for phrase in words(options, "phrases"))
    return tuple(_entry(item, phrases) for item in results if isinstance(item, Mapping) and item.get("document_number"))


def _entry(item: Mapping[str, Any], phrases: tuple[str, ...]) -> Entry:
    date = str(item.get("publication_date") or "")
    title = plain_title(str(item.get("title") or ""))
    text = "\n".join(paragraphs(str(item[name])) for name in ("abstract", "excerpts") if item.get(name))
    agencies = [agency.get("slug") for agency in item.get("agencies") or () if isinstance(agency, Mapping)]
    facts: dict[str, Scalar | tuple[Scalar, ...]] = {
        "step": "document",
        "kind": KINDS.get(str(item.get("type") or "").lower(), "other"),
        "document": str(item["document_number"]),
        "agencies": tuple(str(slug) for slug in agencies if slug),
        "date": date,
        "voice": "register",
        "has_all": "yes" if all(phrase in f"{title}\n{text}".lower() for phrase in phrases) else "no",
    }
    return Entry(f"fr/{item['document_number']}", title, text, str(item.get("html_url") or ""), midnight(date), facts)
