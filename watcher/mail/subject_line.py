"""The subject line: the news itself, on one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from watcher.core.decision.decide import headline_of
from watcher.core.model import Change, Digest, Transition, Verdict, capitalised
from watcher.mail.changes import is_taken_back, named_detail, over_in_words, told_tally
from watcher.mail.changes import title as change_title
from watcher.mail.context import MailContext
from watcher.mail.letter import several, shortened
from watcher.wording import changed_details, count, how_sure, lowered

MAX_SUBJECT_LENGTH = 78
"""Characters of a subject: what RFC 5322 recommends for a line, and what a list of mails has room for."""
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


def subject(changes: Sequence[Transition], context: MailContext, before: Mapping[str, str], verdicts: Sequence[Verdict]) -> str:
    """`Senate vote: Yes. Passed by the Senate, 60-40`; other signals that moved too are named at the end, or counted.

    `before`: the headline that each signal had, as `headlines_before` tells. The fullest words that fit; what is cut in the end
    keeps its signal, the answer in a word and how sure it is.
    """
    lead = min(changes, key=lambda each: rank(each, context))
    others = list(dict.fromkeys(context.title_of(each.signal) for each in changes if each.mail and each.signal != lead.signal))
    also = [f"; also {several(others)}", f"; also {count(len(others), 'other')}"] if others else [""]
    told, sure = news(lead, context, before, {each.signal: each.word for each in verdicts})
    lines = [told, *_briefer(told, lead, context, verdicts)]
    whole = (f"{line}{sure}{end}" for line in lines for end in also)
    most = MAX_SUBJECT_LENGTH - len(sure) - len(also[-1])
    return fitting(whole) or f"{shortened(lines[-1], most)}{sure}{also[-1]}"


def fitting(lines: Iterable[str]) -> str:
    """The first line that a subject has room for, fit to be shown; empty where none is."""
    shown = (shortened(line, len(line)) for line in lines)
    return next((line for line in shown if len(line) <= MAX_SUBJECT_LENGTH), "")


def named_or_counted(names: list[str], noun: str) -> str:
    """Names as a sentence has them, so that no two subjects are alike; by number where they take too much room."""
    told = several(names)
    return told if len(told) <= MAX_NAMES_LENGTH else count(len(names), noun)


def _briefer(told: str, lead: Transition, context: MailContext, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The same in fewer and fewer words: the name of what was published before what it says, the value before its track."""
    if lead.event:
        yield from _named_event(told, lead, context)
    elif changed := changed_details(lead):
        short, track = told.replace(AS_BEFORE, "", 1), f". {context.track_title(lead.signal, lead.track)}: "
        if is_beside(lead, context):  # behind the answer alone it would be taken for what the answer is about
            of, told_of = track_in_a_sentence(lead, context), [context.detail(lead, one.name, one.value)[1] for one in changed]
            yield from (
                short,
                f"{_start(lead, context)}{of}: {told.partition(track)[2]}",
                f"{capitalised(of)}: {several(told_of)}",
            )
            return
        yield from (short, now_of(told, track, ". "), now_of(short, track, ". "))
        values = several([context.detail(lead, each.name, each.value)[1] for each in changed])
        yield f"{short.partition(track)[0]}. Now {values}"
    else:
        over, short = over_in_words(lead, context), capitalised(over_in_words(lead, context, brief=True))
        start, _, rest = told.partition(over or AS_BEFORE)
        yield f"{start}{short}{capitalised(rest) if over and not short else rest}"
        stood = next((each for each in verdicts if each.signal == lead.signal and each.headline == lead.headline), None)
        if stood and stood.brief and is_headline(lead, context):
            answer = f"{_start(lead, context)}{f'{stood.word}. ' if stood.word else ''}"
            yield f"{answer}{short}{stood.brief if short else capitalised(stood.brief)}"


def _named_event(told: str, lead: Transition, context: MailContext) -> Iterator[str]:
    """What was published by its title alone, then without what it says, then by what it is about: `Paper on Gadget 2`."""
    label = next(
        (each for each in (lead.headline_label, lowered(lead.headline_label, context.signals.get(lead.signal))) if each in told),
        "",
    )
    named = told.rpartition(", ")[0] or told
    if label and lead.title in label:
        yield told.replace(label, lead.title)
    yield named
    if label and lead.title in label:
        yield named.replace(label, lead.title)
        if about := lead.details.get("object"):
            words = f"{context.noun(lead)} on {about}"
            yield named.replace(label, words if label != lead.headline_label else capitalised(words))


def now_of(told: str, track: str, start: str = "") -> str:
    """The words without the track of which they tell: `Now Claude Fable 5.2`."""
    return told.replace(f"{track}now ", track, 1).replace(track, f"{start}Now ", 1)


def news(lead: Transition, context: MailContext, before: Mapping[str, str], words: Mapping[str, str]) -> tuple[str, str]:
    """One change with its signal, that it is a correction where it is, and apart how sure it is where it is not confirmed."""
    told = answered(lead, context, before, words)
    if not changed_details(lead):
        told = told.partition("; ")[0]
    shown = told if told[:1].isupper() and ". " in told else lowered(told, context.signals.get(lead.signal))
    return f"{_start(lead, context)}{shown}", how_sure(lead, told)


def _start(lead: Transition, context: MailContext) -> str:
    """`Senate vote: `, or `Correction, Senate vote: `."""
    return f"{'Correction, ' if lead.kind is Change.CORRECTION else ''}{context.title_of(lead.signal)}: "


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
        found = "" if context.is_caveat(lead) else context.outcome(lead)
        more = votes or lowered(found, context.signals.get(lead.signal)).rstrip(".")
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


def is_beside(lead: Transition, context: MailContext) -> bool:
    """Whether a change is of a track beside those that the headline speaks of: who may use what the answer says is not open."""
    signal = context.signals.get(lead.signal)
    lines = [line for line in signal.headlines if line.id == lead.headline] if signal else []
    asked = {track for line in lines for part in (line.when, line.any_of) for track in part}
    return bool(asked) and lead.track not in asked


def track_in_a_sentence(lead: Transition, context: MailContext) -> str:
    """The title of the track of a change as a sentence has it: `a model named Mythos`."""
    return lowered(context.track_title(lead.signal, lead.track), context.signals.get(lead.signal))


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
