"""Why these signals are watched: the ground of the questions, in the first mail, each piece with its source and date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from watcher.core.addresses import safe_link
from watcher.core.model import Verdict, day_text
from watcher.mail.context import MailContext, Recipient
from watcher.mail.letter import MailLine, Section
from watcher.mail.wording import several, shortened

if TYPE_CHECKING:
    from watcher.config.settings import Ground

NUMBERS = {2: "two", 3: "three", 4: "four"}
TITLES = (("front", "The fronts"), ("wish", "What is asked for, and what it would change for you"))


def ground_sections(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> tuple[Section, ...]:
    """The text that the questions come from, its numbers, and what today's answers speak for; its fronts and wishes."""
    mine = [each for each in context.ground if not each.signal or reader.wants(each.signal)]
    if not mine:
        return ()
    articles = dict.fromkeys(signal.article for signal in context.signals.values() if signal.article)
    lines = [
        MailLine("", f"The questions come from “{each.title}” ({each.by}, {day_text(each.at)}).", each.url) for each in articles
    ]
    lines += [_line(each, verdicts, context) for kind in ("number", "scenario") for each in mine if each.kind == kind]
    if page := context.page("why"):
        lines.append(MailLine("", "The page says it all, with how each of the answers stands today.", page))
    first = Section(f"Why these {NUMBERS.get(len(verdicts), 'questions')}", tuple(lines))
    return first, *(
        Section(heading, tuple(_line(each, verdicts, context) for each in mine if each.kind == kind)) for kind, heading in TITLES
    )


def _line(piece: Ground, verdicts: Sequence[Verdict], context: MailContext) -> MailLine:
    """One piece: what it is and would change, what watches it, which of today's answers speak for it, who says it and when."""
    answers = [each for each in verdicts if each.word in piece.speaks.get(each.signal, ())]
    speak = several([f"{context.title_of(each.signal)} ({each.word})" for each in answers]) or "no answer"
    today = f"Today {speak} {'speak' if len(answers) > 1 else 'speaks'} for it." if piece.speaks else ""
    you = f"For you: {piece.you}" if piece.you else ""
    told = piece.kind != "number" and piece.signal in context.signals
    watched = f"Watched by {context.title_of(piece.signal)}." if told else ""
    words = (shortened(piece.text, 280), shortened(you, 280), watched, today, f"{piece.by}, {day_text(piece.at)}.")
    return MailLine(piece.title, " ".join(filter(None, words)), safe_link(piece.url))
