"""Signals and sources in a few words: the answer, how sure, since when, what cannot be seen, and how the readings went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup

from watcher.config.settings import Tool
from watcher.core.addresses import redact
from watcher.core.decision.decide import UNKNOWN
from watcher.core.model import (
    Headline,
    Ladder,
    Outcome,
    Quote,
    RaisedFlag,
    Scalar,
    Signal,
    Source,
    SourceOutage,
    Standing,
    Status,
    TrackVerdict,
    Undecided,
    Verdict,
)
from watcher.web.charts import tag
from watcher.web.read_model import PollView, SourceHealth, View
from watcher.web.status_path import standing_words
from watcher.web.wording import NOT_THERE, TO_COME, poll
from watcher.wording import Sign, sign_of, with_unit

WEAKEST_FIRST = tuple(Standing)


@dataclass(frozen=True, slots=True)
class TrackLine:
    """Where one track stands."""

    id: str
    title: str
    link: str
    label: str
    meaning: str
    consequence: str
    standing: Sign
    since: datetime | None
    seen_at: datetime | None
    details: tuple[tuple[str, str], ...]
    voices: int
    steps_back: bool
    """What was known of it before (a price, a version) holds no more."""


TONES = {"Yes": "good", "No": "bad", "Partly": "warn", "Not under that name": "warn"}
"""The colour of an answer; any other word is grey."""


@dataclass(frozen=True, slots=True)
class SignalSummary:
    """One signal at a summary."""

    signal: Signal
    answer: str
    """Where it stands: the label of the headline."""
    standing: Sign | None
    since: datetime | None
    verified_at: datetime | None
    cannot_see_since: datetime | None
    blind: tuple[SourceOutage, ...]
    lines: tuple[TrackLine, ...]
    flags: tuple[RaisedFlag, ...]
    proof: Quote | None
    consequences: tuple[str, ...]
    tools: tuple[Tool, ...]
    sources: int
    to_come: int = 0
    """Of the sources those that are addresses that may come and do not exist yet."""
    ever_read: bool = True
    """Whether one of its sources was ever read: else there is nothing that was known last."""
    overdue_since: datetime | None = None
    """The last look, where the watch has not looked for longer than three paces."""
    overdue_at: datetime | None = None
    """When that is so if nobody looks again: for pages that stand still."""
    word: str = UNKNOWN
    """The answer in a word; empty where none is declared."""
    sentence: str = ""
    """The answer in a sentence."""
    half: str = ""
    """That to the other half of the question, which a figure gives."""
    undecided: tuple[Undecided, ...] = ()
    """Texts that may change the answer and that a person is reading."""
    consequence: str = ""
    """What the answer changes for the reader."""
    support: Standing | None = None
    """How well the answer is supported, for machines."""

    @property
    def says(self) -> str:
        """The answer in its sentences, with that to the other half of the question."""
        return f"{self.sentence} {self.half}".strip()

    @property
    def told(self) -> str:
        """The same; where no sentence is declared, with where it stands."""
        return self.says if self.sentence else f"{self.answer}. {self.half}" if self.half else self.answer

    @property
    def steps_back(self) -> bool:
        """Whether something was taken away: what the reader has built on it may not run."""
        return any(line.steps_back for line in self.lines)


def tone_of(summary: SignalSummary) -> str:
    """The colour class of an answer: that of its word, or of how sure it is where none is declared."""
    if not summary.word:
        return summary.standing.tone if summary.standing else "calm"
    return TONES.get(summary.word, "calm")


def summarise_signals(view: View, signal: Signal) -> SignalSummary:
    """The summary of one signal; a signal not yet decided says so."""
    verdict = view.verdicts.get(signal.id)
    strips = view.strips_of(signal.id)
    sources = len(strips) or len(signal.sources)
    names = view.touched.get(signal.id, ())
    tools = tuple(tool for tool in view.stack if tool.name in names)
    if verdict is None:
        awaited = "The first look is still to come."
        return SignalSummary(
            signal, "Nothing has been read yet", None, None, None, None, (), (), (), None, (), tools, sources, sentence=awaited
        )
    leading = _leading(signal, verdict)
    weakest = _weakest(leading)
    lines = tuple(_line(signal, track) for track in verdict.tracks)
    return SignalSummary(
        signal=signal,
        answer=redact(verdict.headline_label or verdict.headline.replace("_", " ")),
        standing=sign_of(weakest, _newest(weakest)) if weakest else None,
        support=weakest.standing if weakest else None,
        since=max((track.since for track in leading if track.since), default=None),
        verified_at=verdict.verified_at,
        cannot_see_since=verdict.cannot_see_since,
        blind=verdict.blind,
        lines=lines,
        flags=tuple(flag for track in verdict.tracks for flag in track.flags),
        proof=next((quote for track in leading for quote in _newest(track)), None),
        consequences=_consequences(lines),
        consequence=_consequence(lines, {track.track for track in leading}),
        tools=tools,
        sources=sources,
        to_come=sum(1 for strip in strips if strip.is_to_come),
        ever_read=_ever_read(view, strips, verdict.blind),
        overdue_since=view.overdue_since(signal.id),
        overdue_at=view.overdue_at(signal.id),
        undecided=tuple(text for text in verdict.undecided if not text.answered),
        word=verdict.word,
        sentence=verdict.sentence,
        half=verdict.half,
    )


def _ever_read(view: View, strips: Sequence[SourceHealth], blind: Sequence[SourceOutage]) -> bool:
    """Whether one of a signal's sources was ever read; of a past day, whose readings are not kept, the outages tell it."""
    return not strips or any(one.health.last_good_at for one in strips) or (view.past and not all(one.never for one in blind))


def _weakest(leading: Sequence[TrackVerdict]) -> TrackVerdict | None:
    """The least supported of the tracks that make the headline: the answer is as sure as it is."""
    return min(leading, key=lambda track: WEAKEST_FIRST.index(track.standing), default=None)


def _consequences(lines: Sequence[TrackLine]) -> tuple[str, ...]:
    """What it changes for the reader, each under its track's name where tracks differ."""
    told = {line.consequence: line.title for line in reversed(lines) if line.consequence}
    each = reversed(told.items())
    return tuple(f"{title}: {words}" if len(told) > 1 else words for words, title in each)


def _consequence(lines: Sequence[TrackLine], leading: Collection[str]) -> str:
    """That of the last track that makes the headline: what another one changes is no answer."""
    differ = len({line.consequence for line in lines if line.consequence}) > 1
    told = [line for line in lines if line.id in leading and line.consequence]
    return f"{told[-1].title}: {told[-1].consequence}" if told and differ else told[-1].consequence if told else ""


def _newest(track: TrackVerdict) -> tuple[Quote, ...]:
    """The proof of where a track stands; for a series, of its newest event."""
    if track.evidence:
        return track.evidence
    return track.events[-1].evidence if track.events else ()


def _leading(signal: Signal, verdict: Verdict) -> tuple[TrackVerdict, ...]:
    """The tracks that make the headline: those that stand where it asks for; all of them where it asks for none."""
    statuses = {track.track: track.status for track in verdict.tracks}
    headline = next((line for line in signal.headlines if line.id == verdict.headline and _holds(line, statuses)), None)
    asked = (headline.when, headline.any_of) if headline else ()
    made = (track for track in verdict.tracks if any(track.status in part.get(track.track, ()) for part in asked))
    return tuple(made) or verdict.tracks


def _holds(line: Headline, statuses: Mapping[str, str]) -> bool:
    return all(statuses.get(track) in wanted for track, wanted in line.when.items())


def _line(signal: Signal, verdict: TrackVerdict) -> TrackLine:
    track = signal.track(verdict.track)
    label, meaning = standing_words(track, verdict)
    status = next((rung for rung in track.ladder.statuses if rung.id == verdict.status), Status("", "", ""))
    return TrackLine(
        id=track.id,
        title=track.title,
        link=track.link,
        label=label,
        meaning=meaning,
        consequence=status.consequence,
        standing=sign_of(verdict, _newest(verdict)),
        since=verdict.since,
        seen_at=verdict.seen_at,
        details=tuple(
            _detail(name, value, track.ladder, verdict)
            for name, value in verdict.details.items()
            if value not in {"", None}
            and ((name in track.ladder.attributes and not status.steps_back) or _is_of_now(verdict, name))
        ),
        voices=len(verdict.voices),
        steps_back=status.steps_back,
    )


def _detail(name: str, value: Scalar | tuple[Scalar, ...], ladder: Ladder, verdict: TrackVerdict) -> tuple[str, str]:
    """A detail with the earlier thing of which it was told, where nothing tells it of the present one, and what holds beside."""
    label, words = with_unit(name, value, ladder)
    of = f" (stated of {verdict.of[name]})" if name in verdict.of else ""
    return label, f"{words}{of}{ladder.detail(name).and_before(verdict.beside)}"


def _is_of_now(verdict: TrackVerdict, name: str) -> bool:
    """Whether a detail was told with the present status or since: the time of a promise says nothing of what was kept."""
    proof = verdict.proofs.get(name)
    return verdict.since is None or (proof is not None and (proof.published or proof.seen_at) >= verdict.since)


# The health of sources: one strip for each, good, unchanged, blocked and failed polls side by side.

MAX_SOURCES = 40
TICK_WIDTH = 5
ALL_SOURCES = slice(None)


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One source with what is known of its readings."""

    source: Source
    sign: Sign
    good_at: datetime | None
    tried_at: datetime | None
    next_at: datetime | None
    newest_at: datetime | None
    error: str
    blind: SourceOutage | None
    picture: Markup
    counts: tuple[tuple[Sign, int], ...]


def health_rows(view: View, signal_id: str, part: slice = ALL_SOURCES) -> tuple[HealthRow, ...]:
    """The sources of a signal, or a part of them: what cannot be seen first, then the essential ones."""
    blind = {item.source: item for item in view.blind(signal_id)}
    strips = sorted(view.strips_of(signal_id), key=lambda strip: (strip.source.id not in blind, not strip.source.essential))
    return tuple(_health_row(strip, blind.get(strip.source.id), past=view.past) for strip in strips[part])


def _health_row(strip: SourceHealth, blind: SourceOutage | None, *, past: bool) -> HealthRow:
    polls = strip.polls[-MAX_SOURCES:]
    to_come = strip.is_to_come and not past
    counts = Counter(item.outcome for item in polls)
    last = strip.health.outcome or (polls[-1].outcome if polls else "")
    return HealthRow(
        source=strip.source,
        sign=TO_COME if to_come else poll(last),
        good_at=strip.health.last_good_at,
        tried_at=strip.health.last_tried_at,
        next_at=strip.health.next_at,
        newest_at=strip.health.newest_entry_at,
        error=strip.health.error,
        blind=blind,
        picture=draw_strip(polls, to_come=to_come),
        counts=tuple((_ended(name, to_come=to_come), number) for name, number in counts.most_common()),
    )


def _ended(outcome: str, *, to_come: bool) -> Sign:
    """How a look ended; at an address that may come nothing is gone before it was there."""
    return NOT_THERE if to_come and outcome == Outcome.GONE else poll(outcome)


def draw_strip(polls: tuple[PollView, ...], *, to_come: bool = False) -> Markup:
    """The polls as ticks, oldest left; a run of one outcome is one path, so that a strip weighs little."""
    runs = []
    x = (MAX_SOURCES - len(polls)) * TICK_WIDTH
    for tone, group in groupby(polls, key=lambda item: _ended(item.outcome, to_come=to_come).tone):
        length = sum(1 for _ in group)
        runs.append(tag("path", d=f"M{x} {8 if tone in {'good', 'same'} else 6}h{length * TICK_WIDTH}", cls=f"run {tone}"))
        x += length * TICK_WIDTH
    counts = Counter(_ended(item.outcome, to_come=to_come).word for item in polls)
    says = (
        f"Last {len(polls)} polls: " + ", ".join(f"{number} {word}" for word, number in counts.most_common())
        if polls
        else "No polls to show"
    )
    return tag(
        "svg",
        *runs,
        cls="strip",
        viewBox=f"0 0 {MAX_SOURCES * TICK_WIDTH} 16",
        preserveAspectRatio="none",
        role="img",
        aria_label=says,
    )
