"""The JSON Schema of signals.toml, generated from the same types, so that editors complete and explain each key."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import time, timedelta
from enum import Enum
from typing import Any

from pydantic import TypeAdapter

import notifiers
from watcher.config import settings
from watcher.config.defaults import EVERY, FORMAT
from watcher.config.schema import file_table, in_file, secrets_of
from watcher.core import model
from watcher.core.language.sentence import Sentence

_SAYS = "Sentence"
_VALUES: tuple[type, ...] = (
    *(settings.Watch, settings.Fetch, settings.Store, settings.Web, settings.Recipient, settings.Tool, settings.Example),
    *(
        model.Signal,
        model.Track,
        model.Source,
        model.Expect,
        model.Follow,
        model.Headline,
        model.FigureSpec,
        model.DeclaredFact,
        model.Date,
    ),
    *(model.Ladder, model.Status, model.Rule, model.Flag, Sentence),
)


def schema_text() -> str:
    """Give the schema as it is shipped in signals.schema.json: nothing is required, since a file may be a part of the whole."""
    schema = build_schema()
    for table in (schema, *schema["$defs"].values()):
        table.pop("required", None)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def build_schema() -> dict[str, Any]:
    """Build the schema with a sentence and a default for each key, taken from the values that the tables become."""
    schema = TypeAdapter(file_table(frozenset(notifiers.names()))).json_schema()
    tables = schema["$defs"]
    tables[_SAYS] = _says()
    tables["Rule"]["properties"]["says"] = {"$ref": f"#/$defs/{_SAYS}"}
    for name, of in _values():
        _explain(tables[name], of)
    tables["Source"]["properties"]["format"]["default"] = FORMAT
    tables["Source"]["properties"]["every"]["default"] = _plain(EVERY)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "signals.toml", **schema}


def _values() -> Iterator[tuple[str, type]]:
    """The value that each table becomes, by the name of the table."""
    yield from ((of.__name__, of) for of in _VALUES)
    yield from ((f"channel_{name}", notifiers.load(name).Settings) for name in notifiers.names())


def _explain(table: dict[str, Any], of: type) -> None:
    """Add to each key what the field's docstring says, and its default; take out what only the environment may set."""
    words = _docstrings(of)
    for each in fields(of):
        key = in_file(each.name) if of.__name__ == "Settings" else each.name
        if key not in table["properties"]:
            continue
        described = table["properties"][key]
        described.pop("title", None)
        if each.name in words:
            described["description"] = words[each.name]
        if each.default is not MISSING and (default := _plain(each.default)) not in (None, ""):
            described["default"] = default
    if of.__name__ == "Settings":
        for key in secrets_of(of.__module__.rpartition(".")[2]):
            del table["properties"][key]


def _says() -> dict[str, Any]:
    """The table `says`, which the sentence reader checks by itself; its keys are the fields of its value."""
    table: dict[str, Any] = TypeAdapter(Mapping[str, Any]).json_schema()
    texts = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    kinds = {"bool": {"type": "boolean"}, "str": {"type": "string"}}
    properties = {each.name: dict(kinds.get(str(each.type), texts)) for each in fields(Sentence)}
    return {**table, "additionalProperties": False, "properties": properties, "description": Sentence.__doc__}


def _docstrings(of: type) -> dict[str, str]:
    """The sentence under each field of a dataclass."""
    body = ast.parse(inspect.cleandoc(f"\n{inspect.getsource(of)}")).body[0]
    found: dict[str, str] = {}
    if isinstance(body, ast.ClassDef):
        for field, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
                found[field.target.id] = " ".join(str(ast.literal_eval(after.value)).split())
    return found


def _plain(value: object) -> object:
    """Write a default as it would stand in the file."""
    match value:
        case Enum():
            return value.value
        case timedelta():
            return _duration(value)
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return [_plain(member) for member in value]
        case _:
            return value


def _duration(value: timedelta) -> str:
    for seconds, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if value and not value.total_seconds() % seconds:
            return f"{int(value.total_seconds() // seconds)}{unit}"
    return f"{int(value.total_seconds())}s"
