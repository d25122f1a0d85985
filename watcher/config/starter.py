"""The configuration that `watcher init` writes."""

from __future__ import annotations

from pathlib import Path

from watcher.config.jsonschema import schema_text

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
