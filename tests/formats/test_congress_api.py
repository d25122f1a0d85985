"""The actions of one bill from the API of Congress.gov."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bills import CHAMBERS, entries, record
from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats import congress_api

URL = "https://api.congress.gov/v3/bill/119/hr/5371/actions?format=json&limit=250"


def answer(name: str = "119-hr-5371") -> dict[str, Any]:
    actions = []
    for date, time, system, code, text in record(name)["actions"]:
        number, publisher = CHAMBERS[system]
        action: dict[str, Any] = {"actionDate": date, "text": text, "type": "Floor", "sourceSystem": {"name": publisher}}
        if system != "senate":
            action["sourceSystem"]["code"] = int(number)
        actions.append(action | ({"actionTime": time} if time else {}) | ({"actionCode": code} if code else {}))
    return {"actions": actions, "pagination": {"count": len(actions)}}


def read(data: Any, url: str = URL) -> tuple[Entry, ...]:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return congress_api.read(body, url=url, content_type="application/json", options={})


def test_the_same_rows_give_the_same_entries_as_the_bulk_file() -> None:
    bulk = {entry.key: entry for entry in entries(record("119-hr-5371"))}
    api = read(answer())
    assert len(api) == len(record("119-hr-5371")["actions"])
    assert all(bulk[entry.key] == entry for entry in api)


def test_the_address_of_a_roll_call_is_kept() -> None:
    data = answer()
    data["actions"][0]["recordedVotes"] = [{"rollNumber": 1, "url": "https://clerk.house.gov/evs/2025/roll285.xml"}]
    assert "https://clerk.house.gov/evs/2025/roll285.xml" in [entry.facts.get("vote_url") for entry in read(data)]


@pytest.mark.parametrize(
    ("data", "url", "kind"),
    [
        (b"", URL, Outcome.EMPTY),
        (b'<?xml version="1.0"?><api-root><actions/></api-root>', URL, Outcome.MALFORMED),
        (b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", URL, Outcome.BLOCKED),
        (b"[]", URL, Outcome.MALFORMED),
        ({"error": "over rate limit"}, URL, Outcome.MALFORMED),
        ({"actions": []}, URL, Outcome.EMPTY),
        (
            {"actions": [{"actionDate": "2025-01-01", "text": "Introduced in House"}], "pagination": {"count": 90}},
            URL,
            Outcome.MALFORMED,
        ),
        ({"actions": []}, "https://api.congress.gov/v3/bill/119/xx/5371/actions", Outcome.MALFORMED),
        ({"actions": []}, "https://api.congress.gov/v3/summaries", Outcome.MALFORMED),
    ],
)  # fmt: skip - a table of documents
def test_a_part_or_a_page_is_refused(data: Any, url: str, kind: Outcome) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data, url)
    assert caught.value.kind is kind


def test_rows_of_another_shape_are_passed_over() -> None:
    rows = [{"actionDate": "2025-01-03", "text": "Introduced in House", "sourceSystem": "none", "recordedVotes": {}}, "a row"]
    assert [entry.facts["step"] for entry in read({"actions": rows})] == ["introduced"]


def test_the_actions_of_another_bill_are_malformed() -> None:
    own = {"congress": "119", "billType": "hr", "billNumber": "5371"}
    assert read(answer() | {"request": own})
    with pytest.raises(Unreadable, match="the actions of another bill, 119 s 5371"):
        read(answer() | {"request": own | {"billType": "s"}})
