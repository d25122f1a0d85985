"""What others show of a signal: its badge, and the picture that goes with a shared link."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterator
from textwrap import wrap
from typing import NamedTuple

from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from watcher.core.model import day_text
from watcher.web.charts import tag
from watcher.web.read_model import View
from watcher.web.summary import SignalSummary, summarise_signals, tone_of
from watcher.web.wording import truncate

# A badge of one signal, for shields.io and as a drawing of our own.

COLOURS = {"good": "0f6a3b", "bad": "9d1c24", "warn": "8a5a00", "calm": "5b6470"}
"""By the tone of the answer; the sign before it says how sure it is."""
KEEP = 300
MAX_ANSWER_LENGTH = 60
"""Characters of an answer on a badge."""
NARROW = frozenset("fijlrtI.,:;'|!()[] ")
WIDE = frozenset("mwMW%@")


def badge_json(view: View, signal_id: str) -> dict[str, str | int]:
    """The badge as shields' endpoint wants it (https://shields.io/badges/endpoint-badge). Raises KeyError."""
    summary = summarise_signals(view, view.signal(signal_id))
    sign, more = _sight(summary)
    words = _short(summary) if summary.standing else "not yet known"
    colour = "calm" if summary.overdue_since or summary.cannot_see_since else tone_of(summary)
    return _shield(summary.signal.title, f"{sign} {words}{more}".strip(), COLOURS[colour])


def _sight(summary: SignalSummary) -> tuple[str, str]:
    """How sure the answer is, as a sign, and what a reader must know beside it."""
    if summary.overdue_since:
        return "", f" (overdue: no look since {summary.overdue_since:%Y-%m-%d})"
    if summary.cannot_see_since and not summary.ever_read:
        return "", " (nothing has been read yet)"
    if summary.cannot_see_since:
        return "", f" (cannot see since {summary.cannot_see_since:%Y-%m-%d})"
    if summary.undecided:
        return "?", " (a text is being checked)"
    return (summary.standing.icon if summary.standing else ""), ""


def _short(summary: SignalSummary) -> str:
    """The answer in a word, and where it stands up to its first semicolon; what a badge cannot hold gives way to its sentence."""
    lead = f"{summary.word}: " if summary.word else ""
    told = [words.partition(";")[0].rstrip(".") for words in (summary.answer, summary.sentence)]
    whole = next((words for words in told if words and len(words) <= MAX_ANSWER_LENGTH), told[0])
    return f"{lead}{truncate(whole, MAX_ANSWER_LENGTH)}"


def write_badge(view: View, signal_id: str) -> str:
    """The badge as JSON text. Raises KeyError."""
    return json.dumps(badge_json(view, signal_id), ensure_ascii=False) + "\n"


def _shield(label: str, message: str, colour: str) -> dict[str, str | int]:
    return {"schemaVersion": 1, "label": label, "message": message, "color": colour, "cacheSeconds": KEEP}


def width_of(words: str) -> int:
    """Width in pixels at 11 px, near enough for a badge."""
    return round(sum(3.9 if sign in NARROW else 9.2 if sign in WIDE else 6.7 for sign in words))


def draw_badge(view: View, signal_id: str) -> Markup:
    """The badge as SVG with plain attributes. Raises KeyError."""
    said = badge_json(view, signal_id)
    label, message = str(said["label"]), str(said["message"])
    left, right = width_of(label) + 12, width_of(message) + 12
    font = {"font_family": "Verdana,DejaVu Sans,sans-serif", "font_size": "11", "fill": "#fff", "text_anchor": "middle"}
    return tag(
        "svg",
        tag("title", f"{label}: {message}"),
        tag("rect", width=left + right, height=20, rx=3, fill=f"#{said['color']}"),
        tag("path", d=f"M3 0h{left - 3}v20h-{left - 3}a3 3 0 0 1 -3 -3v-14a3 3 0 0 1 3 -3z", fill="#3b4249"),
        tag("text", label, x=left // 2, y=14, textLength=width_of(label), **font),
        tag("text", message, x=left + right // 2, y=14, textLength=width_of(message), **font),
        xmlns="http://www.w3.org/2000/svg",
        width=left + right,
        height=20,
        role="img",
    )


# The picture that goes with a shared link: the present standing as a card of 1200 by 630.

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
        return f"Cannot see since {day_text(summary.cannot_see_since)}" if summary.ever_read else "Nothing has been read yet"
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
