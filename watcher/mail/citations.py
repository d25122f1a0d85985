"""Quotes with their source, link, times and hash, as a mail shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from watcher.core.addresses import safe_link
from watcher.core.model import Quote
from watcher.mail.letter import Cite
from watcher.mail.wording import QUOTE, TIERS, moment, shortened, when

MOST = 3


def cites(quotes: Iterable[Quote], zone: tzinfo, *, most: int = MOST) -> tuple[Cite, ...]:
    """The first quotes, each text once."""
    kept: dict[str, Quote] = {}
    for quote in quotes:
        if len(kept) == most:
            break
        kept.setdefault(shortened(quote.text, QUOTE), quote)
    return tuple(_cite(text, quote, zone) for text, quote in kept.items() if text)


def _cite(text: str, quote: Quote, zone: tzinfo) -> Cite:
    published = f"Published {when(quote.published, zone)}. " if quote.published else ""
    # History that signals.toml tells carries its own date as the time it was seen: nobody saw it.
    told = not quote.document and quote.seen_at == quote.published
    seen = "Known history." if told else f"Seen {moment(quote.seen_at, zone)}."
    stored = f" Stored as {quote.document[:12]}." if quote.document else ""
    return Cite(
        text=text,
        link=safe_link(quote.url),
        where=shortened(f"{quote.publisher or 'unknown'}, {TIERS[quote.tier]}", 100),
        when=f"{published}{seen}{stored}",
    )
