"""What a page shows of one signal, gathered; and how much of everything is in sight."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from watcher.core.model import Figure, FigureSpec, Signal, Verdict
from watcher.web import days
from watcher.web.glance import Glance, look
from watcher.web.ladder import Next, Path, draw_paths, say_next
from watcher.web.plots import draw
from watcher.web.strips import Row, rows_of
from watcher.web.timeline import Moment, tell
from watcher.web.view import View


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with its plot and where it is from."""

    figure: Figure
    plot: Markup | None
    text: str
    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Section:
    """Everything that is shown of one signal."""

    glance: Glance
    paths: tuple[Path, ...]
    nexts: tuple[Next, ...]
    moments: tuple[Moment, ...]
    figures: tuple[Shown, ...]
    missing: tuple[str, ...]
    """Labels of figures that nothing supports yet."""
    rows: tuple[Row, ...]
    window: days.Window | None
    days: tuple[days.Day, ...] = field(default=())

    @property
    def signal(self) -> Signal:
        """The signal itself."""
        return self.glance.signal

    @property
    def seen(self) -> int:
        """How many sources are trustworthy at the moment."""
        return sum(1 for row in self.rows if row.blind is None and row.good_at)


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of all sources can be seen."""

    sources: int
    blind: int
    looked_at: datetime | None
    unseen: int
    """Signals that cannot be seen at all."""


def sight_of(sections: tuple[Section, ...]) -> Sight:
    """All sections together."""
    rows = [row for part in sections for row in part.rows]
    return Sight(
        sources=len(rows),
        blind=sum(1 for row in rows if row.blind),
        looked_at=max((at for row in rows if (at := row.tried_at or row.good_at)), default=None),
        unseen=sum(1 for part in sections if part.glance.cannot_see_since),
    )


def section(view: View, signal: Signal, now: datetime) -> Section:
    """Everything that is shown of one signal at a moment."""
    verdict = view.verdicts.get(signal.id)
    return Section(
        glance=look(view, signal),
        paths=draw_paths(signal, verdict) if verdict else (),
        nexts=say_next(signal, verdict) if verdict else (),
        moments=tell(view, signal),
        figures=_figures(signal, verdict) if verdict else (),
        missing=_missing(signal, verdict),
        rows=rows_of(view, signal.id),
        window=days.window_of(signal, now),
        days=days.days_of((signal,), now),
    )


def _figures(signal: Signal, verdict: Verdict) -> tuple[Shown, ...]:
    specs = {spec.id: spec for spec in signal.figures}
    return tuple(_shown(specs.get(figure.id), figure, verdict) for figure in verdict.figures)


def _shown(spec: FigureSpec | None, figure: Figure, verdict: Verdict) -> Shown:
    options = spec.options if spec else {}
    url = figure.quote.url if figure.quote else str(options.get("url", ""))
    declared = str(options.get("quote", "") or options.get("publisher", ""))
    name = (figure.quote.title or figure.quote.publisher) if figure.quote else declared
    text = f"{figure.text} {figure.unit}" if figure.unit and figure.text.isdigit() else figure.text
    return Shown(figure, draw(spec, figure, verdict) if spec else None, text, url, name)


def _missing(signal: Signal, verdict: Verdict | None) -> tuple[str, ...]:
    there = {figure.id for figure in verdict.figures} if verdict else set()
    return tuple(spec.label for spec in signal.figures if spec.id not in there)
