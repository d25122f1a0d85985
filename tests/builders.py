"""Builders of the values that the core decides on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.evaluations import COMPARED
from watcher.core.model import Claim, Flag, Headline, Health, Ladder, Quote, Rule, Signal, Source, Status, Tier, Track, Verdict


def day(text: str) -> datetime:
    """'06-09' or '06-09 17:05' of 2026, or a whole ISO date, in UTC."""
    full = text if len(text.split("-", maxsplit=1)[0]) == 4 else f"2026-{text}"
    moment = datetime.fromisoformat(full)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


ACCESS = Ladder(
    id="access",
    statuses=(
        Status("none", "Nothing", "Nobody speaks of it."),
        Status("rumoured", "Rumoured", "Others write about it.", report=2),
        Status("gated", "By invitation", "Invited partners use it."),
        Status("promised", "Promised", "Announced for all.", expires=timedelta(days=63)),
        Status("available", "Open to all", "Everybody can use it.", confirm=2),
        Status("suspended", "Suspended", "Nobody can use it.", steps_back=True, urgent=True),
        Status("ended", "Ended", "It will not come back.", final=True),
    ),
    rules=(
        Rule("open", status="available"),
        Rule("restored", status="available", back_from=("suspended",), confirm=1),
        Rule("gate", status="gated"),
        Rule("soft-gate", status="gated", not_from=("rumoured",)),
    ),
    flags=(
        Flag("overdue", "Overdue", "The promised time is over."),
        Flag("renamed", "Renamed", "It has another name."),
        Flag("halted", "Halted", "Told to stop.", report=2),
    ),
    attributes=("name",),
)

BILL = Ladder(
    id="bill",
    statuses=(
        Status("house", "In the House", "Not in the Senate."),
        Status("committee", "In committee", "A committee has it."),
        Status("calendar", "On the calendar", "It waits for the floor."),
        Status("started", "On the floor", "The floor has it."),
        Status("blocked", "Blocked", "The floor would not take it up.", steps_back=True),
        Status("rejected", "Rejected", "Voted down.", steps_back=True, urgent=True),
        Status("passed", "Passed", "The Senate has passed it.", confirm=2, urgent=True),
        Status("law", "Law", "It is law.", final=True),
        Status("dead", "Dead", "The Congress ended.", final=True),
    ),
    rules=(
        Rule("refer", status="committee"),
        Rule("calendar", status="calendar"),
        Rule("motion", status="started"),
        Rule("invoked", status="started", back_from=("blocked", "rejected")),
        Rule("block", status="blocked", back_from=("rejected",)),
        Rule("fail", status="rejected"),
        Rule("pass", status="passed"),
        Rule("sign", status="law"),
        Rule("vitiate", cancels=("day",)),
        Rule("return", cancels=("passed",)),
        Rule("end", status="dead", clock=day("2027-01-03 17:00"), not_from=("law",)),
    ),
)

SERIES = Ladder(
    id="series",
    statuses=(
        Status("awaiting", "Awaiting", "The next is awaited."),
        Status("signalled", "Announced", "Somebody says that it comes.", mail=False),
        Status("reported", "Reported", "The press writes of one.", report=2),
        Status("published", "Published", "A new one is out."),
    ),
    rules=(
        Rule("page", status="published", clears=("halted",)),
        Rule("hint", status="signalled"),
        Rule("press", status="reported"),
    ),
    flags=(
        Flag("quiet", "Quiet", "Nothing for long."),
        Flag("page_gone", "Page gone", "A page has vanished."),
        Flag("revised", "Revised", "A page was edited.", mail=False),
        Flag("halted", "Halted", "Told to stop.", report=2),
    ),
    series=True,
    **COMPARED,
    quiet_after=timedelta(days=140),
)

_PRESENT = ("gated", "promised", "available", "suspended", "ended", "rumoured")


def signal_of(ladder: Ladder, *, track: str = "it", **changes: Any) -> Signal:
    """A signal with one track on this ladder and a headline for each status."""
    lines = [Headline(status.id, status.label, {track: (status.id,)}) for status in ladder.statuses[1:]]
    first = Headline(ladder.statuses[0].id, ladder.statuses[0].label)
    base = Signal(
        id="sig",
        title="Signal",
        question="Is it?",
        why="It matters.",
        tracks=(Track(track, "It", ladder),),
        headlines=(*lines, first),
        sources=(),
    )
    return replace(base, **changes)


def source(name: str = "feed", **changes: Any) -> Source:
    """A declared source of the signal `sig`, polled each hour."""
    base = Source(name, "sig", f"https://{name}.example/", "feed", f"{name}.example", Tier.OFFICIAL, timedelta(hours=1))
    return replace(base, **changes)


def health(name: str = "feed", **changes: Any) -> Health:
    """The health of a source."""
    return replace(Health(name, f"https://{name}.example/", f"{name}.example"), **changes)


def said(
    who: str,
    status: str = "",
    at: str = "06-09",
    *,
    rule: str = "",
    tier: str = "",
    words: str = "",
    copy: int = 0,
    seen: str = "",
    track: str = "it",
    **changes: Any,
) -> Claim:
    """What somebody said: `official:lab` or `press:paper.example`; tier and publisher in one word."""
    kind, _, name = who.partition(":")
    publisher = name or f"{kind}.example"
    quote = Quote(
        words or f"{publisher} says {status or changes.get('flag', '')}",
        f"https://{publisher}/{status}/{at}",
        publisher,
        Tier(tier or kind),
        day(seen or at),
    )
    base = Claim("sig", track, rule or status, quote, day(at), status=status, voice=changes.pop("voice", publisher), copy=copy)
    return replace(base, **changes)


def at_end(verdict: Verdict) -> tuple[str, str]:
    """Status and standing of the only track."""
    return verdict.tracks[0].status, verdict.tracks[0].standing.value
