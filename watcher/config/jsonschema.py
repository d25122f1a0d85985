"""The JSON Schema of signals.toml, generated from the models that read it, and the configuration that `watcher init` writes."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import fields
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

import notifiers
from watcher.config import settings, tables
from watcher.config.moments import write_duration
from watcher.config.tables import CHANNEL, file_model, in_file, secrets_of
from watcher.core import model
from watcher.core.language.sentence import Sentence

# The JSON Schema of signals.toml, generated from the models that read it, so that editors complete and explain each key.

_SAYS = "Sentence"


class _AsWritten(GenerateJsonSchema):
    """Writes defaults as they would stand in the file, which knows no null, and no titles that repeat the key."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        return {**{key: value for key, value in written.items() if key != "default"}, **_default(written.get("default"))}

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - as its base has it
        return _plain(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - as its base has it
        return False


def schema_text() -> str:
    """Give the schema as it is shipped in signals.schema.json: nothing is required, since a file may be a part of the whole."""
    schema = build_schema()
    for table in (schema, *schema["$defs"].values()):
        table.pop("required", None)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def build_schema() -> dict[str, Any]:
    """Build the schema with a sentence and a default for each key."""
    schema = file_model(frozenset(notifiers.names())).model_json_schema(schema_generator=_AsWritten)
    tables = schema["$defs"]
    for name, table in tables.items():
        for key, words in _words(name).items():
            if key in table.get("properties", ()):
                table["properties"][key]["description"] = words
    for name in notifiers.names():
        for key in secrets_of(name):
            del tables[f"{CHANNEL}{name}"]["properties"][key]
    tables[_SAYS] = _says()
    says = tables["Rule"]["properties"]["says"]
    tables["Rule"]["properties"]["says"] = {"$ref": f"#/$defs/{_SAYS}", "description": says["description"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "signals.toml", **schema}


def _words(table: str) -> dict[str, str]:
    """What each key of a table means: said at the table, or else at the value of the core that it becomes."""
    if table.startswith(CHANNEL):
        said = _docstrings(notifiers.load(table.removeprefix(CHANNEL)).Settings)
        return {in_file(name): words for name, words in said.items()}
    homes = (getattr(module, table, None) for module in (model, tables, settings))
    return {name: words for home in homes if inspect.isclass(home) for name, words in _docstrings(home).items()}


def _says() -> dict[str, Any]:
    """The table `says`, which the sentence reader checks by itself; its keys are the fields of its value."""
    texts = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    kinds = {"bool": {"type": "boolean"}, "str": {"type": "string"}}
    words = _docstrings(Sentence)
    properties = {
        each.name: {**kinds.get(str(each.type), texts), "description": words[each.name], **_default(_plain(each.default))}
        for each in fields(Sentence)
    }
    return {"additionalProperties": False, "type": "object", "properties": properties, "description": Sentence.__doc__}


def _default(value: object) -> dict[str, object]:
    return {} if value in (None, "") else {"default": value}


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
            return write_duration(value)
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return [_plain(member) for member in value]
        case _:
            return value


# The configuration that `watcher init` writes.

SCHEMA = "signals.schema.json"


def starter_text() -> str:
    """A small working configuration."""
    return Path(__file__).with_name("starter.toml").read_text(encoding="utf-8")


def write_starter(path: Path, text: str = "") -> tuple[Path, ...]:
    """Write a small working configuration (or `text` in its place), and beside it the schema that editors complete it with.

    Gives what was written; a schema that is there is brought up to date. Raises FileExistsError for a configuration that is
    there, and OSError for a folder that cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text or starter_text())
    schema = path.with_name(SCHEMA)
    schema.write_text(schema_text(), encoding="utf-8")
    return path, schema
