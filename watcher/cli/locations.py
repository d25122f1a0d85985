"""Where the configuration and its data are: the present folder, or the user's own folders (XDG Base Directory Specification)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config import load
from watcher.config.partial import PartialConfig, load_partial

if TYPE_CHECKING:
    from watcher.config import Config

NAME = "policy-signal-watch"
FILE = Path("signals.toml")
"""The configuration where none is named."""
SQLITE = "sqlite:///"


def home_file(env: Mapping[str, str] = os.environ) -> Path:
    """The user's own configuration, there or not."""
    return _folder(env, "XDG_CONFIG_HOME", ".config") / FILE


def data_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where relative paths of the user's own configuration start."""
    return _folder(env, "XDG_DATA_HOME", ".local/share")


def _folder(env: Mapping[str, str], name: str, usual: str) -> Path:
    """A relative path in the environment is to be passed over (the specification says so)."""
    set_to = Path(env.get(name) or ".")
    return (set_to if set_to.is_absolute() else _home(env) / usual) / NAME


def _home(env: Mapping[str, str]) -> Path:
    """The user's home; a container's or a service's user may have none, and then nothing is there."""
    home = Path(env.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none
    return home if home.is_absolute() else Path("/nonexistent")


def found(path: Path) -> Path:
    """The file that is meant: with none named and none in the present folder, the user's own."""
    path, home = Path(os.path.expanduser(path)), home_file()  # noqa: PTH111 - as above; WATCHER_CONFIG comes from no shell
    return home if path == FILE and not path.exists() and home.exists() else path


def read(path: Path) -> Config:
    """The configuration, with its places where they are. Raises ConfigError."""
    file = found(path)
    config = load(file)
    if not _is_home(file):
        return config
    recipients = (replace(one, to=_at_home(one.to)) if one.channel == "maildir" else one for one in config.recipients)
    return replace(config, store=replace(config.store, url=_url(config.store.url)), recipients=tuple(recipients))


def outlined(path: Path) -> PartialConfig | None:
    """What a quick look needs of it; None where it takes the whole check to say what is wrong."""
    file = found(path)
    quick = load_partial(file, os.environ)
    return replace(quick, store=_url(quick.store)) if quick and _is_home(file) else quick


def signals_here(incomplete: str) -> list[str]:
    """Ids of the signals that a shell may complete."""
    quick = outlined(Path(os.environ.get("WATCHER_CONFIG") or FILE))
    return [name for name in quick.titles if name.startswith(incomplete)] if quick else []


def _is_home(file: Path) -> bool:
    return file.resolve() == home_file().resolve()


def _url(url: str) -> str:
    return f"{SQLITE}{_at_home(url.removeprefix(SQLITE))}" if url.startswith(SQLITE) else url


def _at_home(place: str) -> str:
    return str(data_folder() / place)
