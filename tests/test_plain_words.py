"""No reader is shown the words of those who build the watch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from tests.mail.stories import CONTEXT, READER
from tests.mail.test_mail import ALL
from tests.web.story import NOW, view
from watcher.config.build import load
from watcher.mail import render
from watcher.web import pages
from watcher.wording import STANDINGS

ROOT = Path(__file__).parents[1]
INSIDERS = re.compile(
    r"\b(?:ladders?|tracks?|rungs?|standings?|verdicts?|baseline|declared|the configuration|claims)\b", re.IGNORECASE
)
"""Of claims only what the watch makes; what a maker claims is a word of the question."""


def words_of_others_left_out(text: str) -> str:
    return re.sub(r"“[^”]*”", "", text)


def shipped() -> Iterator[str]:
    """Every label and sentence of the shipped configuration that stands in mails and on pages."""
    for signal in load(ROOT / "signals.toml", quick=True).signals:
        yield from (signal.title, signal.wanted, signal.changes_for_you)
        for line in signal.headlines:
            yield from (line.label, line.says, line.brief)
        for track in signal.tracks:
            yield track.title
            for rung in track.ladder.statuses:
                yield from (rung.label, rung.meaning, rung.consequence, rung.next)
            for flag in track.ladder.flags:
                yield from (flag.label, flag.meaning)
            for outcome in track.ladder.outcomes:
                yield from (outcome.label, outcome.sentence)
        yield from (figure.label for figure in signal.figures)


def test_what_the_shipped_signals_say_is_plain() -> None:
    said = [*shipped(), *(words for sign in STANDINGS.values() for words in (sign.word, sign.meaning))]
    assert [words for words in said if INSIDERS.search(words) or "gated" in words.casefold()] == []


@pytest.mark.parametrize("name", ALL)
def test_no_mail_says_them(name: str) -> None:
    text = words_of_others_left_out(" ".join(render(ALL[name], CONTEXT, READER).text.split()))
    assert INSIDERS.findall(text) == []


def test_no_page_says_them() -> None:
    shown = [pages.draw_home(view(), NOW, pages.Links()), pages.draw_log(view(), NOW, pages.Links())]
    shown += [pages.draw_signal(view(), NOW, pages.Links(), signal.id) for signal in view().signals]
    for page in shown:
        tree = html.fromstring(page)
        for hidden in tree.xpath("//script | //style"):
            hidden.drop_tree()
        text = words_of_others_left_out(" ".join(" ".join(tree.itertext()).split()))
        assert [found[0] for found in re.finditer(rf".{{0,50}}{INSIDERS.pattern}.{{0,30}}", text, re.IGNORECASE)] == []
