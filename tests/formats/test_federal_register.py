"""Documents of the Federal Register."""

from __future__ import annotations

import json
from typing import Any

import pytest

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats import federal_register

URL = "https://www.federalregister.gov/api/v1/documents.json?conditions[agencies][]=industry-and-security-bureau"
RULE = {
    "title": "Export Administration Regulations: Remote Access to Advanced Items",
    "type": "Rule",
    "abstract": "This rule controls remote access under 15 CFR part 734.",
    "document_number": "2026-90001",
    "html_url": "https://www.federalregister.gov/documents/2026/12/01/2026-90001/remote-access",
    "publication_date": "2026-12-01",
    "agencies": [{"slug": "industry-and-security-bureau"}, {"name": "No slug"}],
}


def read(data: Any, **options: Any) -> tuple[Entry, ...]:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return federal_register.read(body, url=URL, content_type="application/json", options=options)


def test_a_rule_has_its_kind_its_agencies_and_its_words() -> None:
    (rule,) = read({"count": 1, "results": [RULE]}, phrases=("remote access", "15 CFR part 734"))
    assert (rule.key, rule.link, str(rule.published)) == ("fr/2026-90001", RULE["html_url"], "2026-12-01 05:00:00+00:00")
    facts = {name: rule.facts[name] for name in ("step", "kind", "agencies", "has_all")}
    assert facts == {"step": "document", "kind": "rule", "agencies": ("industry-and-security-bureau",), "has_all": "yes"}


def test_a_proposal_or_a_rule_on_another_matter_is_told_apart() -> None:
    proposal = {**RULE, "type": "Proposed Rule", "abstract": None, "title": "Licence Fees", "excerpts": "Fees"}
    other = {**RULE, "type": "Correction", "document_number": "2026-90002", "agencies": None}
    read_entries = read({"count": 2, "results": [proposal, other, "a row", {}]}, phrases="remote access")
    assert [(entry.facts["kind"], entry.facts["has_all"]) for entry in read_entries] == [
        ("proposed_rule", "no"),
        ("other", "yes"),
    ]


def test_an_answer_that_counts_nothing_is_an_honest_empty_list() -> None:
    assert read({"description": "Documents matching", "count": 0}) == ()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Outcome.EMPTY),
        (b"<!DOCTYPE html><html><head><title>Request Access</title></head><body>captcha</body></html>", Outcome.BLOCKED),
        (b"[1]", Outcome.MALFORMED),
        ({"count": 3}, Outcome.MALFORMED),
    ],
)
def test_anything_else_is_refused(data: Any, kind: Outcome) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.kind is kind


def test_the_marks_on_words_that_were_searched_for_are_not_read() -> None:
    marked = '<span class="match">remote</span> <span class="match">access</span>'
    body = {"results": [{"document_number": "1", "title": f"A {marked} rule", "excerpts": f"on {marked} &amp; more"}]}
    (entry,) = read(body, phrases="remote access")
    assert (entry.title, entry.text, entry.facts["has_all"]) == ("A remote access rule", "on remote access & more", "yes")
