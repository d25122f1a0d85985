"""The text of signals.toml, what it includes, and the environment, as tables whose every value is of the right kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, cast, get_args, get_origin

import tomli
from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

import notifiers
from watcher.config.errors import ConfigError, Diagnostic, one_of, show
from watcher.config.partial import MAX_BYTES
from watcher.config.secrets import read_secret
from watcher.config.settings import Fetch, Store, Watch, Web
from watcher.config.source_map import KEY, Part, Position, SourceMap, included, merge
from watcher.config.tables import SignalsFile, channel_fields, file_model, keys_of
from watcher.config.types import Table

# The environment over the file: WATCHER_TABLE_KEY, or the content of the file that WATCHER_TABLE_KEY_FILE names.

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


# The file and what it includes: read, merged, and every value checked for its kind.

_LONG_NUMBER = re.compile(r"\b0[xob][0-9A-Fa-f_]{1000}")
"""Python reads such a number, and then refuses to write it down."""
BOM = "\ufeff"
_NAMES = {"id", "track", "status", "flag", "review", "clears", "cancels", "details", "format", "channel"}
"""Without a value of one of these keys the rest means something else: it is not looked at further."""
_EXPECTED = (
    ("invalid value", 'a value behind "=": a text in "quotes", a number, true or false, a date, or a [list]'),
    ("cannot overwrite a value", "each key and table once; this one was given above, with another meaning"),
    ("cannot declare", "this table once; where there are several of the kind, each begins with [[double brackets]]"),
    ("cannot mutate", "each key and table once; this one was given above, and is closed there"),
    ("expected ']", "the name of a table between brackets, such as [watch] or [[signal]]"),
    ("expected '='", 'a line such as key = "value"'),
    ("expected newline", 'nothing more on this line: one key = "value" a line; a comment begins with #'),
    ("invalid statement", 'a line such as key = "value", or a table such as [watch]'),
    ("unclosed array", 'a list whose values stand between commas, with a "]" at its end'),
    ("unclosed inline table", 'a "}" at the end of the table that begins with "{"'),
    ("invalid initial character for a key", 'a key of letters, digits, _ and -, or one in "quotes"'),
    ("illegal character '\\n'", "the quote that ends this text on its own line; a text of several lines stands in three quotes"),
    ("unterminated string", "the quotes that end the text which was begun"),
    ("expected \"'", "the quote that ends the text which was begun"),
    ("invalid hex", "a backslash written twice (\\\\), or the text in 'single quotes', where it stands for itself"),
    ("unescaped", "a backslash written twice (\\\\), or the text in 'single quotes', where it stands for itself"),
)
"""What tomli found wrong, by how its words begin, and what was expected, for a person who does not know TOML."""


def read_file(path: Path, env: Mapping[str, str]) -> tuple[SignalsFile, SourceMap]:
    """Read and check the kinds of all values; where some are wrong, and noted, the tables are without them.

    Raises ConfigError where nothing more can be said of the rest.
    """
    tables, parts = read_tables(path)
    overridden = override(tables, env)
    places = SourceMap(parts, tables, overridden)
    model = file_model(frozenset(name for name in tables if name in notifiers.names()))
    try:
        return model.model_validate(tables), places
    except ValidationError as error:
        report_all(error, places, model)
        return _rest(error, places, model), places


def _rest(error: ValidationError, places: SourceMap, model: type[SignalsFile]) -> SignalsFile:
    """The tables without the values that are wrong: other mistakes in them are told at once. Raises ConfigError."""
    tables = deepcopy(dict(places.tables))
    try:
        for each in error.errors(include_url=False):
            _drop(tables, () if each["type"] == "missing" else places.existing(each["loc"]))
        return model.model_validate(tables)
    except (LookupError, TypeError, ValidationError):
        raise ConfigError(*places.mistakes) from None


def _drop(tables: dict[str, Any], place: Position) -> None:
    """Take out a wrong value, a list whole: the places of its other members must not move. Raises LookupError."""
    while place and not isinstance(place[-1], str):
        place = place[:-1]
    if not place or place[-1] in _NAMES:
        raise LookupError(place)
    inner: Any = tables
    for part in place[:-1]:
        inner = inner[part]
    inner.pop(place[-1], None)  # several kinds were tried, and each gave an error


def read_tables(path: Path) -> tuple[dict[str, Any], list[Part]]:
    """Read a file and what it includes as one set of unchecked tables, and each file alone. Raises ConfigError."""
    first = _part(path)
    parts = [first, *(_included(each) for each in included(path, first.tables))]
    return merge(parts), parts


def _part(path: Path) -> Part:
    text, tables = _text(path), None
    try:
        tables = None if _LONG_NUMBER.search(text) else tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(_broken(path, text, error)) from None
    except (ValueError, RecursionError):  # neither is a mistake in TOML itself
        pass
    if tables is None:
        found = "a number of thousands of digits, or brackets in brackets without end"
        raise ConfigError(Diagnostic(str(path), 0, "", "", found, "values that a person could read"))
    return Part(str(path), text, tables)


def _included(path: Path) -> Part:
    part = _part(path)
    if KEY in part.tables:
        raise ConfigError(
            Diagnostic(str(path), 1, "", KEY, show(part.tables[KEY]), "no include in a file that is included itself")
        )
    return part


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # a device has no size
        if len(data) > MAX_BYTES:
            raise ConfigError(Diagnostic(str(path), 0, "", "", "a file of more than 50 MB", "a shorter one"))
        text = data.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(Diagnostic(str(path), line, "", "", "bytes that are no UTF-8", "a text in UTF-8")) from None
    except OSError as error:
        reason = f"no file to read ({error.strerror})"
        raise ConfigError(Diagnostic(str(path), 0, "", "", reason, "a file; `watcher init` writes one")) from None
    if text.startswith(BOM):
        found = "a byte order mark (BOM) before the first character"
        raise ConfigError(Diagnostic(str(path), 1, "", "", found, "a text without one: save it as UTF-8 without BOM"))
    return text


def _broken(path: Path, text: str, error: tomli.TOMLDecodeError) -> Diagnostic:
    """Say where the text stops being TOML."""
    reason, _, place = str(error).rpartition(" (at ")
    line = int(found[1]) if (found := re.search(r"line (\d+)", place)) else text.count("\n") + 1
    lines = text.split("\n")
    shown = show(lines[line - 1].strip()) if line <= len(lines) and lines[line - 1].strip() else "the end of the text"
    return Diagnostic(str(path), line, "", "", shown, _expected_of(reason or str(error)))


def _expected_of(reason: str) -> str:
    """What would be right, for a reason as tomli gives it; the reason itself where no words are known for it."""
    low = reason.lower()
    words = next((words for start, words in _EXPECTED if low.startswith(start)), "")
    return f"{words} (TOML 1.0)" if words else f"TOML 1.0 ({low[:1]}{reason[1:]})"


_WANTED = {
    "string_type": "a text in quotes",
    "string_too_short": "a text that is not empty",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list, [[in double brackets]] where its members are tables",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "string_pattern_mismatch": "a name of small letters, digits, _ and - such as hr2683",
}
_SCALARS = {"string_type", "bool_type", "int_type"}


def report_all(error: ValidationError, places: SourceMap, root: type[SignalsFile]) -> None:
    """Note each of pydantic's errors once; where a value could be of several kinds, say what it could be."""
    seen: dict[Position, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False):
        missing = each["type"] == "missing"
        place = (*places.existing(each["loc"][:-1]), each["loc"][-1]) if missing else places.existing(each["loc"])
        seen.setdefault(place, []).append(each)
    for place, errors in seen.items():
        found, expected = _words(place, errors, places, root)
        places.note(place, found, expected)


def _words(place: Position, errors: list[ErrorDetails], places: SourceMap, root: type[SignalsFile]) -> tuple[str, str]:
    first = errors[0]
    if first["type"] == "extra_forbidden":
        table = _table(root, place[:-1])
        return f'the key "{place[-1]}"', table.EARLIER.get(str(place[-1])) or one_of(place[-1], keys_of(table))
    if first["type"] == "missing":
        return "nothing", "a value, which has no default"
    if {each["type"] for each in errors} >= _SCALARS:
        return show(places.value(place)), "a text, a number, true or false"
    return show(places.value(place)), " or ".join(dict.fromkeys(_expected(each) for each in errors))


def _expected(error: ErrorDetails) -> str:
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"])
        case "enum" | "literal_error":
            return one_of(error["input"], re.findall(r"'([^']*)'", str(error["ctx"]["expected"])))
        case kind:
            return _WANTED.get(kind, error["msg"].removeprefix("Input should be ").lower())


def _table(root: type[SignalsFile], place: Position) -> type[Table]:
    """What the table at a place is."""
    kind: Any = root
    for part in place:
        if get_origin(kind) in {list, dict}:
            kind = get_args(kind)[-1]
        else:
            kind = next(each.annotation for name, each in kind.model_fields.items() if part == (each.alias or name))
            kind = next((each for each in get_args(kind) if type(None) in get_args(kind)), kind)
    return cast(type[Table], kind)
