"""Why these signals are watched: the ground of the questions, in the first mail, each piece with its source and date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from watcher.core.addresses import safe_link
from watcher.core.model import Verdict
from watcher.mail.context import MailContext, Recipient
from watcher.mail.letter import MailLine, Section
from watcher.mail.wording import several, shortened

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.config.settings import Ground

NUMBERS = {2: "two", 3: "three", 4: "four"}
KINDS = ("number", "scenario")
"""What stands in the mail; the rest is on the page."""


def ground_section(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> Section:
    """The text that the questions come from, its numbers, and what today's answers speak for; without ground empty."""
    mine = [each for each in context.ground if not each.signal or reader.wants(each.signal)]
    told = [each for kind in KINDS for each in mine if each.kind == kind]
    if not told:
        return Section("", ())
    articles = dict.fromkeys(signal.article for signal in context.signals.values() if signal.article)
    lines = [MailLine("", f"The questions come from “{each.title}” ({each.by}, {_day(each.at)}).", each.url) for each in articles]
    lines += [_line(each, verdicts, context) for each in told]
    if page := context.page("why"):
        lines.append(MailLine("", "The fronts and the wishes, with what watches each, are on the page.", page))
    return Section(f"Why these {NUMBERS.get(len(verdicts), 'questions')}", tuple(lines))


def _line(piece: Ground, verdicts: Sequence[Verdict], context: MailContext) -> MailLine:
    """One number or scenario, who says it and when, and which of today's answers speak for it."""
    answers = [each for each in verdicts if each.word in piece.speaks.get(each.signal, ())]
    speak = several([f"{context.title_of(each.signal)} ({each.word})" for each in answers]) or "no answer"
    today = f" Today {speak} {'speak' if len(answers) > 1 else 'speaks'} for it." if piece.speaks else ""
    return MailLine(piece.title, f"{shortened(piece.text, 280)}{today} {piece.by}, {_day(piece.at)}.", safe_link(piece.url))


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
