"""The environment over the file: WATCHER_TABLE_KEY, or the content of the file that WATCHER_TABLE_KEY_FILE names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_origin, get_type_hints

import notifiers
from watcher.config.errors import ConfigError, Diagnostic, show
from watcher.config.line_numbers import Position
from watcher.config.schema import SETTINGS, channel_table, table
from watcher.config.secrets import read_secret

PREFIX = "WATCHER_"


def override(tables: dict[str, Any], env: Mapping[str, str]) -> dict[Position, str]:
    """Put the environment's values over those of the settings' and the channels' tables.

    Gives the places that it took with the names in the environment. Raises ConfigError for a file that cannot be read.
    """
    taken: dict[Position, str] = {}
    for name, key, kind in _settable({name.removesuffix("_FILE") for name in env if name.startswith(PREFIX)}):
        variable = f"{PREFIX}{name}_{key}".upper()
        try:
            value = read_secret(variable, env)
        except ValueError as error:
            found = show(env.get(f"{variable}_FILE"))
            raise ConfigError(Diagnostic(f"{variable}_FILE", 0, f"[{name}]", key, found, str(error))) from None
        if value is not None and isinstance(tables.setdefault(name, {}), dict):
            tables[name][key] = _typed(value, kind)
            taken[name, key] = variable
    return taken


def _settable(names: set[str]) -> Iterator[tuple[str, str, Any]]:
    """The table, key and kind of each name that is one of ours."""
    for name in (*SETTINGS, *notifiers.names()):
        wanted = {variable for variable in names if variable.startswith(f"{PREFIX}{name.upper()}_")}
        if wanted:
            kinds = get_type_hints(table(SETTINGS[name]) if name in SETTINGS else channel_table(name))
            yield from ((name, key, kind) for key, kind in kinds.items() if f"{PREFIX}{name}_{key}".upper() in wanted)


def _typed(value: str, kind: Any) -> object:  # noqa: ANN401 - a type
    """Read a variable's text as the kind that is wanted; one that cannot be is left for the check to refuse."""
    if get_origin(kind) is tuple:
        return [part.strip() for part in value.split(",") if part.strip()]
    if kind is bool and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return int(value) if kind is int and value.isdecimal() else value
