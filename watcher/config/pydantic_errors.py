"""What pydantic found wrong, in the words of the file."""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from watcher.config.errors import one_of, show
from watcher.config.file_model import SignalsFile, keys_of
from watcher.config.line_numbers import Position
from watcher.config.source_map import SourceMap

_EXPECTED = {
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
        return f'the key "{place[-1]}"', one_of(place[-1], _keys(root, place[:-1]))
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
            return _EXPECTED.get(kind, error["msg"].removeprefix("Input should be ").lower())


def _keys(root: type[SignalsFile], place: Position) -> list[str]:
    """The keys that the table at a place may have."""
    kind: Any = root
    for part in place:
        if get_origin(kind) in {list, dict}:
            kind = get_args(kind)[-1]
        else:
            kind = next(each.annotation for name, each in kind.model_fields.items() if part == (each.alias or name))
            kind = next((each for each in get_args(kind) if type(None) in get_args(kind)), kind)
    return keys_of(kind)
