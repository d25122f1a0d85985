"""Official news in plain words of many forms: it is said, nobody is asked about it, and what lies close to it is not said."""

from __future__ import annotations

import pytest

from tests.core.language.test_language import SPEAKERS, found_in, fresh
from tests.spoken import claims, told_on

ROWS = fresh("plain_news")
BACK = ("named", "gated_wider", "gated")


@pytest.mark.parametrize(("told", "who", "title", "text"), ROWS, ids=[f"{row[2]}: {row[3]}"[-80:] for row in ROWS])
def test_this_is_said_and_nothing_else_and_a_person_is_asked_where_nothing_is(
    told: set[str], who: str, title: str, text: str
) -> None:
    said, asked = found_in(who, title, text, told)
    assert said == told - {"back", "ask", "quiet"}
    assert bool(asked) is ("ask" in told)
    signal, speaker = SPEAKERS[who]
    found = claims(signal, text, title=title, at=told_on(text, told), **speaker)
    given_back = any(one.track == BACK[0] and one.status in BACK[1:] and not one.review for one in found)
    assert given_back or "back" not in told
