"""Channels that carry a message, one file each, found by file name; they know messages, not signals."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from importlib import import_module
from typing import Any, Protocol, cast

from notifiers.message import Message, NotSent, Recipient

__all__ = ["Message", "NotSent", "Notifier", "Recipient", "load", "names", "settings"]


class Notifier(Protocol):
    """What a file of this folder offers."""

    Settings: type[Any]
    """A frozen dataclass: `metadata` names the environment variable of a secret or another key in the table."""

    async def send(self, message: Message, recipient: Recipient, settings: Any) -> None:  # noqa: ANN401 - each has its own
        """Hand the message over. Raises NotSent."""


def names() -> tuple[str, ...]:
    """The channels that there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg))


def load(name: str) -> Notifier:
    """The channel with this name. Raises ValueError for a name that is no file here."""
    if name not in names():
        raise ValueError(f"no channel {name!r}: there are {', '.join(names())}")
    return cast("Notifier", import_module(f"notifiers.{name}"))


def settings(name: str, table: Mapping[str, object], secret: Callable[[str], str | None], **tools: object) -> Any:  # noqa: ANN401 - each has its own
    """The settings of a channel from a configuration table, secrets by name, and tools such as `clock` and `guard`.

    Keys and tools that the channel does not know are left out. Raises ValueError for a missing or wrong value.
    """
    kind = load(name).Settings
    given = {each.name: _value(each, table, secret, tools) for each in fields(kind)}
    missing = [key for key, value in given.items() if value is MISSING]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return kind(**given)


def _value(
    each: Field[Any], table: Mapping[str, object], secret: Callable[[str], str | None], tools: Mapping[str, object]
) -> object:
    """What one field holds: the secret, the table's value, the tool, or its default."""
    if "secret" in each.metadata:
        return secret(each.metadata["secret"]) or each.default
    key = each.metadata.get("key", each.name)
    value = table.get(key, tools.get(each.name, each.default))
    if each.default is not MISSING and not callable(each.default) and not isinstance(value, type(each.default)):
        raise ValueError(f"{key} must be a {type(each.default).__name__}")
    return value
