"""From a body's bytes to text that a parser may see: encodings from a short list, no document type that defines anything."""

from __future__ import annotations

import codecs
import re

from watcher.core.model import Outcome, Unreadable
from watcher.formats._text import paragraphs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_READ_AS = {
    "utf-8": "utf-8",
    "ascii": "utf-8",
    "iso8859-1": "cp1252",  # as browsers do: https://encoding.spec.whatwg.org/#names-and-labels
    "iso8859-15": "iso8859-15",
    "iso8859-2": "iso8859-2",
    **{f"cp125{n}": f"cp125{n}" for n in range(9)},
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([a-zA-Z0-9_:.-]{1,40})", re.IGNORECASE)
_MISC = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*+", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_FIRST_ELEMENT = re.compile(r"<\w")
_XML_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)
_XML_START = re.compile(r"[\ufeff\s]*<(?:\?xml|!doctype|rss|feed|rdf)\b", re.IGNORECASE)
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_PAGE_ROOTS = frozenset({"html", "head", "body"})
_HUMAN_CHECK = (
    r"just a moment|attention required|checking (?:if the site connection|your browser)|verif(?:y|ying) (?:that )?you(?:'re| are)"
    r"|are you (?:a )?(?:human|robot)|not a (?:ro)?bot|human (?:verification|check)|security check|bot (?:verification|detection)"
    r"|captcha|pardon our interruption|request unblock|unusual traffic|access (?:to this page )?(?:has been |is )?denied"
    r"|ddos protection|enable javascript and cookies|(?:been|request) blocked|challenge validation"
)
_CHECK_CODE = re.compile(r"_cf_chl|cf-chl-|px-captcha|awswaf|captcha-delivery|incapsula incident", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)
_LONG = 2_500
"""A page with more readable characters than this is no human check, whatever words it holds."""

_SHORT = 400


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a document in one of the common encodings.

    Only these are read, because a guard that searches text must see the same text as the parser after it. Raises
    Unreadable: EMPTY for nothing but white space, MALFORMED for an encoding that is not on the list.
    """
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise Unreadable("the document is empty", Outcome.EMPTY)
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decode_as(body[len(mark) :], name)
    if body[1:2] == b"\0" and body[:1].strip():
        return _decode_as(body, "utf-16-le")
    if body[:1] == b"\0" and body[1:2].strip(b"\0 "):
        return _decode_as(body, "utf-16-be")
    return _decode_first(body, [*_declared(body, content_type), "utf-8"])


def _decode_as(body: bytes, name: str) -> str:
    """One encoding, what is wrong in it replaced."""
    if not name:
        raise Unreadable("encoding utf-32 is not read")
    return body.decode(name, "replace").lstrip("\ufeff")


def _decode_first(body: bytes, names: list[str]) -> str:
    """The first encoding that fits without an error, else the first one with its errors replaced."""
    for name in names:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode(names[0], "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """Encodings that the server and the document name, in this order (RFC 7303). Raises Unreadable for a refused one."""
    named = [match.group(1) for match in [_CHARSET.search(content_type)] if match]
    inside = _DECLARED.search(body[:400]) or _META.search(body[:2_000])
    if inside:
        named.append(inside.group(1).decode("ascii", "replace"))
    found = []
    for name in named:
        try:
            known = codecs.lookup(name.strip()).name
        except (LookupError, ValueError):
            continue
        if known.startswith("utf-16"):
            continue  # two bytes a character would have been seen above
        if known not in _READ_AS:
            raise Unreadable(f"encoding {name[:40]} is not read")
        found.append(_READ_AS[known])
    return found


def open_xml(body: bytes, content_type: str = "") -> str:
    """The text of an XML document that defines no entities and is no web page.

    Raises Unreadable: EMPTY, BLOCKED for a human check in its place, MALFORMED for a page, an unread encoding, or a
    document type with an internal subset (entity bombs: https://cwe.mitre.org/data/definitions/776.html).
    """
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    name = _root(text)
    if name in _PAGE_ROOTS:
        refuse_page(text)
    if not name:
        raise Unreadable("the document is no XML")
    return text


def _root(text: str) -> str:
    """The name of the first element in lower case, without its prefix; empty where none comes first."""
    place, doctype = 0, ""
    while True:
        misc = _MISC.match(text, place) or _DOCTYPE.match(text, place)
        if misc is None:
            break
        place = misc.end()
        if misc.group().startswith(("<!D", "<!d")):
            doctype = misc.group()
            if not text.startswith(">", place):
                raise Unreadable("a document type with definitions of its own is not read")
            place += 1
    root = _ROOT.match(text, place)
    first = _FIRST_ELEMENT.search(text)
    # feedparser looks for entity definitions in all that stands before the first "<" and letter.
    if "<!entity" in text[: max(place, first.start() if first else len(text))].casefold():
        raise Unreadable("entity definitions are not read")
    if re.match(r"<!doctype\s+html\b", doctype, re.IGNORECASE) and "xhtml" not in doctype.casefold():
        return "html"
    return root.group(1).rpartition(":")[2].lower() if root else ""


def without_declaration(text: str) -> str:
    """The same document without its XML declaration, whose encoding no longer holds."""
    return _XML_DECLARATION.sub("", text, count=1)


def mend_ampersands(text: str) -> str:
    """A bare "&", the commonest flaw, written as it should be: feedparser would make "R&D;" of "R&D"."""
    parts = _CDATA.split(text)
    parts[::2] = [_BARE_AMPERSAND.sub("&amp;", part) for part in parts[::2]]
    return "".join(parts)


def looks_like_page(text: str) -> bool:
    """Whether a text is an HTML document."""
    head = text[:3_000].lstrip("\ufeff \t\r\n").casefold()
    return head.startswith(("<!doctype html", "<html", "<head", "<body")) or "<html" in head or "<body" in head


def refuse_xml(text: str) -> None:
    """Raises Unreadable for an XML document where words were expected: it would be read as if its tags were said."""
    if _XML_START.match(text):
        raise Unreadable("the answer is an XML document")


def human_check(text: str) -> bool:
    """Whether a page is a check for humans or a block notice: it begins with its words, and has little else to read."""
    words = paragraphs(text[:400_000])
    title = _TITLE.search(text[:20_000])
    if len(words) > _LONG:
        return False
    shown = f"{title.group(1) if title else ''} {words[:_SHORT]}"
    return bool(
        re.search(_HUMAN_CHECK, shown, re.IGNORECASE)
        or _CHECK_CODE.search(text[:60_000])
        or (len(words) < _SHORT and "captcha" in text[:60_000].casefold())
    )


def refuse_page(text: str) -> None:
    """Raises Unreadable for a web page where another document was expected: BLOCKED for a human check, else MALFORMED."""
    if human_check(text):
        raise Unreadable("the answer is a check for humans", Outcome.BLOCKED)
    title = _TITLE.search(text[:20_000])
    raise Unreadable(f"the answer is a web page{f' titled {title.group(1).strip()[:80]!r}' if title else ''}")
