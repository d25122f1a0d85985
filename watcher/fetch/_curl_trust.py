"""The authorities that are trusted, as one file for libcurl."""

from __future__ import annotations

import os
import re
import ssl
import tempfile
from pathlib import Path
from typing import IO

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_HASHED = "[0-9a-f]" * 8 + ".[0-9]"
"""The names by which OpenSSL finds authorities in a folder."""


def bundle(ca_file: str = "") -> IO[bytes]:
    """A file without a name that holds certifi's authorities, the system's and those in `ca_file` (PEM), each once.

    It takes some hundredths of a second. Raises OSError or ssl.SSLError where `ca_file` cannot be read.
    """
    import certifi  # noqa: PLC0415 - not needed before the first https request

    if ca_file:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    paths = ssl.get_default_verify_paths()
    files = [Path(name) for name in (ca_file, certifi.where(), paths.cafile) if name]
    files += sorted(Path(paths.capath).glob(_HASHED)) if paths.capath else []
    blocks = dict.fromkeys(block for file in files for block in _BLOCK.findall(_text(file)))
    held = _nameless()
    held.write("\n".join(filter(_readable, blocks)).encode())
    held.flush()
    held.seek(0)
    return held


def path_of(held: IO[bytes]) -> str:
    """The path by which the file can be opened while it is held."""
    return f"/dev/fd/{held.fileno()}"


def _nameless() -> IO[bytes]:
    """In memory where the system has that: nothing is left behind, whatever ends the process, and no disk need be writable."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("authorities"), "w+b")
    return tempfile.TemporaryFile()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="ignore")
    except OSError:
        return ""


def _readable(block: str) -> bool:
    """One that cannot be read would spoil the whole file."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=block)
    except ssl.SSLError:
        return False
    return True
