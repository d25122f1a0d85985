"""Every key of `signals.toml` with values of every wrong kind: a mistake that is named, never an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from watcher.config.build import load
from watcher.config.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "signals.schema.json").read_text("utf-8"))
WRONG = ("[]", "[[]]", "{}", "{a = [{}]}", "nan", "-99999999999999999999", '"\\u0000"', "0001-01-01", "23:59:60", "true")
LIST, ANY = "[]", "any"


def keys(node: dict[str, Any], path: tuple[str, ...] = (), seen: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a value may stand; `[]` behind what is a list of tables."""
    if name := node.get("$ref", ""):
        if name not in seen:
            yield from keys(SCHEMA["$defs"][name.rpartition("/")[2]], path, (*seen, name))
        return
    for each in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        yield from keys(each, path, seen)
    for key, value in node.get("properties", {}).items():
        yield (*path, key)
        yield from keys(value, (*path, key), seen)
    if isinstance(more := node.get("additionalProperties"), dict):
        yield from keys(more, (*path, ANY), seen)
    if isinstance(more := node.get("items"), dict):
        yield from keys(more, (*path, LIST), seen)


def written(path: tuple[str, ...], value: str) -> str:
    """A file in which the key has the value."""
    *tables, last = path
    heads, name = list[str](), list[str]()
    for part in tables:
        if part == LIST:
            heads.append(f"[[{'.'.join(name)}]]")
        else:
            name.append(part)
    if name and (not heads or heads[-1] != f"[[{'.'.join(name)}]]"):
        heads.append(f"[{'.'.join(name)}]")
    return "\n".join((*heads, f"{last} = {value}\n"))


PATHS = sorted(set(keys(SCHEMA)))


def test_every_table_is_tried() -> None:
    assert len(PATHS) > 150
    assert {path[0] for path in PATHS} >= {"watch", "fetch", "store", "web", "signal", "ladder", "recipient", "smtp"}


@pytest.mark.parametrize("value", WRONG)
def test_a_value_of_a_wrong_kind_is_a_mistake_and_no_error_of_ours(tmp_path: Path, value: str) -> None:
    file = tmp_path / "signals.toml"
    for path in PATHS:
        file.write_text(written(path, value), "utf-8")
        with suppress(ConfigError):  # a list without anything in it is fine in some places
            load(file, {})


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31T23:59:59Z"])
def test_a_day_at_the_end_of_the_calendar_is_a_mistake_wherever_it_stands(tmp_path: Path, day: str) -> None:
    file, refused = tmp_path / "signals.toml", set[str]()
    for path in PATHS:
        file.write_text(written(path, day), "utf-8")
        try:
            load(file, {})
        except ConfigError as error:
            refused |= {path[-1]} if "between the years 1900 and 2199" in str(error) else set()
    assert refused >= {"at", "opened"}
