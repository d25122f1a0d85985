"""Fills a ladder's `$name` placeholders with what a track binds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_NAME = re.compile(r"\$([a-z][a-z0-9_]*)")


def placeholders(value: Any) -> set[str]:  # noqa: ANN401 - anything that TOML can hold
    """The names that stand anywhere in a value."""
    return {name for text in _texts(value) for name in _NAME.findall(text)}


def fill(value: Any, bind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - anything that TOML can hold
    """Put the bound values in.

    A text that is nothing but `$name` becomes the bound value itself, and a bound list inside a list its members; a name
    inside a longer text becomes text. Names that nothing binds stay as they are.
    """
    if isinstance(value, str):
        whole = _NAME.fullmatch(value)
        if whole and whole[1] in bind:
            return bind[whole[1]]
        return _NAME.sub(lambda found: _text(bind.get(found[1], found[0])), value) if "$" in value else value
    if isinstance(value, dict):
        return {key: fill(member, bind) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_members(value, bind))
    return value


def _members(value: Any, bind: Mapping[str, Any]) -> Iterator[Any]:  # noqa: ANN401 - anything that TOML can hold
    for member in value:
        filled = fill(member, bind)
        if isinstance(member, str) and isinstance(filled, list | tuple):
            yield from filled
        else:
            yield filled


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - anything that TOML can hold
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)
