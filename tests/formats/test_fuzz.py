"""A short run of what tools/fuzz_formats.py does for hours: documents of every form, cut, doubled and sprinkled with odd bytes."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import NOW

from watcher import formats
from watcher.core.model import Document, Unreadable

GOLDEN = Path(__file__).parent / "golden"
PAIRS = sorted(GOLDEN.glob("*.expected.json"))
HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
ODD = st.sampled_from(
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"&#0;",
        b"&#xD800;",
        b"<!--",
        b"<!DOCTYPE x [",
        b'"',
        b"\xc3",
        b"{",
        b"\n",
        b"<br>",
    ]
)
CUTS = st.tuples(st.floats(0, 1), st.floats(0, 1), ODD)


def mutate(body: bytes, cuts: list[tuple[float, float, bytes]]) -> bytes:
    """Replace pieces of a document, or put a second copy of them in another place."""
    for start, length, odd in cuts:
        at = int(start * len(body))
        piece = body[at : at + int(length * 40)]
        body = body[:at] + odd + (piece + piece if length > 0.7 else b"") + body[at + len(piece) :]
    return body


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name.removesuffix(".expected.json"))
@given(cuts=st.lists(CUTS, min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_document_with_flaws_is_refused_or_read_without_harm(pair: Path, cuts: list[tuple[float, float, bytes]]) -> None:
    expected = json.loads(pair.read_text(encoding="utf-8"))
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in expected["options"].items()}
    body = mutate((GOLDEN / expected["document"]).read_bytes(), cuts)
    document = Document(expected["url"], "", body, "", expected["content_type"], NOW)
    with suppress(Unreadable):
        for entry in formats.read(document, expected["format"], options):
            assert not HARMFUL.search(entry.key + entry.title + entry.text.replace("\n", ""))
            assert entry.link == "" or entry.link.startswith(("http://", "https://"))
            assert entry.published is None or datetime(1984, 1, 1, tzinfo=UTC) < entry.published < datetime(
                2201, 1, 2, tzinfo=UTC
            )
