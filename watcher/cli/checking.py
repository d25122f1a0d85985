"""`watcher init` and `watcher check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.common import CONFIG, ConfigFile, configured, fail


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = CONFIG,
) -> None:
    """Write a small configuration to start from."""
    if path.exists():
        raise fail(f"{path} is there already; nothing was written")
    raise fail("not written yet")


def check(config: ConfigFile = CONFIG) -> None:
    """Read the configuration and run its examples; every mistake is named with its line."""
    settings = configured(config)
    typer.echo(f"{config}: {len(settings.signals)} signals, {len(settings.sources)} sources")
