"""Numbers for the reader, each with a unit, a date and a quote; when in doubt, none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from watcher.core.decision.corroboration import has_happened, holds_value, in_order
from watcher.core.decision.proofs import is_of_another, naming_details
from watcher.core.decision.series import is_measured
from watcher.core.evaluations import NOT_COMPARABLE
from watcher.core.model import (
    Claim,
    Event,
    Facts,
    Figure,
    FigureSpec,
    Ladder,
    Quote,
    Scalar,
    Signal,
    TrackVerdict,
    count,
    day_text,
)

UNSTATED: Final = "No words that were read state it."
_PEAK: Final = 15.0
"""From this multiple on a month counts as a reproduction of "about 20 times"."""
_END_OF_A_MONTH: Final = timedelta(days=7)
"""A month of which nothing was read in its last days, nor of a later one, may not be whole: it says up to which day it is."""


def figures_of(signal: Signal, verdicts: Iterable[TrackVerdict], claims: Iterable[Claim], now: datetime) -> tuple[Figure, ...]:
    """The signal's figures as they stand at `now` (aware); one that nothing supports is left out. Pure."""
    tracks = {verdict.track: verdict for verdict in verdicts}
    told = [claim for claim in claims if claim.figure]
    makers = {"days_since": _days_since, "constant": _constant}
    found: list[Figure | None] = []
    for spec in signal.figures:
        if spec.kind == "monthly":
            found.append(_monthly(spec, [claim for claim in told if claim.figure == spec.id], now))
        elif spec.kind == "documents":
            found.append(_documents(spec, [claim for claim in told if claim.figure == spec.id], now))
        elif spec.kind == "pair":
            found.append(_pair(spec, signal, tracks))
        elif spec.kind == "detail":
            found.append(_detail(spec, signal, tracks))
        elif spec.kind in makers:
            found.append(makers[spec.kind](spec, tracks, now))
    return tuple(figure for figure in found if figure)


def half_of(signal: Signal, figures: Iterable[Figure], now: datetime) -> str:
    """What figures answer of the question itself, a sentence each, from its opening on: before it nothing was asked. Pure."""
    if signal.opened is not None and now < signal.opened:
        return ""
    found = {figure.id: figure.values for figure in figures}
    told = ((spec.says.get(str(found.get(spec.id, {}).get("finding", "none")), ""), spec.id) for spec in signal.figures)
    return " ".join(_filled(words, _in_words(found.get(name, {}))) for words, name in told if words)


def ends_on(values: Facts) -> str:
    """`counted to 21 July 2026, nothing later was read`: where the last month of a count may not be whole; else empty."""
    last = str(values.get("counted_to", ""))
    return f"counted to {day_text(date.fromisoformat(last))}, nothing later was read" if last else ""


def _in_words(values: Facts) -> Facts:
    """Values as a sentence has them: a month with its name, or its days that were read where `ends_on` names the last.

    `counted` begins a sentence with it: `Last counted, July 2026`, `Counted 1-21 July 2026`.
    """
    told = {name: _month(str(value)) if name.endswith("_month") else value for name, value in values.items()}
    if last := str(values.get("counted_to", "")):
        days = f"1-{day_text(date.fromisoformat(last))}"
        return {**told, "latest_month": days, "counted": f"Counted {days}"}
    return {**told, "counted": f"Last counted, {told['latest_month']}"} if "latest_month" in told else told


def _track(spec: FigureSpec, tracks: Mapping[str, TrackVerdict]) -> TrackVerdict | None:
    return tracks.get(str(spec.options.get("track", "")))


def _detail(spec: FigureSpec, signal: Signal, tracks: Mapping[str, TrackVerdict]) -> Figure | None:
    """A detail of a track in its ladder's words, or put into those of the option `text` ("{yeas}-{nays}")."""
    verdict = _track(spec, tracks)
    if verdict is None:
        return None
    name, words = str(spec.options.get("detail", "")), str(spec.options.get("text", ""))
    ladder = signal.track(verdict.track).ladder
    told = ladder.detail(name)
    text = _filled(words, verdict.details) if words else _shown(told.said(verdict.details.get(name)))
    if not text:
        return None
    names = [each for each in verdict.details if "{" + each + "}" in words] if words else [name]
    about = (
        {**verdict.details, **dict.fromkeys(naming_details(ladder), verdict.of[name])} if name in verdict.of else verdict.details
    )
    quote = _proof(verdict, names, lambda one: is_of_another(one.text, ladder, about, signal.vocabulary))
    text += f" (stated of {verdict.of[name]})" if name in verdict.of else ""
    text += told.and_before(verdict.beside)
    at = quote.published or quote.seen_at if quote else verdict.since
    note = "" if quote else UNSTATED
    return Figure(spec.id, spec.label, spec.unit, text, at=at, quote=quote, values=verdict.details, note=note)


def _proof(verdict: TrackVerdict, names: Sequence[str], is_other: Callable[[Quote], bool]) -> Quote | None:
    """The words that hold these details of the thing; a number that no words hold has none, else those that told it last."""
    values = [verdict.details[name] for name in names]
    told = [verdict.proofs[name] for name in names if name in verdict.proofs]
    holding = [quote for quote in (*told, *verdict.evidence) if all(holds_value(quote.text, value) for value in values)]
    holding = [quote for quote in holding if not is_other(quote)]
    if holding or any(map(str.isdigit, "".join(map(_shown, values)))):
        return next(iter(holding), None)
    return max(told, key=lambda quote: quote.seen_at) if told else next(iter(verdict.evidence), None)


def _filled(words: str, details: Facts) -> str:
    """The words with `{name}` replaced; empty where one of the names has no value."""
    out = words
    for name, value in details.items():
        out = out.replace("{" + name + "}", _shown(value))
    return "" if "{" in out else out


def _shown(value: Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _pair(spec: FigureSpec, signal: Signal, tracks: Mapping[str, TrackVerdict]) -> Figure | None:
    """The latest event of a series that measured both sides as the first ones were."""
    verdict = _track(spec, tracks)
    if verdict is None:
        return None
    ladder = signal.track(verdict.track).ladder
    measured = [event for event in verdict.events if event.outcome != NOT_COMPARABLE and is_measured(ladder, event.details)]
    if not measured:
        return None
    latest = measured[-1]
    rates = {side.id: latest.details[side.id] for side in ladder.sides}
    first, second = map(_number, rates.values())
    return Figure(
        spec.id,
        spec.label,
        spec.unit,
        " against ".join(f"{_shown(rate)} %" for rate in rates.values()),
        at=latest.at,
        quote=_quote_of(latest, ladder),
        values={
            **rates,
            ladder.difference: first - second,
            "date": latest.at.date().isoformat(),
            "title": latest.title,
        },
        note="" if latest is verdict.events[-1] else f"Nothing that was read of {_later(verdict, latest, ladder)} gives it.",
    )


def _later(verdict: TrackVerdict, latest: Event, ladder: Ladder) -> str:
    """`the one paper since 30 September 2025`, `the 6 papers since …`."""
    many = len(verdict.events) - 1 - verdict.events.index(latest)
    return f"the {'one ' + ladder.noun if many == 1 else count(many, ladder.noun)} since {day_text(latest.at)}"


def _number(value: Scalar | tuple[Scalar, ...]) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _quote_of(event: Event, ladder: Ladder) -> Quote | None:
    """The words that hold both numbers: a quote of the event, or the sentence that was measured, where its text stands."""
    both, words = [event.details[side.id] for side in ladder.sides], str(event.details.get("measured", ""))
    first = next(iter(event.evidence), None)
    found = next((quote for quote in event.evidence if all(holds_value(quote.text, each) for each in both)), None)
    return found or (replace(first, text=words) if first and words else first)


def _days_since(spec: FigureSpec, tracks: Mapping[str, TrackVerdict], now: datetime) -> Figure | None:
    """Whole days since a track reached its status, or since the day in the option `since` (ISO)."""
    fixed, verdict = spec.options.get("since"), _track(spec, tracks)
    start = date.fromisoformat(str(fixed)) if fixed else verdict.since.date() if verdict and verdict.since else None
    if start is None:
        return None
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)  # the figure is of the day: it changes once a day
    days = (now.date() - start).days
    if days < 0:
        return None
    values: Facts = {"days": days, "since": start.isoformat()}
    return Figure(spec.id, spec.label, spec.unit, str(days), at=today, values=values, note=str(spec.options.get("note", "")))


def _constant(spec: FigureSpec, _tracks: Mapping[str, TrackVerdict], now: datetime) -> Figure | None:
    """A text of the configuration, with its own date and note."""
    text, at = str(spec.options.get("text", "")), spec.options.get("at")
    when = datetime.fromisoformat(f"{at}T00:00:00+00:00") if at else None
    if not text or (when and when > now):
        return None
    return Figure(spec.id, spec.label, spec.unit, text, at=when, note=str(spec.options.get("note", "")))


def monthly(readings: Iterable[tuple[datetime, Sequence[Scalar]]], *, base_mean: float = 21.5) -> dict[str, tuple[int, float]]:
    """Calendar month "2026-04" → (distinct ids, multiple of the base mean), oldest first.

    21.5 a month is the mean of 2025 (258 bug ids in Mozilla's advisories for release Firefox).
    """
    ids: dict[str, set[Scalar]] = {}
    for at, found in readings:
        ids.setdefault(f"{at:%Y-%m}", set()).update(found)
    return {month: (len(found), round(len(found) / base_mean, 1)) for month, found in sorted(ids.items())}


def _monthly(spec: FigureSpec, claims: Sequence[Claim], now: datetime) -> Figure | None:
    """The series by month, its peak and its latest complete month, and whether the peak was kept."""
    latest: dict[Scalar, Claim] = {}
    for claim in sorted(claims, key=lambda one: one.quote.seen_at):
        latest[str(claim.details.get("key", claim.observation))] = claim
    told = [(claim.effective_at, _ids(claim)) for claim in latest.values() if has_happened(claim, now)]
    months = monthly(told, base_mean=_number(spec.options.get("base_mean", 21.5)))
    complete = {month: found for month, found in months.items() if month < f"{now:%Y-%m}"}
    if not complete:
        return None
    peak = max(complete, key=lambda month: complete[month][1])
    last = next(reversed(complete))
    finding = _finding(complete[peak][1], complete[last][1], peak == last)
    to = _counted_to(max(at for at, _ in told), last, now)
    counted = f", the last month counted{f'; {ends_on(to)}' if to else ''}"
    ends = f"{counted})" if peak == last else f"), {complete[last][1]:g}x in {_month(last)}{counted}"
    return Figure(
        spec.id,
        spec.label,
        spec.unit,
        f"{complete[peak][1]:g}x in {_month(peak)} (peak{ends}",
        at=max(at for at, _ in told),
        quote=max(latest.values(), key=lambda claim: claim.effective_at).quote,
        values={
            "peak": complete[peak][1],
            "peak_month": peak,
            "peak_ids": complete[peak][0],
            "latest": complete[last][1],
            "latest_month": last,
            "finding": finding,
            **to,
        },
        series=tuple((month, multiple) for month, (_, multiple) in complete.items()),
        note=f"{finding}. {spec.options.get('note', '')}".strip(),
    )


def _counted_to(newest: datetime, last: str, now: datetime) -> Facts:
    """The day of the newest reading, where it lies in the last month counted and that may not be whole, or is long past."""
    if f"{newest:%Y-%m}" != last:
        return {}
    cut_off = f"{newest + _END_OF_A_MONTH:%Y-%m}" == last
    long_past = f"{now.replace(day=1) - timedelta(days=1):%Y-%m}" != last
    return {"counted_to": f"{newest:%Y-%m-%d}"} if cut_off or long_past else {}


def _documents(spec: FigureSpec, claims: Iterable[Claim], now: datetime) -> Figure | None:
    """How many documents were listed, and the title of the newest, which proves it; none is no figure."""
    latest = {str(claim.details.get("key")): claim for claim in in_order(claims) if has_happened(claim, now)}
    if not latest:
        return None
    newest = max(latest.values(), key=lambda claim: claim.effective_at)
    title = newest.quote.text
    text = title if len(latest) == 1 else f"{len(latest)}, the newest: {title}"
    at, note = newest.effective_at, str(spec.options.get("note", ""))
    return Figure(spec.id, spec.label, spec.unit, text, at=at, quote=newest.quote, values={"count": len(latest)}, note=note)


def _ids(claim: Claim) -> tuple[Scalar, ...]:
    ids = claim.details.get("ids", ())
    return ids if isinstance(ids, tuple) else (ids,)


def _finding(peak: float, last: float, same: bool) -> str:  # noqa: FBT001 - a helper of one caller
    if peak < _PEAK:
        return "peak not reproduced"
    return "peak reproduced" if same or last >= _PEAK else "peak reproduced, not sustained"


def _month(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"
