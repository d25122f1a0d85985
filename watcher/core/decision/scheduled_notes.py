"""Digests that no change calls for: the weekly sign of life, reminders of the days that matter, messages that did not arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from watcher.core.decision.closing import close_in_words, close_of, counted_from
from watcher.core.decision.digest import summarise
from watcher.core.model import Date, Digest, Health, Signal, Transition, Verdict

HOUR = timedelta(hours=1)
UNDELIVERED = "undelivered-"
"""How the id of a note about messages that were given up begins."""
LOOK_BACK = timedelta(days=2)
"""A reminder that is later than this is not given: the laptop slept, and the day is told by the page."""


def weekly(
    verdicts: Mapping[str, Verdict],
    healths: Iterable[Health],
    *,
    now: datetime,
    changes: int = 0,
    details: Sequence[Transition] = (),
    record: str = "",
) -> Digest:
    """What was seen in the past week and what was not; its id is that of the ISO week, so that one week has one.

    `details` are the changes that were not worth a message of their own: a version, a price, who may use it. `record` are the
    ends of the chains of hashes: whoever keeps the note can prove later what was stored then.
    """
    states = list(healths)
    seen = sum(1 for state in states if state.last_good_at and now - state.last_good_at <= timedelta(days=7))
    few = {0: "No answer changed this week.", 1: "One change was told this week."}
    told = few.get(changes, f"{changes} changes were told this week.")
    more = {0: "", 1: " One detail is new."}.get(len(details), f" {len(details)} details are new.")
    ends = (f"The record ends at: {record}. `watcher verify --noted` compares.",) if record else ()
    notes = (f"{told}{more}", f"{seen} of {len(states)} sources were read this week.", *ends)
    return Digest(week_id(now), now, "weekly", tuple(details), summarise(verdicts), notes)


def week_id(now: datetime) -> str:
    """Name of the week's note."""
    week = now.isocalendar()
    return f"weekly-{week.year}-W{week.week:02}"


def reminders(
    signals: Iterable[Signal], verdicts: Mapping[str, Verdict], *, since: datetime, now: datetime
) -> tuple[Digest, ...]:
    """The reminders whose moment lies after `since` (the last look) and not after `now`; each has its own id, for ever."""
    after, asked = max(since, now - LOOK_BACK), list(signals)
    dates = (
        Digest(
            f"reminder-{signal.id}-{date.id}-{ahead // HOUR}h", now, "reminder", (), _of(signal, verdicts), (_words(date, now),)
        )
        for signal in asked
        for date in signal.dates
        for ahead in date.remind
        if after < date.at - ahead <= now < date.at
    )
    return (*dates, *_windows(asked, verdicts, after, now))


def _windows(signals: Sequence[Signal], verdicts: Mapping[str, Verdict], after: datetime, now: datetime) -> Iterator[Digest]:
    """A note at half-time of a window and one at its close, for all signals together that have the same."""
    for (start, end), mine in _by_window(signals).items():
        stood = summarise({signal.id: verdicts[signal.id] for signal in mine if signal.id in verdicts})
        days, begun = (end - start).days, f"{start.day} {start:%B %Y}"
        if after < start + (end - start) / 2 <= now:
            told = f"half of the {days} days from {begun} is over; they end in {(end.date() - now.date()).days} days"
            whose = {f"They are the {days} days{words}." for signal in mine if (words := counted_from(signal))}
            yield Digest(f"window-{end:%Y%m%d}-half", now, "reminder", (), stood, (told, *sorted(whose)))
        if after < end <= now:
            brought = tuple(f"{signal.title}: {close_in_words(signal, verdicts.get(signal.id))}" for signal in mine)
            yield Digest(
                f"window-{end:%Y%m%d}-close", now, "reminder", (), stood, (f"the {days} days from {begun} are over", *brought)
            )


def _by_window(signals: Iterable[Signal]) -> dict[tuple[datetime, datetime], list[Signal]]:
    found: dict[tuple[datetime, datetime], list[Signal]] = {}
    for signal in signals:
        if signal.opened and (end := close_of(signal)):
            found.setdefault((signal.opened, end), []).append(signal)
    return found


def undelivered(letters: Sequence[str], verdicts: Mapping[str, Verdict], *, number: int, now: datetime) -> Digest:
    """That messages were given up, a line for each; `number` is that of the newest delivery among them."""
    told = "1 message could not be delivered" if len(letters) == 1 else f"{len(letters)} messages could not be delivered"
    return Digest(f"{UNDELIVERED}{number}-{now:%Y%m%dT%H%M%SZ}", now, "operator", (), summarise(verdicts), (told, *letters))


def next_reminder(signals: Iterable[Signal], *, now: datetime) -> datetime | None:
    """When the next reminder is due; None when there is none."""
    asked = list(signals)
    moments = [date.at - ahead for signal in asked for date in signal.dates for ahead in date.remind]
    moments += [moment for start, end in _by_window(asked) for moment in (start + (end - start) / 2, end)]
    return min((moment for moment in moments if moment > now), default=None)


def _words(date: Date, now: datetime) -> str:
    """`in 7 days: the Congress ends (3 January 2027)`."""
    days = (date.at.date() - now.date()).days
    when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return f"{when}: {date.label} ({date.at.day} {date.at:%B %Y})"


def _of(signal: Signal, verdicts: Mapping[str, Verdict]) -> tuple[Verdict, ...]:
    return summarise({name: verdict for name, verdict in verdicts.items() if name == signal.id})
