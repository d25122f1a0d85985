"""The first message, in brief where a page tells the rest: of each signal its answer, one proof, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.core.decision.scheduled_notes import counted_from, why_window, window_in_words
from watcher.core.model import Signal, Verdict, day_text
from watcher.mail.context import MailContext, Recipient
from watcher.mail.letter import MailItem, MailLine, Section, words_of
from watcher.mail.standings import QUESTION, ground_sections, speaks_for, standing_items, why_these
from watcher.wording import terms_at, terms_in

KEPT = ("In a sentence", "What it changes for you", "It touches your tools", "Your tools without a fallback")
"""What stands under an answer; what is wanted, what would move it and its window stand on the page."""
MORE = "All evidence, and what would move it"


def first_items(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> tuple[MailItem, ...]:
    """Where the first signals stand; in brief where a page tells the rest."""
    whole = standing_items(verdicts, context, reader)
    if not context.page():
        return tuple(_spelled(item, verdict, context) for item, verdict in zip(whole, verdicts, strict=False))
    return tuple(_spelled(_in_brief(item, verdict), verdict, context) for item, verdict in zip(whole, verdicts, strict=False))


def _spelled(item: MailItem, verdict: Verdict, context: MailContext) -> MailItem:
    """An item with what its short names stand for."""
    signal = context.signals.get(verdict.signal)
    terms = terms_in(terms_at([signal] if signal else [], verdict.as_of), words_of(item))
    return replace(item, paragraphs=(*((term.name, f"{term.words}.") for term in terms), *item.paragraphs))


def _in_brief(item: MailItem, verdict: Verdict) -> MailItem:
    """The question and its answer with the first proof; where it stands on each way to it, where there are several."""
    asked = tuple(row for row in item.rows if row[0] == QUESTION)
    rows = (*asked, *(item.rows[len(asked) :][: len(verdict.tracks)] if len(verdict.tracks) > 1 else ()))
    kept = tuple(each for each in item.paragraphs if each[0] in KEPT)
    return replace(item, rows=rows, cites=item.cites[:1], paragraphs=kept, more=MORE)


def first_grounds(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> tuple[Section, ...]:
    """Why these signals; in brief where a page tells the rest."""
    mine = [each for each in context.ground if not each.signal or reader.wants(each.signal)]
    if not mine or not context.page():
        return ground_sections(verdicts, context, reader)
    told = "The page says it all: the numbers, what is asked for, and how the answers stand."
    lines = (
        *_questions(verdicts, context, reader),
        *(MailLine(each.title, speaks_for(each, verdicts, context)) for each in mine if each.speaks),
        MailLine("", told, context.page("why")),
    )
    return (Section(why_these(len(verdicts)), lines),)


def _questions(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> Iterator[MailLine]:
    """The text that the questions come from, and how far its days are, and what for."""
    known = [
        (context.signals[each.signal], each.as_of.astimezone(reader.zone)) for each in verdicts if each.signal in context.signals
    ]
    for article in dict.fromkeys(signal.article for signal, _ in known):
        if article:
            yield MailLine("", f"The questions come from “{article.title}” ({article.by}, {day_text(article.at)}).", article.url)
        mine = [(signal, now) for signal, now in known if signal.article == article]
        days = dict.fromkeys(_days(signal, now) for signal, now in mine)
        yield from (MailLine("", words) for words in days if words)


def _days(signal: Signal, now: datetime) -> str:
    """How far the days of a signal are; the article from which they count is named right above."""
    words = window_in_words(signal, now)
    named = counted_from(signal)
    return (words.replace(named, " after it", 1) if named else words) + why_window(signal, now)
