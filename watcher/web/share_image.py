"""The picture that goes with a shared link: the present standing as a card of 1200 by 630."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from textwrap import wrap
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from watcher.core.model import day_text
from watcher.web.read_model import View
from watcher.web.summary import SignalSummary, summarise_signals

INK, QUIET, PAPER, ACCENT, ALARM = "#16191d", "#555d66", "#ffffff", "#1d4f91", "#9d1c24"
SIZE = (1200, 630)
EDGE = 72
PLAIN_SIGNS = str.maketrans({"—": "-", "–": "-", "×": "x", "…": "...", "“": '"', "”": '"'})  # noqa: RUF001 - what the font has not, and what stands for it


class Words(NamedTuple):
    """One line of the card."""

    y: int
    text: str
    size: int
    colour: str
    bold: bool = False


def draw_picture(view: View, signal_id: str) -> bytes:
    """One signal, or all of them (`all`), as PNG: no network that shows links takes SVG. Raises KeyError."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 14), fill=ACCENT)
    for line in lines_of(view, signal_id):
        font = ImageFont.load_default(size=line.size)
        pen.text((EDGE, line.y), carried(line.text), font=font, fill=line.colour, anchor="ls", stroke_width=int(line.bold))
    out = io.BytesIO()
    image.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def lines_of(view: View, signal_id: str) -> list[Words]:
    """What the card says, line by line. Raises KeyError."""
    said = _all(view) if signal_id == "all" else _one(summarise_signals(view, view.signal(signal_id)))
    return [*said, Words(576, f"{view.title}, {day_text(view.as_of)}", 26, QUIET)]


def _one(summary: SignalSummary) -> Iterator[Words]:
    for index, part in enumerate(wrap(summary.signal.question, 66)[:2]):
        yield Words(120 + 42 * index, part, 32, QUIET)
    if not summary.word:
        yield from (Words(250 + 72 * n, part, 60, INK, bold=True) for n, part in enumerate(wrap(summary.answer, 34)[:4]))
    else:
        yield Words(262, f"{summary.word}.", 84, INK, bold=True)
        yield from (Words(346 + 58 * n, part, 46, INK) for n, part in enumerate(wrap(summary.sentence or summary.answer, 46)[:3]))
    yield Words(526, _standing(summary), 30, ALARM if summary.cannot_see_since else ACCENT)


def _standing(summary: SignalSummary) -> str:
    if summary.cannot_see_since:
        return f"Cannot see since {day_text(summary.cannot_see_since)}"
    words = summary.standing.word if summary.standing else "Not yet known"
    return f"{words}, since {day_text(summary.since)}" if summary.since else words


def _all(view: View) -> Iterator[Words]:
    for index, signal in enumerate(view.signals[:3]):
        yield Words(92 + index * 160, signal.title, 28, QUIET)
        for line, part in enumerate(wrap(_said(summarise_signals(view, signal)), 54)[:2]):
            yield Words(138 + index * 160 + 44 * line, part, 38, INK, bold=True)


def _said(summary: SignalSummary) -> str:
    return f"{summary.word}. {summary.answer}" if summary.word else summary.answer


def carried(text: str) -> str:
    """The text in the characters that the built-in font has."""
    simple = unicodedata.normalize("NFKD", text.translate(PLAIN_SIGNS))
    return "".join(sign for sign in simple if sign.isascii() or sign in "\u2019\u2018€")
