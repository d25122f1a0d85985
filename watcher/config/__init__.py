"""What signals.toml and the environment say, as values; or every mistake with its file, line, table and key."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from watcher.config.errors import ConfigError, Mistake

if TYPE_CHECKING:
    from watcher.config.build import Config, load
    from watcher.config.fingerprints import rules_hash

__all__ = ["Config", "ConfigError", "Mistake", "load", "rules_hash"]

LATER = {"Config": "build", "load": "build", "rules_hash": "fingerprints"}
"""What takes the checks of every kind of value, which take longer to import than a quick command takes to answer."""


def __getattr__(name: str) -> object:
    """Import what was asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"watcher.config.{LATER[name]}"), name)
