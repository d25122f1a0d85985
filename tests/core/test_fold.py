from __future__ import annotations

import pytest

from tests.builders import ACCESS, BILL, at_end, day, said, signal_of
from watcher.core.decision.decide import decide
from watcher.core.model import Claim, Ladder

LATE = day("12-01")

ACCESS_ROWS = [
    ("nothing was said", [], "none", "declared"),
    ("one paper is no rumour", [said("press:a.example", "rumoured")], "none", "declared"),
    (
        "two papers are a rumour",
        [said("press:a.example", "rumoured"), said("press:b.example", "rumoured")],
        "rumoured",
        "reported",
    ),
    (
        "two papers a week apart are none",
        [said("press:a.example", "rumoured"), said("press:b.example", "rumoured", "06-19")],
        "none",
        "declared",
    ),
    (
        "a copy of one text is one voice",
        [said("press:a.example", "rumoured", copy=0xFFFF), said("press:b.example", "rumoured", copy=0xFFFE)],
        "none",
        "declared",
    ),
    ("press never opens it", [said("press:a.example", "available"), said("press:b.example", "available")], "none", "declared"),
    ("one official voice where two are asked", [said("official:lab", "available")], "available", "provisional"),
    ("a partner agrees", [said("official:lab", "available"), said("partner:cloud", "available")], "available", "confirmed"),
    ("a partner alone moves nothing", [said("partner:cloud", "available")], "none", "declared"),
    (
        "a partner spoke first",
        [said("partner:cloud", "available", "06-09 14:15"), said("official:lab", "available", "06-09 17:05")],
        "available",
        "confirmed",
    ),
    (
        "a partner weeks before is another matter",
        [said("partner:cloud", "available", "05-01"), said("official:lab", "available")],
        "available",
        "provisional",
    ),
    (
        "official words raise a rumour",
        [said("press:a.example", "rumoured"), said("press:b.example", "rumoured"), said("official:lab", "rumoured", "06-10")],
        "rumoured",
        "confirmed",
    ),
    (
        "the same voice twice is one",
        [said("official:lab", "available"), said("official:lab", "available", "06-10")],
        "available",
        "provisional",
    ),
    (
        "a lower claim later changes nothing",
        [said("official:lab", "available"), said("official:lab", "gated", "06-20")],
        "available",
        "provisional",
    ),
    (
        "a suspension steps back",
        [said("official:lab", "available"), said("official:lab", "suspended", "06-12")],
        "suspended",
        "confirmed",
    ),
    (
        "only a restoration leaves it",
        [said("official:lab", "suspended", "06-12"), said("official:lab", "available", "06-18", rule="open")],
        "suspended",
        "confirmed",
    ),
    (
        "a restoration needs one voice",
        [said("official:lab", "suspended", "06-12"), said("official:lab", "available", "07-01", rule="restored")],
        "available",
        "confirmed",
    ),
    (
        "an old suspension that is seen late stays in its place",
        [
            said("official:lab", "suspended", "06-12", seen="11-20"),
            said("official:lab", "available", "07-01", rule="restored"),
        ],
        "available",
        "confirmed",
    ),
    (
        "the end is final",
        [said("official:lab", "ended", "06-01"), said("official:lab", "suspended", "06-12")],
        "ended",
        "confirmed",
    ),
    (
        "a rule may be kept from leaving a status",
        [
            said("press:a.example", "rumoured"),
            said("press:b.example", "rumoured"),
            said("official:lab", "gated", "06-12", rule="soft-gate"),
        ],
        "rumoured",
        "reported",
    ),
    (
        "declared history moves down too",
        [said("official:lab", "suspended", "06-12"), said("official:lab", "gated", "07-01", rule="known")],
        "gated",
        "declared",
    ),
    (
        "a declared rumour is declared, and no report that was read",
        [said("press:a.example", "rumoured", rule="known")],
        "rumoured",
        "declared",
    ),
    ("the operator's word counts", [said("operator:me", "suspended", rule="operator")], "suspended", "confirmed"),
    ("tomorrow's news is not today's", [said("official:lab", "available", "12-24", seen="11-30")], "none", "declared"),
    ("nor what is declared for tomorrow", [said("official:lab", "available", "12-24", rule="known")], "none", "declared"),
    (
        "what had happened when it was seen stays so when the clock is set back",
        [said("official:lab", "available", "12-02", seen="12-03")],
        "available",
        "provisional",
    ),
    ("a review is no status", [said("official:lab", "available", review=True)], "none", "declared"),
]


@pytest.mark.parametrize(("what", "claims", "status", "standing"), ACCESS_ROWS, ids=[row[0] for row in ACCESS_ROWS])
def test_a_track_stands_where_its_claims_put_it(what: str, claims: list[Claim], status: str, standing: str) -> None:
    assert at_end(decide(signal_of(ACCESS), claims, [], LATE)) == (status, standing)
    assert at_end(decide(signal_of(ACCESS), reversed(claims), [], LATE)) == (status, standing), "in whatever order they came"


def row(status: str, at: str, rule: str = "", voice: str = "record", **changes: object) -> Claim:
    return said(
        "official:senate",
        status,
        at,
        rule=rule
        or {
            "committee": "refer",
            "started": "motion",
            "blocked": "block",
            "rejected": "fail",
            "passed": "pass",
            "law": "sign",
        }.get(status, status),
        voice=voice,
        **changes,
    )


BILL_ROWS = [
    ("referred", [row("committee", "01-13")], "committee", "confirmed"),
    ("a failed vote is not the end", [row("rejected", "02-01"), row("passed", "03-01")], "passed", "provisional"),
    ("both rows of the record confirm", [row("passed", "03-01"), row("passed", "03-01", voice="library")], "passed", "confirmed"),
    ("a new motion alone does not unblock", [row("blocked", "02-01"), row("started", "02-02")], "blocked", "confirmed"),
    ("cloture does", [row("blocked", "02-01"), row("started", "02-09", rule="invoked")], "started", "confirmed"),
    (
        "after a rejection a blocked motion steps down",
        [row("rejected", "02-01"), row("blocked", "02-02")],
        "blocked",
        "confirmed",
    ),
    ("a later block does not undo a passage", [row("passed", "02-01"), row("blocked", "02-02")], "passed", "provisional"),
    (
        "papers returned take the passage back",
        [row("calendar", "01-20"), row("passed", "02-01"), row("", "02-10", rule="return", details={"step": "returned"})],
        "calendar",
        "confirmed",
    ),
    (
        "passed again after the papers came back",
        [row("passed", "02-01"), row("", "02-10", rule="return"), row("passed", "03-01")],
        "passed",
        "provisional",
    ),
    (
        "a vitiated day never happened",
        [
            row("committee", "01-13"),
            row("passed", "02-01", details={"date": "2026-02-01"}),
            row("", "02-03", rule="vitiate", details={"vitiates": "2026-02-01"}),
        ],
        "committee",
        "confirmed",
    ),
    (
        "a vitiated day without such a row changes nothing",
        [row("committee", "01-13"), row("", "02-03", rule="vitiate", details={"vitiates": "2026-02-01"})],
        "committee",
        "confirmed",
    ),
    (
        "inside one day the order of the record counts",
        [row("passed", "02-01", order=3), row("law", "02-01", order=9)],
        "law",
        "confirmed",
    ),
]


@pytest.mark.parametrize(("what", "claims", "status", "standing"), BILL_ROWS, ids=[r[0] for r in BILL_ROWS])
def test_a_bill_stands_where_its_record_puts_it(what: str, claims: list[Claim], status: str, standing: str) -> None:
    assert at_end(decide(signal_of(BILL), claims, [], LATE)) == (status, standing)


def test_the_clock_alone_ends_a_congress_but_no_law() -> None:
    after = day("2027-01-04")

    assert at_end(decide(signal_of(BILL), [row("committee", "01-13")], [], after))[0] == "dead"
    assert at_end(decide(signal_of(BILL), [row("law", "01-13")], [], after))[0] == "law"
    assert at_end(decide(signal_of(BILL), [row("committee", "01-13")], [], day("2027-01-03")))[0] == "committee"


def test_a_second_rejection_is_its_own_date_with_its_own_tally() -> None:
    first = row("rejected", "02-01", event="vote-1", details={"tally": "44-48"})
    second = row("rejected", "02-11", event="vote-2", details={"tally": "55-45"})

    verdict = decide(signal_of(BILL), [first, second], [], LATE).tracks[0]

    assert (verdict.since, verdict.details["tally"]) == (day("02-11"), "55-45")
    assert verdict.path == (("rejected", day("02-01")), ("rejected", day("02-11")))


def test_another_event_of_the_same_status_lends_it_no_voice() -> None:
    first, second = (
        row("passed", "02-01", event="a", voice="record"),
        row("passed", "02-02", event="b", voice="vote", details={"tally": "1-0"}),
    )

    verdict = decide(signal_of(BILL), [first, second], [], LATE).tracks[0]

    assert verdict.standing == "provisional"
    assert "tally" not in verdict.details


def test_a_later_version_is_a_detail_of_the_same_status() -> None:
    claims = [
        said("official:lab", "available", details={"name": "One"}),
        said("official:lab", "gated", "09-01", details={"name": "Two"}),
    ]

    verdict = decide(signal_of(ACCESS), claims, [], LATE).tracks[0]

    assert (verdict.status, verdict.details["name"]) == ("available", "Two")


def test_every_status_that_was_claimed_shows_its_quote_first() -> None:
    claims = [
        said("partner:cloud", "available", words="It is here too."),
        said("official:lab", "available", words="It is open to all."),
    ]

    evidence = decide(signal_of(ACCESS), claims, [], LATE).tracks[0].evidence

    assert [quote.text for quote in evidence] == ["It is open to all.", "It is here too."]


def test_a_ladder_knows_its_rungs_and_nothing_else() -> None:
    ladder: Ladder = ACCESS
    assert (ladder.rank("gated"), ladder.rung("gated").label) == (2, "By invitation")
    with pytest.raises(KeyError):
        ladder.rank("unheard of")
    with pytest.raises(KeyError):
        signal_of(ACCESS).track("unheard of")


def test_the_path_remembers_which_steps_the_press_alone_has_told() -> None:
    press = [said("press:a.example", "rumoured"), said("press:b.example", "rumoured")]
    signal, official = signal_of(ACCESS), said("official:lab", "rumoured", "06-10")
    (alone,) = decide(signal, press, (), LATE).tracks
    assert alone.reported == alone.path != ()
    (later,) = decide(signal, [*press, said("official:lab", "gated", "06-20")], (), LATE).tracks
    assert later.reported == later.path[:1], "where the track stands was said by its maker, and what was before it was not"
    assert [track.reported for track in decide(signal, [*press, official], (), LATE).tracks] == [()], "official words came later"
