"""Reading JSON with bounds: no huge numbers, no depth that breaks the reader, no page in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from watcher.core.model import Unreadable
from watcher.formats._markup import decode, looks_like_page, refuse_page


def open_json(body: bytes, content_type: str = "") -> Any:  # noqa: ANN401 - JSON is anything
    """The value of a JSON document. Raises Unreadable: EMPTY, BLOCKED for a human check, else MALFORMED."""
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    if looks_like_page(text):
        refuse_page(text)
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the document is no JSON: {type(error).__name__}") from error


def open_object(body: bytes, content_type: str, url: str) -> Mapping[str, Any]:
    """The same, of a document that is one object. Raises Unreadable."""
    data = open_json(body, content_type)
    if not isinstance(data, Mapping):
        raise Unreadable(f"JSON of another shape: {url}")
    return data


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
