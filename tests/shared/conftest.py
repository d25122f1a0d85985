"""A fleet of workers on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import home, lab, serving, site
from tests.shared.workers import Fleet

__all__ = ["home", "lab", "site"]


@pytest.fixture
def fleet(tmp_path: Path, shared_url: str) -> Iterator[Fleet]:
    with serving() as site:
        made = Fleet(tmp_path, shared_url, site)
        try:
            yield made
        finally:
            made.stop()
