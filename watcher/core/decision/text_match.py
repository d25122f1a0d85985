"""What a sentence adds to a claim: its words, when what it tells happened, and what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from watcher.core.decision.rule_context import RuleContext, dated_by_path, names_day
from watcher.core.language.lexicon import choice
from watcher.core.language.match import Match, Passed, matches
from watcher.core.language.times import Past, is_over, is_vague, retold_on
from watcher.core.language.works import subject_key
from watcher.core.model import Rule, Tier

_RETOLD: Final = timedelta(days=7)
"""Press that dates what it tells further back than this is retelling it."""
_PUT_OUT: Final = re.compile(rf"(?i)(?:^|{choice('at_first')} ){choice('put_out')}:?(?: on)? [A-Z0-9][\w.]* [\w, ]{{1,14}}20\d\d")
"""How a page dates itself: "Released January 20, 2027, Updated June 3, 2027", "as posted on June 3, 2027"."""
_NEW_AT_ITS_ADDRESS: Final = timedelta(days=14)
"""What a page is dated later than this after the time in its address tells of nothing that it first put out then."""
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


def _dated(seen: RuleContext, rule: Rule) -> str:
    """The words by which a page dates the work that its title announces, empty where it does not."""
    if rule.sentence is None or not rule.sentence.title:
        return ""
    return next((found[0] for line in seen.reading.lines if (found := _PUT_OUT.search(line.folded))), "")


def _put_out_by_address(seen: RuleContext, rule: Rule, told: datetime) -> Past | None:
    """The day or month in the address of a page of a series, where the page is dated long after it: an edit, and no new work."""
    ended = dated_by_path(seen.link, told) if rule.event else None
    if ended is None or told - ended <= _NEW_AT_ITS_ADDRESS:
        return None
    return Past(ended if names_day(seen.link) else ended.replace(day=1), ended)


def _heard(seen: RuleContext, rule: Rule, said: Match) -> TextMatch | None:
    """A sentence with the time of what it tells; None where press retells what is old."""
    # What an edit added was said when it was seen; what stood there before keeps its date (core/decision/repeats.py).
    told = seen.observation.seen_at if seen.observation.revision > 1 and not rule.event else seen.told_at
    promised = rule.sentence is not None and rule.sentence.window  # the time of a promise is to come
    past = None if promised else retold_on(_dated(seen, rule) or said.quote, told) or _put_out_by_address(seen, rule, told)
    if past and told - past.until > _RETOLD and seen.observation.tier is Tier.PRESS:
        return None
    subject = subject_key(said.values.get("object", ""), seen.signal.vocabulary.before_name)
    at, since = (past.until, past.since) if past and told - past.until > _TOLD_AS_IT_HAPPENED else (told, None)
    return TextMatch(said.quote, said.reason, said.values, at, since, subject)
