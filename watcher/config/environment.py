"""The environment over the file: WATCHER_TABLE_KEY, or the content of the file that WATCHER_TABLE_KEY_FILE names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_origin

from pydantic import create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

import notifiers
from watcher.config.errors import ConfigError, Diagnostic, show
from watcher.config.file_model import channel_fields, keys_of
from watcher.config.line_numbers import Position
from watcher.config.secrets import read_secret
from watcher.config.settings import Fetch, Store, Watch, Web

_PREFIX = "WATCHER_"


class Environment(BaseSettings):
    """The tables that the environment may set; those of the channels are added as they are named there."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_prefix_target="all", env_nested_delimiter="_", env_nested_max_split=1, strict=True
    )
    watch: Watch
    fetch: Fetch
    store: Store
    web: Web


class _Variables(EnvSettingsSource):
    """What variables say; a list is written with commas."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - as its base has it
        """Read a list."""
        if get_origin(field.annotation) is tuple:
            return [part.strip() for part in value.split(",") if part.strip()]
        return super().decode_complex_value(field_name, field, value)


def override(tables: dict[str, Any], env: Mapping[str, str]) -> dict[Position, str]:
    """Put the environment's values over those of the settings' and the channels' tables.

    A text that cannot be read as the kind that is wanted stays one, for the check to refuse. Gives the places that it took
    with the names in the environment. Raises ConfigError for a file that cannot be read.
    """
    model = _model(env)
    places = _places(model)
    given: dict[str, str] = {}
    for name, place in places.items():
        value = _value(name, place, env)
        if value is not None and isinstance(tables.setdefault(place[0], {}), dict):
            given[name] = value
    source = _Variables(model)
    source.env_vars = {name.lower(): value or " " for name, value in given.items()}  # of nothing it would make no list
    read = source()
    for name, text in given.items():
        table, key = places[name]
        value = read[table][key]
        tables[table][key] = value if isinstance(value, bool | int | list) else text  # a duration is read as in the file
    return {places[name]: name for name in given}


def _model(env: Mapping[str, str]) -> type[Environment]:
    named = {name for name in notifiers.names() if any(each.startswith(f"{_PREFIX}{name.upper()}_") for each in env)}
    return create_model("Environment", __base__=Environment, **channel_fields(frozenset(named))) if named else Environment


def _places(model: type[Environment]) -> dict[str, tuple[str, str]]:
    """The table and the key of each variable that is one of ours."""
    tables: dict[str, Any] = {each.alias or name: each.annotation for name, each in model.model_fields.items()}
    return {f"{_PREFIX}{name}_{key}".upper(): (name, key) for name, table in tables.items() for key in keys_of(table)}


def _value(name: str, place: tuple[str, str], env: Mapping[str, str]) -> str | None:
    try:
        return read_secret(name, env)
    except ValueError as error:
        found = show(env.get(f"{name}_FILE"))
        raise ConfigError(Diagnostic(f"{name}_FILE", 0, f"[{place[0]}]", place[1], found, str(error))) from None
