"""The forms in which publishers serve their documents, filled with our own words: for the recorded worlds of this project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

SYSTEMS = {"senate": ("0", "Senate"), "house": ("2", "House floor actions"), "library": ("9", "Library of Congress")}


def moment(text: str) -> datetime:
    """An ISO 8601 date or time; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed."""

    at: str
    """When it was published; empty for an item without a date."""
    title: str
    link: str
    html: str = ""


def rss(title: str, link: str, items: Sequence[Item]) -> str:
    """A feed, newest item first."""
    newest = sorted(items, key=lambda item: item.at, reverse=True)
    head = f"<title>{escape(title)}</title><link>{escape(link)}</link><description>{escape(title)}</description>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{head}\n'
        + "".join(map(_item, newest))
        + "</channel></rss>\n"
    )


def _item(item: Item) -> str:
    date = f"<pubDate>{format_datetime(moment(item.at), usegmt=True)}</pubDate>" if item.at else ""
    return (
        f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>"
        f'<guid isPermaLink="true">{escape(item.link)}</guid>{date}<description>{escape(item.html)}</description></item>\n'
    )


def sitemap(pages: Sequence[tuple[str, str]]) -> str:
    """A site map: addresses with the days on which they changed."""
    urls = "".join(f"<url><loc>{escape(url)}</loc><lastmod>{day}</lastmod></url>\n" for url, day in pages)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">\n{urls}</urlset>\n'


def article(title: str, at: str, *paragraphs: str) -> str:
    """A page of a newsroom."""
    day = moment(at)
    body = "".join(f"<p>{escape(words, quote=False)}</p>\n" for words in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/><title>{escape(title)}</title>\n'
        f'<meta property="article:published_time" content="{day:%Y-%m-%dT%H:%M:%S}.000Z"/></head>\n<body><main><article>\n'
        f'<h1>{escape(title)}</h1>\n<p class="date">{day:%B} {day.day}, {day.year}</p>\n{body}</article></main></body></html>\n'
    )


def institute_page(title: str, at: str, *paragraphs: str, updated: str = "") -> str:
    """A news page of the institute, with its line of dates."""
    day = moment(at)
    words = f"{day:%B} {day.day}, {day.year}"
    later = f", Updated {moment(updated):%B} {moment(updated).day}, {moment(updated).year}" if updated else ""
    body = "".join(f"<p>{escape(words, quote=False)}</p>\n" for words in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/><title>{escape(title)} | NIST</title></head>\n'
        f'<body><main id="main-content"><article class="nist-page nist-page--news">\n<h1 class="nist-page__title">{escape(title)}'
        f'</h1>\n<div class="nist-page__date"><time datetime="{day:%Y-%m-%dT%H:%M:%SZ}">{words}</time></div>'
        f'\n<div class="text-with-summary">\n{body}</div>\n<div class="nist-page__dates">Released {words}'
        f"{later}</div>\n</article></main></body></html>\n"
    )


def landing(name: str, cards: Sequence[tuple[str, str]]) -> str:
    """The center's own page with cards of its news: addresses and days, without words in the links."""
    shown = "".join(
        f'<article class="nist-teaser"><a href="{escape(url)}"></a><time datetime="{day}">{day}</time></article>\n'
        for url, day in cards
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/><title>{escape(name)} | NIST</title></head>\n'
        f'<body><main id="main-content"><h1>{escape(name)}</h1>\n'
        f"<p>{escape(name)} serves as a point of contact for industry.</p>\n"
        f"{shown}</main></body></html>\n"
    )


def listing(rows: Sequence[tuple[str, str, str]]) -> str:
    """The list of the center's news: day, title, address."""
    shown = "".join(
        f'<article class="nist-teaser"><h3 class="nist-teaser__title"><a href="{escape(url)}">{escape(title)}</a></h3>'
        f'<time datetime="{day}">{day}</time><div property="schema:text">News.</div></article>\n'
        for day, title, url in rows
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><title>News and updates | NIST</title></head><body>\n'
        f"<main>{shown}</main></body></html>\n"
    )


def bill(measure: str, title: str, rows: Sequence[tuple[str, str, str, str]]) -> str:
    """BILLSTATUS 3.0.0 of a bill: rows of (day, system, code, text), oldest first."""
    kind, number = measure.split()
    actions = "".join(_action(*row) for row in reversed(rows))
    return (
        f'<?xml version="1.0" encoding="utf-8" standalone="no"?>\n<billStatus><version>3.0.0</version><bill>\n'
        f"<number>{number}</number><type>{kind}</type><congress>119</congress><title>{escape(title)}</title>\n"
        f"<actions>\n{actions}</actions></bill></billStatus>\n"
    )


def _action(day: str, system: str, code: str, text: str) -> str:
    number, name = SYSTEMS[system]
    coded = f"<actionCode>{code}</actionCode>" if code else ""
    return (
        f"<item><actionDate>{day}</actionDate><text>{escape(text, quote=False)}</text>{coded}"
        f"<sourceSystem><code>{number}</code><name>{name}</name></sourceSystem></item>\n"
    )


def roll_calls(votes: Sequence[tuple[object, ...]]) -> str:
    """The Senate's list: (number, "12-Feb", issue, question, result, yeas, nays), oldest first."""
    shown = "".join(
        f"<vote><vote_number>{number:05d}</vote_number><vote_date>{day}</vote_date><issue>{issue}</issue>"
        f"<question>{question}</question><result>{result}</result><vote_tally><yeas>{yeas}</yeas><nays>{nays}</nays></vote_tally>"
        f"<title>{issue}</title></vote>\n"
        for number, day, issue, question, result, yeas, nays in reversed(votes)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<vote_summary><congress>119</congress><session>2</session>'
        f"<congress_year>2026</congress_year><votes>\n{shown}</votes></vote_summary>\n"
    )
