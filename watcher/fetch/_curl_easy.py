"""libcurl's easy handles, and what every request has in common."""

from __future__ import annotations

from collections.abc import Sequence

import pycurl

from watcher.fetch._curl_transfer import NO_SOCKET

IDLE_KEPT = 15
"""Seconds for which an idle connection is kept."""
# Numbers of curl.h that pycurl has no names for; they are part of libcurl's interface and do not change.
_DISALLOW_USERNAME_IN_URL, _CA_CACHE_TIMEOUT = 278, 321

# What every request has in common. No redirect is followed, nothing is inflated, no cookie, no proxy and no .netrc is looked for.
OPTIONS: dict[int, int | str] = {
    pycurl.NOSIGNAL: 1,
    pycurl.FOLLOWLOCATION: 0,
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.PROXY: "",
    pycurl.NOPROXY: "*",
    pycurl.NETRC: pycurl.NETRC_IGNORED,
    pycurl.HTTP_CONTENT_DECODING: 0,
    pycurl.HTTP09_ALLOWED: 0,
    pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_2TLS,
    pycurl.PATH_AS_IS: 1,
    _DISALLOW_USERNAME_IN_URL: 1,
    pycurl.SSL_VERIFYPEER: 1,
    pycurl.SSL_VERIFYHOST: 2,
    pycurl.SSLVERSION: pycurl.SSLVERSION_TLSv1_2,
    _CA_CACHE_TIMEOUT: -1,
    pycurl.MAXAGE_CONN: IDLE_KEPT,
}


def easy() -> pycurl.Curl:
    """A handle with the options that all requests have in common."""
    curl = pycurl.Curl()
    curl.setopt(pycurl.USERAGENT, "")
    curl.unsetopt(pycurl.CAPATH)  # a folder would be read for each connection
    for option, value in OPTIONS.items():
        curl.setopt(option, value)
    return curl


def sweeper() -> pycurl.Curl:
    """A handle whose request goes nowhere: to an origin that nobody else may ask for (RFC 6761), so that it finds no idle line.

    FRESH_CONNECT would not do: with it, libcurl closes nothing that is idle.
    """
    curl = easy()
    curl.setopt(pycurl.URL, "http://sweep.invalid/")
    curl.setopt(pycurl.RESOLVE, ["+sweep.invalid:80:127.0.0.1"])
    curl.setopt(pycurl.OPENSOCKETFUNCTION, _no_socket)
    return curl


def set_list(curl: pycurl.Curl, option: int, values: Sequence[object]) -> None:
    """Set a list; an empty one would change nothing, and leave that of the request before."""
    if values:
        curl.setopt(option, values)
    else:
        curl.unsetopt(option)


def _no_socket(*_: object) -> int:
    return NO_SOCKET
