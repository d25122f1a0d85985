"""The payload for machines: what docs/webhook.md promises."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mail.stories import BLIND, CONTEXT, EVENT, PASSED, READER, VERDICTS, digest, quote
from watcher.mail import render

DOCS = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text(encoding="utf-8")


def size(payload: object) -> int:
    return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())


def test_it_says_the_news_with_its_evidence() -> None:
    told = render(digest(PASSED, EVENT), CONTEXT, READER).payload
    assert (told["type"], told["id"], told["at"]) == ("watch.news", "news-20261209-8", "2026-12-09T22:41:00Z")
    assert told["timestamp"] == told["at"]
    change = told["changes"][0]
    assert (change["signal"], change["track"], change["from"], change["to"]) == ("senate-vote", "hr2683", "committee", "passed")
    assert change["evidence"][0]["quote"] == "Passed Senate by Yea-Nay Vote. 60 - 40."
    senate, _, caisi = told["standings"]
    assert (senate["standing"], senate["tracks"]) == ("provisional", {"s3519": "committee", "hr2683": "passed"})
    assert caisi["cannot_see_since"] == "2026-12-07T22:41:00Z"
    assert told["cannot_see"][0]["source"] == BLIND.source


def test_each_key_is_documented() -> None:
    told = render(digest(PASSED), CONTEXT, READER).payload
    named = set(re.findall(r"`(\w+)`", DOCS))
    parts = (told, told["changes"][0], told["changes"][0]["evidence"][0], told["standings"][0], told["cannot_see"][0])
    for part in parts:
        assert part.keys() <= named


@pytest.mark.parametrize(("changes", "letters"), [(1, 100), (5, 3_000), (20, 3_000), (25, 20)])
def test_it_stays_under_the_limit_by_shorter_and_fewer_quotes(changes: int, letters: int) -> None:
    long = tuple(quote("“" * letters + str(number)) for number in range(4))
    many = tuple(replace(PASSED, id=number, evidence=long) for number in range(changes))
    told = render(digest(*many), CONTEXT, READER).payload
    assert size(told) <= 20_000
    assert len(told["changes"]) == changes


def test_a_flood_says_that_it_is_one() -> None:
    blind = tuple(replace(BLIND, source=f"s{number}", why="x" * 200) for number in range(200))
    told = render(digest(*(PASSED,) * 500, verdicts=(replace(VERDICTS[0], blind=blind),)), CONTEXT, READER).payload
    assert size(told) <= 20_000
    assert told["notes"] == ["500 changes: too many for one payload; see the page"]
    alone = render(digest(PASSED, verdicts=(replace(VERDICTS[0], blind=blind),)), CONTEXT, READER).payload
    assert alone["notes"] == ["1 change: too large for one payload; see the page"]


def test_where_hundreds_of_signals_stand_leaves_room_for_what_has_changed() -> None:
    many = tuple(replace(VERDICTS[2], signal=f"agency-{number}") for number in range(1000))
    told = render(digest(PASSED, verdicts=(*VERDICTS, *many)), CONTEXT, READER).payload
    assert [change["to"] for change in told["changes"]] == ["passed"]
    assert len(told["standings"]) == 60
    assert told["notes"] == ["943 more signals: see the page, https://watch.example.org/"]
    assert size(told) <= 20_000
