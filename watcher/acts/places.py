"""Signals, tracks, statuses and addresses as people type them."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.acts.errors import Unusable
from watcher.config.types import read_url
from watcher.core.addresses import redact
from watcher.core.model import Signal, Track


def place_of(signals: Sequence[Signal], where: str) -> tuple[str, str]:
    """Signal and track of `SIGNAL[.TRACK]`, the track empty where none is named. Raises Unusable."""
    if any(signal.id == where for signal in signals):
        return where, ""
    found = _track(signals, where)
    if found is None:
        known = ", ".join(signal.id for signal in signals)
        raise Unusable(f"{where!r} is no signal and no track; expected one of {known}, {_places(signals)}")
    return found[0].id, found[1].id


def track_of(signals: Sequence[Signal], where: str) -> tuple[Signal, Track]:
    """The track that `SIGNAL.TRACK` names. Raises Unusable."""
    if found := _track(signals, where):
        return found
    raise Unusable(f"{where!r} is no track; expected one of {_places(signals)}")


def _track(signals: Sequence[Signal], where: str) -> tuple[Signal, Track] | None:
    pairs = ((signal, track) for signal in signals for track in signal.tracks)
    return next(((signal, track) for signal, track in pairs if where == f"{signal.id}.{track.id}"), None)


def _places(signals: Sequence[Signal]) -> str:
    return ", ".join(f"{signal.id}.{track.id}" for signal in signals for track in signal.tracks)


def check_status(track: Track, status: str, event: str) -> None:
    """Refuse a status that the track does not have, and the event of a series that has no name. Raises Unusable."""
    known = [rung.id for rung in track.ladder.statuses]
    if status not in known:
        raise Unusable(f"{status!r} is no status of {track.id}; expected one of {', '.join(known)}")
    if track.ladder.series and status == known[-1] and not event:
        raise Unusable(f"{track.id} is a series; expected a title, which names what happened")


def check_address(url: str) -> None:
    """Refuse what is no web address. Raises Unusable."""
    try:
        read_url(url)
    except ValueError:
        raise Unusable(f"{redact(url)!r} is no address; expected https://…, without a user name or a password") from None
