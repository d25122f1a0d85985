from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.decision.globs import Glob
from watcher.core.decision.rule_context import RuleContext
from watcher.core.model import Entry, Observation, Signal, Tier

NOON = datetime(2026, 7, 17, 12, tzinfo=UTC)
SIGNAL = Signal("s", "", "", "", (), (), ())
FEW = st.text("ab/.*", max_size=8)
ADDRESSES = st.one_of(
    st.from_regex(r"(https?|HTTPS?|ftp)://[aB.:@1-]{0,6}[/?#;\\a é%\n]{0,8}", fullmatch=True),
    st.text("htps:/aB.?#[]@é\t\n \\<>;", max_size=20),
)


@given(FEW, FEW)
def test_a_pattern_holds_for_the_same_texts_as_fnmatch(pattern: str, text: str) -> None:
    assert Glob.of(pattern).holds(text) is fnmatchcase(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("www.a*.example/*/posts/EVT-*", "www.agency7.example/7/posts/EVT-1", True),
        ("www.a*.example/*/posts/EVT-*", "www.agency7.example/7/posts/evt-1", False),
        ("a*a", "a", False),
        ("a*b*b", "ab", False),
        ("*", "", True),
        ("a?c", "abc", True),
        ("a[bc]d", "acd", True),
        ("a[bc]d", "aed", False),
    ],
)
def test_stars_take_anything_and_the_signs_of_fnmatch_still_work(pattern: str, text: str, *, holds: bool) -> None:
    assert Glob.of(pattern).holds(text) is holds


@given(ADDRESSES)
def test_host_and_path_of_an_entry_are_those_that_urlsplit_sees(address: str) -> None:
    seen = RuleContext(SIGNAL, Observation("src", Entry("k", link=address), NOON, "", "a.example", Tier.OFFICIAL, url=address))
    try:
        parts = urlsplit(address)
        wanted = f"{(parts.hostname or '').lower()}{parts.path}"
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            _ = seen.link
    else:
        assert seen.link == wanted
