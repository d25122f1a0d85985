"""What a row of the record of Congress or a roll call of the Senate says was done with a bill, by the wordings of actions.toml.

A bill entry (of any format) carries these facts; a rule of a ladder matches on them. Facts that are not known are left out.

`measure` "119/hr/2683", `congress`, `kind`, `number`, `origin` (house, senate), `step` (those of core/bills/actions.toml
and print, text_check), `subject`, `chamber` (house, senate), `how` (unanimous_consent, voice,
roll_call), `amended` (yes, no), `yeas`, `nays`, `tally` ("60-40"), `roll`, `committee`, `calendar`, `law` ("119-37"),
`vitiates` (day taken back), `code`, `system`, `voice` (record/senate, record/house, record/library, record/law, vote, print),
`date` (day in Washington), `time` (Eastern, where the row has one), `order` (place in that day, oldest first), `event` (what
rows of one event share: its roll call, else its day), `print` (eas, es …), `dated` (yes, where a print's day is known),
`skips` (yes, where a lone row tells a step that only a passage of the Senate leads to, and the record has none).

`published` is midnight in Washington of the action's own day, so that rows of one day are told apart by `order` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import tomli

from watcher.core.language.lexicon import any_of, numbers

_NEVER = re.compile(r"(?!)")
_KEYS = frozenset({"step", "chamber", "subject", "pattern", "code", "yes", "no", "own", "by", "example"})
_TABLES = ("sentence", "heading", "code", "about", "question")


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


_FILE = "watcher/core/bills/actions.toml"


@dataclass(frozen=True, slots=True)
class Wording:
    """One row of actions.toml: a form of words, and the step that it tells."""

    place: str
    """Where it stands, e.g. "sentence 12"."""
    step: str = ""
    chamber: str = ""
    subject: str = ""
    pattern: re.Pattern[str] = _NEVER
    code: str = ""
    yes: str = ""
    """The step that a roll call on this question makes when it is agreed to, and when it is not."""
    no: str = ""
    own: bool = False
    """Whether it is read only in rows that its chamber is known to have written."""
    by: str = ""
    """Who wrote the example, where `chamber` does not say."""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Wordings:
    """All of actions.toml, in its order."""

    sentences: tuple[Wording, ...]
    headings: tuple[Wording, ...]
    codes: Mapping[str, Wording]
    abouts: tuple[Wording, ...]
    questions: tuple[Wording, ...]
    prints: Mapping[str, str]


def wordings_of(text: str) -> Wordings:
    """The wordings in a text of TOML. Raises ValueError that names the table and the key."""
    tables = tomli.loads(text)
    parts = tables["parts"]
    rows = {name: tuple(_wording(name, at, row, parts) for at, row in enumerate(tables[name], 1)) for name in _TABLES}
    codes = {row.code: row for row in rows["code"]}
    return Wordings(rows["sentence"], rows["heading"], codes, rows["about"], rows["question"], tables["prints"])


def _wording(table: str, at: int, row: Mapping[str, str], parts: Mapping[str, str]) -> Wording:
    place = f"{table} {at}"
    if unknown := row.keys() - _KEYS:
        raise ValueError(f"{_FILE}, {place}: unknown key {min(unknown)}")
    pattern = row.get("pattern", "")
    for name, part in parts.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    try:
        compiled = re.compile(pattern) if pattern else _NEVER
    except re.error as error:
        raise ValueError(f"{_FILE}, {place}, pattern: {error}") from error
    return Wording(place, **{**row, "pattern": compiled})  # type: ignore[arg-type]  # the keys were checked above


WORDINGS = wordings_of(files(__package__).joinpath("actions.toml").read_text(encoding="utf-8"))
"""Read once, when the module is: the wordings are part of the code that reads them."""

MAX_ROW_LENGTH = 1200
"""Characters of a row that are read; the longest real wordings stay below 600 before their page citations."""

_CITATION = re.compile(r" ?\((?=[^()]{0,400}\bCR\b)[^()]{0,400}\)")
_ASIDES = re.compile(
    r"\b(?:upon reconsideration|(?:pursuant to|under) the (?:order|provisions) of \d{1,2}/\d{1,2}/\d{2,4}"
    r"|(?:not )?having achieved \d+ votes in the affirmative),? ?"
)


def without_citations(text: str) -> str:
    """The sentence without its pages of the Congressional Record, which are added and corrected for days after."""
    return _CITATION.sub("", " ".join(text.split()))


def plain(text: str) -> str:
    """The text that wordings are matched on: lower case, single spaces, no citations, no asides of procedure."""
    return _ASIDES.sub("", without_citations(text[:MAX_ROW_LENGTH]).lower()).strip()


_BY_ROLL = re.compile(r"\bby (?:the )?(?:yea-nay|yeas and nays|recorded vote|roll call)|record vote number|roll (?:call )?n")
_BY_VOICE = re.compile(r"\bby voice vote|\bvoice vote\b")
_BY_CONSENT = re.compile(r"\b(?:by unanimous consent|without objection)\b")
_COUNTS = re.compile(
    r"(?:yea-nay(?: vote)?|yeas and nays|recorded vote)[.:;]{0,2}(?: \(\d/\d required\):)? (\d{1,3}) ?[-\u2013] ?(\d{1,3})\b"
)
_ROLL = re.compile(r"\b(?:record vote number:?|roll (?:call )?(?:no\.?|number:?)) ?(\d{1,4})\b")
_CALENDAR = re.compile(r"\bcalendar no\. ?(\d{1,4})\b")
_LAW = re.compile(r"law no:? ?(\d{2,3}-\d{1,4})")
_COMMITTEE = re.compile(
    r"\bcommittees? on (?:the )?([a-z][a-z,;' -]{2,120}?)(?=\.|$| discharged| pursuant| by | for | with | reported| \()"
)
_WITH_AMENDMENT = re.compile(r"\bwith (?:an? )?(?:\w+ )?amendments?\b|\bas amended\b|\(amended\)|\b(?:senate|passed),? amended\b")
_UNAMENDED = re.compile(r"\bwithout (?:an )?amendments?\b")


_EARLIER = re.compile(r"\(record vote (?:no\.|number:?) ?\d{1,4}\) ?")
"""The number of the vote that a motion speaks of; its own follows the sentence."""


def _vote_method(sentence: str) -> str:
    """How a question was decided: roll_call, voice, unanimous_consent, or "" where it is not said."""
    if _BY_ROLL.search(sentence):
        return "roll_call"
    if _BY_VOICE.search(sentence):
        return "voice"
    return "unanimous_consent" if _BY_CONSENT.search(sentence) else ""


def _tally(sentence: str) -> tuple[int | None, int | None]:
    """Yeas and nays; consent and voice have none, which is not 0-0."""
    found = _COUNTS.search(sentence)
    return (int(found[1]), int(found[2])) if found else (None, None)


def _number(pattern: re.Pattern[str], sentence: str) -> int | None:
    """The number that a pattern finds."""
    found = pattern.search(sentence)
    return int(found[1]) if found else None


def _amended(step: str, sentence: str) -> str:
    """Whether a measure was passed with an amendment of its text: yes, no, or "" where it is not said."""
    if step != "passed":
        return ""
    if _UNAMENDED.search(sentence):
        return "no"
    if _WITH_AMENDMENT.search(sentence):
        return "yes"
    return "no" if "suspend the rules and pass the" in sentence else ""


def _law_number(step: str, sentence: str) -> str:
    """The number of a law, e.g. "119-37"."""
    found = _LAW.search(sentence) if step == "became_law" else None
    return found[1] if found else ""


def _committee_of(step: str, sentence: str) -> str:
    """The committee that a step speaks of, in lower case."""
    if step not in {"referred", "rereferred", "discharged", "reported", "ordered_reported", "hearing", "discharge_rejected"}:
        return ""
    found = _COMMITTEE.search(sentence)
    return found[1].strip() if found else ""


_MONTHS = numbers("month")
_DAY = re.compile(rf"\b(\d{{1,2}})/(\d{{1,2}})/(\d{{4}})\b|\b({any_of('month')}) (\d{{1,2}}), (\d{{4}})\b")


def _vitiated_day(step: str, sentence: str) -> str:
    """The day whose actions a vitiation names, as YYYY-MM-DD."""
    found = _DAY.search(sentence) if step in {"vitiated", "passage_vitiated"} else None
    if not found:
        return ""
    if found[1]:
        return f"{int(found[3]):04d}-{int(found[1]):02d}-{int(found[2]):02d}"
    return f"{int(found[6]):04d}-{int(_MONTHS[found[4]]):02d}-{int(found[5]):02d}"


_OF_SUBJECT = frozenset({"cloture_filed", "cloture_invoked", "cloture_not_invoked", "cloture_withdrawn"})
_RECONSIDER = frozenset({"reconsidered", "reconsider_entered", "reconsider_ended"})
_WEAK = frozenset({"other", "received", "introduced", "considered", "markup", "message", "remarks", "amendment", "unread_vote"})
"""Readings that a heading or a code of the Library overrules."""


def read_action(text: str, *, code: str = "", system: str = "") -> Step | None:
    """The step that a row tells, None where its words are of no known form and its code says nothing.

    `text` is the row's own sentence, `code` its action code where shown, `system` who wrote it: senate, house, library or "".
    """
    sentence = plain(text)
    heading, rest = _heading_of(sentence)
    read = _read_sentence(rest, "" if system == "library" else system)
    if heading and (read is None or read.step in _WEAK):
        read = _worded(heading, rest, heading.chamber)
    elif heading:
        read = replace(read, chamber=heading.chamber or read.chamber) if read else None
    if (read is None or read.step in _WEAK) and code in WORDINGS.codes:
        coded = WORDINGS.codes[code]
        read = _worded(coded, rest, coded.chamber)
    return _with_citation(read, text) if read else None


def _heading_of(sentence: str) -> tuple[Wording | None, str]:
    for heading in WORDINGS.headings:
        if found := heading.pattern.match(sentence):
            return heading, sentence[found.end() :].strip()
    return None, sentence


def _may_say(wording: Wording, system: str) -> bool:
    """Whether the chamber that wrote a row, or an unknown hand, uses a wording."""
    return wording.chamber == system or not wording.chamber or not (system or wording.own)


@lru_cache(maxsize=8192)
def _read_sentence(sentence: str, system: str) -> Step | None:
    wording = _sentence_of(WORDINGS, sentence, system)
    return _worded(wording, sentence, system) if wording else None


def _sentence_of(wordings: Wordings, sentence: str, system: str) -> Wording | None:
    """The first row that reads a sentence."""
    said = (one for one in wordings.sentences if _may_say(one, system) and one.pattern.match(sentence))
    return next(said, None)


def _worded(wording: Wording, sentence: str, system: str) -> Step:
    """The step of a wording with all that its sentence tells beside it."""
    own = _EARLIER.sub("", sentence)
    yeas, nays = _tally(own)
    return Step(
        step=wording.step,
        chamber=wording.chamber or system or _chamber_of(wording.step, sentence),
        subject=wording.subject or _subject_of(wording.step, sentence),
        how=_vote_method(own),
        amended=_amended(wording.step, sentence),
        yeas=yeas,
        nays=nays,
        roll=_number(_ROLL, own),
        committee=_committee_of(wording.step, sentence),
        calendar=_number(_CALENDAR, sentence),
        law=_law_number(wording.step, sentence),
        vitiates=_vitiated_day(wording.step, sentence),
    )


def _chamber_of(step: str, sentence: str) -> str:
    """Where the row does not say who wrote it: Senate committees are called so, House ones stand bare."""
    if "senat" in sentence:
        return "senate"
    return "house" if "house" in sentence or step in {"discharged", "reported", "markup"} else ""


def _subject_of(step: str, sentence: str) -> str:
    if step not in _OF_SUBJECT and step not in _RECONSIDER:
        return ""
    about = _about_of(WORDINGS, sentence, step)
    return about.subject if about else "measure" if step in _OF_SUBJECT and " on " not in sentence else "other"


_VOTED_ON = re.compile(r"\bthe vote by which\b|\breconsider\b(?!.{0,200}\bthe vote by which\b)")


def _about_of(wordings: Wordings, sentence: str, step: str) -> Wording | None:
    """The first row that is found in what a motion is about."""
    inner = _VOTED_ON.split(sentence, maxsplit=1)[-1] if step in _RECONSIDER else sentence
    return next((one for one in wordings.abouts if one.pattern.search(inner)), None)


def _with_citation(step: Step, text: str) -> Step:
    """The House names its amendment of a Senate bill in the citation only: "(text of amendment in the nature of …: CR …)"."""
    if step.step == "passed" and step.amended != "no" and "text of amendment in the nature of" in text:
        return replace(step, amended="yes")
    return step


def wrong_examples(wordings: Wordings = WORDINGS) -> Iterator[str]:
    """The rows whose example is missing, or is read by another row: file, table, row and what is wrong, one a line."""
    for rows, reader in (
        (wordings.sentences, _reads_sentence),
        (wordings.headings, _reads_heading),
        (tuple(wordings.codes.values()), _reads_code),
        (wordings.abouts, _reads_about),
        (wordings.questions, _reads_question),
    ):
        for row in rows:
            if not row.example:
                yield f"{_FILE}, {row.place}: no example"
            elif (by := reader(wordings, row)) is not row:
                yield f'{_FILE}, {row.place}, example: "{row.example}" is read by {by.place if by else "no row"}'


def _reads_sentence(wordings: Wordings, row: Wording) -> Wording | None:
    return _sentence_of(wordings, plain(row.example), row.chamber or row.by)


def _reads_heading(wordings: Wordings, row: Wording) -> Wording | None:
    return next((one for one in wordings.headings if one.pattern.match(plain(row.example))), None)


def _reads_code(_: Wordings, row: Wording) -> Wording | None:
    read = read_action(row.example, code=row.code, system="library")
    return row if read and (read.step, row.chamber or read.chamber) == (row.step, read.chamber) else None


def _reads_about(wordings: Wordings, row: Wording) -> Wording | None:
    sentence = plain(row.example)
    return _about_of(wordings, sentence, "reconsidered" if "reconsider" in sentence else "cloture_filed")


def _reads_question(wordings: Wordings, row: Wording) -> Wording | None:
    return next((one for one in wordings.questions if one.pattern.match(plain(row.example))), None)


# What a roll call of the Senate decided: its question and its result, read into the steps of the action record.

_NO_QUESTION = Wording("", yes="other", no="other")
_AGREED = re.compile(r"(?:passed|agreed to|confirmed|adopted|sustained|invoked)\b")
_REFUSED = re.compile(r"\b(?:not|defeated|rejected|failed|fails?)\b")

_MESSAGE = re.compile(r"\b(?:house message|message from the house|message to accompany|concur)")


def vote_outcome(result: str) -> str:
    """Whether a question was agreed to: yes, no, or "" where the words are of no known form.

    Refusals are looked for first, since "Joint Resolution Not Agreed to" ends in a positive word; tallies are never
    compared, since 47-45 can be a failure and 50-50 with the chair's vote a passage.
    """
    words = result.lower()
    if _REFUSED.search(words):
        return "no"
    return "yes" if _AGREED.search(words) else ""


def read_vote(question: str, result: str, title: str = "") -> tuple[str, str]:
    """The step and its subject that a roll call of the Senate makes; ("other", "") where it decides nothing on a bill.

    `question`, `result` and `title` are the vote's own words, of the menu or of its file.
    """
    words, about = " ".join(question.lower().split()), title.lower()
    asked = next((one for one in WORDINGS.questions if one.pattern.match(words)), _NO_QUESTION)
    if asked.yes in {"cloture_invoked", "motion_agreed"} and _MESSAGE.search(f"{words} {about}"):
        return "other", "between"
    subject = _cloture_subject(f"{words} {about}") if asked.yes == "cloture_invoked" else asked.subject
    step = {"yes": asked.yes, "no": asked.no}.get(vote_outcome(result), "" if asked.yes == "other" else "unread_vote")
    return step or "other", subject


def _cloture_subject(words: str) -> str:
    if "motion to proceed" in words:
        return "proceed"
    return "amendment" if re.search(r"\bamendment|\bamdt\b|\bsubstitute", words) else "measure"


def vote_tally(text: str, yeas: str, nays: str, tie_breaker: str = "") -> tuple[int | None, int | None]:
    """Yeas and nays with the vote of the chair counted; None where they are not given (a menu was once empty).

    `text` is the vote's result in words, e.g. "Bill Passed (51-50)"; `tie_breaker` is how the chair voted, if at all.
    """
    counted = (int(yeas), int(nays)) if yeas.isdecimal() and nays.isdecimal() else None
    found = re.search(r"\((\d{1,3})-(\d{1,3})\b", text)
    said = (int(found[1]), int(found[2])) if found else None
    if counted is None:
        counted = said
    if counted is None:
        return None, None
    if counted[0] == counted[1] and tie_breaker:
        yea = tie_breaker.strip().lower().startswith(("yea", "aye"))
        return counted[0] + yea, counted[1] + (not yea)
    return counted
