"""The page on tracking a bill: its ten lines are enough, and its further lines fit them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bills import BILL, LATE, entries, made, seen
from tools.shipped import shipped_text, write_shipped
from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.model import Signal

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "track-a-bill.md").read_text(encoding="utf-8")
TEN, VOTES, TEXT = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def configured(tmp_path: Path, *blocks: str) -> Signal:
    return load(write_shipped(tmp_path, "\n".join([shipped_text(), *blocks])), {}).signals[-1]


def test_ten_lines_track_any_bill(tmp_path: Path) -> None:
    signal = configured(tmp_path, TEN)
    rec = made("119-s-1748", "2026-02-01 senate: Passed Senate without amendment by Unanimous Consent.")
    claims = [claim for one in seen(entries(rec)) for claim in claims_of(signal, one)]
    verdict = decide(signal, claims, (), LATE)
    assert len(TEN.splitlines()) == 10
    assert [track.status for track in verdict.tracks] == ["senate_passed"]
    assert BILL not in {value for rule in signal.tracks[0].ladder.rules for value in rule.when.get("measure", ())}


def test_the_further_lines_fit_the_ten(tmp_path: Path) -> None:
    signal = configured(tmp_path, TEN, TEXT, VOTES)
    record, menu = signal.sources
    assert (record.record, record.follow[0].format, menu.format) == (True, "bill_text", "senate_votes")
    assert re.search(record.follow[0].match, "https://www.govinfo.gov/content/pkg/BILLS-119s1748es/xml/BILLS-119s1748es.xml")


def test_the_page_names_every_status(tmp_path: Path) -> None:
    ladder = configured(tmp_path, TEN).tracks[0].ladder
    named = re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)
    assert named == [status.id for status in ladder.statuses]
