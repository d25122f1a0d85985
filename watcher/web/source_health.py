"""The health of sources: one strip for each, good, unchanged, blocked and failed polls side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup

from watcher.core.model import Source, SourceOutage
from watcher.web.charts import tag
from watcher.web.read_model import PollView, SourceHealth, View
from watcher.web.wording import poll
from watcher.wording import Sign

MAX_SOURCES = 40
STEP = 5
ALL = slice(None)


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One source with what is known of its readings."""

    source: Source
    sign: Sign
    good_at: datetime | None
    tried_at: datetime | None
    next_at: datetime | None
    newest_at: datetime | None
    error: str
    blind: SourceOutage | None
    picture: Markup
    counts: tuple[tuple[Sign, int], ...]


def rows_of(view: View, signal_id: str, part: slice = ALL) -> tuple[HealthRow, ...]:
    """The sources of a signal, or a part of them: what cannot be seen first, then the essential ones."""
    blind = {item.source: item for item in view.blind(signal_id)}
    strips = sorted(view.strips_of(signal_id), key=lambda strip: (strip.source.id not in blind, not strip.source.essential))
    return tuple(_row(strip, blind.get(strip.source.id)) for strip in strips[part])


def _row(strip: SourceHealth, blind: SourceOutage | None) -> HealthRow:
    polls = strip.polls[-MAX_SOURCES:]
    counts = Counter(item.outcome for item in polls)
    last = strip.health.outcome or (polls[-1].outcome if polls else "")
    return HealthRow(
        source=strip.source,
        sign=poll(last),
        good_at=strip.health.last_good_at,
        tried_at=strip.health.last_tried_at,
        next_at=strip.health.next_at,
        newest_at=strip.health.newest_entry_at,
        error=strip.health.error,
        blind=blind,
        picture=draw_strip(polls),
        counts=tuple((poll(name), number) for name, number in counts.most_common()),
    )


def draw_strip(polls: tuple[PollView, ...]) -> Markup:
    """The polls as ticks, oldest left; a run of one outcome is one path, so that a strip weighs little."""
    runs = []
    x = (MAX_SOURCES - len(polls)) * STEP
    for tone, group in groupby(polls, key=lambda item: poll(item.outcome).tone):
        length = sum(1 for _ in group)
        runs.append(tag("path", d=f"M{x} {8 if tone in {'good', 'same'} else 6}h{length * STEP}", cls=f"run {tone}"))
        x += length * STEP
    counts = Counter(poll(item.outcome).word for item in polls)
    says = (
        f"Last {len(polls)} polls: " + ", ".join(f"{number} {word}" for word, number in counts.most_common())
        if polls
        else "Not polled yet"
    )
    return tag(
        "svg", *runs, cls="strip", viewBox=f"0 0 {MAX_SOURCES * STEP} 16", preserveAspectRatio="none", role="img", aria_label=says
    )
