from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.builders import day
from watcher.core.decision.entry_diff import EntryDiff, diff_entries
from watcher.core.model import Entry

NOW = day("06-10 12:00")


@dataclass(frozen=True)
class Was:
    digest: str
    revision: int = 1
    missing_since: datetime | None = None
    withdrawn_at: datetime | None = None


def digest_of(entry: Entry) -> str:
    return entry.title


def noticed_in(entries: list[Entry], known: dict[str, Was], *, record: bool) -> EntryDiff:
    return diff_entries(entries, known, record=record, now=NOW, digest=digest_of)


ONE, TWO = Entry("1", "One", facts={"a": 1, "b": ("x",)}), Entry("2", "Two", published=NOW)


KNOWN = {"1": Was(digest_of(ONE)), "2": Was(digest_of(TWO))}


def test_what_is_new_or_edited_is_fresh() -> None:
    edited = Entry("2", "Two, edited")

    noticed = noticed_in([ONE, edited, Entry("3", "Three")], KNOWN, record=False)

    assert [(fresh.entry.key, fresh.revision) for fresh in noticed.fresh] == [("2", 2), ("3", 1)]


GONE_ROWS = [
    ("a first reading without it", None, (("2",), ())),
    ("a second one an hour later", NOW - timedelta(hours=1), (("2",), ())),
    ("a second one six hours later", NOW - timedelta(hours=6), ((), ("2",))),
]


@pytest.mark.parametrize(("what", "since", "expected"), GONE_ROWS, ids=[row[0] for row in GONE_ROWS])
def test_a_vanished_row_of_a_record_waits_for_a_second_reading(
    what: str, since: datetime | None, expected: tuple[object, object]
) -> None:
    known = {**KNOWN, "2": Was(digest_of(TWO), missing_since=since)}

    noticed = noticed_in([ONE], known, record=True)

    assert (noticed.missing, noticed.withdrawn) == expected


def test_absence_from_a_stream_means_nothing() -> None:
    noticed = noticed_in([], KNOWN, record=False)

    assert (noticed.missing, noticed.withdrawn, noticed.fresh) == ((), (), ())


def test_a_row_that_returns_is_back() -> None:
    known = {"1": Was(digest_of(ONE), missing_since=NOW), "2": Was(digest_of(TWO), withdrawn_at=NOW)}

    noticed = noticed_in([ONE, TWO], known, record=True)

    assert (noticed.back, noticed.fresh, noticed.missing) == (("1", "2"), (), ())
    assert noticed_in([ONE], known, record=True).missing == (), "what is withdrawn is not missed again"
