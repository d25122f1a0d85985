"""The text of one print of a bill at govinfo.gov (XML, HTML or plain text): whether the words that matter are in it."""

from __future__ import annotations

import re
from html import unescape

from watcher.core.bills.actions import WORDINGS, Step
from watcher.core.bills.record import PRINT_NAME, Measure, facts_of, issue_of, measure_of, midnight
from watcher.core.model import Entry, Facts, Outcome, Scalar, Unreadable
from watcher.formats._markup import decode, human_check
from watcher.formats._values import words

_NUMBER = re.compile(r"<legis-num\b[^>]{0,200}>([^<]{1,60})</legis-num>")
_STAGE = re.compile(r'bill-stage="([^"]{1,60})"')
_DAY = re.compile(r'<(?:attestation|action)-date[^>]{0,80}?\bdate="(\d{4})-?(\d{2})-?(\d{2})"')
_TAG = re.compile(r"<[^<>]{0,2000}>")
OPTIONS = {
    "phrases": "Words that the text must hold to be this bill, whatever their case and spacing.",
    "own": 'The watched measures, such as "119/hr/2683"; a print of any other one is another vehicle.',
}
MIN_PRINT_CHARACTERS = 200
"""Characters below which a page is a stub and no print."""


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """One entry with step "text_check": the facts `print`, `has_all` (yes, no) and `missing` for `options["phrases"]`.

    With `options["own"]` (measures such as "119/hr/2683") the print of any other measure has the fact `vehicle` "other".

    Raises Unreadable for a page of the site instead of the print, and for a stub.
    """
    raw = decode(body, content_type)
    name = PRINT_NAME.search(url) or PRINT_NAME.search(raw[:4000])
    text = " ".join(unescape(_TAG.sub(" ", raw)).replace("\u2019", "'").split())
    if human_check(raw):
        raise Unreadable("the answer is a check for humans", Outcome.BLOCKED)
    if len(text) < MIN_PRINT_CHARACTERS:
        raise Unreadable(f"no text of a bill: {url}")
    measure = measure_of(name[1], name[2], name[3]) if name else None
    if name is None or measure is None or "congress" not in text[:4000].lower():
        raise Unreadable(f"a page instead of a print: {url}")
    _check_number(raw, measure, url)
    lower = text.lower()
    missing = [phrase for phrase in words(options, "phrases") if " ".join(phrase.lower().split()) not in lower]
    code = _print_of(name[4], raw)
    day = "-".join(found.groups()) if (found := _DAY.search(raw)) else ""
    more: dict[str, Scalar] = {
        "voice": "print",
        "print": code,
        "has_all": "no" if missing else "yes",
        "missing": ", ".join(missing),
        "order": 8001,
        "vehicle": "other" if measure.id not in (words(options, "own") or (measure.id,)) else "",
        "dated": "yes" if day else "",
    }
    facts = facts_of(measure, Step("text_check"), day, more=more)
    return (Entry(f"text/{measure.id}/{code}", measure.label, _said(code, missing), url, midnight(day), facts),)


def _check_number(raw: str, measure: Measure, url: str) -> None:
    """Raises Unreadable where the print's own number is that of another bill than its address names."""
    own = _NUMBER.search(raw)
    printed = issue_of(str(measure.congress), unescape(_TAG.sub(" ", own[1]))) if own else None
    if printed not in {None, measure}:
        raise Unreadable(f"the print of another bill, {own[1].strip() if own else ''}: {url}")


def _said(code: str, missing: list[str]) -> str:
    """What was looked for and found, as a sentence."""
    return f"The print {code.upper()} " + (f"lacks: {', '.join(missing)}." if missing else "has the words looked for.")


def _print_of(code: str, raw: str) -> str:
    """The print's code; its own stage where the address says another one."""
    stage = _STAGE.search(raw)
    return WORDINGS.prints.get(stage[1].lower().replace("-", " "), code) if stage else code
