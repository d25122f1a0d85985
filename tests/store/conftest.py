"""Stores to test with: an embedded one for each test, and a real PostgreSQL where its package is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from watcher.store.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/watch.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    name = "url" if request.param == "sqlite" else "shared_url"
    with Store.open(request.getfixturevalue(name), durable=False) as opened:
        yield opened


@pytest.fixture
def file_store(url: str) -> Iterator[Store]:
    with Store.open(url, durable=False) as opened:
        yield opened
