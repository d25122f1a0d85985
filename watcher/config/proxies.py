"""The forward proxies that the file and the environment name."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.config.file_model import SignalsFile
from watcher.config.line_numbers import Position
from watcher.config.secrets import fill_secrets, read_secret
from watcher.config.source_map import SourceMap
from watcher.core.proxies import Proxies, Proxy, read_bypass, read_proxy

_PLACE: Position = ("fetch", "proxy")


def proxies_of(tables: SignalsFile, env: Mapping[str, str], places: SourceMap) -> Proxies:
    """The proxy of `[fetch]` for everything, else those of HTTPS_PROXY and HTTP_PROXY; NO_PROXY names what goes past them.

    What cannot be used is noted, never with the address itself: it may hold a password.
    """
    if own := tables.fetch.proxy:
        http = https = _own(own, env, places)
    else:
        http, https = (_named(name, env, places) for name in ("http_proxy", "https_proxy"))
    return Proxies(http, https, read_bypass(_variable("no_proxy", env, places)[1]))


def _own(text: str, env: Mapping[str, str], places: SourceMap) -> Proxy | None:
    if "@" in text and _PLACE not in places.overridden:
        places.note(_PLACE, "a user name or a password in the file", 'the name of an environment variable such as "$PROXY"')
        return None
    try:
        return read_proxy(fill_secrets(text, env))
    except ValueError as error:
        places.note(_PLACE, "an address that is none of a proxy", str(error))
        return None


def _named(name: str, env: Mapping[str, str], places: SourceMap) -> Proxy | None:
    variable, text = _variable(name, env, places)
    try:
        return read_proxy(text) if text else None
    except ValueError as error:
        places.note_outside(variable, "an address that is none of a proxy", str(error))
        return None


def _variable(name: str, env: Mapping[str, str], places: SourceMap) -> tuple[str, str]:
    """The name and the value of a variable, whose name is as often written in small letters, which then count (as in curl)."""
    for each in (name, name.upper()):
        try:
            if text := read_secret(each, env):
                return each, text
        except ValueError as error:
            places.note_outside(f"{each}_FILE", "a file that cannot be read", str(error))
    return name.upper(), ""
