"""What the environment gives: values, directly or as the content of a file, and places on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

# Places on this machine as they are written in a configuration.

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


# Values that the environment gives, directly as NAME or as the content of the file that NAME_FILE names.

MAX_SECRET_BYTES = 1_000_000
"""Bytes of such a file; a device has no end."""
_REFERENCE = re.compile(r"\$(\$|[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})")


def read_secret(name: str, env: Mapping[str, str]) -> str | None:
    """Give the value of NAME, else the content of the file NAME_FILE, without newlines at the end; else None.

    Raises ValueError where the file cannot be read; the value itself is never part of the words.
    """
    if name in env:
        return env[name].rstrip("\r\n")
    if not (path := env.get(f"{name}_FILE")):
        return None
    try:
        with Path(expand(path)).open("rb") as file:
            data = file.read(MAX_SECRET_BYTES + 1)
        value = data[:MAX_SECRET_BYTES].decode() if len(data) <= MAX_SECRET_BYTES else ""
    except (OSError, ValueError) as error:
        raise ValueError(f"{name}_FILE to name a readable text file ({type(error).__name__})") from None
    if len(data) > MAX_SECRET_BYTES:
        raise ValueError(f"{name}_FILE to name a readable text file (of a million bytes at most)")
    return value.rstrip("\r\n")


def fill_secrets(text: str, env: Mapping[str, str]) -> str:
    """Put the environment's values in the place of `$NAME` and `${NAME}`; `$$` is a dollar sign. Raises ValueError."""

    def value(found: re.Match[str]) -> str:
        name = found[1].strip("{}")
        if name == "$":
            return "$"
        if (secret := read_secret(name, env)) is None:
            raise ValueError(f"{name} or {name}_FILE to be set in the environment")
        return secret

    return _REFERENCE.sub(value, text)
