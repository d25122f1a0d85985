"""The print of a bill: whether the words that make it this bill are in it."""

from __future__ import annotations

import pytest

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats import bill_text

URL = "https://www.govinfo.gov/content/pkg/BILLS-119hr2683eas/xml/BILLS-119hr2683eas.xml"
OPTIONS = {"phrases": ("remote access", "50 U.S.C. 4801"), "own": ("119/hr/2683", "119/s/3519")}
FILL = "SECTION 1. Short title. This Act may be cited as an Act. " * 6


def printed(words: str, *, stage: str = "Engrossed-Amendment-Senate", day: str = "20261201") -> bytes:
    return (
        f'<?xml version="1.0"?><bill bill-stage="{stage}"><form><congress>119th CONGRESS</congress>'
        f'<legis-num>H. R. 2683</legis-num></form><attestation><attestation-date date="{day}">'
        f"December 1, 2026</attestation-date></attestation><text>{FILL}{words}</text></bill>"
    ).encode()


def read(body: bytes, url: str = URL) -> Entry:
    (entry,) = bill_text.read(body, url=url, content_type="text/xml", options=OPTIONS)
    return entry


def test_the_words_are_found_across_tags_and_spaces() -> None:
    entry = read(
        printed("to <em>Remote\n access</em> of items under (<external-xref>50 U.S.C.&#160;4801</external-xref> et seq.)")
    )
    assert (entry.facts["step"], entry.facts["has_all"], entry.facts["print"]) == ("text_check", "yes", "eas")
    assert (entry.facts["measure"], entry.facts["voice"], entry.facts["date"]) == ("119/hr/2683", "print", "2026-12-01")
    assert "vehicle" not in entry.facts


def test_another_bill_under_the_same_number_is_told() -> None:
    entry = read(printed("a surveillance authority is extended"))
    assert (entry.facts["has_all"], entry.facts["missing"]) == ("no", "remote access, 50 U.S.C. 4801")
    assert entry.text == "The print EAS lacks: remote access, 50 U.S.C. 4801."


def test_the_words_under_another_number_are_another_vehicle() -> None:
    url = URL.replace("hr2683eas", "s4784enr")
    body = printed("remote access 50 U.S.C. 4801", stage="Enrolled-Bill").replace(b"H. R. 2683", b"S. 4784")
    entry = read(body, url)
    assert (entry.facts["measure"], entry.facts["print"], entry.facts["vehicle"]) == ("119/s/4784", "enr", "other")


def test_a_plain_text_print_without_a_date_is_read_by_its_address() -> None:
    body = f"119th CONGRESS, 2d Session. H. R. 2683. {FILL} remote access; 50 U.S.C. 4801".encode()
    entry = read(body, URL.replace("xml", "htm"))
    assert (entry.facts["print"], entry.published) == ("eas", None)


@pytest.mark.parametrize(
    ("body", "url", "kind"),
    [
        (b"", URL, Outcome.EMPTY),
        (b"<bill><text>119th Congress</text></bill>", URL, Outcome.MALFORMED),
        (b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>", URL, Outcome.BLOCKED),
        (b"<html><body>" + FILL.encode() + b"</body></html>", URL, Outcome.MALFORMED),
        (printed("remote access"), "https://www.govinfo.gov/app/details", Outcome.MALFORMED),
        (printed("remote access"), URL.replace("hr2683", "xx2683"), Outcome.MALFORMED),
    ],
)
def test_a_page_or_a_stub_is_refused(body: bytes, url: str, kind: Outcome) -> None:
    with pytest.raises(Unreadable) as caught:
        read(body, url)
    assert caught.value.kind is kind


def test_the_print_of_another_bill_is_malformed() -> None:
    with pytest.raises(Unreadable, match=r"the print of another bill, H\. R\. 2683"):
        bill_text.read(printed("remote access"), url=URL.replace("hr2683", "s3519"), content_type="text/xml", options={})
