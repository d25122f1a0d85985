"""What all commands share: where the configuration is, options, errors in words, moments and spans as people write them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any, TypeAlias

import typer

from watcher.acts import moments
from watcher.acts.errors import NothingToDo, Unusable
from watcher.config.errors import ConfigError
from watcher.config.partial import PartialConfig, load_partial
from watcher.config.secrets import SQLITE
from watcher.store.errors import StoreError

# Where the configuration and its data are: the present folder, or the user's own folders (XDG Base Directory Specification).

FOLDER = "policy-signal-watch"
"""Ours, among the folders of a user."""
FILE = Path("signals.toml")
"""The configuration where none is named."""


def home_file(env: Mapping[str, str] = os.environ) -> Path:
    """The user's own configuration, there or not."""
    return _folder(env, "XDG_CONFIG_HOME", ".config") / FILE


def data_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where relative paths of the user's own configuration start."""
    return _folder(env, "XDG_DATA_HOME", ".local/share")


def _folder(env: Mapping[str, str], name: str, usual: str) -> Path:
    """A relative path in the environment is to be passed over (the specification says so)."""
    set_to = Path(env.get(name) or ".")
    return (set_to if set_to.is_absolute() else _home(env) / usual) / FOLDER


def _home(env: Mapping[str, str]) -> Path:
    """The user's home; a container's or a service's user may have none, and then nothing is there."""
    home = Path(env.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none
    return home if home.is_absolute() else Path("/nonexistent")


def found(path: Path) -> Path:
    """The file that is meant: with none named and none in the present folder, the user's own."""
    path, home = Path(os.path.expanduser(path)), home_file()  # noqa: PTH111 - as above; WATCHER_CONFIG comes from no shell
    return home if path == FILE and not path.exists() and home.exists() else path


def outlined(path: Path) -> PartialConfig | None:
    """What a quick look needs of it; None where it takes the whole check to say what is wrong."""
    file = found(path)
    quick = load_partial(file, os.environ)
    return replace(quick, store=url_at_home(quick.store)) if quick and is_home(file) else quick


def signals_here(incomplete: str) -> list[str]:
    """Ids of the signals that a shell may complete."""
    quick = outlined(Path(os.environ.get("WATCHER_CONFIG") or FILE))
    return [name for name in quick.titles if name.startswith(incomplete)] if quick else []


def is_home(file: Path) -> bool:
    """Whether it is the user's own configuration."""
    return file.resolve() == home_file().resolve()


def url_at_home(url: str) -> str:
    """The address of a database whose file, where it is relative, lies in the user's data folder."""
    return f"{SQLITE}{at_home(url.removeprefix(SQLITE))}" if url.startswith(SQLITE) else url


def at_home(place: str) -> str:
    """A place in the user's data folder, if it is relative."""
    return str(data_folder() / place)


# Options, errors and arguments of the commands.

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
    return Path(url.removeprefix(SQLITE).partition("?")[0]) if url.startswith(SQLITE) else None


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
