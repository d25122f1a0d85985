"""The ladder as a path: where each track stands, the way it came, and what would move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.core.model import Ladder, Signal, Status, Tier, Track, TrackVerdict, Verdict, day_text
from watcher.wording import count

HERE, PASSED, SKIPPED, AHEAD, SIDE, BEEN = "here", "passed", "skipped", "ahead", "side", "been"
REPORTED = ", reported"
SAYS = {
    HERE: "here since",
    PASSED: "reached",
    SKIPPED: "passed over",
    AHEAD: "not reached",
    SIDE: "not taken",
    BEEN: "was here from",
}


@dataclass(frozen=True, slots=True)
class PathMark:
    """One track's relation to one rung."""

    track: str
    state: str
    at: datetime | None = None
    reported: bool = False
    """The press alone has told it; of where a track stands that is said beside its status."""

    @property
    def says(self) -> str:
        """The relation in words."""
        return SAYS[self.state]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the path, with a mark for each track."""

    label: str
    meaning: str
    marks: tuple[PathMark, ...]
    side: bool = False
    final: bool = False

    @property
    def here(self) -> bool:
        """Whether any track stands here."""
        return any(mark.state == HERE for mark in self.marks)

    @property
    def touched(self) -> bool:
        """Whether any track stands here or has been here."""
        return any(mark.state in {HERE, PASSED, BEEN} for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Stage:
    """A status on the way that a track came, and when it began."""

    label: str
    at: datetime | None
    back: bool = False
    """The step led down."""
    reported: bool = False
    """The press alone has told it."""

    @property
    def day(self) -> str:
        """`27 June 2026, reported`; empty where nobody knows the day."""
        return f"{day_text(self.at)}{REPORTED if self.reported else ''}" if self.at else ""


@dataclass(frozen=True, slots=True)
class StatusPath:
    """One or more tracks on a ladder of the same shape."""

    tracks: tuple[Track, ...]
    rungs: tuple[Rung, ...]
    series: bool = False
    ways: tuple[tuple[Stage, ...], ...] = ()
    """For each track how it came here, oldest first."""

    @property
    def title(self) -> str:
        """The names of the tracks."""
        return " and ".join(track.title for track in self.tracks)

    @property
    def short(self) -> tuple[Rung, ...]:
        """The rungs up to the first end, without the ends and the steps back that no track has taken."""
        end = next((index for index, rung in enumerate(self.rungs) if rung.final and not rung.side), len(self.rungs))
        return tuple(rung for index, rung in enumerate(self.rungs) if rung.touched or (index <= end and not rung.side))


@dataclass(frozen=True, slots=True)
class Next:
    """What would move one track: in words, and the rungs ahead with what they need."""

    track: str
    now: str
    words: str
    steps: tuple[tuple[tuple[str, ...], str], ...]
    """Rungs that need the same, with what they need."""


def draw_paths(signal: Signal, verdict: Verdict) -> tuple[StatusPath, ...]:
    """The tracks of a signal as paths; tracks with the same rungs share one."""
    found = {track.track: track for track in verdict.tracks}
    groups: dict[tuple[str, ...], list[Track]] = {}
    for track in signal.tracks:
        if track.id in found:
            groups.setdefault(_shape(track), []).append(track)
    return tuple(_path(tuple(tracks), found) for tracks in groups.values())


def _shape(track: Track) -> tuple[str, ...]:
    return (track.id,) if track.ladder.series else tuple(status.id for status in track.ladder.statuses)


def _path(tracks: tuple[Track, ...], found: dict[str, TrackVerdict]) -> StatusPath:
    first = tracks[0]
    if first.ladder.series:
        return StatusPath(tracks, _series(first, found[first.id]), series=True, ways=(_events(first, found[first.id]),))
    rungs = tuple(
        Rung(
            label=status.label,
            meaning=status.meaning,
            marks=tuple(_mark(track, status, found[track.id]) for track in tracks),
            side=status.steps_back,
            final=status.final,
        )
        for status in first.ladder.statuses
    )
    return StatusPath(tracks, rungs, ways=tuple(_way(track, found[track.id]) for track in tracks))


def _way(track: Track, verdict: TrackVerdict) -> tuple[Stage, ...]:
    stages = [replace(_stage(track, *step), reported=step in verdict.reported) for step in verdict.path]
    if not verdict.path or verdict.path[-1][0] != verdict.status:
        stages.append(_stage(track, verdict.status, verdict.since))
    return tuple(stages)


def _stage(track: Track, status: str, at: datetime | None) -> Stage:
    rung = next((rung for rung in track.ladder.statuses if rung.id == status), None)
    return Stage(rung.label if rung else status.replace("_", " "), at, rung.steps_back if rung else False)


def _events(track: Track, verdict: TrackVerdict) -> tuple[Stage, ...]:
    label, _ = standing_words(track, verdict)
    return (*(Stage(event.title or event.key, event.at) for event in verdict.events), Stage(label, verdict.since))


def _mark(track: Track, status: Status, verdict: TrackVerdict) -> PathMark:
    if status.id == verdict.status:
        return PathMark(track.title, HERE, verdict.since)
    dates = [at for name, at in verdict.path if name == status.id]
    ladder = track.ladder
    below = verdict.status in {rung.id for rung in ladder.statuses} and ladder.rank(status.id) < ladder.rank(verdict.status)
    if dates:
        state = PASSED if below and not status.steps_back else BEEN
        return PathMark(track.title, state, dates[-1], reported=(status.id, dates[-1]) in verdict.reported)
    if status.steps_back:
        return PathMark(track.title, SIDE)
    return PathMark(track.title, SKIPPED if below else AHEAD)


def _series(track: Track, verdict: TrackVerdict) -> tuple[Rung, ...]:
    """A series has no summit: its path is its events, and the one still awaited."""
    events = [
        Rung(event.title or event.key, track.ladder.outcome(event.outcome).label, (PathMark(track.title, PASSED, event.at),))
        for event in verdict.events
    ]
    label, meaning = standing_words(track, verdict)
    return (*events, Rung(label, meaning, (PathMark(track.title, HERE, verdict.since),)))


def standing_words(track: Track, verdict: TrackVerdict) -> tuple[str, str]:
    """Label and meaning of where a track stands; the bare id where its ladder does not know it."""
    try:
        status = track.ladder.rung(verdict.status)
    except KeyError:
        return verdict.status.replace("_", " "), ""
    return status.label, status.meaning


def next_text(signal: Signal, verdict: Verdict, *, most: int = 3) -> tuple[Next, ...]:
    """For each track what would change where it stands; tracks that need the same are said once."""
    said: dict[tuple[str, ...], list[str]] = {}
    kept: dict[tuple[str, ...], Next] = {}
    for standing in verdict.tracks:
        track = signal.track(standing.track)
        item = _next(track, standing, most)
        key = (item.now, item.words, *(label for labels, _ in item.steps for label in labels))
        said.setdefault(key, []).append(track.title)
        kept.setdefault(key, item)
    return tuple(Next(" and ".join(said[key]), item.now, item.words, item.steps) for key, item in kept.items())


def _next(track: Track, verdict: TrackVerdict, most: int) -> Next:
    label, _ = standing_words(track, verdict)
    statuses = track.ladder.statuses
    ids = [status.id for status in statuses]
    if verdict.status not in ids:
        return Next(track.title, label, "", ())
    position = ids.index(verdict.status)
    current = statuses[position]
    ahead = [status for status in statuses[position + 1 :] if not status.steps_back][:most]
    back = [status for status in statuses if status.steps_back and status.id != current.id][:2]
    chosen = () if current.final else (*ahead, *back)
    return Next(track.title, label, current.next, _steps(chosen, track.ladder))


def _steps(statuses: Sequence[Status], ladder: Ladder) -> tuple[tuple[tuple[str, ...], str], ...]:
    grouped: dict[str, list[str]] = {}
    for status in statuses:
        grouped.setdefault(needs(status, ladder), []).append(status.label)
    return tuple((tuple(labels), words) for words, labels in grouped.items())


def needs(status: Status, ladder: Ladder) -> str:
    """What it takes to reach a status, in words: what no official words may claim is the calendar's or the press's alone."""
    mine = [rule for rule in ladder.rules if rule.status == status.id]
    if mine and all(rule.clock for rule in mine):
        return f"{day_text(min(rule.clock for rule in mine if rule.clock))} to come"
    if status.report and mine and not any(Tier.OFFICIAL in rule.by for rule in mine):
        return f"{count(status.report, 'independent newspaper')} within {_days(status)}; it is called reported, never confirmed"
    if status.confirm > 1:
        words = f"{status.confirm} independent places that agree, an official one among them; with one it is called provisional"
    else:
        words = "one official source"
    if status.report:
        words += f"; {count(status.report, 'independent newspaper')} within {_days(status)} make it reported, never confirmed"
    return words


def _days(status: Status) -> str:
    hours = int(status.within.total_seconds() // 3600)
    return count(hours // 24, "day") if hours >= 24 else count(hours, "hour")  # noqa: PLR2004 - hours in a day


def path_words(path: StatusPath) -> str:
    """The way of each track in one sentence, for those who do not see it drawn."""
    return (
        "; ".join(
            f"{track.title}: " + ", then ".join(f"{stage.label} ({stage.day})" if stage.at else stage.label for stage in way)
            for track, way in zip(path.tracks, path.ways, strict=True)
        )
        + "."
    )
