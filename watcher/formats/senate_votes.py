"""Roll calls of the Senate as senate.gov publishes them: the menu of a session and the file of one vote."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from watcher.core.bills.actions import Step, read_vote, vote_tally
from watcher.core.bills.record import Measure, facts_of, issue_of, measure_of, midnight
from watcher.core.model import Entry, Facts, Scalar, Unreadable
from watcher.formats._markup import open_xml, without_declaration
from watcher.formats._values import words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

BEFORE_THE_RECORD = -100_000
"""Roll calls stand before the rows of the record of their day: the record tells the whole day, once it tells of it at all."""
OPTIONS = {
    "carries": 'The watched measure that other ones may carry, such as "119/hr/2683".',
    "vehicles": "Those other measures: their votes get the fact `carries`.",
}


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """Entries of a menu (one a vote on a measure) or of one vote's file.

    Times of a vote are Eastern without an offset; an entry is dated by its day in Washington. Votes on nominations and rows
    "en bloc" without issue, question and result give entries without a measure, which match nothing. The menu of a session
    that has not voted yet is empty. With `options["vehicles"]` the votes on these measures have the fact `carries`.
    Raises Unreadable: senate.gov answers 200 with a page where a file is missing.
    """
    root = _parse(body, content_type)
    if root.tag == "vote_summary":
        return tuple(_marked(entry, options) for entry in _menu(root, url))
    if root.tag == "roll_call_vote":
        return (_marked(_vote(root, url), options),)
    raise Unreadable(f"neither a menu of votes nor a vote but <{root.tag}>: {url}")


def _marked(entry: Entry, options: Facts) -> Entry:
    """The entry, marked where its measure is one that may carry the watched one; its words then name the measure."""
    if entry.facts.get("measure") not in words(options, "vehicles"):
        return entry
    named = f"{entry.title.partition(':')[0]}, {entry.text}"
    return replace(entry, text=named, facts={**entry.facts, "carries": options.get("carries", "")})


def _parse(body: bytes, content_type: str) -> Element:
    try:
        root: Element = fromstring(without_declaration(open_xml(body, content_type)), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable(f"broken XML: {error}") from error
    return root


def _text(node: Element, path: str) -> str:
    """All words inside an element, which may hold others (<question> … <measure>)."""
    found = node.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _menu(root: Element, url: str) -> tuple[Entry, ...]:
    congress, session, year = (_text(root, name) for name in ("congress", "session", "congress_year"))
    if not (congress.isdecimal() and session.isdecimal()):
        raise Unreadable(f"a menu that names no session: {url}")
    rows = root.findall("votes/vote")
    return tuple(_menu_row(row, congress, session, year) for row in rows if _text(row, "vote_number").isdecimal())


def _menu_row(row: Element, congress: str, session: str, year: str) -> Entry:
    number, issue, question, result = (_text(row, name) for name in ("vote_number", "issue", "question", "result"))
    return _entry(
        (congress, session, int(number)),
        measure=issue_of(congress, issue),
        date=_date(f"{_text(row, 'vote_date')}-{year}", "%d-%b-%Y"),
        said=(question, result, _text(row, "title")),
        counts=vote_tally("", _text(row, "vote_tally/yeas"), _text(row, "vote_tally/nays")),
        issue=issue,
    )


def _vote(root: Element, url: str) -> Entry:
    congress, session, number = (_text(root, name) for name in ("congress", "session", "vote_number"))
    if not (congress.isdecimal() and session.isdecimal() and number.isdecimal()):
        raise Unreadable(f"a vote without its number: {url}")
    kind, digits = _text(root, "document/document_type"), _text(root, "document/document_number")
    outcome = _text(root, "vote_result_text")
    return _entry(
        (congress, session, int(number)),
        measure=measure_of(_text(root, "document/document_congress") or congress, kind, digits),
        date=_date(" ".join(_text(root, "vote_date").split(",")[:2]), "%B %d %Y"),
        said=(
            _text(root, "question"),
            _text(root, "vote_result"),
            _text(root, "vote_title") or _text(root, "vote_question_text"),
        ),
        counts=vote_tally(
            outcome, _text(root, "count/yeas"), _text(root, "count/nays"), _text(root, "tie_breaker/tie_breaker_vote")
        ),
        issue=_text(root, "document/document_name") or f"{kind} {digits}".strip(),
    )


def _date(words: str, form: str) -> str:
    """The day of a vote as YYYY-MM-DD; "" where it is written in another form."""
    try:
        return datetime.strptime(re.sub(r"\s+", " ", words).strip(), form).date().isoformat()  # noqa: DTZ007 - a bare day
    except ValueError:
        return ""


def _entry(
    number: tuple[str, str, int],
    *,
    measure: Measure | None,
    date: str,
    said: tuple[str, str, str],
    counts: tuple[int | None, int | None],
    issue: str,
) -> Entry:
    """The entry of one roll call, the same whether the menu or its file told of it."""
    (congress, session, roll), (question, result, title) = number, said
    name, subject = read_vote(question, result, title)
    step = Step(name, "senate", subject, "roll_call", yeas=counts[0], nays=counts[1], roll=roll)
    more: dict[str, Scalar] = {"voice": "vote", "order": BEFORE_THE_RECORD + roll, "question": question, "result": result}
    elsewhere: Facts = {"step": "other", "voice": "vote", "date": date, "roll": roll}
    shown = f" ({counts[0]}-{counts[1]})" if counts[0] is not None else ""
    return Entry(
        key=f"vote/{congress}/{session}/{roll}",
        title=f"{issue or 'En bloc'}: {question}".rstrip(": "),
        text=f"{question}: {result}{shown}. Record Vote Number: {roll}.",
        link=f"https://www.senate.gov/legislative/LIS/roll_call_votes/vote{congress}{session}/vote_{congress}_{session}_{roll:05d}.xml",
        published=midnight(date),
        facts=facts_of(measure, step, date, more=more) if measure else elsewhere,
    )
