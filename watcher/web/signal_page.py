"""What a page shows of one signal, gathered; and how much of everything is in sight."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from watcher.core.model import Figure, FigureSpec, Signal, Verdict
from watcher.web import calendar
from watcher.web.charts import draw
from watcher.web.read_model import View
from watcher.web.source_health import HealthRow, rows_of
from watcher.web.status_path import Next, StatusPath, draw_paths, next_text
from watcher.web.summary import SignalSummary, summarise_signals
from watcher.web.timeline import TimelineEntry, timeline_of
from watcher.web.wording import host
from watcher.wording import count

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
    window: calendar.Window | None
    days: tuple[calendar.Day, ...] = field(default=())

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


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of all sources can be seen."""

    sources: int
    blind: int
    seen: int
    """Sources that were read and can be trusted."""
    unread: int
    """Sources that were never read, and are not blind."""
    looked_at: datetime | None
    unseen: int
    """Signals that cannot be seen at all."""
    unseen_names: tuple[str, ...] = ()
    """What the sources that cannot be seen are called."""
    reasons: tuple[str, ...] = ()
    """Why they cannot be seen, with how many of them, the most frequent first."""
    blind_since: datetime | None = None
    """Since when none of those has been seen."""
    overdue_since: datetime | None = None
    """The last look at a signal that is overdue."""
    overdue_at: datetime | None = None
    """When the first of them is, if nobody looks again."""


def sight_of(view: View) -> Coverage:
    """All signals together."""
    names = [signal.id for signal in view.signals]
    decided = [name for name in names if name in view.verdicts]
    outages = {(name, item.source): item for name in names for item in view.blind(name)}
    strips = [strip for name in names for strip in view.strips_of(name)]
    clear = [strip for strip in strips if (strip.source.signal, strip.source.id) not in outages]
    healths = [strip.health for strip in strips]
    return Coverage(
        sources=len(strips),
        blind=len(strips) - len(clear),
        seen=sum(seen_of(view, name) for name in names),
        unread=sum(1 for strip in clear if not strip.health.last_good_at),
        looked_at=max((at for one in healths if (at := one.last_tried_at or one.last_good_at)), default=None),
        unseen=sum(1 for name in decided if view.verdicts[name].cannot_see_since),
        unseen_names=tuple(dict.fromkeys(item.title or host(item.url) or item.source for item in outages.values())),
        reasons=tuple(
            f"{why} ({count(many, 'source')})" for why, many in Counter(item.why for item in outages.values()).most_common()
        ),
        blind_since=max((item.since for item in outages.values()), default=None),
        overdue_since=max((at for name in decided if (at := view.overdue_since(name))), default=None),
        overdue_at=min((at for name in decided if (at := view.overdue_at(name))), default=None),
    )


def seen_of(view: View, signal_id: str) -> int:
    """How many sources of a signal are trustworthy at the moment."""
    if signal_id in view.verdicts and view.overdue_since(signal_id):
        return 0
    blind = {item.source for item in view.blind(signal_id)}
    return sum(1 for strip in view.strips_of(signal_id) if strip.source.id not in blind and strip.health.last_good_at)


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
        rows=rows_of(view, signal.id, slice(LISTED_SOURCES)),
        seen=seen_of(view, signal.id),
        window=calendar.window_of(signal, now, view.closed.get(signal.id)),
        days=calendar.days_of((signal,), now),
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
