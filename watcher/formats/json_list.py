"""A list inside a JSON answer: one entry for each element, its fields found by their paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import read_date, read_epoch, zone_named
from watcher.formats._text import beginning, clean, number_doubles, paragraphs, plain_title
from watcher.formats._values import absolute, flag, number, open_json, word, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, tzinfo

    from watcher.core.model import Facts, Scalar

OPTIONS = {
    "list": 'path of the list, such as "results" or "data.hits" (default: all); a mapping gives its values, each with "@key"',
    "key": 'field that names an element (default "id"); several may be given',
    "title": 'field of the title (default "title"); here and below, text with {field} in it is filled in',
    "text": 'field or fields of the text (default "text")',
    "link": 'field of the link (default "url"), or a template such as "https://example.org/item/{id}"',
    "link_else": "the same, where the first gives no link",
    "published": 'field of the date (default "published")',
    "facts": 'fields kept as facts: "name" or "name=path"',
    "timezone": "IANA zone of dates without one (default UTC)",
    "max_items": "how many elements are kept, the first ones (default 1000)",
    "may_be_empty": "true: a list without elements is trustworthy",
}
MAX_ITEMS = 1_000
_FIELD = re.compile(r"\{([^{}]{1,100})\}")
_MAX_FACT = 500


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """One entry for each element of the list. Facts: `date_raw` and those asked for.

    Raises Unreadable: EMPTY for an empty list, BLOCKED for a human check, MALFORMED for other JSON than the one meant.
    """
    found = _at(open_json(body, content_type), word(options, "list"))
    elements = _elements(found)
    if elements is None:
        raise Unreadable(f"there is no list at {word(options, 'list') or 'the top'!r}")
    if not elements and not flag(options, "may_be_empty"):
        raise Unreadable("the list is empty", Outcome.EMPTY)
    read_one = _reader(url, zone_named(word(options, "timezone")), options)
    entries = [read_one(element) for element in elements[: number(options, "max_items", MAX_ITEMS)]]
    if elements and not any(entry.key for entry in entries):
        raise Unreadable(f"no element has the field {' or '.join(words(options, 'key', ('id',)))}")
    named = [entry for entry in entries if entry.key]
    keys = number_doubles([entry.key for entry in named])
    return tuple(
        Entry(key, entry.title, entry.text, entry.link, entry.published, entry.facts)
        for key, entry in zip(keys, named, strict=True)
    )


def _elements(found: object) -> list[dict[str, Any]] | None:
    """The elements as mappings; None where there is no list."""
    if isinstance(found, dict):
        return [{"@key": key, **(value if isinstance(value, dict) else {"@value": value})} for key, value in found.items()]
    if isinstance(found, list):
        return [value if isinstance(value, dict) else {"@value": value} for value in found]
    return None


def _reader(url: str, zone: tzinfo, options: Facts) -> Callable[[dict[str, Any]], Entry]:
    """A function from an element to its entry, with the paths read once."""
    keys, texts = words(options, "key", ("id",)), words(options, "text", ("text",))
    title, published = word(options, "title", "title"), word(options, "published", "published")
    links = [path for path in (word(options, "link", "url"), word(options, "link_else")) if path]
    facts = [
        (name.strip(), path.strip() or name.strip())
        for name, _, path in (fact.partition("=") for fact in words(options, "facts"))
    ]

    def read_one(element: dict[str, Any]) -> Entry:
        raw = _at(element, published)
        text = "\n".join(filter(None, (paragraphs(_string(element, path)) for path in texts)))
        kept: dict[str, Scalar | tuple[Scalar, ...]] = {name: _fact(_at(element, path)) for name, path in facts}
        if raw not in (None, ""):
            kept["date_raw"] = clean(str(raw), 100)
        return Entry(
            key=clean(" ".join(filter(None, (_string(element, path) for path in keys))), 300),
            title=plain_title(_string(element, title)) or beginning(text, 12).replace("-", " "),
            text=text,
            link=next(filter(None, (absolute(_string(element, path), url) for path in links)), ""),
            published=_moment(raw, zone),
            facts={name: value for name, value in kept.items() if value not in (None, "", ())},
        )

    return read_one


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 - JSON is anything
    """What lies at a path of names and numbers ("agencies.0.slug"); "*" goes through all of a list. None where nothing does."""
    steps = [step for step in path.split(".") if step]
    for place, step in enumerate(steps):
        if step == "*" and isinstance(value, list):
            return [_at(item, ".".join(steps[place + 1 :])) for item in value[:MAX_ITEMS]]
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.lstrip("-").isdecimal() and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _string(element: dict[str, Any], path: str) -> str:
    """A field as text; a template filled in, empty where one of its fields is."""
    if "{" in path:
        fields = {name: _string(element, name) for name in _FIELD.findall(path)}
        return _FIELD.sub(lambda found: fields[found.group(1)], path) if all(fields.values()) else ""
    value = _at(element, path) if path else None
    if isinstance(value, list):
        return ", ".join(_scalars(value))
    return str(value) if isinstance(value, str | int | float) else ""


def _scalars(values: list[Any]) -> Iterator[str]:
    return (str(value) for value in values[:MAX_ITEMS] if isinstance(value, str | int | float))


def _fact(value: object) -> Scalar | tuple[Scalar, ...]:
    """A value as a fact: text cleaned and bounded, lists of plain values as tuples, anything deeper left out."""
    if isinstance(value, str):
        return clean(value, _MAX_FACT)
    if isinstance(value, list):
        return tuple(clean(item, _MAX_FACT) for item in _scalars(value))
    return value if isinstance(value, bool | int | float) else None


def _moment(raw: object, zone: tzinfo) -> datetime | None:
    """Text or seconds since 1970 as a moment."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return read_epoch(raw)
    return read_date(raw, zone) if isinstance(raw, str) else None
