"""The traps of the fact sheet on Mythos, each by its name; what is about sources and formats is tested there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.spoken import claims, said, shipped, statuses
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.model import Observation, Tier, TrackVerdict

MYTHOS = "mythos-ga"
JUNE_9 = datetime(2026, 6, 9, 17, 5, tzinfo=UTC)
JUNE_13 = datetime(2026, 6, 13, 0, 40, tzinfo=UTC)
JULY_1 = datetime(2026, 7, 1, 3, 30, tzinfo=UTC)
END = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = "We've launched Claude Fable 5, our most capable model open to all customers, alongside Claude Mythos 5 for Project Glasswing participants."
CLOUD = "Claude Fable 5, a Mythos-class model with safeguards, is generally available on AWS."


def where(seen: list[Observation], now: datetime = END) -> dict[str, TrackVerdict]:
    """Track → verdict after some texts."""
    signal = shipped(MYTHOS)
    told = [claim for each in seen for claim in claims_of(signal, each)]
    return {verdict.track: verdict for verdict in decide(signal, told, [], now).tracks}


def launch() -> list[Observation]:
    return [
        said(BOTH, at=JUNE_9),
        said(CLOUD, at=JUNE_9, tier=Tier.PARTNER, publisher="amazon.com", link="https://aws.amazon.com/x"),
    ]


def suspension() -> Observation:
    return said("We have suspended access to Claude Fable 5 and Claude Mythos 5 for every customer.", at=JUNE_13)


def restoration() -> Observation:
    return said("We've restored access to Claude Fable 5 and Claude Mythos 5.", at=JULY_1)


def test_01_a_feature_that_is_generally_available_is_no_model() -> None:
    assert not statuses(
        MYTHOS, "Structured outputs are generally available on the Claude API for Claude Mythos Preview, Claude Opus 4.7."
    )


@pytest.mark.parametrize(
    "note",
    [
        "The code execution tool has a new version. It's available on Claude Fable 5, Claude Mythos 5, Claude Opus 4.5 and newer.",
        "Mid-conversation system messages are available on Claude Fable 5, Claude Mythos 5, and Claude Opus 4.8.",
        "Per-message effort changes, in beta, are also available on Google Cloud for Claude Fable 5.1, Claude Mythos 5.1, and Claude Opus 5.",
    ],
)
def test_02_available_on_a_model_says_nothing_of_the_model(note: str) -> None:
    assert not statuses(MYTHOS, note)


def test_03_a_negation_with_a_goal_is_no_promise() -> None:
    found = statuses(
        MYTHOS,
        "We do not plan to make Claude Mythos Preview generally available, but our eventual goal is to enable our users to safely deploy"
        " Mythos-class models at scale.",
    )
    assert found == {"named": {"gated"}}


def test_04_each_phrase_binds_to_its_own_model() -> None:
    assert statuses(MYTHOS, BOTH) == {"named": {"gated"}, "class": {"available"}}


def test_05_a_text_without_the_name_moves_the_class() -> None:
    assert statuses(
        MYTHOS, "Claude Fable 5, the latest frontier model of Anthropic, is now generally available on Google Cloud."
    ) == {"class": {"available"}}


def test_06_titles_need_no_availability_word_and_no_name() -> None:
    assert statuses(
        MYTHOS, "a Mythos-class model that we've made safe for general use", title="Claude Fable 5 and Claude Mythos 5"
    )["class"] == {"available"}
    assert statuses(MYTHOS, "", title="Redeploying Fable 5")["class"] == {"available"}


def test_07_first_of_its_class_is_true_of_the_class_alone() -> None:
    found = claims(MYTHOS, "AWS announces Claude Fable 5, the first generally available Mythos-class model", tier=Tier.PARTNER)
    assert {(claim.track, claim.status, claim.details.get("name")) for claim in found} == {
        ("class", "available", "Claude Fable 5")
    }


def test_08_another_model_beside_the_name_is_neither() -> None:
    found = statuses(MYTHOS, "In place of Mythos Preview, Anthropic released Claude Opus 4.7, which is generally available.")
    assert "available" not in found.get("named", set()) | found.get("class", set())


def test_09_an_id_in_a_library_moves_nothing() -> None:
    verdict = where([said("api: Add support for claude-mythos-6", link="https://github.com/anthropics/x")])["named"]
    assert verdict.status in {"none", "rumoured"}


def test_10_active_on_a_preview_card_is_no_opening() -> None:
    card = (
        'Access is limited to approved organizations. This model is a Preview and is made available to you as a "Beta Service".\n'
        "Model launch date: November 9, 2026\nModel lifecycle: Active"
    )
    assert statuses(MYTHOS, card, title="Claude Mythos 5.2", tier=Tier.PARTNER) == {"named": {"gated"}}


def test_11_use_inside_a_product_is_not_the_model() -> None:
    found = statuses(
        MYTHOS,
        "Claude Security, in public beta for Enterprise customers, now scans code with Mythos 5 and returns findings. The model itself is not exposed.",
    )
    assert found == {"named": {"gated_wider"}}


def test_12_wider_trusted_access_later_is_no_promise_of_openness() -> None:
    found = statuses(MYTHOS, 'A broader "trusted access program" for Mythos 5 will follow in the coming weeks.', tier=Tier.PRESS)
    assert "promised" not in found.get("named", set()) | found.get("class", set())


def test_13_a_retired_preview_is_no_cancelled_line() -> None:
    found = claims(MYTHOS, "claude-mythos-preview | Retired June 30, 2026", title="Model deprecations")
    assert "version_retired" in {claim.flag for claim in found}
    assert not {"cancelled", "retired", "suspended"} & {claim.status for claim in found}
    assert "suspended" not in statuses(MYTHOS, "Claude Fable 5 (Legacy) is still available.").get("class", set())


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ("Model: claude-mythos-preview; State: Deprecated, to retire on July 30, 2026.", "retirement_announced"),
        ("Claude Mythos Preview is deprecated and will be retired on July 30, 2026.", "retirement_announced"),
        ("We are retiring Claude Mythos Preview on July 30, 2026.", "retirement_announced"),
        ("Model: claude-mythos-preview; State: Retired June 30, 2026.", "version_retired"),
        ("We have retired Claude Mythos Preview.", "version_retired"),
    ],
)
def test_13_a_retirement_to_come_and_one_that_has_come_are_two_flags(words: str, flag: str) -> None:
    found = claims_of(shipped(MYTHOS), said(words, title="Model deprecations", at=JULY_1))
    assert {claim.flag for claim in found if claim.track == "named"} == {flag}


def test_13_a_retirement_has_the_day_that_its_row_names_and_not_that_of_the_look() -> None:
    seen = said("claude-mythos-preview | Retired June 30, 2026", at=JULY_1, title="Model deprecations")
    [flag] = where([seen], JULY_1)["named"].flags
    assert flag.since == datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)


def test_13_a_retirement_that_has_come_takes_the_place_of_the_one_to_come() -> None:
    texts = ("claude-mythos-preview | Deprecated, to retire on June 30, 2026", "claude-mythos-preview | Retired June 30, 2026")
    seen = [said(words, at=at, title="Model deprecations") for words, at in zip(texts, (JUNE_9, JULY_1), strict=True)]
    announced, done, both = (where(each, JULY_1) for each in (seen[:1], seen[1:], seen))
    assert [flag.id for flag in announced["named"].flags] == ["retirement_announced"]
    assert [flag.id for flag in (*done["named"].flags, *both["named"].flags)] == ["version_retired"] * 2


@pytest.mark.parametrize(
    "row",
    [
        "| claude-3-haiku-20240307 | Retired | April 20, 2026 |",
        "| claude-3-haiku-20240307 | Retired | April 20, 2026 | claude-mythos-5 |",
        "| `claude-3-5-sonnet-20241022` | Retired October 28, 2025 | use claude-mythos-5 |",
        "| text-model-1 | Retired | Claude Mythos 5 |",
        "claude-opus-4-1-20250805 | Deprecated",
    ],
)
def test_13_a_retired_row_is_about_the_model_of_its_first_cell(row: str) -> None:
    page = f"Claude Mythos Preview and Claude Mythos 5 are listed here, too.\n{row}"
    assert "version_retired" not in {claim.flag for claim in claims(MYTHOS, page, title="Claude Mythos: model deprecations")}


def test_13_a_retired_row_of_the_named_model_is_quoted() -> None:
    page = "| claude-3-haiku-20240307 | Retired | April 20, 2026 |\n| claude-mythos-preview | Retired | June 30, 2026 |"
    [flag] = [claim for claim in claims(MYTHOS, page, title="Model deprecations") if claim.flag]
    assert "claude-mythos-preview" in flag.quote.text


@pytest.mark.parametrize(
    "title",
    [
        "Will Anthropic open Claude Mythos to all customers before April 13?",
        "Rumours say that Mythos could launch late-2026",
        "Anthropic to make Mythos generally available in 2027, market says",
    ],
)
def test_14_questions_futures_and_markets_never_count(title: str) -> None:
    found = statuses(MYTHOS, "", title=title, tier=Tier.PRESS)
    assert not {"available", "promised", "gated"} & found.get("named", set())


def test_15_a_wrong_date_in_the_press_never_moves_an_official_one() -> None:
    late = said(
        "On June 15, 2026, Anthropic suspended Fable 5 and Mythos 5.",
        tier=Tier.PRESS,
        publisher="a.example",
        at=JUNE_13 + timedelta(days=4),
    )
    assert where([*launch(), suspension(), late])["class"].since == JUNE_13


def test_16_complaints_after_the_restoration_suspend_nothing() -> None:
    complaints = [
        said(
            "Fable 5 is back, says the banner, but the picker says currently unavailable.",
            tier=Tier.PRESS,
            publisher=f"{n}.example",
            at=JULY_1 + timedelta(days=1),
        )
        for n in range(4)
    ]
    found = where([*launch(), suspension(), restoration(), *complaints])
    assert found["class"].status == "available"
    assert not found["named"].flags


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("claude mythos 5 free desktop", ""),
        ("Claude Mythos AI Desktop", "Claude Mythos Access - Full power of the latest Mythos-class model. Free for everyone."),
        ("OpenMythos is now available to everyone", "OpenMythos: a theoretical reconstruction."),
    ],
)
def test_17_fakes_and_look_alikes_move_nothing(title: str, text: str) -> None:
    seen = [said(text, title=title, tier=Tier.PRESS, publisher=f"{n}.example") for n in range(4)]
    found = where(seen)
    assert (found["named"].status, found["class"].status) == ("none", "none")


def test_18_a_scenario_is_no_news() -> None:
    text = "In this simulated scenario Claude Mythos 5.2 is open to all customers."
    assert "available" not in statuses(MYTHOS, text).get("named", set())


@pytest.mark.parametrize(
    "text",
    [
        "SmythOS is generally available.",
        "MythosMUD is open to everyone.",
        "The Cthulhu Mythos is publicly available.",
        "Remove mythos due to bad prefix",
    ],
)
def test_19_parts_of_other_words_never_match(text: str) -> None:
    assert not claims(MYTHOS, text)


def test_16_praise_of_the_press_restores_nothing() -> None:
    cheers = [
        said("Claude Fable 5 is back.", tier=Tier.PRESS, publisher=f"{n}.example", at=JUNE_13 + timedelta(days=2))
        for n in range(9)
    ]
    assert where([*launch(), suspension(), *cheers])["class"].status == "suspended"


def test_21_a_quiet_notes_page_disproves_no_withdrawal() -> None:
    other = said(
        "We've retired the Claude Sonnet 4 model.", at=JUNE_13 + timedelta(days=2), link="https://platform.claude.com/notes"
    )
    assert where([*launch(), suspension(), other], JUNE_13 + timedelta(days=3))["class"].status == "suspended"


def test_23_preview_on_one_platform_contradicts_nothing() -> None:
    card = said("Claude Fable 5 is in preview.", tier=Tier.PARTNER, publisher="example.com", at=JUNE_9 + timedelta(days=1))
    assert where([*launch(), card])["class"].status == "available"


def test_27_a_suspension_retold_in_november_suspends_nothing() -> None:
    retold = said(
        "On June 12, 2026, we suspended access to Claude Fable 5 and Claude Mythos 5.",
        at=END - timedelta(days=3),
        published=END - timedelta(days=3),
    )
    assert where([*launch(), suspension(), restoration(), retold])["class"].status == "available"


def test_27_press_that_retells_it_raises_no_flag() -> None:
    retold = [
        said(
            "On June 12, Anthropic suspended Fable 5 and Mythos 5.",
            tier=Tier.PRESS,
            publisher=f"{n}.example",
            at=END,
            published=END,
        )
        for n in range(3)
    ]
    assert not where([*launch(), suspension(), restoration(), *retold])["named"].flags


def test_28_access_that_differs_by_account_is_no_change() -> None:
    answer = said(
        "Fable 5 isn't available on every account. It requires an organization with access to it.", at=JULY_1 + timedelta(days=40)
    )
    before = where([*launch(), suspension(), restoration()])["class"]
    after = where([*launch(), suspension(), restoration(), answer])["class"]
    assert (before.status, before.since) == (after.status, after.since)


def test_30_a_price_or_version_is_a_footnote() -> None:
    note = "We've launched Claude Fable 5.2. Pricing is $8 USD per input MTok and $40 USD per output MTok."
    before = where([*launch()])["class"]
    after = where([*launch(), said(note, at=END - timedelta(days=2))])["class"]
    assert (before.status, before.since) == (after.status, after.since)
    assert after.details["name"] == "Claude Fable 5.2"


def test_a_cloud_that_speaks_first_changes_nothing_alone() -> None:
    assert where(launch()[1:])["class"].status == "none"


def test_one_official_surface_is_provisional_and_a_second_confirms() -> None:
    assert where(launch()[:1])["class"].standing.value == "provisional"
    assert where(launch())["class"].standing.value == "confirmed"


def test_press_alone_reaches_no_more_than_a_rumour() -> None:
    loud = [
        said("Claude Mythos 6 is generally available to all customers.", tier=Tier.PRESS, publisher=f"{n}.example")
        for n in range(9)
    ]
    leaks = [
        said("", title=f"Leak {n} reveals secret AI model Claude Mythos", tier=Tier.PRESS, publisher=f"l{n}.example")
        for n in range(3)
    ]
    assert where([*loud, *leaks])["named"].status == "rumoured"
