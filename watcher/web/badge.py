"""A badge of one signal, for shields.io and as a drawing of our own."""

from __future__ import annotations

import json

from markupsafe import Markup

from watcher.core.model import Standing, Verdict
from watcher.web.read_model import View
from watcher.web.summary import WEAKEST_FIRST
from watcher.web.svg import tag
from watcher.web.wording import truncate

COLOURS = {Standing.CONFIRMED: "0f6a3b", Standing.PROVISIONAL: "8a5a00", Standing.REPORTED: "8a5a00"}
BLIND, UNKNOWN, CHECKED = "6b7280", "6b7280", "8a5a00"
KEEP = 300
LONGEST = 60
"""Signs of an answer on a badge."""
NARROW = frozenset("fijlrtI.,:;'|!()[] ")
WIDE = frozenset("mwMW%@")


def badge_json(view: View, signal_id: str) -> dict[str, str | int]:
    """The badge as shields' endpoint wants it (https://shields.io/badges/endpoint-badge). Raises KeyError."""
    signal = view.signal(signal_id)
    verdict = view.verdicts.get(signal_id)
    if verdict is None:
        return _shield(signal.title, "not yet known", UNKNOWN)
    words = _short(verdict)
    if since := view.overdue_since(signal_id):
        return _shield(signal.title, f"{words} (overdue: no look since {since:%Y-%m-%d})", BLIND)
    if verdict.cannot_see_since:
        return _shield(signal.title, f"{words} (cannot see since {verdict.cannot_see_since:%Y-%m-%d})", BLIND)
    if verdict.undecided:
        return _shield(signal.title, f"{words} (a text is being checked)", CHECKED)
    weakest = min((track.standing for track in verdict.tracks), key=WEAKEST_FIRST.index, default=Standing.REPORTED)
    return _shield(signal.title, words, COLOURS[weakest])


def _short(verdict: Verdict) -> str:
    """The answer up to its first semicolon, cut to what a badge can hold."""
    words = verdict.headline_label or verdict.headline.replace("_", " ")
    return truncate(words.partition(";")[0], LONGEST)


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
