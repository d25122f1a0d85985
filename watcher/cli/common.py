"""What all commands share: options, errors in words, moments and spans as people write them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any, TypeAlias

import typer

from watcher.acts import moments
from watcher.acts.errors import NothingToDo, Unusable
from watcher.cli.locations import FILE, outlined
from watcher.config.errors import ConfigError
from watcher.config.partial import PartialConfig
from watcher.store.errors import StoreError

ConfigFile: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        envvar="WATCHER_CONFIG",
        help="The file that declares signals and settings.",
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of words for people.")]
CONFIG = FILE
WHOLE = "watcher.cli.opening:configured"
"""Loaded only where the outline does not do: the whole configuration takes longer to import than a short command takes."""


class UsageError(typer.BadParameter):
    """An argument that cannot be used; Typer shows it with the usage."""


def fail(message: str, *, code: int = 1) -> typer.Exit:
    """Say on standard error what is wrong; the exit to raise."""
    typer.echo(message, err=True)
    return typer.Exit(code)


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn the errors that people can mend into a message and an exit code: 1 nothing to do, 2 configuration, 3 database."""
    try:
        yield
    except Unusable as error:
        raise UsageError(str(error)) from None
    except NothingToDo as error:
        raise fail("; ".join(part for part in (str(error), error.hint) if part)) from None
    except ConfigError as error:
        raise fail(str(error), code=2) from None
    except StoreError as error:
        raise fail(str(error), code=3) from None


def embedded_file(url: str) -> Path | None:
    """The file of an embedded database; None for one elsewhere."""
    return Path(url.removeprefix("sqlite:///").partition("?")[0]) if url.startswith("sqlite:///") else None


def outline_of(path: Path) -> PartialConfig:
    """What a quick look needs; a file that cannot be read even so far is checked whole, which says what is wrong."""
    if quick := outlined(path):
        return quick
    config = resolve_name(WHOLE)(path)
    titles = {signal.id: signal.title for signal in config.signals}
    return PartialConfig(config.store.url, titles, config.web.host, config.web.port)


def parse_datetime(text: str) -> datetime:
    """An ISO 8601 date or time; without a zone it is UTC."""
    try:
        return moments.parse_datetime(text)
    except Unusable as error:
        raise UsageError(str(error)) from None


def parse_duration(text: str) -> timedelta:
    """A length of time such as 6h, 90s, 45m, 2d, 1w."""
    try:
        return moments.parse_duration(text)
    except Unusable as error:
        raise UsageError(str(error)) from None


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """One line of JSON on standard output, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()
