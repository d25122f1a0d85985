"""Sentences of which no rule can say whether they claim a status: undecided, or quiet for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import Account, masked, plain_clause
from watcher.core.language.assertion import NEGATIONS, OPENINGS, is_strict, is_told_apart
from watcher.core.language.frames import frame_of
from watcher.core.language.lexicon import ROLES, Found, choice, clause_of, cue, found_in, word_set
from watcher.core.language.net import Net, Open, Quiet, names_alone, says_all
from watcher.core.language.reasons import field_words, is_in_passing
from watcher.core.language.surroundings import (
    affirmed_by,
    given_back,
    goes_on,
    incident_of,
    is_at_milestone,
    is_behind_a_mark,
    is_behind_another,
    is_foreign,
    is_only_reason,
    is_plain_beside,
    is_set_apart,
    outright_reason,
    reason_of_rest,
    said_below,
    tells_else,
    told_last,
)
from watcher.core.language.text import DETERMINERS, MODEL_NOUNS
from watcher.core.language.times import names_time
from watcher.core.language.vocabulary import ROLE_LISTS

if TYPE_CHECKING:
    from watcher.core.language.parse import Line, Reading, Statement

_HARD: Final = frozenset({"negated", "question", "conditional", "hearsay", "quoted"})
"""Manners that make a sentence quiet where the account does not contradict."""
_WEAK: Final = frozenset({"conditional", "quoted"})
"""Those of them that may mean something else: "the day on which it opens"; the maker quotes its own chief."""
_OF_PLANS: Final = frozenset({"planned", "wished", "conditional", "restricted", "partial", "quoted", "retold"})
"""Manners in which what is planned for a time may still be a promise."""
_OF_DAYS: Final = frozenset({"conditional", "retold"})
"""Manners in which a moment of a programme is told: "the day on which it opens", "until March 3, when we open it"."""
_OF_ALL: Final = re.compile(rf" {choice('of_all')}")
"""What makes a name before it the maker's: "all Claude users"."""
_INCLUDING: Final = word_set("including")
_WORDS_BEFORE: Final = 3
"""Words before a limit of which one may say that it is none."""
_OF_REASONS: Final = frozenset({"supposed", "undone"})
_OF_A_DENIAL: Final = frozenset({"negated", "conditional"})
"""Manners in which something is denied of today: "not available as of 14:00 UTC, pending a review"."""
_OF_TIMES: Final = frozenset({"supposed", "window"})
_MAY_BE_OF_TIME: Final = word_set("time_or_choice")
"""Words that are no condition where they go on from a time, or from everybody ("whether on Free or Pro")."""
_EVERY: Final = re.compile(choice("every_one"))
_OPENS_LATER: Final = re.compile(r"(?i)^\W*(?:when|once)\b(?! (?:again|more|you|we)\b)")
_APPOINTED: Final = cue("appointed", "before", "sentence")
_SENTENCES_BEFORE: Final = 2
"""Sentences with a name before one that may tell what it goes on to speak of."""
_MAX_SENTENCES: Final = 12
"""Sentences of a text up to which a thing that is named in one is what the text is about."""
_TO_COME: Final = word_set("future_question")
"""Words by which a question asks what will be."""
_BRIEF: Final = 8
"""Words of a sentence that is an answer of a few words."""
_BARE: Final = 3
"""Words and marks of a title that is a name alone, or a name with a word or two."""
_DESCRIBED: Final = DETERMINERS | word_set("of_two")
_BESIDE_A_GATE: Final = frozenset({"all", "ended"})
"""Reasons of words that count also where a rule has read the sentence as a gate."""
_PRESENT: Final = word_set("present_verb")
_EARLY: Final = 8
"""Words before a statement that stands in the clause which opens its sentence."""
_NOW: Final = word_set("now_word")
_NOBODY: Final = word_set("nobody_first")
_MEANT: Final = word_set("meant")
_GOING_AHEAD: Final = word_set("going_ahead")
_RULING_OUT: Final = word_set("ruling_out")
_FIRM: Final = word_set("firm_plan")
_OF_THIS_DAY: Final = word_set("this_day")
_LET_IN: Final = word_set("let_in")
_STAYING: Final = word_set("staying")
_STOPS: Final = cue("stops", "beside", "sentence")


def in_another_language(net: Net, reading: Reading) -> Open | None:
    """The first sentence that names one of the things, in a text in a language that is not read; None where it is English."""
    for line in reading.lines:
        if any(thing.group in net.groups for thing in line.things) and is_foreign(line):
            return Open(line.quote, net.first, ("its language",), "it is in a language that the rules do not read")
    return None


def _is_undone(net: Net, said: Statement, beside: list[Statement]) -> bool:
    """Whether it is only what another phrase of its sentence gives back: "ends | the withdrawal of X"."""
    start, stop = said.scene.start, said.scene.stop
    back = (one for one in beside if one.kind in net.back - {said.kind} and not one.manners and one.thing is said.thing)
    return any(one.scene.start < start and stop <= one.scene.stop for one in back)


def is_asked(line: Line) -> bool:
    """Whether a sentence is a question."""
    return line.folded.rstrip("\"')] ").endswith("?")


def looked_at(net: Net, reading: Reading) -> Iterator[Open | Quiet]:
    """Every sentence that speaks of the net's things in words of the question: open, or quiet with the reason."""
    if answered := _is_answered_no(net, reading) or _is_given_up(net, reading):
        yield Open(answered.quote, net.ended, ("no",), "it is asked or was hoped for, and the answer is no")
    for number, line in enumerate(reading.lines):
        if not (words := _of_question(net, reading, number)):
            continue
        here = [one for one in reading.statements if one.sentence == number and _is_about(net, one)]
        said = [one for one in here if one.kind in net.statuses and not _is_undone(net, one, here)]
        yield _judged(net, reading, line, said, words)


def mentioned(
    net: Net, reading: Reading, watched: frozenset[str], maker: re.Pattern[str] | None, quiet: frozenset[str]
) -> Open | Quiet | None:
    """The first sentence of a short text that names a thing and no other, where nothing else was made of the text.

    Quiet where the title, or each such sentence, gives a reason; None where there is none, or the text is long and its title
    names none. `watched` are the groups of all tracks of the signal; `maker` finds the maker, whose name alone is no other thing;
    `quiet` are sentences that have their reason already.
    """
    known = watched | {*ROLE_LISTS}
    lines = reading.lines if len(reading.lines) <= _MAX_SENTENCES else reading.lines[:1]
    below = lines[1:] if quiet else lines  # what a title heads has its reason then
    naming = [line for line in below if line.quote not in quiet and names_alone(net, line.things, known, maker)]
    open_yet = [line for line in naming if is_asked(line) and not tells_else(reading, line, net.groups)]
    asked = (lines[n + 1] for n, line in enumerate(lines[:-1]) if line in open_yet)
    told = [*(line for line in naming if not is_asked(line)), *(line for line in asked if not line.things)]
    if not told:
        return None
    titled = tells_else(reading, reading.title, net.groups)
    of_another = bool(reading.title.things) and all(one.group not in known for one in reading.title.things)
    reasons = [tells_else(reading, line, net.groups, beside=of_another) for line in told]
    if titled or all(reasons):
        return Quiet(told[0].quote, titled or reasons[0], net.first)
    return Open(own := said_below(told[0], lines).quote, net.first, (own,), "it speaks of the thing in words that no rule knows")


def _is_answered_no(net: Net, reading: Reading) -> Line | None:
    """The title that asks whether a thing will be open, where the text answers no; None for any other."""
    asked = is_asked(reading.title) and not _TO_COME.isdisjoint(plain_clause(reading.title.folded).split())
    named = any(thing.group in net.groups for thing in reading.title.things)
    if not (net.ended and asked and named and field_words(tuple(masked(reading.title.folded, reading.title.things, net.groups)))):
        return None
    answer = plain_clause(reading.lines[1].folded).split() if len(reading.lines) > 1 else []
    return reading.title if answer[:1] == ["no"] else None


def _is_given_up(net: Net, reading: Reading) -> Line | None:
    """A sentence that speaks of an opening and no question, before one of a few words that denies: "… We will not."."""
    if not net.ended:
        return None
    for one in reading.statements:
        follow = reading.lines[one.sentence + 1 : one.sentence + 2]
        brief = bool(follow) and not follow[0].things and len(follow[0].folded.split()) <= _BRIEF
        told = _is_about(net, one) and net.statuses.get(one.kind) == net.first and not is_asked(one.line)
        if brief and told and not NEGATIONS.isdisjoint(plain_clause(follow[0].folded).split()):
            return one.line
    return None


def _is_about(net: Net, said: Statement) -> bool:
    return said.thing is not None and said.thing.group in net.groups


def _of_question(net: Net, reading: Reading, number: int) -> tuple[Found, ...]:
    """Words of the question in a sentence that names, or means, one of the things; none where it does not."""
    line = reading.lines[number]
    named = any(thing.group in net.groups for thing in line.things)
    if not named and (_is_of_others(net, line) or not (_means(net, reading, number) or _is_headed(net, reading, number))):
        return ()
    return field_words(tuple(masked(line.folded, line.things, net.groups)))


def _is_of_others(net: Net, line: Line) -> bool:
    """Whether a sentence names something else before the first word of the question: it speaks of that."""
    others = tuple(one for one in line.things if one.group not in ROLE_LISTS and not _OF_ALL.match(line.folded, one.end))
    if not others:
        return False
    clause = clause_of(masked(line.folded, others, net.groups))
    first = next(iter(found_in(clause, ("field",))), None)
    # "Now available in the app: files for everyone": what a label names, the sentence is of.
    if first is None or ROLES["other"] in clause[: max(first.end, clause.find(" : "))]:
        return True
    rest = clause[first.end :]  # "the ground for releasing Y": what is done, is done to that
    return rest.startswith(ROLES["other"]) and {one.row.reason for one in field_words(tuple(rest.split()))} <= {""}


def _means(net: Net, reading: Reading, number: int) -> bool:
    """Whether a sentence without a thing goes on to speak of one that the title, or the last sentence that names any, names."""
    before = (line for line in reversed(reading.lines[:number]) if any(thing.group not in ROLE_LISTS for thing in line.things))
    lines = [*(line for _, line in zip(range(_SENTENCES_BEFORE), before, strict=False)), *(reading.lines[:1] if number else ())]
    named = [line for line in lines if any(thing.group in net.groups for thing in line.things)]
    if not named or (named == lines[:1] and _tells_of_another(net, reading, lines[0])):
        return False
    words = masked(reading.lines[number].folded, (), net.groups)
    nouns = (n for n, word in enumerate(words) if word in MODEL_NOUNS)
    described = any(_DESCRIBED.intersection(words[max(n - 2, 0) : n]) for n in nouns) and not _is_gated(net, reading, number)
    if described or _MEANT.intersection(words):
        return True
    found = field_words(tuple(words))
    bare = bool(found) and found[0].end == len(found[0].words) + 1  # "Public access begins today." goes on without a pronoun.
    if bare and not _NOW.isdisjoint(words):
        return True
    if not bare and _NOW.isdisjoint(words[:1]) and NEGATIONS.isdisjoint(words[:1]) and _is_only_means(net, lines):
        return False
    return any(one.row.reason for one in found)


def _tells_of_another(net: Net, reading: Reading, line: Line) -> bool:
    """Whether all that a sentence tells is told of another thing, and a bare name only says of what kind that is."""
    said = [one.thing for one in reading.statements if one.line is line and one.thing]
    versions = any(thing.version for thing in line.things if thing.group in net.groups)
    return bool(said) and not versions and all(thing.group not in net.groups for thing in said)


def _is_only_means(net: Net, lines: list[Line]) -> bool:
    """Whether sentences name the thing only as that with which something else is done: "29 were reported by us using X."."""
    named = [masked(line.folded, line.things, net.groups) for line in lines]
    return all(words[0] != "|" and is_in_passing(words) for words in named if ROLES["it"] in words)


def _is_headed(net: Net, reading: Reading, number: int) -> bool:
    """Whether a sentence without a thing speaks of one: a phrase is said of it, or the title names it and stands over this."""
    said = [one for one in reading.statements if one.sentence == number and one.kind in net.statuses]
    if any(_is_about(net, one) for one in said):
        return True
    if not any(thing.group in net.groups for thing in reading.title.things):
        return False
    words = field_words(tuple(masked(reading.lines[number].folded, (), net.groups)))
    bare = _is_bare(reading.title) and not _is_gated(net, reading, number)
    return bare or any(one.thing is None for one in said) or any(one.row.reason for one in words)


def _is_gated(net: Net, reading: Reading, number: int) -> bool:
    return any(one.sentence == number and one.kind in net.gates for one in reading.statements)


def _is_bare(title: Line) -> bool:
    """Whether a title is a name and hardly more: all that stands below is said of it."""
    return len(masked(title.folded, title.things, frozenset())) <= _BARE


def _judged(net: Net, reading: Reading, line: Line, said: list[Statement], words: tuple[Found, ...]) -> Open | Quiet:
    """What is made of a sentence; one that only asks, supposes or denies is open where the next words affirm it, or say more."""
    one = _judged_alone(net, reading, line, said, words)
    end = min((each.scene.tokens[each.scene.stop - 1].end for each in said), default=0)
    if isinstance(one, Open) or not (affirmed := affirmed_by(reading, line) or goes_on(line, end, net.groups)):
        return one
    status = one.status if one.status != net.first else _status_of(net, {one.row.reason for one in words})
    return Open(line.quote, status, (affirmed,), f"it goes on: {affirmed}")


def _status_of(net: Net, kinds: set[str]) -> str:
    """The status that words of the question ask about."""
    return net.taken if "taken" in kinds else (net.ended if "ended" in kinds else "") or net.first


def _judged_alone(net: Net, reading: Reading, line: Line, said: list[Statement], words: tuple[Found, ...]) -> Open | Quiet:
    if outright := "it is a question" if is_asked(line) else outright_reason(reading, line, net.groups):
        return Quiet(line.quote, outright, net.first)
    if judged := [_of_statement(net, reading, line, one) for one in said]:
        return _of_judged(net, reading, line, said, judged, words)
    kinds = {one.row.reason for one in words}
    if why := reason_of_rest(reading, line, net.groups, net.statuses, kinds):
        return Quiet(line.quote, why, net.first)
    shown = tuple(dict.fromkeys(one.words for one in words))
    others = [one for one in reading.statements if one.line is line and one.kind in net.statuses and one.thing is not None]
    plain = {ROLES["it"], "one", *_MEANT}.isdisjoint(masked(line.folded, line.things, net.groups))
    if plain and says_all([one.words for one in others], shown):
        return Quiet(line.quote, "all of it is told of another thing", net.first)
    strong = not others and not kinds.isdisjoint(_BESIDE_A_GATE)
    return Open(line.quote, _status_of(net, kinds), shown, f"no rule knows how it speaks: {', '.join(shown)}", bound=strong)


def _of_judged(
    net: Net, reading: Reading, line: Line, said: list[Statement], judged: list[Open | Quiet], words: tuple[Found, ...]
) -> Open | Quiet:
    """What is made of a sentence whose statements were judged, each by itself: open where one is, or where the rest says more."""
    opened = [one for one in judged if isinstance(one, Open)]
    if opened:
        return min(opened, key=lambda one: len(one.unexplained))
    if ended := tuple(one.words for one in words if one.row.reason == "ended"):
        return Open(line.quote, net.ended or net.first, ended, f"it also speaks of an end: {', '.join(ended)}")
    if other := _unbound(net, reading, line, said):
        return Open(
            line.quote, net.statuses[other.kind], (other.words,), f"no rule knows of what \u201c{other.words}\u201d is said"
        )
    beside = _beside_an_aside(line, said, net.groups) if net.first in {one.status for one in judged} else ()
    return Open(line.quote, net.first, beside, f"no rule knows how it goes on: {', '.join(beside)}") if beside else judged[0]


def _unbound(net: Net, reading: Reading, line: Line, said: list[Statement]) -> Statement | None:
    """A plain statement that no thing is bound to, and that says something else than those of the things beside it do."""
    kinds = {one.kind for one in said}
    free = (one for one in reading.statements if one.line is line and one.thing is None and not one.phrase.modifier)
    here = (one for one in free if one.kind in net.statuses and one.kind not in kinds)
    return next((one for one in here if not one.manners and not one.account.taken), None)


def _of_statement(net: Net, reading: Reading, line: Line, said: Statement) -> Open | Quiet:
    """What the account makes of one statement that no rule took."""
    found = said.account
    if denied := _denied(net, line, said):
        return denied
    if _is_plan(net, reading, line, said) or (net.planned and found.taken == {"window"} and not said.is_past):
        return _of_plan(net, reading, line, said)
    if _is_hard(net, said) and (found.taken or found.unexplained) and not (found.present and found.unexplained):
        return Quiet(line.quote, f"\u201c{said.words}\u201d is {' and '.join(sorted(said.manners))}", net.statuses[said.kind])
    ahead = net.planned == net.statuses[said.kind] and found.taken == {"past"}  # "will have it, the day we drop the checks"
    if found.taken and not _is_doubtful(net, said) and not ahead and not _is_of_everyone(found):
        return Quiet(
            line.quote, f"it is {' and '.join(sorted(found.taken))}: {', '.join(found.because)}", net.statuses[said.kind]
        )
    words = found.unexplained or found.because or tuple(sorted(said.manners))
    if words:
        return Open(line.quote, net.statuses[said.kind], words, f"not explained: {', '.join(words)}")
    return _of_whole(net, reading, line, said)


def _denied(net: Net, line: Line, said: Statement) -> Open | None:
    """What tells something though it is denied, or told of what was: that nothing will be open, or that what was is no more."""
    if net.statuses[said.kind] == net.taken and (words := told_last(said)):
        return Open(line.quote, net.taken, words, f"not explained: {', '.join(words)}")
    if net.statuses[said.kind] != net.first:
        return None
    if net.ended and _is_ruled_out(line, said):
        return Open(line.quote, net.ended, (said.words,), f"\u201c{said.words}\u201d is ruled out for the whole line")
    if net.taken and said.manners & {"negated", "retold"} and next(found_in(plain_clause(line.folded), ("until_now",)), None):
        status = net.first if "negated" in said.manners else net.taken
        return Open(line.quote, status, (said.words,), f"\u201c{said.words}\u201d is told of a time that ends today")
    if net.taken and "negated" in said.manners and (_is_to_return(line) or _is_denied_for_now(net, line, said)):
        return Open(line.quote, net.taken, (said.words,), f"\u201c{said.words}\u201d is denied of what may have been so before")
    return None


def _is_to_return(line: Line) -> bool:
    """Whether a sentence speaks of what was taken away: of its return, or that it is there no more."""
    return next(found_in(plain_clause(line.folded), ("to_return",)), None) is not None


def _is_denied_for_now(net: Net, line: Line, said: Statement) -> bool:
    """Whether it denies of today that a thing is open to all, where no rule takes that: "X is currently not open to all"."""
    plain = said.kind in OPENINGS and "negated" in said.manners <= _OF_A_DENIAL and not net.hears_denials
    return plain and next(found_in(plain_clause(line.folded), ("for_now",)), None) is not None


def _is_hard(net: Net, said: Statement) -> bool:
    """Whether its manner alone says that it claims nothing: that it is denied, asked or heard, or strictly conditional."""
    hard = _HARD & said.manners
    taken = net.statuses[said.kind] in {net.taken, net.ended} or _STOPS.search(said.line.folded)
    if taken and hard == {"conditional"} and (" pending " in said.line.folded or _stays(said)):
        return False  # "withdrawn pending a review" is withdrawn
    if net.statuses[said.kind] == net.taken and hard == {"negated"} and said.words.lower().split()[0] in _NOBODY:
        return False  # "requests are refused, and nobody can use it"
    if "hearsay" in hard and hard <= {"hearsay", "conditional"} and is_told_apart(said.scene):
        return False  # "Fixed …: it is switched off for everyone"
    if hard and hard <= {"conditional", "hearsay"} and is_set_apart(said.scene, _MAY_BE_OF_TIME):
        return False
    if hard <= {"conditional", "hearsay"} and (is_plain_beside(said.scene) or is_behind_another(said.scene)):
        return False
    first = "," not in said.line.folded[: said.scene.tokens[said.scene.start].start]
    opens = first and _OPENS_LATER.match(said.line.folded) is not None
    return bool(hard - _WEAK) or (bool(hard) and (opens or is_strict(said.scene, said.phrase)))


def _is_plan(net: Net, reading: Reading, line: Line, said: Statement) -> bool:
    """Whether it tells of what is to come: plainly, or for a time and not for certain or not for all."""
    if (
        net.planned
        and (said.window or _is_timed_beside(reading, line))
        and "planned" in said.manners
        and said.manners <= _OF_PLANS
    ):
        return True
    if net.planned and "conditional" in said.manners <= _OF_DAYS and _is_appointed(said) and not said.is_past:
        return True
    return said.manners == {"planned"} or (net.statuses[said.kind] == net.planned and not _HARD & said.manners)


def _beside_an_aside(line: Line, said: list[Statement], groups: frozenset[str]) -> tuple[str, ...]:
    """Words of everybody behind an opening clause of the past that alone says it: "After we opened X to all, X is in every …"."""
    end = max(one.scene.tokens[one.scene.stop - 1].end for one in said)
    at = line.folded.find(", ", end)
    named = at >= 0 and any(thing.group in groups for thing in line.things if thing.start > at)
    if not named or any(one.account.taken != {"past"} or one.scene.start > _EARLY for one in said):
        return ()
    found = field_words(tuple(masked(line.folded[at:], (), groups)))
    return tuple(dict.fromkeys(one.words for one in found if one.row.reason == "all"))


def _is_appointed(said: Statement) -> bool:
    """Whether it is told as a moment of a programme, and not as a condition: "on the first day, the moment when X opens"."""
    return _APPOINTED.search(said.scene.sentence[: said.scene.tokens[said.scene.start].start]) is not None


def _is_ruled_out(line: Line, said: Statement) -> bool:
    """Whether it "will not be" for a name without a version or with a day, or is called off; that nobody plans it is less."""
    named = said.thing is not None and not said.thing.version
    before = {token.text for token in said.scene.tokens[: said.scene.start]}
    called_off = bool(before & _GOING_AHEAD)
    ruled_out = bool(before & _RULING_OUT)
    dated = ruled_out and "never" not in before and names_time(line.folded)  # a promise with a day is taken back
    return said.manners == {"negated", "planned"} and ((named and ruled_out) or called_off or dated)


def _of_whole(net: Net, reading: Reading, line: Line, said: Statement) -> Open | Quiet:
    """A statement that is explained in full, and that no rule took: what stands beside it contradicts, or is wanting."""
    words = frame_of(reading, line.quote) or incident_of(reading, line.quote) or tuple(sorted(net.gates & reading.kinds))
    if not words and net.statuses[said.kind] == net.taken:
        words = given_back(reading, line.quote)
    if words:
        return Open(line.quote, net.statuses[said.kind], words, f"the text also speaks of: {', '.join(words)}")
    return Open(line.quote, net.statuses[said.kind], (said.words,), f"no rule takes \u201c{said.words}\u201d as it is said here")


def _of_plan(net: Net, reading: Reading, line: Line, said: Statement) -> Open | Quiet:
    """A plan to end or to take away, one for a time, and a plain one without a time ask a person; any other is none."""
    if net.ended and net.statuses[said.kind] == net.ended:
        return Open(line.quote, net.ended, said.account.unexplained or (said.words,), f"\u201c{said.words}\u201d is planned")
    if net.statuses[said.kind] == net.taken and "wished" not in said.manners:
        return Open(line.quote, net.taken, said.account.unexplained or (said.words,), f"\u201c{said.words}\u201d is to come")
    timed = said.window or names_time(line.folded) or _is_appointed(said) or _is_timed_beside(reading, line)
    sure = not _FIRM.isdisjoint(token.text for token in said.scene.tokens[: said.scene.stop])
    borne = {"planned", "supposed"} if sure and is_at_milestone(said.scene) else {"planned"}
    certain = said.manners <= {"planned"} and (sure or not said.account.unexplained) and not said.account.taken - borne
    if net.planned and not timed and certain and net.statuses[said.kind] in {net.first, net.planned}:
        return Open(line.quote, net.planned, (said.words,), f"\u201c{said.words}\u201d is promised, and no time is named")
    if not net.planned or not timed:
        return Quiet(line.quote, f"\u201c{said.words}\u201d is planned, and no time is named", net.statuses[said.kind])
    words = said.account.unexplained or said.account.because or (said.words,)
    return Open(line.quote, net.planned, words, f"not explained: {', '.join(words)}")


def _is_timed_beside(reading: Reading, line: Line) -> bool:
    """Whether the sentence before or behind one is a time and hardly more: "In the third quarter. We will open it to all."."""
    number = reading.place(line)
    near = reading.lines[max(number - 1, 1) : number + 2]
    return any(one is not line and len(one.folded.split()) <= _BRIEF and names_time(one.folded) for one in near)


def _is_of_everyone(found: Account) -> bool:
    """Whether what limits a statement leaves nobody out: "off for all verified organizations"."""
    return found.taken == {"limited"} and any(_EVERY.search(words) for words in found.because)


def _is_from_all(said: Statement) -> bool:
    """Whether it is taken from all, and only a programme, or that they were let in, limits who these are."""
    limits = said.account.because
    return _EVERY.search(said.words) is not None and all("the programme" in one or _LET_IN & {*one.split()} for one in limits)


def _is_of_included(said: Statement) -> bool:
    """Whether what limits a statement only names some of those for whom it holds: "open to all, including hospitals"."""
    clause = plain_clause(said.line.folded)
    places = [clause.find(words) for words in said.account.because]
    return all(at >= 0 and not _INCLUDING.isdisjoint(clause[:at].split()[-_WORDS_BEFORE:]) for at in places)


def _stays(said: Statement) -> bool:
    """Whether it is told to stay as it is, whatever might end that: "unless the order is lifted, X stays | suspended"."""
    return " until then " in said.line.folded or not _STAYING.isdisjoint(
        token.text for token in said.scene.tokens[max(said.scene.start - 1, 0) : said.scene.start + 1]
    )


def _is_doubtful(net: Net, said: Statement) -> bool:
    """Whether a cue that takes the statement back may mean something else in the sentence."""
    found = said.account
    takes = net.statuses[said.kind] == net.taken
    if (takes and (found.taken == {"fault"} or _stays(said))) or ((takes or found.taken <= _OF_REASONS) and is_only_reason(said)):
        return True  # "disabled until Monday", or because of a bug, is disabled
    if found.taken == {"limited"} and ((takes and _is_from_all(said)) or _is_of_included(said)):
        return True  # "suspended for all organizations in our programme": nobody else had it
    apart = (found.taken <= {"undone", "supposed"} and (is_told_apart(said.scene) or is_behind_a_mark(said))) or (
        found.taken == {"supposed"} and is_set_apart(said.scene, _MAY_BE_OF_TIME)
    )
    # "When we launched it this morning, we opened it to all"
    apart |= found.taken == {"past"} and not _OF_THIS_DAY.isdisjoint(plain_clause(said.line.folded).split())
    if apart or (found.taken & {"planned"} and "planned" not in said.manners):
        return True
    if found.taken <= _OF_TIMES and "supposed" in found.taken and set(found.because) <= _MAY_BE_OF_TIME:
        return "whether" in found.because or names_time(said.line.folded)  # "on July 7, when every customer can turn it on"
    if not found.unexplained:
        return False
    before = [token.text for token in said.scene.tokens[max(said.scene.start - 4, 0) : said.scene.start + 1]]
    now = bool(_PRESENT.intersection(before)) and not found.taken & {"supposed", "undone", "fault"}
    return found.present or found.taken == {"limited"} or now
