"""The feed of printed bills at govinfo.gov (rss/bills.xml, bills-enr.xml): one entry a print, whatever the record says of it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from watcher.core.bills.actions import Step
from watcher.core.bills.record import PRINT_NAME, WASHINGTON, facts_of, measure_of, midnight
from watcher.core.model import Entry, Facts, Outcome, Unreadable
from watcher.formats._markup import open_xml, without_declaration

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OPTIONS: dict[str, str] = {}
_PAGE = "https://www.govinfo.gov/content/pkg/{0}/xml/{0}.xml"


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """Entries with step "print", dated by the day in Washington on which the feed names them, linked to the print's XML.

    Items that name no print are passed over. Raises Unreadable for what is no RSS, and EMPTY for a feed without items.
    """
    del options
    try:
        root: Element = fromstring(without_declaration(open_xml(body, content_type)), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable(f"broken XML: {error}") from error
    if root.tag != "rss":
        raise Unreadable(f"no RSS but <{root.tag}>: {url}")
    items = root.findall("channel/item")
    if not items:
        raise Unreadable(f"a feed of prints without items: {url}", Outcome.EMPTY)
    found = {entry.key: entry for item in items if (entry := _entry(item))}
    return tuple(found.values())


def _entry(item: Element) -> Entry | None:
    named = PRINT_NAME.search(" ".join(item.findtext(name) or "" for name in ("guid", "link", "description")))
    measure = measure_of(named[1], named[2], named[3]) if named else None
    if named is None or measure is None:
        return None
    day, code = _day(item.findtext("pubDate") or ""), named[4]
    step = Step("print", amended="yes" if code == "eas" else "")
    facts = facts_of(measure, step, day, more={"voice": "print", "order": 8000, "print": code, "dated": "yes" if day else ""})
    text = f"Text print {code.upper()} of {measure.label}"
    return Entry(f"print/{named[0]}", f"{measure.label} ({code.upper()})", text, _PAGE.format(named[0]), midnight(day), facts)


def _day(words: str) -> str:
    """The day in Washington of an RSS date; "" where it is none."""
    try:
        moment = parsedate_to_datetime(words)
        return (moment.astimezone(WASHINGTON) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        return ""
