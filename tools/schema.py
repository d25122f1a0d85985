"""Write `watcher/store/schema.sql`: what the steps of the schema come to, for new databases."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from watcher.store.migrate import migrate
from watcher.store.open_database import connect
from watcher.store.revision import SCHEMA_REVISION
from watcher.store.sqlite import SCHEMA

HEADER = f"""\
-- The tables of a new embedded database, at step {SCHEMA_REVISION}: written by `python -m tools.schema`, never by hand.
-- The steps in migrations/ lead to the same, which a test shows.

"""


def written() -> str:
    """The statements, in the order in which the steps made them."""
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{folder}/steps.db", durable=False)
        with database.altering() as connection:
            migrate(connection, "of the steps")
        with database.reading() as reading:
            made = reading.rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        database.close()
    version = f"INSERT INTO alembic_version VALUES ('{SCHEMA_REVISION}')"  # noqa: S608 - our own word
    lines = ["\n".join(line.rstrip() for line in sql.strip().splitlines()) for (sql,) in made]
    return HEADER + ";\n\n".join([*lines, version]) + ";\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else SCHEMA
    target.write_text(written(), "utf-8")
