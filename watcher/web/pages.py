"""The pages: a view and a moment in, HTML out; nothing else is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from segno import DataOverflowError

from watcher import __version__
from watcher.core.addresses import redact, safe_link
from watcher.core.decision.decide import STANDS_STILL, stands_still
from watcher.core.decision.undecided import asked_in_words
from watcher.core.model import Figure, FigureSpec, Signal, Source, Term, Verdict, capitalised, day_text, duration_text
from watcher.mail.context import tags_in_words
from watcher.mail.standings import SMALL_NUMBERS
from watcher.web import charts, wording
from watcher.web import charts as days
from watcher.web.charts import draw
from watcher.web.params import ListPage, part_of
from watcher.web.read_model import SourceHealth, View
from watcher.web.status_path import Next, StatusPath, draw_paths, next_text, path_words
from watcher.web.summary import HealthRow, SignalSummary, health_rows, summarise_signals, tone_of
from watcher.web.timeline import TimelineEntry, timeline_of
from watcher.web.wording import host
from watcher.wording import STANDINGS, TIERS, count, terms_at, terms_in

# What a page shows of one signal, gathered; and how much of everything is in sight.

LISTED_SOURCES = 100
"""Sources that a signal's own page lists."""
ROOM = 40
"""Signs of a figure on a card."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure with its plot and where it is from."""

    figure: Figure
    plot: Markup | None
    text: str
    url: str
    name: str


@dataclass(frozen=True, slots=True)
class SignalPage:
    """Everything that is shown of one signal."""

    summary: SignalSummary
    paths: tuple[StatusPath, ...]
    nexts: tuple[Next, ...]
    moments: tuple[TimelineEntry, ...]
    figures: tuple[FigureView, ...]
    missing: tuple[str, ...]
    """Labels of figures that nothing supports yet."""
    rows: tuple[HealthRow, ...]
    """The first sources: the others stand on the page of the sources."""
    seen: int
    """How many sources are trustworthy at the moment."""
    still: int
    """In how many of these nothing new has stood for long."""
    window: charts.Window | None
    days: tuple[charts.Day, ...] = field(default=())

    @property
    def signal(self) -> Signal:
        """The signal itself."""
        return self.summary.signal

    @property
    def short(self) -> tuple[FigureView, ...]:
        """The figures that a card has room for; what a track was before it stepped back is no answer of today."""
        back = {line.id for line in self.summary.lines if line.steps_back}
        kept = {spec.id for spec in self.signal.figures if spec.kind == "detail" and spec.options.get("track") not in back}
        told = (item for item in self.figures if item.figure.id in kept and len(item.text) <= ROOM)
        return tuple(told)[:2]

    @property
    def measured(self) -> tuple[FigureView, ...]:
        """Figures of a series that measures two numbers: the question asks for them, whatever was published since."""
        kept = {spec.id for spec in self.signal.figures if spec.kind == "pair"}
        return tuple(item for item in self.figures if item.figure.id in kept)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of all sources can be seen."""

    sources: int
    blind: int
    seen: int
    """Sources that were read and can be trusted."""
    unread: int
    """Sources that were never read, and are not blind."""
    to_come: int
    """Addresses that may come and do not exist yet; they are none of the sources."""
    looked_at: datetime | None
    still: tuple[tuple[str, datetime], ...]
    """What those sources that were read are called in which nothing new has stood for long, with the day of the newest entry."""
    unseen: int
    """Signals that cannot be seen at all."""
    unseen_names: tuple[str, ...] = ()
    """What the sources that cannot be seen are called."""
    unread_names: tuple[str, ...] = ()
    """What those are called that were never read."""
    reasons: tuple[str, ...] = ()
    """Why they cannot be seen, with how many of them, the most frequent first."""
    blind_since: datetime | None = None
    """Since when none of those has been seen; where none was ever read, when the first was tried."""
    ever_read: bool = True
    """Whether one of them was ever read: else there is nothing that was known last."""
    overdue_since: datetime | None = None
    """The last look at a signal that is overdue."""
    overdue_at: datetime | None = None
    """When the first of them is, if nobody looks again."""


def sight_of(view: View) -> Coverage:
    """All signals together."""
    names = [signal.id for signal in view.signals]
    decided = [name for name in names if name in view.verdicts]
    outages = {(name, item.source): item for name in names for item in view.blind(name)}
    every = [strip for name in names for strip in view.strips_of(name)]
    strips = [strip for strip in every if view.past or not strip.is_to_come]
    clear = [strip for strip in strips if (strip.source.signal, strip.source.id) not in outages]
    unread = [] if view.past else [strip.source for strip in clear if not strip.health.last_good_at]  # old polls are not kept
    lost = [item.since for item in outages.values() if not item.never]
    healths = [strip.health for strip in strips]
    return Coverage(
        sources=len(strips),
        blind=len(strips) - len(clear),
        seen=sum(seen_of(view, name) for name in names),
        unread=len(unread),
        to_come=len(every) - len(strips),
        still=tuple(sorted((each for name in names for each in still_of(view, name)), key=lambda each: each[1])),
        looked_at=max((at for one in healths if (at := one.last_tried_at or one.last_good_at)), default=None),
        unseen=sum(1 for name in decided if view.verdicts[name].cannot_see_since),
        unseen_names=tuple(dict.fromkeys(item.title or host(item.url) or item.source for item in outages.values())),
        unread_names=tuple(map(_called, unread)),
        reasons=tuple(
            f"{why} ({count(many, 'source')})" for why, many in Counter(item.why for item in outages.values()).most_common()
        ),
        blind_since=max(lost) if lost else min((item.since for item in outages.values()), default=None),
        ever_read=any(one.last_good_at for one in healths) or (view.past and bool(lost)),
        overdue_since=max((at for name in decided if (at := view.overdue_since(name))), default=None),
        overdue_at=min((at for name in decided if (at := view.overdue_at(name))), default=None),
    )


def _called(source: Source) -> str:
    return source.title or host(source.url) or source.id


def _read_now(view: View, signal_id: str) -> list[SourceHealth]:
    """The sources of a signal that are trustworthy at the moment."""
    if signal_id in view.verdicts and view.overdue_since(signal_id):
        return []
    blind = {item.source for item in view.blind(signal_id)}
    return [strip for strip in view.strips_of(signal_id) if strip.source.id not in blind and strip.health.last_good_at]


def seen_of(view: View, signal_id: str) -> int:
    """How many sources of a signal are trustworthy at the moment."""
    return len(_read_now(view, signal_id))


def still_of(view: View, signal_id: str) -> tuple[tuple[str, datetime], ...]:
    """Those of them in which nothing new has stood for long, each with the day of its newest entry.

    Records are left out: that nothing was added to one is what the answer says.
    """
    streams = ((strip.source, strip.health) for strip in _read_now(view, signal_id) if not strip.source.record)
    read = ((source, health) for source, health in streams if stands_still(health, view.as_of))
    return tuple((_called(source), health.newest_entry_at) for source, health in read if health.newest_entry_at)


def section(view: View, signal: Signal, now: datetime) -> SignalPage:
    """Everything that is shown of one signal at a moment."""
    verdict = view.verdicts.get(signal.id)
    return SignalPage(
        summary=summarise_signals(view, signal),
        paths=draw_paths(signal, verdict) if verdict else (),
        nexts=next_text(signal, verdict) if verdict else (),
        moments=timeline_of(view, signal),
        figures=_figures(signal, verdict) if verdict else (),
        missing=_missing(signal, verdict),
        rows=health_rows(view, signal.id, slice(LISTED_SOURCES)),
        seen=seen_of(view, signal.id),
        still=len(still_of(view, signal.id)),
        window=charts.window_of(signal, now, view.closed.get(signal.id)),
        days=charts.days_of((signal,), now),
    )


def _figures(signal: Signal, verdict: Verdict) -> tuple[FigureView, ...]:
    specs = {spec.id: spec for spec in signal.figures}
    return tuple(_shown(specs.get(figure.id), figure, signal, verdict) for figure in verdict.figures)


def _shown(spec: FigureSpec | None, figure: Figure, signal: Signal, verdict: Verdict) -> FigureView:
    options = spec.options if spec else {}
    url = figure.quote.url if figure.quote else str(options.get("url", ""))
    declared = str(options.get("quote", "") or options.get("publisher", ""))
    name = (figure.quote.title or figure.quote.publisher) if figure.quote else declared
    text = f"{figure.text} {figure.unit}" if figure.unit and figure.text.isdigit() else figure.text
    return FigureView(figure, draw(spec, figure, signal, verdict) if spec else None, text, url, name)


def _missing(signal: Signal, verdict: Verdict | None) -> tuple[str, ...]:
    there = {figure.id for figure in verdict.figures} if verdict else set()
    return tuple(spec.label for spec in signal.figures if spec.id not in there)


# The pages themselves.

HOME = Path(__file__).parent.parent
LATEST_CHANGES = 5
SIGNALS, SOURCES = 50, 200
"""How many of them a page shows; the next ones stand on the next page."""
LISTED = 5
"""How many sources a notice names; all of them stand below it."""
FULL, BRIEF = 4, 12
"""How many moments a signal's own page tells with their quotes, and how many more in a line; the rest stands in the story."""
DOT = 5
"""Pixels of the smallest square: a phone held as far away as a hand reads it."""
STATIC = {
    "style.css": "text/css; charset=utf-8",
    "local.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "manifest.webmanifest": "application/manifest+json",
}
NOTHING_HERE = ("Nothing is here", "The address is wrong, or the page has gone.")


@dataclass(frozen=True, slots=True)
class Links:
    """Relative addresses, right under any prefix: on a server without endings, in an export with them."""

    root: str = ""
    """The way from the page back to the top: empty or `../`."""
    ending: str = ""
    """`.html` in an export."""
    query: str = ""
    """Carried on between pages, e.g. `?as_of=2026-06-13`."""
    base_url: str = ""
    subscribe: bool = False
    """Whether readers may subscribe by mail."""
    fixed: bool = False
    """An export: what only a server can answer is left out."""

    def page(self, name: str) -> str:
        """A page by its name; empty for the first one."""
        if not name:
            return (f"{self.root}index.html" if self.fixed else self.root or "./") + self.query
        return f"{self.root}{name}{self.ending}{self.query}"

    def part(self, name: str, number: int) -> str:
        """A part of a page with a long list, counted from 1."""
        if number == 1:
            return self.page(name)
        if self.fixed:
            return f"{self.root}{name or 'index'}-{number}{self.ending}{self.query}"
        return f"{self.page(name)}{'&' if self.query else '?'}page={number}"

    def file(self, name: str) -> str:
        """A file with an ending of its own: a feed, a badge, a picture."""
        return f"{self.root}{name}{self.query}"

    def asset(self, name: str) -> str:
        """A style sheet or script, with its fingerprint so that it may be kept for long."""
        return f"{self.root}static/{name}?v={fingerprint(name)}"

    def full(self, name: str = "") -> str:
        """The absolute address of a page or file; relative where the watch does not know its own."""
        return f"{self.base_url}{name}" if self.base_url else f"{self.root}{name}" or "./"


def draw_home(view: View, now: datetime, to: Links, number: int = 1) -> str:
    """The first page: every signal at a summary, then in short. Raises KeyError for a part behind the last."""
    now = moment_of(view, now)
    part = part_of(len(view.signals), number, SIGNALS)
    signals = view.signals[part.span]
    sections = tuple(section(view, signal, now) for signal in signals)
    dates = days.days_of(signals, now)
    windows = days.windows_of(signals, now)
    calendar = days.draw_days(dates, now, windows=windows, today=_today(view))
    shown = {"dates": dates, "calendar": calendar, "windows": _said_once(sections), "latest": _latest(view, sections)}
    return _page(
        "home.html",
        view,
        now,
        to,
        sections=sections,
        sight=sight_of(view),
        part=part,
        terms=_terms(view, sections),
        **shown,
    )


def _terms(view: View, sections: tuple[SignalPage, ...]) -> list[Term]:
    """The short names that stand in what is said of the signals, spelled out once."""
    said = [words for each in sections for words in (each.signal.question, each.summary.answer, each.summary.told)]
    said += [flag.label for each in sections for flag in each.summary.flags]
    said += [item.figure.label for each in sections for item in each.short]
    return terms_in(terms_at([each.signal for each in sections], view.as_of), "\n".join(said))


def _latest(view: View, sections: tuple[SignalPage, ...]) -> list[tuple[Signal, TimelineEntry]]:
    """The newest moments of the signals on the page, and of those that changed last."""
    changed = dict.fromkeys(item.signal for item in view.history[-LATEST_CHANGES:])
    others = [signal for signal in view.signals if signal.id in changed and all(part.signal is not signal for part in sections)]
    told = [(part.signal, item) for part in sections for item in part.moments]
    told += [(signal, item) for signal in others for item in timeline_of(view, signal)]
    return sorted(told, key=lambda pair: pair[1].at, reverse=True)[:LATEST_CHANGES]


def _said_once(sections: tuple[SignalPage, ...]) -> tuple[days.Window, ...]:
    """The windows of all signals, those that read alike once."""
    return tuple({(part.window.title, part.window.words): part.window for part in sections if part.window}.values())


def _today(view: View) -> str:
    """How the present is called on the calendar line."""
    return f"{view.as_of.day} {view.as_of:%b %Y}" if view.past else "today"


def draw_signal(view: View, now: datetime, to: Links, signal_id: str) -> str:
    """One signal in full, its older moments in short. Raises KeyError for an unknown one."""
    now = moment_of(view, now)
    part = section(view, view.signal(signal_id), now)
    windows = (part.window,) if part.window else ()
    calendar = days.draw_days(part.days, now, windows=windows, today=_today(view))
    return _page("signal.html", view, now, to, part=part, calendar=calendar, terms=terms_at((part.signal,), view.as_of))


def draw_story(view: View, now: datetime, to: Links, signal_id: str) -> str:
    """Everything that happened to one signal, with every quote. Raises KeyError for an unknown one."""
    signal = view.signal(signal_id)
    return _page("story.html", view, now, to, signal=signal, moments=timeline_of(view, signal))


def draw_sources(view: View, now: datetime, to: Links, number: int = 1) -> str:
    """Every source with its health. Raises KeyError for a part behind the last."""
    part = part_of(len(view.strips), number, SOURCES)
    blind = [(signal, item) for signal in view.signals for item in view.blind(signal.id)]
    return _page("sources.html", view, now, to, parts=tuple(_rows(view, part)), part=part, sight=sight_of(view), blind=blind)


def _rows(view: View, part: ListPage) -> Iterator[tuple[Signal, tuple[HealthRow, ...]]]:
    """The sources of a part by their signals; a signal without any is named where its place is."""
    first = 0
    for signal in view.signals:
        many = len(view.strips_of(signal.id))
        start, stop = max(part.span.start - first, 0), min(part.span.stop - first, many)
        if start < stop or (not many and 0 <= first - part.span.start < part.size):
            yield signal, health_rows(view, signal.id, slice(start, stop))
        first += many


def draw_why(view: View, now: datetime, to: Links) -> str:
    """Why these signals: the text that they come from, its numbers, and what today's answers speak for."""
    articles = dict.fromkeys(each.article for each in view.signals if each.article and _was_said(view, each.article.at))
    ground = [piece for piece in view.ground if _was_said(view, piece.at)]
    return _page("why.html", view, now, to, articles=tuple(articles), ground=ground)


def _was_said(view: View, at: datetime) -> bool:
    """Whether something of that day stands on the page: on a past one not what was said later."""
    return not view.past or at <= view.as_of


def draw_log(view: View, now: datetime, to: Links) -> str:
    """What was told to whom, what is not delivered, and what people did by hand."""
    return _page("log.html", view, now, to)


def draw_machines(view: View, now: datetime, to: Links, number: int = 1) -> str:
    """Feeds, calendars, badges, cards and the API. Raises KeyError for a part behind the last."""
    part = part_of(len(view.signals), number, SIGNALS)
    code = qr_code(view.push) if view.push else None
    return _page("machines.html", view, now, to, signals=view.signals[part.span], part=part, code=code)


def draw_card(view: View, now: datetime, to: Links, signal_id: str) -> str:
    """A small card of one signal for other people's pages. Raises KeyError for an unknown one."""
    return _page("card.html", view, now, to, summary=summarise_signals(view, view.signal(signal_id)))


def draw_form(template: str, view: View, now: datetime, to: Links, **values: Any) -> str:  # noqa: ANN401 - what each template asks for
    """A page of subscribing."""
    return _page(template, view, now, to, **values)


def draw_error(view: View | None, now: datetime, to: Links, title: str, message: str) -> str:
    """A page that says in plain words what went wrong."""
    return _page("error.html", view, now, to, error=title, message=message)


def moment_of(view: View | None, now: datetime) -> datetime:
    """The moment that relative times count from: the day that was asked for, or now."""
    return view.as_of if view and view.past else now


def _page(template: str, view: View | None, now: datetime, to: Links, **values: Any) -> str:  # noqa: ANN401 - what each template asks for
    moment = moment_of(view, now)
    html = environment().get_template(template).render(view=view, now=moment, to=to, version=__version__, **values)
    return "\n".join(line for line in (part.strip() for part in html.splitlines()) if line) + "\n"


def shown(value: object) -> object:
    """A value as a page shows it: of a text what addresses in it may show; what is drawn already stays as it is."""
    return redact(value) if type(value) is str else value


FILTERS = {
    "day": day_text,
    "exact": wording.datetime_text,
    "stamp": wording.stamp,
    "link": safe_link,
    "host": wording.host,
    "plain": wording.strip_controls,
    "cut": wording.truncate,
    "place": wording.short_url,
    "raised": capitalised,
    "tags": tags_in_words,
    "held": wording.held_together,
    "unread": wording.unread_words,
}
"""What templates do with a value."""


@cache
def environment() -> Environment:
    """The templates; every value is escaped and shows no secret of an address, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(HOME / "templates" / "page"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= FILTERS
    made.globals |= {
        "ago": wording.ago,
        "asked": asked_in_words,
        "span": duration_text,
        "count": count,
        "tiers": TIERS,
        "standings": STANDINGS,
        "polls": wording.POLLS,
        "kinds": wording.KINDS,
        "numbers": SMALL_NUMBERS,
        "path_words": path_words,
        "STANDS_STILL": STANDS_STILL,
        "LISTED": LISTED,
        "FULL": FULL,
        "BRIEF": BRIEF,
        "look": summarise_signals,
        "tone": tone_of,
        "utc": UTC,
    }
    return made


@cache
def fingerprint(name: str) -> str:
    """The first characters of a static file's hash."""
    return sha256(static(name)).hexdigest()[:10]


def static(name: str) -> bytes:
    """The content of a static file; only names that the caller knows may come here."""
    return (HOME / "static" / name).read_bytes()


def qr_code(address: str) -> Markup | None:
    """The address as SVG, dark on its own light ground in every colour scheme; None where it is longer than a code can be."""
    try:
        code = segno.make_qr(address)
    except DataOverflowError:
        return None
    drawn = code.svg_inline(scale=DOT, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 - the drawing holds numbers alone, the address is squares in it
