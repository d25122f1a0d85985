"""What a text says around a sentence: that all is an exercise, or over, only a heading, not out yet, or of another thing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import given_back_in, masked, plain_clause
from watcher.core.language.assertion import CONDITIONAL, HEARSAY, OPENINGS, beside_reasons
from watcher.core.language.lexicon import choice, clause_of, cue, found_in, word_set
from watcher.core.language.reasons import (
    bare,
    built_reason,
    field_words,
    is_beside_another,
    is_bounded,
    is_carried,
    is_heading,
    is_in_passing,
    is_listed,
    is_of_code,
    is_of_feature,
    is_of_what_is_made_with,
    is_of_what_runs_on,
    is_only_advised,
    is_row_of_dates,
    is_unreal,
    lets_all_use,
    other_subject,
    reason_alone,
    reason_in,
)
from watcher.core.language.text import AUXILIARIES, DETERMINERS, MODEL_NOUNS, ORDINALS, Scene, tokens

if TYPE_CHECKING:
    from watcher.core.language.parse import Line, Reading, Statement
    from watcher.core.language.sentence import Sentence
    from watcher.core.language.text import Thing

_SENTENCES_AROUND: Final = 2
"""Sentences before and behind one that may tell what the text is."""
_NOT_NOW: Final = frozenset({"planned", "wished", "negated"})
"""Manners in which something is not so today."""
_ENTRY: Final = re.compile(rf"(?i)^\W*{choice('entry_label')}(?: [\w ,.]{{1,24}})? ?(?:-|\u2014|:)")
"""An entry of an incident, the newest first: "Resolved - …", "Update: …"."""

_ENTRY_END: Final = re.compile(rf"(?i)^\W*({choice('entry_end')}) ?(?::|-|\u2014)")
"""An entry of a status page that tells how a failure goes on."""
_ADDRESSED: Final = word_set("addressed")
_POINTS_AHEAD: Final = word_set("points_ahead")
_OWN_CLAUSE: Final = re.compile(rf"(?i), (?:and|so|but) (?=(?:{choice('subject_pronoun')}|{choice('everybody_first')}) |$)")
_REASON: Final = re.compile(rf"(?i)[:;\u2014]|, for (?={choice('subject_pronoun')} )")
"""Marks that set a statement apart from what stands before it, and the word that gives it as a reason."""
_ACT_ITSELF: Final = cue("before_the_act", "before", "next")
_LONG_AGO: Final = word_set("long_ago")
_LASTED: Final = word_set("how_long")
_BEFORE_THE_ACT: Final = cue("before_the_act", "before", "aside")

_ENGLISH: Final = word_set("english")
_AFFIRMED: Final = cue("affirmed", "after", "next")
_PRESENT: Final = word_set("present_verb")
_STRONG: Final = frozenset({"all", "ended"}) | {"taken"}
"""Reasons of words of the question that hardly stand in a sentence for anything else."""
_CLAUSE: Final = re.compile(r"[:;\u2014]|, (?:and|but|yet)\b")
_MILESTONE: Final = cue("milestone", "after", "sentence")
_TRUE: Final = cue("affirmed", "beside", "sentence")
_RENAMING: Final = DETERMINERS | MODEL_NOUNS | ORDINALS | word_set("renaming")
"""Words between a name and what it is called."""
_HEADING: Final = word_set("heading_word")
_OF_RETURN: Final = word_set("heading_of_return")
_SET_APART: Final = word_set("set_apart")
_QUOTED: Final = re.compile(r"(?<![\w])(?:'[^']{3,300}'|\"[^\"]{3,300}\")(?!\w)")
_GOING_ON: Final = word_set("turning_back") | word_set("meant") | word_set("told_of_models") | {"and"}
_FEATURE_COLUMN: Final = word_set("feature_column")
_RETIRES: Final = cue("retiring", "beside", "sentence")
"""Words of a line that goes, or went, on a day."""
_SCENE: Final = cue("scene", "before", "sentence")
_INJECT: Final = cue("inject", "before", "sentence")
_INVENTED: Final = cue("invented", "beside", "sentence")
_REAL: Final = cue("real", "beside", "sentence")
_BUILDS: Final = (
    (is_beside_another, "tells of something else that is open"),
    (is_of_what_is_made_with, "tells of something else that runs on it"),
    (is_only_advised, "says what to use"),
)
"""How a sentence may be built that says nothing of the thing, and the reason."""
_ONLY_IF: Final = word_set("only_if")
_TAIL: Final = re.compile(r"[:;,\u2014]")
"""Marks behind which a sentence may affirm what it said before."""


def is_foreign(line: Line) -> bool:
    """Whether a sentence has letters of another script, or more small words of another language than of English."""
    rest = line.folded
    for thing in line.things:
        rest = rest.replace(thing.said, " ")
    letters = [letter for letter in rest if letter.isalpha()]
    if sum(letter > "\u024f" for letter in letters) > len(letters) / 5:
        return True
    words = [token.text for token in tokens(rest, ())]
    clause = clause_of(words)
    foreign = sum(1 for _ in found_in(clause, ("foreign",)))
    return foreign > sum(word in _ENGLISH for word in words)


def given_back(reading: Reading, quote: str) -> tuple[str, ...]:
    """The words by which the newest entry of a status page, or the text below a title, says that what was taken is back."""
    entries = [line for line in reading.lines if _ENTRY.match(line.folded)]
    newest = [line for line in entries[:1] if line.quote != quote]
    below = reading.lines[1:] if quote == reading.title.quote else ()
    clauses = (plain_clause(line.folded) for line in (*newest, *below))
    return tuple(dict.fromkeys(words for clause in clauses for words in given_back_in(clause)))


def incident_of(reading: Reading, quote: str) -> tuple[str, ...]:
    """The words by which a sentence that says that a thing is there tells of the end of a failure, and no news.

    They stand in the title, before the sentence as the label of an entry, or around one that says that the thing is there again.
    None where the text speaks of what was taken away on purpose.
    """
    number = next((n for n, line in enumerate(reading.lines) if n and line.quote == quote), 0)
    near = range(max(number - _SENTENCES_AROUND, 0), min(number + _SENTENCES_AROUND + 1, len(reading.lines)))
    clauses = {n: plain_clause(reading.lines[n].folded) for n in sorted({0, *near})}
    if any(next(found_in(clause, ("deliberate",)), None) for clause in clauses.values()):
        return ()
    again = next(found_in(clauses[number], ("given_back",)), None)
    told = [found.words for clause in (clauses.values() if again else (clauses[0],)) for found in found_in(clause, ("incident",))]
    label = _ENTRY_END.match(reading.lines[number].folded)
    return tuple(dict.fromkeys((*told, *([label[1].lower()] if label else []))))


def is_set_apart(scene: Scene, choices: frozenset[str]) -> bool:
    """Whether a mark sets a statement apart from all that makes it a condition, or only supposed.

    Before the mark stands what was asked ("Nobody asks whether you are verified: X is open"), or words to the reader ("We assume
    that you have waited: X is open") that point to nothing imagined ("Imagine our world: X is open").
    """
    before = scene.sentence[: scene.tokens[scene.start].start]
    marks = [found.end() for found in _REASON.finditer(before)]
    head, tail = (before[: marks[-1]], before[marks[-1] :]) if marks else ("", before)
    words = plain_clause(head).split()
    if not choices.isdisjoint(words) and _is_plain(_OWN_CLAUSE.split(tail)[-1]):
        return True
    supposed = any(found.row.kind == "supposed" for found in found_in(plain_clause(tail), ("supposed",)))
    return not _ADDRESSED.isdisjoint(words) and _POINTS_AHEAD.isdisjoint(words) and not supposed and _is_plain(tail)


def _is_plain(tail: str) -> bool:
    return CONDITIONAL.search(tail) is None and HEARSAY.search(tail) is None


def is_only_reason(said: Statement) -> bool:
    """Whether all that takes a statement back stands in its reason: "suspended until we know | whether the reports are true"."""
    rest = plain_clause(beside_reasons(said.scene))
    return not any(f" {words} " in f" {rest}" for words in said.account.because)


def is_plain_beside(scene: Scene) -> bool:
    """Whether a statement is plain but for what tells why: "After a simulated attack had shown what could happen, | X is …"."""
    return _is_plain(beside_reasons(scene))


def is_behind_a_mark(said: Statement) -> bool:
    """Whether a mark parts a statement from the words before it that take it back: "listed by mistake: it is open to all"."""
    before = said.scene.sentence[: said.scene.tokens[said.scene.start].start]
    mark = max(before.rfind(":"), before.rfind(";"))
    return all(-1 < before.find(words) < mark for words in said.account.because)


def is_behind_another(scene: Scene) -> bool:
    """Whether a mark parts a plain statement from one that asks something: "Who was affected may write to us: X is withdrawn"."""
    before = scene.sentence[: scene.tokens[scene.start].start]
    at = max(before.rfind(mark) for mark in ":;\u2014")
    head = plain_clause(before[: max(at, 0)]).split()
    return at > 0 and _is_plain(before[at:]) and HEARSAY.search(before) is None and _ONLY_IF.isdisjoint(head)


def told_last(said: Statement) -> tuple[str, ...]:
    """Words of an act that is the last which a sentence tells, behind what went on before: "X was slow until we withdrew it".

    None where it is no such act, or where other words say that this is long ago.
    """
    scene, because = said.scene, said.account.because
    before = scene.sentence[: scene.tokens[scene.start].start]
    doing = scene.tokens[scene.start].text.endswith("ing") and _ACT_ITSELF.search(before) is not None
    if not doing and not (said.is_past and _BEFORE_THE_ACT.search(before)):
        return ()
    behind = plain_clause(scene.sentence[scene.tokens[scene.stop - 1].end :]).split()
    dated = not _LONG_AGO.isdisjoint(plain_clause(scene.sentence).split())
    if dated or "," in behind or any(one.split()[0] not in _LASTED for one in because):
        return ()
    return because or said.account.unexplained or (said.words,)


def is_only_heading(reading: Reading, said: Sentence, quote: str) -> bool:
    """Whether a title without a verb is all that says so, while every sentence below that says it plans it or denies it.

    Where none below says it, a sentence that tells of something taken away is enough.
    """
    words = masked(reading.title.folded, reading.title.things, frozenset())
    if quote != reading.title.quote or not AUXILIARIES.isdisjoint(words):
        return False
    below = [one for one in reading.statements if one.sentence and one.kind in said.phrase]
    manners = [one.manners for one in below if one.thing and one.thing.group in said.about]
    if manners:
        return not any(_NOT_NOW.isdisjoint(each) for each in manners)
    clauses = (plain_clause(line.folded) for line in reading.lines[1:]) if not below else ()
    return any(found.row.reason == "taken" for clause in clauses for found in found_in(clause, ("field",)))


def is_bare_heading(reading: Reading, *, returned: bool) -> bool:
    """Whether the title only names things: "X access"; where the text says that they are `returned`, also "X is back"."""
    plain = DETERMINERS | _HEADING | (_OF_RETURN if returned else frozenset())
    words = masked(reading.title.folded, reading.title.things, frozenset())
    return all(word in plain or not word.isalnum() for word in words)


def is_not_out(reading: Reading) -> bool:
    """Whether the text below a title that names a work says that the work is still to come, or is gone."""
    clauses = (plain_clause(line.folded) for line in reading.lines[1:])
    return any(next(found_in(clause, ("not_out",)), None) for clause in clauses)


def affirmed_by(reading: Reading, line: Line) -> str:
    """The words behind a mark, or at the start of the next sentence, that say that something is so: "We have.", "; it did"."""
    number = reading.place(line)
    tails = [line.folded[found.end() :] for found in _TAIL.finditer(line.folded)]
    follow = [one.folded for one in reading.lines[number + 1 : number + 2]]
    found = (match for tail in (*tails, *follow) if (match := _AFFIRMED.match(tail)))
    if true := _TRUE.search(line.folded):
        return true[0].split()[-1]
    return next((match[0].strip() for match in found), "")


def goes_on(line: Line, end: int, groups: frozenset[str]) -> str:
    """Words of the question in a clause of how things are, which a mark sets apart behind a statement that ends at `end`."""
    mark = _CLAUSE.search(line.folded, end) if end and not line.folded.rstrip().endswith("?") else None
    if mark is None:
        return ""
    tail = masked(line.folded[mark.end() :], (), groups)
    found = [one.words for one in field_words(tuple(tail)) if one.row.reason in _STRONG]
    return ", ".join(found) if not _PRESENT.isdisjoint(tail) else ""


def is_at_milestone(scene: Scene) -> bool:
    """Whether a plan's time is when some work is done, which is a time of its own: "as soon as our tests have been completed"."""
    return _MILESTONE.search(scene.sentence[scene.tokens[scene.stop - 1].end :]) is not None


def said_below(line: Line, lines: Sequence[Line]) -> Line:
    """What a heading that is a name alone stands over: nobody can judge by a name."""
    if any(letter.isalnum() for letter in _between(line)):
        return line
    return next((below for below in lines[lines.index(line) + 1 :] if any(map(str.isalpha, _between(below)))), line)


def _between(line: Line) -> str:
    """The words of a sentence without the names of things."""
    text = line.folded
    for thing in reversed(line.things):
        text = text[: thing.start] + text[thing.end :]
    return text


def outright_reason(reading: Reading, line: Line, groups: frozenset[str]) -> str:
    """Why a sentence says nothing, whatever phrase is bound in it; empty where it gives no such reason."""
    words = bare(masked(line.folded, line.things, groups))
    versioned = all(thing.version for thing in line.things if thing.group in groups)
    if why := reason_alone(words, versioned=versioned) or built_reason(words, coded=is_of_code(line.quote)):
        return why
    if _is_rehearsed(reading, line):
        return "tells of a story, or an exercise"
    if _is_over_in_minutes(reading, line, groups):
        return "tells of an incident"
    if _is_of_feature_before(reading, line, groups):
        return "tells of a feature of it"
    if _is_quoted_in_frame(line, groups):
        return "it is only quoted"
    return "tells of something else that runs on it" if is_of_what_runs_on(words) else ""


def reason_of_rest(
    reading: Reading, line: Line, groups: frozenset[str], statuses: Collection[str], kinds: Collection[str]
) -> str:
    """Why a sentence of which no known phrase is said of one of these groups says nothing of the question; empty where unknown.

    `statuses` are the kinds of phrases that are asked for; `kinds` the reasons of its words of the question.
    """
    words = bare(masked(line.folded, line.things, groups))
    if why := reason_in(words):
        return why
    if is_unreal(line.folded):
        return "is only supposed"
    if not line.things and (subject := other_subject(words)):
        return f"it is said of {subject}"
    if why := _reason_of_text(reading, line, groups):
        return why
    if another := _of_another(reading, line, statuses, groups) or _of_one_before(reading, line, statuses, groups):
        return f"it is said of {another}"
    return _reason_of_build(reading, line, words, frozenset(kinds))


def _reason_of_text(reading: Reading, line: Line, groups: frozenset[str]) -> str:
    """The reason that other sentences of the text give."""
    return "tells of a version that retires" if _is_replaced(line, reading, groups) else ""


def _reason_of_build(reading: Reading, line: Line, words: list[str], kinds: frozenset[str]) -> str:
    """The reason that the places of the things in a sentence give; none where it tells of an end, or is of all."""
    if lets_all_use(words):
        return ""
    if why := next((why for holds, why in _BUILDS if holds(words)), ""):
        return why
    if line is reading.title and is_heading(words):
        return "is only a heading"
    if is_listed(words) and _is_corrected(reading, line):
        return "tells of a correction"
    if _is_row_of_a_feature(reading, line):
        return "tells of a feature of it"
    lost = "ended" in kinds or kinds >= {"taken", "all"}
    return "it speaks of what only carries the name" if not lost and is_carried(words) else ""


def _near(reading: Reading, line: Line) -> list[str]:
    """The title of a text and what stands close to a sentence, the sentence among them, as lines of words."""
    number = reading.place(line)
    lines = (reading.title, *reading.lines[max(number - _SENTENCES_AROUND, 0) : number + _SENTENCES_AROUND + 1])
    return [plain_clause(one.folded) for one in lines]


def _is_corrected(reading: Reading, line: Line) -> bool:
    """Whether the text says beside a sentence that what it tells was a mistake."""
    return any(next(found_in(clause, ("mistaken",)), None) for clause in _near(reading, line))


def _is_rehearsed(reading: Reading, line: Line) -> bool:
    """Whether a sentence is a scene of an exercise: by its number, or the title calls it one, and the text invented."""
    if _REAL.search(line.folded):
        return False
    if _INJECT.match(line.folded):
        return True
    titled = next(found_in(plain_clause(reading.title.folded), ("played",)), None)
    played = titled is not None or _SCENE.match(line.folded) is not None
    return played and any(_INVENTED.search(one.folded) for one in reading.lines)


def _is_over_in_minutes(reading: Reading, line: Line, groups: frozenset[str]) -> bool:
    """Whether a sentence without a name tells that all is well again, in a text of an incident of some minutes."""
    title = plain_clause(reading.title.folded)
    grave = any(one.row.reason in _STRONG for one in found_in(title, ("field",)))
    back = next(found_in(plain_clause(line.folded), ("given_back",)), None)
    others = (one for one in reading.lines if one is not line)
    return not (grave or line.things or back is None) and any(
        is_bounded(masked(one.folded, one.things, groups)) for one in others
    )


def _is_replaced(line: Line, reading: Reading, groups: frozenset[str]) -> bool:
    """Whether a sentence tells that a version retires of which the text names a later one, and nothing else."""
    told = field_words(tuple(masked(line.folded, line.things, groups)))
    gone = {thing.version for thing in line.things if thing.group in groups}
    later = {thing.version for one in reading.lines for thing in one.things if thing.group in groups} - {""}
    retires = bool(told) and all(_RETIRES.match(one.words) for one in told)
    return retires and bool(gone) and "" not in gone and bool(later) and max(map(_number, later)) > max(map(_number, gone))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _is_under_dates(reading: Reading, line: Line, groups: frozenset[str]) -> bool:
    """Whether a sentence is a row of dates, shares or prices in a table whose head speaks of no opening."""
    head = next((one for one in reading.lines if one.folded.startswith("|")), line)
    told = field_words(tuple(masked(head.folded, head.things, groups)))
    return (
        head is not line
        and all(_RETIRES.match(one.words) for one in told)
        and is_row_of_dates(masked(line.folded, line.things, groups))
    )


def tells_else(reading: Reading, line: Line, groups: frozenset[str], *, beside: bool = False) -> str:
    """The reason for which a line that holds no word of the question tells nothing of it, empty where it gives none.

    `beside`: the title names something else, of which the text is.
    """
    if _is_under_dates(reading, line, groups):
        return "tells of dates, or of prices"
    words = masked(line.folded, line.things, groups)
    said = (one for one in reading.statements if one.line is line and one.kind in OPENINGS and not one.manners)
    if lets_all_use(words) or any(one.thing and one.thing.group in groups for one in said):
        return ""
    found = next(found_in(clause_of(words), ("tells_else",)), None)
    why = found.row.reason if found else reason_in(words) or ("tells of a feature of it" if is_of_feature(words) else "")
    return why or ("it is only named beside what it tells" if is_in_passing(words, beside=beside) else "")


def _is_of_feature_before(reading: Reading, line: Line, groups: frozenset[str]) -> bool:
    """Whether a sentence tells what had been done with the feature that the one before says is back: "We had switched it off"."""
    number = reading.place(line)
    words = masked(line.folded, line.things, groups)
    if not number or line.things or not {"had", "it"} <= {*words} or not MODEL_NOUNS.isdisjoint(words):
        return False
    before = reading.lines[number - 1]
    return is_of_feature(masked(before.folded, before.things, groups))


def _of_another(reading: Reading, line: Line, kinds: Collection[str], groups: frozenset[str]) -> str:
    """The other thing with which the sentence begins and of which all that it says of the question is said."""
    said = [one for one in reading.statements if one.line is line and one.kind in kinds]
    first = next((thing for thing in line.things if thing.group not in groups or not _is_unlike(line, thing)), None)
    if not said or first is None or first.group in groups or any(one.thing is not first for one in said):
        return ""
    return "" if _is_renamed(groups, line, first) or _is_told_of_next(groups, line, said, first) else first.name


def _is_told_of_next(groups: frozenset[str], line: Line, said: list[Statement], thing: Thing) -> bool:
    """Whether a clause of one of these groups goes on, with all that is said: "The programme ends, and its X is open"."""
    first = min(one.scene.tokens[one.scene.start].start for one in said)
    own = next((one for one in line.things if thing.end <= one.start < first and one.group in groups), None)
    return own is not None and ", and " in line.folded[thing.end : own.start]


def _is_renamed(groups: frozenset[str], line: Line, thing: Thing) -> bool:
    """Whether a thing is called one of these groups: "Saga 1, the newest model of the X class, is …"."""
    after = next((one for one in line.things if one.start >= thing.end and one.group in groups), None)
    between = [token.text for token in tokens(line.folded[thing.end : after.start], ())] if after else []
    marks = [n for n, word in enumerate(between) if word == ","]
    named = between[marks[0] + 1 :] if len(marks) == 1 else []
    return bool(named) and named[0] in DETERMINERS and all(word in _RENAMING for word in named)


def _of_one_before(reading: Reading, line: Line, kinds: Collection[str], groups: frozenset[str]) -> str:
    """The other thing that the "It" of a sentence means: the sentence before names it, and none of these groups.

    A name without a number that stands in it says of what kind that is: "It is of the class that we first showed with X …".
    """
    said = {one.thing.name for one in reading.statements if one.line is line and one.kind in kinds and one.thing}
    number = reading.place(line)
    if len(said) != 1 or not number or not line.folded.lower().startswith("it "):
        return ""
    (name,) = said
    if any(thing.name == name or (thing.group in groups and thing.version[:1].isdigit()) for thing in line.things):
        return ""
    before = reading.lines[number - 1].things
    return name if name in {thing.name for thing in before} and not any(thing.group in groups for thing in before) else ""


def _is_unlike(line: Line, thing: Thing) -> bool:
    """Whether a thing is only what another one is compared with, before the sentence speaks: "Unlike X, Y is …"."""
    return line.folded[: thing.start].strip().lower() in _SET_APART


def _is_quoted_in_frame(line: Line, groups: frozenset[str]) -> bool:
    """Whether all that a sentence says of a thing is quoted, and the rest says of what: "… is the subject of a phishing mail"."""
    quotes = [(found.start(), found.end()) for found in _QUOTED.finditer(line.folded)]
    things = [thing for thing in line.things if thing.group in groups]
    if not things or not all(any(start < thing.start < end for start, end in quotes) for thing in things):
        return False
    clause = plain_clause(_QUOTED.sub(" ", line.folded))
    words = clause.split()
    plain = _GOING_ON.isdisjoint(words) and not field_words(tuple(words))
    return plain and next(found_in(clause, ("frame",)), None) is not None


def _is_row_of_a_feature(reading: Reading, line: Line) -> bool:
    """Whether a row of a table tells of a feature, for its head says so: "| Feature | X |" above "| Citations | GA |"."""
    number = reading.place(line)
    first = number
    while first and reading.lines[first - 1].folded.startswith("|"):
        first -= 1
    head = reading.lines[first].folded.split("|")[1:2] if first < number and line.folded.startswith("|") else []
    cell = masked(line.folded.split("|")[1], (), frozenset()) if head else []
    return bool(head) and head[0].strip().lower() in _FEATURE_COLUMN and bool(cell) and not field_words(tuple(cell))
