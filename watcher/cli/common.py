"""What all commands share: options, errors in words, moments and spans as people write them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from watcher.acts import moments
from watcher.acts.errors import NothingToDo, Unusable
from watcher.cli.locations import FILE, outlined, read
from watcher.config.errors import ConfigError
from watcher.config.partial import PartialConfig
from watcher.store import Store
from watcher.store.errors import StoreError
from watcher.store.summary import Summary, load_summary

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.store import Store
    from watcher.store.summary import Summary

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


def configured(path: Path) -> Config:
    """The configuration, or its mistakes on standard error and exit code 2."""
    try:
        return read(path)
    except ConfigError as error:
        raise fail(str(error), code=2) from None


def embedded_file(url: str) -> Path | None:
    """The file of an embedded database; None for one elsewhere."""
    return Path(url.removeprefix("sqlite:///").partition("?")[0]) if url.startswith("sqlite:///") else None


def load_summary_or_exit(url: str, then: datetime | None = None) -> Summary:
    """Where everything stands; a database that is not there yet says nothing, and is not made by asking."""
    file = embedded_file(url)
    if file is not None and not file.exists():
        return Summary({}, {})
    with exit_on_error():
        return load_summary(url, then)


def outline_of(path: Path) -> PartialConfig:
    """What a quick look needs; a file that cannot be read even so far is checked whole, which says what is wrong."""
    if quick := outlined(path):
        return quick
    config = configured(path)
    titles = {signal.id: signal.title for signal in config.signals}
    return PartialConfig(config.store.url, titles, config.web.host, config.web.port)


@contextmanager
def open_store(url: str) -> Iterator[Store]:
    """The database, for a command that asks: one that is not there yet is not made by asking. Exit code 3."""
    file = embedded_file(url)
    if file is not None and not file.exists():
        raise fail(f"there is no database at {file} yet; `watcher once` or `watcher run` makes it", code=3)
    with exit_on_error(), Store.open(url) as store:
        yield store


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
