"""Checks the headers of sources: what they hold comes from the environment, and stands in no file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from watcher.config.file_model import SignalsFile
from watcher.config.line_numbers import Position
from watcher.config.secrets import fill_secrets
from watcher.config.source_map import SourceMap
from watcher.core.proxies import is_this_machine

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""A field name (RFC 9110, 5.1)."""
PLAIN_HEADERS = frozenset({"accept", "accept-language"})
"""What may stand in the file as it is: nobody's secret."""
OWN_HEADERS = frozenset(
    {
        *("accept-encoding", "connection", "content-length", "expect", "host", "if-modified-since", "if-none-match", "range"),
        *("te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    }
)
"""What the watch sets itself, or what would change the meaning of a request."""
_REFERENCE = re.compile(r"(?<!\$)\$(?:[A-Za-z_]|\{[A-Za-z_])")


def note_headers(tables: SignalsFile, env: Mapping[str, str], places: SourceMap) -> None:
    """Note every header that cannot be sent, that holds a value in plain text, or whose value the environment lacks."""
    for number, signal in enumerate(tables.signal):
        for n, source in enumerate(signal.source):
            for name, value in source.headers.items():
                place = ("signal", number, "source", n, "headers", name)
                if _REFERENCE.search(value) and _is_open(source.url):
                    places.note(place, "a key for an address of http", "an address of https, on whose way nobody reads it")
                else:
                    _note(name, value, place, env, places)


def _is_open(url: str) -> bool:
    """Whether others can read what this address is asked: http, but not on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_this_machine(parts.hostname or "")


def _note(name: str, value: str, place: Position, env: Mapping[str, str], places: SourceMap) -> None:
    if not NAME.fullmatch(name) or name.lower() in OWN_HEADERS:
        places.note(place, f'the header "{name}"', "a header that a source may ask for, such as X-Api-Key or Authorization")
    elif not _REFERENCE.search(value) and name.lower() not in PLAIN_HEADERS:
        places.note(place, "a value in the file", 'the name of an environment variable such as "$API_KEY" or "Bearer $TOKEN"')
    else:
        try:
            fill_secrets(value, env)
        except ValueError as error:
            places.note(place, f'"{value}"', str(error))
