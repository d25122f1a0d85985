"""BILLSTATUS, the bulk data of bills by the Government Publishing Office, in its three generations (no version, 1.0.0, 3.0.0).

The generations differ in names (billNumber and number, committee and committees, formattedText …); what the watch reads is
found in all of them. Schema and changes: github.com/usgpo/bill-status.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from watcher.core.bills.record import ActionRow, Measure, Print, entries_of, measure_of, system_of
from watcher.core.model import Entry, Facts, Outcome, Unreadable
from watcher.formats._markup import open_xml, without_declaration

VERSIONS = frozenset({"", "1.0.0", "3.0.0"})
"""Generations that are known; a fourth is refused rather than half understood."""

Node = Any
"""An element of lxml, which has no types."""
OPTIONS: dict[str, str] = {}
_ADDRESS = re.compile(r"\bBILLSTATUS-(\d{1,3})([a-z]{1,7})(\d{1,5})\b")
_STAMP = re.compile(rb"<updateDate>\s*(\d{4}-\d{2}-\d{2}[\dT:.Z+-]{0,22})\s*</updateDate>")
"""The first one in a file is the bill's own; those of amendments follow."""


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """Entries of one bill's file: its actions, laws and prints, oldest first.

    Raises Unreadable for a page instead of the file, a doctype, broken XML, an unknown generation, a file without actions, and
    for the file of another bill than the address names.
    """
    del options
    root = _parse(body, content_type)
    if root.tag != "billStatus":
        raise Unreadable(f"no BILLSTATUS file but <{root.tag}>: {url}")
    bill = root.find("bill")
    if bill is None:
        raise Unreadable(f"BILLSTATUS file without a bill: {url}")
    version = _text(root, "version") or _text(bill, "version")
    if version not in VERSIONS:
        raise Unreadable(f"BILLSTATUS version {version} is not known: {url}")
    rows = [_row(item) for item in bill.iterfind("actions/item")]
    if not rows:
        raise Unreadable(f"BILLSTATUS file without actions: {url}", Outcome.EMPTY)
    laws = [number for item in bill.iterfind("laws/item") if (number := _text(item, "number"))]
    prints = [_print(item) for item in bill.iterfind("textVersions/item")]
    return entries_of(_measure(bill, url), rows, prints=[one for one in prints if one.name], laws=laws)


def _parse(body: bytes, content_type: str) -> Node:
    """The root element. Definitions of entities are refused before parsing; nothing is fetched, nothing is expanded."""
    text = without_declaration(open_xml(body, content_type))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"broken XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("XML with a document type")
    return root


def _text(node: Node, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _measure(bill: Node, url: str) -> Measure:
    kind, number = _text(bill, "type") or _text(bill, "billType"), _text(bill, "number") or _text(bill, "billNumber")
    measure = measure_of(_text(bill, "congress"), kind, number)
    if measure is None:
        raise Unreadable(f"BILLSTATUS file that names no measure: {url}")
    asked = _ADDRESS.search(url)
    if asked and measure_of(*asked.groups()) not in {None, measure}:
        raise Unreadable(f"the file of another bill, {measure.label} of the {measure.congress}th Congress: {url}")
    return measure


def stamp_of(body: bytes) -> str:
    """When the publisher says that a file's bill was last updated, YYYY-MM-DD with what follows; "" where it does not say."""
    found = _STAMP.search(body)
    return found[1].decode() if found else ""


def _row(item: Node) -> ActionRow:
    return ActionRow(
        date=_text(item, "actionDate"),
        text=_text(item, "text"),
        system=system_of(_text(item, "sourceSystem/code"), _text(item, "sourceSystem/name")),
        code=_text(item, "actionCode"),
        time=_text(item, "actionTime"),
        vote_url=_text(item, "recordedVotes/recordedVote/url"),
    )


def _print(item: Node) -> Print:
    return Print(_text(item, "type"), _text(item, "date"), _text(item, "formats/item/url"))
