"""Where the configuration and its data are: the present folder, or the user's own folders (XDG Base Directory Specification)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from watcher.config.partial import PartialConfig, load_partial

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
