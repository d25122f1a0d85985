"""What a person is asked: texts that no rule accounts for in full, each once however often its words are seen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from watcher.core.decision.decide import held_back
from watcher.core.decision.flags import FAR_PAST
from watcher.core.decision.near import Shelves
from watcher.core.language.lexicon import any_of, choice, word_set
from watcher.core.language.text import MAX_SENTENCE, fold
from watcher.core.model import (
    Change,
    Claim,
    Quote,
    Signal,
    Standing,
    Status,
    Tier,
    Track,
    TrackVerdict,
    Transition,
    Undecided,
    Verdict,
    capitalised,
    count,
    left_over,
)

RECENT = timedelta(days=14)
"""Words that lie longer than this before the watch (or a change of its rules) are old: nobody is asked."""
SAME_TEXT = timedelta(days=1)
"""Sentences at one address are of one text where they are dated at most this far apart."""
MIN_WORDS_OF_A_PART = 5
"""Words from which on a part of a sentence is known to be of it."""
SHARE_OF_AN_EDIT = 0.8
"""Share of the words that two sentences have in common when one is an edit of the other."""
MARK = "undecided"
"""What a transition says in the place of a status while a text is open."""
SPEAKERS = {Tier.OFFICIAL: "an official text", Tier.PARTNER: "a text of a partner"}
UNOFFICIAL = "a text that is not official"
SETTLED = "The text that was being checked is settled"
MAX_SENTENCES = 20
"""So many sentences of one text are kept with it."""
_WORD = re.compile(r"(?<![\w$%.-])[\w$%.-]*\w")
_MONTH = rf"{any_of('month')}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(rf"\b(?:{_MONTH} {_DAY}|{_DAY} {_MONTH}|20\d\d(?:-\d\d-\d\d)?)(?!\w)", re.IGNORECASE)
_TURNS = word_set("sense_turning")
"""Words that turn a sentence round: two that differ in one of these are never the same."""


@dataclass(frozen=True, slots=True)
class QuestionState:
    """What is known of the texts of one signal after a look."""

    rows: tuple[Undecided, ...]
    """Every text ever handed over or passed by as old; a new one has no `id` yet."""
    open: tuple[int, ...]
    """Places in `rows` of those that a person is reading and that may still change an answer."""


def ask(
    signal: Signal,
    known: Iterable[Undecided],
    claims: Iterable[Claim],
    verdict: Verdict,
    *,
    since: datetime,
    first: bool = False,
) -> QuestionState:
    """Hold the undecided claims that stand at `verdict.as_of` against what was asked before. Pure.

    Words dated before `since` ask nobody; in a `first` look neither do those without a date of their own.
    """
    look, every = _Look(signal, verdict, list(known)), list(claims)
    held = held_back(signal, every, verdict.as_of)
    mine = [claim for claim in [*every, *held] if claim.asks and claim.track in look.states]
    back = {(claim.observation, claim.rule) for claim in held}
    counted = (claim for claim in every if claim.status and not claim.review and (claim.observation, claim.rule) not in back)
    told = _Told(counted if mine else ())
    for claim in sorted(mine, key=lambda one: (one.quote.seen_at, one.effective_at, one.observation)):
        look.take(claim, is_news=_is_news(claim, since=since, first=first) and not told.say(claim))
    return QuestionState(tuple(look.rows), tuple(place for place in sorted(look.said) if look.is_open(look.rows[place])))


def answered(signal: Signal, rows: Iterable[Undecided], claims: Iterable[Claim]) -> tuple[Undecided, ...]:
    """Open texts, each with what answers it already. Pure.

    Its sentence counts for another track and names nothing of its own; or its speaker has said later that only some have access.
    """
    told = [claim for claim in claims if claim.status and not claim.review and claim.rule != "known"]
    return tuple(replace(row, answered=_said_elsewhere(signal, row, told) or _said_later(signal, row, told)) for row in rows)


def _said_elsewhere(signal: Signal, row: Undecided, told: Sequence[Claim]) -> str:
    """For which other track all its sentences count, where none of them names a thing of its own track; empty where one does."""
    rules = signal.track(row.track).ladder.rules
    own = {group for rule in rules if rule.sentence for group in rule.sentence.about}
    if any(thing.group in own for quote in row.quotes for thing in signal.vocabulary.find(fold(quote.text))):
        return ""
    others = {claim.quote.text: claim.track for claim in told if claim.track != row.track}
    tracks = {others.get(quote.text, "") for quote in row.quotes}
    return "" if "" in tracks else f"it is read of {', '.join(sorted(signal.track(each).title for each in tracks))}"


def _said_later(signal: Signal, row: Undecided, told: Sequence[Claim]) -> str:
    """That its speaker has said since, in a text of another day, that only some have access; empty where that was not said."""
    ladder = signal.track(row.track).ladder
    known = {rung.id for rung in ladder.statuses}
    if ladder.series or row.status not in known:
        return ""
    later = any(
        claim.track == row.track
        and claim.quote.publisher == row.quotes[0].publisher
        and claim.effective_at > row.effective_at + SAME_TEXT
        and ladder.rank(claim.status) < ladder.rank(row.status)
        and _any_words_of("only_for").search(claim.quote.text)
        for claim in told
    )
    return "its speaker has said since that only some have access" if later else ""


@cache
def _any_words_of(kind: str) -> re.Pattern[str]:
    """Any words of a class of the general English."""
    return re.compile(f"(?i){choice(kind)}")


def is_of_a_plan(quote: Quote) -> bool:
    """Whether words that no rule accounts for speak of a day to come: "will be", "is coming", "plans to"."""
    return _any_words_of("planned").search(fold(quote.text)) is not None


class _Look:
    """One look at what undecided claims say."""

    def __init__(self, signal: Signal, verdict: Verdict, rows: list[Undecided]) -> None:
        """Nothing is said yet."""
        self.signal, self.at, self.rows = signal, verdict.as_of, rows
        self.states = {state.track: state for state in verdict.tracks}
        self.said = set[int]()
        self._places: dict[tuple[str, str], int] = {}
        """The texts by their words."""
        self._near = Shelves()
        self._reading = defaultdict[tuple[str, str, str, date], list[int]](list)
        """The texts that a person is reading, by what they may say, page and day."""
        self._counted = {
            state.track: {quote.url for event in state.events for quote in event.evidence} for state in verdict.tracks
        }
        """What each series has counted."""
        self._stepped_back = {state.track: _stepped_back(signal.track(state.track), state) for state in verdict.tracks}
        for place, row in enumerate(rows):
            self._known(place, row)

    def _known(self, place: int, row: Undecided) -> None:
        """Let a text be found."""
        for quote in row.quotes:
            words = _words(quote.text)
            self._places[row.track, words.text] = place
            self._near.put(place, _pieces(row, words))
        if _is_asked(row):
            for page in {quote.url.partition("#")[0] for quote in row.quotes}:
                self._reading[row.track, row.status, page, row.effective_at.date()].append(place)

    def take(self, claim: Claim, *, is_news: bool) -> None:
        """Note the text of a claim: asked before, another sentence of a text that is being read, or a new one."""
        words = (claim.track, _words(claim.quote.text).text)
        place = self._places.get(words)
        if place is None:
            place = self._said_alike(claim)
        if place is None:
            place = self._noted(claim, is_news=is_news)
        self._places[words] = place
        self.said.add(place)

    def _said_alike(self, claim: Claim) -> int | None:
        """The first text that was asked about before and says the same with small changes."""
        words = _words(claim.quote.text)
        near = self._near.among(self._near.rarest(_pieces(claim, words), SHARE_OF_AN_EDIT))
        return next((place for place in near if _says_alike(self.rows[place], claim)), None)

    def _noted(self, claim: Claim, *, is_news: bool) -> int:
        row = _row(claim)
        asks = is_news and self.may_change(row)
        place = self._text_of(row) if asks else None
        if place is None:
            place = len(self.rows)
            self.rows.append(replace(row, asked_at=self.at if asks else None))
            self._known(place, self.rows[place])
        elif len(self.rows[place].quotes) < MAX_SENTENCES:
            self.rows[place] = replace(self.rows[place], quotes=(*self.rows[place].quotes, claim.quote))
            self._known(place, self.rows[place])
        return place

    def _text_of(self, row: Undecided) -> int | None:
        """The text that a person is reading already, of which this is another sentence."""
        days = (row.effective_at.date() + timedelta(days=step) for step in (-1, 0, 1))
        places = [place for day in days for place in self._reading.get((row.track, row.status, _page(row), day), ())]
        near = (place for place in places if abs(self.rows[place].effective_at - row.effective_at) <= SAME_TEXT)
        return min(near, default=None)

    def is_open(self, row: Undecided) -> bool:
        """Whether a person is reading a text that may still change an answer."""
        return _is_asked(row) and self.may_change(row)

    def may_change(self, row: Undecided) -> bool:
        """Whether the status that a text may claim would move its track, or make it firmer."""
        state, track = self.states[row.track], self.signal.track(row.track)
        ladder = track.ladder
        if ladder.series or row.status not in {rung.id for rung in ladder.statuses}:
            return row.quotes[0].url not in self._counted[row.track]
        if ladder.rung(state.status).final or row.effective_at < self._stepped_back[row.track]:
            return False
        if row.status == state.status:
            return not _is_firm(state, ladder.rung(row.status)) and not _is_counted(state, row)
        return ladder.rank(row.status) > ladder.rank(state.status) or _leads_back(track, state, row)


def _is_firm(state: TrackVerdict, rung: Status) -> bool:
    """Whether one more voice would make a status no firmer, be it read or declared."""
    declared = state.standing is Standing.DECLARED and bool(state.voices) and len(state.voices) >= rung.confirm
    return declared or state.standing is Standing.CONFIRMED


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    """In one spelling."""
    all: frozenset[str]
    fixed: frozenset[str]
    """Numbers other than dates, and words that turn the sense: these never differ between copies."""


def _words(text: str) -> _Words:
    """The words of a text. Those of sentences are remembered; of whole pages a thousand would take half a gigabyte."""
    return _of_sentence(text) if len(text) <= MAX_SENTENCE else _of_text(text)


@lru_cache(maxsize=4096)
def _of_sentence(text: str) -> _Words:
    return _of_text(text)


def _of_text(text: str) -> _Words:
    folded = fold(text).casefold()
    found = frozenset(_WORD.findall(_DATE.sub(" ", folded)))
    return _Words(folded, found, frozenset(word for word in found if word in _TURNS or any(map(str.isdigit, word))))


def _says_alike(row: Undecided, claim: Claim) -> bool:
    """Whether a text with small changes was asked about before, for the same status."""
    if (row.track, row.status) != (claim.track, claim.status) or (row.event and claim.event and row.event != claim.event):
        return False
    words = _words(claim.quote.text)
    return any(_are_alike(_words(quote.text), words) for quote in row.quotes)


def _are_alike(one: _Words, other: _Words) -> bool:
    longer = max(len(one.all), len(other.all))
    return bool(longer) and one.fixed == other.fixed and len(one.all & other.all) >= SHARE_OF_AN_EDIT * longer


class _Told:
    """What counts already: the declared history, and what rules could place."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        """Read their words."""
        self._history = defaultdict[tuple[str, str], list[_Words]](list)
        self._counted: list[_Words] = []
        self._near = Shelves()
        for claim in claims:
            words = _words(claim.quote.text)
            if claim.rule == "known":
                self._history[claim.track, claim.status].append(words)
            else:
                self._near.put(len(self._counted), _pieces(claim, words))
                self._counted.append(words)

    def say(self, claim: Claim) -> bool:
        """Whether they say the same; of history a part is enough."""
        words = _words(claim.quote.text)
        parts = [part.all for part in self._history[claim.track, claim.status] if len(part.all) >= MIN_WORDS_OF_A_PART]
        if any(len(part & words.all) >= SHARE_OF_AN_EDIT * len(part) for part in parts):
            return True
        near = self._near.among(self._near.rarest(_pieces(claim, words), SHARE_OF_AN_EDIT))
        return any(_are_alike(self._counted[number], words) for number in near)


def _pieces(of: Claim | Undecided, words: _Words) -> frozenset[Hashable]:
    """By what sentences that say the same of a status with small changes are found."""
    return frozenset((of.track, of.status, words.fixed, word) for word in words.all)


def _row(claim: Claim) -> Undecided:
    return Undecided(
        claim.signal,
        claim.track,
        claim.status,
        (claim.quote,),
        claim.since or claim.effective_at,
        voice=claim.voice,
        event=claim.event,
        unexplained=claim.unexplained,
    )


def _page(row: Undecided) -> str:
    return row.quotes[0].url.partition("#")[0]


def _is_news(claim: Claim, *, since: datetime, first: bool) -> bool:
    undated = claim.undated or (claim.quote.published is None and claim.effective_at >= claim.quote.seen_at)
    return (claim.since or claim.effective_at) >= since and not (first and undated)


def _is_asked(row: Undecided) -> bool:
    return row.asked_at is not None and row.settled_at is None


def _is_counted(state: TrackVerdict, row: Undecided) -> bool:
    return _page(row) in {quote.url.partition("#")[0] for quote in state.evidence}


def _stepped_back(track: Track, state: TrackVerdict) -> datetime:
    """When the track stepped back last: today's status no longer follows from what was said before."""
    moments = (at for status, at in state.path if not track.ladder.series and track.ladder.rung(status).steps_back)
    return max(moments, default=FAR_PAST)


def _leads_back(track: Track, state: TrackVerdict, row: Undecided) -> bool:
    """Whether a rule for the status leads down from where the track stands, by words that are no older."""
    later = state.since is None or row.effective_at >= state.since
    return later and any(
        rule.status == row.status and (state.status in rule.back_from or rule.cancels) for rule in track.ladder.rules
    )


def settled_by(rows: Iterable[Undecided], decided: Iterable[Undecided], at: datetime) -> tuple[Undecided, ...]:
    """The texts of another look, numbered, with what people had decided of the same words until `at`."""
    done = {(one.track, _words(quote.text).text): one for one in decided if one.settled_at for quote in one.quotes}
    return tuple(
        _settled(replace(row, id=number), done.get((row.track, _words(row.quotes[0].text).text)), at)
        for number, row in enumerate(rows, 1)
    )


def _settled(row: Undecided, as_decided: Undecided | None, at: datetime) -> Undecided:
    if as_decided is None or as_decided.settled_at is None or as_decided.settled_at > at:
        return row
    return replace(
        row,
        settled_at=as_decided.settled_at,
        settled_by=as_decided.settled_by,
        settled_as=as_decided.settled_as,
        settled_why=as_decided.settled_why,
    )


def edges(before: Sequence[Undecided], after: Verdict, rows: Iterable[Undecided]) -> Iterable[Transition]:
    """That a person is asked, once for each text, and that a text is settled; `rows` are the texts with their ids."""
    known = {row.id: row for row in rows}
    is_open, was_open = {row.id for row in after.undecided}, {row.id for row in before}
    for row in after.undecided:
        if row.asked_at == after.as_of and row.id not in was_open:
            yield _edge(after, row, before="", after=MARK, title="; ".join(asked_in_words((row,))), reason=why(row))
    now_answered = {row.id: row.answered for row in after.undecided if row.answered}
    for old in before:
        if not old.answered and (old.id not in is_open or old.id in now_answered):
            row = known.get(old.id, old)
            reason = now_answered.get(old.id) or outcome(row)
            yield _edge(after, row, before=MARK, after="", title=SETTLED, reason=reason)


def text_in_words(quote: Quote) -> str:
    """What readers call a text, by who speaks: `an official text`, `a text of a partner`."""
    return SPEAKERS.get(quote.tier, UNOFFICIAL)


def asked_in_words(rows: Sequence[Undecided]) -> tuple[str, str]:
    """What may change an answer, and what is done about it: `An official text may change this answer`, `a person is …`."""
    one = text_in_words(rows[0].quotes[0]) if len(rows) == 1 else count(len(rows), "text")
    return f"{capitalised(one)} may change this answer", f"a person is checking {'it' if len(rows) == 1 else 'them'}"


def why(row: Undecided) -> str:
    """Why a person is asked: `it may say available; no rule accounts for "in", "most"`."""
    words = left_over(row.unexplained[:12], row.quotes[0])
    may = f"it may say {row.status.replace('_', ' ')}" if row.status else "it may change where this stands"
    return f"{may}; no rule accounts for {words}" if words else may


def outcome(row: Undecided) -> str:
    """What became of a text: decided or dismissed and by whom, or that it changes nothing any more."""
    if row.settled_at is None:
        return "it changes nothing any more"
    done = f"decided as {row.settled_as.replace('_', ' ')}" if row.settled_as else "dismissed"
    return f"{done} by {row.settled_by}{f': {row.settled_why}' if row.settled_why else ''}"


def _edge(verdict: Verdict, row: Undecided, *, before: str, after: str, title: str, reason: str) -> Transition:
    standings = (state.standing for state in verdict.tracks if state.track == row.track)
    return Transition(
        signal=verdict.signal,
        track=row.track,
        kind=Change.UNDECIDED,
        before=before,
        after=after,
        at=verdict.as_of,
        standing=next(standings, Standing.PROVISIONAL),
        headline=verdict.headline,
        headline_label=verdict.headline_label,
        evidence=row.quotes[:3],
        effective_at=row.effective_at,
        title=title,
        details={"number": row.id, "may_say": row.status},
        mail=bool(after),
        urgent=bool(after),
        reason=reason,
    )
