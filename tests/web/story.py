"""A view as it would stand on 24 November 2026: three signals with their tracks, figures, sources and history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.evaluations import COMPARED
from watcher.config.settings import Tool
from watcher.core.model import (
    Change,
    Date,
    DeclaredFact,
    Event,
    Facts,
    Figure,
    FigureSpec,
    Headline,
    Health,
    Ladder,
    Outcome,
    Quote,
    RaisedFlag,
    Signal,
    Source,
    SourceOutage,
    Standing,
    Status,
    Tier,
    Track,
    TrackVerdict,
    Transition,
    Verdict,
)
from watcher.web.read_model import (
    AuditEntry,
    Fate,
    HealthStatus,
    PollView,
    Review,
    SentDigest,
    SourceHealth,
    Undelivered,
    View,
)


def at(words: str) -> datetime:
    """A moment from its ISO form, UTC."""
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


NOW = at("2026-11-24T09:30:00")
HASH = "3f1c9a5e" * 8
GAP = "https://www.nist.gov/news-events/news/"


def said(publisher: str, text: str, *, url: str = "", when: str = "2026-01-13", title: str = "", document: str = HASH) -> Quote:
    """A quote of an official publisher."""
    return Quote(
        text=text,
        url=url or f"https://{publisher}/",
        publisher=publisher,
        tier=Tier.OFFICIAL,
        seen_at=at(when) + timedelta(hours=9, minutes=12),
        document=document,
        published=at(when),
        source=publisher,
        title=title,
    )


BILL = Ladder(
    "senate-bill",
    (
        Status(
            "not_yet_in_senate",
            "Not yet in the Senate",
            "The bill is still in the House.",
            next="The House passes it and sends it over.",
        ),
        Status(
            "in_senate_committee",
            "With the Senate committee",
            "The Senate has received the bill and given it to a committee. Nothing has been voted on.",
            consequence="Nothing changes yet. Remote access to export-controlled chips stays outside the licence rules.",
            next="The committee reports or is discharged. Bills like this are often discharged and passed on one day, without warning.",
            confirm=2,
        ),
        Status("committee_activity", "The committee is working on it", "A hearing or a mark-up was held.", confirm=2),
        Status("out_of_committee", "Out of committee", "The bill waits for the floor.", confirm=2),
        Status("floor_started", "On the floor", "The Senate has begun to consider it.", confirm=2),
        Status("floor_blocked", "Blocked on the floor", "A motion to go on has failed.", steps_back=True),
        Status("senate_passed", "Passed the Senate", "The Senate has voted for it.", urgent=True, confirm=2),
        Status(
            "senate_rejected",
            "Rejected by the Senate",
            "The Senate has voted against it.",
            steps_back=True,
            urgent=True,
            confirm=2,
        ),
        Status("resolving", "Both houses settle the text", "The two texts differ.", confirm=2),
        Status("presented", "With the President", "Congress is done.", confirm=2),
        Status("enacted", "Law", "The bill is law.", final=True, urgent=True, confirm=2),
    ),
    (),
)
NAMED = Ladder(
    "model-access",
    (
        Status("none", "Unknown", "Nothing is known."),
        Status("rumoured", "Rumoured", "Press speaks of it.", report=2),
        Status("gated", "Gated preview", "By invitation only."),
        Status(
            "gated_wider",
            "Gated, for more organisations",
            "Verified organisations may use it; the public may not.",
            next="Anthropic says that a model named Mythos is open to all, and a cloud or product page agrees.",
        ),
        Status("promised", "Promised to all", "A date or a window was named."),
        Status("available", "Open to all", "Anyone may use it.", confirm=2, urgent=True, report=3),
        Status("suspended", "Suspended", "Access was taken away.", steps_back=True, urgent=True),
    ),
    (),
)
CLASS = Ladder(
    "class-access",
    (
        Status("none", "Not open", "No model of the class is open to all."),
        Status("promised", "Promised", "It was promised."),
        Status(
            "available",
            "Open to all, under another name",
            "Anyone may use a model of the Mythos class.",
            consequence="You can use the class today. Keep a fallback: it was withdrawn for nineteen days in June.",
            next="A suspension or a withdrawal; it has happened before.",
            confirm=2,
        ),
        Status("suspended", "Suspended", "Access was taken away.", steps_back=True),
    ),
    (),
)
SERIES = Ladder(
    "evaluations",
    (
        Status(
            "awaiting",
            "Awaiting the next evaluation",
            "Nothing new has been published since the last one.",
            consequence="The last measured gap is still 94 % against 8 %, from September 2025.",
            next="CAISI publishes an evaluation of a Chinese model on nist.gov.",
        ),
        Status("signalled", "Testing announced", "An official body says that a model is being tested."),
        Status("reported", "Reported, not yet official", "Two newspapers speak of it.", report=2),
        Status("published", "Published", "The evaluation is on the official page.", urgent=True),
    ),
    (),
    series=True,
    **COMPARED,
)


def source(signal: str, name: str, url: str, **options: Any) -> Source:
    """A declared source, official unless said otherwise."""
    options = {"tier": Tier.OFFICIAL, "publisher": "example", "every": timedelta(hours=1), **options}
    return Source(id=name, signal=signal, url=url, format="feed", **options)


SENATE = Signal(
    id="senate-vote",
    title="The Senate vote on remote access",
    question="Has the Senate voted to close the remote-access loophole?",
    why="Export controls stop chips at the border, not their use from abroad over a network. H.R. 2683 and S. 3519 would change that.",
    tracks=(
        Track("hr2683", "H.R. 2683", BILL, "https://www.congress.gov/bill/119th-congress/house-bill/2683"),
        Track("s3519", "S. 3519", BILL, "https://www.congress.gov/bill/119th-congress/senate-bill/3519"),
    ),
    headlines=(
        Headline(
            "in_senate_committee",
            "Not yet. Both bills are with the Senate Banking Committee",
            {"hr2683": ("in_senate_committee",), "s3519": ("in_senate_committee",)},
        ),
    ),
    sources=(
        source(
            "senate-vote",
            "billstatus-hr2683",
            "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr2683.xml",
            essential=True,
            record=True,
            title="Senate roll calls",
        ),
        source(
            "senate-vote",
            "billstatus-s3519",
            "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/s/BILLSTATUS-119s3519.xml",
            essential=True,
            record=True,
        ),
        source("senate-vote", "vote-menu", "https://www.senate.gov/legislative/LIS/roll_call_lists/vote_menu_119_2.xml"),
        source("senate-vote", "batch", "https://www.govinfo.gov/rss/billstatus-batch.xml"),
        source("senate-vote", "meetings", "https://www.senate.gov/general/committee_schedules/hearings.xml"),
    ),
    figures=(
        FigureSpec("tally", "Tally in the Senate", "votes", "detail"),
        FigureSpec("house", "Tally in the House", "votes", "detail"),
        FigureSpec(
            "waiting",
            "Days since the House vote",
            "days",
            "days_since",
            {
                "median": 56,
                "longest": 351,
                "url": "https://clerk.house.gov/evs/2026/roll013.xml",
                "quote": "369 - 22 (Roll no. 13)",
            },
        ),
    ),
    known=(
        DeclaredFact(
            "s3519",
            "in_senate_committee",
            at("2025-12-17"),
            "Read twice and referred to the Committee on Banking, Housing, and Urban Affairs.",
            "https://www.congress.gov/bill/119th-congress/senate-bill/3519",
            "congress.gov",
        ),
        DeclaredFact(
            "hr2683",
            "not_yet_in_senate",
            at("2025-04-07"),
            "Introduced in House",
            "https://www.congress.gov/bill/119th-congress/house-bill/2683",
            "congress.gov",
            title="Introduced in the House",
        ),
        DeclaredFact(
            "hr2683",
            "in_senate_committee",
            at("2026-01-13"),
            "Received in the Senate and Read twice and referred to the Committee on Banking, Housing, and Urban Affairs.",
            "https://www.congress.gov/bill/119th-congress/house-bill/2683",
            "congress.gov",
        ),
    ),
    dates=(Date("end", "The 119th Congress ends, and both bills with it", at("2027-01-03T17:00:00")),),
    opened=at("2026-05-14"),
    window=timedelta(days=60),
    wanted="A vote of the full Senate on either bill.",
    changes_for_you="If it passes, tools that run on rented chips through a Chinese lab may lose them.",
)
MYTHOS = Signal(
    id="mythos-ga",
    title="General availability of Mythos",
    question="Can anyone use Mythos now, and does the claim of twenty times more Firefox fixes hold?",
    why="A model that finds security holes this fast changes how long you may wait with updates.",
    tracks=(Track("named", "A model named Mythos", NAMED), Track("class", "The Mythos class, any name", CLASS)),
    headlines=(
        Headline(
            "class_ga_other_name",
            "The class is open to all as Claude Fable 5.2; models named Mythos are not",
            {"class": ("available",)},
        ),
    ),
    sources=(
        source("mythos-ga", "release-notes", "https://platform.claude.com/docs/en/release-notes/feed.xml", essential=True),
        source("mythos-ga", "newsroom", "https://www.anthropic.com/sitemap.xml"),
        source("mythos-ga", "aws-news", "https://aws.amazon.com/about-aws/whats-new/recent/feed/", tier=Tier.PARTNER),
        source("mythos-ga", "mozilla", "https://github.com/mozilla/foundation-security-advisories/commits/master.atom"),
    ),
    figures=(FigureSpec("firefox", "Security fixes in Firefox by month", "times", "monthly", {"claim": 20}),),
    known=(
        DeclaredFact(
            "named",
            "gated",
            at("2026-04-07"),
            "Claude Mythos Preview … gated research preview",
            "https://platform.claude.com/docs/en/release-notes/overview#april-7-2026",
            "anthropic.com",
        ),
        DeclaredFact(
            "class",
            "available",
            at("2026-06-09"),
            "We've launched Claude Fable 5, our most capable model open to all customers",
            "https://platform.claude.com/docs/en/release-notes/overview#june-9-2026",
            "anthropic.com",
        ),
        DeclaredFact(
            "class",
            "suspended",
            at("2026-06-12"),
            "directive to suspend access",
            "https://www.anthropic.com/news/fable-mythos-access",
            "anthropic.com",
        ),
        DeclaredFact(
            "class",
            "available",
            at("2026-07-01"),
            "We've restored access to Claude Fable 5 and Claude Mythos 5",
            "https://platform.claude.com/docs/en/release-notes/overview#july-1-2026",
            "anthropic.com",
        ),
    ),
    opened=at("2026-05-14"),
    window=timedelta(days=60),
    wanted="A model that is named Mythos and open to all.",
    changes_for_you="Expect more security fixes at once: update within days.",
)
CAISI = Signal(
    id="caisi-evaluation",
    title="The next CAISI evaluation",
    question="Has CAISI published its next evaluation of a Chinese model, and did the gap close?",
    why="CAISI measured how often models help with malicious requests: 94 % for the best Chinese model, 8 % for US ones.",
    tracks=(Track("evaluations", "Evaluations", SERIES, "https://www.nist.gov/caissi"),),
    headlines=(
        Headline(
            "awaiting", "Three since May, none of which measured the gap; the seventh is awaited", {"evaluations": ("awaiting",)}
        ),
    ),
    sources=(
        source("caisi-evaluation", "nist-news", "https://www.nist.gov/news-events/news/rss.xml", essential=True),
        source("caisi-evaluation", "caissi", "https://www.nist.gov/caissi"),
        source(
            "caisi-evaluation",
            "aisi-blog",
            "https://raw.githubusercontent.com/alan-turing-institute/ai-rss-feeds/main/feeds/aisi-blog.xml",
            tier=Tier.COMMUNITY,
        ),
    ),
    figures=(FigureSpec("gap", "Compliance with malicious requests", "%", "pair", {"track": "evaluations"}),),
    dates=(Date("quiet", "140 days without an evaluation", at("2027-02-04")),),
    opened=at("2026-05-14"),
    window=timedelta(days=60),
    wanted="An evaluation with both numbers again.",
    changes_for_you="Keep models from Chinese labs away from what strangers can write to.",
)


def event(number: int, when: str, title: str, outcome: str, slug: str, **details: Any) -> Event:
    """One evaluation."""
    quote = said("nist.gov", title, url=GAP + slug, when=when, title=title)
    return Event(key=title.lower(), title=title, at=at(when), number=number, outcome=outcome, evidence=(quote,), details=details)


EVENTS = (
    event(
        1, "2025-09-30", "CAISI Evaluation of DeepSeek AI Models", "baseline", "2025/09/caisi-evaluation-deepseek", prc=94, us=8
    ),
    event(2, "2025-12-12", "CAISI Evaluation of Kimi K2 Thinking", "not_measured", "2025/12/caisi-evaluation-kimi-k2-thinking"),
    event(3, "2026-05-01", "CAISI Evaluation of DeepSeek V4 Pro", "not_measured", "2026/05/caisi-evaluation-deepseek-v4-pro"),
    event(4, "2026-07-17", "CAISI Assessment of Z.ai's GLM-5.2", "measured_qualitative", "2026/07/caisi-assessment-zais-glm-52"),
    event(
        5,
        "2026-07-23",
        "UK AISI / CAISI Preliminary Assessment of Kimi K3's Cyber Capabilities",
        "not_measured",
        "2026/07/uk-aisi-caisi-preliminary-assessment",
    ),
    event(
        6,
        "2026-09-17",
        "CAISI\u2019s Assessment of Z.ai\u2019s GLM-5.3 Cyber Capabilities",
        "not_measured",
        "2026/09/caisis-assessment-zais-glm-53",
    ),
)
FIXES = (
    *zip((f"2025-{m:02}" for m in range(1, 13)), (21, 20, 26, 31, 17, 21, 22, 17, 18, 26, 19, 20), strict=True),
    *zip((f"2026-{m:02}" for m in range(1, 10)), (25, 61, 76, 423, 185, 120, 218, 163, 182), strict=True),
    ("2026-10", None),
)


def standing(track: str, status: str, since: str, *evidence: Quote, **more: Any) -> TrackVerdict:
    """Where a track stands, confirmed unless said otherwise."""
    more = {
        "standing": Standing.CONFIRMED,
        "voices": ("congress.gov/record",),
        "seen_at": at(since) + timedelta(hours=20),
        **more,
    }
    return TrackVerdict(track=track, status=status, since=at(since), evidence=evidence, **more)


def verdict(
    signal: Signal,
    tracks: tuple[TrackVerdict, ...],
    figures: tuple[Figure, ...],
    blind: tuple[SourceOutage, ...] = (),
    **more: Any,
) -> Verdict:
    """A verdict with the signal's first headline."""
    line = signal.headlines[0]
    more = {"verified_at": NOW - timedelta(minutes=48), "word": line.word, "sentence": line.says, **more}
    return Verdict(signal.id, line.id, line.label, tracks, figures, blind, NOW, **more)


REFERRED = "Received in the Senate and Read twice and referred to the Committee on Banking, Housing, and Urban Affairs."


def verdicts() -> dict[str, Verdict]:
    """Where the three signals stand."""
    referred = said("govinfo.gov", REFERRED, url=SENATE.sources[0].url, title="H.R. 2683, bill status")
    twice = said(
        "govinfo.gov",
        "Read twice and referred to the Committee on Banking, Housing, and Urban Affairs.",
        url=SENATE.sources[1].url,
        when="2025-12-17",
        title="S. 3519, bill status",
    )
    fable = said(
        "anthropic.com",
        "Claude Fable 5.2 is available to all API customers; Claude Mythos 5.2 is available only to organizations verified through our programs.",
        url="https://platform.claude.com/docs/en/release-notes/overview",
        when="2026-11-09",
        title="Release notes, 9 November 2026",
    )
    series = TrackVerdict(
        "evaluations",
        "awaiting",
        Standing.CONFIRMED,
        at("2026-09-17"),
        at("2026-09-17T15:00:00"),
        EVENTS[-1].evidence,
        ("nist.gov",),
        {"cycle": 7, "latest": EVENTS[-1].title},
        flags=(
            RaisedFlag(
                "renamed",
                "The body was renamed CAISSI",
                at("2026-10-01"),
                (
                    said(
                        "nist.gov",
                        "Center for Advancing Innovation and Standards for Super Intelligence (CAISSI)",
                        url="https://www.nist.gov/caissi",
                        when="2026-10-01",
                    ),
                ),
            ),
        ),
        events=EVENTS,
    )
    return {
        "senate-vote": verdict(
            SENATE,
            (
                standing(
                    "hr2683",
                    "in_senate_committee",
                    "2026-01-13",
                    referred,
                    path=(("not_yet_in_senate", at("2025-04-07")), ("in_senate_committee", at("2026-01-13"))),
                ),
                standing(
                    "s3519",
                    "in_senate_committee",
                    "2025-12-17",
                    twice,
                    standing=Standing.PROVISIONAL,
                    path=(("in_senate_committee", at("2025-12-17")),),
                ),
            ),
            (
                Figure(
                    "house",
                    "Tally in the House",
                    "votes",
                    "369-22, 12 January 2026",
                    at("2026-01-12"),
                    said(
                        "clerk.house.gov",
                        "369 - 22 (Roll no. 13)",
                        title="Roll call 13",
                        url="https://clerk.house.gov/evs/2026/roll013.xml",
                    ),
                    {"yeas": 369, "nays": 22},
                ),
                Figure(
                    "waiting",
                    "Days since the House vote",
                    "days",
                    "316",
                    NOW,
                    None,
                    {"days": 316},
                    note="Of 47 House bills with this committee 3 passed, each discharged and passed on one day.",
                ),
            ),
        ),
        "mythos-ga": verdict(
            MYTHOS,
            (
                standing(
                    "named",
                    "gated_wider",
                    "2026-06-02",
                    fable,
                    path=(
                        ("gated", at("2026-04-07")),
                        ("gated_wider", at("2026-06-02")),
                        ("suspended", at("2026-06-12")),
                        ("gated_wider", at("2026-07-01")),
                    ),
                    details={"version": "Claude Mythos 5.2", "access_model": "verification"},
                ),
                standing(
                    "class",
                    "available",
                    "2026-07-01",
                    fable,
                    path=(
                        ("promised", at("2026-05-28")),
                        ("available", at("2026-06-09")),
                        ("suspended", at("2026-06-12")),
                        ("available", at("2026-07-01")),
                    ),
                    details={"name": "Claude Fable 5.2", "price": "$8/$40"},
                ),
            ),
            (
                Figure(
                    "firefox",
                    "Security fixes in Firefox by month",
                    "bugs",
                    "19.7x in April 2026 (peak), 8.5x in September 2026, the last month counted",
                    at("2026-09-30"),
                    said("mozilla.org", "423 security bugs fixed", title="Mozilla's advisories", when="2026-10-01"),
                    {"peak": 19.7},
                    tuple((month, None if count is None else round(count / 21.5, 1)) for month, count in FIXES),
                    "The peak was reproduced, it has not been sustained, and it was measured before anyone could buy the model.",
                ),
            ),
            (SourceOutage("aws-news", MYTHOS.sources[2].url, at("2026-11-22T03:00:00"), "403, a human check"),),
            half="Its 20 times was 8.5 times in September 2026.",
        ),
        "caisi-evaluation": verdict(
            CAISI,
            (series,),
            (
                Figure(
                    "gap",
                    "Compliance with malicious requests",
                    "%",
                    "94 % against 8 %, last measured in September 2025",
                    at("2025-09-30"),
                    EVENTS[0].evidence[0],
                    {"prc": 94, "us": 8},
                ),
            ),
            (SourceOutage("nist-news", CAISI.sources[0].url, at("2026-11-21T08:00:00"), "connection refused", essential=True),),
            cannot_see_since=at("2026-11-21T08:00:00"),
            verified_at=at("2026-11-21T08:00:00"),
        ),
    }


def transition(
    signal: Signal, number: int, track: str, kind: Change, before: str, after: str, when: str, *evidence: Quote, **more: Any
) -> Transition:
    """A change as it was told."""
    line = signal.headlines[0]
    return Transition(
        signal.id,
        track,
        kind,
        before,
        after,
        at(when) + timedelta(hours=20),
        Standing.CONFIRMED,
        line.id,
        line.label,
        evidence,
        at(when),
        id=number,
        **more,
    )


def history() -> tuple[Transition, ...]:
    """Some of what was told, oldest first."""
    quote = said(
        "anthropic.com",
        "We've restored access to Claude Fable 5 and Claude Mythos 5",
        url="https://platform.claude.com/docs/en/release-notes/overview#july-1-2026",
        when="2026-07-01",
    )
    return (
        transition(SENATE, 1, "", Change.BASELINE, "", "hr2683: in_senate_committee", "2026-06-20"),
        transition(MYTHOS, 2, "class", Change.ADVANCE, "suspended", "available", "2026-07-01", quote),
        transition(
            CAISI,
            3,
            "evaluations",
            Change.NEXT,
            "awaiting",
            "published",
            "2026-09-17",
            *EVENTS[-1].evidence,
            title=EVENTS[-1].title,
            outcome="not_measured",
        ),
        transition(
            MYTHOS,
            4,
            "class",
            Change.DETAIL,
            "available",
            "available",
            "2026-11-09",
            quote,
            reason="name: Claude Fable 5.2; price: $8/$40",
        ),
    )


def strip(declared: Source, index: int, *, blind: bool) -> SourceHealth:
    """A source with forty polls, one of them failed here and there."""
    outcomes = [
        Outcome.BLOCKED
        if blind and n > 30
        else Outcome.ERROR
        if (n * 7 + index) % 23 == 0
        else Outcome.OK
        if (n + index) % 9 == 0
        else Outcome.UNCHANGED
        for n in range(40)
    ]
    polls = tuple(PollView(NOW - timedelta(hours=40 - n), outcome) for n, outcome in enumerate(outcomes))
    good = NOW - timedelta(hours=9 if blind else 1)
    health = Health(
        declared.id,
        declared.url,
        declared.publisher,
        good,
        NOW - timedelta(minutes=30),
        outcomes[-1],
        "403, a human check" if blind else "",
        next_at=NOW + timedelta(minutes=30),
    )
    return SourceHealth(declared, health, polls)


STACK = (
    Tool(name="Code review", provider="Anthropic", model="Claude Fable 5.2", fallback="Claude Opus 5.5"),
    Tool(name="Support bot", provider="OpenRouter", model="GLM-5.3", tags=("via_prc_lab", "open_weights")),
)


def view(**changes: Any) -> View:
    """The whole story, with any part replaced."""
    signals = (SENATE, MYTHOS, CAISI)
    blind = {"aws-news", "nist-news"}
    made = View(
        title="Policy Signal Watch",
        base_url="https://watch.example.org/",
        signals=signals,
        verdicts=verdicts(),
        as_of=NOW,
        generated_at=NOW,
        version="41",
        history=history(),
        strips=tuple(
            strip(item, index, blind=item.id in blind)
            for index, item in enumerate(one for signal in signals for one in signal.sources)
        ),
        told=(
            SentDigest("d2", at("2026-11-09T20:10:00"), "news", "Mythos: now Claude Fable 5.2", sent=2, waiting=1),
            SentDigest("d1", at("2026-06-20T20:00:00"), "baseline", "The watch has started", sent=3),
        ),
        undelivered=(Undelivered("webhook", Fate.WAITING, 1),),
        acts=(AuditEntry(at("2026-08-01T10:00:00"), "ana", "took back a claim on caisi-evaluation", "a US model"),),
        reviews=(
            Review(
                "caisi-evaluation",
                "CAISI Signs Agreement",
                GAP + "2026/05/agreements",
                "nist.gov",
                at("2026-05-05"),
                "names the body, is no evaluation",
            ),
        ),
        stack=STACK,
        touched={"senate-vote": ("Support bot",), "mythos-ga": ("Code review",), "caisi-evaluation": ("Support bot",)},
        contact="watch@example.org",
    )
    return replace(made, **changes)


class Shown:
    """Reads that always give the same view, and count how often they were asked."""

    def __init__(self, shown: View | None = None) -> None:
        self.shown = shown or view()
        self.asked: list[datetime | None] = []
        self.health = HealthStatus(
            cycle_at=NOW - timedelta(seconds=20), outbox=1, oldest=NOW - timedelta(hours=2), counts={"transitions": 4}
        )

    def __call__(self, as_of: datetime | None) -> View:
        self.asked.append(as_of)
        return replace(self.shown, as_of=as_of, past=True) if as_of else self.shown

    def version(self) -> str:
        return self.shown.version

    def pulse(self) -> HealthStatus:
        return self.health


def facts(**values: Any) -> Facts:
    """A mapping of facts."""
    return values
