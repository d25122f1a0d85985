"""Who counts as one voice, and how well a set of claims supports what it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from watcher.core.model import Claim, Quote, Standing, Tier

AUTHORITATIVE = frozenset({Tier.OFFICIAL, Tier.OPERATOR})
REPORTING = frozenset({Tier.PRESS})
COPY_BITS = 9
"""Fingerprints that differ in at most this many of 64 bits are of one text: a changed byline or tail moves 5 to 8 bits of a
short text, and no two of 15,000 pairs of unrelated texts came closer than 13 (after Manku, Jain, Das Sarma, WWW 2007)."""

RETOLD = timedelta(days=14)
"""What a text tells further back than this was no news on its own day."""


def is_copy(left: int, right: int) -> bool:
    """Whether two text fingerprints are of near-identical texts; 0 means that no fingerprint was taken."""
    return bool(left and right) and (left ^ right).bit_count() <= COPY_BITS


def independent_sources(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Names of the independent voices, in the order heard; near copies of one text are one voice.

    Who offers the thing speaks for himself, be it in the maker's words: a partner's copy is a voice of its own.
    """
    heard: list[Claim] = []
    for claim in claims:
        if not any(old.voice != claim.voice and is_copy(claim.copy, old.copy) and _echoes(claim, old) for old in heard):
            heard.append(claim)
    return tuple(dict.fromkeys(claim.voice for claim in heard))


def _echoes(claim: Claim, old: Claim) -> bool:
    """Whether a copy adds nothing: by the same publisher, or where one of both only reports."""
    own = AUTHORITATIVE | {Tier.PARTNER}
    return claim.quote.publisher == old.quote.publisher or not {claim.quote.tier, old.quote.tier} <= own


def publishers_of(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Names of the independent publishers: each counts once, and so do copies of one text."""
    heard: dict[str, int] = {}
    for claim in claims:
        if claim.quote.publisher not in heard and not any(is_copy(claim.copy, copy) for copy in heard.values()):
            heard[claim.quote.publisher] = claim.copy
    return tuple(heard)


def corroborated_by_press(claims: Sequence[Claim], *, count: int, within: timedelta) -> tuple[Claim, ...]:
    """The first claims of press that together are `count` independent publishers inside `within`; empty if never.

    `claims` are in order of time. The last one returned completes the report.
    """
    press = [claim for claim in claims if claim.quote.tier in REPORTING]
    for end, last in enumerate(press):
        together = [claim for claim in press[: end + 1] if last.effective_at - claim.effective_at <= within]
        if len(publishers_of(together)) >= count:
            return tuple(together)
    return ()


def standing_of(voices: Sequence[str], *, confirm: int) -> Standing:
    """Confirmed with enough independent voices, provisional with fewer; at least one of them leads."""
    return Standing.CONFIRMED if len(voices) >= confirm else Standing.PROVISIONAL


def is_declared(claims: Iterable[Claim]) -> bool:
    """Whether all of it is history of the configuration: nobody has read it."""
    return all(claim.rule == "known" for claim in claims)


def quotes_of(claims: Iterable[Claim], *, limit: int = 6) -> tuple[Quote, ...]:
    """The quotes of some claims, each address and text once, at most `limit`."""
    quotes: dict[tuple[str, str], Quote] = {}
    for claim in claims:
        if len(quotes) == limit:
            break
        quotes.setdefault((claim.quote.url, claim.quote.text), claim.quote)
    return tuple(quotes.values())


def has_happened(claim: Claim, now: datetime) -> bool:
    """Whether what a claim says is past by the clock, or was when it was seen: a clock that is set back unsays nothing."""
    return claim.effective_at <= now or (claim.rule != "known" and claim.effective_at <= claim.quote.seen_at)


def is_old(claim: Claim) -> bool:
    """Whether a claim tells nothing of its day: its text has no date of its own, or tells what was long past when it was said."""
    told = claim.quote.published or claim.quote.seen_at
    return claim.undated or (claim.since is not None and told - claim.since > RETOLD)


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """Claims in the order of what they say happened, then of their place in the day, then of when they were seen."""
    return sorted(claims, key=_when)


def _when(claim: Claim) -> tuple[datetime, int, datetime, str, str]:
    return (claim.effective_at, claim.order, claim.quote.seen_at, claim.quote.url, claim.rule)
