"""Who counts as one voice, how well a set of claims supports what it says, and the sentence that holds a value."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from watcher.core.decision.near import Shelves, copy_pieces, is_copy
from watcher.core.language.text import fold
from watcher.core.model import Claim, Fate, Quote, Ruling, Scalar, Standing, Tier, Trace

AUTHORITATIVE = frozenset({Tier.OFFICIAL, Tier.OPERATOR})
REPORTING = frozenset({Tier.PRESS})
MAX_CLAIMS_OF_A_SOURCE = 20
"""What one source tells more often than this in the time in which voices must lie together adds no voice."""
KNOWN = "known"
"""The source of what the configuration declares, and the rule of its claims."""
RETOLD = timedelta(days=14)
"""What a text tells further back than this was no news on its own day."""


TO_COME = Ruling(Fate.TO_COME)
FOR_A_PERSON = Ruling(Fate.FOR_A_PERSON)
NO_STATUS = Ruling(Fate.NO_STATUS)
BESIDE_OFFICIAL = Ruling(Fate.BESIDE_OFFICIAL)
_NEVER_LEADS = Ruling(Fate.NEVER_LEADS)
_PRESS_NEVER = Ruling(Fate.PRESS_NEVER)
_UNDATED = Ruling(Fate.UNDATED)
_RETOLD = Ruling(Fate.RETOLD)
REPORTED_BEFORE = Ruling(Fate.REPORTED_BEFORE)
_TOO_OFTEN = Ruling(Fate.TOO_OFTEN)


def tell(trace: Trace | None, claims: Iterable[Claim], ruling: Ruling) -> None:
    """Say what became of some claims, to who asks."""
    if trace is not None:
        for claim in claims:
            trace.put(claim, ruling)


def sifted(claims: Iterable[Claim], aside: Callable[[Claim], Ruling | None], trace: Trace | None) -> Iterator[Claim]:
    """The claims that nothing sets aside; who asks is told what became of the others."""
    for claim in claims:
        ruling = aside(claim)
        if ruling is None:
            yield claim
        elif trace is not None:
            trace.put(claim, ruling)


def unled(claim: Claim) -> Ruling:
    """What becomes of words that do not lead, where no number of publishers is enough."""
    return _PRESS_NEVER if claim.quote.tier in REPORTING else _NEVER_LEADS


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


def says_only(text: str) -> bool:
    """Whether words say of what they state that it alone holds: what was stated beside it is taken back."""
    return re.search(r"\bonly\b", text, re.IGNORECASE) is not None


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


def reports_of_press(
    claims: Iterable[Claim], *, count: int, within: timedelta, trace: Trace | None = None
) -> Iterator[tuple[Claim, ...]]:
    """Each time that press first is `count` independent publishers inside `within`, the claims of that time.

    `claims` are in order of time. The last one of each completes the report; the next begins when its time is over.
    """
    over: datetime | None = None
    window = deque[Claim]()
    for claim in few_of_a_source((one for one in claims if one.quote.tier in REPORTING), within, trace):
        if over is not None and claim.effective_at <= over:
            if trace is not None:
                trace.put(claim, REPORTED_BEFORE)
            continue
        window.append(claim)
        while claim.effective_at - window[0].effective_at > within:
            window.popleft()
        heard = len(tuple(islice(_publishers(window), count)))
        if trace is not None:
            trace.put(claim, Ruling(Fate.TOO_FEW, voices=heard, needed=count, within=within))
        if heard == count:
            yield tuple(window)
            over = claim.effective_at + within
            window.clear()


def few_of_a_source(claims: Iterable[Claim], within: timedelta, trace: Trace | None = None) -> Iterator[Claim]:
    """The claims, in order of time, but of one source no more than `MAX_CLAIMS_OF_A_SOURCE` inside `within`."""
    kept = defaultdict[str, deque[datetime]](lambda: deque(maxlen=MAX_CLAIMS_OF_A_SOURCE))
    for claim in claims:
        times = kept[claim.quote.source]
        if len(times) < MAX_CLAIMS_OF_A_SOURCE or claim.effective_at - times[0] > within:
            times.append(claim.effective_at)
            yield claim
        elif trace is not None:
            trace.put(claim, _TOO_OFTEN)


def standing_of(voices: Sequence[str], *, confirm: int) -> Standing:
    """Confirmed with enough independent voices, provisional with fewer; at least one of them leads."""
    return Standing.CONFIRMED if len(voices) >= confirm else Standing.PROVISIONAL


def is_declared(claims: Iterable[Claim]) -> bool:
    """Whether all of it is history of the configuration: nobody has read it."""
    return all(claim.rule == KNOWN for claim in claims)


def quotes_of(claims: Iterable[Claim], *, limit: int = 6) -> tuple[Quote, ...]:
    """The quotes of some claims, each address and text once, at most `limit`.

    Words that were read stand before those that the configuration declares, and in their place where these are the same.
    """
    quotes: dict[tuple[str, str], Quote] = {}
    told = [quote for claim in claims for quote in _with_reason(claim)]
    for quote in sorted(told, key=lambda one: one.source == KNOWN):
        if len(quotes) == limit:
            break
        quotes.setdefault((quote.url, quote.text), quote)
    return tuple(quotes.values())


def _with_reason(claim: Claim) -> Iterator[Quote]:
    """The words of a claim, and those beside them that say why."""
    yield claim.quote
    if claim.because:
        yield replace(claim.quote, text=claim.because, is_reason=True)


def has_happened(claim: Claim, now: datetime) -> bool:
    """Whether what a claim says is past by the clock, or was when it was seen: a clock that is set back unsays nothing."""
    return claim.effective_at <= now or (claim.rule != KNOWN and claim.effective_at <= claim.quote.seen_at)


def is_old(claim: Claim) -> bool:
    """Whether a claim tells nothing of its day."""
    return why_old(claim) is not None


def why_old(claim: Claim) -> Ruling | None:
    """Why a claim tells nothing of its day: its text has no date of its own, or tells what was long past when it was said."""
    if claim.undated:
        return _UNDATED
    told = claim.quote.published or claim.quote.seen_at
    return _RETOLD if claim.since is not None and told - claim.since > RETOLD else None


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """Claims in the order of what they say happened, then of their place in the day, then of when they were seen."""
    return sorted(claims, key=_when)


def _when(claim: Claim) -> tuple[datetime, int, datetime, str, str]:
    return (claim.effective_at, claim.order, claim.quote.seen_at, claim.quote.url, claim.rule)


# The sentence that holds a value: what a reader is shown beside it.

_TOKEN: Final = re.compile(r"[\w$.]*\w")


def holds_value(words: str, value: Scalar | tuple[Scalar, ...]) -> bool:
    """Whether words hold every piece of a value: "$8 for input and $40 for output" holds "$8/$40"."""
    values = value if isinstance(value, tuple) else (value,)
    there = set(_TOKEN.findall(fold(words).casefold()))
    return all(set(_TOKEN.findall(fold(_as_said(one)).casefold())) <= there for one in values)


def proof_of(value: Scalar | tuple[Scalar, ...], quote: str, sentences: Iterable[str]) -> str:
    """The first of a text's sentences that holds a value which its quote does not; empty where the quote, or none, does."""
    if holds_value(quote, value):
        return ""
    return next((sentence for sentence in sentences if holds_value(sentence, value)), "")


def _as_said(value: Scalar) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
