"""Words that mails, pages and commands share: transitions, undecided texts, details, labels in a sentence, standings, counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from watcher.core import model
from watcher.core.addresses import redact, safe_link
from watcher.core.decision.undecided import text_in_words
from watcher.core.language.lexicon import written
from watcher.core.model import (
    Change,
    Ladder,
    Quote,
    Scalar,
    Signal,
    Standing,
    Term,
    Tier,
    TrackVerdict,
    Transition,
    Undecided,
    day_text,
)

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST: Final = re.compile(r"[A-Z][a-z]*(?![\w.'\u2019-])")


def transition_to_dict(transition: Transition) -> dict[str, Any]:
    """One transition as the JSON object that `rehearse`, `replay` and the webhook share."""
    return {
        "at": iso_utc(transition.at),
        "signal": transition.signal,
        "track": transition.track,
        "kind": transition.kind.value,
        "from": transition.before,
        "to": transition.after,
        "standing": transition.standing.value,
        "headline": transition.headline,
        "headline_label": transition.headline_label,
        "outcome": transition.outcome or None,
        "event": transition.event or None,
        "title": redact(transition.title) or None,
        "effective_at": iso_utc(transition.effective_at),
        "details": dict(transition.details),
        "figures": dict(transition.figures),
        "mail": transition.mail,
        "reason": redact(transition.reason),
        "evidence": [_evidence(quote, url) for quote in transition.evidence for url in _addresses(quote)],
    }


def _addresses(quote: Quote) -> list[str]:
    """The link for a reader, and the document that the watch read where that is another one."""
    return [quote.url] if quote.read_at in {"", quote.url} else [quote.url, quote.read_at]


def _evidence(quote: Quote, url: str) -> dict[str, Any]:
    return {
        "url": safe_link(url),
        "quote": redact(quote.text),
        "tier": quote.tier.value,
        "publisher": quote.publisher,
        "published": iso_utc(quote.published),
        "seen": iso_utc(quote.seen_at),
        "document": quote.document or None,
        "source": quote.source or None,
    }


def transition_to_text(transition: Transition) -> str:
    """One transition as a line for a person."""
    same = transition.before == transition.after
    what = transition.after if same else f"{transition.before or '·'} → {transition.after or '·'}"
    name = f"{transition.signal}.{transition.track}" if transition.track else transition.signal
    more = " · ".join(part for part in (transition.title, transition.outcome, transition.reason if same else "") if part)
    quote = redact(transition.evidence[0].text.replace("\n", " "))[:110] if transition.evidence else ""
    head = f"{transition.at:%Y-%m-%d %H:%M}  {transition.kind.value:10} {name:28} {what}"
    line = f"{head} ({transition.standing.value})" + (f"  {more}" if more else "") + (f'\n{"":18}"{quote}"' if quote else "")
    return redact(line)


class ChangedDetail(NamedTuple):
    """A detail that says something else than before."""

    name: str
    value: str
    before: str
    """Empty where nothing had told it."""
    first: str = ""
    """The day on which it was first told as it is now, where it was told otherwise in between; else empty."""

    @property
    def all_before(self) -> str | tuple[str, ...]:
        """What was told before; where several held beside one another, each of them."""
        parts = tuple(self.before.split(" + "))
        return parts if len(parts) > 1 else self.before


def changed_details(transition: Transition) -> tuple[ChangedDetail, ...]:
    """The details that a change tells of, out of its reason (`price: $8/$40, before: $10/$50; version: 5.2`); else empty."""
    if transition.kind is not Change.DETAIL or transition.event:
        return ()
    found = (part.partition(": ") for part in transition.reason.split("; "))
    told = ((name, *rest.partition(", before: ")) for name, colon, rest in found if colon)
    parts = ((name, value, *before.partition(", first: ")) for name, value, _, before in told)
    return tuple(
        ChangedDetail(name, value, before, day_text(date.fromisoformat(day)) if day else "")
        for name, value, before, _, day in parts
    )


def undecided_line(text: Undecided) -> dict[str, Any]:
    """One text that a person is asked about as the JSON object that `status`, `explain`, `review` and the webhook share."""
    return {
        "id": text.id,
        "signal": text.signal,
        "track": text.track,
        "may_say": text.status or None,
        "unexplained": list(text.unexplained),
        "effective_at": iso_utc(text.effective_at),
        "asked_at": iso_utc(text.asked_at),
        "evidence": [_evidence(quote, quote.url) for quote in text.quotes],
    }


def undecided_words(text: Undecided, became: str = "") -> str:
    """The same in lines for a person; `became` says what has become of a text that is open no more."""
    quote = text.quotes[0]
    may = f" ({text.status})" if text.status else ""
    left = text.left_over if text.names_alone else ", ".join(text.unexplained)
    words = f"\n      not explained: {left}" if left else ""
    about = f"on {text.track}{may}: {became}" if became else f"may change {text.track}{may}; a person is checking it"
    lead = f"  {'·' if became else '?'} {text.id}: {text_in_words(quote)} {about}"
    return f"{lead}\n      “{redact(' '.join(quote.text.split()))[:300]}”\n      {safe_link(quote.url)}{words}"


def terms_at(signals: Iterable[Signal], now: datetime) -> list[Term]:
    """The short names that these signals spell out, as they are used at `now`, each once."""
    told = (term for signal in signals for term in signal.terms if term.at is None or term.at <= now)
    return list({term.name: term for term in told}.values())


def terms_in(terms: Iterable[Term], text: str) -> list[Term]:
    """Those that stand in a text, as words of their own, and in what these stand for; small letters may begin a title."""
    found, known = list[Term](), list(terms)
    for term in known:
        words = " ".join((text, *(one.words for one in found)))
        sought = re.escape(term.name)
        sought = f"(?i:{sought[0]}){sought[1:]}" if term.name.islower() else sought
        if re.search(rf"(?<![\w-]){sought}(?![\w-])", words):
            found.append(term)
    return found


def iso_utc(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 in UTC with `Z`, None for none."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def day_in_words(words: str) -> str:
    """A day as `2026-01-30` in words, `30 January 2026`; all other words as they are."""
    if not DAY.fullmatch(words):
        return words
    try:
        told = date.fromisoformat(words)
    except ValueError:  # no such day
        return words
    return day_text(told)


def detail(name: str, value: Scalar | tuple[Scalar, ...], ladder: Ladder | None = None) -> tuple[str, str]:
    """A detail of a track with its name, in the words of its ladder, else in plain ones."""
    told = (ladder or Ladder("", (), ())).detail(name)
    said = told.said(value)
    words = ", ".join(map(_scalar, said if isinstance(said, tuple) else (said,)))
    return told.label, words.replace("_", " ") if words.islower() else words


def with_unit(name: str, value: Scalar | tuple[Scalar, ...], ladder: Ladder) -> tuple[str, str]:
    """The same with what it is counted in: `$8/$40` alone says nothing to who does not know what is sold by what."""
    label, words = detail(name, value, ladder)
    unit = ladder.detail(name).unit
    return label, f"{words} {unit}" if unit else words


def _scalar(value: Scalar) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else day_in_words(str(value))


def lowered(label: str, signal: Signal | None) -> str:
    """A label inside a sentence: its first word loses its capital where it is no name.

    It is none where English or the signal's own texts write it small, or where it is a participle in "-ed", and none of those
    texts writes it large within a sentence.
    """
    if not (first := _FIRST.match(label)):
        return label
    small, told = first[0].lower(), " \n".join(_texts(signal)) if signal else ""
    if re.search(rf"(?<=[\w,;)] ){first[0]}\b", told):
        return label
    common = small in _common_words() or small.endswith("ed") or re.search(rf"(?<![\w.'-]){small}\b", told)
    return label[:1].lower() + label[1:] if common else label


def _texts(signal: Signal) -> Iterator[str]:
    """What the configuration says of a signal in words."""
    yield from (signal.title, signal.question, signal.why, signal.wanted, signal.changes_for_you)
    for headline in signal.headlines:
        yield from (headline.label, headline.says)
    for track in signal.tracks:
        yield track.title
        for status in track.ladder.statuses:
            yield from (status.label, status.meaning, status.consequence, status.next)
        for flag in track.ladder.flags:
            yield from (flag.label, flag.meaning)
        for outcome in track.ladder.outcomes:
            yield from (outcome.label, outcome.says)


@cache
def _common_words() -> frozenset[str]:
    """Words that the general English of the watch writes small; it holds no names."""
    return frozenset(word for text in written() for word in re.findall(r"(?<![\w.'-])[a-z]+\b", text))


class Sign(NamedTuple):
    """A word with its icon and its class, so that colour never speaks alone."""

    icon: str
    word: str
    tone: str
    meaning: str = ""


STANDINGS: Final = {
    Standing.DECLARED: Sign("·", "Known before", "calm", "Known when the watch was set up; nothing of it has been read yet."),
    Standing.CONFIRMED: Sign("✓", "Confirmed", "good", "The official record says so."),
    Standing.PROVISIONAL: Sign("◐", "Provisional", "warn", "One official voice says so; a second one is still to come."),
    Standing.REPORTED: Sign("○", "Reported", "warn", "Independent press says so; there are no official words yet."),
}
"""How sure it is."""
_UNSURE: Final = {Change.ADVANCE, Change.STEP_BACK, Change.RAISED, Change.FLAG}
RECORDED: Final = "The person who runs the watch has recorded it; an official voice is still to come."


def how_sure(change: Transition, told: str) -> str:
    """` (reported)` where a change is not confirmed and its words do not say so themselves."""
    weak = change.standing is not Standing.CONFIRMED and change.kind in _UNSURE
    standing = STANDINGS[change.standing].word.lower() if weak else ""
    return f" ({standing})" if standing and standing.removesuffix("ed") not in told.casefold() else ""


def as_recorded(sign: Sign, quotes: Sequence[Quote]) -> Sign:
    """The sign of a standing; what only a person has recorded is no official voice."""
    return sign._replace(meaning=RECORDED) if {quote.tier for quote in quotes} == {Tier.OPERATOR} else sign


UNTOLD: Final = Sign("·", "Nothing said of it", "calm", "Nothing that was read or known before speaks of it.")


def is_untold(track: TrackVerdict) -> bool:
    """Whether nothing at all is told of a track: what nobody speaks of is no declared history."""
    return track.standing is Standing.DECLARED and track.since is None


def sign_of(track: TrackVerdict, proof: Sequence[Quote]) -> Sign:
    """How sure a track is, by the quotes that prove it."""
    return UNTOLD if is_untold(track) else as_recorded(STANDINGS[track.standing], proof)


def is_date_only(at: datetime) -> bool:
    """Whether only the day is known: midnight, noon and midnight in Washington (4 or 5 h), to the second, stand for one.

    So does its last second, to which what a sentence dates by the day is put.
    """
    if (at.minute, at.second, at.microsecond) == (0, 0, 0):
        return at.hour in {0, 4, 5, 12}
    return (at.hour, at.minute, at.second, at.microsecond) == (23, 59, 59, 0)


TIERS: Final = {
    Tier.OFFICIAL: "official",
    Tier.PARTNER: "partner",
    Tier.PRESS: "press",
    Tier.COMMUNITY: "community",
    Tier.OPERATOR: "added by hand",
}

count: Final = model.count
"""A number with its noun: every count that a person reads is written by it."""
