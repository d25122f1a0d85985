"""Times, standings and kinds of change in plain words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from markupsafe import Markup, escape

from watcher.core.addresses import redact, safe_link
from watcher.core.model import Change, Outcome, Quote, Tier, day_text, duration_text
from watcher.wording import Sign, is_date_only

CHANGES = {
    Change.BASELINE: Sign("•", "Where the watch began", "calm"),
    Change.ADVANCE: Sign("↑", "Moved on", "good"),
    Change.STEP_BACK: Sign("↓", "Stepped back", "bad"),
    Change.RAISED: Sign("✓", "Better supported", "good"),
    Change.NEXT: Sign("+", "Published", "good"),
    Change.CORRECTION: Sign("✎", "Corrected", "warn"),
    Change.DETAIL: Sign("·", "Detail", "calm"),
    Change.FLAG: Sign("⚑", "Flag", "warn"),
    Change.UNDECIDED: Sign("?", "Being checked", "warn", "Not every word of it is understood: a person decides."),
}
EASED = Sign("↗", "Eased", "warn")
"""A step back that is partly over."""

POLLS = {
    Outcome.OK: Sign("✓", "read", "good", "Read, with something new or to compare."),
    Outcome.UNCHANGED: Sign("=", "unchanged", "same", "The publisher says nothing changed."),
    Outcome.BLOCKED: Sign("⊘", "blocked", "warn", "The publisher's gate answered instead of the page."),
    Outcome.ERROR: Sign("✕", "failed", "bad", "No answer, or an error."),
    Outcome.MALFORMED: Sign("✕", "unreadable", "bad", "An answer that could not be read."),
    Outcome.EMPTY: Sign("✕", "empty", "bad", "An answer without anything in it."),
    Outcome.SHAPE: Sign("✕", "unexpected shape", "bad", "An answer that does not look as its source declares."),
    Outcome.GONE: Sign("✕", "gone", "bad", "The page is no longer there."),
}

TO_COME = Sign("·", "does not exist yet", "calm", "A page that the watch looks for.")
"""Of a page that was never there and is looked for."""
NOT_THERE = Sign("·", "not there yet", "same")
"""How a look at such a page ended."""

KINDS = {
    "news": "news",
    "baseline": "first report",
    "weekly": "weekly note",
    "reminder": "reminder",
    "operator": "about the watch",
    "undecided": "text to decide",
}
"""What a message is, by the kind of its digest."""
KNOWN, CLOCK = "known", "clock"
"""Source of what the configuration declares, and publisher of what the calendar alone decides."""
CLOCKS_APART = timedelta(seconds=2)
"""What was just seen may lie so far ahead of the reader's moment."""
ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
WEB = re.compile(r"(https?://[^\s/?#@]{1,255})[/?#][^\s]*", re.IGNORECASE)
PER_CENT = re.compile(r"(?<![\d.,])\d[\d.,]*+ %")
LONGEST_REASON = 300
UNCARRIED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def datetime_text(at: datetime) -> str:
    """A moment in words, in UTC; a bare date where the time is not known."""
    at = at.astimezone(UTC)
    return day_text(at) if is_date_only(at) else f"{day_text(at)}, {at:%H:%M} UTC"


def stamp(at: datetime) -> str:
    """The machine's form for `<time datetime>`."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%d}" if is_date_only(at) else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def ago(at: datetime, now: datetime) -> str:
    """How far away a moment is: 3 hours ago, in 12 days, just now, in a moment."""
    gap = now - at
    if -timedelta(minutes=1) < gap < -CLOCKS_APART:
        return "in a moment"
    if abs(gap) < timedelta(minutes=1):
        return "just now"
    return f"{duration_text(gap)} ago" if gap > timedelta(0) else f"in {duration_text(gap)}"


def poll(name: str) -> Sign:
    """The sign of a poll's outcome."""
    return POLLS.get(Outcome(name), POLLS[Outcome.ERROR]) if name in set(Outcome) else Sign("·", "not tried yet", "calm")


def without_addresses(words: str) -> str:
    """A reason of failure that may be shown: without mail addresses, and web addresses cut to their host."""
    return ADDRESS.sub("…", WEB.sub(r"\1…", strip_controls(words)))[:LONGEST_REASON]


def unread_words(quote: Quote) -> str:
    """Where words come from that stand in no stored document; empty for what a person has recorded: its tier says so."""
    if quote.tier is Tier.OPERATOR:
        return ""
    if quote.source == KNOWN:
        return "known when the watch was set up"
    return "by the calendar" if quote.publisher == CLOCK else "noted by the watch"


def host(address: str) -> str:
    """The host of an address, for showing where a link leads."""
    link = safe_link(address)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else ""


def short_url(address: str, most: int = 38) -> str:
    """Host and path of an address, cut: where exactly a link leads."""
    link = safe_link(address)
    if not link:
        return ""
    whole = f"{host(link)}{unquote(urlsplit(link).path)}".rstrip("/")
    return whole if len(whole) <= most else whole[: most - 1] + "…"


def held_together(text: str) -> Markup:
    """The text, in which no line ends between a number and its per cent sign."""
    return Markup(PER_CENT.sub(r'<span class="pct">\g<0></span>', str(escape(redact(text)))))  # noqa: S704 - escaped before


def truncate(text: str, most: int) -> str:
    """The text, shortened at a word where it is longer than `most` characters."""
    return text if len(text) <= most else text[:most].rsplit(None, 1)[0] + " …"


def strip_controls(text: str) -> str:
    """Text without what its addresses must not show, and without characters that neither XML nor a calendar may carry.

    Those are control characters, half pairs and non-characters.
    """
    return redact(UNCARRIED.sub("", text))
