"""Quotes with their source, link, times and hash, as a mail shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from urllib.parse import urlsplit

from watcher.core.addresses import safe_link
from watcher.core.model import Quote, Tier
from watcher.mail.letter import Cite
from watcher.mail.wording import QUOTE, moment, shortened, when
from watcher.wording import TIERS

MAX_CITATIONS = 3


def cites(quotes: Iterable[Quote], zone: tzinfo, *, most: int = MAX_CITATIONS) -> tuple[Cite, ...]:
    """The first quotes, each text once."""
    kept: dict[str, Quote] = {}
    for quote in quotes:
        if len(kept) == most:
            break
        kept.setdefault(shortened(quote.text, QUOTE), quote)
    return tuple(_cite(text, quote, zone) for text, quote in kept.items() if text)


def stating(quotes: Sequence[Quote], values: Iterable[str]) -> list[Quote]:
    """The quotes that state a value which none before them states, longest values first; those that state none are left out."""
    kept: list[Quote] = []
    for value in sorted(values, key=len, reverse=True):
        if not any(states(quote, value) for quote in kept):
            kept += [quote for quote in quotes if states(quote, value)][:1]
    return kept


def states(quote: Quote, value: str) -> bool:
    """Whether the words hold the value, whatever the spaces ("$10 / $50"), and not as a part of a longer number or name.

    A row of a price list holds the two prices of `$8/$40` apart.
    """
    parts = [part.strip() for part in value.split("/")]
    said = "/".join(part.strip() for part in quote.text.split("/"))
    return _holds(said, "/".join(parts)) or (len(parts) > 1 and all(_holds(said, part) for part in parts))


def _holds(said: str, sought: str) -> bool:
    return bool(re.search(rf"(?<![\w$.]){re.escape(sought)}(?!\w|\.\d)", said, re.IGNORECASE))


def _cite(text: str, quote: Quote, zone: tzinfo) -> Cite:
    by_hand, lister = quote.tier is Tier.OPERATOR, listed_by(quote)
    dated = "Happened" if by_hand else "Listed" if lister else "Published"
    published = f"{dated} {when(quote.published, zone)}. " if quote.published else ""
    # What signals.toml or a person tells carries its own date as the time it was seen: the watch has not seen it.
    told = not quote.document and quote.seen_at == quote.published
    seen = ("Not seen by the watch." if by_hand else "Known history.") if told else f"Seen {moment(quote.seen_at, zone)}."
    stored = f" Stored as {quote.document[:12]}." if quote.document else ""
    return Cite(
        text=text,
        link=safe_link(quote.url),
        where=shortened(f"{quote.publisher or 'unknown'}, {TIERS[quote.tier]}", 100) + _not_read(lister),
        when=f"{published}{seen}{stored}",
    )


def listed_by(quote: Quote) -> str:
    """Who lists an article of the press that the watch has not read (a list of links, a search); empty where it was read."""
    if quote.tier not in {Tier.PRESS, Tier.COMMUNITY} or not quote.read_at:
        return ""
    host = urlsplit(quote.read_at).hostname or ""
    return "" if f".{host}".endswith(f".{quote.publisher}") else host


def _not_read(lister: str) -> str:
    return f"; a title as {shortened(lister, 60)} lists it, the article was not read" if lister else ""
