"""The whole of signals.toml, with the tables of the channels, whose keys their own files in `notifiers` say."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, get_type_hints

from pydantic import Field, create_model

import notifiers
from watcher.config.settings import Fetch, Ground, Recipient, Store, Tool, Watch, Web
from watcher.config.signal_tables import Ladder, Signal
from watcher.config.types import Duration, Filled, Id, Moment, Several, Table

CHANNEL = "channel_"
"""What the name of a channel's model begins with."""
_KINDS: dict[Any, Any] = {str: str, bool: bool, int: int, timedelta: Duration, datetime: Moment}
"""How a channel's setting is written; settings of another type are tools of the program, and no keys."""


class SignalsFile(Table):
    """What is watched, how it is decided, and who is told."""

    include: Several[Filled] = ()
    watch: Watch = Field(default_factory=Watch)
    fetch: Fetch = Field(default_factory=Fetch)
    store: Store = Field(default_factory=Store)
    web: Web = Field(default_factory=Web)
    recipient: list[Recipient] = Field(default_factory=list)
    ladder: dict[Id, Ladder] = Field(default_factory=dict)
    signal: list[Signal]
    stack: list[Tool] = Field(default_factory=list)
    ground: list[Ground] = Field(default_factory=list)

    @property
    def channels(self) -> dict[str, dict[str, object]]:
        """What the tables of the channels give, each by its keys."""
        given = [name for name in type(self).model_fields if name.startswith(CHANNEL) and name in self.model_fields_set]
        return {name.removeprefix(CHANNEL): getattr(self, name).model_dump(by_alias=True, exclude_unset=True) for name in given}


@cache
def file_model(channels: frozenset[str]) -> type[SignalsFile]:
    """The model of a file that has tables for these channels."""
    return create_model("signals.toml", __base__=SignalsFile, __doc__=SignalsFile.__doc__, **channel_fields(channels))


def channel_fields(channels: frozenset[str]) -> dict[str, Any]:
    """The fields of these channels for a model, each read under the channel's own name."""
    tables = {name: channel_table(name) for name in sorted(channels)}
    return {f"{CHANNEL}{name}": (table, Field(default_factory=table, alias=name)) for name, table in tables.items()}


@cache
def channel_table(name: str) -> type[Table]:
    """The table of a channel: those of its notifier's settings that a person can write down; all may be left out.

    Fields have names of their own, for a key may be called as a method of pydantic's is.
    """
    kind = notifiers.load(name).Settings
    hints = get_type_hints(kind)
    keys: dict[str, Any] = {
        f"key_{each.name}": (
            _KINDS[hints[each.name]],
            Field(default=None if each.default is MISSING else each.default, alias=in_file(each.name)),
        )
        for each in fields(kind)
        if hints[each.name] in _KINDS
    }
    return create_model(f"{CHANNEL}{name}", __base__=Table, __doc__=kind.__doc__, **keys)


def keys_of(table: type[Table]) -> list[str]:
    """The keys of a table, as they are written in the file."""
    return [each.alias or name for name, each in table.model_fields.items()]


def secrets_of(name: str) -> tuple[str, ...]:
    """Give the keys of a channel that only the environment may set: the fields that its notifier never shows."""
    return tuple(in_file(each.name) for each in fields(notifiers.load(name).Settings) if not each.repr)


def in_file(name: str) -> str:
    """Give the key of a channel's field: `from`, which Python keeps for itself, is `sender` there."""
    return "from" if name == "sender" else name
