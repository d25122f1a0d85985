"""The commands: the composition root, where everything is wired together."""

from watcher.cli.app import app

__all__ = ["app"]
