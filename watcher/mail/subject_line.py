"""The subject line: the news itself, on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.core.decision.decide import headline_of
from watcher.core.model import Change, Digest, Transition, capitalised
from watcher.mail.changes import is_taken_back, named_detail, over_in_words, told_tally
from watcher.mail.changes import title as change_title
from watcher.mail.context import MailContext
from watcher.mail.letter import several, shortened
from watcher.wording import changed_details, count, how_sure, lowered

MAX_SUBJECT_LENGTH = 100
AS_BEFORE = ", as before"
MAX_NAMES_LENGTH = 43
"""Characters of the names of signals beside the news; longer ones are counted, for they may not take its place."""
ORDER = (
    Change.CORRECTION,
    Change.STEP_BACK,
    Change.NEXT,
    Change.ADVANCE,
    Change.RAISED,
    Change.FLAG,
    Change.DETAIL,
    Change.UNDECIDED,
)


def weight(transition: Transition) -> tuple[bool, bool, int]:
    """For sorting: what is worth a message, then what is urgent, then by kind."""
    rank = ORDER.index(transition.kind) if transition.kind in ORDER else len(ORDER)
    return not transition.mail, not transition.urgent, rank


def rank(transition: Transition, context: MailContext) -> tuple[bool, bool, int, bool]:
    """For sorting: by weight, and of equal ones first what is about the track that the headline speaks of."""
    return *weight(transition), not asks_for(transition, context)


def subject(changes: Sequence[Transition], context: MailContext, before: Mapping[str, str], words: Mapping[str, str]) -> str:
    """`Senate vote: Yes. Passed by the Senate, 60-40`; other signals that moved too are named at the end.

    `before`: the headline that each signal had, as `headlines_before` tells; `words`: the answer of each signal in a word.
    """
    lead = min(changes, key=lambda each: rank(each, context))
    others = dict.fromkeys(context.title_of(each.signal) for each in changes if each.mail and each.signal != lead.signal)
    also = f"; also {named_or_counted(list(others), 'other signal')}" if others else ""
    told, most = news(lead, context, before, words), MAX_SUBJECT_LENGTH - len(also)
    if len(told) > most:
        told = _briefer(told, lead, context, most)
    return f"{shortened(told, most)}{also}"


def named_or_counted(names: list[str], noun: str) -> str:
    """Names as a sentence has them, so that no two subjects are alike; by number where they take too much room."""
    told = several(names)
    return told if len(told) <= MAX_NAMES_LENGTH else count(len(names), noun)


def _briefer(told: str, lead: Transition, context: MailContext, most: int) -> str:
    """The same in fewer words: the name of what was published before what it says, what changed before on which track."""
    if lead.event:
        named = told.rpartition(", ")[0] or told
        return named if len(named) <= most or lead.title not in named else named.replace(lead.headline_label, lead.title)
    if (over := over_in_words(lead, context)) and f". {over}" in told:
        word, _, rest = told.partition(f". {over}")
        return f"{word}. {capitalised(f'{over_in_words(lead, context, brief=True)}{rest}')}"
    if not changed_details(lead):
        return told
    short = told.replace(AS_BEFORE, "", 1)
    track = f". {context.track_title(lead.signal, lead.track)}: "
    shorter = (short, now_of(told, track, ". "), now_of(short, track, ". "))
    return next((each for each in shorter if len(each) <= most), shorter[-1])


def now_of(told: str, track: str, start: str = "") -> str:
    """The words without the track of which they tell: `Now Claude Fable 5.2`."""
    return told.replace(f"{track}now ", track, 1).replace(track, f"{start}Now ", 1)


def news(lead: Transition, context: MailContext, before: Mapping[str, str], words: Mapping[str, str]) -> str:
    """One change with its signal, its standing where it is not confirmed, and that it is a correction where it is."""
    start = "Correction, " if lead.kind is Change.CORRECTION else ""
    told = answered(lead, context, before, words)
    if not changed_details(lead):
        told = told.partition("; ")[0]
    shown = told if told[:1].isupper() and ". " in told else lowered(told, context.signals.get(lead.signal))
    return f"{start}{context.title_of(lead.signal)}: {shown}{how_sure(lead, told)}"


def answered(lead: Transition, context: MailContext, before: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The news after the answer in a word: `Yes. The Senate has passed the bill, 60-40`; what moves no answer stands alone."""
    told, word = headline(lead, context, before), words.get(lead.signal, "")
    beside = lead.kind is Change.FLAG and before.get(lead.signal) == lead.headline
    if word and (beside or changed_details(lead)):
        return f"{word}{AS_BEFORE}. {capitalised(told)}"
    if not word or lead.kind in {Change.FLAG, Change.DETAIL, Change.UNDECIDED}:
        return told
    if over := over_in_words(lead, context):
        return f"{word}. {over}{lowered(told, context.signals.get(lead.signal))}"
    return f"{word}. {capitalised(told)}"


def headline(lead: Transition, context: MailContext, before: Mapping[str, str]) -> str:
    """The signal's headline where this change made it, else the change itself under its track's name."""
    made = before.get(lead.signal) != lead.headline or lead.kind is Change.RAISED
    if made and is_headline(lead, context):
        votes = told_tally(lead)
        more = votes or lowered(context.outcome(lead), context.signals.get(lead.signal)).rstrip(".")
        named = lead.event and lead.title not in lead.headline_label  # what was published is the news: a version, a title
        label = f"{lead.headline_label}: {lead.title}" if named else lead.headline_label
        return f"{label}, {more}" if more and more not in label else label
    if changed := changed_details(lead):
        told = several([named_detail(lead, each, context) for each in changed])
        return f"{context.track_title(lead.signal, lead.track)}: {told}"
    words = change_title(lead, context)
    if lead.kind is Change.FLAG or lead.event:
        return words
    return f"{context.track_title(lead.signal, lead.track)}, {lowered(words, context.signals.get(lead.signal))}"


def is_headline(lead: Transition, context: MailContext) -> bool:
    """Whether the headline that holds asks for the very status that this change reached."""
    if lead.kind in {Change.FLAG, Change.DETAIL, Change.UNDECIDED} or is_taken_back(lead):
        return False
    return asks_for(lead, context)


def asks_for(lead: Transition, context: MailContext) -> bool:
    """Whether the headline that holds asks for the status in which this change left its track."""
    if lead.signal not in context.signals:
        return False
    lines = (line for line in context.signals[lead.signal].headlines if line.id == lead.headline)
    return any(lead.after in part.get(lead.track, ()) for line in lines for part in (line.when, line.any_of))


def headlines_before(digest: Digest, context: MailContext) -> dict[str, str]:
    """The headline that each signal had before the changes of a digest."""
    was: dict[tuple[str, str], str] = {}
    for change in digest.transitions:
        if change.kind not in {Change.FLAG, Change.UNDECIDED} and change.before:
            was.setdefault((change.signal, change.track), change.before)
    return {
        verdict.signal: headline_of(
            context.signals[verdict.signal],
            verdict.tracks,
            **{track: status for (signal, track), status in was.items() if signal == verdict.signal},
        ).id
        for verdict in digest.verdicts
        if verdict.signal in context.signals
    }


# What a week has told, in words.


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
    """`No answer changed`, `One change was told`, `2 changes and one flag were told`: a flag changes no answer."""
    changes = by_change(told)
    flags = sum(1 for each in changes if each[0].kind is Change.FLAG)
    moves = len(changes) - flags
    flagged = {0: "", 1: "one flag"}.get(flags, count(flags, "flag"))
    if not moves:
        return f"No answer changed; {flagged} {'was' if flags == 1 else 'were'} told" if flags else "No answer changed"
    words = "One change" if moves == 1 else count(moves, "change")
    return f"{words}{f' and {flagged}' if flags else ''} {'was' if len(changes) == 1 else 'were'} told"


def what_was_told(told: Sequence[Transition], context: MailContext) -> str:
    """`No answer changed`, `One change was told. Senate vote: the bill has passed`, `4 changes were told of Gadget and Gizmo`."""
    if len(by_change(told)) <= 1:
        return f"{how_many(told)}{f'. {what_happened(told, context)}' if told else ''}"
    signals = several(list(dict.fromkeys(context.title_of(each.signal) for each in told)))
    return f"{how_many(told)} of {signals}"


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
