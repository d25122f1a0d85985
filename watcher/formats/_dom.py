"""A parsed page: what in it speaks of other pages, what of it is read, and how things are found in it by selector."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.core.model import Unreadable
from watcher.formats._text import elements_above, lines, parse_html, pieces_of, plain_title, words_of

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SAYS = ("related", "teaser", "recommend", "breadcrumb", "readmore", "read-more", "more-", "newsletter", "cookie", "share")
_NAMED = ", ".join(f'[{where}*="{name}" i]' for where in ("class", "id") for name in _SAYS)
_NAMES = frozenset(
    [
        *("related", "teaser", "teasers", "recommended", "recommendation", "recommendations", "breadcrumb", "breadcrumbs"),
        *("readmore", "read-more", "more-news", "more-stories", "more-posts", "more-articles", "more-from"),
        *("newsletter", "cookie", "cookies", "share", "sharing"),
    ]
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_FURNITURE = "footer, header, [role=banner], [role=navigation], [role=contentinfo], [role=complementary], [role=search]"
_MAIN = frozenset({"main", "article"})
_OUTERMOST = frozenset({"html", "body", "main", "article"})
_TITLES = 'h2, h3, h4, h5, h6, [class*="title" i], [class*="heading" i], [class*="headline" i]'
_NEWS = (
    r"(?:news|posts?|articles?|stories|reading|content|blog posts|press releases|publications|pages|links|resources|topics"
    r"|items|coverage)"
)
_OTHERS = re.compile(
    "|".join(
        [
            rf"related(?: {_NEWS}| documents| insights| announcements)?",
            rf"(?:recommended|suggested)(?: for you)?|(?:recommended|suggested|similar|previous|next) {_NEWS}",
            rf"(?:latest|recent|other|popular|featured|trending|newest|top) {_NEWS}|latest from .{{1,50}}|in other news",
            r"you (?:may|might|could|will)(?: also)? (?:like|enjoy|be interested in)|most (?:read|popular|viewed)|trending now",
            r"from (?:the|our) blog|read (?:more|next|also)|see also|(?:keep|continue|further) reading|up next|next up",
            rf"more (?:{_NEWS}|to read|(?:from|in|on|like) .{{1,50}})",
            r"ähnliche (?:beiträge|artikel)|weitere (?:beiträge|artikel|meldungen|nachrichten)|lesen sie auch|mehr zum thema",
            r"verwandte (?:beiträge|artikel|themen|inhalte)|(?:das|auch) könnte (?:sie|dich) (?:auch )?interessieren",
            r"à lire (?:aussi|également)|articles (?:liés|similaires|connexes)|sur le même (?:sujet|thème)",
            r"(?:artículos|noticias|contenidos?) relacionad[oa]s?|te puede interesar|articoli correlati|leggi anche",
            r"(?:artigos|notícias|conteúdos?) relacionad[oa]s?|leia (?:também|mais)|gerelateerd(?:e .{1,20})?|lees ook",
            r"powiązane .{1,20}|zobacz (?:też|także)|читайте также|похожие .{1,20}|関連(?:記事|ニュース|コンテンツ|リンク)",
            r"관련 ?(?:글|기사|콘텐츠|뉴스)|相关(?:文章|阅读|新闻|内容)|相關(?:文章|新聞|閱讀)|延伸(?:阅读|閱讀)|推荐阅读",
        ]
    )
)
"""Titles over what other pages say, folded."""

_LONGEST, _MOST = 70, 1_000
"""Characters of a title that can be one of these, and how many titles are looked at."""

_LONG_TEASERS = 4_000
"""Characters from which a block that is called a teaser holds more than teasers."""


def elsewhere(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The elements that lead to other pages; none of them holds the page's heading."""
    yield from (node for node in tree.css(_NAMED) if _is_named(node) and _leads_away(node))
    yield from (node for node in tree.css(_FURNITURE) if node.css_first("h1") is None and not _is_within(node, _MAIN))
    for heading in tree.css("h2, h3, h4, h5, h6")[:_MOST]:
        card = _card_of(heading)
        if card is not None:
            yield card
    for title in tree.css(_TITLES)[:_MOST]:
        if _OTHERS.fullmatch(_words(title)):
            yield from _under(title)


def _is_named(node: LexborNode) -> bool:
    """Whether a whole word of its class or id says so: "related-posts" and "relatedPosts" do, "correlated" does not."""
    named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    words = [[found.lower() for found in _WORDS.findall(one)] for one in named.split()]
    return any(not _NAMES.isdisjoint((*one, *map("-".join, pairwise(one)))) for one in words)


def _leads_away(node: LexborNode) -> bool:
    """Whether it holds a link or a button, and neither the page's heading nor as many words as a whole article."""
    return (
        node.css_first("h1") is None
        and node.css_first("a[href], button") is not None
        and len(node.text(deep=True)) <= _LONG_TEASERS
    )


def _is_within(node: LexborNode, names: frozenset[str]) -> bool:
    return any(above.tag in names for above in elements_above(node))


def _card_of(heading: LexborNode) -> LexborNode | None:
    """The card whose title this is: a link around it, an article that it opens, or one of several like it."""
    around = next((above for above in elements_above(heading) if above.tag == "a"), None)
    link = around or heading.css_first("a[href]:not(.auto-anchor)")
    if link is None or (link.attributes.get("href") or "#").startswith("#"):
        return None
    article = next((above for above in elements_above(heading) if above.tag == "article"), None)
    if article is not None and article.css_first("h1, h2, h3, h4, h5, h6") == heading:
        return article
    return around if around is not None and around.css_first("h1") is None else _one_of_several(heading)


def _one_of_several(heading: LexborNode) -> LexborNode | None:
    """The element around a linked heading that has a sibling of its name and class with a linked heading too."""
    around = takewhile(lambda above: above.tag not in _OUTERMOST and above.css_first("h1") is None, elements_above(heading))
    return next((above for above in around if _has_twin(above)), None)


def _has_twin(node: LexborNode) -> bool:
    beside = filter(None, (_next(node, back=True), _next(node)))
    alike = (one for one in beside if (one.tag, one.attributes.get("class")) == (node.tag, node.attributes.get("class")))
    return any(one.css_first(":is(h2, h3, h4, h5, h6) a[href]") is not None for one in alike)


def _next(node: LexborNode, *, back: bool = False) -> LexborNode | None:
    """The next element beside one."""
    beside = node.prev if back else node.next
    while beside is not None and not beside.is_element_node:
        beside = beside.prev if back else beside.next
    return beside


def _under(title: LexborNode) -> Iterator[LexborNode]:
    """What stands under a title of related things: the block that it opens, or what follows up to the next heading."""
    block = title
    while (above := block.parent) is not None and above.tag not in _OUTERMOST and not above.css_first("h1") and _opens(block):
        block = above
    if block.css_first("a[href]") is not None and block != title:
        yield block
        return
    following = list(_following(block, title.tag or ""))
    last = max((place for place, node in enumerate(following) if node.tag == "a" or node.css_first("a[href]")), default=-1)
    if last >= 0:
        yield block
        yield from following[: last + 1]


def _opens(block: LexborNode) -> bool:
    """Whether nothing is said before this part of its element."""
    before = block.prev
    while before is not None:
        if ((before.text_content or "") if before.is_text_node else words_of(before)).strip():
            return False
        before = before.prev
    return True


def _following(block: LexborNode, level: str) -> Iterator[LexborNode]:
    """The elements beside a title up to the next heading of its level or above."""
    beside = _next(block)
    while beside is not None and not (beside.tag in _HEADINGS and (level not in _HEADINGS or beside.tag <= level)):
        yield beside
        beside = _next(beside)


def _words(node: LexborNode) -> str:
    """The words of a title, folded; empty for one that is too long to be compared."""
    said = " ".join(words_of(node).split()).strip(" :.…!→»").casefold()
    return said if len(said) <= _LONGEST else ""


_CODE = ("script", "style", "template")
_SILENT = ", ".join(
    (*_CODE, "noscript, iframe, svg, form, nav, aside, dialog, [hidden], [aria-hidden=true], a.auto-anchor, a.headerlink")
)
_STRUCTURED = 'script[type="application/ld+json"]'


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a tree, and what in it is no reading matter."""

    tree: LexborHTMLParser
    silent: frozenset[int] = field(default_factory=frozenset)
    """`mem_id` of each element that is left out."""

    def text(self, node: LexborNode | None, limit: int = 200_000) -> str:
        """The readable text of an element, a line a paragraph."""
        return lines(words_of(node, self.silent), limit) if node is not None else ""

    def line(self, node: LexborNode | None) -> str:
        """The text of an element as a title."""
        return plain_title(self.text(node, 2_000).replace("\n", " "))

    def first(self, selector: str) -> LexborNode | None:
        """The first element of the page that a selector finds."""
        return first(self.tree, selector)

    def visible(self, selector: str) -> LexborNode | None:
        """The first element that a selector finds in what is read of the page."""
        return next(filter(self.is_visible, select(self.tree, selector)), None)

    def is_visible(self, node: LexborNode | None) -> bool:
        """Whether an element is read, with all that is around it."""
        while node is not None:
            if node.mem_id in self.silent:
                return False
            node = node.parent
        return True

    def heading(self) -> LexborNode | None:
        """The heading of the page."""
        return self.first("main h1") or self.first("article h1") or self.first("h1")

    def around_heading(self) -> tuple[list[str], list[str]]:
        """The pieces of text before the heading and those after it, each the words directly in one element.

        All are after it where there is no heading.
        """
        heading = self.heading()
        before, after = pieces_of(self.tree.body, self.silent, heading.mem_id if heading else None)
        return ([], before) if heading is None else (before, after)

    def whole(self) -> str:
        """The readable text of all of it."""
        return self.text(self.tree.body)

    def says(self, *names: str) -> str:
        """What the page says of itself in its head, under the first of these names that it uses."""
        found = (attribute(self.first(f'meta:is([property="{name}" i], [name="{name}" i])'), "content") for name in names)
        return next(filter(None, found), "")

    def structured(self) -> Iterator[dict[str, Any]]:
        """The objects of the page's JSON-LD, outermost first."""
        for node in self.tree.css(_STRUCTURED)[:20]:
            try:
                yield from _objects(json.loads(node.text()))
            except (ValueError, RecursionError):
                continue


def open_page(text: str, *, listing: bool = False) -> Page:
    """A page as a tree. Raises Unreadable for one whose elements are nested too deep, or have too many attributes.

    A form around the whole page is no reason to pass over it. Of a `listing` the cards are what is read; of any other page
    they are left out, unless nothing else is there.
    """
    tree = parse_html(text)
    if tree is None:
        raise Unreadable("the page is nested too deep, or an element of it has too many attributes")
    silent = (node for node in tree.css(_SILENT) if node.tag in _CODE or node.css_first("h1") is None)
    page = Page(tree, frozenset(node.mem_id for node in silent))
    if listing:
        return page
    own = Page(tree, page.silent | {node.mem_id for node in elsewhere(tree)})
    return own if own.whole() else page


def select(node: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """All elements that a CSS selector finds. Raises ValueError for a selector that is none."""
    try:
        return node.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error


def first(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode | None:
    """The first element that a selector finds."""
    return next(iter(select(node, selector)), None)


def outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Those that lie in no other one of them."""
    known = {node.mem_id for node in nodes}
    return [node for node in nodes if not any(above.mem_id in known for above in elements_above(node))]


def attribute(node: LexborNode | None, *names: str) -> str:
    """The first of these attributes that holds something."""
    values = (node.attributes.get(name) for name in names) if node is not None else ()
    return next((value.strip() for value in values if value and value.strip()), "")


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """The mappings in a list, or in what is called its graph."""
    for item in value[:50] if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            if isinstance(item.get("@graph"), list):
                yield from _objects(item["@graph"])
