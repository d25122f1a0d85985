"""Schemas: the steps lead to the tables of today, and every earlier database can take them."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from tests.store.things import T0
from watcher.store.engine import connect
from watcher.store.migrate import SCHEMA_REVISION, configuration, migrate, version
from watcher.store.store import Store

OLD = sorted((Path(__file__).parents[1] / "fixtures" / "store").glob("*.db.gz"))


def tables(connection: sa.Connection) -> dict[str, Any]:
    """Columns, keys and indexes of every table, in the words of the database."""
    seen = sa.inspect(connection)
    return {
        name: (
            [(one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(name)],
            seen.get_pk_constraint(name)["constrained_columns"],
            sorted(map(str, seen.get_foreign_keys(name))),
            sorted(map(str, seen.get_unique_constraints(name))),
            sorted(map(index, seen.get_indexes(name))),
            seen.get_table_options(name),
        )
        for name in seen.get_table_names()
    }


def index(found: Any) -> tuple[str, list[str], bool, list[str]]:
    """An index with the condition of its rows."""
    return found["name"], found["column_names"], bool(found["unique"]), [str(one) for one in found["dialect_options"].values()]


def test_the_steps_lead_to_the_tables_of_today(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    embedded = store.path is not None
    url = f"sqlite:///{tmp_path}/steps.db" if embedded else request.getfixturevalue("empty_url")
    with closing(Store(connect(url, durable=False))) as stepped, stepped.database.writing() as by_steps:
        migrate(by_steps)
        context = MigrationContext.configure(by_steps, opts={"compare_type": False, "compare_server_default": False})
        assert compare_metadata(context, SQLModel.metadata) == []
        with store.database.writing() as at_once:
            assert tables(by_steps) == tables(at_once)


def test_a_new_database_has_no_step_left_to_take(store: Store) -> None:
    with store.database.writing() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {*SQLModel.metadata.tables, "alembic_version"}
    assert store.version() == SCHEMA_REVISION


def test_two_that_open_a_new_database_at_once_make_it_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(Store.open, [url] * 4):
            assert store.version() == SCHEMA_REVISION
            store.close()


def test_the_newest_step_is_the_one_that_the_program_knows(file_store: Store) -> None:
    with file_store.database.writing() as connection:
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
        with store.database.writing() as connection:
            assert version(connection) == SCHEMA_REVISION
        with store.reading() as tx:
            assert [one.entry.key for one in tx.observations.of("sig")] == [f"k{number}" for number in range(6)]
            assert [one.status for one in tx.claims.of("sig")] == ["available"]
            latest = tx.verdicts.latest("sig")
            assert latest is not None
            assert latest.headline == "is_available"
            assert len(tx.deliveries.of(digest="d1")) == 2
            assert tx.meta.get("schema") == old.name.removesuffix(".db.gz")
            assert [one.source for one in tx.sources.due(T0 + (T0 - T0.replace(year=2025)))] == ["feed"]
