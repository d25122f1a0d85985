"""A small watch with a bill, a model and a series, and builders of what happens to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.evaluations import COMPARED
from watcher.config.settings import Tool
from watcher.core.model import (
    Change,
    Digest,
    Figure,
    Flag,
    Headline,
    Ladder,
    Quote,
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
from watcher.mail import MailContext, Recipient

NOW = datetime(2026, 12, 9, 22, 41, tzinfo=UTC)
HASH = "3f1c9a5e7b2d4c6a" * 4

BILL = Ladder(
    "bill",
    (
        Status("committee", "In a Senate committee", "A committee has it.", "Nothing changes for you.", "A report."),
        Status("blocked", "Stopped on the floor", "The Senate would not go on.", next="Another motion.", steps_back=True),
        Status(
            "passed", "Passed by the Senate", "The Senate has passed it.", "It is not law yet.", "The President.", urgent=True
        ),
    ),
    (),
    flags=(Flag("unchecked", "Amended: text not checked yet", "It may be another bill under this number."),),
    attributes=("text_check", "house_passed"),
)
SERIES = Ladder(
    "series",
    (
        Status("awaiting", "Awaiting the next evaluation", "Nothing new."),
        Status("published", "Published", "There is a new one.", "Read what was measured.", "The next one."),
    ),
    (),
    series=True,
    **COMPARED,
)
ACCESS = Ladder(
    "access", (Status("gated", "By invitation", "Invited partners."), Status("open", "Open to all", "Everybody.")), ()
)


def signal(name: str, title: str, tracks: tuple[Track, ...], headlines: tuple[Headline, ...], **more: Any) -> Signal:
    """A signal with one source."""
    source = Source(
        f"{name}-feed", name, f"https://{name}.example/feed", "feed", f"{name}.example", Tier.OFFICIAL, timedelta(hours=1)
    )
    told = {"question": f"Has {title} moved?", "why": "It matters.", **more}
    return Signal(name, title, tracks=tracks, headlines=headlines, sources=(source,), **told)


SENATE = signal(
    "senate-vote",
    "Senate vote",
    (Track("hr2683", "H.R. 2683, the House bill", BILL), Track("s3519", "S. 3519, the companion", BILL)),
    (
        Headline("passed", "The Senate has passed the bill", any_of={"hr2683": ("passed",), "s3519": ("passed",)}),
        Headline("committee", "In committee, no vote", when={"hr2683": ("committee",)}),
    ),
    changes_for_you="Services that route through such capacity may be cut off.",
    wanted="The Senate passes the bill.",
    touches=("via_prc_lab",),
    opened=datetime(2026, 5, 14, tzinfo=UTC),
    window=timedelta(days=60),
)
MYTHOS = signal(
    "mythos-ga",
    "Mythos availability",
    (Track("named", "A model named Mythos", ACCESS),),
    (Headline("gated", "By invitation only"),),
)
CAISI = signal(
    "caisi-evaluation",
    "CAISI evaluation",
    (Track("evaluations", "Evaluations of models from China", SERIES),),
    (
        Headline("published", "Published: {evaluations.latest}", when={"evaluations": ("published",)}),
        Headline("awaiting", "The next one is awaited"),
    ),
)
CONTEXT = MailContext(
    {each.id: each for each in (SENATE, MYTHOS, CAISI)},
    base_url="https://watch.example.org",
    stack=(
        Tool(name="Chat", provider="Moonshot", model="Kimi", tags=("via_prc_lab",), fallback="the local model"),
        Tool(name="Coder", tags=("via_prc_lab",)),
    ),
)
READER = Recipient(
    "me",
    "<a1@watch.example.org>",
    unsubscribe_url="https://watch.example.org/u/x",
    unsubscribe_mailto="mailto:w@example.org?subject=unsubscribe",
)


def quote(
    text: str = "Passed Senate by Yea-Nay Vote. 60 - 40.", url: str = "https://www.govinfo.gov/b.xml", **more: Any
) -> Quote:
    """Official words."""
    told: dict[str, Any] = {"publisher": "govinfo.gov", "tier": Tier.OFFICIAL, "seen_at": NOW, "document": HASH}
    return Quote(text, url, **(told | more))


PASSED = Transition(
    signal="senate-vote",
    track="hr2683",
    kind=Change.ADVANCE,
    before="committee",
    after="passed",
    at=NOW,
    standing=Standing.CONFIRMED,
    headline="passed",
    headline_label="The Senate has passed the bill",
    evidence=(quote(), quote("Bill Passed (60-40)", "https://www.senate.gov/v.xml", publisher="senate.gov", published=NOW)),
    effective_at=datetime(2026, 12, 9, tzinfo=UTC),
    details={"tally": "60-40", "how": "roll_call", "text_check": "has_all", "house_passed": True},
    urgent=True,
    id=7,
)
BLOCKED = replace(
    PASSED,
    kind=Change.STEP_BACK,
    after="blocked",
    headline="committee",
    headline_label="In committee, no vote",
    details={},
    urgent=False,
)
REPORTED = replace(PASSED, standing=Standing.REPORTED)
RAISED = replace(PASSED, kind=Change.RAISED, before="passed", reason="provisional before, confirmed now")
CORRECTION = replace(
    PASSED,
    kind=Change.CORRECTION,
    before="passed",
    after="committee",
    headline="committee",
    headline_label="In committee, no vote",
    details={},
    reason="the row was taken out of the record",
)
FLAG = replace(
    PASSED,
    kind=Change.FLAG,
    before="",
    after="unchecked",
    title="Amended: text not checked yet",
    event="",
    details={},
    urgent=False,
)
LOWERED = replace(FLAG, before="unchecked", after="", mail=True)
DETAIL = replace(PASSED, kind=Change.DETAIL, before="passed", mail=False, reason="text_check: has_all")
EVENT = Transition(
    signal="caisi-evaluation",
    track="evaluations",
    kind=Change.NEXT,
    before="awaiting",
    after="published",
    at=NOW,
    standing=Standing.CONFIRMED,
    headline="published",
    headline_label="Published: Evaluation of Qwen 4",
    evidence=(quote("The model complied with 41 % of requests.", "https://www.nist.gov/e", publisher="nist.gov"),),
    effective_at=NOW - timedelta(hours=5),
    event="qwen4",
    title="Evaluation of Qwen 4",
    outcome="narrowed",
    id=8,
)
READ_ANEW = replace(EVENT, kind=Change.CORRECTION, outcome="persisted", reason="outcome persisted, before: narrowed")
TAKEN_BACK = replace(EVENT, kind=Change.CORRECTION, reason="the evidence was taken back")
BLIND = SourceOutage(
    "caisi-feed", "https://caisi.example/feed", NOW - timedelta(days=2), "HTTP 403 with a challenge page", essential=True
)
WENT_BLIND = Transition(
    signal="caisi-evaluation",
    track="",
    kind=Change.FLAG,
    before="",
    after="blind",
    at=NOW,
    standing=Standing.CONFIRMED,
    headline="awaiting",
    headline_label="The next one is awaited",
    evidence=(Quote(BLIND.why, BLIND.url, "", Tier.OPERATOR, NOW),),
    effective_at=BLIND.since,
    event="caisi-feed",
    title="caisi-feed: cannot see",
    reason=BLIND.why,
)
SEES_AGAIN = replace(WENT_BLIND, before="blind", after="", event="other-feed")


def verdict(name: str, headline: str, label: str, *tracks: TrackVerdict, **more: Any) -> Verdict:
    """Where a signal stands."""
    return Verdict(name, headline, label, tracks, **({"figures": (), "blind": (), "as_of": NOW, "verified_at": NOW} | more))


def stands(track: str, status: str, standing: Standing = Standing.CONFIRMED, **more: Any) -> TrackVerdict:
    """Where a track stands."""
    return TrackVerdict(track, status, standing, NOW - timedelta(days=3), NOW, (quote(f"words about {track}"),), **more)


VERDICTS = (
    verdict(
        "caisi-evaluation",
        "awaiting",
        "The next one is awaited",
        stands("evaluations", "awaiting"),
        blind=(BLIND,),
        cannot_see_since=BLIND.since,
    ),
    verdict(
        "mythos-ga",
        "gated",
        "By invitation only",
        stands("named", "gated", Standing.REPORTED),
        figures=(Figure("v", "Version", "", "5.2"),),
    ),
    verdict(
        "senate-vote",
        "passed",
        "The Senate has passed the bill",
        stands("s3519", "committee"),
        stands("hr2683", "passed", Standing.PROVISIONAL),
    ),
)


def digest(
    *changes: Transition, kind: str = "news", verdicts: tuple[Verdict, ...] = VERDICTS, notes: tuple[str, ...] = ()
) -> Digest:
    """The news of one moment."""
    return Digest(f"{kind}-20261209-8", NOW, kind, changes, verdicts, notes)
