"""What on a page speaks of other pages: related posts, teasers, cards, crumbs and footers, which are not its own words."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from watcher.formats._tree import elements_above, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

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
