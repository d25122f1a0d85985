"""Whether a document looks as its source declares."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import day
from watcher.core.model import Entry, Expect, Follow, Source, Tier
from watcher.core.shape import expected, grown_old, misfit, patterns_of, try_patterns

NOW = day("2026-11-20")
PAGE = b'<html><body class="wide"><section id="main" class="a nist-page__content" data-x><p>Words</p></section></body></html>'
SOURCE = Source("s", "gadget", "https://lab.example/", "feed", "lab.example", Tier.OFFICIAL, timedelta(hours=1))


def entry(number: int, *, text: str = "Words", published: str = "2026-11-18", link: str = "https://lab.example/news/") -> Entry:
    return Entry(str(number), "Title", text, f"{link}{number}" if link else "", day(published) if published else None)


TWO = (entry(1), entry(2))
RIGHT: list[tuple[dict[str, Any], tuple[Entry, ...]]] = [
    ({"entries": 2}, TWO),
    ({"dated": True}, (*TWO, entry(3, published=""))),
    ({"newest_within": timedelta(days=3)}, (entry(1, published="2026-01-01"), entry(2))),
    ({"newest_within": timedelta(days=3)}, (entry(1, published=""),)),
    ({"newest_within": timedelta(days=3)}, (entry(1), entry(2, published="2027-01-01"))),
    ({"words": ("nothing", "WORDS")}, TWO),
    ({"links": r"^https://lab\.example/news/"}, (*TWO, entry(3, link="https://other.example/"))),
    ({"links": r"^https://lab\.example/news/"}, (entry(1, link=""),)),
]
WRONG: list[tuple[dict[str, Any], tuple[Entry, ...], str]] = [
    ({"entries": 3}, TWO, "2 entries where at least 3 are expected"),
    ({"entries": 2}, TWO[:1], "1 entry where at least 2 are expected"),
    ({"dated": True}, (entry(1), entry(2, published=""), entry(3, published="")), "2 of 3 entries without a date"),
    ({"newest_within": timedelta(days=1)}, TWO, "its newest entry is of 2026-11-18, and one of the last 24 hours is expected"),
    ({"newest_within": timedelta(days=90)}, (entry(1, published="2026-01-01"),), "one of the last 90 days is expected"),
    ({"newest_within": timedelta(days=2)}, (entry(1, published="2026-01-01"),), "one of the last 2 days is expected"),
    ({"words": ("CAISI", "CAISSI")}, TWO, "nothing in it says “CAISI” or “CAISSI”"),
    ({"links": r"/press/"}, TWO, "2 of 2 links lead elsewhere than expected"),
    ({"element": ("article", ".teaser")}, TWO, "it has no element “article” or “.teaser”"),
]


@pytest.mark.parametrize(("wanted", "entries"), RIGHT, ids=[str(row[0]) for row in RIGHT])
def test_a_document_that_looks_as_declared_fits(wanted: dict[str, Any], entries: tuple[Entry, ...]) -> None:
    assert misfit(replace(SOURCE, expect=Expect(**wanted)), PAGE, entries, NOW) == ""


@pytest.mark.parametrize(("wanted", "entries", "why"), WRONG, ids=[row[2] for row in WRONG])
def test_a_document_that_does_not_says_why(wanted: dict[str, Any], entries: tuple[Entry, ...], why: str) -> None:
    assert why in misfit(replace(SOURCE, expect=Expect(**wanted)), PAGE, entries, NOW)


@pytest.mark.parametrize(
    ("element", "there"),
    [
        ("section", True),
        ("SECTION", True),
        ("sect", False),
        (".nist-page__content", True),
        (".nist-page", False),
        ("body.nist-page__content", False),
        ("section.a.nist-page__content", True),
        ("#main", True),
        ("#mai", False),
        ("[data-x]", True),
        ("[data]", False),
        ("section#main.a[data-x]", True),
    ],
)
def test_an_element_is_found_by_name_class_id_and_attribute(element: str, there: bool) -> None:  # noqa: FBT001 - a table's column
    said = misfit(replace(SOURCE, expect=Expect(element=(element,))), PAGE, TWO, NOW)
    assert (said == "") is there


def test_an_element_of_another_spelling_is_no_element() -> None:
    with pytest.raises(ValueError, match="a > b"):
        misfit(replace(SOURCE, expect=Expect(element=("a > b",))), PAGE, TWO, NOW)


def test_where_nothing_is_allowed_only_the_element_is_asked_for() -> None:
    source = replace(SOURCE, may_be_empty=True, expect=Expect(entries=3, words=("CAISI",), element=("section",)))
    assert misfit(source, PAGE, (), NOW) == ""
    assert misfit(replace(source, expect=Expect(element=("article",))), PAGE, (), NOW) == "it has no element “article”"


MENU = b"<nav><ul><li>One long entry of a menu</li><menu>inside</menu><script>var x = 1;</script></ul></nav><p>Short.</p></nav>"


@pytest.mark.parametrize(
    ("changes", "text", "why"),
    [
        ({"format": "page"}, "Short.", "its text is shorter than its menus (6 and "),
        ({"format": "page"}, "A text that is longer than what stands in the menu.", ""),
        ({"format": "page", "options": {"items": "li"}}, "Short.", ""),
        ({"format": "page", "expect": Expect(words=("short",))}, "Short.", ""),
        ({"format": "page", "expect": Expect(dated=True)}, "Short.", "its text is shorter than its menus"),
        ({"format": "feed"}, "Short.", ""),
    ],
)
def test_a_page_of_which_less_was_read_than_its_menus_hold_was_not_read(changes: dict[str, Any], text: str, why: str) -> None:
    said = misfit(replace(SOURCE, **changes), MENU, (entry(1, text=text),), NOW)
    assert said.startswith(why) if why else said == ""


def test_what_is_held_grows_old_by_itself() -> None:
    expect = Expect(newest_within=timedelta(days=30))
    assert grown_old(expect, day("2026-11-01"), NOW) == ""
    assert grown_old(expect, day("2026-10-01"), NOW) == (
        "its newest entry is of 2026-10-01, and one of the last 30 days is expected"
    )
    assert grown_old(expect, None, NOW) == grown_old(None, day("2020-01-01"), NOW) == ""


def test_what_is_expected_is_said_in_words_with_what_would_be_another_shape() -> None:
    all_of_it = Expect(3, dated=True, newest_within=timedelta(days=3), words=("AI",), element=("main", "article"), links="^https")
    assert expected(replace(SOURCE, expect=all_of_it)) == (
        [
            "at least 3 entries",
            "dates",
            "news of the last 3 days",
            "the words “AI”",
            "an element “main” or “article”",
            "links with ^https",
        ],
        [
            "fewer entries",
            "entries without a date",
            "nothing newer",
            "none of these words",
            "none of these elements",
            "links that lead elsewhere",
        ],
    )
    assert expected(SOURCE) == (["an entry"], ["no entry"])
    assert expected(replace(SOURCE, format="page", may_be_empty=True)) == (
        ["more text than menus"],
        ["menus longer than the text"],
    )


def test_links_and_titles_are_tried_against_each_pattern_of_their_source() -> None:
    follow = (Follow("a", "page", timedelta(hours=1)), Follow("a", "page", timedelta(hours=1), title="b"))
    assert patterns_of(SOURCE) == ()
    assert patterns_of(replace(SOURCE, follow=follow, expect=Expect(links="c"))) == ("c", "a", "b")
    try_patterns(TWO, ("a", "b"))
    with pytest.raises(re.error):
        try_patterns(TWO, ("a", "("))
