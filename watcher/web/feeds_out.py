"""Atom, JSON Feed and iCalendar of what happened and of the dates ahead, for all signals and for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as escape_text
from xml.sax.saxutils import quoteattr

from icalendar import Calendar, Event

from watcher import __version__
from watcher.core.addresses import safe_link
from watcher.core.model import Change, Quote, Signal, Transition
from watcher.mail import MailContext
from watcher.mail.changes import dated
from watcher.web.charts import Day, days_of
from watcher.web.read_model import View
from watcher.web.summary import summarise_signals
from watcher.web.timeline import TimelineEntry, change_of
from watcher.web.wording import datetime_text, strip_controls

if TYPE_CHECKING:
    from icalendar import Event

MAX_FEED_ITEMS = 50
MAX_CALENDAR_DATES = 250
"""Thousands of signals have thousands of dates; each signal's own calendar has all of its own."""
START = datetime(2026, 5, 14, tzinfo=UTC)
DATED = {
    "Published": "It was published on",
    "Reported": "It was reported on",
    "Since": "It has been so since",
    "Happened": "It happened on",
}
"""What the day of a change is, as mails call it, in a sentence."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed."""

    id: str
    title: str
    signal: Signal
    at: datetime
    happened: datetime
    link: str
    text: str
    quotes: tuple[Quote, ...]
    kind: str


def signals_of(view: View, name: str) -> tuple[Signal, ...]:
    """The signals of a feed: one by its id, or `all`. Raises KeyError."""
    return view.signals if name == "all" else (view.signal(name),)


def items_of(view: View, name: str, ending: str = "") -> tuple[FeedItem, ...]:
    """The newest changes, newest first; where each signal stood at the beginning is the oldest one."""
    signals = {signal.id: signal for signal in signals_of(view, name)}
    told = [item for item in view.history if item.signal in signals] if name == "all" else view.history_of(name)
    newest = sorted(told, key=lambda item: (item.at, item.id), reverse=True)[:MAX_FEED_ITEMS]
    return tuple(_item(view, signals[item.signal], item, ending) for item in newest)


def _item(view: View, signal: Signal, item: Transition, ending: str) -> FeedItem:
    moment = change_of(signal, item)
    word = word_of(signal, item)
    heading = item.headline_label if item.kind is Change.BASELINE else moment.heading
    return FeedItem(
        id=_tag(view, signal, item),
        title=f"{signal.title}: {word}{strip_controls(heading)}",
        signal=signal,
        at=item.at,
        happened=moment.at,
        link=f"{view.base_url}stories/{signal.id}{ending}" + (f"#{moment.anchor}" if moment.anchor else ""),
        text=_text(signal, moment, item),
        quotes=item.evidence,
        kind=item.kind.value,
    )


def word_of(signal: Signal, item: Transition) -> str:
    """The answer in a word after a change that moved it, with a full stop; empty for details, flags and unknown lines."""
    if item.kind in {Change.DETAIL, Change.FLAG, Change.UNDECIDED}:
        return ""
    word = next((line.word for line in signal.headlines if line.id == item.headline), "")
    return f"{word}. " if word and "{" not in word else ""


def _text(signal: Signal, moment: TimelineEntry, item: Transition) -> str:
    if item.kind is Change.BASELINE:
        return strip_controls(f"The first report: {item.headline_label}.\n{_when(signal, moment, item)}")
    lines = [f"{moment.track}: {moment.heading} ({moment.kind.word.lower()}, {item.standing.value})."]
    lines += [f"{moment.words}."] if moment.words else []
    lines += [_when(signal, moment, item), f"The answer after that: {item.headline_label}."]
    return strip_controls("\n".join(lines))


def _when(signal: Signal, moment: TimelineEntry, item: Transition) -> str:
    """When it happened as far as the words tell that, and when it was seen."""
    seen = f"was seen on {datetime_text(item.at)}."
    if moment.at == item.at:
        return f"It {seen}"
    return f"{DATED[dated(item, MailContext({signal.id: signal}))]} {datetime_text(moment.at)} and {seen}"


def _tag(view: View, signal: Signal, item: Transition) -> str:
    """A name for ever (RFC 4151): the same change keeps it whatever the address and the number in the store."""
    seed = f"{signal.id}\n{item.track}\n{item.kind.value}\n{item.before}\n{item.after}\n{item.event}\n{item.at.isoformat()}"
    return f"tag:{authority(view)}:{signal.id}/{sha256(seed.encode()).hexdigest()[:20]}"


def authority(view: View) -> str:
    """Host and day that name our things."""
    return f"{urlsplit(view.base_url).hostname or 'policy-signal-watch.invalid'},{START:%Y-%m-%d}"


def _title(view: View, name: str) -> str:
    return view.title if name == "all" else f"{view.signal(name).title} - {view.title}"


def _updated(view: View, items: tuple[FeedItem, ...]) -> datetime:
    return items[0].at if items else min((signal.opened for signal in view.signals if signal.opened), default=START)


def atom(view: View, name: str, *, ending: str = "") -> str:
    """The changes as Atom (RFC 4287). Raises KeyError for an unknown signal."""
    items = items_of(view, name, ending)
    own = f"{view.base_url}feeds/{name}.atom"
    home = view.base_url + ("" if name == "all" else f"signals/{name}{ending}")
    head = [
        _element("title", _title(view, name)),
        _element("id", f"tag:{authority(view)}:{name}"),
        _element("updated", _moment(_updated(view, items))),
        _element("generator", "Policy Signal Watch", version=__version__),
        "<author>" + _element("name", view.title) + "</author>",
        _element("link", rel="self", type="application/atom+xml", href=own) if view.base_url else "",
        _element("link", rel="alternate", type="text/html", href=home) if view.base_url else "",
    ]
    body = "\n".join([*head, *(_entry(item) for item in items)])
    return f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n{body}\n</feed>\n'


def _entry(item: FeedItem) -> str:
    proofs = [
        _element("link", rel="via", href=link, title=strip_controls(quote.title))
        for quote in item.quotes
        if (link := safe_link(quote.url))
    ]
    parts = (
        _element("title", item.title),
        _element("id", item.id),
        _element("updated", _moment(item.at)),
        _element("published", _moment(item.at)),
        _element("link", rel="alternate", type="text/html", href=item.link) if safe_link(item.link) else "",
        _element("category", term=item.signal.id, label=strip_controls(item.signal.title)),
        _element("category", term=item.kind),
        *dict.fromkeys(proofs),
        _element("content", _html(item), type="html"),
    )
    return "<entry>\n" + "\n".join(part for part in parts if part) + "\n</entry>"


def _html(item: FeedItem) -> str:
    """The text and its quotes as HTML, each part escaped by itself."""
    lines = "".join(f"<p>{escape_text(line)}</p>" for line in item.text.splitlines())
    return lines + "".join(_proof(quote) for quote in item.quotes)


def _proof(quote: Quote) -> str:
    link = safe_link(quote.url)
    name = escape_text(strip_controls(quote.title or quote.publisher))
    source = f"<a href={quoteattr(link)}>{name}</a>" if link else name
    words = escape_text(strip_controls(quote.text))
    return f"<blockquote><p>{words}</p></blockquote><p>{source}, {escape_text(quote.tier.value)}</p>"


def _element(name: str, text: str = "", **attributes: str) -> str:
    written = "".join(f" {key}={quoteattr(strip_controls(value))}" for key, value in attributes.items() if value)
    return f"<{name}{written}>{escape_text(strip_controls(text))}</{name}>" if text else f"<{name}{written}/>"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def json_feed(view: View, name: str, *, ending: str = "") -> str:
    """The changes as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Raises KeyError."""
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(view, name),
        "language": "en",
        "authors": [{"name": view.title}],
        "items": [_json_item(item) for item in items_of(view, name, ending)],
    }
    if view.base_url:
        made |= {"home_page_url": view.base_url, "feed_url": f"{view.base_url}feeds/{name}.json"}
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _json_item(item: FeedItem) -> dict[str, object]:
    made: dict[str, object] = {
        "id": item.id,
        "title": item.title,
        "content_text": item.text,
        "content_html": _html(item),
        "date_published": _moment(item.at),
        "tags": [item.signal.id, item.kind],
    }
    external = next((link for quote in item.quotes if (link := safe_link(quote.url))), "")
    return made | ({"url": item.link} if safe_link(item.link) else {}) | ({"external_url": external} if external else {})


def calendar(view: View, name: str, *, ending: str = "") -> bytes:
    """Dates ahead and changes told, as iCalendar (RFC 5545), with a bound on both. Raises KeyError."""
    made = Calendar()
    made.add("prodid", f"-//Policy Signal Watch//{__version__}//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", strip_controls(_title(view, name)))
    made.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for signal, item in _dates_of(view, name):
        link, words = f"{view.base_url}signals/{signal.id}{ending}", summarise_signals(view, signal).answer
        stamp = max((told.at for told in view.history_of(signal.id)), default=signal.opened or START)
        made.add_component(
            _day(f"{signal.id}-{item.id}@{_host(view)}", item.at, f"{signal.title}: {item.label}", words, link, stamp)
        )
    for told in items_of(view, name, ending):
        made.add_component(
            _day(f"{told.id.rsplit('/', 1)[-1]}@{_host(view)}", told.happened, told.title, told.text, told.link, told.at)
        )
    return bytes(made.to_ical())


def _dates_of(view: View, name: str) -> list[tuple[Signal, Day]]:
    """The dates of a calendar with their signals: those ahead before those that have passed, of each the nearest first."""
    found = [(signal, item) for signal in signals_of(view, name) for item in days_of((signal,), view.as_of)]
    return sorted(found, key=lambda one: (one[1].past, abs(one[1].at - view.as_of)))[:MAX_CALENDAR_DATES]


def _day(uid: str, at: datetime, summary: str, words: str, link: str, stamp: datetime) -> Event:
    """A whole day; its SEQUENCE rises whenever the words change, as the stamp does."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", at.date())
    event.add("dtend", at.date() + timedelta(days=1))
    event.add("summary", strip_controls(summary))
    event.add("description", strip_controls(words))
    event.add("sequence", max(0, int((stamp - START).total_seconds() // 3600)))
    event.add("transp", "TRANSPARENT")
    if safe_link(link):
        event.add("url", link)
    return event


def _host(view: View) -> str:
    return urlsplit(view.base_url).hostname or "policy-signal-watch.invalid"
