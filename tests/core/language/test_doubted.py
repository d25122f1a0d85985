"""What a title, a bare name or a tag promises, and the text does not keep: nothing is claimed, and a person may be asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.core.language.test_language import ALARMS, found_in, fresh
from tests.spoken import claims, said, shipped
from watcher.core.decision.explain import near_misses
from watcher.core.model import Tier

ROWS = fresh("doubted")


@pytest.mark.parametrize(("told", "who", "title", "text"), ROWS, ids=[f"{row[2]}: {row[3]}"[:60] for row in ROWS])
def test_a_title_is_not_believed_against_its_text(told: set[str], who: str, title: str, text: str) -> None:
    said, asked = found_in(who, title, text)
    allowed = told | ({"named_ga", "class_ga"} if "restored" in told else set())
    assert said <= allowed
    assert said or asked or not told & ALARMS


@pytest.mark.parametrize(
    ("who", "title", "text"),
    [
        ("o", "[Update] Claude Mythos 6 is generally available", "Claude Mythos 6 is generally available to all customers."),
        ("o", "News", "Now open to everyone: Claude Fable 6."),
        ("o", "We have suspended Claude Fable 6", "We will say so here when it is back in service."),
        ("a", "Assessment of Qwen 5", "We worked on Qwen 5 together with CAISSI for six weeks."),
        ("p", "Mythos 6 is generally available", "Mythos 6 by Anthropic is generally available to all customers."),
        ("o", "Access", "Nobody can use Claude Fable 6 or Claude Mythos 6 at the moment."),
    ],
)
def test_what_nothing_speaks_against_is_still_said(who: str, title: str, text: str) -> None:
    assert found_in(who, title, text)[0]


@pytest.mark.parametrize(
    ("who", "title", "text", "why"),
    [
        ("p", "Mythos 6 is generally available", "Mythos 6, a game engine, is generally available.", "generally available"),
        ("o", "Claude Fable 6 disabled", "Resolved - Fable 6 is back in service.", "resolved"),
        ("o", "[Drill] Fable 6 and Mythos 6 are suspended", "Please ignore.", "drill"),
        ("n", "CAISSI Assessment of Kimi K6", "This page is reserved for a report.", "assessment"),
        ("o", "The future of Mythos", "Claude Mythos 6 is the last model of its line.", "last model of its line"),
        ("p", "Claude Mythos 6", "Claude Mythos 6", "Claude Mythos 6"),
        ("o", "Access", "Nobody can use Claude Fable 6 or Claude Mythos 6 today.", "nobody"),
        ("p", "Amazon Bedrock resumes Claude Fable 6 in all commercial Regions", "Nothing else changes.", "the product"),
    ],
)
def test_the_person_who_is_asked_sees_why(who: str, title: str, text: str, why: str) -> None:
    said, asked = found_in(who, title, text)
    assert not said
    assert any(why in word for claim in asked for word in claim.unexplained)


def test_what_is_heard_from_no_source_asks_and_never_claims_what_wakes() -> None:
    said, asked = found_in("b", "Claude Mythos 6", "Claude Mythos 6 is now generally available to all customers.")
    assert not said
    assert [claim.status for claim in asked if claim.track == "named"] == ["available"]


def test_an_address_that_no_ladder_hears_asks_nobody() -> None:
    signal = "mythos-ga"
    text = "Claude Mythos 6 is now generally available to all customers."
    found = claims(signal, text, title="", tier=Tier.PRESS, link="https://www.example.com/x", publisher="example.com")
    assert not [claim for claim in found if claim.review]


@pytest.mark.parametrize(
    ("title", "text", "why"),
    [
        ("Claude Fable 8 gets cheaper", "The new prices hold from Monday.", "tells of a price"),
        ("July 6", "Bug fixes: claude-mythos-8 streams whole words.", "lists the changes of a library"),
        ("Rate limits", "Claude Mythos 8 has a pool of tokens of its own.", "tells of limits of use"),
        ("How a farm saves water", "The farm asked Claude Mythos 8.", "tells of who uses it for what"),
        ("Six months after Claude Mythos 8", "What the first teams wrote.", "tells of what was"),
        ("Erratum", "The score for the third task of Claude Mythos 8 was 71.", "tells of a document, or a measurement"),
    ],
)
def test_a_text_that_names_a_thing_is_quiet_for_a_reason_that_is_printed(title: str, text: str, why: str) -> None:
    assert found_in("o", title, text) == (set(), [])
    track = "class" if "Fable" in title else "named"
    passed = near_misses(shipped("mythos-ga"), said(text, title=title))
    assert [near.why for near in passed if near.track == track] == [why]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Claude Mythos 8", "Pick it, type."),
        ("Which of them runs?", "And Claude Mythos 8? Not since noon."),
        ("A new chapter", "Nothing for Opus. And Claude Mythos 8 loses its form."),
        ("Claude Mythos 8", "The sky is blue. " * 20),
    ],
)
def test_a_text_that_names_a_thing_without_a_reason_to_be_quiet_is_asked_about(title: str, text: str) -> None:
    said, asked = found_in("o", title, text)
    assert not said
    assert [claim.track for claim in asked] == ["named"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Claude Opus 8 and Claude Mythos 8 compared", "The sky is blue."),
        ("News of the week", "The sky is blue. " * 20 + "Claude Mythos 8 drew it."),
        ("Is Claude Mythos 8 blue?", ""),
    ],
)
def test_a_text_that_is_about_more_or_only_asks_asks_nobody(title: str, text: str) -> None:
    assert found_in("o", title, text) == (set(), [])


def test_that_a_waiting_list_goes_is_no_noun_that_carries_the_name() -> None:
    assert found_in("o", "June 3", "That is when the waiting list for Claude Mythos 6 goes away.")[1]
    assert not found_in("o", "June 3", "Since noon the dashboard for Claude Mythos 6 is live.")[1]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("On January 26 the verification requirement for Claude Mythos 5.3 falls away.", "promised"),
        ("From 26 January 2027, Claude Mythos 5.3 is open to everyone.", "promised"),
        ("Since January 26 Claude Mythos 5.3 is available to all customers.", "available"),
        ("On January 26 we opened Claude Mythos 5.3 to all customers.", "available"),
        ("On January 26, Claude Mythos 5.3 is open to everyone today.", "available"),
        ("Today we are opening Claude Mythos 5.3 to all customers, and on January 26 we tell more.", "available"),
    ],
)
def test_the_present_tense_with_a_day_to_come_tells_what_will_be(text: str, status: str) -> None:
    told = {day: _named(text, datetime(2027, 1, day, 12, tzinfo=UTC)) for day in (12, 27)}
    assert told[12] in ({status}, set())
    assert "promised" not in told[27]
    assert status != "promised" or told[12] == {"promised"}


def _named(text: str, at: datetime) -> set[str]:
    held = [one for one in claims("mythos-ga", text, at=at) if one.track == "named" and one.status in ALARMS | {"available"}]
    return {one.status for one in held if not one.review}


PARTNERS = "A small number of organizations use Claude Mythos 6 for defensive work. "


@pytest.mark.parametrize(
    ("text", "tracks"),
    [
        ("The safeguards hold, and we expect to bring Mythos-class models to all our customers in the coming weeks.", set()),
        ("We will bring Mythos-class models, like this one, to all our customers in the coming weeks.", {"named", "class"}),
        ("We bring Mythos-class models to all customers, and it is open to everyone as well.", {"named"}),
        ("We bring Mythos-class models to all customers, and the gate of the partners falls.", {"named", "class"}),
    ],
)
def test_what_is_all_said_of_the_class_asks_nobody_about_a_model_by_name(text: str, tracks: set[str]) -> None:
    _, asked = found_in("o", "Claude Opus 8", f"{PARTNERS}Models of that level need stronger safeguards. {text}")
    assert {claim.track for claim in asked} == tracks


def test_that_a_few_use_a_model_is_quiet_unless_all_may() -> None:
    assert found_in("o", "Safeguards", PARTNERS) == (set(), [])
    _, asked = found_in("o", "Safeguards", f"{PARTNERS}From today nobody needs to be one of them: everyone may.")
    assert asked
