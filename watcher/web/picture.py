"""The picture that goes with a shared link: the present standing as a card of 1200 by 630."""

from __future__ import annotations

from textwrap import wrap

from markupsafe import Markup

from watcher.web.glance import Glance, look
from watcher.web.svg import tag
from watcher.web.view import View
from watcher.web.words import day

INK, QUIET, PAPER, ACCENT = "#16191d", "#555d66", "#ffffff", "#1d4f91"
FONT = "system-ui,Segoe UI,Roboto,Helvetica,Arial,sans-serif"


def draw_picture(view: View, signal_id: str) -> Markup:
    """One signal, or all of them (`all`), as SVG. Raises KeyError."""
    parts = _all(view) if signal_id == "all" else _one(look(view, view.signal(signal_id)))
    return tag(
        "svg",
        tag("title", view.title),
        tag("rect", width=1200, height=630, fill=PAPER),
        tag("rect", width=1200, height=14, fill=ACCENT),
        *parts,
        _words(72, 576, f"{view.title}, {day(view.as_of)}", 26, QUIET),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 1200 630",
        width=1200,
        height=630,
    )


def _one(glance: Glance) -> list[Markup]:
    lines = [_words(72, 120 + 42 * i, part, 32, QUIET) for i, part in enumerate(wrap(glance.signal.question, 66)[:2])]
    top = 250
    lines += [_words(72, top + 74 * i, part, 60, INK, bold=True) for i, part in enumerate(wrap(glance.answer, 34)[:4])]
    return [*lines, _words(72, 530, _standing(glance), 30, ACCENT)]


def _standing(glance: Glance) -> str:
    if glance.cannot_see_since:
        return f"Cannot see since {day(glance.cannot_see_since)}"
    words = glance.standing.word if glance.standing else "Not yet known"
    return f"{words}, since {day(glance.since)}" if glance.since else words


def _all(view: View) -> list[Markup]:
    found = []
    for index, signal in enumerate(view.signals[:3]):
        glance = look(view, signal)
        y = 92 + index * 160
        found.append(_words(72, y, signal.title, 28, QUIET))
        found += [_words(72, y + 46 + 44 * i, part, 36, INK, bold=True) for i, part in enumerate(wrap(glance.answer, 56)[:2])]
    return found


def _words(x: int, y: int, words: str, size: int, fill: str, *, bold: bool = False) -> Markup:
    return tag("text", words, x=x, y=y, font_family=FONT, font_size=size, fill=fill, font_weight="700" if bold else None)
