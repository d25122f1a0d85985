"""Who counts as one voice, and how well a set of claims supports what it says."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from watcher.core.decision.near import Shelves, copy_pieces, is_copy
from watcher.core.model import Claim, Quote, Standing, Tier

AUTHORITATIVE = frozenset({Tier.OFFICIAL, Tier.OPERATOR})
REPORTING = frozenset({Tier.PRESS})
MAX_CLAIMS_OF_A_SOURCE = 20
"""What one source tells more often than this in the time in which voices must lie together adds no voice."""
RETOLD = timedelta(days=14)
"""What a text tells further back than this was no news on its own day."""


def independent_sources(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Names of the independent voices, in the order heard; near copies of one text are one voice.

    Who offers the thing speaks for himself, be it in the maker's words: a partner's copy is a voice of its own.
    """
    heard, shelves, voices = list[Claim](), Shelves(), dict[str, None]()
    known = set[tuple[str, int, str, Tier]]()
    for claim in claims:
        as_heard = (claim.voice, claim.copy, claim.quote.publisher, claim.quote.tier)
        if as_heard in known:
            continue
        known.add(as_heard)
        pieces = copy_pieces(claim.copy)
        near = (heard[number] for number in shelves.among(pieces))
        if not any(old.voice != claim.voice and is_copy(claim.copy, old.copy) and _echoes(claim, old) for old in near):
            shelves.put(len(heard), pieces)
            heard.append(claim)
            voices[claim.voice] = None
    return tuple(voices)


def _echoes(claim: Claim, old: Claim) -> bool:
    """Whether a copy adds nothing: by the same publisher, or where one of both only reports."""
    own = AUTHORITATIVE | {Tier.PARTNER}
    return claim.quote.publisher == old.quote.publisher or not {claim.quote.tier, old.quote.tier} <= own


def publishers_of(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Names of the independent publishers: each counts once, and so do copies of one text."""
    return tuple(_publishers(claims))


def _publishers(claims: Iterable[Claim]) -> Iterator[str]:
    """The same, one after the other."""
    heard, copies, shelves = set[str](), list[int](), Shelves()
    for claim in claims:
        if claim.quote.publisher in heard:
            continue
        pieces = copy_pieces(claim.copy)
        if not any(is_copy(claim.copy, copies[number]) for number in shelves.among(pieces)):
            shelves.put(len(copies), pieces)
            copies.append(claim.copy)
            heard.add(claim.quote.publisher)
            yield claim.quote.publisher


def reports_of_press(claims: Iterable[Claim], *, count: int, within: timedelta) -> Iterator[tuple[Claim, ...]]:
    """Each time that press first is `count` independent publishers inside `within`, the claims of that time.

    `claims` are in order of time. The last one of each completes the report; the next begins when its time is over.
    """
    over: datetime | None = None
    window = deque[Claim]()
    for claim in few_of_a_source((one for one in claims if one.quote.tier in REPORTING), within):
        if over is not None and claim.effective_at <= over:
            continue
        window.append(claim)
        while claim.effective_at - window[0].effective_at > within:
            window.popleft()
        if len(tuple(islice(_publishers(window), count))) == count:
            yield tuple(window)
            over = claim.effective_at + within
            window.clear()


def few_of_a_source(claims: Iterable[Claim], within: timedelta) -> Iterator[Claim]:
    """The claims, in order of time, but of one source no more than `MAX_CLAIMS_OF_A_SOURCE` inside `within`."""
    kept = defaultdict[str, deque[datetime]](lambda: deque(maxlen=MAX_CLAIMS_OF_A_SOURCE))
    for claim in claims:
        times = kept[claim.quote.source]
        if len(times) < MAX_CLAIMS_OF_A_SOURCE or claim.effective_at - times[0] > within:
            times.append(claim.effective_at)
            yield claim


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
