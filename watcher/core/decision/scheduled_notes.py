"""Digests that no change calls for: the weekly note, reminders, messages that did not arrive, and a made-up one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.addresses import in_year
from watcher.core.decision.decide import decide, filled, headline_of, known_claims, label_of, stands_still
from watcher.core.decision.digest import summarise
from watcher.core.decision.figures import ends_on
from watcher.core.model import (
    Change,
    Date,
    Digest,
    Figure,
    Health,
    Quote,
    Signal,
    Standing,
    Status,
    Tier,
    TrackVerdict,
    Transition,
    Verdict,
    count,
    day_text,
)

# What the days of a window brought: told from the statuses at their close, never written beforehand.


def close_of(signal: Signal) -> datetime | None:
    """When the signal's window closes; None where it has none."""
    return signal.opened + signal.window if signal.opened and signal.window else None


def close_in_words(signal: Signal, then: Verdict | None = None) -> str:
    """What the window brought, from where the signal stood at its close; empty without a window. Pure.

    Without `then` its declared history alone tells it: the watch began later.
    """
    end = close_of(signal)
    if end is None or signal.opened is None or signal.window is None:
        return ""
    then = then or decide(signal, known_claims(signal, until=end), (), end)
    return (
        f"The {signal.window.days} days{counted_from(signal)} ended on {day_text(end)}. "
        f"They brought: {brought_until(signal, then, end)}. At their close: {then.headline_label}."
    )


def away_in_days(at: datetime, now: datetime) -> str:
    """How many days of the calendar lie between: 13 July is in 60 days on all of 14 May."""
    days = (at.date() - now.date()).days
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return words.get(days, f"in {count(days, 'day')}" if days > 0 else f"{count(-days, 'day')} ago")


def window_in_words(signal: Signal, now: datetime) -> str:
    """How far it is: `Day 31 of the 60 days after “Title” (Author, 14 May 2026); they are over in 30 days, on 13 July 2026`.

    Empty without a window, before it opens, and from its close on. Pure.
    """
    end = close_of(signal)
    if end is None or signal.opened is None or not signal.opened <= now < end:
        return ""
    # A reader's calendar may not have reached the first day yet.
    day, days = max((now.date() - signal.opened.date()).days, 0) + 1, (end - signal.opened).days
    return f"Day {day} of the {days} days{counted_from(signal)}; they are over {away_in_days(end, now)}, on {day_text(end)}."


def why_window(signal: Signal, now: datetime) -> str:
    """Why there are days to count while they run: ` The article says to watch for that long.`; else empty. Pure."""
    return " The article says to watch for that long." if signal.article and window_in_words(signal, now) else ""


def brought_until(signal: Signal, then: Verdict, until: datetime) -> str:
    """What a window has brought until a moment, from where the signal stood then: `H.R. 1: Reported (3 June 2026)`. Pure."""
    start = signal.opened or until
    brought = [words for track in then.tracks if (words := _steps(signal, track, start, until))]
    return "; ".join(brought) if brought else NOTHING


def counted_from(signal: Signal) -> str:
    """` after “Title” (Author, 14 May 2026)`; empty where no article is declared."""
    article = signal.article
    return f" after “{article.title}” ({article.by}, {day_text(article.at)})" if article else ""


def _steps(signal: Signal, verdict: TrackVerdict, start: datetime, end: datetime) -> str:
    """What happened to a track inside the window: the statuses that it reached, the events of a series."""
    track = signal.track(verdict.track)
    if track.ladder.series:
        told = [(event.title or event.key, event.at, "") for event in verdict.events]
    else:
        weak = dict.fromkeys(verdict.reported, ", reported")
        told = [(track.ladder.rung(status).label, at, weak.get((status, at), "")) for status, at in verdict.path]
    steps = ", ".join(f"{label} ({day_text(at)}{how})" for label, at, how in told if start <= at <= end)
    return f"{track.title}: {steps}" if steps else ""


NOTHING = "nothing that moved the answer"
DAYS = "Each of these days is that of the record, or of the text that says it; what a text tells of may be older."
"""How the days that a window lists are meant."""
# The digests themselves: weekly notes, reminders, and notes about what did not arrive.

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
WINDOW = "window-"
"""How the id of a note of a window begins."""
BESIDE = "+"
"""Between the id of a note of a window and that of the week that it tells, too."""
UNDELIVERED = "undelivered-"
"""How the id of a note about messages that were given up begins."""
PROOF = "Nothing to do: with this `watcher verify --noted` proves later that nothing before was changed."
LOOK_BACK = timedelta(days=2)
"""A reminder that is later than this is not given: the laptop slept, and the day is told by the page."""
NOON = timedelta(hours=12)
"""Notes of a window come at noon UTC of their day: then every reader's calendar has reached it."""
Then = Callable[[str, datetime], Verdict | None]
"""Where a signal stood at a moment, as it was decided then."""


def weekly(
    verdicts: Mapping[str, Verdict],
    healths: Iterable[tuple[str, Health]],
    *,
    now: datetime,
    told: Sequence[Transition] = (),
    details: Sequence[Transition] = (),
    record: str = "",
) -> Digest:
    """What was told and seen in the past week; its id is that of the ISO week, so that one week has one.

    `healths` name the signal of each source. `told` are the changes that messages told, oldest first, `details` those that were
    not worth a message of their own: a version, a price, who may use it. `record` are the ends of the chains of hashes: whoever
    keeps the note can prove later what was stored then.
    """
    again = tuple(replace(each, evidence=each.evidence[:1], figures={}) for each in told)
    declared = [(signal, state) for signal, state in healths if not state.parent]  # followed pages come and go
    late = [(signal, state) for signal, state in declared if not _is_read(state, now)]
    still = (
        (signal, one.source, one.newest_entry_at) for signal, one in declared if _is_read(one, now) and stands_still(one, now)
    )
    return Digest(
        week_id(now),
        now,
        "weekly",
        tuple(details),
        summarise(verdicts),
        lines=tuple(_months(verdicts, now)),
        told=again,
        readings=_read(declared, late),
        unread=tuple(sorted((signal, state.source, state.last_good_at is not None) for signal, state in late)),
        still=tuple(sorted((signal, source, at) for signal, source, at in still if at)),
        undated=tuple(sorted(Counter(name for name, one in declared if _is_read(one, now) and not one.newest_entry_at).items())),
        record=f"{PROOF} The record ends at: {record}." if record else "",
    )


def _is_read(state: Health, now: datetime) -> bool:
    """Whether a source was read well in the week before."""
    return state.last_good_at is not None and state.last_good_at >= now - WEEK


def _months(verdicts: Mapping[str, Verdict], now: datetime) -> Iterator[tuple[str, str]]:
    """The counts of a month that has ended since the note before, once: `Bugs fixed: 8.6 times in May 2026`."""
    before = f"{now - WEEK:%Y-%m}"
    if before == f"{now:%Y-%m}":
        return
    for name, verdict in sorted(verdicts.items()):
        for figure in verdict.figures:
            if figure.values.get("latest_month") == before:
                peak = "" if figure.values["peak_month"] == before else f"; the peak was {_peak(figure)}"
                ends = f"; {last}" if (last := ends_on(figure.values)) else ""
                yield name, f"{figure.label}, {now - WEEK:%B %Y}: {figure.values['latest']:g} times{ends}{peak}."


def _peak(figure: Figure) -> str:
    """`19.7 times in April 2026`."""
    month = datetime.fromisoformat(f"{figure.values['peak_month']}-01")
    return f"{figure.values['peak']:g} times in {month:%B %Y}"


def _read(declared: Sequence[tuple[str, Health]], late: Sequence[tuple[str, Health]]) -> tuple[tuple[str, int, int, int], ...]:
    """Of each signal, how many sources were read in the week, never were, and are there; `late` were not read in the week."""
    there, missed = Counter(signal for signal, _ in declared), Counter(signal for signal, _ in late)
    never = Counter(signal for signal, state in late if state.last_good_at is None)
    return tuple((signal, many - missed[signal], never[signal], many) for signal, many in sorted(there.items()))


def week_id(now: datetime) -> str:
    """Name of the week's note."""
    week = now.isocalendar()
    return f"weekly-{week.year}-W{week.week:02}"


def reminders(
    signals: Iterable[Signal],
    verdicts: Mapping[str, Verdict],
    *,
    since: datetime,
    now: datetime,
    then: Then = lambda _signal, _moment: None,
) -> tuple[Digest, ...]:
    """The reminders whose moment lies after `since` (the last look) and not after `now`; each has its own id, for ever."""
    after = max(since, now - LOOK_BACK)
    found = _every(list(signals), verdicts, now, then)
    return tuple(note for moment, last, note in found if after < moment <= now and (last is None or now < last))


def renewed(note: Digest, signals: Iterable[Signal], verdicts: Mapping[str, Verdict], *, now: datetime, then: Then) -> Digest:
    """A reminder that had to wait, made anew from where the signals stand at `now`; one that nothing declares now as it is."""
    name, week, _ = note.id.partition(BESIDE)
    fresh = next((each for _, _, each in _every(list(signals), verdicts, now, then) if each.id == name), note)
    if not week or fresh is note:
        return fresh
    stood = {each.signal: each for each in fresh.verdicts}
    lines = (*fresh.lines, *note.lines[len(fresh.lines) :])
    return replace(
        note, at=now, notes=fresh.notes, lines=lines, verdicts=tuple(stood.get(each.signal, each) for each in note.verdicts)
    )


def _every(
    signals: Sequence[Signal], verdicts: Mapping[str, Verdict], now: datetime, then: Then
) -> Iterator[tuple[datetime, datetime | None, Digest]]:
    """Every reminder as it would be made at `now`, with its moment and the day of which it reminds; a window's has none."""
    for signal in signals:
        for date in signal.dates:
            for ahead in date.remind:
                name = f"reminder-{signal.id}-{date.id}-{ahead // HOUR}h"
                note = Digest(name, now, "reminder", (), _of(signal, verdicts), (_words(date, now),))
                yield date.at - ahead, date.at, note
    for (start, end), mine in _by_window(signals).items():
        stood = {each.id: verdicts[each.id] for each in mine if each.id in verdicts}
        yield start + (end - start) / 2 + NOON, None, _window(start, end, mine, stood, now, half=True)
        at_end = {name: then(name, end) or verdict for name, verdict in stood.items()}
        yield end + NOON, None, replace(_window(start, end, mine, at_end, now, half=False), verdicts=summarise(stood))


def window_note_on(signals: Iterable[Signal], day: datetime) -> tuple[datetime, str] | None:
    """The moment at which a window is told of on the day of this local moment, and the id of that note; None on other days."""
    windows = list(_by_window(signals))
    told = [(start + (end - start) / 2 + NOON, _window_id(end, half=True)) for start, end in windows]
    told += [(end + NOON, _window_id(end, half=False)) for _, end in windows]
    return min(((moment, name) for moment, name in told if moment.astimezone(day.tzinfo).date() == day.date()), default=None)


def _window_id(end: datetime, *, half: bool) -> str:
    return f"{WINDOW}{end:%Y%m%d}-{'half' if half else 'close'}"


def is_of_window(note: Digest) -> bool:
    """Whether a note tells of a window, in its middle or at its end."""
    return note.id.startswith(WINDOW)


def with_week(note: Digest, week: Digest) -> Digest:
    """The note of a window that tells the week, too, for who would have a second message within the day."""
    return replace(
        week, id=f"{note.id}{BESIDE}{week.id}", kind=note.kind, notes=(*note.notes, *week.notes), lines=(*note.lines, *week.lines)
    )


def _window(
    start: datetime, end: datetime, mine: Sequence[Signal], stood: Mapping[str, Verdict], now: datetime, *, half: bool
) -> Digest:
    """Whose days they are, and what they brought each signal."""
    days, begun = (end - start).days, _begun(start, mine)
    left = (end.date() - now.date()).days
    told = f"half of the {count(days, 'day')} {begun} is over; {count(left, 'day')} {'is' if left == 1 else 'are'} left"
    whose = sorted({f"They are the {days} days{words}." for signal in mine if (words := counted_from(signal))})
    brought = [(each.id, brought_until(each, stood[each.id], min(now, end))) for each in mine if each.id in stood]
    whose += [DAYS] * any(words != NOTHING for _, words in brought)
    return Digest(
        _window_id(end, half=half),
        now,
        "reminder",
        (),
        summarise(stood),
        (told if half else f"the {days} days {begun} are over", *whose),
        lines=tuple((name, _brought(words, stood[name], half=half)) for name, words in brought),
    )


def _begun(start: datetime, mine: Sequence[Signal]) -> str:
    """From what the days are counted: `after Anthropic's article of 14 May 2026`, or a day."""
    articles = {signal.article for signal in mine}
    article = articles.pop() if len(articles) == 1 else None
    return f"after {article.by}'s article of {day_text(article.at)}" if article else f"from {day_text(start)}"


def _brought(words: str, stood: Verdict, *, half: bool) -> str:
    """What the days of a window brought, with where the signal stood at their close."""
    return f"so far they brought: {words}." if half else f"they brought: {words}. At their close: {stood.answer}."


def _by_window(signals: Iterable[Signal]) -> dict[tuple[datetime, datetime], list[Signal]]:
    found: dict[tuple[datetime, datetime], list[Signal]] = {}
    for signal in signals:
        if signal.opened and (end := close_of(signal)):
            found.setdefault((signal.opened, end), []).append(signal)
    return found


def undelivered(letters: Sequence[str], verdicts: Mapping[str, Verdict], *, number: int, now: datetime) -> Digest:
    """That messages were given up, a line for each; `number` is that of the newest delivery among them."""
    told = f"{count(len(letters), 'message')} could not be delivered"
    return Digest(f"{UNDELIVERED}{number}-{now:%Y%m%dT%H%M%SZ}", now, "operator", (), summarise(verdicts), (told, *letters))


def _words(date: Date, now: datetime) -> str:
    """`in 7 days: the Congress ends (3 January 2027)`."""
    return f"{away_in_days(date.at, now)}: {date.label} ({day_text(date.at)})"


def _of(signal: Signal, verdicts: Mapping[str, Verdict]) -> tuple[Verdict, ...]:
    return summarise({name: verdict for name, verdict in verdicts.items() if name == signal.id})


# A made-up digest for any configuration, to show what a mail looks like: nothing in it is news.

SAMPLE_WORDS = "This is an example. A real message has the words of the source here."
SAMPLE_NOTE = "An example: nothing in it is news."
TRIAL_WORDS = "Nothing has happened: this message only shows that messages reach you."


def trial(now: datetime) -> Digest:
    """A message that goes the way of news and tells nothing of any signal."""
    return Digest("trial", now, "trial", (), (), (TRIAL_WORDS,))


def sample(signals: Sequence[Signal], now: datetime) -> Digest:
    """The first signal moved up its ladder; the others stand where their declared history ends.

    Raises IndexError without signals.
    """
    verdicts = [replace(decide(each, known_claims(each, until=now), (), now), blind=(), verified_at=now) for each in signals]
    told, verdicts[0] = _sample_step(signals[0], verdicts[0], now)
    return Digest("sample", now, "news", (told,), tuple(verdicts), (SAMPLE_NOTE,))


def _sample_step(signal: Signal, verdict: Verdict, now: datetime) -> tuple[Transition, Verdict]:
    """A step of the first track, and where the signal stands after it."""
    first, *others = verdict.tracks
    after = _next_rung(signal.tracks[0].ladder.statuses, first.status)
    quotes = (_sample_quote(signal, now),)
    tracks = (TrackVerdict(first.track, after.id, Standing.CONFIRMED, now, now, quotes), *others)
    headline = headline_of(signal, tracks)
    label = label_of(headline, signal, tracks)
    word, sentence, brief, means = (
        filled(words, signal, tracks) for words in (headline.word, headline.says, headline.brief, headline.means)
    )
    told = Transition(
        signal=signal.id,
        track=first.track,
        kind=Change.ADVANCE,
        before=first.status,
        after=after.id,
        at=now,
        standing=Standing.CONFIRMED,
        headline=headline.id,
        headline_label=label,
        evidence=quotes,
        effective_at=now - timedelta(hours=1),
    )
    return told, replace(
        verdict, tracks=tracks, headline=headline.id, headline_label=label, word=word, sentence=sentence, brief=brief, means=means
    )


def _next_rung(rungs: Sequence[Status], present: str) -> Status:
    """The next good rung that would wake somebody, else the next one, else the last."""
    place = [rung.id for rung in rungs].index(present)
    above = [rung for rung in rungs[place + 1 :] if not rung.steps_back] or [rungs[-1]]
    return next((rung for rung in above if rung.urgent), above[0])


def _sample_quote(signal: Signal, now: datetime) -> Quote:
    source = signal.sources[0] if signal.sources else None
    url = in_year(source.url, now).partition("?")[0] if source else ""  # what follows may hold a key
    publisher = source.publisher if source else ""
    return Quote(
        SAMPLE_WORDS, url, publisher, Tier.OFFICIAL, now - timedelta(minutes=2), "0" * 64, source=source.id if source else ""
    )
