"""Builders of bills: a record in the publisher's form, at any date, and what the watch says of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.model import Entry, Facts, Headline, Ladder, Observation, Rule, Signal, Tier, Track, TrackVerdict, Verdict
from watcher.formats import billstatus, senate_votes

HERE = Path(__file__).resolve().parent
RECORDS = HERE / "fixtures" / "bills"
REFERRED = "2026-01-13 senate: Read twice and referred to the Committee on Banking, Housing, and Urban Affairs."
PASSED = "2026-11-30 senate: Passed Senate without amendment by Unanimous Consent."
BILL = "119/hr/2683"
MENU = """<vote_summary><congress>119</congress><session>2</session><congress_year>2026</congress_year><votes>{}</votes></vote_summary>"""
ROW = """<vote><vote_number>{0:05d}</vote_number><vote_date>{1}</vote_date><issue>{2}</issue><question>{3}</question>
<result>{4}</result><vote_tally><yeas>{5}</yeas><nays>{6}</nays></vote_tally><title>{7}</title></vote>"""
LATE = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHAMBERS = {"senate": ("0", "Senate"), "house": ("2", "House floor actions"), "library": ("9", "Library of Congress")}

Record = dict[str, Any]


def record(name: str) -> Record:
    """A stored record, e.g. "119-hr-5371": title, prints, and actions newest first."""
    loaded: Record = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def made(measure: str, *rows: str, prints: Sequence[Sequence[str]] = ()) -> Record:
    """A record from lines "2026-03-01 senate: Passed Senate without amendment by Voice Vote.", oldest first."""
    actions = []
    for row in rows:
        head, _, text = row.partition(": ")
        date, system, *code = head.split()
        actions.append([date, "", system, code[0] if code else "", text])
    return {"measure": measure, "title": "A bill", "prints": [list(one) for one in prints], "actions": actions[::-1]}


def at(rec: Record, date: str, *, without: str = "") -> Record:
    """The record as it stood at the end of a day, without the rows of one system."""
    shown = [action for action in rec["actions"] if action[0] <= date and action[2] != without]
    return {**rec, "actions": shown, "prints": [one for one in rec["prints"] if one[1] <= date]}


def xml(rec: Record, *, version: str = "3.0.0", codes: bool = True) -> bytes:
    """BILLSTATUS of a record in one of its generations ("" is the oldest)."""
    congress, kind, number = rec["measure"].split("-")
    old = "bill" if version != "3.0.0" else ""
    names = (f"{old}Type" if old else "type", f"{old}Number" if old else "number")
    laws = {action[4].split("No: ")[1].rstrip(".") for action in rec["actions"] if "Became Public Law No: " in action[4]}
    inner = [
        f"<{names[0]}>{kind.upper()}</{names[0]}><{names[1]}>{number}</{names[1]}><congress>{congress}</congress>",
        f"<title>{escape(rec['title'])}</title>",
        f"<actions>{''.join(_item(action, codes=codes, old=bool(old)) for action in rec['actions'])}</actions>",
        f"<laws>{''.join(f'<item><type>Public Law</type><number>{law}</number></item>' for law in sorted(laws))}</laws>",
        f"<textVersions>{''.join(_version(one) for one in rec['prints'])}</textVersions>",
        "<latestAction><actionDate>1999-01-01</actionDate><text>Passed Senate without amendment by Voice Vote.</text></latestAction>",
    ]
    stated = f"<version>{version}</version>" if version else ""
    top, within = (stated, "") if version == "3.0.0" else ("", stated)
    return f'<?xml version="1.0" encoding="utf-8"?><billStatus>{top}<bill>{within}{"".join(inner)}</bill></billStatus>'.encode()


def _item(action: Sequence[str], *, codes: bool, old: bool) -> str:
    date, time, system, code, text = action
    number, name = CHAMBERS[system]
    bare = system == "senate" and not old
    source = f"<sourceSystem>{'' if bare else f'<code>{number}</code>'}<name>{name}</name></sourceSystem>"
    clock = f"<actionTime>{time}</actionTime>" if time else ""
    coded = f"<actionCode>{code}</actionCode>" if code and codes else ""
    return f"<item><actionDate>{date}</actionDate>{clock}<text>{escape(text)}</text>{coded}{source}</item>"


def _version(one: Sequence[str]) -> str:
    return f"<item><type>{one[0]}</type><date>{one[1]}</date></item>"


def entries(rec: Record, **how: Any) -> tuple[Entry, ...]:
    """The entries that the watch reads of a record."""
    return billstatus.read(
        xml(rec, **how), url="https://www.govinfo.gov/bulkdata/BILLSTATUS", content_type="text/xml", options={}
    )


def senate_ladder(measure: str) -> Ladder:
    """The ladder of bills in signals.toml, bound to a measure such as "119/hr/2683"."""
    ladder = _declared()
    return replace(ladder, rules=tuple(_bound(rule, measure) for rule in ladder.rules))


@cache
def _declared() -> Ladder:
    tracks = [track for signal in load(HERE.parent / "signals.toml", {}).signals for track in signal.tracks]
    return next(track.ladder for track in tracks if track.ladder.id == "senate-bill")


def _bound(rule: Rule, measure: str) -> Rule:
    own = {name: (measure,) for name in ("measure", "carries") if name in rule.when}
    return replace(rule, when={**rule.when, **own})


def signal_of(*measures: str) -> Signal:
    """A signal that tracks some measures ("119/hr/2683"), each under its own id."""
    tracks = tuple(Track(one, one, senate_ladder(one)) for one in measures)
    return Signal("senate", "Senate", "Has the Senate voted?", "", tracks, (Headline("any", "any"),), ())


def seen(
    read: Iterable[Entry], *, when: datetime = LATE, source: str = "billstatus", tier: Tier = Tier.OFFICIAL
) -> list[Observation]:
    """Entries as observed at one moment."""
    return [Observation(source, entry, when, "0" * 64, f"{source}.gov", tier) for entry in read]


def decided(read: Iterable[Entry] | Iterable[Observation], *measures: str, now: datetime = LATE) -> Verdict:
    """The verdict on some measures by some entries or observations."""
    signal = signal_of(*measures)
    known = [one if isinstance(one, Observation) else seen([one], when=now)[0] for one in read]
    claims = [claim for observation in known for claim in claims_of(signal, observation)]
    return decide(signal, claims, (), now)


def verdict_of(read: Iterable[Entry] | Iterable[Observation], measure: str, *, now: datetime = LATE) -> TrackVerdict:
    """Where one measure stands by some entries or observations."""
    return decided(read, measure, now=now).tracks[0]


def told(rec: Record, *dates: str) -> list[tuple[str, str, str]]:
    """Day, kind and status of every transition when a record is read at the end of these days."""
    measure = rec["measure"].replace("-", "/")
    days = dates or sorted({action[0] for action in rec["actions"]})
    before: Verdict | None = None
    found = []
    for date in days:
        now = evening(date)
        after = decided(entries(at(rec, date)), measure, now=now)
        found += [(date, change.kind.value, change.after) for change in compare(signal_of(measure), before, after)]
        before = after
    return [change for change in found if change[1] != "baseline"]


def evening(date: str) -> datetime:
    """One minute before midnight in Washington's summer, in UTC."""
    return datetime.fromisoformat(f"{date}T23:59:00-04:00").astimezone(UTC)


def stands(rec: Record, *, now: datetime = LATE, **how: Any) -> TrackVerdict:
    """Where a record's own measure stands."""
    return verdict_of(entries(rec, **how), rec["measure"].replace("-", "/"), now=now)


def walk(rec: Record, *, without: str = "", **how: Any) -> list[tuple[str, str]]:
    """Day and status at each change of a record that is read at the end of every day on which it changed."""
    path: list[tuple[str, str]] = []
    before: tuple[str, datetime | None] | None = None
    for date in sorted({action[0] for action in rec["actions"]}):
        day = at(rec, date, without=without)
        if not day["actions"]:
            continue
        verdict = stands(day, now=evening(date), **how)
        if (verdict.status, verdict.since) != before:
            before = verdict.status, verdict.since
            if not path or path[-1][1] != verdict.status or verdict.status == "senate_rejected":
                path.append((date, verdict.status))
    return path


def votes(
    *rows: tuple[int, str, str, str, str, int, int, str], year: int = 2026, options: Facts | None = None
) -> tuple[Entry, ...]:
    """The entries of a menu of roll calls: number, day, issue, question, result, yeas, nays, title."""
    body = MENU.replace("2026", str(year)).format("".join(ROW.format(*row) for row in rows))
    return senate_votes.read(body.encode(), url="https://www.senate.gov/menu", content_type="text/xml", options=options or {})


def status(*rows: str, measure: str = "119-hr-2683") -> str:
    """Where a bill in committee stands after some more rows."""
    return stands(made(measure, REFERRED, *rows), now=datetime(2026, 12, 15, tzinfo=UTC)).status


def press(title: str, text: str) -> Observation:
    """An article as observed."""
    entry = Entry("press", title, text, "https://news.example.org/a", LATE)
    return Observation("press", entry, LATE, "0" * 64, "example.org", Tier.PRESS)


class Known:
    """What is known of an entry from an earlier reading."""

    def __init__(self, digest: str, missing_since: datetime | None = None) -> None:
        self.revision = 1
        self.digest = digest
        self.missing_since = missing_since
        self.withdrawn_at: datetime | None = None
