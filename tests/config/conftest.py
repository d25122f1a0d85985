"""Loads texts as configuration files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from watcher.config.build import Config, load
from watcher.config.errors import ConfigError


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Config]:
    """Loads a text as signals.toml under an environment."""

    def reader(text: str, **env: str) -> Config:
        path = tmp_path / "signals.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, env)

    return reader


@pytest.fixture
def mistakes(read: Callable[..., Config]) -> Callable[..., list[str]]:
    """Gives the mistakes of a text, one line each, without the name of the folder."""

    def reader(text: str, **env: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            read(text, **env)
        return [str(each).replace(each.file, Path(each.file).name) for each in caught.value.mistakes]

    return reader
