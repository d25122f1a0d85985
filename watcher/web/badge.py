"""A badge of one signal, for shields.io and as a drawing of our own."""

from __future__ import annotations

import json

from markupsafe import Markup

from watcher.web.read_model import View
from watcher.web.summary import SignalSummary, summarise_signals, tone_of
from watcher.web.svg import tag
from watcher.web.wording import truncate

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
