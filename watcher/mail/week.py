"""The week in words: what was told in it, and a subject of the answers that says what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from watcher.core.model import Change, Digest, Standing, Transition, Verdict, capitalised
from watcher.mail.changes import named_detail, over_in_words
from watcher.mail.changes import title as change_title
from watcher.mail.context import MailContext, Recipient, told_at_once, transitions_for
from watcher.mail.letter import several, shortened
from watcher.mail.standings import standing_of
from watcher.mail.subject_line import MAX_SUBJECT_LENGTH, fitting, headline, is_beside, is_headline, rank, track_in_a_sentence
from watcher.wording import STANDINGS, changed_details, count, how_sure, lowered

MOST_ANSWERS = 8
"""Signals whose answers one line holds; it counts the others."""
NEW, CORRECTED = "new: ", "corrected: "


class Level(Enum):
    """How much of the news of a signal a week's subject has room for."""

    WHOLE = auto()
    NAMED = auto()
    """Details without their units."""
    VALUES = auto()
    """Details without their names, too."""
    FIRST = auto()
    """The first change alone, and how many more there are."""
    FIRST_VALUES = auto()
    UNDER_ITS_NAME = auto()
    """The same under the name of the signal, without its answer."""
    NUMBERS = auto()


FIRST_ALONE = frozenset({Level.FIRST, Level.FIRST_VALUES, Level.UNDER_ITS_NAME})


def by_change(told: Sequence[Transition]) -> list[list[Transition]]:
    """Tracks of a signal that moved together are one change: one suspension is not counted twice. A flag stands alone."""
    found: dict[tuple[object, ...], list[list[Transition]]] = {}
    changes: list[list[Transition]] = []
    for each in told:
        groups = found.setdefault((each.signal, each.at, each.effective_at, each.kind is Change.FLAG), [])
        if not groups or each.event or each.track in {one.track for one in groups[-1]}:
            groups.append([])
            changes.append(groups[-1])
        groups[-1].append(each)
    return changes


def how_many(told: Sequence[Transition]) -> str:
    """`No answer changed`, `One change was told`, `2 changes and one flag were told; one flag ended`."""
    every = by_change(told)
    changes = [each for each in every if not is_end_of_flag(each[0])]
    ended = len(every) - len(changes)
    over = f"; {'one flag' if ended == 1 else count(ended, 'flag')} ended" if ended else ""
    flags = sum(1 for each in changes if each[0].kind is Change.FLAG)
    moves = len(changes) - flags
    flagged = {0: "", 1: "one flag"}.get(flags, count(flags, "flag"))
    if not moves:
        told_flags = f"; {flagged} {'was' if flags == 1 else 'were'} told" if flags else ""
        return f"No answer changed{told_flags}{over}"
    words = "One change" if moves == 1 else count(moves, "change")
    return f"{words}{f' and {flagged}' if flags else ''} {'was' if len(changes) == 1 else 'were'} told{over}"


def is_end_of_flag(change: Transition) -> bool:
    """Whether it tells that a flag is down."""
    return change.kind is Change.FLAG and not change.after


def what_happened(told: Sequence[Transition], context: MailContext, *, brief: bool = False) -> str:
    """The news of each signal in the order of telling: `Gadget: open to all; then suspended; then no longer suspended: open`.

    What a track said last is not repeated. In `brief` the end of a step back is told in its ladder's words: `back: open`.
    """
    news: dict[str, list[tuple[set[str], str]]] = {}
    for group in sorted(by_change(told), key=lambda one: (one[0].at, rank(one[0], context))):
        leads = [each for each in group if is_headline(each, context)][:1] or group
        words = " and ".join(dict.fromkeys(_told_of(each, context, brief=brief) for each in leads))
        tracks, before = {each.track for each in group}, news.setdefault(group[0].signal, [])
        if words != next((last for held, last in reversed(before) if held & tracks), ""):
            before.append((tracks, words))
    return ". ".join(f"{context.title_of(signal)}: {'; then '.join(words for _, words in each)}" for signal, each in news.items())


def _told_of(each: Transition, context: MailContext, *, brief: bool = False) -> str:
    """One change inside a sentence: `published: Evaluation of Gadget`, `no longer suspended: open to all`."""
    signal = context.signals.get(each.signal)
    if each.event and each.kind is Change.NEXT:
        return f"published: {change_title(each, context)}"
    words = change_title(each, context) if each.event else headline(each, context, {})
    over = over_in_words(each, context, brief=brief)
    told = f"{lowered(over, signal)}{lowered(words, signal).partition('; ')[0]}"
    return f"{told}{how_sure(each, told)}"


def answers(verdicts: Sequence[Verdict], context: MailContext) -> str:
    """Every answer in a word, and what it is said of where that is unclear: `Senate vote: No; Papers: Yes (2 papers)`."""
    told = [
        f"{context.title_of(each.signal)}: {each.word or each.headline_label}{f' ({each.means})' if each.means else ''}"
        for each in verdicts[:MOST_ANSWERS]
    ]
    more = [f"and {len(verdicts) - MOST_ANSWERS} more"] if len(verdicts) > MOST_ANSWERS else []
    return "; ".join((*told, *more))


# The subject of a week.


def week_subject(digest: Digest, context: MailContext, reader: Recipient, verdicts: Sequence[Verdict], unseen: str) -> str:
    """`No Senate vote; Mythos class only; no paper; unchanged, week to 3 Aug`, or first what is new: the fullest line that fits.

    `unseen`: `3 sources cannot be seen`; who cannot see does not say that nothing changed, nor who was told a detail at once.
    """
    local = digest.at.astimezone(reader.zone)
    day = f"{local.day} {local:%b}"
    lost = f"; {unseen.replace(' cannot be seen', ' unseen')}"
    ends = (f"{lost}, week to {day}", f"{lost}, {day}", f", week to {day}") if unseen else (f", week to {day}",)
    mine = [each for each in digest.told if reader.wants(each.signal)]
    told = [each for each in mine if not is_end_of_flag(each)] or mine  # a subject has no room for what is over
    details = details_of_the_week(digest, context, reader)
    still = "" if unseen or told_at_once(digest, reader) else "; unchanged"
    news = told or details
    lines = _news_lines(told, details, context, verdicts) if news else _quiet_lines(verdicts, context, still)
    whole = [f"{capitalised(line)}{end}" for line in lines for end in ends]
    return fitting(whole) or shortened(whole[-1], MAX_SUBJECT_LENGTH)


def details_of_the_week(digest: Digest, context: MailContext, reader: Recipient) -> list[Transition]:
    """What was worth no message of its own: what changed before what was flagged."""
    return sorted(transitions_for(digest, reader), key=lambda each: (each.kind is Change.FLAG, rank(each, context)))


def _quiet_lines(verdicts: Sequence[Verdict], context: MailContext, still: str) -> Iterator[str]:
    """The answers of a week without news; of many signals, or long ones, that no answer changed."""
    if len(verdicts) <= MOST_ANSWERS:
        stood = "; ".join(brief_answer(each, context) for each in verdicts)
        yield f"{stood}{still}"
        yield stood
    yield "no answer changed"


def _news_lines(
    told: Sequence[Transition], details: Sequence[Transition], context: MailContext, verdicts: Sequence[Verdict]
) -> Iterator[str]:
    """What is new beside the answers that stay, then less and less of it."""
    moved = {each.signal for each in (*told, *details)}
    start = CORRECTED if any(each.kind is Change.CORRECTION for each in told) else NEW
    stay = [brief_answer(each, context) for each in verdicts if each.signal not in moved]
    others = f". {capitalised('; '.join(stay))}" if 0 < len(stay) <= MOST_ANSWERS else ""
    mine = [each for each in verdicts if each.signal in moved]
    for level in Level if len(mine) <= MOST_ANSWERS else ():
        news = "; ".join(_news(each, told, details, context, level) for each in mine)
        yield from [f"{start}{news}{others}"] * bool(others)
        yield f"{start}{news}"
    if told and len(mine) <= MOST_ANSWERS:  # a detail leaves the answer as it was
        first = [each for each in mine if each.signal in {one.signal for one in told}]
        yield f"{start}{'; '.join(_news(each, told, (), context, Level.NUMBERS) for each in first)}"
    numbers = _in_numbers(told, details)
    yield f"{numbers} of {several(list(dict.fromkeys(context.title_of(each.signal) for each in (*told, *details))))}"
    yield numbers


def _news(verdict: Verdict, told: Sequence[Transition], details: Sequence[Transition], context: MailContext, level: Level) -> str:
    """What is new of a signal and the answer beside which it is: `Gadget 2 and $8/$40 (Mythos class only)`."""
    mine, beside = ([each for each in some if each.signal == verdict.signal] for some in (told, details))
    flags, moves = ([each for each in mine if (each.kind is Change.FLAG) is flag] for flag in (True, False))
    last = next(reversed(by_change(moves)), [])
    answered, under = any(is_headline(each, context) for each in last), ""
    if level is Level.NUMBERS:
        words = [_in_numbers([*flags, *(each for each in moves if each.event or not answered)], beside)]
    else:
        new = [*(each for each in (*last, *flags) if not answered or each.event or each in flags), *beside]
        about = [each for each in new if not _is_aside(each, context)]
        under = track_in_a_sentence(new[0], context) if new and not about and len({each.track for each in new}) == 1 else ""
        kept = about or new
        shown = kept[:1] if level in FIRST_ALONE else kept
        words = [piece for each in shown for piece in _pieces(each, context, level)]
        words += [f"{len(new) - len(shown)} more"] * (len(shown) < len(new))
    alone = level is Level.UNDER_ITS_NAME and any(words)
    name = under or (context.title_of(verdict.signal) if alone else "")
    if name:
        return f"{name}: {several(words)}"
    stood = brief_answer(verdict, context)
    aside = stood.replace(" (", ", ").removesuffix(")")
    return f"{several(words)} ({aside})" if any(words) else stood


def _is_aside(each: Transition, context: MailContext) -> bool:
    """Whether it is a detail, flag or question of a track of which the answer does not speak, and would be taken for its own."""
    return each.kind in {Change.DETAIL, Change.FLAG, Change.UNDECIDED} and not each.event and is_beside(each, context)


def _pieces(each: Transition, context: MailContext, level: Level) -> list[str]:
    """One change behind the answer of its signal: `Gadget 2` and `price $8/$40 a million tokens`, or `Gadget 2` and `$8/$40`."""
    if changed := changed_details(each):
        if level in {Level.VALUES, Level.FIRST_VALUES}:
            return [context.detail(each, one.name, one.value)[1] for one in changed]
        units = {one.name: f" {context.unit(each, one.name)}" for one in changed if level is not Level.WHOLE}
        named = ((one.name, named_detail(each, one, context).removeprefix("now ")) for one in changed)
        return [words.removesuffix(units.get(name, "")) for name, words in named]
    if each.kind is Change.NEXT and level is not Level.WHOLE and each.details.get("object"):
        about = str(each.details["object"])
        return [about if level in {Level.VALUES, Level.FIRST_VALUES} else f"{context.noun(each)} on {about}"]
    if each.kind in {Change.FLAG, Change.UNDECIDED}:
        return [lowered(change_title(each, context), context.signals.get(each.signal))]
    return [change_title(each, context) if each.event else _told_of(each, context, brief=True)]


def _in_numbers(told: Sequence[Transition], details: Sequence[Transition]) -> str:
    """`2 changes and one flag`; empty where there is nothing."""
    changes = by_change(told)
    flags = sum(1 for each in changes if each[0].kind is Change.FLAG)
    found = ((len(changes) - flags, "change"), (flags, "flag"), (len(details), "detail"))
    return several(["one " + noun if many == 1 else count(many, noun) for many, noun in found if many])


def brief_answer(verdict: Verdict, context: MailContext) -> str:
    """The answer in the fewest words that its headline declares, else its word behind the title; what is not sure says so."""
    told = verdict.brief or f"{context.title_of(verdict.signal)}: {verdict.word or verdict.headline_label}"
    standing = standing_of(verdict, context)
    sure = STANDINGS[standing].word.lower()
    weak = standing in {Standing.PROVISIONAL, Standing.REPORTED} and sure.removesuffix("ed") not in told.casefold()
    return f"{told} ({sure})" if weak else told
