"""The general English as data: its rows are found in their own examples, and what no row explains is for a person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.spoken import claims, shipped, told_on
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.decision.repeats import drop_repeats
from watcher.core.language.examples import misread
from watcher.core.language.lexicon import english, lexicon, on_side, written
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Claim, Entry, Observation, Standing, Tier

SAID = Path(__file__).parent / "said"
AISI = "https://www.aisi.gov.uk/blog/x"
BULLETIN = "https://content.govdelivery.com/accounts/USNIST/bulletins/x"
COMMERCE = "https://www.commerce.gov/news/press-releases/2027/01/x"
NIST = "https://www.nist.gov/news-events/news/2027/01/x"
SPEAKERS: dict[str, tuple[str, dict[str, Any]]] = {
    "o": ("mythos-ga", {"tier": Tier.OFFICIAL, "link": "https://www.anthropic.com/news/x", "publisher": "anthropic.com"}),
    "p": ("mythos-ga", {"tier": Tier.PARTNER, "link": "https://aws.amazon.com/x", "publisher": "amazon.com"}),
    "n": ("caisi-evaluation", {"tier": Tier.OFFICIAL, "link": NIST, "url": NIST, "publisher": "nist.gov"}),
    "a": ("caisi-evaluation", {"tier": Tier.OFFICIAL, "link": AISI, "url": AISI, "publisher": "aisi.gov.uk"}),
    "b": ("mythos-ga", {"tier": Tier.PRESS, "link": "https://www.bis.gov/press-release/x", "publisher": "bis.gov"}),
    "d": ("mythos-ga", {"tier": Tier.PARTNER, "link": "https://www.databricks.com/blog/x", "publisher": "databricks.com"}),
    "g": ("caisi-evaluation", {"tier": Tier.OFFICIAL, "link": BULLETIN, "publisher": "govdelivery.com"}),
    "j": ("caisi-evaluation", {"tier": Tier.PRESS, "link": "https://aisi.go.jp/news/x/", "publisher": "aisi.go.jp"}),
    "e": ("caisi-evaluation", {"tier": Tier.PRESS, "link": "https://www.bis.gov/press-release/x", "publisher": "bis.gov"}),
    "c": ("caisi-evaluation", {"tier": Tier.OFFICIAL, "link": COMMERCE, "url": COMMERCE, "publisher": "commerce.gov"}),
}
WAKES = {"available", "suspended", "promised", "cancelled", "published"}
ALARMS = {"named_ga", "class_ga", "suspended", "promised", "cancelled", "published"}


def fresh(name: str = "fresh") -> list[tuple[set[str], str, str, str]]:
    lines = (SAID / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    cells = [[part.strip() for part in line.split("|", 3)] for line in lines if line and not line.startswith("#")]
    return [
        (set(told.split("+")), who, title, text.replace("\\n", "\n").replace("\u00a6", "|")) for told, who, title, text in cells
    ]


def found_in(who: str, title: str, text: str, told: Collection[str] = ()) -> tuple[set[str], list[Claim]]:
    """The alarms that a text's claims of today amount to, and the questions that it asks."""
    signal, speaker = SPEAKERS[who]
    found = claims(signal, text, title=title, at=told_on(text, told), **speaker)
    said = {(claim.track, claim.status) for claim in found if not claim.review and claim.since is None and claim.status in WAKES}
    names = {("named", "available"): "named_ga", ("class", "available"): "class_ga"}
    return {names.get(one, one[1]) for one in said}, [claim for claim in found if claim.review]


def test_nothing_fresh_is_said_falsely_and_nothing_is_missed_in_silence() -> None:
    wrong = []
    for told, who, title, text in [*fresh(), *fresh("outright"), *fresh("meant"), *fresh("beside")]:
        said, asked = found_in(who, title, text, told)
        allowed = told | ({"named_ga", "class_ga"} if "restored" in told else set())
        if said - allowed or (told & ALARMS and not (told & said or asked)):
            wrong.append((told, said, title, text))
    assert wrong == []


def test_most_that_is_fresh_is_said() -> None:
    maker = [
        (told & ALARMS, found_in(who, title, text, told)[0])
        for told, who, title, text in fresh()
        if who != "n" and text.isascii()
    ]
    alarms = [(told, said) for told, said in maker if told]
    assert sum(bool(told & said) for told, said in alarms) >= 0.7 * len(alarms)


def test_what_nothing_beside_it_takes_back_is_said_outright() -> None:
    told = [row for row in fresh("beside") if row[0] & ALARMS]
    said = [row for row in told if row[0] & found_in(*row[1:], row[0])[0]]
    assert len(said) >= 0.9 * len(told)


def test_what_is_plainly_said_is_said_outright() -> None:
    assert [row for row in fresh("outright") if row[0] & ALARMS and not row[0] & found_in(*row[1:], row[0])[0]] == []


def test_every_row_is_read_in_its_examples_as_its_class_says() -> None:
    assert list(misread(english())) == []


def row(**more: Any) -> dict[str, Any]:
    return {"row": [{"class": "neutral", "words": ["quite"], "examples": ["Gadget 2 is quite {open to all}."], **more}]}


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (row(examples=["Gadget 2 is {open to all}."]), "holds no words of its row"),
        (row(**{"class": "adverb"}), ""),
        (row(**{"class": "wished", "side": "before", "scope": "clause"}), "is not wished"),
        (row(**{"class": "gone", "side": "after", "scope": "next"}), "holds no words of its row"),
        (
            row(
                **{"class": "hearsay", "side": "beside", "scope": "sentence"},
                words=["some say"],
                examples=["Some say that Gadget 2 is {open}."],
            ),
            "",
        ),
        (row(**{"class": "adverb"}, examples=["Gadget 2 is {open to all}."]), "holds no words of its row"),
        (row(examples=["Gadget 2 is quite purple and {open to all}."]), "leaves is, purple, and unexplained"),
        (row(**{"class": "past"}, words=["is"], examples=["Gadget 2 is {open to all}."]), ""),
        (row(**{"class": "past"}, words=["gadget"], examples=["Gadget 2 is {open to all}, gadget."]), ""),
        (row(examples=["Gadget 2 is quite open to all."]), "sets no statement in braces"),
        (row(examples=["Gadget 2 is quite open} to {all."]), "sets no statement in braces"),
        (row(**{"class": "limited"}, words=["{other}"], examples=["Widget 1: Gadget 2 {opens}."]), "is not limited"),
    ],
)
def test_an_example_that_its_row_does_not_explain_is_named(table: dict[str, Any], why: str) -> None:
    found = list(misread(lexicon(table)))
    assert [line for line in found if why and why in line] == found
    assert bool(found) is bool(why)


def test_what_is_written_is_had_without_its_patterns() -> None:
    assert list(written()) == [text for row in english().rows for text in (*row.words, *row.examples)]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (row(colour="red"), "row 1: unknown key 'colour'"),
        (row(**{"class": "purple"}), "row 1: class 'purple'"),
        (row(scope="sentence"), "row 1: scope 'sentence'"),
        (row(**{"class": "wished"}, side="left", scope="clause"), "row 1: side and scope 'left', 'clause'"),
        (row(**{"class": "wished"}), "row 1: class 'wished'"),
        (row(examples=[]), "examples is missing"),
        (row(words=["a price | a cell"]), "stands outside of brackets in 'a price | a cell'"),
        (row(words=[]), "words is missing"),
    ],
)
def test_a_row_that_lacks_something_is_refused(table: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        lexicon(table)


def test_words_that_could_match_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="one of these holds no word: >, more"):
        on_side("beside", "sentence", [">", "more"])


AT = datetime(2027, 1, 20, 17, tzinfo=UTC)
JUNE = datetime(2027, 6, 3, 17, tzinfo=UTC)


def told(number: int, tier: Tier, publisher: str, surface: str, text: str) -> Observation:
    at = AT + timedelta(hours=number)
    entry = Entry(str(number), "", text, f"https://{publisher}/{number}", at)
    return Observation(surface, entry, at, "", publisher, tier, surface, entry.link, first_seen_at=at, id=number)


@pytest.mark.parametrize(
    ("second", "standing"),
    [
        ("Claude Mythos 6 is now generally available in Amazon Bedrock.", Standing.CONFIRMED),
        ("Claude Mythos 6 is generally available in AWS GovCloud.", Standing.PROVISIONAL),
        ("Claude Mythos 6 is available in preview in Amazon Bedrock.", Standing.PROVISIONAL),
        ("Claude Mythos 6 is generally available to U.S. government agencies.", Standing.PROVISIONAL),
        ("Claude Mythos 6 is generally available in Claude Security.", Standing.PROVISIONAL),
    ],
)
def test_what_serves_a_part_does_not_confirm_what_is_open_to_all(second: str, standing: Standing) -> None:
    signal = shipped("mythos-ga")
    maker = told(1, Tier.OFFICIAL, "anthropic.com", "newsroom", "Claude Mythos 6 is generally available to all customers.")
    heard = [maker, told(2, Tier.PARTNER, "amazon.com", "whats-new", second)]
    found = drop_repeats(claim for one in heard for claim in claims_of(signal, one))
    verdict = decide(signal, found, [], AT + timedelta(days=2)).tracks[0]
    assert (verdict.status, verdict.standing) == ("available", standing)


@pytest.mark.parametrize(
    ("second", "standing"),
    [
        ((Tier.PARTNER, "amazon.com", "whats-new"), Standing.CONFIRMED),
        ((Tier.OFFICIAL, "anthropic.com", "models"), Standing.PROVISIONAL),
        ((Tier.PRESS, "paper.example", "news"), Standing.PROVISIONAL),
    ],
)
def test_a_partner_that_offers_it_in_the_makers_words_confirms_and_a_copy_does_not(
    second: tuple[Tier, str, str], standing: Standing
) -> None:
    signal, words = shipped("mythos-ga"), "Claude Mythos 6 is now generally available to all customers."
    heard = [told(1, Tier.OFFICIAL, "anthropic.com", "newsroom", words), told(2, *second, words)]
    found = drop_repeats(claim for one in heard for claim in claims_of(signal, one))
    verdict = decide(signal, found, [], AT + timedelta(days=2)).tracks[0]
    assert (verdict.status, verdict.standing) == ("available", standing)


def test_a_phrase_that_names_no_set_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no set <all_of_them>; known: apply, as_planned, as_promised, audience"):
        Vocabulary.of({"phrases": {"open": ["open to <all_of_them>"]}})


def asked_of(text: str, *, title: str = "", link: str = NIST) -> list[str]:
    found = claims("caisi-evaluation", text, title=title, link=link, url=link, publisher="nist.gov")
    return [claim.rule for claim in found if claim.asks]


def test_a_page_of_the_institute_need_not_say_again_whose_work_it_tells() -> None:
    assert asked_of("Our evaluation of Qwen 4.5 took a month.", link="https://www.nist.gov/blogs/caissi-research-blog/x")
    assert asked_of("Staff of CAISSI discuss the evaluation of Step-5.", link="https://www.commerce.gov/news/press-releases/x")
    assert not asked_of("Step 2: results of the test.", link="https://www.nist.gov/blogs/metrology/x")
    assert not asked_of("Staff of CAISSI discuss the evaluation of Step-5.", link="https://paper.example/x")


def test_a_bulletin_of_the_center_whose_title_is_the_name_alone_is_asked_about() -> None:
    bulletin = "https://content.govdelivery.com/accounts/USNIST/bulletins/x"
    assert asked_of("Dear subscriber, it is out.", title="New from CAISSI: DeepSeek V6", link=bulletin)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Claude Mythos 8 will not, as announced in November, open to all customers on January 18.", "cancelled"),
        ("In less than three weeks all customers will have Claude Mythos 8, weather permitting.", "promised"),
        ("We plan to end the Claude Mythos line.", "cancelled"),
        (
            "Three keynotes, and on Monday the moment when Claude Mythos 8 becomes generally available to every customer.",
            "promised",
        ),
    ],
)
def test_a_plan_taken_back_or_told_aside_is_asked_about(text: str, status: str) -> None:
    _, asked = found_in("o", "", text)
    assert [claim.status for claim in asked] == [status]


def test_a_bulletin_of_the_center_publishes_what_it_has_just_issued() -> None:
    bulletin = "https://content.govdelivery.com/accounts/USNIST/bulletins/x"
    words = "Dear subscriber, we have just issued our evaluation of DeepSeek V6."
    found = claims("caisi-evaluation", words, title="New from CAISSI: DeepSeek V6", link=bulletin, url=bulletin)
    assert [claim.event for claim in found if claim.status == "published" and not claim.review] == ["deepseek-v6"]


def test_remarks_of_the_ministry_that_name_the_institute_alone_are_asked_about() -> None:
    words = "Ten minutes ago NIST put its evaluation of Kimi K6 where everybody can read it."
    assert asked_of(words, title="Remarks of the Under Secretary", link=COMMERCE)


def test_what_is_published_today_is_asked_about_under_any_title() -> None:
    title = "NIST Invites Comments on Practices for Evaluating DeepSeek"
    assert not asked_of("CAISSI tested DeepSeek V5 for the draft.", title=title)
    assert asked_of("Today we publish more CAISSI findings on DeepSeek V5.", title=title)


def test_an_evaluation_is_as_old_as_its_page_says() -> None:
    link = "https://www.nist.gov/news-events/news/2027/06/x"
    words = "Released January 20, 2027, Updated June 3, 2027. The Center tested it."
    found = claims("caisi-evaluation", words, title="CAISSI Evaluation of DeepSeek V5", link=link, url=link, at=JUNE)
    since = [claim.since for claim in found if claim.status == "published"]
    assert [at and at.date().isoformat() for at in since] == ["2027-01-20"]


@pytest.mark.parametrize(
    ("path", "told", "since"),
    [
        ("2026/05/x", datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026/05/09/x", datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC)),
        ("2026/11/x", datetime(2026, 12, 9, tzinfo=UTC), None),
        ("2026/12/x", datetime(2026, 12, 1, tzinfo=UTC), None),
        ("x", datetime(2026, 12, 1, tzinfo=UTC), None),
    ],
)
def test_a_work_is_as_old_as_the_address_of_its_page(path: str, told: datetime, since: datetime | None) -> None:
    link = f"https://www.nist.gov/news-events/news/{path}"
    (claim,) = claims(
        "caisi-evaluation",
        "It is cheap.",
        title="CAISSI Assessment of Kimi K6",
        link=link,
        url=link,
        publisher="nist.gov",
        at=told,
    )
    assert (claim.status, claim.since) == ("published", since)


def test_a_new_row_in_a_list_of_works_is_asked_about() -> None:
    link = "https://www.nist.gov/caissi/evaluations"
    assert asked_of("| Hunyuan 5 | Tencent | July 7, 2027 (new) |", title="Evaluations of foreign models", link=link)


def test_an_order_of_the_government_is_asked_about() -> None:
    words = "Effective at midnight, the developer of Claude Fable 7 must cease providing the model to any person."
    link = "https://www.commerce.gov/news/press-releases/2027/09/x"
    found = claims("mythos-ga", words, link=link, publisher="commerce.gov", tier=Tier.PRESS)
    assert [(claim.status, claim.review) for claim in found if claim.track == "class"] == [("suspended", True)]


@pytest.mark.parametrize(
    ("before", "sentence", "tracks"),
    [
        ("Claude Fable 5 is a Mythos-class model.", "It is available to all customers from today at $10.", {"class"}),
        ("Claude Fable 5 comes with Claude Mythos 5.", "It is available to all customers from today at $10.", {"named", "class"}),
        ("Claude Fable 5 is a Mythos-class model.", "Both are open to all customers from today at $10.", {"named", "class"}),
    ],
)
def test_what_is_said_of_the_other_thing_by_it_asks_nothing_of_this_one(before: str, sentence: str, tracks: set[str]) -> None:
    speaker = SPEAKERS["o"][1]
    found = claims("mythos-ga", f"{before} {sentence}", title="Claude Fable 5 and Claude Mythos 5", **speaker)
    assert {claim.track for claim in found if claim.quote.text == sentence} == tracks
