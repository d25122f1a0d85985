"""BILLSTATUS in its three generations, and what is refused in its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bills import RECORDS, at, entries, made, record, xml
from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats import billstatus

URL = "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr2683.xml"


def read(body: bytes) -> tuple[Entry, ...]:
    return billstatus.read(body, url=URL, content_type="application/xml", options={})


def refused(body: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(body)
    return caught.value


def with_step(read_entries: tuple[Entry, ...], step: str, **facts: Any) -> list[Entry]:
    wanted = {"step": step, **facts}
    return [entry for entry in read_entries if all(entry.facts.get(name) == value for name, value in wanted.items())]


@pytest.mark.parametrize("version", ["", "1.0.0", "3.0.0"])
@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDS.glob("119-*.json")))
def test_every_generation_reads_the_same(version: str, name: str) -> None:
    rec = record(name)
    now = {entry.key: (entry.text, entry.facts["step"], entry.published) for entry in entries(rec)}
    then = {entry.key: (entry.text, entry.facts["step"], entry.published) for entry in entries(rec, version=version)}
    assert then == now
    assert len(now) >= len(rec["actions"])


def test_a_row_becomes_an_entry_with_its_facts() -> None:
    (passed,) = with_step(entries(record("119-hr-5371")), "passed", voice="record/senate", chamber="senate")
    assert passed.text == "Passed Senate with an amendment by Yea-Nay Vote. 60 - 40. Record Vote Number: 618."
    assert passed.title == "H.R. 5371"
    assert passed.link == "https://www.congress.gov/bill/119th-congress/house-bill/5371/all-actions"
    assert str(passed.published) == "2025-11-10 05:00:00+00:00"
    facts = {
        name: passed.facts[name] for name in ("measure", "how", "amended", "tally", "yeas", "nays", "roll", "date", "origin")
    }
    assert facts == {
        "measure": "119/hr/5371",
        "how": "roll_call",
        "amended": "yes",
        "tally": "60-40",
        "yeas": 60,
        "nays": 40,
        "roll": 618,
        "date": "2025-11-10",
        "origin": "house",
    }


def test_consent_and_voice_have_no_tally() -> None:
    (consent,) = with_step(entries(record("119-hr-224")), "passed", voice="record/senate")
    assert consent.facts["how"] == "unanimous_consent"
    assert not {"tally", "yeas", "nays", "roll"} & consent.facts.keys()


def test_both_rows_of_one_vote_share_its_event_and_keep_their_voices() -> None:
    rows = with_step(entries(record("119-hr-5371")), "passed", chamber="senate")
    assert {row.facts["event"] for row in rows} == {"senate roll call 618 of 2025"}
    assert {row.facts["voice"] for row in rows} == {"record/senate", "record/library"}


def test_a_citation_moves_neither_the_key_nor_the_words() -> None:
    before = made(
        "119-hr-9340",
        "2026-09-29 senate: Motion to proceed to consideration of measure made in Senate. (consideration: CR S5299)",
    )
    after = made(
        "119-hr-9340",
        "2026-09-29 senate: Motion to proceed to consideration of measure made in Senate. (consideration: CR S5199; text: CR S5200)",
    )
    bare = made("119-hr-9340", "2026-09-29 senate: Motion to proceed to consideration of measure made in Senate.")
    assert entries(before) == entries(after) == entries(bare)


def test_rows_that_stand_twice_on_one_day_are_two_entries() -> None:
    keys = [
        entry.key
        for entry in entries(made("119-s-1", *["2026-03-01 senate: Motion to proceed to measure considered in Senate."] * 3))
    ]
    assert len(set(keys)) == 3


def test_a_row_of_the_library_moves_no_other_row() -> None:
    alone = made(
        "119-s-1",
        "2026-03-01 senate: Measure laid before Senate by motion.",
        "2026-03-01 senate: Passed Senate without amendment by Voice Vote.",
    )
    joined = made(
        "119-s-1",
        "2026-03-01 senate: Measure laid before Senate by motion.",
        "2026-03-01 library 17000: Passed/agreed to in Senate: Passed Senate without amendment by Voice Vote.",
        "2026-03-01 senate: Passed Senate without amendment by Voice Vote.",
    )
    after = {entry.key: entry for entry in entries(joined)}
    assert all(after[entry.key] == entry for entry in entries(alone))


def test_a_print_without_a_day_borrows_that_of_its_vote() -> None:
    rec = record("119-s-5")
    (print_of_vote,) = with_step(entries(rec), "print", print="es")
    assert (print_of_vote.facts["date"], print_of_vote.facts["voice"], print_of_vote.facts["dated"]) == (
        "2025-01-20",
        "print",
        "yes",
    )
    undated = entries({**rec, "actions": [row for row in rec["actions"] if "assed" not in row[4]]})
    assert "dated" not in with_step(undated, "print", print="es")[0].facts


def test_a_law_is_an_entry_with_its_number_and_day() -> None:
    laws = with_step(entries(record("119-s-5")), "became_law", voice="record/law")
    assert [(law.facts["law"], law.facts["date"]) for law in laws] == [("119-1", "2025-01-29")]


def test_codes_add_nothing_that_words_do_not_say() -> None:
    for name in ("119-hr-5371", "119-hr-131", "119-hr-3944"):
        shown, hidden = entries(record(name)), entries(record(name), codes=False)
        assert [entry.facts["step"] for entry in shown] == [entry.facts["step"] for entry in hidden]


def test_rows_without_words_or_day_are_passed_over() -> None:
    rec = made(
        "119-s-1",
        "2026-03-01 senate: Measure laid before Senate by motion.",
        "2026-03-02 library: ",
        "sometime senate: Received in the Senate.",
    )
    assert [entry.facts["step"] for entry in entries(rec)] == ["laid_before"]


def test_the_summary_of_the_latest_action_is_not_believed() -> None:
    body = xml(at(record("119-hr-2683"), "2026-01-12"))
    assert b"Passed Senate without amendment" in body
    assert not with_step(read(body), "passed", chamber="senate")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Outcome.EMPTY),
        (b"  \n", Outcome.EMPTY),
        (b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>", Outcome.BLOCKED),
        (b"<!DOCTYPE html><html><head><title>Error</title></head><body>Not found</body></html>", Outcome.MALFORMED),
        (b"not xml at all", Outcome.MALFORMED),
        (b"<rss><channel/></rss>", Outcome.MALFORMED),
        (b"<billStatus><version>3.0.0</version></billStatus>", Outcome.MALFORMED),
        (xml(record("119-s-5"))[:-40], Outcome.MALFORMED),
        (xml(record("119-s-5"), version="4.0.0"), Outcome.MALFORMED),
        (xml({**record("119-s-5"), "actions": []}), Outcome.EMPTY),
        (xml({**record("119-s-5"), "measure": "119-xx-5"}), Outcome.MALFORMED),
        (b'<!DOCTYPE billStatus [<!ENTITY a "b">]>' + xml(record("119-s-5")).partition(b"?>")[2], Outcome.MALFORMED),
        (
            b'<!DOCTYPE billStatus SYSTEM "http://127.0.0.1/x.dtd">' + xml(record("119-s-5")).partition(b"?>")[2],
            Outcome.MALFORMED,
        ),
    ],
)  # fmt: skip - a table of documents
def test_what_is_no_whole_file_is_refused(body: bytes, kind: Outcome) -> None:
    assert refused(body).kind is kind


def test_an_unknown_generation_is_named() -> None:
    assert "4.0.0" in refused(xml(record("119-s-5"), version="4.0.0")).reason


def test_the_file_of_another_bill_is_malformed() -> None:
    wrong = refused(xml(made("119-hr-2684", "2026-01-13 house: Introduced in House")))
    assert (wrong.kind, wrong.reason) == (Outcome.MALFORMED, f"the file of another bill, H.R. 2684 of the 119th Congress: {URL}")
    other_congress = refused(xml(made("118-hr-2683", "2024-01-13 house: Introduced in House")))
    assert "the file of another bill" in other_congress.reason
