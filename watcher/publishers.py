"""Who speaks at an address: its registrable domain by the public suffix list that comes with the library."""

from __future__ import annotations

from contextlib import suppress
from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from watcher.core.addresses import ascii_host


@cache
def _suffixes() -> PublicSuffixList:
    """The list, read when a domain is first asked for."""
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable_domain(url: str) -> str:
    """The registrable domain of an address ("https://news.bbc.co.uk/x" → "bbc.co.uk"), or its host where there is none.

    Sites under a shared host ("name.github.io") are publishers of their own. Nothing is fetched: the list is the snapshot
    that comes with the installed publicsuffixlist.
    """
    try:
        host = ascii_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""
    with suppress(ValueError):
        return str(ip_address(host))
    return _suffixes().privatesuffix(host) or host


def publisher_of(publisher: str, link: str, url: str) -> str:
    """Who speaks in an entry of a source: the declared publisher, or the domain of the entry's link where that is "link"."""
    return registrable_domain(link or url) if publisher in {"link", ""} else publisher
