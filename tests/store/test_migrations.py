"""Schemas: the steps lead to the tables of today, and every earlier database can take them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import watcher.store.operator_tables  # noqa: F401 - fills the metadata
from tests.store.things import T0
from tools.schema import written
from watcher.store import Store
from watcher.store.migrate import SCHEMA_REVISION, configuration, version
from watcher.store.sqlite import SCHEMA

OLD = sorted((Path(__file__).parents[1] / "fixtures" / "store").glob("*.db.gz"))


def test_the_steps_lead_to_the_tables_of_today(store: Store) -> None:
    with store.changing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "compare_server_default": False})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_new_database_is_made_as_the_steps_would_make_it(file_store: Store) -> None:
    assert written() == SCHEMA.read_text("utf-8"), "run `python -m tools.schema`"
    with file_store.reading() as tx:
        made = tx.connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    assert [name for (name,) in made] == sorted([*SQLModel.metadata.tables, "alembic_version"])
    assert file_store.version() == SCHEMA_REVISION


def test_the_newest_step_is_the_one_that_the_program_knows(file_store: Store) -> None:
    with file_store.changing() as connection:
        script = ScriptDirectory.from_config(configuration(connection))
        assert script.get_current_head() == SCHEMA_REVISION
        assert version(connection) == SCHEMA_REVISION
        steps = [step.revision for step in script.walk_revisions()]
    assert steps == sorted(steps, reverse=True), "the numbers rise, so that a newer schema is known by its number"


def test_a_stored_database_of_every_earlier_schema_is_there() -> None:
    # 0001 alone was never published: the first release came with 0002.
    published = {f"{number:04}" for number in range(2, int(SCHEMA_REVISION) + 1)}
    assert {path.name.removesuffix(".db.gz") for path in OLD} == published


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.name)
def test_an_earlier_database_is_upgraded_with_everything_in_it(old: Path, url: str, tmp_path: Path) -> None:
    (tmp_path / "watch.db").write_bytes(gzip.decompress(old.read_bytes()))
    with Store.open(url) as store:
        assert store.verify().broken == ""
        assert dict(store.verify().rows) == {"document": 6, "observation": 6, "verdict": 2, "transition": 2}
        with store.changing() as connection:
            assert version(connection) == SCHEMA_REVISION
        with store.reading() as tx:
            assert [one.entry.key for one in tx.observations.of("sig")] == [f"k{number}" for number in range(6)]
            assert [one.status for one in tx.claims.of("sig")] == ["available"]
            latest = tx.verdicts.latest("sig")
            assert latest is not None
            assert latest.headline == "is_available"
            assert len(tx.deliveries.of(digest="d1")) == 2
            assert tx.meta.get("schema") == old.name.removesuffix(".db.gz")
            assert [one.source.id for one in tx.sources.due(T0 + (T0 - T0.replace(year=2025)))] == ["feed"]
