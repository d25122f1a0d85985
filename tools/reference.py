"""Writes what is generated from the types: signals.schema.json and docs/signals-toml.md.

python -m tools.reference
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from watcher.config.jsonschema import build_schema, schema_text

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "signals.schema.json"
PAGE = ROOT / "docs" / "signals-toml.md"
INTRODUCTION = """# Reference of signals.toml

Every table and key, generated from the types that read the file (`make schema`); do not edit this page. Unknown keys are
mistakes. Durations are written `"90s"`, `"10m"`, `"6h"`, `"14d"`, `"1w"` or as a sum such as `"1d12h"`; moments as TOML dates and
times or as ISO 8601 texts, a day meaning its midnight in UTC; sizes `"15MB"` or `"512KiB"`. A list of one may be written as its
member. Where a value is needed it says so; everything else may be left out.
"""
TABLES = (
    ("Watch", "[watch]"),
    ("Fetch", "[fetch]"),
    ("Store", "[store]"),
    ("Web", "[web]"),
    ("Recipient", "[[recipient]]"),
    ("channel_smtp", "[smtp]"),
    ("channel_maildir", "[maildir]"),
    ("channel_webhook", "[webhook]"),
    ("channel_apprise", "[apprise]"),
    ("Signal", "[[signal]]"),
    ("Article", "[signal.article]"),
    ("Track", "[[signal.track]]"),
    ("Source", "[[signal.source]]"),
    ("Expect", "[signal.source.expect]"),
    ("Follow", "[[signal.source.follow]]"),
    ("Headline", "[[signal.headline]]"),
    ("FigureSpec", "[[signal.figure]]"),
    ("DeclaredFact", "[[signal.known]]"),
    ("Date", "[[signal.date]]"),
    ("Term", "[[signal.term]]"),
    ("Example", "[[signal.example]]"),
    ("Ladder", "[ladder.NAME]"),
    ("Status", "[[ladder.NAME.status]]"),
    ("Rule", "[[ladder.NAME.rule]]"),
    ("Sentence", "says = { … }"),
    ("Flag", "[[ladder.NAME.flag]]"),
    ("Detail", "[[ladder.NAME.detail]]"),
    ("EventOutcome", "[[ladder.NAME.outcome]]"),
    ("Side", "[[ladder.NAME.side]]"),
    ("Tool", "[[stack]]"),
    ("Ground", "[[ground]]"),
)


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(page_text(), encoding="utf-8")


def page_text() -> str:
    """Give the page as it is shipped."""
    tables = build_schema()["$defs"]
    known = dict(TABLES)
    rest = [(name, f"[{name.removeprefix('channel_')}]") for name in tables if name.startswith("channel_") and name not in known]
    return INTRODUCTION + "".join(_section(written, tables[name]) for name, written in (*TABLES, *rest))


def _section(written: str, table: dict[str, Any]) -> str:
    needed = table.get("required", ())
    rows = [_row(key, each, needed=key in needed) for key, each in table["properties"].items()]
    head = "| key | value | default | what it is |\n|---|---|---|---|\n"
    return f"\n## `{written}`\n\n{' '.join(table.get('description', '').split())}\n\n{head}{''.join(rows)}"


def _row(key: str, each: dict[str, Any], *, needed: bool) -> str:
    default = "needed" if needed else f"`{_written(each['default'])}`" if "default" in each else ""
    words = each.get("description", "").replace("|", "\\|")
    return f"| `{key}` | {_kind(each)} | {default} | {words} |\n"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _kind(each: dict[str, Any]) -> str:
    """Say in words what may stand there."""
    if "enum" in each:
        return " \\| ".join(f"`{choice}`" for choice in each["enum"])
    if "$ref" in each:
        name = each["$ref"].rpartition("/")[2]
        return (
            "`official` \\| `partner` \\| `press` \\| `community` \\| `operator`"
            if name == "Tier"
            else f"table {dict(TABLES).get(name, name)}"
        )
    if "anyOf" in each:
        many = any(option.get("type") == "array" for option in each["anyOf"])
        return "one or several" if many else "text, number or truth"
    if each.get("type") == "array":
        return "tables" if "$ref" in each["items"] else "list"
    if each.get("examples"):
        return f"such as `{each['examples'][0]}`"
    return {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number", "object": "table"}.get(
        str(each.get("type")), ""
    )


if __name__ == "__main__":
    main()
