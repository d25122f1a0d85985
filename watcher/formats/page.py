"""Web pages: an article with its title, text and dates, or the cards of a listing."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import find_date, read_date, zone_named
from watcher.formats._dom import Page, attribute, first, open_page, outermost, select
from watcher.formats._markup import decode, human_check, looks_like_page
from watcher.formats._text import beginning, clean, number_doubles, plain_title
from watcher.formats._values import absolute, flag, number, word, words

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from selectolax.lexbor import LexborNode

    from watcher.core.model import Facts, Scalar

OPTIONS = {
    "items": "CSS selector of a listing's cards; without it the page is one article",
    "title": "CSS selector of the title, inside the card or the page",
    "text": "CSS selector of the text (default: the one article, else main, else body, without cards of other pages)",
    "link": "CSS selector of the card's link (default: its heading's link, its first link, its `about`)",
    "date": "CSS selector of the date (default: time[datetime]; of an article also its head, and a date beside the heading)",
    "links": "CSS selector of links on an article that become entries of their own (attachments)",
    "timezone": "IANA zone of dates without a time (default UTC)",
    "contains": "words that the page must hold (all of them), else it is not the page we mean",
    "max_items": "how many cards are kept (default 500)",
    "may_be_empty": "true: a listing without cards is trustworthy",
}
MAX_ITEMS = 500
KEY = "page"
"""The key of an article: a page stays the same entry when it moves to another address."""

_MAIN = ("main", '[role="main"]', "body")
_MOST_OF_IT = 3
"""An article that holds less than a third of the main part's text is a card, whatever it does not say."""

_ON = r"([A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d{4}-\d\d-\d\d)"
_RELEASED = re.compile(
    rf"\b(?:Released|Published|Posted|Created)(?: on)?:? {_ON}(?:[,;|]? (?:Last )?Updated(?: on)?:? {_ON})?",
)
_TIMES = "time[datetime]:not([itemprop=dateModified], [class*=updated i], [class*=modified i])"
_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datePublished", "citation_publication_date"),
    *("parsely-pub-date", "article.published"),
)
_DATED = (
    *("dcterms.created", "dcterms.issued", "dcterms.date", "dc.date.issued", "dc.date"),
    *("pubdate", "publish-date", "publication_date", "date"),
)
"""Names in the head under which pages say when they were published."""

_NEAR, _PARAGRAPH = 12, 160
"""How many pieces of text beside the heading may hold the date, and the characters from which one is a paragraph."""

_BYLINE = re.compile(
    r"(?:(?:(?:first )?(?:published|posted|released|issued)|(?:publication |release )?date)(?: on)?:?\s*)?"
    r"(?:[^\W\d]{3,10}\.?,\s+)?"
    r"([^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?[^\W\d]{3,10}\.?,?\s+(?:de\s+)?\d{4}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}\s*[年년]\s*\d{1,2}\s*[月월]\s*\d{1,2}\s*[日일])"
    r"(?:(?:\s*[,@|\u00b7\u2022\u2013\u2014-]|\s+at\b)\s*.{1,60})?",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"(?:last |page )?(?:updated|modified|revised|reviewed|edited|changed)\b", re.IGNORECASE)
_MISSING = re.compile(
    r"^\s*(?:error\s*)?(?:404|page not found|not found|page (?:is )?unavailable|we can.t find|sorry, (?:we|this page))\b"
    r"|\b404 error\b|\berror 404\b|\bpage not found\s*$",
    re.IGNORECASE,
)
_SITE_NAME = re.compile(r"(?<!\s)\s++[|\\\u00b7\u2013\u2014]\s+[^|\\\u00b7\u2013\u2014]{1,60}$")


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """One entry for an article (and for its `links`), or one for each card of a listing.

    Facts of an article: `released` and `updated` (ISO dates of the line of record), `date_raw`, `canonical`. Raises
    Unreadable: BLOCKED for a human check, EMPTY where the selectors find nothing, MALFORMED for what is no page or
    another page than the one meant.
    """
    text = decode(body, content_type)
    if not looks_like_page(text) and "html" not in content_type:
        raise Unreadable("the document is no web page")
    if human_check(text):
        raise Unreadable("the answer is a check for humans", Outcome.BLOCKED)
    listing = bool(word(options, "items"))
    page = open_page(text, listing=listing)
    _refuse_other(page, text, options)
    zone = zone_named(word(options, "timezone"))
    return _listing(page, url, zone, options) if listing else _article(page, url, zone, options)


def _refuse_other(page: Page, text: str, options: Facts) -> None:
    """A page that says "not found" with status 200, or lacks the words it must hold."""
    title = page.line(page.first("title"))
    if _MISSING.search(title) or _MISSING.search(page.line(page.first("h1"))):
        raise Unreadable(f"the page says {title[:80]!r}")
    for needed in words(options, "contains"):
        if needed not in text and needed not in page.whole():
            raise Unreadable(f"the page does not hold {needed!r}")


# --- an article ----------------------------------------------------------------------------------------------------


def _article(page: Page, url: str, zone: tzinfo, options: Facts) -> tuple[Entry, ...]:
    title = page.line(page.first(word(options, "title"))) if word(options, "title") else _title(page)
    attached = _attached(page, url, word(options, "links"))
    text = _text(page, word(options, "text"))
    if not text:
        raise Unreadable("no text was found on the page", Outcome.EMPTY)
    facts: dict[str, Scalar | tuple[Scalar, ...]] = {}
    published = _published(page, zone, word(options, "date"), facts)
    canonical = absolute(attribute(page.first('link[rel="canonical"]'), "href"), url)
    if canonical:
        facts["canonical"] = canonical
    entry = Entry(KEY, title, text, absolute(url, url), published, facts)
    return (entry, *(Entry(link, name, "", link, published, {"attachment": True}) for link, name in attached))


def _title(page: Page) -> str:
    """The title as shared, as shown, or as in the head without the site's name."""
    return (
        plain_title(page.says("og:title"))
        or page.line(page.heading())
        or _SITE_NAME.sub("", page.line(page.first("head title") or page.first("title")))
    )


def _text(page: Page, selector: str) -> str:
    """The text where it was said to be, else of the page's main part."""
    if selector:
        return "\n".join(filter(None, map(page.text, outermost(select(page.tree, selector)))))
    around = next(filter(None, (page.text(page.first(place)) for place in _MAIN)), "")
    articles = [text for text in map(page.text, filter(page.is_visible, outermost(select(page.tree, "article")))) if text]
    if len(articles) == 1 and (len(articles[0]) * _MOST_OF_IT >= len(around) or not page.first("main")):
        return articles[0]  # the others are cards, and what stands around it is the site's
    return around


# --- when it was published -------------------------------------------------------------------------------------------


def _published(page: Page, zone: tzinfo, selector: str, facts: dict[str, Scalar | tuple[Scalar, ...]]) -> datetime | None:
    """When the page says it was published; the line of record ("Released July 17, 2026") decides about the day."""
    if selector:
        node = page.first(selector)
        raws = [attribute(node, "datetime", "content") or page.line(node)]
    else:
        raws = _dates(page, zone)
    moments = [(moment, raw) for raw in raws if (moment := read_date(raw, zone) or find_date(raw, zone))]
    line = _RELEASED.search(page.whole().replace("\n", " "))
    released = read_date(line.group(1), zone) if line else None
    if line and released:
        facts["released"] = _day(released, zone)
        updated = read_date(line.group(2) or "", zone)
        if updated:
            facts["updated"] = _day(updated, zone)
        if not any(_day(moment, zone) == facts["released"] for moment, _ in moments[:1]):
            moments.insert(0, (released, line.group(1)))
    if moments:
        facts["date_raw"] = clean(moments[0][1], 100)
    return moments[0][0] if moments else None


def _day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def _dates(page: Page, zone: tzinfo) -> list[str]:
    """Where pages say when they were published, the most trustworthy place first."""
    node = page.visible(_TIMES)
    shown = attribute(node, "datetime", "content") or page.line(node)
    beside = _beside_heading(page)
    if beside and shown and _day_of(shown, zone) != _day_of(beside, zone):
        shown = ""  # a time in the text is that of an event; what stands beside the heading is the page's
    structured = [str(thing["datePublished"]) for thing in page.structured() if thing.get("datePublished")]
    named = [page.line(one)[:100] for one in select(page.tree, '[class*="date" i], [itemprop="datePublished"]')[:10]]
    return [page.says(*_PUBLISHED), shown, beside, *structured, page.says(*_DATED), *filter(_BYLINE.match, named)]


def _day_of(raw: str, zone: tzinfo) -> str:
    moment = read_date(raw, zone) or find_date(raw, zone)
    return _day(moment, zone) if moment else ""


def _beside_heading(page: Page) -> str:
    """A short text beside the heading that is nothing but a date: after it before the first paragraph, or else before it."""
    before, after = page.around_heading()
    near = [*takewhile(lambda said: len(said) <= _PARAGRAPH, after[:_NEAR])]
    for said in (["", *near], before[-_NEAR:]):
        for label, line in pairwise(said):
            found = _BYLINE.fullmatch(line)
            if found and not _CHANGED.match(label):
                return found[1]
    return ""


def _attached(page: Page, url: str, selector: str) -> list[tuple[str, str]]:
    """Address and name of each attachment, once."""
    found: dict[str, str] = {}
    for node in select(page.tree, selector) if selector else ():
        link = absolute(attribute(node, "href"), url)
        if link:
            found.setdefault(link, page.line(node) or _name_of(link))
    return list(found.items())


# --- a listing -----------------------------------------------------------------------------------------------------


def _listing(page: Page, url: str, zone: tzinfo, options: Facts) -> tuple[Entry, ...]:
    cards = [_card(page, node, url, zone, options) for node in select(page.tree, word(options, "items"))]
    kept = [card for card in cards if card.link or card.title or card.text][: number(options, "max_items", MAX_ITEMS)]
    if not kept and not flag(options, "may_be_empty"):
        raise Unreadable(f"{word(options, 'items')!r} finds nothing on the page", Outcome.EMPTY)
    linked: dict[str, Entry] = {}
    for card in kept:
        if card.link:
            linked.setdefault(card.key, card)
    unnamed = [card for card in kept if not card.link]
    keys = number_doubles([card.key for card in unnamed])
    return (
        *linked.values(),
        *(Entry(key, card.title, card.text, "", card.published, card.facts) for key, card in zip(keys, unnamed, strict=True)),
    )


def _card(page: Page, node: LexborNode, url: str, zone: tzinfo, options: Facts) -> Entry:
    """One card. Its link counts even where it has no text: then the picture's words, or the address, name it."""
    target = _target(node, word(options, "link"))
    link = absolute(attribute(target, "href") or attribute(node, "about", "href"), url)
    heading = first(node, word(options, "title")) if word(options, "title") else first(node, "h1, h2, h3, h4, h5, h6")
    picture = first(node, "img[alt]")
    title = (
        page.line(heading)
        or page.line(target)
        or plain_title(attribute(target, "aria-label", "title") or attribute(picture, "alt"))
    )
    when = first(node, word(options, "date") or "time[datetime]")
    raw = attribute(when, "datetime", "content") or page.line(when)
    text = (
        "\n".join(filter(None, map(page.text, select(node, word(options, "text"))))) if word(options, "text") else page.text(node)
    )
    facts: Facts = {"date_raw": clean(raw, 100)} if raw else {}
    moment = read_date(raw, zone) or find_date(raw, zone)
    return Entry(link or beginning(title or text, 12), title or _name_of(link), text, link, moment, facts)


def _target(node: LexborNode, selector: str) -> LexborNode | None:
    """The element whose href the card is about."""
    if selector:
        return first(node, selector)
    if node.tag == "a" and attribute(node, "href"):
        return node
    return first(node, ":is(h1, h2, h3, h4, h5, h6) a[href]:not(.auto-anchor)") or first(node, "a[href]:not(.auto-anchor)")


def _name_of(link: str) -> str:
    """Words from the end of an address."""
    last = urlsplit(link).path.rstrip("/").rpartition("/")[2]
    return plain_title(re.sub(r"[-_+]+", " ", unquote(last)))
