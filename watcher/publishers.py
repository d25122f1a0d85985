"""Who speaks at an address: its registrable domain by the public suffix list that comes with the library."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract


@cache
def _extract() -> TLDExtract:
    """The library and its list, loaded when a domain is first asked for: most runs of `once` see nothing new."""
    from tldextract import TLDExtract  # noqa: PLC0415 - as above

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)
def registrable_domain(url: str) -> str:
    """The registrable domain of an address ("https://news.bbc.co.uk/x" → "bbc.co.uk"), or its host where there is none.

    Sites under a shared host ("name.github.io") are publishers of their own. Nothing is fetched: the list is the snapshot
    that comes with the installed tldextract.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    found = _extract().extract_str(host)
    if found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])


def publisher_of(publisher: str, link: str, url: str) -> str:
    """Who speaks in an entry of a source: the declared publisher, or the domain of the entry's link where that is "link"."""
    return registrable_domain(link or url) if publisher in {"link", ""} else publisher
