"""When time alone may change a verdict: until then it need not be decided again, if nothing is heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from watcher.core.decision.flags import GONE_FOR
from watcher.core.decision.series import HOPE
from watcher.core.model import Claim, Health, Signal

JUST_AFTER = timedelta(microseconds=1)


def next_change(signal: Signal, claims: Sequence[Claim], healths: Iterable[Health], now: datetime) -> datetime:
    """The first moment after `now` (aware) at which `decide` may say something else of the same claims and healths.

    At the latest the next midnight (UTC): what counts days or months changes then. What cannot be seen is not looked at. Pure.
    """
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return min([midnight, *(moment for moment in _moments(signal, claims, healths) if moment > now)])


def _moments(signal: Signal, claims: Sequence[Claim], healths: Iterable[Health]) -> Iterator[datetime]:
    """Every moment from which on a decision may say something else."""
    if signal.opened is not None:
        yield signal.opened
    for track in signal.tracks:
        yield from (rule.clock for rule in track.ladder.rules if rule.clock is not None)
    yield from (health.gone_since + GONE_FOR for health in healths if health.gone_since is not None)
    spans = _spans(signal)
    for claim in claims:
        yield claim.effective_at
        yield from (claim.effective_at + span + JUST_AFTER for span in spans)  # at the end of its time it still counts


def _spans(signal: Signal) -> set[timedelta]:
    """For how long what was claimed counts, in every way that a ladder may ask for."""
    spans = {HOPE}
    for track in signal.tracks:
        spans |= {status.expires for status in track.ladder.statuses if status.expires is not None}
        spans |= {flag.lasts for flag in track.ladder.flags if flag.lasts is not None}
    return spans
