"""Writes docs/signals.md: what each shipped signal asks, where it can stand, and where it looks.

python -m tools.signals_reference
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from watcher.config.build import load
from watcher.core.addresses import in_year
from watcher.core.model import Ladder, Signal, Source, Track

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "signals.md"
INTRODUCTION = """# The signals and their sources

What the shipped `signals.toml` asks, where each answer can stand, and where it is looked for; generated from that file
(`make schema`), do not edit this page.

Who speaks decides what a source can do. *Official* words move a status. A *partner* (a cloud that resells) is one voice more,
and never leads. *Press* can move a status to *reported*, never to *confirmed*. *Community* (copies, lists, site maps) only says
where to look. Without an **essential** source the signal says that it cannot see. A silence alarm goes off when a stream has
brought nothing new for longer than that.
"""
HEADING = "| source | what it is | who speaks | asked | silence alarm |\n|---|---|---|---|---|\n"
SURFACES = {
    "advisories": "Security advisories: what was fixed, and who found it.",
    "announcement": "Announcements of the maker.",
    "blog": "The maker's posts.",
    "cloud": "What a cloud that resells it announces or documents.",
    "home": "The body's own page.",
    "news": "News that the body publishes.",
    "pointer": "A list that only says where to look.",
    "press": "What others write.",
    "prints": "Printed texts of bills.",
    "product": "The product's own documentation: models, prices, end dates.",
    "record": "The record of actions, restated in full each time.",
    "register": "Rules as they are published.",
    "status": "Notes of interrupted service: never a change of policy by themselves.",
    "votes": "Roll calls.",
}
"""What a kind of place is, where the file has no comment above the source."""
SPANS = ((timedelta(days=1), "day", "days"), (timedelta(hours=1), "hour", "hours"), (timedelta(minutes=1), "minute", "minutes"))


def page_text() -> str:
    """Give the page as it is shipped."""
    file = ROOT / "signals.toml"
    notes = _notes("\n".join(each.read_text(encoding="utf-8") for each in (file, *sorted(ROOT.glob("signals/*.toml")))))
    signals = load(file, {}).signals
    latest = max(fact.at for signal in signals for fact in signal.known)  # a page that changes at New Year would be stale
    return INTRODUCTION + "".join(_signal(signal, notes, latest) for signal in signals)


def _notes(text: str) -> Mapping[str, str]:
    """What the file says in a comment above a source, by the source's id."""
    found = re.findall(r"((?:^#[^\n]*\n)+)\[\[signal\.source\]\]\nid = \"([^\"]+)\"", text, re.MULTILINE)
    return {name: _plain(comment.replace("#", "")) for comment, name in found}


def _signal(signal: Signal, notes: Mapping[str, str], latest: datetime) -> str:
    parts = [f"\n## {signal.title}\n\n**{signal.question}**\n\n{_plain(signal.why)}\n"]
    if signal.wanted:
        parts.append(f"\nThe answer that is waited for: {_plain(signal.wanted)}\n")
    parts += [_ladder(ladder, tracks) for ladder, tracks in _ladders(signal)]
    if signal.figures:
        parts.append(f"\nFigures: {', '.join(_lower(figure.label) for figure in signal.figures)}.\n")
    rows = "".join(
        _source(source, notes.get(source.id, SURFACES.get(source.surface, source.surface)), latest) for source in signal.sources
    )
    parts.append(f"\n### Where {signal.title} is looked for\n\n{HEADING}{rows}")
    return "".join(parts)


def _ladders(signal: Signal) -> Iterable[tuple[Ladder, list[Track]]]:
    """Each ladder once, with the tracks that use it."""
    found: dict[str, tuple[Ladder, list[Track]]] = {}
    for track in signal.tracks:
        found.setdefault(track.ladder.id, (track.ladder, []))[1].append(track)
    return found.values()


def _ladder(ladder: Ladder, tracks: Iterable[Track]) -> str:
    names = " · ".join(track.title for track in tracks)
    rows = "".join(f"| `{one.id}` | {_cell(one.label)} | {_cell(one.meaning)} |\n" for one in ladder.statuses)
    return f"\n### {names}\n\n| status | | it means |\n|---|---|---|\n{rows}"


def _source(source: Source, note: str, latest: datetime) -> str:
    url = in_year(source.url, latest)
    shown = f"[{source.id}]({url.replace(' ', '%20').replace('[', '%5B').replace(']', '%5D')})"
    essential = ", **essential**" if source.essential else ""
    pages = f"; follows pages ({', '.join(sorted({page.format for page in source.follow}))})" if source.follow else ""
    who = f"{_speaker(source)}, {source.tier.value}{essential}{pages}"
    return f"| {shown} (`{source.format}`) | {_cell(note)} | {who} | every {span(source.every)} | {_alarm(source)} |\n"


def _speaker(source: Source) -> str:
    return "the domain of each link" if source.publisher == "link" else source.publisher


def _alarm(source: Source) -> str:
    return span(source.expect_every) if source.expect_every else ""


def span(time: timedelta) -> str:
    """A length of time in words, in the largest unit that divides it."""
    for unit, one, many in SPANS:
        if not time % unit:
            return one if time == unit else f"{time // unit} {many}"
    return f"{time.total_seconds():g} seconds"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


if __name__ == "__main__":
    PAGE.write_text(page_text(), encoding="utf-8")
