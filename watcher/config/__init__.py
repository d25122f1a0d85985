"""What signals.toml and the environment say, as values; or every mistake with its file, line, table and key."""

from watcher.config.build import Config, load
from watcher.config.errors import ConfigError, Diagnostic
from watcher.config.rules_hash import rules_hash

__all__ = ["Config", "ConfigError", "Diagnostic", "load", "rules_hash"]
