"""What a sentence adds to a claim: its words, when what it tells happened, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from watcher.core.match import match
from watcher.core.model import Rule, Tier
from watcher.core.observed import Seen
from watcher.core.retelling import retold_on
from watcher.core.subject_keys import subject_key

_RETOLD: Final = timedelta(days=7)
"""Press that dates what it tells further back than this is retelling it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that says what a rule asks for."""

    quote: str
    reason: str
    values: Mapping[str, str]
    at: datetime
    """When what it says happened: when it was told; a retold event on its own day."""
    subject: str
    """What an event of a series is about."""


def hear(seen: Seen, rule: Rule) -> Heard | None:
    """The first sentence of an observation that says what the rule's `says` asks for."""
    said = match(rule.sentence, seen.signal.vocabulary, seen.reading) if rule.sentence else None
    if said is None or (seen.observation.tier is Tier.PRESS and _is_retold(seen, said.quote)):
        return None
    return Heard(
        said.quote, said.reason, said.values, _happened(seen, rule, said.quote), subject_key(said.values.get("object", ""))
    )


def _is_retold(seen: Seen, quote: str) -> bool:
    """Whether press dates what it tells well before its own date: an old event told again."""
    told = seen.told_at
    day = retold_on(quote, told)
    return day is not None and told - day > _RETOLD


def _happened(seen: Seen, rule: Rule, quote: str) -> datetime:
    # What an edit added was said when it was seen; what stood there before keeps its date (core/repeats.py).
    told = seen.observation.seen_at if seen.observation.revision > 1 and not rule.event else seen.told_at
    day = retold_on(quote, told)
    return day if day is not None and told - day > timedelta(days=2) else told
