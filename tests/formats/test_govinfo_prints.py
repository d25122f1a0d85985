"""The feed of printed bills."""

from __future__ import annotations

import pytest

from tests.bills import BILL, PASSED, REFERRED, entries, made, verdict_of
from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats import govinfo_prints

FEED = (
    """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Congressional Bills</title>{}</channel></rss>"""
)
ITEM = """<item><title>{0}</title><link>https://www.govinfo.gov/app/details/{1}</link><guid isPermaLink="false">{1}</guid>
<description>&lt;a href=https://www.govinfo.gov/content/pkg/{1}/xml/{1}.xml&gt;XML&lt;/a&gt;</description><pubDate>{2}</pubDate></item>"""


def read(*items: tuple[str, str, str], body: str = "") -> tuple[Entry, ...]:
    text = body or FEED.format("".join(ITEM.format(*item) for item in items))
    return govinfo_prints.read(text.encode(), url="https://www.govinfo.gov/rss/bills.xml", content_type="text/xml", options={})


def test_a_print_is_known_by_its_name_and_its_day_in_washington() -> None:
    (entry,) = read(("H.R. 2683 (EAS)", "BILLS-119hr2683eas", "Tue, 01 Dec 2026 02:00:00 +0000"))
    assert (entry.key, entry.title, str(entry.published)) == (
        "print/BILLS-119hr2683eas",
        "H.R. 2683 (EAS)",
        "2026-11-30 05:00:00+00:00",
    )
    assert entry.link == "https://www.govinfo.gov/content/pkg/BILLS-119hr2683eas/xml/BILLS-119hr2683eas.xml"
    facts = {name: entry.facts.get(name) for name in ("measure", "step", "print", "voice", "amended", "dated")}
    assert facts == {"measure": BILL, "step": "print", "print": "eas", "voice": "print", "amended": "yes", "dated": "yes"}


def test_a_print_and_a_row_of_the_record_confirm_each_other_in_either_order() -> None:
    prints = read(("H.R. 2683 (EAS)", "BILLS-119hr2683eas", "Tue, 01 Dec 2026 13:00:00 -0500"))
    row = entries(made("119-hr-2683", REFERRED, PASSED))
    now = prints[0].published
    assert now is not None
    verdicts = [verdict_of(some, BILL, now=now) for some in (prints, row, (*row, *prints))]
    assert [verdict.status for verdict in verdicts] == ["senate_passed"] * 3
    assert [verdict.standing.value for verdict in verdicts] == ["provisional", "provisional", "confirmed"]


def test_a_print_without_a_day_and_an_item_without_a_print() -> None:
    undated, *rest = read(("S. 5 (ES)", "BILLS-119s5es", "soon"), ("News", "About the site", ""), ("X", "BILLS-119xx5es", ""))
    assert (undated.published, rest) == (None, [])
    (local,) = read(("S. 5 (ES)", "BILLS-119s5es", "Tue, 01 Dec 2026 13:00:00 -0000"))
    assert local.facts["date"] == "2026-12-01"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FEED.format(""), Outcome.EMPTY),
        ("<feed/>", Outcome.MALFORMED),
        (FEED.format("<item>"), Outcome.MALFORMED),
        ("<!DOCTYPE html><html><title>Just a moment...</title></html>", Outcome.BLOCKED),
    ],
)
def test_what_is_no_feed_of_prints_is_refused(body: str, kind: Outcome) -> None:
    with pytest.raises(Unreadable) as caught:
        read(body=body)
    assert caught.value.kind is kind
