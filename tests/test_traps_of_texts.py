"""The traps of the fact sheets on Mythos and CAISI that lie in sources, formats and the first run, each by its name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import day, health
from tests.spoken import claims, said, shipped, statuses
from watcher import formats
from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide, known_claims
from watcher.core.decision.repeats import drop_repeats
from watcher.core.model import Claim, Document, Signal, TrackVerdict, Unreadable

CONFIG = load(Path(__file__).parents[1] / "signals.toml")
NOTES = "https://platform.claude.com/docs/en/release-notes/overview"
LAUNCH = "We've launched Claude Fable 5, our most capable model open to all customers, alongside Claude Mythos 5 for Project Glasswing participants."
PAGE = "https://www.nist.gov/news-events/news/2026/07/caisi-assessment-zais-glm-52"


def signal(name: str) -> Signal:
    return CONFIG.signal(name)


def feed(body: str, url: str = "https://pub.example/feed", content_type: str = "application/rss+xml", **options: object) -> int:
    """How many entries a feed gives."""
    document = Document(url, "", body.encode(), "", content_type, day("11-20"))
    return len(formats.read(document, "feed", options))


def where(name: str, told: list[Claim], now: str, **healths: object) -> dict[str, TrackVerdict]:
    verdict = decide(shipped(name), told, [health("page", **healths)] if healths else [], day(now))
    return {track.track: track for track in verdict.tracks}


def test_mythos_20_absence_regresses_no_state() -> None:
    launched = list(claims("mythos-ga", LAUNCH, at=day("06-09 17:05")))
    table = said("| Claude Opus 4.8 | $5 / $25 |\n| Claude Haiku 4.5 | $1 / $5 |", title="Models overview", at=day("06-20"))
    assert claims_of(shipped("mythos-ga"), table) == ()
    quiet = where("mythos-ga", launched, "11-20", gone_since=day("06-20"), gone_polls=9, last_good_at=day("06-19"), error="403")
    assert (quiet["named"].status, quiet["class"].status) == ("gated", "available")


@pytest.mark.parametrize(
    "note",
    [
        "Claude Fable 5.2(claude-fable-5-2)를 출시했습니다. Claude Mythos 5.2는 검증된 조직만 사용할 수 있습니다.",
        "すべてのお客様に Claude Fable 5.2 を提供開始しました。Claude Mythos 5.2 は認証済み組織のみが対象です。",
        "Hemos lanzado Claude Fable 5.2 para todos los clientes, junto con Claude Mythos 5.2 para organizaciones verificadas.",
    ],
    ids=["ko", "ja", "es"],
)
def test_mythos_22_a_note_on_a_locale_page_claims_nothing_false_and_the_english_one_keeps_its_day(note: str) -> None:
    assert "available" not in statuses("mythos-ga", note).get("named", set())
    english = said("We've launched Claude Fable 5.2, open to all customers.", at=day("11-12"), published=day("11-09"))
    assert {claim.effective_at for claim in claims_of(shipped("mythos-ga"), english) if claim.status} == {day("11-09")}


def test_mythos_24_notes_that_differ_by_fragment_only_are_different_notes() -> None:
    items = "".join(
        f"<item><title>June {n}</title><guid>{NOTES}#june-{n}-2026</guid><link>{NOTES}#june-{n}-2026</link></item>"
        for n in (9, 15)
    )
    assert feed(f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>') == 2


def test_mythos_25_an_edit_in_place_is_no_new_note() -> None:
    first = said(LAUNCH, at=day("06-09"), published=day("06-09"), url=NOTES)
    price = "Claude Fable 5 costs $10 / $50 per MTok (made the standard price on August 10, 2026)."
    edited = replace(said(f"{LAUNCH} {price}", at=day("08-12"), published=day("06-09"), url=NOTES), revision=2)
    told = [claim for one in (first, edited) for claim in claims_of(shipped("mythos-ga"), one)]
    assert {claim.effective_at for claim in drop_repeats(told) if claim.status == "available"} == {day("06-09")}
    assert where("mythos-ga", drop_repeats(told), "08-20")["class"].since == day("06-09")


@pytest.mark.parametrize(
    "address", ["https://www.anthropic.com/glasswing", "https://www.anthropic.com/claude-fable-and-mythos-5-1"], ids=str
)
def test_mythos_26_announcements_outside_of_the_news_folder_are_followed(address: str) -> None:
    newsroom = next(source for source in signal("mythos-ga").sources if source.id == "newsroom")
    assert any(re.search(follow.match, address) for follow in newsroom.follow)


def test_mythos_29_a_page_in_place_of_a_feed_is_a_failure() -> None:
    page = "<!doctype html><html><head><title>Docs</title></head><body><p>Welcome</p></body></html>"
    with pytest.raises(Unreadable):
        feed(page, "https://docs.claude.com/rss.xml", "text/html")


def test_caisi_01_the_first_run_knows_the_six_and_awaits_the_seventh() -> None:
    caisi = signal("caisi-evaluation")
    track = decide(caisi, list(known_claims(caisi)), [], day("11-20")).tracks[0]
    assert (track.status, len(track.events), track.events[-1].key) == ("awaiting", 6, "glm-5.3")
    assert [event.key for event in track.events if "prc" in event.details] == [track.events[0].key]
    assert {flag.id for flag in track.flags} == {"renamed"}


def test_caisi_15_invented_figures_move_nothing() -> None:
    text = "It sidesteps content filters with a striking 92% success rate, in 470 milliseconds against 150 for Western models."
    found = claims(
        "caisi-evaluation", text, title="CAISI Evaluation Exposes DeepSeek V4 Flaws", link="https://aicybercheck.example/x"
    )
    assert not [claim for claim in found if claim.status == "published" or "prc" in claim.details]


def test_caisi_26_a_topic_feed_without_items_is_broken_and_not_quiet() -> None:
    empty = '<rss version="2.0"><channel><title>Super intelligence</title></channel></rss>'
    with pytest.raises(Unreadable):
        feed(empty)
    topic = next(source for source in signal("caisi-evaluation").sources if source.id == "nist-ai-news")
    assert not topic.may_be_empty


def test_caisi_27_a_page_that_is_gone_unpublishes_nothing() -> None:
    page = said(
        "", title="CAISI Assessment of Z.ai's GLM-5.2", link=PAGE, publisher="nist.gov", at=day("07-17"), published=day("07-17")
    )
    told = list(claims_of(shipped("caisi-evaluation"), page))
    gone = day("07-20")
    after = where(
        "caisi-evaluation", told, "07-25", gone_since=gone, gone_polls=9, last_good_at=gone - timedelta(hours=6), error="404"
    )
    assert [event.key for event in after["evaluations"].events] == ["glm-5.2"]
    assert "page_gone" in {flag.id for flag in after["evaluations"].flags}
