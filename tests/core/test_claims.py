"""From an observation to claims: who may say it, where, with which facts, when it happened and what it carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import said
from watcher.core.decision.claims import claims_of
from watcher.core.decision.corroboration import MAX_CLAIMS_OF_A_SOURCE, few_of_a_source, independent_sources, is_copy
from watcher.core.decision.near import simhash
from watcher.core.language.sentence import Sentence
from watcher.core.language.times import retold_on
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Claim, Entry, Flag, Ladder, Observation, Rule, Signal, Status, Tier, Track

NOON = datetime(2026, 7, 17, 12, tzinfo=UTC)
WORDS = Vocabulary.of({"things": {"ship": ["Aurora"]}, "phrases": {"open": ["generally available"], "sunk": ["sank", "sunk"]}})
OPEN = Sentence(about=("ship",), phrase=("open",))


def seen(
    text: str = "", *, title: str = "", link: str = "https://a.example/x", facts: dict[str, Any] | None = None, **more: Any
) -> Observation:
    entry = Entry("k", title, text, link, more.pop("published", None), facts or {})
    first = more.pop("first", NOON)
    return replace(
        Observation("src", entry, NOON, "hash", "a.example", Tier.OFFICIAL, "notes", link, first_seen_at=first), **more
    )


def made(rule: Rule, observation: Observation, *, series: bool = False) -> tuple[Claim, ...]:
    ladder = Ladder("l", (Status("none", "", ""), Status("up", "", "")), (rule,), (Flag("f", "", ""),), series=series)
    return claims_of(Signal("s", "", "", "", (Track("t", "", ladder),), (), (), vocabulary=WORDS), observation)


def rule(**keys: Any) -> Rule:
    return Rule("r", status="up", **keys)


@pytest.mark.parametrize(
    ("keys", "holds"),
    [
        ({}, True),
        ({"by": (Tier.PRESS,)}, False),
        ({"publishers": ("a.example",)}, True),
        ({"publishers": ("b.example",)}, False),
        ({"hosts": ("a.example",)}, True),
        ({"hosts": ("www.a.example",)}, False),
        ({"sources": ("src",)}, True),
        ({"sources": ("other",)}, False),
        ({"surfaces": ("notes",)}, True),
        ({"surfaces": ("cloud",)}, False),
        ({"clock": NOON}, False),
    ],
)
def test_who_speaks_and_where(keys: dict[str, Any], holds: bool) -> None:  # noqa: FBT001 - a column
    assert bool(made(rule(**keys), seen("text"))) is holds


def test_a_publisher_may_be_named_by_the_host_of_the_link() -> None:
    assert made(rule(publishers=("news.b.example",)), seen("text", link="https://news.b.example/1"))


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"step": ("passed",)}, True),
        ({"step": ("PASSED",)}, True),
        ({"step": ("failed", "passed")}, True),
        ({"step": ("failed",)}, False),
        ({"step": (True,)}, True),
        ({"step": (False,)}, False),
        ({"gone": (False,)}, True),
        ({"gone": (True,)}, False),
        ({"amended": (True,)}, False),
        ({"amended": (False,)}, True),
        ({"empty": (True,)}, False),
        ({"yeas": (60,)}, True),
        ({"yeas": (60.0,)}, True),
        ({"yeas": ("60",)}, True),
        ({"yeas": (61,)}, False),
        ({"codes": ("17000",)}, True),
        ({"codes": ("18000",)}, False),
        ({"none": (None,)}, False),
        ({"link": ("a.example/*",)}, True),
        ({"link": ("b.example/*", "a.example/y*")}, False),
    ],
)
def test_facts(when: dict[str, Any], holds: bool) -> None:  # noqa: FBT001 - a column
    facts = {"step": "passed", "amended": False, "empty": "", "yeas": 60, "codes": ("8000", "17000"), "none": None}
    assert bool(made(rule(when=when), seen("text", facts=facts))) is holds


def test_a_record_quotes_its_row_and_a_text_its_sentence() -> None:
    [row] = made(rule(), seen("Passed Senate.", title="Row"))
    [bare] = made(rule(), seen("", title="Row"))
    [text] = made(rule(sentence=OPEN), seen("We sail. Aurora 2 is generally available. Good."))
    assert (row.quote.text, bare.quote.text, text.quote.text) == ("Passed Senate.", "Row", "Aurora 2 is generally available.")
    assert text.quote.url == "https://a.example/x"
    assert (row.copy, bool(text.copy)) == (0, True)


def test_a_text_without_the_name_is_not_even_read() -> None:
    assert not made(rule(sentence=OPEN), seen("Something is generally available."))
    assert not made(rule(sentence=Sentence(phrase=("sunk",))), seen("Nothing of the kind."))
    assert made(rule(sentence=Sentence(phrase=("sunk",))), seen("The boat sank."))


@pytest.mark.parametrize(
    ("observation", "at"),
    [
        (seen("Aurora is generally available.", published=NOON - timedelta(days=1)), NOON - timedelta(days=1)),
        (seen("Aurora is generally available.", published=NOON + timedelta(days=9)), NOON),
        (seen("Aurora is generally available.", first=NOON - timedelta(hours=5)), NOON - timedelta(hours=5)),
        (replace(seen("Aurora is generally available."), first_seen_at=None), NOON),
        (seen("Aurora is generally available.", link="https://a.example/2026/07/02/x"), datetime(2026, 7, 2, tzinfo=UTC)),
        (seen("Aurora is generally available.", link="https://a.example/2026/06/x"), datetime(2026, 6, 30, tzinfo=UTC)),
        (seen("Aurora is generally available.", link="https://a.example/2025/12/x"), datetime(2025, 12, 31, tzinfo=UTC)),
        (seen("Aurora is generally available.", link="https://a.example/2026/13/40/x"), NOON),
        (seen("Aurora is generally available.", link="https://a.example/2026/07/x"), NOON),
        (seen("Aurora is generally available.", published=NOON, revision=2), NOON),
        (seen("Since July 2 Aurora is generally available.", published=NOON), datetime(2026, 7, 2, 23, 59, 59, tzinfo=UTC)),
        (seen("Since July 16 Aurora is generally available.", published=NOON), NOON),
    ],
)
def test_when_a_text_says_that_it_happened(observation: Observation, at: datetime) -> None:
    [claim] = made(rule(sentence=OPEN), observation)
    assert claim.effective_at == at


def test_a_record_is_dated_as_it_stands() -> None:
    assert made(rule(), seen("Row", published=NOON + timedelta(days=3)))[0].effective_at == NOON + timedelta(days=3)
    assert made(rule(), seen("Row", first=NOON - timedelta(days=3)))[0].effective_at == NOON - timedelta(days=3)


def test_press_that_retells_an_old_event_claims_nothing() -> None:
    old = seen("On June 2 Aurora was made generally available.", published=NOON, tier=Tier.PRESS)
    new = seen("On July 15 Aurora was made generally available.", published=NOON, tier=Tier.PRESS)
    asked = rule(sentence=Sentence(about=("ship",), phrase=("open",), manner=("stated", "retold")), by=(Tier.PRESS,))
    assert not made(asked, old)
    assert made(asked, new)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("On June 12, 2026 it sank.", "2026-06-12"),
        ("On 12 June it sank.", "2026-06-12"),
        ("On Dec. 5 it sank.", "2025-12-05"),
        ("2026-05-01: it sank.", "2026-05-01"),
        ("On June 1 and on July 1 it sank.", "2026-07-01"),
        ("On June 31 it sank.", None),
        ("In June it sank.", "2026-06-30"),
        ("Last August it sank.", "2025-08-31"),
        ("Back in December 2025 it sank.", "2025-12-31"),
        ("In July it sank.", None),
        ("It sails again after it sank in June.", None),
        ("2026-02-30", None),
        ("It will sink on December 24, 2026.", None),
        ("It sank.", None),
    ],
)
def test_the_day_that_a_sentence_names(text: str, day: str | None) -> None:
    found = retold_on(text, NOON)
    assert (found.until.date().isoformat() if found else None) == day


def test_what_a_claim_carries() -> None:
    details = {
        "kind": "=preview",
        "name": "match:name",
        "none": "match:price",
        "title": "title",
        "by": "author",
        "missing": "nothing",
    }
    [claim] = made(
        rule(sentence=OPEN, details=details), seen("Aurora 2 is generally available.", title="News", facts={"author": "Ann"})
    )
    assert claim.details == {"kind": "preview", "name": "Aurora 2", "title": "News", "by": "Ann"}
    [row] = made(rule(details={"name": "match:name"}), seen("Row"))
    assert row.details == {}


@pytest.mark.parametrize(
    ("event", "facts", "expected"),
    [
        ("match:name", {}, "Aurora 2"),
        ("vote", {"vote": 250}, "250"),
        ("link", {}, "https://a.example/x"),
        ("vote", {}, ""),
        ("", {}, ""),
    ],
)
def test_what_names_an_event(event: str, facts: dict[str, Any], expected: str) -> None:
    [claim] = made(rule(sentence=OPEN, event=event), seen("Aurora 2 is generally available.", facts=facts))
    assert claim.event == expected
    assert made(rule(event="match:name"), seen("Row"))[0].event == ""


def test_a_voice_is_a_place_of_a_publisher_or_what_a_record_says() -> None:
    assert made(rule(), seen("Row"))[0].voice == "a.example/notes"
    assert made(rule(), seen("Row", facts={"voice": "record/senate", "order": 4}))[0].voice == "record/senate"
    assert made(rule(), seen("Row", facts={"order": 4}))[0].order == 4
    assert made(rule(), seen("Row", facts={"order": "x"}))[0].order == 0


def test_a_review_is_dropped_where_a_status_was_found() -> None:
    ladder = Ladder("l", (Status("up", "", ""),), (Rule("a", status="up", when={"step": ("x",)}), Rule("look", review=True)))
    signal = Signal("s", "", "", "", (Track("t", "", ladder),), (), ())
    assert [claim.rule for claim in claims_of(signal, seen("Row", facts={"step": "x"}))] == ["a"]
    assert [claim.rule for claim in claims_of(signal, seen("Row"))] == ["look"]


def test_several_rules_of_a_series_tell_one_event_once() -> None:
    rules = (
        Rule("a", status="up", event="key"),
        Rule("b", status="up", event="key"),
        Rule("c", flag="f", event="key"),
        Rule("d", review=True),
    )
    ladder = Ladder("l", (Status("up", "", ""),), rules, series=True)
    found = claims_of(Signal("s", "", "", "", (Track("t", "", ladder),), (), ()), seen("Row"))
    assert [claim.rule for claim in found] == ["a", "c"]


def test_many_signals_can_be_asked_in_turn() -> None:
    signals = [
        Signal(str(n), "", "", "", (Track("t", "", Ladder("l", (Status("up", "", ""),), (rule(),))),), (), ()) for n in range(20)
    ]
    for signal in (*signals, *signals):
        assert [claim.signal for claim in claims_of(signal, seen("Row"))] == [signal.id]


LONG = "The government has cleared the company to restore its newest model to a small group of defenders while the public version stays dark for now."


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (LONG, LONG, True),
        (LONG, LONG.upper().replace(" ", "  "), True),
        (LONG, f"{LONG} Read more here.", True),
        (
            LONG,
            "A quite different story about ships that sail over the sea and come back home again in the evening light of day.",
            False,
        ),
        ("A short headline", "A short headline!", True),
        ("A short headline", "Another short headline", False),
        ("", "", False),
    ],
)
def test_copies_of_a_text_are_known(left: str, right: str, same: bool) -> None:  # noqa: FBT001 - a column
    assert is_copy(simhash(left), simhash(right)) is same


def test_a_long_text_with_a_changed_byline_is_a_copy() -> None:
    story = " ".join(f"{LONG} Paragraph {n} adds detail number {n * 7}." for n in range(12))
    assert is_copy(simhash(f"By Ann. {story}"), simhash(f"By Bob. {story}"))


def test_a_copied_text_is_no_second_voice() -> None:
    [first] = made(rule(sentence=OPEN), seen("Aurora 2 is generally available."))
    copied = replace(first, voice="b.example/news")
    other = replace(first, voice="c.example/news", copy=simhash(LONG))
    assert independent_sources([first, copied, other]) == ("a.example/notes", "c.example/news")


def test_of_one_source_twenty_reports_at_a_time_are_looked_at() -> None:
    reports = [said("press:paper", "rumoured", "06-01", words=f"words {n}") for n in range(MAX_CLAIMS_OF_A_SOURCE + 5)]
    later = said("press:paper", "rumoured", "08-01", words="said again")

    kept = list(few_of_a_source([*reports, later], timedelta(days=3)))

    assert kept == [*reports[:MAX_CLAIMS_OF_A_SOURCE], later]
