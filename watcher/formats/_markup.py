"""From a body's bytes to text that a parser may see: encodings from a short list, no document type that defines anything."""

from __future__ import annotations

import codecs
import re
import zlib

from watcher.core.challenges import is_challenge
from watcher.core.model import Outcome, Unreadable
from watcher.formats._text import MAX_ATTRIBUTES, paragraphs, too_many_attributes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (re.compile(rb"[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0\s]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0\s]\0"), "utf-16-be"),
)
"""How a document without a mark begins that has two or four bytes a character (XML 1.0, appendix F)."""

_BROWSERS_READ = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What browsers read for a name (https://encoding.spec.whatwg.org/#names-and-labels)."""

_ONE_BYTE = re.compile(r"cp(?!932|949|950)\d+|iso8859-\d+|koi8-[rtu]|mac-\w+|hp-roman8|kz1048|ptcp154")
_MANY_BYTES = re.compile(r"utf-8|gb18030|big5hkscs|cp932|cp949|cp950|euc_\w+|shift_jis\w+|johab|iso2022_\w+|hz")
"""Encodings of text. Python knows others that are none (base64, rot13, zlib), or that take long (punycode)."""

_GZIP = b"\x1f\x8b\x08"
_MOST_UNPACKED = 52_428_800
"""Bytes that a packed document may hold: what the protocol of site maps allows."""

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([a-zA-Z0-9_:.-]{1,40})", re.IGNORECASE)
_MISC = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*+", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_FIRST_ELEMENT = re.compile(r"<\w")
_XML_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)
_XML_START = re.compile(r"[\ufeff\s]*<(?:\?xml|!doctype|rss|feed|rdf)\b", re.IGNORECASE)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
"""A section of character data; one that is never closed goes to the end, so that no other is looked for in it."""
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_ROOTS = frozenset({"rss", "feed", "rdf", "urlset", "sitemapindex", "channel"})
_START = re.compile(r"<\?xml\s|<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_END = re.compile(r"</(?:rss|feed|rdf:RDF|urlset|sitemapindex)\s*>", re.IGNORECASE)
_JUNK = 8_000
"""Characters before a feed or a site map, and after it, that may be something else: a warning, a note of a cache."""

_PAGE_ROOTS = frozenset({"html", "head", "body"})
_TITLE = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a document, which may be packed with gzip (`sitemap.xml.gz`).

    A guard that searches the text sees the same as the parser after it, which is given this text anew in UTF-8. Raises
    Unreadable: EMPTY for nothing but white space, MALFORMED for an encoding of no text.
    """
    body = unpack(body)
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise Unreadable("the document is empty", Outcome.EMPTY)
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").lstrip("\ufeff")
    for start, name in _WIDE:
        if start.match(body):
            return body.decode(name, "replace")
    return _decode_mended(body, _declared(body, content_type))


def unpack(body: bytes) -> bytes:
    """The document in a gzip file, or the bytes as they are. Raises Unreadable for one that is broken or too large."""
    if not body.startswith(_GZIP):
        return body
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        inside = inflater.decompress(body, _MOST_UNPACKED)
    except zlib.error as error:
        raise Unreadable("the gzip file is broken") from error
    if not inflater.eof:
        raise Unreadable("the gzip file is cut off, or too large")
    return inside


def _decode_mended(body: bytes, names: list[str]) -> str:
    """What browsers and feedparser make of it: what is UTF-8 is so, whatever a label of one byte a character says.

    Else the first label that fits; else UTF-8 with each stray byte as Windows writes it.
    """
    tried = [name for name in names if name != "utf-8"]
    if not _NOT_ASCII.search(body) or all(map(_ONE_BYTE.fullmatch, tried)):
        tried.insert(0 if _NOT_ASCII.search(body) else len(tried), "utf-8")
    for name in tried:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("utf-8", _AS_WINDOWS)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Stray bytes as Windows-1252 has them."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - nothing is encoded under this name
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_AS_WINDOWS = "watcher.as_windows"
codecs.register_error(_AS_WINDOWS, _as_windows)


def _declared(body: bytes, content_type: str) -> list[str]:
    """Encodings that the server and the document name, in this order (RFC 7303). Raises Unreadable for one of no text."""
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
        if known.startswith(("utf-16", "utf-32")):
            continue  # several bytes a character would have been seen above
        known = _BROWSERS_READ.get(known, known)
        if not _ONE_BYTE.fullmatch(known) and not _MANY_BYTES.fullmatch(known):
            raise Unreadable(f"encoding {name[:40]} is not read")
        found.append(known)
    return found


def open_xml(body: bytes, content_type: str = "") -> str:
    """The text of an XML document that defines no entities and is no web page, without what stands before and after it.

    Raises Unreadable: EMPTY, BLOCKED for a human check in its place, MALFORMED for a page, an unread encoding, or a
    document type with an internal subset (entity bombs: https://cwe.mitre.org/data/definitions/776.html).
    """
    text = decode(body, content_type).lstrip("\ufeff \t\r\n\0")
    name = _root(text)
    if name in _PAGE_ROOTS:
        refuse_page(text)
    if name not in _ROOTS:
        start = None if looks_like_page(text) else _START.search(text[:_JUNK])
        if start is not None:
            text = text[start.start() :]
            name = _root(text)
    if not name:
        raise Unreadable("the document is no XML")
    if too_many_attributes("".join(cdata_parts(text)[::2])):
        raise Unreadable(f"an element has more than {MAX_ATTRIBUTES} attributes")
    return _without_tail(text)


def _without_tail(text: str) -> str:
    """The document up to where its root is closed, unless that stands in a text of its own."""
    ends = list(_END.finditer(text, max(0, len(text) - _JUNK)))
    if not ends or text.count("<![CDATA[", 0, ends[-1].start()) > text.count("]]>", 0, ends[-1].start()):
        return text
    return text[: ends[-1].end()]


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


def cdata_parts(text: str) -> list[str]:
    """Markup and closed sections of character data in turn, markup first and last; an unclosed section is markup."""
    end = text.rfind("]]>") + len("]]>") if "]]>" in text else 0
    parts: list[str] = _CDATA.split(text[:end])
    return [*parts[:-1], parts[-1] + text[end:]]


def mend_ampersands(text: str) -> str:
    """A bare "&", the commonest flaw, written as it should be: feedparser would make "R&D;" of "R&D"."""
    parts = cdata_parts(text)
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
    title = _TITLE.search(text[:20_000])
    return is_challenge(title=title.group(1) if title else "", shown=paragraphs(text[:400_000]), markup=text[:60_000])


def refuse_page(text: str) -> None:
    """Raises Unreadable for a web page where another document was expected: BLOCKED for a human check, else MALFORMED."""
    if human_check(text):
        raise Unreadable("the answer is a check for humans", Outcome.BLOCKED)
    title = _TITLE.search(text[:20_000])
    raise Unreadable(f"the answer is a web page{f' titled {title.group(1).strip()[:80]!r}' if title else ''}")
