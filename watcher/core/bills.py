"""What one row of the record of Congress says was done with a bill: the reading of its sentence into a step.

A bill entry (of any format) carries these facts; a rule of a ladder matches on them. Facts that are not known are left out.

`measure` "119/hr/2683", `congress`, `kind`, `number`, `origin` (house, senate), `step` (the words of core/bill_sentences.py
and of core/bill_votes.py, and print, text_check), `subject`, `chamber` (house, senate), `how` (unanimous_consent, voice,
roll_call), `amended` (yes, no), `yeas`, `nays`, `tally` ("60-40"), `roll`, `committee`, `calendar`, `law` ("119-37"),
`vitiates` (day taken back), `code`, `system`, `voice` (record/senate, record/house, record/library, record/law, vote, print),
`date` (day in Washington), `time` (Eastern, where the row has one), `order` (place in that day, oldest first), `event` (what
rows of one event share: its roll call, else its day), `print` (eas, es …), `dated` (yes, where a print's day is known).

`published` is midnight in Washington of the action's own day, so that rows of one day are told apart by `order` alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from watcher.core import bill_words as words
from watcher.core.bill_codes import CODES, HEADINGS, SUBJECTS
from watcher.core.bill_sentences import WORDINGS, Wording

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
class Step:
    """What one sentence of the record says was done."""

    step: str
    chamber: str = ""
    subject: str = ""
    how: str = ""
    amended: str = ""
    yeas: int | None = None
    nays: int | None = None
    roll: int | None = None
    committee: str = ""
    calendar: int | None = None
    law: str = ""
    vitiates: str = ""


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


_WORDINGS = tuple((re.compile(wording.pattern), wording) for wording in WORDINGS)
_HEADINGS = tuple((re.compile(wording.pattern), wording) for wording in HEADINGS)
_SUBJECTS = tuple((re.compile(pattern), subject) for pattern, subject in SUBJECTS)
_OF_SUBJECT = frozenset({"cloture_filed", "cloture_invoked", "cloture_not_invoked", "cloture_withdrawn"})
_RECONSIDER = frozenset({"reconsidered", "reconsider_entered", "reconsider_ended"})
_WEAK = frozenset({"other", "received", "introduced", "considered", "markup", "message", "remarks"})
"""Readings that a heading or a code of the Library overrules."""


def read_action(text: str, *, code: str = "", system: str = "") -> Step | None:
    """The step that a row tells, None where its words are of no known form and its code says nothing.

    `text` is the row's own sentence, `code` its action code where shown, `system` who wrote it: senate, house, library or "".
    """
    sentence = words.plain(text)
    heading, rest = _heading_of(sentence)
    read = _read_sentence(rest, "" if system == "library" else system)
    if heading and (read is None or read.step in _WEAK):
        read = _worded(heading, rest, heading.chamber)
    elif heading:
        read = replace(read, chamber=heading.chamber or read.chamber) if read else None
    if (read is None or read.step in _WEAK) and code in CODES:
        step, chamber = CODES[code]
        read = _worded(Wording("", step, chamber), rest, chamber)
    return _with_citation(read, text) if read else None


def _heading_of(sentence: str) -> tuple[Wording | None, str]:
    for pattern, heading in _HEADINGS:
        if found := pattern.match(sentence):
            return heading, sentence[found.end() :].strip()
    return None, sentence


@lru_cache(maxsize=8192)
def _read_sentence(sentence: str, system: str) -> Step | None:
    for pattern, wording in _WORDINGS:
        if (not system or not wording.chamber or wording.chamber == system) and pattern.match(sentence):
            return _worded(wording, sentence, system)
    return None


def _worded(wording: Wording, sentence: str, system: str) -> Step:
    """The step of a wording with all that its sentence tells beside it."""
    yeas, nays = words.tally(sentence)
    return Step(
        step=wording.step,
        chamber=wording.chamber or system or _chamber_of(wording.step, sentence),
        subject=wording.subject or _subject_of(wording.step, sentence),
        how=words.how(sentence),
        amended=words.amended(wording.step, sentence),
        yeas=yeas,
        nays=nays,
        roll=words.number(words.ROLL, sentence),
        committee=words.committee_of(wording.step, sentence),
        calendar=words.number(words.CALENDAR, sentence),
        law=words.law_of(wording.step, sentence),
        vitiates=words.day_taken_back(wording.step, sentence),
    )


def _chamber_of(step: str, sentence: str) -> str:
    """Where the row does not say who wrote it: Senate committees are called so, House ones stand bare."""
    if "senat" in sentence:
        return "senate"
    return "house" if "house" in sentence or step in {"discharged", "reported", "markup"} else ""


def _subject_of(step: str, sentence: str) -> str:
    if step not in _OF_SUBJECT and step not in _RECONSIDER:
        return ""
    inner = sentence.partition("the vote by which")[2] if step in _RECONSIDER else sentence
    bare = "measure" if step in _OF_SUBJECT and " on " not in inner else "other"
    return next((subject for pattern, subject in _SUBJECTS if pattern.search(inner)), bare)


def _with_citation(step: Step, text: str) -> Step:
    """The House names its amendment of a Senate bill in the citation only: "(text of amendment in the nature of …: CR …)"."""
    if step.step == "passed" and step.amended != "no" and "text of amendment in the nature of" in text:
        return replace(step, amended="yes")
    return step
