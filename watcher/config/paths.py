"""Places on this machine as they are written in a configuration."""

from __future__ import annotations

import os

SQLITE = "sqlite:///"


def expand(path: str) -> str:
    """Put the home folder in the place of `~` or `~name` at the beginning. Raises ValueError where there is none."""
    found = os.path.expanduser(path)  # noqa: PTH111 - Path.expanduser raises where there is no home, and tidies the rest
    if found.startswith("~"):
        raise ValueError("a path without ~, for nobody here has such a home folder; ./~ is a folder of that name")
    return found


def expand_url(url: str) -> str:
    """The same for the file in the address of an embedded database. Raises ValueError."""
    return f"{SQLITE}{expand(url.removeprefix(SQLITE))}" if url.startswith(SQLITE) else url
