"""One transition as an item of a mail: before and after, the proof, what it means, what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from urllib.parse import urlsplit

from watcher.core.addresses import safe_link
from watcher.core.evaluations import SENTENCES
from watcher.core.model import Change, Facts, Flag, Quote, Scalar, Standing, Tier, Transition, capitalised, told_before
from watcher.mail.context import MailContext, Recipient, affected_by, without_fallback
from watcher.mail.letter import (
    LONGEST_QUOTE,
    Cite,
    MailItem,
    MailLine,
    Section,
    day_of,
    listed,
    moment,
    several,
    shortened,
    tally,
    when,
)
from watcher.wording import STANDINGS, TIERS, ChangedDetail, Sign, as_recorded, changed_details, detail, lowered

# Quotes with their source, link, times and hash, as a mail shows them.

MAX_CITATIONS = 3
REASON = "; why, in its own words"
"""Behind who says it: beside the words that something was done stand those that say why."""


def cites(quotes: Iterable[Quote], zone: tzinfo, *, most: int = MAX_CITATIONS) -> tuple[Cite, ...]:
    """The first quotes, each text once."""
    kept: dict[str, Quote] = {}
    for quote in quotes:
        if len(kept) == most:
            break
        kept.setdefault(shortened(quote.text, LONGEST_QUOTE), quote)
    return tuple(_cite(text, quote, zone) for text, quote in kept.items() if text)


def stating(quotes: Sequence[Quote], values: Iterable[str]) -> list[Quote]:
    """The quotes that state a value which none before them states, longest values first; those that state none are left out."""
    kept: list[Quote] = []
    for value in sorted(values, key=len, reverse=True):
        if not any(states(quote, value) for quote in kept):
            kept += [quote for quote in quotes if states(quote, value)][:1]
    return kept


def states(quote: Quote, value: str) -> bool:
    """Whether the words hold the value, whatever the spaces ("$10 / $50"), and not as a part of a longer number or name.

    A row of a price list holds the two prices of `$8/$40` apart.
    """
    parts = [part.strip() for part in value.split("/")]
    said = "/".join(part.strip() for part in quote.text.split("/"))
    return _holds(said, "/".join(parts)) or (len(parts) > 1 and all(_holds(said, part) for part in parts))


def _holds(said: str, sought: str) -> bool:
    return bool(re.search(rf"(?<![\w$.]){re.escape(sought)}(?!\w|\.\d)", said, re.IGNORECASE))


def _cite(text: str, quote: Quote, zone: tzinfo) -> Cite:
    by_hand, lister = quote.tier is Tier.OPERATOR, listed_by(quote)
    dated = "Happened" if by_hand else "Listed" if lister else "Published"
    published = f"{dated} {when(quote.published, zone)}. " if quote.published else "No date was read. " if quote.document else ""
    # What signals.toml or a person tells carries its own date as the time it was seen: the watch has not seen it.
    told = not quote.document and quote.seen_at == quote.published
    seen = ("Not seen by the watch." if by_hand else "Known history.") if told else f"Seen {moment(quote.seen_at, zone)}."
    stored = f" Copy kept as {quote.document[:12]}." if quote.document else ""
    return Cite(
        text=text,
        link=safe_link(quote.url),
        where=shortened(f"{quote.publisher or 'unknown'}, {TIERS[quote.tier]}", 100)
        + _not_read(lister)
        + REASON * quote.is_reason,
        when=f"{published}{seen}{stored}",
    )


def listed_by(quote: Quote) -> str:
    """Who lists an article of the press that the watch has not read (a list of links, a search); empty where it was read."""
    if quote.tier not in {Tier.PRESS, Tier.COMMUNITY} or not quote.read_at:
        return ""
    host = urlsplit(quote.read_at).hostname or ""
    return "" if f".{host}".endswith(f".{quote.publisher}") else host


def _not_read(lister: str) -> str:
    return f"; a title as {shortened(lister, 60)} lists it, the article was not read" if lister else ""


# The change as an item: its words, its values before and after, its proof.

FLAGGED = Sign("⚑", "Flag", "warn", "Something beside the status that you should see.")
MOST_LINES = 12
CORRECTED = Sign("✎", "Correction", "bad", "An earlier message said otherwise. This takes it back.")


def item(transition: Transition, context: MailContext, reader: Recipient) -> MailItem:
    """The change, ready to be written."""
    sign = _sign(transition)
    return MailItem(
        kicker=" · ".join(_names(transition, context)),
        title=shortened(title(transition, context), 200),
        icon=sign.icon,
        standing=sign.word,
        tone=_tone(transition, context, sign),
        note=sign.meaning,
        rows=_rows(transition, context, reader.zone),
        cites=cites(_proof(transition, context), reader.zone),
        paragraphs=_paragraphs(transition, context),
        link=context.page_of(transition.signal),
    )


def told_once(items: Iterable[MailItem]) -> tuple[MailItem, ...]:
    """The items without the words that an item before has shown: two ways to one thing that moved together have one proof."""
    shown, kept = set[object](), list[MailItem]()
    for each in items:
        cited = tuple(one for one in each.cites if one not in shown)
        told = tuple(one for one in each.paragraphs if one not in shown)
        again = () if cited or not each.cites else (("Proof", "the same words as above"),)
        kept.append(replace(each, cites=cited, paragraphs=told, rows=(*each.rows, *again)))
        shown.update((*each.cites, *each.paragraphs))
    return tuple(kept)


def _proof(transition: Transition, context: MailContext) -> list[Quote]:
    """The first quote, then those that state the details which are told, then the others."""
    if transition.event and transition.evidence and not is_taken_back(transition):
        found = found_in_words(transition)
        return [*found, *(quote for quote in transition.evidence if not found or quote.text != transition.title)]
    values = [value for _, _, value in _details(transition, context)]
    return list(dict.fromkeys((*transition.evidence[:1], *stating(context.own_words(transition), values), *transition.evidence)))


def found_in_words(transition: Transition) -> list[Quote]:
    """The sentences of a publication that say what was found, where its page was read: its title says nothing of it."""
    words = dict.fromkeys(str(transition.details[name]) for name in SENTENCES if transition.details.get(name))
    own_subject_first = sorted(words, key=lambda each: each.startswith(("They ", "It ", "These ", "This ")))
    return [replace(transition.evidence[0], text=each) for each in own_subject_first]


def title(transition: Transition, context: MailContext) -> str:
    """The change in a few words: `Passed by the Senate, 60-40`, the title of an evaluation, the label of a flag."""
    if transition.kind is Change.UNDECIDED:
        return transition.title
    if transition.kind is Change.FLAG:
        return (
            transition.title
            if transition.after
            else f"No longer flagged: {lowered(transition.title, context.signals.get(transition.signal))}"
        )
    if transition.event:
        return f"Taken back: {transition.title}" if is_taken_back(transition) else transition.title
    if told := detail_words(transition, context):
        return capitalised(told)
    label = context.status(transition.signal, transition.track, transition.after).label
    return f"{label}, {votes}" if (votes := told_tally(transition)) and votes not in label else label


def detail_words(transition: Transition, context: MailContext) -> str:
    """The details that changed, as they are told (`price $8/$40 (stated before: $10/$50); version 5.2`), named in words."""
    if transition.kind is not Change.DETAIL:
        return ""
    changed = [_detail_line(transition, each, context) for each in changed_details(transition)]
    return "; ".join(changed or [transition.reason.replace("_", " ")])


def _detail_line(transition: Transition, changed: ChangedDetail, context: MailContext) -> str:
    """`price $8/$40 (stated before: $10/$50)`, `access also inside a product (stated before: by invitation; not taken back)`."""
    told = named_detail(transition, changed, context)
    before, stays = before_in_words(transition, changed, context)
    cheaper = f"; {less}" if (less := less_in_words(changed)) else ""
    beside = [f"first stated on {changed.first}"] if changed.first else []
    beside += [f"stated before: {before}{stays}{cheaper}"] if before else []
    return f"{told} ({'; '.join(beside)})" if beside else told


def before_in_words(transition: Transition, changed: ChangedDetail, context: MailContext) -> tuple[str, str]:
    """What was stated before, and whether it still holds. Both empty where a new thing has its own way in: it takes none away."""
    beside = context.holds_beside(transition, changed.name)
    if beside and len(list(changed_details(transition))) > 1:
        return "", ""
    return context.detail(transition, changed.name, changed.all_before)[1], "; not taken back" if beside else ""


def less_in_words(changed: ChangedDetail) -> str:
    """`20 % less` or `25 % more`, where each of the prices of a detail moved by the same share; else empty."""
    now, then = (re.findall(r"\$(\d+(?:\.\d+)?)", words) for words in (changed.value, changed.before))
    if not now or len(now) != len(then) or not all(map(float, then)):
        return ""
    shares = {round(100 * float(new) / float(old)) - 100 for new, old in zip(now, then, strict=True)}
    moved = shares.pop()
    return f"{abs(moved)} % {'less' if moved < 0 else 'more'}" if moved and not shares else ""


def named_detail(transition: Transition, changed: ChangedDetail, context: MailContext) -> str:
    """`price $8/$40 per million tokens`; beside the value before: `access also inside a product`; a name speaks for itself."""
    name, value = context.detail(transition, changed.name, changed.value)
    also = " also" if before_in_words(transition, changed, context)[1] and changed.before else ""
    if name == "Name":
        return f"now {value}" if changed.before else value
    unit = context.unit(transition, changed.name)
    return f"{name[:1].lower()}{name[1:]}{also} {value}{f' {unit}' if unit else ''}"


def told_tally(transition: Transition) -> str:
    """The votes where the quotes of this change state them, so that an old tally is not repeated as news."""
    votes = tally(transition.details)
    stated = "".join(quote.text for quote in transition.evidence).replace(" ", "").replace("\u2013", "-")
    return votes if votes and votes in stated else ""


def moved(transition: Transition, context: MailContext) -> str:
    """The change in one sentence."""
    track = context.track_title(transition.signal, transition.track)
    if transition.kind is Change.UNDECIDED:
        return f"{track}: {lowered(transition.title, context.signals.get(transition.signal))}: {transition.reason}."
    if transition.kind is Change.FLAG:
        return f"{track}: {_flag_meaning(transition, context) or transition.reason}"
    if transition.event or transition.kind is Change.DETAIL:
        return _event_sentence(transition, context) if transition.event else f"{track}: {detail_words(transition, context)}."
    before, after = (
        context.status(transition.signal, transition.track, each).label for each in (transition.before, transition.after)
    )
    if transition.kind is Change.CORRECTION:
        return f"{track}: we said “{before}”; it stands at “{after}”."
    if before == after or not transition.before:
        now = STANDINGS[transition.standing]
        return f"{track}: “{after}” is {now.word.lower()}. {now.meaning}"
    return f"{track}: before “{before}”, now “{after}”."


def _event_sentence(transition: Transition, context: MailContext) -> str:
    """What an event says, or that it was taken back."""
    if is_taken_back(transition):
        return f"We said that this was published: {transition.title}. The evidence was taken back."
    told = lowered(context.outcome(transition), context.signals.get(transition.signal))
    start = "Corrected: " if transition.kind is Change.CORRECTION else ""
    return f"{start}{transition.title}: {told}" if told else f"{start}{transition.title}."


def is_taken_back(transition: Transition) -> bool:
    """Whether a correction removes an event rather than what it said."""
    return transition.kind is Change.CORRECTION and bool(transition.event) and "taken back" in transition.reason


def _names(transition: Transition, context: MailContext) -> list[str]:
    """The signal and, where it adds something, the track."""
    names = [context.title_of(transition.signal), context.track_title(transition.signal, transition.track)]
    return list(dict.fromkeys(shortened(name, 100) for name in names if name))


def _sign(transition: Transition) -> Sign:
    """How well it is supported, or that it is a correction or a flag."""
    if transition.kind is Change.CORRECTION:
        return CORRECTED
    if transition.kind is Change.FLAG:
        return FLAGGED
    return as_recorded(STANDINGS[transition.standing], transition.evidence)


def _tone(transition: Transition, context: MailContext, sign: Sign) -> str:
    """A confirmed step back is bad news in its colour too."""
    back = context.status(transition.signal, transition.track, transition.after).steps_back
    return "bad" if back and sign.tone == "good" else sign.tone


def _rows(transition: Transition, context: MailContext, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """Before and after, when, and the details that stand beside the status."""
    rows = list(_states(transition, context))
    # A detail has no time of its own beside its quote's: the transition's is that of the status, which may be months old.
    has_day = transition.event or transition.kind is not Change.DETAIL
    if has_day and transition.effective_at and transition.effective_at != transition.at:
        rows.append((dated(transition, context), when(transition.effective_at, zone)))
        rows += _told_another_day(transition, context, zone)
    rows.append(("Seen", moment(transition.at, zone)))
    rows += _changed_rows(transition, context) or [(name, words) for name, words, _ in _details(transition, context)]
    return tuple((name, shortened(value, 300)) for name, value in rows if value)


def _told_another_day(transition: Transition, context: MailContext, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """When a text was published that dates what happened otherwise, or the first of a report that raised a flag."""
    if transition.kind is Change.FLAG and (first := told_before(transition.evidence, transition.effective_at)):
        yield "First told", when(first, zone)
    told = next((quote.published for quote in transition.evidence), None)
    if told and transition.effective_at and dated(transition, context) == "Happened" and context.reads_texts(transition):
        own, other = when(transition.effective_at, zone), when(told, zone)
        yield from [("Published", other)] if own != other else []


def dated(transition: Transition, context: MailContext) -> str:
    """What the day of a change is: of what the press reports nobody knows when it happened.

    A text that names no day tells of one on which it was published; what it tells may be older.
    """
    if transition.kind is Change.FLAG:  # what it is about stands in its event, and was not published
        return "Since"
    if transition.event or transition.kind is Change.DETAIL:
        return "Published"
    if transition.standing is Standing.REPORTED:
        return "Reported"
    of_text = any(quote.published == transition.effective_at for quote in transition.evidence)
    return "Published" if of_text and context.reads_texts(transition) else "Happened"


def _states(transition: Transition, context: MailContext) -> tuple[tuple[str, str], ...]:
    """Before and after in words; an event has an outcome."""
    if transition.kind is Change.FLAG:
        return (("About", transition.event),)
    if transition.event:
        return () if context.is_caveat(transition) else (("Outcome", context.outcome(transition)),)
    if transition.kind is Change.DETAIL:
        return ()  # the status is as it was; what changed is the title
    before, after = (
        context.status(transition.signal, transition.track, each).label for each in (transition.before, transition.after)
    )
    return (
        ("Before", before if transition.before else ""),
        ("Now", f"{after}, {votes}" if (votes := told_tally(transition)) else after),
    )


def _changed_rows(transition: Transition, context: MailContext) -> list[tuple[str, str]]:
    """The details that changed, each with what it was before; of the others nothing is told."""
    rows = list[tuple[str, str]]()
    for changed in changed_details(transition):
        rows.append(_row(transition, changed.name, changed.value, context))
        before, stays = before_in_words(transition, changed, context)
        rows += [("Stated before", f"{before}{stays}")] if before else []
        rows += [("First stated", changed.first)] if changed.first else []
    return rows


def _row(transition: Transition, name: str, value: Scalar | tuple[Scalar, ...], context: MailContext) -> tuple[str, str]:
    """A detail by what a figure of the signal calls it (`Price per million tokens`), else by its own name and in its unit."""
    signal = context.signals.get(transition.signal)
    figures = [each for each in signal.figures if each.options.get("detail") == name] if signal else []
    own = [each for each in figures if each.options.get("track") == transition.track]
    label, words = context.detail(transition, name, value)
    named = next((each.label for each in (*own, *figures[:1])), "")
    return (named, words) if named else (label, f"{words} {context.unit(transition, name)}".rstrip())


def _details(transition: Transition, context: MailContext) -> list[tuple[str, str, str]]:
    """What the ladder keeps beside the status (version, price, access model), and how a vote was taken.

    Of each, by what it is called, its words, and its words as a source may state them.

    A step back leaves the details of before behind it, and no number is told without the words that state it: then only what the
    quotes of this very change state is told.
    """
    if transition.kind is Change.FLAG:
        return []
    signal = context.signals.get(transition.signal)
    tracks = signal.tracks if signal else ()
    names = [name for each in tracks if each.id == transition.track for name in (*each.ladder.attributes, "how")]
    facts: Facts = transition.details
    known = [name for name in dict.fromkeys(names) if facts.get(name) not in {None, "", False, True}]
    told = [(*_row(transition, name, facts[name], context), detail(name, facts[name])[1]) for name in known]
    back = context.status(transition.signal, transition.track, transition.after).steps_back
    return [each for each in told if not (back or any(map(str.isdigit, each[2]))) or _is_stated(transition, each[2], context)]


def _is_stated(transition: Transition, value: str, context: MailContext) -> bool:
    """Whether a quote of this very change states a detail, and of the very thing that it names."""
    return any(states(quote, value) for quote in context.own_words(transition))


def is_over(transition: Transition, context: MailContext) -> bool:
    """Whether a change ends a step back (a suspension)."""
    return transition.kind is Change.ADVANCE and context.status(transition.signal, transition.track, transition.before).steps_back


def over_in_words(transition: Transition, context: MailContext, *, brief: bool = False) -> str:
    """`No longer suspended: ` where a change ends a step back, or in `brief` its ladder's word for it (`Back: `); else empty."""
    if not is_over(transition, context):
        return ""
    ended = context.status(transition.signal, transition.track, transition.before)
    if brief:
        return f"{ended.over}: " if ended.over else ""
    return f"No longer {lowered(ended.label.partition(',')[0], context.signals.get(transition.signal))}: "


def noted_section(changes: Sequence[Transition], context: MailContext, reader: Recipient) -> Section:
    """Changes that are not worth a message of their own, one line each."""
    shown = set[str]()
    lines = [line for each in changes for line in _noted_lines(each, context, reader.zone, shown)]
    return listed("Also noted", lines, MOST_LINES, context.page("log"))


def _noted_lines(change: Transition, context: MailContext, zone: tzinfo, shown: set[str]) -> Iterator[MailLine]:
    """What a change comes to, when it was seen, and the words that say it; words of another page have a line of their own.

    Its track is named before it. Words that an earlier line has `shown` are not written twice.
    """
    whole = change.kind in {Change.UNDECIDED, Change.DETAIL} or not change.reason
    told = moved(change, context) if whole else change.reason.replace("_", " ")
    if change.kind is Change.FLAG:
        told = title(change, context)
    told = told.removeprefix(f"{context.track_title(change.signal, change.track)}: ")
    proof = _noted_proof(change)
    fresh = {safe_link(quote.url): list[str]() for quote in proof}
    for quote in proof:
        fresh[safe_link(quote.url)] += [f"“{shortened(quote.text, 320)}”"] if quote.text not in shown else []
    first = next(iter(fresh), "")
    quotes = " ".join(fresh.pop(first, []))
    seen = "" if change.kind is Change.UNDECIDED and not change.after else "seen "
    again = "; the same words say it" if proof and not quotes and not any(fresh.values()) else ""
    shown.update(quote.text for quote in proof)
    dated = f"{shortened(told, 240).rstrip('.:')} ({seen}{day_of(change.at, zone)}{again})"
    name = f"{context.title_of(change.signal)} · {context.track_title(change.signal, change.track)}"
    means = f" {_flag_meaning(change, context)}" if change.kind is Change.FLAG and change.after else ""
    yield MailLine(name, f"{dated}: {quotes}{means}" if quotes else f"{dated}.{means}", first)
    for link, words in fresh.items():
        if words:
            yield MailLine(name, f"another page says: {' '.join(words)}", link)


def _noted_proof(change: Transition) -> Sequence[Quote]:
    """The quotes that state the details which changed; for all else the first one.

    The words that raised a flag do not say that it is over.
    """
    if change.kind is Change.FLAG and not change.after:
        return ()
    return stating(change.evidence, [each.value for each in changed_details(change)]) or change.evidence[:1]


def _flag_meaning(transition: Transition, context: MailContext) -> str:
    """What a flag means, as its ladder says."""
    signal = context.signals.get(transition.signal)
    flags: list[Flag] = (
        [flag for each in signal.tracks if each.id == transition.track for flag in each.ladder.flags] if signal else []
    )
    return next((flag.meaning for flag in flags if flag.id == (transition.after or transition.before)), "")


def _paragraphs(transition: Transition, context: MailContext) -> tuple[tuple[str, str], ...]:
    """What it means, what it changes for the reader, and what comes next."""
    rung = context.status(transition.signal, transition.track, transition.after)
    if transition.kind is Change.FLAG:
        told = [("What it means", _flag_meaning(transition, context))]
    elif changed_details(transition):
        less = [words for each in changed_details(transition) if (words := less_in_words(each))]
        way_in = rung.consequence if any(context.is_way_in(transition, each.name) for each in changed_details(transition)) else ""
        told = [
            ("What it changes for you", f"It costs {less[0]} than was stated before." if less else way_in),
            ("What stays", f"{context.track_title(transition.signal, transition.track)}: {rung.label}. {rung.meaning}"),
        ]
    else:
        told = [
            ("What it means", "" if transition.event else rung.meaning),  # the title of a publication says what it is
            ("What it changes for you", for_you(transition.signal, rung.consequence, context)),
            *tools(transition.signal, context, gone=rung.steps_back, over=is_over(transition, context)),
            ("What it leaves open", context.outcome(transition) if context.is_caveat(transition) else ""),
            ("What comes next", rung.next),
        ]
    if transition.kind is Change.CORRECTION:
        told.insert(0, ("Why we correct it", sentence(transition.reason)))
    return tuple((name, shortened(words, 600)) for name, words in told if words)


def sentence(words: str) -> str:
    """Words with a capital at the start and a full stop at the end."""
    return f"{capitalised(words)}{'' if words.endswith(('.', '!', '?')) else '.'}" if words else ""


def for_you(signal: str, consequence: str, context: MailContext) -> str:
    """What the status changes for the reader; where it says nothing, what the signal does."""
    return consequence or (context.signals[signal].changes_for_you if signal in context.signals else "")


def tools(signal: str, context: MailContext, *, gone: bool, over: bool = False) -> tuple[tuple[str, str], ...]:
    """Which of the reader's own tools a signal touches, each with its fallback; those without one are pointed out.

    Only where something is `gone` is the reader told to fall back, and where that is `over` to look at it again.
    """
    found = affected_by(context.signals[signal], context.stack) if signal in context.signals else ()
    backed = [tool for tool in found if tool.fallback]
    ready = " ".join(f"{tool.name}: fall back to {tool.fallback}." for tool in backed) if gone else ""
    if over:
        ready = " ".join(f"{tool.name}: if it fell back to {tool.fallback}, see whether it can go back." for tool in backed)
    kept = several([f"{tool.name} (fallback: {tool.fallback})" for tool in backed])
    bare = several([tool.name for tool in without_fallback(found)])
    missing = f"{bare}. Write down what would take its place." if bare else ""
    return ("It touches your tools", ready or (f"{kept}." if kept else "")), ("Your tools without a fallback", missing)
