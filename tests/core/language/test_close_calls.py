"""Pairs of sentences in which a word or two decide what is said, whether a person is asked, and what is quiet."""

from __future__ import annotations

import pytest

from tests.core.language.test_language import ALARMS, SPEAKERS, found_in, fresh
from tests.spoken import claims, said, shipped, told_on
from watcher.core.decision.explain import near_misses

ROWS = fresh("close_calls")
OF = {wanted: [row for row in ROWS if row[0] == {wanted}] for wanted in ("ask", "past", "quiet")}
SAID = [row for row in ROWS if row[0] <= ALARMS]


def names(rows: list[tuple[set[str], str, str, str]]) -> list[str]:
    return [f"{title}: {text}"[-90:] for _, _, title, text in rows]


def test_every_row_of_the_table_is_tried() -> None:
    assert len(ROWS) == len(SAID) + sum(map(len, OF.values()))


@pytest.mark.parametrize(("told", "who", "title", "text"), SAID, ids=names(SAID))
def test_this_is_said_outright_and_nothing_else(told: set[str], who: str, title: str, text: str) -> None:
    assert found_in(who, title, text, told)[0] == told


@pytest.mark.parametrize(("_", "who", "title", "text"), OF["ask"], ids=names(OF["ask"]))
def test_this_is_not_said_and_a_person_is_asked(_: set[str], who: str, title: str, text: str) -> None:
    claimed, asked = found_in(who, title, text)
    assert not claimed
    assert asked
    tracks = {track.id: {status.id for status in track.ladder.statuses} for track in shipped(SPEAKERS[who][0]).tracks}
    assert all(one.status in tracks[one.track] for one in asked), "a person is told which status it may change"


@pytest.mark.parametrize(("_", "who", "title", "text"), OF["past"], ids=names(OF["past"]))
def test_this_is_told_of_its_own_day(_: set[str], who: str, title: str, text: str) -> None:
    signal, speaker = SPEAKERS[who]
    found = [claim for claim in claims(signal, text, title=title, at=told_on(text, ()), **speaker) if not claim.review]
    assert found
    assert all(claim.since for claim in found)


@pytest.mark.parametrize(("_", "who", "title", "text"), OF["quiet"], ids=names(OF["quiet"]))
def test_this_is_quiet_and_a_reason_is_printed(_: set[str], who: str, title: str, text: str) -> None:
    signal, speaker = SPEAKERS[who]
    claimed, asked = found_in(who, title, text)
    assert not claimed
    assert not asked
    assert near_misses(shipped(signal), said(text, title=title, at=told_on(text, ()), **speaker))
