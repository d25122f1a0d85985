"""From pending transitions to the news of one moment: net changes, in an order that a reader can follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from watcher.core.model import Change, Digest, TrackVerdict, Transition, Undecided, Verdict

MOST_FLAGS = 5
"""Flags of a track that a digest carries."""
MOST_IN_FULL = 60
"""Signals that a first message carries with their words for one reader: a mail has room for half as many, and names others."""
MOST_QUOTES = 3
"""Quotes of a signal's beginning that a digest carries; no payload has more."""
MOVES = frozenset({Change.ADVANCE, Change.STEP_BACK, Change.CORRECTION, Change.RAISED})


def is_due(pending: Sequence[Transition], *, now: datetime, wait: timedelta) -> bool:
    """Whether the oldest change worth a message has waited long enough; urgent ones do not wait.

    One dated after `now` was made before the clock was set back: it has waited.
    """
    worth = [transition for transition in pending if transition.mail]
    return any(transition.urgent or not timedelta(0) <= now - transition.at < wait for transition in worth)


def net_changes(pending: Iterable[Transition]) -> tuple[Transition, ...]:
    """The pending transitions with moves of one track joined, and a move there and back left out.

    A source that was lost and is seen again is such a move, too. A correction is never swallowed: what was told must be taken
    back in words.
    """
    kept: list[Transition] = []
    last: dict[tuple[str, str, str], int] = {}
    for transition in pending:
        of_source = is_of_source(transition)
        place = (transition.signal, transition.track, transition.event if of_source else "")
        moves = of_source or transition.kind in MOVES
        if moves and place in last and transition.kind is not Change.CORRECTION:
            first = kept[last[place]]
            kept[last[place]] = _joined(first, transition)
        else:
            if moves:
                last[place] = len(kept)
            kept.append(transition)
    return tuple(transition for transition in kept if not _is_nothing(transition))


def is_of_source(transition: Transition) -> bool:
    """Whether it tells that a source was lost, or is seen again."""
    return not transition.track and transition.kind is Change.FLAG


def _joined(first: Transition, then: Transition) -> Transition:
    kind = first.kind if then.kind is Change.RAISED else then.kind
    return replace(then, before=first.before, kind=kind, mail=first.mail or then.mail, urgent=first.urgent or then.urgent)


def _is_nothing(transition: Transition) -> bool:
    back = transition.before == transition.after
    return back and (transition.kind in (Change.ADVANCE, Change.STEP_BACK) or is_of_source(transition))


def in_full(signals: Iterable[str], begun: Collection[str], wishes: Iterable[Collection[str]]) -> frozenset[str]:
    """The signals that a first message carries with their words: for each wish (empty: all) the first, and the first that begin.

    `signals` in the order of the configuration. What a message carries must not grow with signals that no letter has room for.
    """
    order = list(signals)
    found = set[str]()
    for wish in {frozenset(each) for each in wishes}:
        mine = [name for name in order if not wish or name in wish]
        found.update(mine[:MOST_IN_FULL], islice((name for name in mine if name in begun), MOST_IN_FULL))
    return frozenset(found)


def compose(pending: Sequence[Transition], verdicts: Mapping[str, Verdict], *, now: datetime, kind: str = "news") -> Digest:
    """The digest of some transitions; of kind "nothing" when they cancel out, or none of them is worth a message.

    Its id is made of the time and of the newest transition, so that the same pending rows make the same digest.
    """
    told = net_changes(pending)
    worth = any(transition.mail for transition in told)
    newest = max(transition.id for transition in pending)
    return Digest(
        id=f"{kind}-{now:%Y%m%dT%H%M%SZ}-{newest}",
        at=now,
        kind=kind if worth else "nothing",
        transitions=told,
        verdicts=summarise(verdicts, quotes=int(kind == "baseline")),
    )


def summarise_beginning(change: Transition, full: Collection[str]) -> Transition:
    """The beginning of a signal as a digest carries it: with few quotes, or none where it is not in `full`."""
    most = MOST_QUOTES if change.signal in full else 0
    return replace(change, evidence=change.evidence[:most]) if change.kind is Change.BASELINE else change


def summarise(verdicts: Mapping[str, Verdict], *, quotes: int = 0) -> tuple[Verdict, ...]:
    """Verdicts as a digest carries them, by signal: where each track stands, with at most so many of its quotes.

    No letter shows more, and the way there is kept with the verdict itself: of a thousand tracks it is megabytes, which would
    be written and read again for each piece of news.
    """
    return tuple(summarise_one(verdict, quotes=quotes) for _, verdict in sorted(verdicts.items()))


def in_a_line(verdict: Verdict) -> Verdict:
    """A verdict of which a letter has a line: its answer, where each track stands, what cannot be seen or is being checked."""
    brief = summarise_one(verdict)
    tracks = (replace(track, voices=(), details={}, reason="", again={}, beside={}) for track in brief.tracks)
    return replace(brief, tracks=tuple(tracks), figures=())


def summarise_one(verdict: Verdict, *, quotes: int = 0) -> Verdict:
    """The same of one verdict; in brief it stays as it is."""
    return replace(verdict, tracks=tuple(_brief(track, quotes) for track in verdict.tracks), undecided=_texts(verdict))


def _texts(verdict: Verdict) -> tuple[Undecided, ...]:
    return tuple(replace(text, quotes=text.quotes[:1]) for text in verdict.undecided if not text.answered)


def _brief(track: TrackVerdict, quotes: int) -> TrackVerdict:
    read_first = sorted(track.evidence, key=lambda quote: not quote.document)  # what is declared proves less than what was read
    flags = tuple(replace(flag, evidence=()) for flag in track.flags if flag.mail)[:MOST_FLAGS]
    return replace(track, evidence=tuple(read_first[:quotes]), flags=flags, events=(), path=(), reported=(), proofs={})
