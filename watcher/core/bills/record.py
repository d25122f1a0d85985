"""From the rows of a bill's record to entries: one entry an action, a print, a law, the same whatever format carried it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from watcher.core.bills.actions import WORDINGS, Step, read_action, without_citations
from watcher.core.model import Entry, Facts, Scalar

WASHINGTON = ZoneInfo("America/New_York")
PRINT_NAME = re.compile(r"\bBILLS-(\d{1,3})([a-z]{1,7})(\d{1,5})([a-z]{2,4})\b")
"""What govinfo.gov calls a print: congress, kind, number and version."""

KINDS = {
    "hr": ("H.R.", "house-bill"),
    "s": ("S.", "senate-bill"),
    "hjres": ("H.J.Res.", "house-joint-resolution"),
    "sjres": ("S.J.Res.", "senate-joint-resolution"),
    "hconres": ("H.Con.Res.", "house-concurrent-resolution"),
    "sconres": ("S.Con.Res.", "senate-concurrent-resolution"),
    "hres": ("H.Res.", "house-resolution"),
    "sres": ("S.Res.", "senate-resolution"),
}
"""Kind of measure: the label of its number, and its word in an address of congress.gov."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A bill or resolution: congress, kind and number together, since a number alone names none."""

    congress: int
    kind: str
    number: int

    @property
    def id(self) -> str:
        """The key, e.g. "119/hr/2683"."""
        return f"{self.congress}/{self.kind}/{self.number}"

    @property
    def label(self) -> str:
        """As it is written, e.g. "H.R. 2683"."""
        return f"{KINDS[self.kind][0]} {self.number}"

    @property
    def origin(self) -> str:
        """The chamber that it began in."""
        return "house" if self.kind.startswith("h") else "senate"

    @property
    def link(self) -> str:
        """Its page of actions for a reader (congress.gov answers people, not programs)."""
        last = self.congress % 10 if self.congress % 100 not in {11, 12, 13} else 0
        ordinal = {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
        return f"https://www.congress.gov/bill/{self.congress}{ordinal}-congress/{KINDS[self.kind][1]}/{self.number}/all-actions"


_ISSUE = re.compile(r"\s*(h|s)\.?\s*(?:(j|con)\.?\s*)?(res|r)?\.?\s*(\d{1,5})\s*", re.IGNORECASE)


def measure_of(congress: str, kind: str, number: str) -> Measure | None:
    """The measure with these fields as publishers write them ("119", "HR", "2683"); None where they name none."""
    kind = re.sub(r"[^a-z]", "", kind.lower())
    if kind not in KINDS or not (congress.strip().isdecimal() and number.strip().isdecimal()):
        return None
    return Measure(int(congress), kind, int(number))


def issue_of(congress: str, issue: str) -> Measure | None:
    """The measure that a vote's issue names, e.g. "H.R. 2683" or "S.J. Res. 98"; None for nominations and amendments."""
    found = _ISSUE.fullmatch(issue)
    return measure_of(congress, "".join(part or "" for part in found.groups()[:3]), found[4]) if found else None


_OF_ROW = {"es": "passed", "eas": "passed", "cps": "passed", "ats": "passed", "enr": "presented"}
"""Prints that come without a date and are the print of a step: they borrow its day."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One row of an action record as published; times are Eastern."""

    date: str
    """YYYY-MM-DD, a legislative day."""
    text: str
    system: str = ""
    """senate, house, library, or ""."""
    code: str = ""
    time: str = ""
    vote_url: str = ""


@dataclass(frozen=True, slots=True)
class Print:
    """One text print of a bill."""

    name: str
    date: str = ""
    url: str = ""


def system_of(code: str, name: str) -> str:
    """Who wrote a row: senate (code 0, or none since 2022), house (1, 2, 3 …), library (9); "" where it is not said."""
    if name == "Library of Congress" or code == "9":
        return "library"
    if name == "Senate" or code == "0":
        return "senate"
    return "house" if name.startswith("House") or code in {"1", "2"} else ""


YEARS = range(1985, 2201)
"""A slip of the pen, or of a hostile hand, must not become the latest row of a record for ever."""


@lru_cache(maxsize=4096)
def midnight(day: str) -> datetime | None:
    """The start of a day in Washington, in UTC; None for what is no date (YYYY-MM-DD), or one that no record can have."""
    try:
        parsed = datetime.strptime(day[:10], "%Y-%m-%d").date()  # noqa: DTZ007 - a bare day, made aware on the next line
    except ValueError:
        return None
    return datetime.combine(parsed, time(), WASHINGTON).astimezone(UTC) if parsed.year in YEARS else None


def day_of(stamp: str) -> str:
    """The day in Washington of a publisher's stamp, a bare day or an instant in UTC; "" for what is neither."""
    if len(stamp) <= len("2026-01-13"):
        return stamp if midnight(stamp) else ""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return day_of(stamp[:10])
    return (moment.astimezone(WASHINGTON) if moment.tzinfo else moment).date().isoformat()


def identity(*parts: object) -> str:
    """A short stable key of some parts."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()


def entries_of(
    measure: Measure, rows: Sequence[ActionRow], *, prints: Iterable[Print] = (), laws: Iterable[str] = ()
) -> tuple[Entry, ...]:
    """All entries of a bill's record, oldest first. `rows` are newest first, as the record gives them; pure."""
    found: dict[str, Entry] = {}
    days: dict[str, str] = {}
    places: Counter[str] = Counter()
    for row in reversed(rows):
        if not (entry := _action(measure, row, places[row.date])):
            continue
        places[row.date] += row.system != "library"
        step, chamber = str(entry.facts["step"]), entry.facts.get("chamber", "")
        days[f"{step}/{chamber}" if step == "passed" else step] = row.date
        _keep(found, entry)
    for entry in (*(_law(measure, law, days) for law in laws), *(_print(measure, one, days) for one in prints)):
        _keep(found, entry)
    return tuple(_marked(tuple(found.values())))


_LATER = frozenset({"resolving", "presented", "vetoed", "became_law"})
"""Steps that a bill comes to only after the Senate has passed it."""


def _marked(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries, with the fact `skips` on a lone row that skips the Senate's passage.

    A second row of the same step, by another hand or in the list of laws, is no lone row, and a print of a passed text shows
    the passage as well as its row does.
    """
    passed = any(_shows_passage(entry.facts) for entry in entries)
    hands = {(str(entry.facts["step"]), str(entry.facts["voice"])) for entry in entries}
    told = Counter(step for step, _ in hands)
    for entry in entries:
        step = str(entry.facts["step"])
        lone = step in _LATER and told[step] == 1 and not passed
        yield replace(entry, facts={**entry.facts, "skips": "yes"}) if lone else entry


def _shows_passage(facts: Facts) -> bool:
    own = facts["step"] == "passed" and facts.get("chamber") == "senate"
    return own or str(facts.get("print", "")) in _OF_ROW


def _keep(found: dict[str, Entry], entry: Entry) -> None:
    """Keep an entry under its key; a row that stands twice on one day is two entries."""
    key, again = entry.key, 1
    while key in found:
        again += 1
        key = f"{entry.key}-{again}"
    found[key] = entry if again == 1 else replace(entry, key=key)


def _action(measure: Measure, row: ActionRow, place: int) -> Entry | None:
    """The entry of one row, known by measure, day, author and words without page citations; None for a row without words or day.

    Rows of the Library repeat a chamber's row whenever they arrive: they stand between its rows and move none of them.
    """
    sentence, published = without_citations(row.text), midnight(row.date)
    if not sentence or published is None:
        return None
    step = read_action(row.text, code=row.code, system=row.system) or Step("unread", row.system.replace("library", ""))
    if step.step in {"passed", "failed"} and _names_another(measure, sentence):
        step = Step("companion", step.chamber)
    more: dict[str, Scalar] = {
        "system": row.system,
        "code": row.code,
        "voice": f"record/{row.system or 'other'}",
        "time": row.time,
        "order": place * 10 + 5 * (row.system == "library"),
        "vote_url": row.vote_url,
    }
    key = identity(measure.id, row.date, sentence, row.system)
    return Entry(key, measure.label, sentence, measure.link, published, facts_of(measure, step, row.date, more=more))


_NAMED = re.compile(
    r"(?:the )?(?:senate (?:passed|agreed to|adopted|rejected|defeated) )?"
    r"((?:H\. ?R|[HS]\. ?(?:J|Con)\. ?Res|[HS]\. ?Res|S)\. ?\d{1,5})\b",
    re.IGNORECASE,
)
"""The measure that a row speaks of where it begins with its number."""


def _names_another(measure: Measure, sentence: str) -> bool:
    """Whether a row tells the passage of another measure: "Senate passed S. 4784, a related measure"."""
    named = _NAMED.match(sentence)
    return bool(named) and issue_of(str(measure.congress), named[1] if named else "") not in {None, measure}


def facts_of(measure: Measure, step: Step, date: str, *, more: Mapping[str, Scalar]) -> Facts:
    """The facts of one step of a bill (listed in core/bills/actions.py), without those that are not known."""
    facts: dict[str, Scalar] = {
        "measure": measure.id,
        "congress": measure.congress,
        "kind": measure.kind,
        "number": measure.number,
        "origin": measure.origin,
        "step": step.step,
        "chamber": step.chamber,
        "subject": step.subject,
        "how": step.how,
        "amended": step.amended,
        "yeas": step.yeas,
        "nays": step.nays,
        "tally": f"{step.yeas}-{step.nays}" if step.yeas is not None else "",
        "roll": step.roll,
        "committee": step.committee,
        "calendar": step.calendar,
        "law": step.law,
        "vitiates": step.vitiates,
        "date": date,
        "event": f"{step.chamber} roll call {step.roll} of {date[:4]}" if step.roll else date,
        **more,
    }
    return {name: value for name, value in facts.items() if value is not None and value != ""}


def _law(measure: Measure, law: str, days: Mapping[str, str]) -> Entry:
    """The entry of a law number, dated by the row that tells of it."""
    day = days.get("became_law") or days.get("signed", "")
    facts = facts_of(
        measure, Step("became_law", law=law), day, more={"voice": "record/law", "order": 9000, "dated": "yes" if day else ""}
    )
    return Entry(identity(measure.id, "law", law), measure.label, f"Public Law {law}", measure.link, midnight(day), facts)


def _print(measure: Measure, one: Print, days: Mapping[str, str]) -> Entry:
    """The entry of a print; its day is its own, else that of the step it prints, else unknown."""
    code = WORDINGS.prints.get(one.name.strip().lower(), one.name.strip().lower())
    step = _OF_ROW.get(code, "")
    day = day_of(one.date) or days.get(f"{step}/senate" if step == "passed" else step, "")
    step_read = Step("print", amended="yes" if code == "eas" else "")
    facts = facts_of(
        measure, step_read, day, more={"voice": "print", "order": 8000, "print": code, "dated": "yes" if day else ""}
    )
    text = f"Text print {code.upper()}: {one.name.strip()}"
    return Entry(identity(measure.id, "print", code, one.url), measure.label, text, one.url or measure.link, midnight(day), facts)
