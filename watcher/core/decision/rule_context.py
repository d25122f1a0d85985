"""One observation with what rules ask of it, each worked out once, what a sentence adds to a claim, and what rules wake for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from watcher.core.decision.near import simhash
from watcher.core.language.frames import frame_of
from watcher.core.language.lexicon import MASKS, choice, cue
from watcher.core.language.match import Match, Passed, in_full, matches
from watcher.core.language.net import Net
from watcher.core.language.parse import read
from watcher.core.language.surroundings import is_bare_heading
from watcher.core.language.times import Past, day_of_act, is_over, is_vague, retold_on, without_other_days
from watcher.core.language.unknown_works import Works
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.language.works import subject_key
from watcher.core.model import Observation, Quote, Rule, Signal, Tier, Track

if TYPE_CHECKING:
    from collections.abc import Collection

    from watcher.core.language.parse import Reading
    from watcher.core.model import Claim


# One observation with what rules ask of it, each worked out once.

_COMMON: Final = re.compile(r"https?://([a-zA-Z0-9.-]+)((?:/[!\"$->@-~]*)?)(?:[?#]|\Z)")
"""An address of common shape, in a fifth of the time that any other takes."""
_DATED_PATH: Final = re.compile(r"/(20\d\d)/(\d{2})(?:/(\d{2}))?(?:/|$)")


class RuleContext:
    """One observation with what its rules ask of it, each worked out once."""

    def __init__(self, signal: Signal, observation: Observation) -> None:
        """Nothing is worked out until it is asked for."""
        self.signal = signal
        self.observation = observation
        self.entry = observation.entry
        self._held: dict[tuple[str, ...], bool] = {(): True}

    @cached_property
    def lowered(self) -> str:
        """Title and text in lower case, for the first quick look."""
        return f"{self.entry.title}\n{self.entry.text}".lower()

    def holds_any(self, pieces: tuple[str, ...]) -> bool:
        """Whether the text contains one of these lower-case pieces; many rules ask for the same ones. True of none."""
        held = self._held.get(pieces)
        if held is None:
            held = self._held[pieces] = any(piece in self.lowered for piece in pieces)
        return held

    @cached_property
    def reading(self) -> Reading:
        """What the text says in the words of the signal."""
        return read(self.signal.vocabulary, self.entry.title, self.entry.text, self.told_at)

    def names_maker(self, about: Collection[str]) -> bool:
        """Whether the text, or its address, names the maker of these things or a programme of his.

        Where it does not, a bare name may be another thing's; the name of another model of his is not enough.
        """
        lists = self.signal.vocabulary.lists
        makers = [lists[role] for role in MASKS if role in lists]
        if not makers or any(maker.search(self.link) for maker in makers):
            return True
        return any(
            not any(one.start <= found.start() < one.end for one in line.things if one.group not in about)
            for line in self.reading.lines
            for maker in makers
            for found in maker.finditer(line.folded)
        )

    @cached_property
    def link(self) -> str:
        """Host and path of the entry's own address, for `when.link` and `hosts`."""
        address = self.entry.link or self.observation.url
        common = _COMMON.match(address)
        if common is not None:
            return f"{common[1].lower()}{common[2]}"
        parts = urlsplit(address)
        return f"{(parts.hostname or '').lower()}{parts.path}"

    @cached_property
    def host(self) -> str:
        """Host of the entry's own address."""
        return self.link.partition("/")[0]

    @property
    def is_page(self) -> bool:
        """Whether the entry was read at its own address, and not on a list of links with summaries."""
        at = self.observation.url.partition("#")[0].rstrip("/")
        return not at or not self.entry.link or at == self.entry.link.partition("#")[0].rstrip("/")

    @cached_property
    def copy(self) -> int:
        """Fingerprint of the text."""
        return simhash(f"{self.entry.title} {self.entry.text}")

    @cached_property
    def told_at(self) -> datetime:
        """When the text was said: its own date, else the day in its address, else when it was first seen; never later."""
        first = self.observation.first_seen_at or self.observation.seen_at
        if self.entry.published is not None:
            return min(self.entry.published, self.observation.seen_at)
        return dated_by_path(self.link, first) or first

    @property
    def is_undated(self) -> bool:
        """Whether nothing tells when the text was said: no date of its own, none in its address, and no edit that brought it."""
        if self.entry.published is not None or self.observation.revision > 1:
            return False
        return dated_by_path(self.link, self.observation.seen_at) is None

    @property
    def dated(self) -> datetime:
        """The entry's date as it stands, else when it was first seen."""
        return self.entry.published or self.observation.first_seen_at or self.observation.seen_at

    def quote(self, words: str) -> Quote:
        """These words of the entry, with where and when they were seen."""
        entry, seen_as = self.entry, self.observation
        return Quote(
            text=words,
            url=entry.link or seen_as.url,
            publisher=seen_as.publisher,
            tier=seen_as.tier,
            seen_at=seen_as.seen_at,
            document=seen_as.document,
            published=entry.published,
            source=seen_as.source,
            title=entry.title,
            read_at=seen_as.url,
        )


def dated_by_path(link: str, first: datetime) -> datetime | None:
    """The day, or the last day of the month, that an address names ("/documents/2026/07/17/"), never after `first`."""
    found = _DATED_PATH.search(link)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    try:
        if day:
            return min(datetime(year, month, day, tzinfo=UTC), first)
        following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    except ValueError:
        return None
    return min(following - timedelta(days=1), first)


def names_day(link: str) -> bool:
    """Whether an address names a day, and not only a month."""
    found = _DATED_PATH.search(link)
    return bool(found and found[3])


# What a sentence adds to a claim: its words, when what it tells happened, and what it is about.

_RETOLD: Final = timedelta(days=7)
"""Press that dates what it tells further back than this is retelling it."""
_PUT_OUT: Final = re.compile(rf"(?i)(?:^|{choice('at_first')} ){choice('put_out')}:?(?: on)? [A-Z0-9][\w.]* [\w, ]{{1,14}}20\d\d")
"""How a page dates itself: "Released January 20, 2027, Updated June 3, 2027", "as posted on June 3, 2027"."""
_TESTED: Final = re.compile(rf"(?i), {choice('work_done')} (?:(?! and {choice('put_out')})[^,;])*")
_NEW_AT_ITS_ADDRESS: Final = timedelta(days=14)
"""What a page is dated later than this after the time in its address tells of nothing that it first put out then."""
_CAUSE: Final = cue("cause_of_act", "beside", "sentence")
_TOLD_AS_IT_HAPPENED: Final = timedelta(days=2)
"""What a sentence dates so shortly before it was told is told as it happened."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A sentence that says what a rule asks for."""

    quote: str
    reason: str
    values: Mapping[str, str]
    at: datetime
    """When what it says happened: when it was told; a retold event on its own day."""
    since: datetime | None
    """The beginning of the past time that the sentence gives to it, where it gives one."""
    subject: str
    """What an event of a series is about."""
    heading: str = ""
    """The title that says it, where the quote is a sentence below it."""


def match_text_rule(seen: RuleContext, rule: Rule, *, whole: bool, passed: Passed | None = None) -> TextMatch | None:
    """The first sentence of an observation that says what the rule's `says` asks for.

    One that tells of the past counts where no other does; one that tells what is over, or dates it vaguely, not at all.
    `whole` asks for a sentence of which every word is explained; what is passed over is put down in `passed`.
    """
    past: TextMatch | None = None
    vocabulary = seen.signal.vocabulary
    for said in matches(rule.sentence, vocabulary, seen.reading, whole=whole, passed=passed) if rule.sentence else ():
        heard = None if is_over(vocabulary.masked(said.quote)) or is_vague(said.quote) else _heard(seen, rule, said)
        if heard and heard.since is None and not said.past:
            return heard
        past = past or (heard if heard and heard.since else None)
    return past


def proved_in_full(seen: RuleContext, rule: Rule, said: TextMatch) -> TextMatch:
    """What a title says with the sentence below it that says the same and more; the title where none does."""
    if rule.sentence is None or said.since is not None or said.quote != seen.reading.title.quote:
        return said
    vocabulary = seen.signal.vocabulary
    for found in in_full(rule.sentence, vocabulary, seen.reading, seen.told_at):
        heard = None if is_over(vocabulary.masked(found.quote)) or is_vague(found.quote) else _heard(seen, rule, found)
        if heard and heard.since is None and not frame_of(seen.reading, found.quote):
            return replace(heard, values=said.values, subject=said.subject, heading=said.quote)
    return said


def reason_beside(seen: RuleContext, track: Track, rule: Rule, said: TextMatch) -> str:
    """Of a step back the sentence beside it that says why, verbatim; empty where none does."""
    if not rule.status or rule.sentence is None or not track.ladder.rung(rule.status).steps_back:
        return ""
    return _cause_beside(seen.reading, said.quote, rule.sentence.about)


def _cause_beside(reading: Reading, quote: str, about: Collection[str]) -> str:
    """The sentence right before an act, else right behind it, that says why it was done, verbatim; empty where none does.

    It names one of the things that the act is about, or none that is known, and asks nothing.
    """
    here = next((n for n, line in enumerate(reading.lines) if n and line.quote == quote), 0)
    beside = [reading.lines[n] for n in (here - 1, here + 1) if here and 0 < n < len(reading.lines)]
    for line in beside:
        named = {thing.group for thing in line.things}
        if _CAUSE.search(line.folded) and not line.folded.endswith("?") and (not named or not named.isdisjoint(about)):
            return line.quote
    return ""


def _dated(seen: RuleContext, rule: Rule) -> str:
    """The words by which a page dates the work that its title announces, empty where it does not."""
    if rule.sentence is None or not rule.sentence.title:
        return ""
    return next((found[0] for line in seen.reading.lines if (found := _PUT_OUT.search(line.folded))), "")


def _told(seen: RuleContext, rule: Rule, said: Match) -> str:
    """The words that may date a claim: of a work that is out not those that say when its tests were run.

    Of what is given back not those that say when it was taken.
    """
    if rule.sentence and rule.sentence.announced:
        return _TESTED.sub("", said.quote)
    rungs = (rung for track in seen.signal.tracks for rung in track.ladder.statuses if rung.id == rule.status)
    return without_other_days(said.quote, taking=any(rung.steps_back for rung in rungs))


def _put_out_by_address(seen: RuleContext, rule: Rule, told: datetime) -> Past | None:
    """The day or month in the address of a page of a series, where the page is dated long after it: an edit, and no new work."""
    ended = dated_by_path(seen.link, told) if rule.event else None
    if ended is None or told - ended <= _NEW_AT_ITS_ADDRESS:
        return None
    return Past(ended if names_day(seen.link) else ended.replace(day=1), ended)


def old_above(seen: RuleContext, quote: str, told: datetime) -> Past | None:
    """The day above a sentence, where it was over long before the text was told; None where none is, or it is the text's own."""
    past = retold_on(seen.reading.day_above(quote), told)
    return past if past and told - past.until > _TOLD_AS_IT_HAPPENED else None


def _heard(seen: RuleContext, rule: Rule, said: Match) -> TextMatch | None:
    """A sentence with the time of what it tells; None where press retells what is old."""
    # What an edit added was said when it was seen; what stood there before keeps its date (core/decision/repeats.py).
    told = seen.observation.seen_at if seen.observation.revision > 1 and not rule.event else seen.told_at
    promised = rule.sentence is not None and rule.sentence.window  # the time of a promise is to come
    own = None if promised else retold_on(_dated(seen, rule) or _told(seen, rule, said), told)
    past = own or old_above(seen, said.quote, told) or (None if promised else _put_out_by_address(seen, rule, told))
    if past and told - past.until > _RETOLD and seen.observation.tier is Tier.PRESS:
        return None
    subject = subject_key(said.values.get("object", ""), seen.signal.vocabulary.before_name)
    at, since = (past.until, past.since) if past and told - past.until > _TOLD_AS_IT_HAPPENED else (told, None)
    if past and since is None and not rule.event and seen.observation.tier is not Tier.PRESS:
        at = day_of_act(said.quote, said.values.get("phrase", ""), told) or told
    return TextMatch(said.quote, said.reason, said.values, at, since, subject)


# What the waking rules of a track ask for: the nets in which its sentences and its works are looked for.


def net_of(track: Track) -> Net:
    """The net of a track; without groups where none of its sentences wakes anybody."""
    ladder = track.ladder
    claiming = [rule for rule in ladder.rules if rule.sentence and not rule.review]
    waking = [rule for rule in claiming if rule.sentence and wakes(track, rule) and rule.sentence.about]
    groups = frozenset(group for rule in waking if rule.sentence for group in rule.sentence.about)
    statuses = {kind: rule.status for rule in reversed(waking) if rule.sentence for kind in rule.sentence.phrase}
    stated = [rule for rule in waking if rule.sentence and "stated" in rule.sentence.manner]
    statuses |= {kind: rule.status for rule in stated if rule.sentence for kind in rule.sentence.phrase}
    urgent = next((status.id for status in ladder.statuses if status.wakes and status.urgent), "")
    planned = next((rule.status for rule in waking if rule.sentence and rule.sentence.window), "")
    taken = next((status.id for status in ladder.statuses if status.wakes and status.steps_back), urgent)
    ended = next((status.id for status in ladder.statuses if status.wakes and status.final), "")
    gates = frozenset(kind for rule in waking if rule.sentence for kind in rule.sentence.without)
    back = frozenset(kind for rule in claiming if rule.sentence and rule.back_from for kind in rule.sentence.phrase)
    manners = {one for rule in claiming if rule.sentence for manner in rule.sentence.manner for one in manner.split("+")}
    return Net(groups, statuses, planned, taken, gates, urgent, ended, back, "negated" in manners)


def headed(track: Track, claims: Collection[Claim], reading: Reading) -> set[str]:
    """The title where it says no more than what was claimed of a track: it only names things, or says that they are back."""
    made = {claim.rule for claim in claims}
    returned = any(rule.back_from for rule in track.ladder.rules if rule.id in made)
    return {reading.title.quote} if made and is_bare_heading(reading, returned=returned) else set()


def works_of(track: Track, vocabulary: Vocabulary) -> Works | None:
    """The works of a series; None where none of its titles wakes anybody."""
    waking = [
        (rule, rule.sentence) for rule in track.ladder.rules if rule.sentence and rule.sentence.title and wakes(track, rule)
    ]
    series = [(rule, said) for rule, said in waking if rule.event.startswith("match:") and said.object_of and not said.announced]
    if not series:
        return None
    by = frozenset(group for _, said in series for group in (*said.by, *said.also))
    of = frozenset(group for _, said in series for group in said.object_of)
    marks = tuple(sorted({name.lower() for group in by for name in vocabulary.things[group] if name.isalpha()}))
    status = series[0][0].status
    heard = frozenset(address.partition("/")[0] for address in track.ladder.heard)
    places = heard | _hosts_of_rules(rule for rule in track.ladder.rules if rule.status == status)
    titled = (rule.sentence for rule in track.ladder.rules if rule.sentence and rule.sentence.title and not rule.status)
    others = frozenset(group for said in titled for group in said.object_of)
    alone = (rule.sentence for rule in track.ladder.rules if rule.sentence and rule.sentence.announced and not rule.sentence.by)
    parents = tuple(vocabulary.lists[name] for said in alone for name in said.words)
    itself = "|".join(map(re.escape, sorted(vocabulary.itself)))
    return Works(
        by=by,
        of=of,
        others=others,
        status=status,
        places=tuple(sorted(places)),
        own=_hosts_of_rules(rule for rule, said in series if not said.also),
        marks=marks,
        parents=parents,
        itself=vocabulary.itself,
        called=re.compile(rf"(?i)\bthe (?:{itself})(?![\w-])") if itself else None,
    )


def _hosts_of_rules(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(str(link).partition("/")[0] for rule in rules for link in rule.when.get("link", ()))


def wakes(track: Track, rule: Rule) -> bool:
    """Whether people act at once on what a rule claims."""
    return bool(rule.status) and track.ladder.rung(rule.status).wakes
