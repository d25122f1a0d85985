from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ACCESS, BILL, day, health, said, signal_of, source
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import blindness, decide, known_claims, verified_at
from watcher.core.model import Change, Claim, DeclaredFact, Headline, Health, Outcome, Tier

NOW = day("06-10")
HOUR = timedelta(hours=1)
SOURCE = source(grace=timedelta(days=1), expect_every=timedelta(days=7))
BLIND_ROWS = [
    ("read well an hour ago", health(outcome="ok", last_good_at=NOW - HOUR), None),
    ("unchanged is good", health(outcome="unchanged", last_good_at=NOW - HOUR), None),
    ("failing within its grace", health(outcome="error", last_good_at=NOW - 20 * HOUR), None),
    ("blocked beyond its grace", health(outcome="blocked", error="403", last_good_at=NOW - 30 * HOUR), "403"),
    ("never read at all", health(outcome="error", error="no answer", first_tried_at=NOW - 30 * HOUR), "no answer"),
    ("tried just now, and never read", health(outcome="error", error="no network", first_tried_at=NOW), "no network"),
    ("not tried yet", health(), None),
    ("nobody polled it", health(outcome="ok", last_good_at=NOW - 30 * HOUR), "not polled"),
    (
        "silent for too long",
        health(outcome="ok", last_good_at=NOW, newest_entry_at=NOW - timedelta(days=9)),
        "nothing new since 2026-06-01",
    ),
    ("of another signal", health("else", outcome="blocked", last_good_at=NOW - 90 * HOUR), None),
]


@pytest.mark.parametrize(("what", "state", "why"), BLIND_ROWS, ids=[row[0] for row in BLIND_ROWS])
def test_a_source_is_blind_when_it_cannot_be_trusted(what: str, state: Health, why: str | None) -> None:
    found = blindness(signal_of(ACCESS, sources=(SOURCE,)), [state], NOW)

    assert [blind.why for blind in found] == ([why] if why else [])
    assert [blind.never for blind in found] == ([state.last_good_at is None] if why else []), what
    assert [blind.out_of_sight("news") for blind in found if blind.never] == ["never read news, tried since"] * ("never" in what)


def test_a_page_that_is_yet_to_come_is_not_blind() -> None:
    signal = signal_of(ACCESS, sources=(replace(SOURCE, may_be_missing=True),))

    assert blindness(signal, [health(outcome=Outcome.GONE, first_tried_at=NOW - 90 * HOUR)], NOW) == ()


@pytest.mark.parametrize(("hours", "why"), [(1, None), (13, "503")])
def test_a_page_that_is_yet_to_come_has_its_grace_when_it_cannot_be_asked(hours: int, why: str | None) -> None:
    signal = signal_of(ACCESS, sources=(replace(SOURCE, may_be_missing=True, grace=12 * HOUR),))
    state = health(outcome="error", error="503", first_tried_at=NOW - 90 * HOUR, gone_since=NOW - 90 * HOUR)

    found = blindness(signal, [replace(state, failing_since=NOW - hours * HOUR)], NOW)

    assert [blind.why for blind in found] == ([why] if why else [])
    assert not any(blind.never for blind in found), "that it is missing was well seen"


def test_a_signal_cannot_see_when_an_essential_source_is_blind() -> None:
    signal = signal_of(ACCESS, sources=(replace(SOURCE, essential=True), source("other")))
    states = [health(outcome="blocked", last_good_at=NOW - 30 * HOUR), health("other", outcome="ok", last_good_at=NOW)]

    verdict = decide(signal, [said("official:lab", "available")], states, NOW)

    assert verdict.cannot_see_since == NOW - 30 * HOUR
    assert verdict.headline == "available", "the last known status stays"
    assert verdict.verified_at == NOW - 30 * HOUR


def test_what_was_never_read_was_never_verified() -> None:
    signal = signal_of(ACCESS, sources=(SOURCE, source("other")))

    assert verified_at(signal, [health(last_good_at=NOW), health("other")]) is None
    assert verified_at(signal, [health(last_good_at=NOW), health("other", last_good_at=NOW - HOUR)]) == NOW - HOUR
    assert verified_at(signal, []) is None


def test_a_headline_names_what_its_tracks_found() -> None:
    line = Headline("open", "Open as {it.name} ({it.label}, {it.standing}){it.unheard}", {"it": ("available",)})
    claims = [said("official:lab", "available", details={"name": "Fable 5"})]

    assert (
        decide(signal_of(ACCESS, headlines=(line,)), claims, [], NOW).headline_label
        == "Open as Fable 5 (Open to all, provisional)"
    )
    assert decide(signal_of(ACCESS, headlines=(line,)), [], [], NOW).headline == "unknown"


def test_known_history_counts_up_to_a_day() -> None:
    known = DeclaredFact(
        "it",
        "gated",
        day("04-07"),
        "by invitation",
        "https://lab.example/",
        "lab.example",
        event="e",
        title="Preview",
        details={"name": "P"},
        clears=("renamed",),
    )
    signal = signal_of(ACCESS, known=(known, replace(known, status="available", at=day("06-09"))))

    (claim,) = known_claims(signal, until=day("05-01"))

    assert (claim.status, claim.details["title"], claim.details["clears"], claim.quote.text) == (
        "gated",
        "Preview",
        "renamed",
        "by invitation",
    )
    assert len(known_claims(signal)) == 2


def test_words_and_time_raise_flags_on_a_ladder() -> None:
    promise = [said("official:lab", "promised", "05-01"), said("official:lab", flag="renamed", at="05-20")]

    early, late = (decide(signal_of(ACCESS), promise, [], day(at)).tracks[0].flags for at in ("06-01", "07-10"))

    assert [flag.id for flag in early] == ["renamed"]
    assert [flag.id for flag in late] == ["renamed", "overdue"]


Lines = list[tuple[str, str, str, bool]]
AVAILABLE = [said("official:lab", "available", "06-09")]
SUSPENDED = [*AVAILABLE, said("official:lab", "suspended", "06-12")]
NAMED = [said("official:lab", "available", "06-09", details={"name": "One"})]
CHANGES: list[tuple[str, list[Claim], list[Claim], Lines]] = [
    ("nothing", AVAILABLE, AVAILABLE, []),
    ("up", [], AVAILABLE, [("advance", "none", "available", True)]),
    ("a step back", AVAILABLE, SUSPENDED, [("step_back", "available", "suspended", True)]),
    (
        "back again",
        SUSPENDED,
        [*SUSPENDED, said("official:lab", "available", "07-01", rule="restored")],
        [("advance", "suspended", "available", True)],
    ),
    (
        "a voice more",
        AVAILABLE,
        [*AVAILABLE, said("partner:cloud", "available", "06-10")],
        [("raised", "available", "available", True)],
    ),
    ("a voice less", [*AVAILABLE, said("partner:cloud", "available", "06-10")], AVAILABLE, []),
    ("the evidence is gone", AVAILABLE, [], [("correction", "available", "none", True)]),
    (
        "another version",
        NAMED,
        [*NAMED, said("official:lab", "gated", "09-01", details={"name": "Two"})],
        [("detail", "available", "available", False)],
    ),
    ("a flag", [], [said("official:lab", flag="renamed", at="11-01")], [("flag", "", "renamed", True)]),
    ("a flag less", [said("official:lab", flag="renamed", at="11-01")], [], [("flag", "renamed", "", False)]),
]


@pytest.mark.parametrize(("what", "before", "after", "lines"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_change_is_told_once_with_its_kind(what: str, before: list[Claim], after: list[Claim], lines: Lines) -> None:
    signal, then = signal_of(ACCESS), day("12-01")

    told = compare(signal, decide(signal, before, [], then), decide(signal, after, [], then))

    assert [(line.kind.value, line.before, line.after, line.mail) for line in told] == lines
    assert all(line.evidence for line in told if line.kind is not Change.CORRECTION), "with the words that prove it"


def test_a_detail_that_is_told_again_has_the_day_on_which_it_was_first_told_so() -> None:
    signal, then = signal_of(ACCESS), day("12-01")
    told = [said("official:lab", "gated", at, details={"name": name}) for at, name in (("08-01", "Two"), ("09-01", "One"))]
    (line,) = compare(signal, decide(signal, [*NAMED, told[0]], [], then), decide(signal, [*NAMED, *told], [], then))
    assert line.reason == "name: One, before: Two, first: 2026-06-09"


def test_a_new_detail_shows_the_words_that_told_it_first() -> None:
    signal, then = signal_of(ACCESS), day("12-01")
    two = said("official:lab", "gated", "09-01", details={"name": "Two"}, words="Two is here.")
    again = said("official:lab", "gated", "09-03", details={"name": "Two"}, words="Two, which came lately, is liked.")

    (told,) = compare(signal, decide(signal, NAMED, [], then), decide(signal, [*NAMED, two, again], [], then))

    assert [quote.text for quote in told.evidence] == ["Two is here."]


def test_a_second_rejection_is_told_as_the_same_status_again() -> None:
    signal, then = signal_of(BILL), day("12-01")
    first = said("official:senate", "rejected", "02-01", rule="fail", event="1")
    again = said("official:senate", "rejected", "02-11", rule="fail", event="2")

    told = compare(signal, decide(signal, [first], [], then), decide(signal, [first, again], [], then))

    assert [(line.kind.value, line.effective_at, line.mail) for line in told] == [("detail", day("02-11"), True)]


def test_the_first_verdict_is_one_baseline_line() -> None:
    signal = signal_of(ACCESS)

    (line,) = compare(signal, None, decide(signal, AVAILABLE, [], NOW))

    assert (line.kind, line.headline, line.after, line.standing) == ("baseline", "available", "it: available", "provisional")
    assert line.evidence[0].tier is Tier.OFFICIAL


def test_a_new_track_of_a_changed_configuration_is_no_news() -> None:
    old, new = signal_of(ACCESS), signal_of(ACCESS, track="other")

    assert compare(new, decide(old, AVAILABLE, [], NOW), decide(new, [], [], NOW)) == ()
