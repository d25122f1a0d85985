"""Hundreds of sentences that stand in no corpus, each with what it may say and nothing else: the tables lie in said/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evaluations import SIDES
from tests.spoken import claims, handed, said, shipped, statuses, told_on
from watcher.core.decision.claims import claims_of
from watcher.core.decision.explain import near_misses
from watcher.core.evaluations import compliance_pair
from watcher.core.model import Tier

SAID = Path(__file__).parent / "said"
SPEAKERS = {
    "o": {"tier": Tier.OFFICIAL, "link": "https://www.anthropic.com/news/x", "publisher": "anthropic.com"},
    "p": {"tier": Tier.PARTNER, "link": "https://aws.amazon.com/x", "publisher": "amazon.com"},
    "x": {"tier": Tier.PRESS, "link": "https://paper.example/x", "publisher": "paper.example"},
}
TRACKS = {"c": "class", "n": "named"}
GRAVE = {"available", "suspended", "promised", "cancelled", "retired"}
"""Statuses that nothing may claim falsely; the rest (a gate, a rumour) costs no reader's trust."""
NIST = "https://www.nist.gov/news-events/news/2027/01/x"


def rows(name: str, columns: int) -> Iterator[list[str]]:
    """The rows of a table, without remarks."""
    for line in (SAID / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [part.strip().replace("\\n", "\n") for part in line.split("|", columns - 1)]


def wanted(text: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What must be read, and what may be: "c:available, ?n:gated"."""
    parts = [part.strip() for part in text.split(",") if part.strip() not in {"", "-"}]
    pairs = {part: (TRACKS[part.strip("?")[0]], part.partition(":")[2]) for part in parts}
    return {pair for part, pair in pairs.items() if not part.startswith("?")}, set(pairs.values())


@pytest.mark.parametrize(
    "table",
    [
        "open",
        "open_again",
        "two_models",
        "suspended",
        "promised",
        "status_and_press",
        "official_style",
        "syntax",
        "facts",
        "suspended_again",
    ],
)
def test_a_text_says_this_or_is_handed_over_and_says_nothing_grave_besides(table: str) -> None:
    wrong = []
    for who, expected, title, text in rows(table, 4):
        must, may = wanted(expected)
        found = {
            (track, status)
            for track, held in statuses(
                "mythos-ga", text, title=title, at=told_on(text, expected.split()), **SPEAKERS[who]
            ).items()
            for status in held
        }
        found |= {(track, "gated") for track, status in found if status == "gated_wider"}
        asked = handed("mythos-ga", text, title=title, at=told_on(text, expected.split()), **SPEAKERS[who])
        if any(one[0] not in asked for one in must - found) or {one for one in found if one[1] in GRAVE} - may:
            wrong.append((title, text, sorted(must), sorted(found)))
    assert wrong == []


def test_six_of_seven_are_said_and_not_handed_over() -> None:
    said = handed_over = 0
    for table in ("open", "open_again", "two_models", "suspended", "promised", "official_style", "syntax", "suspended_again"):
        for who, expected, title, text in rows(table, 4):
            grave = {one for one in wanted(expected)[0] if one[1] in GRAVE}
            found = statuses("mythos-ga", text, title=title, at=told_on(text, expected.split()), **SPEAKERS[who])
            said += sum(status in found.get(track, ()) for track, status in grave)
            handed_over += sum(status not in found.get(track, ()) for track, status in grave)
    assert said >= 6 * handed_over


def test_an_announcement_publishes_this_work_or_none() -> None:
    wrong = []
    for event, title, text in rows("works", 3):
        found = claims("caisi-evaluation", text, title=title, link=NIST, publisher="nist.gov", url=NIST)
        said = [claim.event for claim in found if claim.status == "published" and not claim.review]
        if said != ([event] if event != "-" else []):
            wrong.append((title, text, event, said))
    assert wrong == []


def test_what_stands_on_a_page_publishes_this_work_or_none() -> None:
    wrong = []
    for expected, address, title, text in rows("works_told", 4):
        site = "https://www.aisi.gov.uk" if address.startswith("blog/") else "https://www.nist.gov"
        url = f"{site}/{'news-events/' * address.startswith('news/')}{address}"
        found = claims("caisi-evaluation", text, title=title, link=url, publisher="nist.gov", url=url)
        said = [claim.event for claim in found if claim.status == "published" and not claim.review]
        asked = any(claim.review for claim in found)
        fits = {"-": not said, "quiet": not said and not asked, "asked": not said and asked}.get(expected, said == [expected])
        if not fits:
            wrong.append((address, title, text, expected, said, asked))
    assert wrong == []


def test_when_tests_were_run_dates_no_work_that_is_out_now() -> None:
    address = "https://www.nist.gov/caissi/qwen-4"
    begin = "This report presents the results of our evaluation of Qwen 4, carried out in January 2026"
    new, old = (
        claims("caisi-evaluation", text, link=address, publisher="nist.gov", url=address)[0].since
        for text in (f"{begin}.", f"{begin} and published in March 2026.")
    )
    assert new is None
    assert old is not None


def test_a_title_publishes_this_evaluation_or_none() -> None:
    wrong = []
    for event, title in rows("titles", 2):
        found = claims("caisi-evaluation", "", title=title, link=NIST, publisher="nist.gov", url=NIST)
        said = [claim.event for claim in found if claim.status == "published" and claim.event]
        if said != ([event] if event != "-" else []):
            wrong.append((title, event, said))
    assert wrong == []


def test_what_is_no_event_is_put_before_a_person_or_quiet_for_a_reason() -> None:
    for event, title in rows("titles", 2):
        page = said("", title=title, link=NIST, publisher="nist.gov", url=NIST)
        asked = any(claim.review for claim in claims_of(shipped("caisi-evaluation"), page))
        assert event != "-" or asked or near_misses(shipped("caisi-evaluation"), page), title


def test_a_headline_reports_this_or_nothing() -> None:
    wrong = []
    for expected, title in rows("headlines", 2):
        found = claims("caisi-evaluation", "", title=title, **SPEAKERS["x"])
        said = {"reported" for claim in found if claim.status == "reported"}
        said |= {"halted" for claim in found if claim.flag == "suspended_reported"}
        if said != {expected} - {"-"}:
            wrong.append((title, expected, said))
    assert wrong == []


def test_a_sentence_gives_this_pair_or_none() -> None:
    wrong = []
    for expected, sentence in rows("pairs", 2):
        found = compliance_pair(sentence, SIDES)
        if (f"{found[0]:g}/{found[1]:g}" if found else "-") != expected:
            wrong.append((sentence, expected, found))
    assert wrong == []
