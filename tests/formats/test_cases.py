"""Small inputs that failed once, with the right values beside them: every line of ../shared/cases is read here."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from notifiers import NotSent
from notifiers.webhook import _signed, _url
from watcher.bootstrap import fetch_settings
from watcher.config.build import Config, load
from watcher.core.bills.actions import read_action
from watcher.core.bills.record import ActionRow, entries_of, measure_of
from watcher.core.model import Observation, Outcome, Tier
from watcher.formats._dates import read_date
from watcher.replay.single_document import DocumentResult, decide_bill, evaluate_document, ladder_of_bills, plan_for

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / ".." / "shared" / "cases" / "cases.jsonl"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
UNDER_WAY = frozenset[str]()
"""Cases that other parts of the code are being mended for: each leaves this list with its mending."""


def cases() -> list[Any]:
    if not CASES.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the cases lie in ../shared, which is not here"))]
    lines = map(json.loads, CASES.read_text(encoding="utf-8").splitlines())
    late = pytest.mark.xfail(reason="being mended", strict=False)
    return [pytest.param(case, id=case["id"], marks=[late] if case["id"] in UNDER_WAY else []) for case in lines]


@cache
def shipped() -> Config:
    return load(ROOT / "signals.toml")


def body_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode()


def stamp(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "none"


def read_alone_of(case: dict[str, Any]) -> DocumentResult:
    """What a poll of the case's address would read and decide."""
    body, url = body_of(case), case["url"]
    way, settings = plan_for(shipped(), body, url, case["format"]), fetch_settings(shipped())
    said = asyncio.run(
        evaluate_document(shipped(), body, url, way, NOW, content_type=case.get("content_type", ""), settings=settings)
    )
    assert said.outcome is Outcome.OK, said.reason
    return said


def holds(said: DocumentResult, what: str, value: Any) -> bool:
    first = said.entries[0]
    match what:
        case "entries":
            return len(said.entries) == value
        case "follows":
            return list(said.follows) == value
        case "published":
            return stamp(first.published).startswith(value)
        case "published is not":
            return not stamp(first.published).startswith(value)
        case "text has":
            return value in first.text
        case _:
            return getattr(first, what) == value


def check_format(case: dict[str, Any]) -> None:
    said = read_alone_of(case)
    wrong = {what: value for what, value in case["expect"].items() if not holds(said, what, value)}
    assert not wrong, said.entries[:1]


def check_date(case: dict[str, Any]) -> None:
    found = stamp(read_date(case["text"]))
    allowed = case["expect"]["utc"]
    assert any(found.startswith(one.partition(" ")[0].strip(",")) for one in allowed.split(" or ")), found


def check_action(case: dict[str, Any]) -> None:
    step = read_action(case["text"])
    assert step is not None
    said = {"step": step.step, "chamber": step.chamber, "roll": step.roll, "tally": f"{step.yeas}-{step.nays}"}
    assert {what: value for what, value in said.items() if what in case["expect"]} == {
        what: value for what, value in case["expect"].items() if what in said
    }


def check_record(case: dict[str, Any]) -> None:
    """The vote that stands beside the status, decided by these rows alone, the newest first."""
    ladder, measure = ladder_of_bills(shipped()), measure_of("119", "hr", "2683")
    assert ladder
    assert measure
    rows = [ActionRow("2026-11-12", text, system="senate") for text in reversed(case["rows"])]
    seen = [Observation("record", entry, NOW, "0" * 64, "govinfo.gov", Tier.OFFICIAL) for entry in entries_of(measure, rows)]
    details = decide_bill(ladder, seen, NOW)[1].details
    assert {what: details.get(f"vote_{what}") or "none" for what in case["expect"]} == case["expect"]


def check_claims(case: dict[str, Any]) -> None:
    claims = [claim for claim in read_alone_of(case).claims if claim.status and not claim.review]
    assert len(claims) == case["expect"]["claims"], claims


def check_price(case: dict[str, Any]) -> None:
    prices = {str(claim.details["price"]) for claim in read_alone_of(case).claims if claim.details.get("price")}
    assert {price.replace(" ", "") for price in prices} == {case["expect"]["price"]}


def check_webhook(case: dict[str, Any]) -> None:
    if "url" in case:
        assert _url(case["url"]).raw_host.decode() == case["expect"]["asks for"]
        return
    if case["expect"]["accepted"]:
        assert _signed("msg_1", b"{}", case["secret"], NOW)
    else:
        with pytest.raises(NotSent):
            _signed("msg_1", b"{}", case["secret"], NOW)


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "format": check_format,
    "date": check_date,
    "action": check_action,
    "record": check_record,
    "page-claims": check_claims,
    "price": check_price,
    "webhook": check_webhook,
}


@pytest.mark.parametrize("case", cases())
def test_a_case_is_read_as_it_should_be(case: dict[str, Any]) -> None:
    CHECKS[case["kind"]](case)
