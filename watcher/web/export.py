"""The page as files that any web host can serve, links intact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from watcher.web import api, badge, feeds_out, pages
from watcher.web.params import part_of
from watcher.web.read_model import View
from watcher.web.routes_api import written


def export_site(view: View, folder: Path, *, now: datetime) -> tuple[Path, ...]:
    """Write every page, feed, badge, picture and API answer below `folder` and give the files written. Raises OSError.

    Files of an earlier export are replaced, others are left alone.
    """
    written_files = []
    for name, body in files_of(view, now):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        written_files.append(path)
    return tuple(written_files)


def files_of(view: View, now: datetime) -> Iterator[tuple[str, str | bytes]]:
    """Each file by its place in the export."""
    yield from _pages(view, now)
    for name in ("all", *(signal.id for signal in view.signals)):
        yield f"feeds/{name}.atom", feeds_out.atom(view, name, ending=".html")
        yield f"feeds/{name}.json", feeds_out.json_feed(view, name, ending=".html")
        yield f"feeds/{name}.ics", feeds_out.calendar(view, name, ending=".html")
        yield f"og/{name}.png", badge.draw_picture(view, name)
    for signal in view.signals:
        yield f"badges/{signal.id}.svg", badge.draw_badge(view, signal.id)
        yield f"badges/{signal.id}.json", badge.write_badge(view, signal.id)
        yield (
            f"api/v1/signals/{signal.id}.json",
            written(partial(api.signal_out, signal=signal), view),
        )
    yield "api/v1/signals.json", written(api.signals_out, view)
    yield "api/v1/record.json", written(api.record_out, view)
    yield "api/v1/sources.json", written(api.sources_out, view)
    yield "api/v1/history.json", written(api.history_out, view)
    for name in pages.STATIC:
        yield f"static/{name}", pages.static(name)
    yield ".nojekyll", ""


def _pages(view: View, now: datetime) -> Iterator[tuple[str, str]]:
    top = pages.Links(ending=".html", base_url=view.base_url, fixed=True)
    below = pages.Links(root="../", ending=".html", base_url=view.base_url, fixed=True)
    for name, draw, many in (
        ("index", pages.draw_home, part_of(len(view.signals), 1, pages.SIGNALS).parts),
        ("sources", pages.draw_sources, part_of(len(view.strips), 1, pages.SOURCES).parts),
        ("machines", pages.draw_machines, part_of(len(view.signals), 1, pages.SIGNALS).parts),
    ):
        for number in range(1, many + 1):
            yield f"{name}-{number}.html" if number > 1 else f"{name}.html", draw(view, now, top, number)
    yield "why.html", pages.draw_why(view, now, top)
    yield "log.html", pages.draw_log(view, now, top)
    yield "404.html", pages.draw_error(view, now, top, *pages.NOTHING_HERE)
    for signal in view.signals:
        yield f"signals/{signal.id}.html", pages.draw_signal(view, now, below, signal.id)
        yield f"stories/{signal.id}.html", pages.draw_story(view, now, below, signal.id)
        yield f"cards/{signal.id}.html", pages.draw_card(view, now, below, signal.id)
