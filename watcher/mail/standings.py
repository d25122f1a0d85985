"""Where signals stand, what cannot be seen, and why they are watched: the lines of every mail, and the items of the first one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from operator import itemgetter
from typing import TYPE_CHECKING

from watcher.core.addresses import safe_link
from watcher.core.decision.digest import MOST_IN_FULL
from watcher.core.decision.figures import UNSTATED, ends_on
from watcher.core.decision.scheduled_notes import close_in_words, close_of, why_window, window_in_words
from watcher.core.decision.undecided import asked_in_words, is_of_a_plan, text_in_words
from watcher.core.model import (
    Digest,
    Figure,
    Quote,
    Signal,
    SourceOutage,
    Standing,
    TrackVerdict,
    Transition,
    Undecided,
    Verdict,
    capitalised,
    day_text,
)
from watcher.mail.changes import cites, for_you, tools
from watcher.mail.context import MailContext, Recipient
from watcher.mail.letter import (
    MailItem,
    MailLine,
    Section,
    day_of,
    day_of_event,
    moment,
    rest,
    several,
    shortened,
    when,
)
from watcher.wording import STANDINGS, UNTOLD, count, day_in_words, is_untold, lowered, sign_of

MOST_BLIND = 12
QUESTION = "Question"
"""The row of a first message that says what a signal asks."""
NEW_FOR = timedelta(days=7)
"""For so long a text that a person is asked about is told with its words: the messages and the note of one week have them."""
MOST_STANDING = 40
MOST_FLAGS = 3
MOST_OF_A_TEXT = 90
"""Flags that the line of one signal repeats."""


def lead_track(verdict: Verdict, context: MailContext) -> TrackVerdict | None:
    """The track that the headline speaks of: the first whose status it asks for, else the first."""
    signal = context.signals.get(verdict.signal)
    lines = [line for line in signal.headlines if line.id == verdict.headline] if signal else []
    asked = ((part, track) for line in lines for part in (line.when, line.any_of) for track in verdict.tracks)
    named = (track for part, track in asked if track.status in part.get(track.track, ()))
    return next(named, next(iter(verdict.tracks), None))


def standing_of(verdict: Verdict, context: MailContext) -> Standing:
    """How well the headline is supported."""
    track = lead_track(verdict, context)
    return track.standing if track else Standing.CONFIRMED


def unread_yet(verdicts: Iterable[Verdict], context: MailContext) -> str:
    """A sentence for answers of which nothing was read, or nothing is told at all; empty where one rests on something read."""
    leading = [track for verdict in verdicts if (track := lead_track(verdict, context))]
    if not leading or any(track.standing is not Standing.DECLARED for track in leading):
        return ""
    if all(map(is_untold, leading)):
        return " Nothing that was read so far speaks of it."
    return " Nothing of it has been read yet: it is what was known when the watch was set up."


def standing_line(verdict: Verdict, context: MailContext, zone: tzinfo) -> MailLine:
    """A signal in one line: its answer to each half of the question, its prices, how well supported, last verified."""
    track = lead_track(verdict, context)
    sure = _sure(track) if track else STANDINGS[Standing.CONFIRMED].word.lower()
    told = f"{_whole_answer(verdict, context)} ({sure}, {_last_seen(verdict, zone)})."
    return MailLine(
        context.title_of(verdict.signal),
        f"{told}{_ends(verdict)}{_numbers(verdict, context, zone)}{_flags(verdict, zone)}",
        context.page_of(verdict.signal),
    )


def _whole_answer(verdict: Verdict, context: MailContext) -> str:
    """The answer in a word and its sentences, as the first page has it: `Yes. Three papers; nothing gives the gap again`.

    Of a series its newest is named before: no sentence does. Where no sentence is declared, where it stands.
    """
    if not verdict.sentence:
        return shortened(f"{verdict.answer}. {verdict.half}".removesuffix(". "), 420)
    track = lead_track(verdict, context)
    series = track is not None and context.is_series(verdict.signal, track.track)
    told = track is not None and str(track.details.get("latest") or verdict.headline_label) in verdict.sentence
    newest = [capitalised(verdict.headline_label)] if series and not told else []
    parts = (each.rstrip(".") for each in (verdict.word, *newest, verdict.sentence, verdict.half) if each)
    return shortened(". ".join(parts), 600)


def _ends(verdict: Verdict) -> str:
    """Up to which day a count by month is whole where it may not be, and that nothing later was read; else empty."""
    return "".join(f" {capitalised(last)}." for figure in verdict.figures if (last := ends_on(figure.values)))


def _numbers(verdict: Verdict, context: MailContext, zone: tzinfo) -> str:
    """What a detail comes to in its unit, as a price, with the words that state it; not of what was taken away."""
    signal = context.signals.get(verdict.signal)
    back = {each.track for each in verdict.tracks if context.status(verdict.signal, each.track, each.status).steps_back}
    kept = {
        spec.id for spec in (signal.figures if signal else ()) if spec.kind == "detail" and spec.options.get("track") not in back
    }
    shown = (each for each in verdict.figures if each.id in kept and each.unit and each.text)
    return "".join(f" {each.label}: {shortened(each.text, 120)}{_stated_by(each, zone)}." for each in shown)


def _stated_by(figure: Figure, zone: tzinfo) -> str:
    """The words that state a figure's very numbers, who says them and when; that nothing read does, where it is so."""
    quote = figure.quote
    if not (quote and _states(figure)):
        return " (known before; no words that were read state it)"
    day = f", {day_of_event(quote.published, zone)}" if quote.published else f", seen {day_of(quote.seen_at, zone)}"
    return f" (“{shortened(quote.text, 240)}”, {shortened(quote.publisher or 'unknown', 60)}{day})"


def _last_seen(verdict: Verdict, zone: tzinfo) -> str:
    """When the answer was last seen to hold, or since when that cannot be seen; what was never read was never known."""
    if not verdict.cannot_see_since:
        return f"last verified {moment(verdict.verified_at, zone)}" if verdict.verified_at else "not verified yet"
    since = moment(verdict.cannot_see_since, zone)
    if all(blind.never for blind in verdict.blind if blind.essential):
        return f"not verified yet, tried since {since}"
    return f"cannot see since {since}; this is the last that was known"


def _flags(verdict: Verdict, zone: tzinfo) -> str:
    """What is flagged beside the status for as long as it is: who missed the message sees it in the next."""
    flags = (flag for track in verdict.tracks for flag in track.flags if flag.mail)
    told = dict.fromkeys(f" Flag: {shortened(flag.label, 120)} ({flag.how_long} {when(flag.since, zone)})." for flag in flags)
    return "".join(list(told)[:MOST_FLAGS])


def _sure(track: TrackVerdict) -> str:
    """How well a status is supported, in a word; what nobody speaks of is not declared."""
    return "nothing that was read speaks of it" if is_untold(track) else STANDINGS[track.standing].word.lower()


def answer_in_words(verdict: Verdict) -> str:
    """The answer in a word and where it stands: `No. In the Senate Banking Committee, no vote`."""
    return shortened(verdict.answer, 220)


def unchanged(
    verdicts: Iterable[Verdict], context: MailContext, reader: Recipient, *, heading: str = "No change seen"
) -> Section:
    """One line for each signal; where there are hundreds, for the first: they must leave room for what has changed."""
    stand = list(verdicts)
    lines = [standing_line(verdict, context, reader.zone) for verdict in stand[:MOST_STANDING]]
    return Section(heading, (*lines, *rest(len(stand) - MOST_STANDING, context.page())))


def undecided_section(
    verdicts: Iterable[Verdict], context: MailContext, reader: Recipient, *, asked_since: datetime | None = None
) -> Section:
    """The texts that may change an answer and that a person is reading, each with its words and link.

    Where `asked_since` is given, those that were asked about before it are left out: messages of their week told their words.
    """
    found = [(text, verdict) for verdict in verdicts for text in verdict.undecided if _is_new(text, asked_since)]
    lines = [_text_line(text, verdict, context, reader.zone) for text, verdict in found[:MOST_BLIND]]
    return Section("Being checked", (*lines, *rest(len(found) - MOST_BLIND, context.page())), "warn")


def _is_new(text: Undecided, asked_since: datetime | None) -> bool:
    return asked_since is None or text.asked_at is None or text.asked_at > asked_since


def checked_still(verdicts: Iterable[Verdict], reader: Recipient, asked_since: datetime) -> str:
    """`One text of which we told is still being checked, since 21 August 2026: “…”`: what no section tells; else empty."""
    held = [
        (text.asked_at, text) for each in verdicts for text in each.undecided if text.asked_at and text.asked_at <= asked_since
    ]
    if not held:
        return ""
    since, oldest = min(held, key=itemgetter(0))
    day, quote = day_of(since, reader.zone), oldest.quotes[0]
    words = f"“{shortened(quote.text, MOST_OF_A_TEXT)}” ({shortened(quote.publisher or 'unknown', 60)})"
    if len(held) == 1:
        return f"One text of which we told is still being checked, since {day}: {words}"
    return f"{count(len(held), 'text')} of which we told are still being checked, the first since {day}: {words}"


def _text_line(text: Undecided, verdict: Verdict, context: MailContext, zone: tzinfo) -> MailLine:
    quote = text.quotes[0]
    told = when(quote.published, zone) if quote.published else f"seen {when(quote.seen_at, zone)}"
    who = f"{shortened(quote.publisher or 'unknown', 60)}, {told}"
    asked = f"a person was asked on {when(text.asked_at, zone)}" if text.asked_at else "a person is asked"
    words = f"{_may(text, verdict, context)}; {asked}: “{shortened(quote.text, 240)}” ({who})."
    place = dict.fromkeys((context.title_of(text.signal), context.track_title(text.signal, text.track)))
    return MailLine(" · ".join(place), words, safe_link(quote.url))


def _may(text: Undecided, verdict: Verdict, context: MailContext) -> str:
    """What a text may change: `An official text may move this to “Suspended”`; of an event nobody can tell."""
    if not text.status or text.event:
        return asked_in_words((text,))[0]
    said = text_in_words(text.quotes[0])
    if text.names_alone:
        stood = [
            context.status(text.signal, each.track, each.status).label for each in verdict.tracks if each.track == text.track
        ]
        still = f"; so far it stays as it was: {lowered(stood[0], context.signals.get(text.signal))}" if stood else ""
        return f"{capitalised(said)} names it, and the watch cannot tell what the words around the name say{still}"
    label = context.status(text.signal, text.track, text.status).label
    if is_of_a_plan(text.quotes[0]):
        return f"{capitalised(said)} tells of something to come, which may lead to “{label}”"
    return f"{capitalised(said)} may move this to “{label}”"


def other_claims(change: Transition, may: str, digest: Digest, context: MailContext) -> Iterator[tuple[str, str]]:
    """What less a text may say of its track: that it is as it stands, a wider circle, a promise; of a series nothing.

    Where it stands is left out if that is the beginning, or a step back.
    """
    signal = context.signals.get(change.signal)
    ladders = [each.ladder for each in signal.tracks if each.id == change.track and not each.ladder.series] if signal else []
    stood = {
        track.status
        for each in digest.verdicts
        if each.signal == change.signal
        for track in each.tracks
        if track.track == change.track
    }
    for ladder in ladders:
        order = [rung.id for rung in ladder.statuses]
        first = max((order.index(status) for status in stood if status in order), default=0) or 1
        for rung in ladder.statuses[first : order.index(may) if may in order else first]:
            if not rung.steps_back:
                yield f"If it says: {lowered(rung.label, signal)}", f"watcher review {change.details['number']} --claim {rung.id}"


def blind_section(verdicts: Iterable[Verdict], context: MailContext, reader: Recipient) -> Section:
    """The sources that cannot be trusted at the moment, the essential ones first, each once."""
    held = list(verdicts)
    found = {blind.source: (blind, verdict.signal) for verdict in held for blind in verdict.blind}
    ordered = sorted(found.values(), key=lambda pair: (not pair[0].essential, pair[0].since))
    declared = [
        source for verdict in held if verdict.signal in context.signals for source in context.signals[verdict.signal].sources
    ]
    if len(declared) > 1 and len(ordered) == len(declared):
        return Section("What cannot be seen", (_offline([blind for blind, _ in ordered], reader.zone),), "warn")
    lines = [_blind_line(blind, context.title_of(signal), reader.zone) for blind, signal in ordered[:MOST_BLIND]]
    return Section("What cannot be seen", (*lines, *rest(len(ordered) - MOST_BLIND, context.page())), "warn")


def unseen_in_words(verdicts: Iterable[Verdict]) -> str:
    """`3 sources cannot be seen`, each counted once, however many lines they have; empty where all are seen."""
    lost = {blind.source for verdict in verdicts for blind in verdict.blind}
    return f"{count(len(lost), 'source')} cannot be seen" if lost else ""


def _offline(lost: Sequence[SourceOutage], zone: tzinfo) -> MailLine:
    """That no source can be seen, or was ever read: one line, and why, the most frequent reasons first."""
    why = [f"{reason} ({count(many, 'source')})" for reason, many in Counter(blind.why for blind in lost).most_common(3)]
    reasons = shortened("; ".join(why), 320)
    seen_until = [blind.since for blind in lost if not blind.never]
    if not seen_until:
        first = moment(min(blind.since for blind in lost), zone)
        return MailLine("", f"Nothing has been seen yet: {reasons}. First tried {first}.")
    return MailLine("", f"Cannot see anything since {moment(max(seen_until), zone)}: {reasons}.")


def _blind_line(blind: SourceOutage, signal: str, zone: tzinfo) -> MailLine:
    essential = "; the answer rests on it" if blind.essential else ""
    words = f"{blind.out_of_sight()} {moment(blind.since, zone)} ({shortened(blind.why, 160)}). Source of {signal}{essential}."
    return MailLine(shortened(blind.name, 80), words, safe_link(blind.url))


def standing_items(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> tuple[MailItem, ...]:
    """Where the first signals stand, for the message that the watch has started."""
    return tuple(_standing_item(verdict, context, reader) for verdict in verdicts[:MOST_IN_FULL])


def answer_lines(verdicts: Sequence[Verdict], context: MailContext) -> tuple[MailLine, ...]:
    """The answers of the signals beyond these: no mail has room for more of them."""
    return tuple(
        MailLine(context.title_of(each.signal), answer_in_words(each), context.page_of(each.signal))
        for each in verdicts[MOST_IN_FULL:]
    )


def _standing_item(verdict: Verdict, context: MailContext, reader: Recipient) -> MailItem:
    signal = context.signals.get(verdict.signal)
    track = lead_track(verdict, context)
    sign = sign_of(track, ()) if track else STANDINGS[Standing.CONFIRMED]
    quotes = [quote for track in verdict.tracks for quote in track.evidence[:1]]
    return MailItem(
        kicker=context.title_of(verdict.signal),
        title=answer_in_words(verdict),
        icon=sign.icon,
        standing=sign.word,
        tone=sign.tone,
        note=sign.meaning if track and not is_untold(track) else "",
        rows=(
            *_question(signal),
            *(_track_row(verdict, track, context, reader.zone) for track in verdict.tracks),
            *_figure_rows(verdict, context),
        ),
        cites=cites([*quotes[:2], *_figure_proof(verdict)], reader.zone, most=4),
        paragraphs=_paragraphs(verdict, context, reader.zone),
        link=context.page_of(verdict.signal),
    )


def _question(signal: Signal | None) -> list[tuple[str, str]]:
    return [(QUESTION, signal.question)] if signal else []


def _track_row(verdict: Verdict, track: TrackVerdict, context: MailContext, zone: tzinfo) -> tuple[str, str]:
    if is_untold(track):  # that it is not available is more than anybody said
        return context.track_title(verdict.signal, track.track), UNTOLD.meaning
    label = context.status(verdict.signal, track.track, track.status).label
    since = f", since {when(track.since, zone)}" if track.since else ""
    return context.track_title(verdict.signal, track.track), f"{label}{since} ({_sure(track)})"


def _figure_rows(verdict: Verdict, context: MailContext) -> list[tuple[str, str]]:
    """The figures that have a value."""
    shown = [(figure, f"{_dated(figure)}{_counted(figure, verdict, context)}") for figure in verdict.figures if figure.text]
    return [(shortened(figure.label, 100), shortened(words, 240)) for figure, words in shown][:6]


def _counted(figure: Figure, verdict: Verdict, context: MailContext) -> str:
    """From what a figure by month was counted: no sentence of anybody states it."""
    signal = context.signals.get(verdict.signal)
    options = next((spec.options for spec in signal.figures if spec.id == figure.id), {}) if signal else {}
    if "peak_ids" not in figure.values or "base_mean" not in options:
        return ""
    where = f", {options['source']}" if options.get("source") else ""
    return f"; counted by the watch: {figure.values['peak_ids']} against {options['base_mean']} a month before{where}"


def _dated(figure: Figure) -> str:
    """A value with the day of the words that state it, or on which words without one were seen; what is counted has its own."""
    if figure.note == UNSTATED:
        return f"{figure.text} (known before; no words that were read state it)"
    if not figure.at or not _states(figure):
        return figure.text
    seen = "seen " if figure.quote and not figure.quote.published and figure.at == figure.quote.seen_at else ""
    return f"{figure.text} ({seen}{day_in_words(f'{figure.at:%Y-%m-%d}')})"


def _figure_proof(verdict: Verdict) -> list[Quote]:
    """The words that state a figure's very numbers."""
    return [figure.quote for figure in verdict.figures if figure.quote and _states(figure)]


def _states(figure: Figure) -> bool:
    """Whether the quote of a figure holds each of its numbers: what is computed from many is in none."""
    said = re.findall(r"\d+(?:\.\d+)?", figure.quote.text) if figure.quote else []
    numbers = re.findall(r"\d+(?:\.\d+)?", figure.text)
    return bool(numbers) and all(number in said for number in numbers)


def _paragraphs(verdict: Verdict, context: MailContext, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """What is wanted, what it changes for the reader, what would move it, and the window."""
    signal = context.signals.get(verdict.signal)
    if signal is None:
        return ()
    track = lead_track(verdict, context)
    rung = context.status(verdict.signal, track.track, track.status) if track else None
    closed = close_of(signal)
    passed, now = closed is not None and verdict.as_of > closed, verdict.as_of.astimezone(zone)
    told = (
        ("In a sentence", verdict.says),
        ("What is wanted", signal.wanted),
        ("What it changes for you", for_you(verdict.signal, rung.consequence if rung else "", context)),
        *tools(verdict.signal, context, gone=rung is not None and rung.steps_back),
        ("What would move it", _next(verdict, context)),
        ("The window", close_in_words(signal) if passed else window_in_words(signal, now) + why_window(signal, now)),
    )
    return tuple((name, shortened(words, 600)) for name, words in told if words)


def _next(verdict: Verdict, context: MailContext) -> str:
    """What would move each track, under its title where they differ."""
    rungs = {each.track: context.status(verdict.signal, each.track, each.status) for each in verdict.tracks}
    nexts = {context.track_title(verdict.signal, track): rung.next for track, rung in rungs.items() if rung.next}
    if len(set(nexts.values())) > 1:
        return " ".join(f"{title}: {words}" for title, words in nexts.items())
    return next(iter(nexts.values()), "")


# Why these signals are watched: the ground of the questions, in the first mail, each piece with its source and date.

if TYPE_CHECKING:
    from watcher.config.settings import Ground

SMALL_NUMBERS = {2: "two", 3: "three", 4: "four"}
GROUND_HEADINGS = (("front", "The fronts"), ("wish", "What is asked for, and what it would change for you"))


def ground_sections(verdicts: Sequence[Verdict], context: MailContext, reader: Recipient) -> tuple[Section, ...]:
    """The text that the questions come from, its numbers, and what today's answers speak for; its fronts and wishes."""
    mine = [each for each in context.ground if not each.signal or reader.wants(each.signal)]
    if not mine:
        return ()
    articles = dict.fromkeys(signal.article for signal in context.signals.values() if signal.article)
    lines = [
        MailLine("", f"The questions come from “{each.title}” ({each.by}, {day_text(each.at)}).", each.url) for each in articles
    ]
    lines += [_piece(each, verdicts, context) for kind in ("number", "scenario") for each in mine if each.kind == kind]
    return Section(why_these(len(verdicts)), tuple(lines)), *(
        Section(heading, tuple(_piece(each, verdicts, context) for each in mine if each.kind == kind))
        for kind, heading in GROUND_HEADINGS
    )


def why_these(many: int) -> str:
    """`Why these three`."""
    return "Why this question" if many == 1 else f"Why these {SMALL_NUMBERS.get(many, 'questions')}"


def _piece(piece: Ground, verdicts: Sequence[Verdict], context: MailContext) -> MailLine:
    """One piece: what it is and would change, what watches it, which of today's answers speak for it, who says it and when."""
    today = speaks_for(piece, verdicts, context)
    you = f"For you: {piece.you}" if piece.you else ""
    told = piece.kind != "number" and piece.signal in context.signals
    watched = f"Watched by {context.title_of(piece.signal)}." if told else ""
    words = (shortened(piece.text, 280), shortened(you, 280), watched, today, f"{piece.by}, {day_text(piece.at)}.")
    return MailLine(piece.title, " ".join(filter(None, words)), safe_link(piece.url))


def speaks_for(piece: Ground, verdicts: Sequence[Verdict], context: MailContext) -> str:
    """`Today Senate vote (No) speaks for it.`; empty for a piece for which no answer may speak."""
    answers = [each for each in verdicts if each.word in piece.speaks.get(each.signal, ())]
    speak = several([f"{context.title_of(each.signal)} ({each.word})" for each in answers]) or "no answer"
    return f"Today {speak} {'speak' if len(answers) > 1 else 'speaks'} for it." if piece.speaks else ""
