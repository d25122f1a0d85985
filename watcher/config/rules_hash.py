"""Names the rules under which a signal was decided, whatever the layout of the file that holds them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from watcher.core.model import Signal

_AS_IT_IS = frozenset({str, bool, int, float, type(None)})


def rules_hash(signal: Signal) -> str:
    """Give the SHA-256 of what decides for a signal: tracks and ladders, vocabulary, history, headlines and figures.

    Order matters where it decides (statuses, rules, headlines) and not where it does not (keys of a table).
    """
    decides = (signal.id, signal.tracks, signal.vocabulary, signal.known, signal.headlines, signal.figures)
    text = json.dumps(_plain(decides), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of the core
    """Give a value as JSON can hold it, so that equal values give equal texts."""
    if type(value) in _AS_IT_IS:  # nearly every value of a thousand rules
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return _leaf(value)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _leaf(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case re.Pattern():
            return value.pattern
        case str() | int() | float() | None:
            return value
        case _:
            raise TypeError(f"{type(value).__name__} has no place in what decides")
