"""A digest as a letter, by its kind: news, the first message, a blind source, a text to decide, the weekly note, a reminder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from watcher.core.addresses import safe_link
from watcher.core.decision.undecided import text_in_words
from watcher.core.model import Change, Digest, Standing, Transition, Verdict, capitalised
from watcher.mail.changes import MOST_LINES, cites, dated, found_in_words, item, moved, noted_section, told_once
from watcher.mail.changes import title as title_of
from watcher.mail.context import MailContext, Recipient, told_at_once, transitions_for, verdicts_for
from watcher.mail.first import first_grounds, first_items
from watcher.mail.letter import (
    Letter,
    MailItem,
    MailLine,
    Section,
    day_of,
    day_of_event,
    listed,
    moment,
    several,
    shortened,
    words_in,
)
from watcher.mail.readings import read_in_the_week
from watcher.mail.standings import (
    NEW_FOR,
    answer_lines,
    blind_section,
    checked_still,
    other_claims,
    standing_of,
    unchanged,
    undecided_section,
    unread_yet,
    unseen_in_words,
)
from watcher.mail.subject_line import (
    MAX_SUBJECT_LENGTH,
    answered,
    headline,
    headlines_before,
    named_or_counted,
    rank,
    subject,
)
from watcher.mail.week import answers, by_change, details_of_the_week, how_many, is_end_of_flag, week_subject, what_happened
from watcher.wording import count, how_sure, lowered, terms_at, terms_in

MOST_ITEMS = 8
"""Changes of one mail that are told with their words; what is beyond them has a line each."""
MOST_NAMED = 60
"""Changes beyond the first that have a line of their own; a mail says how many more there are."""
STILL = "Still watching"
PRESS = "Press reports alone say so: "
OF_THE_WEEK = frozenset({"Told this week", "Also noted", "Being checked"})
"""Headings of what is new in a weekly note."""
Write = Callable[[Digest, MailContext, Recipient], Letter]


def letter(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """The letter that a digest is for one reader."""
    write = KINDS.get(digest.kind, _news)
    if write is _news and not any(change.mail for change in transitions_for(digest, reader)):
        write = _note
    return _spelled_out(write(digest, context, reader), digest, context, reader)


def _spelled_out(told: Letter, digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """The letter with what its short names stand for, each once: below a first report the items say it themselves."""
    mine = [signal for name, signal in context.signals.items() if reader.wants(name)]
    said = {title for item in told.items for title, _ in item.paragraphs}
    terms = terms_at(mine, digest.at)
    found = [term for term in terms_in(terms, words_in(told)) if term.name not in said]
    again = digest.kind == "weekly" and bool(context.page())
    new = terms_in(terms, _of_the_week(told)) if again else found
    lines = [MailLine(term.name, f"{term.words}.") for term in found if term in new]
    known = [term.name for term in found if term not in new]
    lines += (
        [MailLine("", f"The page says what {several(known)} {'stands' if len(known) == 1 else 'stand'} for.", context.page())]
        if known
        else []
    )
    return replace(told, sections=_sections(*told.sections, Section("Names", tuple(lines))))


def _of_the_week(told: Letter) -> str:
    """What a weekly note says of its own week: the rest stands in each, and so would the names in it."""
    return words_in(replace(told, deck="", sections=tuple(one for one in told.sections if one.heading in OF_THE_WEEK)))


def _news(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """What changed, where the rest stands, and what cannot be seen."""
    changes = sorted(transitions_for(digest, reader), key=lambda each: rank(each, context))
    told, noted = [each for each in changes if each.mail], [each for each in changes if not each.mail]
    verdicts = verdicts_for(digest, context, reader)
    moved_signals = {each.signal for each in told}
    rest = [verdict for verdict in verdicts if verdict.signal not in moved_signals]
    before = headlines_before(digest, context)
    words = {verdict.signal: verdict.word for verdict in digest.verdicts}
    items = told_once([item(each, context, reader) for each in told[:MOST_ITEMS]])
    return Letter(
        subject=subject(told, context, before, verdicts),
        title=_title(told, context, before, words),
        deck=_deck(told, verdicts, context),
        date=moment(digest.at, reader.zone),
        items=items,
        tone=items[0].tone,
        sections=_sections(
            _lines(digest.notes, context),
            _more(told, context),
            noted_section(noted, context, reader),
            undecided_section(verdicts, context, reader, asked_since=digest.at - NEW_FOR),
            unchanged(rest, context, reader),
            blind_section(verdicts, context, reader),
        ),
        footer=_footer(context, reader),
        urgent=any(each.urgent for each in told),
        about=told[0].signal,
    )


def _title(told: Sequence[Transition], context: MailContext, before: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The news of a single signal, or the answer of each and how many changes there are."""
    signals = list(dict.fromkeys(each.signal for each in told))
    if len(signals) == 1:
        news = answered(told[0], context, before, words)
        return shortened(f"{news}{how_sure(told[0], news)}", 200)
    answers = [f"{context.title_of(each)}{f': {words[each]}' if words.get(each) else ''}" for each in signals]
    return shortened(f"{'; '.join(answers[:MOST_ITEMS])} ({count(len(told), 'change')})", 200)


def _deck(told: Sequence[Transition], verdicts: Sequence[Verdict], context: MailContext) -> str:
    """The answers in a sentence each, and the first changes; a single publication stands in the title, and here what it found."""
    sentences = _sentences(told, verdicts, context)
    titled = len(told) == 1 and bool(told[0].event) and told[0].kind is Change.NEXT and bool(sentences)
    found = [f"“{each.text}”" for each in found_in_words(told[0])[:1]] if titled else []
    return shortened(" ".join((*found, *sentences, *(() if titled else (moved(each, context) for each in told[:3])))), 320)


def _sentences(told: Sequence[Transition], verdicts: Sequence[Verdict], context: MailContext) -> list[str]:
    """The answers in a sentence each, of the signals whose answer these changes may have moved, and which rest on press alone."""
    moved_signals = {each.signal for each in told if each.kind not in {Change.FLAG, Change.DETAIL, Change.UNDECIDED}}
    mine = [verdict for verdict in verdicts if verdict.signal in moved_signals and verdict.sentence]
    by_press = {verdict.signal for verdict in mine if standing_of(verdict, context) is Standing.REPORTED}
    says_so = {verdict.signal for verdict in mine if "press" in verdict.sentence.casefold()}
    return [f"{PRESS if verdict.signal in by_press - says_so else ''}{verdict.sentence}" for verdict in mine]


def _more(told: Sequence[Transition], context: MailContext) -> Section:
    """Changes beyond what one mail can hold."""
    more = [MailLine(context.title_of(one.signal), moved(one, context), context.page_of(one.signal)) for one in told[MOST_ITEMS:]]
    return listed("More changes", more, MOST_NAMED, context.page("log"))


def _baseline(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """Where everything stands when the watch starts, and where a signal stands that it watches from now on, too."""
    verdicts = verdicts_for(digest, context, reader)
    begun = {change.signal for change in digest.transitions}
    new = [verdict for verdict in verdicts if verdict.signal in begun] or verdicts
    others = [verdict for verdict in verdicts if verdict.signal not in begun] if len(new) < len(verdicts) else []
    added = bool(begun) and any(verdict.signal not in begun for verdict in digest.verdicts)  # others may be for other readers
    titles = [context.title_of(each.signal) for each in new]
    named = titles[0] if len(new) == 1 else named_or_counted(titles, "new signal")
    started = f"now watched: {named}" if added else f"the watch has started, {count(len(new), 'signal')}"
    first = f"This is the first report on {named}" if added else f"{_stand(len(new))} today"
    return Letter(
        subject=shortened(f"{context.title}: {started}", MAX_SUBJECT_LENGTH),
        title=f"Now watched: {named}" if added else "The watch has started",
        deck=f"{answers(new, context)}. {first}.{unread_yet(new, context)} From now on you hear from us when that changes.",
        date=moment(digest.at, reader.zone),
        items=first_items(new, context, reader),
        beyond=answer_lines(new, context),
        sections=_sections(
            undecided_section(verdicts, context, reader),
            blind_section(verdicts, context, reader),
            unchanged(others, context, reader, heading="Watched before"),
            *(() if added else first_grounds(new, context, reader)),
        ),
        footer=_footer(context, reader),
        about="baseline",
    )


def _operator(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """A source that went blind or sees again, messages that were given up: for the person who runs the watch."""
    changes = sorted(transitions_for(digest, reader), key=lambda change: not change.after)
    blind, seen = [each for each in changes if each.after], [each for each in changes if not each.after]
    words = [f"cannot see {_some(blind)}"] * bool(blind) + [f"sees {_some(seen)} again"] * bool(seen)
    title = f"The watch {' and '.join(words)}" if words else "".join(digest.notes[:1]) or "A note from the watch"
    return Letter(
        subject=shortened(title, MAX_SUBJECT_LENGTH),
        title=shortened(title, 200),
        deck="No status changes because of it. "
        + ("What cannot be seen is marked on the page and in each message." if blind else ""),
        date=moment(digest.at, reader.zone),
        items=tuple(_source_item(each, context, reader) for each in changes[:MOST_ITEMS]),
        tone="warn" if blind or not words else "good",
        sections=_sections(
            _lines(digest.notes[not words :], context),
            listed(
                "More sources",
                [_source_line(each, context) for each in changes[MOST_ITEMS:]],
                MOST_NAMED,
                context.page("sources"),
            ),
            unchanged(verdicts_for(digest, context, reader), context, reader, heading="Where the signals stand"),
        ),
        footer=_footer(context, reader),
        about="operator",
    )


def _some(changes: Sequence[Transition]) -> str:
    """One source by name, several by number."""
    return _source_of(changes[0]) if len(changes) == 1 else count(len(changes), "source")


def _source_of(change: Transition) -> str:
    """What readers call the source that a transition tells of."""
    return next((quote.title for quote in change.evidence if quote.title), change.event or change.title)


def _source_item(change: Transition, context: MailContext, reader: Recipient) -> MailItem:
    """One source that went blind or sees again."""
    links = [("Address", link) for quote in change.evidence if (link := safe_link(quote.url))]
    since = [("Since", moment(change.effective_at, reader.zone))] if change.effective_at else []
    return MailItem(
        kicker=context.title_of(change.signal),
        title=shortened(_source_of(change), 120),
        icon="⊘" if change.after else "✓",
        standing="Cannot see" if change.after else "Seen again",
        tone="warn" if change.after else "good",
        rows=(*since, ("Why" if change.after else "It was", shortened(change.reason, 300)), *links),
        link=context.page("sources"),
        more="All sources on the page",
    )


def _source_line(change: Transition, context: MailContext) -> MailLine:
    """The same in a line."""
    words = f"{'cannot be seen' if change.after else 'is seen again'}. Source of {context.title_of(change.signal)}."
    return MailLine(shortened(_source_of(change), 120), words, context.page("sources"))


def _undecided(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """Texts that no rule accounts for: what they say, and how the person who runs the watch settles them."""
    asked = [each for each in transitions_for(digest, reader) if each.after]
    signals = several(list(dict.fromkeys(context.title_of(each.signal) for each in asked)))
    first = f" “{asked[0].evidence[0].text}”" if asked else ""
    many = f"{text_in_words(asked[0].evidence[0])} waits" if len(asked) == 1 else f"{count(len(asked), 'text')} wait"
    return Letter(
        subject=shortened(f"To decide{_numbers(asked)}, {signals}:{first}", MAX_SUBJECT_LENGTH),
        title=shortened(f"{capitalised(many)} for you", 200),
        deck=f"“{shortened(asked[0].evidence[0].text, 320)}”" if asked else "",
        date=moment(digest.at, reader.zone),
        items=tuple(_text_item(each, digest, context, reader) for each in asked[:MOST_ITEMS]),
        tone="warn",
        sections=_sections(
            listed("More texts", [_text_line(each, context) for each in asked[MOST_ITEMS:]], MOST_NAMED, context.page()),
            unchanged(verdicts_for(digest, context, reader), context, reader, heading="Where the signals stand"),
        ),
        footer=_footer(context, reader),
        about="undecided",
    )


def _numbers(asked: Sequence[Transition]) -> str:
    """` text 3`, ` texts 3 and 5`: they tell the subjects of two such mails apart."""
    named = [str(each.details["number"]) for each in asked]
    return f" text{'s' if len(named) > 1 else ''} {several(named)}" if named else ""


def _text_item(change: Transition, digest: Digest, context: MailContext, reader: Recipient) -> MailItem:
    """One text that a person is asked about."""
    number, may = change.details["number"], str(change.details["may_say"] or "")
    label = context.status(change.signal, change.track, may).label if may else "a change that no rule can name"
    return MailItem(
        kicker=" · ".join(dict.fromkeys((context.title_of(change.signal), context.track_title(change.signal, change.track)))),
        title=shortened(f"It may say: {label}", 200),
        icon="?",
        standing="Undecided",
        tone="warn",
        note="No status changes because of it until a person has decided. Readers see that it is being checked, "
        "unless other words answer it already.",
        rows=(("Text", f"number {number}"), ("Why you are asked", shortened(change.reason, 300))),
        cites=cites(change.evidence, reader.zone),
        paragraphs=(
            *other_claims(change, may, digest, context),
            (
                f"If it says: {lowered(label, context.signals.get(change.signal))}",
                f"watcher review {number} --claim {may or 'STATUS'}",
            ),
            ("If it changes nothing", f'watcher review {number} --dismiss "why"'),
        ),
        link=context.page_of(change.signal),
        more="The signal on the page",
    )


def _text_line(change: Transition, context: MailContext) -> MailLine:
    quote = change.evidence[0]
    return MailLine(
        f"{context.title_of(change.signal)} · {change.details['number']}", shortened(quote.text, 240), safe_link(quote.url)
    )


def _note(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """A quiet note: the weekly one, or a reminder of a date."""
    verdicts = verdicts_for(digest, context, reader)
    unseen = unseen_in_words(verdicts)
    told = _week(digest, context, reader) if digest.kind == "weekly" else "".join(digest.notes[:1]) or STILL
    return Letter(
        subject=_quiet_subject(digest, context, reader, unseen=unseen),
        title=shortened(capitalised(told), 200),
        deck=f"{answers(verdicts, context)}. {_stand(len(verdicts))}{f'; {unseen}' if unseen else ''}.",
        date=moment(digest.at, reader.zone),
        sections=_sections(
            _told_again(digest, context, reader),
            noted_section(details_of_the_week(digest, context, reader), context, reader),
            _quiet_lines(digest, context, reader),
            undecided_section(verdicts, context, reader, asked_since=digest.at - NEW_FOR),
            unchanged(verdicts, context, reader, heading="Where the signals stand"),
            blind_section(verdicts, context, reader),
        ),
        footer=(*_footer(context, reader), *_proof(digest)),
        about=digest.kind,
    )


def _proof(digest: Digest) -> tuple[MailLine, ...]:
    """Where the record ends, at the foot of the note: few need it, and whoever keeps the message has it."""
    return (MailLine("Proof", digest.record),) if digest.record else ()


def _named(change: Transition, context: MailContext) -> str:
    """What changed, under its track; a flag under its signal."""
    words = headline(change, context, {})
    if change.kind is not Change.FLAG:
        return words
    return f"{context.title_of(change.signal)}: {lowered(words, context.signals.get(change.signal))}"


def _week(digest: Digest, context: MailContext, reader: Recipient) -> str:
    """`No answer changed. One detail is new. Gadget: price $8.`: of the signals that this reader follows."""
    details = details_of_the_week(digest, context, reader)
    named = _named(details[0], context) if details else ""
    if details and details[0].kind is Change.FLAG and details[0].after:
        named = f"{named}: “{shortened(details[0].evidence[0].text, 90)}”" if details[0].evidence else named
    more = {0: "", 1: f" One detail is new. {named}."}.get(len(details), f" New: {named}; more stands below.")
    told = _told_to(digest, reader)
    happened = f" {what_happened(told, context)}." if told else ""
    known = len(told_at_once(digest, reader))
    at_once = {0: "", 1: " One detail was told when it came."}.get(known, f" {count(known, 'detail')} were told when they came.")
    return f"{how_many(told)}.{happened}{more}{at_once}"


def _told_to(digest: Digest, reader: Recipient) -> list[Transition]:
    """The changes of the week in the signals that this reader follows."""
    return [each for each in digest.told if reader.wants(each.signal)]


def _told_again(digest: Digest, context: MailContext, reader: Recipient) -> Section:
    """What the messages of the week told, a line each."""
    told = _told_to(digest, reader)
    lines = [
        MailLine(context.title_of(each[0].signal), _told_words(each, context, reader.zone), context.page_of(each[0].signal))
        for each in by_change(told)
    ]
    return listed("Told this week", lines, MOST_LINES, context.page("log"))


def _told_words(changes: Sequence[Transition], context: MailContext, zone: tzinfo) -> str:
    """The day and the change in a sentence: `Published 9 June 2026 (told 10 June). A bill: before …, now “Passed”.`."""
    change = changes[0]
    words = title_of(change, context) if change.kind is Change.FLAG else " ".join(moved(each, context) for each in changes)
    told = day_of(change.at, zone)
    over = is_end_of_flag(change)  # its day is still the one on which it was raised
    happens = change.kind in {Change.ADVANCE, Change.STEP_BACK, Change.NEXT, Change.FLAG} and not over
    day_told = change.effective_at if happens else None
    day = day_of_event(day_told, zone) if day_told else told
    again = "" if day == told else f" (told {told.rpartition(' ')[0]})" if day[-4:] == told[-4:] else f" (told {told})"
    how = dated(change, context) if day_told else ""
    start = "Seen " if over else f"{how} " if how in {"Published", "Reported"} else ""
    return f"{start}{day}{again}. {shortened(words, 400).rstrip('.')}."


def _quiet_lines(digest: Digest, context: MailContext, reader: Recipient) -> Section:
    """The notes, those that are about a signal of the reader's, how many of its sources were read, and what is open still."""
    notes = digest.notes[digest.kind != "weekly" :]
    mine = [MailLine(context.title_of(name), shortened(words, 700)) for name, words in digest.lines if reader.wants(name)]
    read = read_in_the_week(digest, context, reader)
    tells_week = digest.kind == "weekly" or bool(digest.readings)
    still = checked_still(verdicts_for(digest, context, reader), reader, digest.at - NEW_FOR) if tells_week else ""
    told, week = (_lines(some, context).lines for some in (notes, [*filter(None, (read, still))]))
    if digest.kind != "reminder":
        return Section("Notes", (*week, *told, *mine))
    return Section("Notes", (*told[:1], *mine, *told[1:], *week))  # whose days they are, what they brought, how that is meant


def _quiet_subject(digest: Digest, context: MailContext, reader: Recipient, *, unseen: str) -> str:
    """The answers and what is new of a week; of a reminder its first note."""
    verdicts = verdicts_for(digest, context, reader)
    if digest.kind == "weekly":
        return week_subject(digest, context, reader, verdicts, unseen)
    if digest.kind == "reminder":
        told = f"Reminder: {''.join(digest.notes[:1])}"
        return shortened(told if len(told) <= MAX_SUBJECT_LENGTH else told.partition("; ")[0], MAX_SUBJECT_LENGTH)
    return shortened(f"{STILL}{f', {unseen}' if unseen else ''}: {answers(verdicts, context)}", MAX_SUBJECT_LENGTH)


def _trial(digest: Digest, context: MailContext, reader: Recipient) -> Letter:
    """A trial: no signal, no status and no colour of one, so that nobody takes it for news."""
    return Letter(
        subject=shortened(f"Trial, no news: {context.title}", MAX_SUBJECT_LENGTH),
        title="A trial, no news",
        deck=" ".join(digest.notes),
        date=moment(digest.at, reader.zone),
        footer=_footer(context, reader),
        about="trial",
    )


def _stand(many: int) -> str:
    """The beginning of a sentence about all signals; what a single one is called stands before it."""
    return f"This is where {count(many, 'signal')} stand" if many > 1 else "This is where it stands"


def _lines(notes: Sequence[str], context: MailContext) -> Section:
    """Notes as lines of their own; one that names an article leads to it."""
    articles = {f"“{each.title}”": each.url for signal in context.signals.values() if (each := signal.article)}
    found = [(note, (safe_link(url) for title, url in articles.items() if title in note)) for note in notes]
    return listed("Notes", [MailLine("", shortened(note, 700), next(links, "")) for note, links in found], MOST_LINES)


def _sections(*sections: Section) -> tuple[Section, ...]:
    """Those that have something to say."""
    return tuple(section for section in sections if section.lines)


def _footer(context: MailContext, reader: Recipient) -> tuple[MailLine, ...]:
    """Who writes, and how to hear no more."""
    lines = [
        MailLine(
            context.title,
            "watches public sources and writes when a signal moves. A mistake is corrected in the same thread.",
            context.page(),
        )
    ]
    way_out = reader.unsubscribe_url or reader.unsubscribe_mailto
    if way_out:
        lines.append(MailLine("Unsubscribe", "one click, for good.", way_out))
    return tuple(lines)


KINDS: dict[str, Write] = {
    "news": _news,
    "baseline": _baseline,
    "operator": _operator,
    "undecided": _undecided,
    "weekly": _note,
    "reminder": _note,
    "trial": _trial,
}
