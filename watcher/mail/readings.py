"""How many sources were read in a week, which were not, and in which nothing new has stood: a line of the weekly note."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.core.decision.decide import STANDS_STILL
from watcher.core.model import Digest
from watcher.mail.context import MailContext, Recipient, verdicts_for
from watcher.mail.letter import day_of_event, several
from watcher.wording import count

MOST_UNREAD = 6
"""Sources that a weekly note names as not read."""
MOST_STILL = 3
"""Sources that it names in which nothing new has stood for long, the last ones first."""


def read_in_the_week(digest: Digest, context: MailContext, reader: Recipient) -> str:
    """`33 of 34 sources were read this week; not read this week: A; today 32 can be seen.`: of what this reader follows.

    An address that may come and was never there is none of the sources, here as on the page. Empty without a source.
    """
    numbers = [counts for name, *counts in digest.readings if reader.wants(name)]
    seen, never, declared = (sum(column) for column in zip(*numbers, strict=True)) if numbers else (0, 0, 0)
    lost = _lost(digest, context, reader)
    missed = [
        (source, context.source(name, source), ever, (name, source)) for name, source, ever in digest.unread if reader.wants(name)
    ]
    late = [each for each in missed if each[2] or each[3] in lost or not (each[1] and each[1].may_be_missing)]
    ahead = len(missed) - len(late)
    sources, unread = declared - ahead, never - ahead
    if not sources:
        return ""
    sight = sources - len(lost) - (unread - sum(lost.values()))  # the page counts so, too
    told = _unread([(known.title if known and known.title else source, ever) for source, known, ever, _ in late])
    told = told or (f", {unread} not read yet" if unread else "")
    now = "all" if sight == sources > 1 else sight
    first = f"{seen} of {count(sources, 'source')} {'was' if 1 in {seen, sources} else 'were'} read this week"
    return f"{first}{told}; today {now} can be seen.{_still(digest, context, reader)}{_to_come(ahead)}"


def _lost(digest: Digest, context: MailContext, reader: Recipient) -> dict[tuple[str, str], bool]:
    """The declared sources that cannot be seen, and of each whether it was never read."""
    blind = ((each.signal, one) for each in verdicts_for(digest, context, reader) for one in each.blind)
    return {(name, one.source): one.never for name, one in blind if context.source(name, one.source)}


def _to_come(ahead: int) -> str:
    """Addresses of pages that may come, which are counted among no sources."""
    if not ahead:
        return ""
    return f" {count(ahead, 'page')} that the watch looks for {'does' if ahead == 1 else 'do'} not exist yet."


def _unread(late: Sequence[tuple[str, bool]]) -> str:
    """`; not read yet: A and B; not read this week: C`; empty where all were read, and for a note that counted them alone."""
    parts = [(words, [title for title, known in late if known is ever]) for words, ever in (("yet", False), ("this week", True))]
    return "".join(f"; not read {words}: {_few(titles)}" for words, titles in parts if titles)


def _few(names: list[str]) -> str:
    """Some names, and how many more there are."""
    return several(names if len(names) <= MOST_UNREAD else [*names[:MOST_UNREAD], f"{len(names) - MOST_UNREAD} more"])


def _still(digest: Digest, context: MailContext, reader: Recipient) -> str:
    """` In 2 of them nothing new has stood for 60 days: A (since 13 March 2026) and B (since 2 February 2026).`; else empty.

    Records are left out: that nothing was added to one is what the answer says; so are sources without days. Both are counted.
    """
    lost = {(each.signal, blind.source) for each in verdicts_for(digest, context, reader) for blind in each.blind}
    told = (each for each in digest.still if reader.wants(each[0]) and each[:2] not in lost)
    known = (
        (at, context.source(name, source), source) for name, source, at in sorted(told, key=lambda each: each[2], reverse=True)
    )
    found = list(known)
    mine = [(at, one.title if one and one.title else source) for at, one, source in found if not (one and one.record)]
    out = _left_out(len(found) - len(mine), sum(many for name, many in digest.undated if reader.wants(name)))
    named = [f"{title} (since {day_of_event(at, reader.zone)})" for at, title in mine[:MOST_STILL]]
    more = [f"{len(mine) - MOST_STILL} more"] if len(mine) > MOST_STILL else []
    return (
        f" In {len(mine)} of them nothing new has stood for {STANDS_STILL.days} days: {several([*named, *more])}{out}."
        if mine
        else ""
    )


def _left_out(records: int, undated: int) -> str:
    """`; this leaves out 2 records and 9 sources without days`; empty where it leaves out none."""
    parts = [count(records, "record")] * bool(records) + [f"{count(undated, 'source')} without days"] * bool(undated)
    return f"; this leaves out {several(parts)}" if parts else ""
