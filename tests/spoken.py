"""Builders for the tests of what is said: the shipped signals, and one text seen from one speaker."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.evaluations import COMPARED
from watcher.config.toml_reader import read_tables
from watcher.core.decision.claims import claims_of
from watcher.core.language.sentence import Sentence
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Claim, Entry, Flag, Ladder, Observation, Rule, Signal, Status, Tier, Track

ROOT = Path(__file__).parents[1]
SHARED = ROOT / ".." / "shared"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMED_DAY = re.compile(r"\b([A-Z][a-z]+ \d{1,2}, 20\d\d|\d{1,2} [A-Z][a-z]+ 20\d\d)\b")
SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@cache
def shipped(signal: str) -> Signal:
    """A signal of the shipped file, with its vocabulary and ladders and without its sources."""
    tables = read_tables(ROOT / "signals.toml")[0]
    table = next(each for each in tables["signal"] if each["id"] == signal)
    vocabulary = Vocabulary.of(table["vocabulary"])
    tracks = tuple(Track(each["id"], each["title"], ladder_of(each["ladder"], tables, vocabulary)) for each in table["track"])
    return Signal(signal, table["title"], table["question"], "", tracks, (), (), vocabulary=vocabulary)


def ladder_of(name: str, tables: dict[str, Any], vocabulary: Vocabulary) -> Ladder:
    table = tables["ladder"][name]
    statuses = tuple(
        Status(**{key: span(value) if key in {"within", "expires"} else value for key, value in each.items()})
        for each in table["status"]
    )
    flags = tuple(
        Flag(**{key: span(value) if key in {"within", "lasts"} else value for key, value in each.items()})
        for each in table.get("flag", ())
    )
    rules = tuple(rule_of(each, vocabulary) for each in table["rule"])
    compared = COMPARED if "side" in table else {}
    heard = tuple(table.get("heard", ()))
    return Ladder(name, statuses, rules, flags, series=table.get("series", False), heard=heard, **compared)


def rule_of(table: dict[str, Any], vocabulary: Vocabulary) -> Rule:
    rest = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in table.items()
        if key not in {"says", "when", "by"}
    }
    when = {key: tuple(value) if isinstance(value, list) else (value,) for key, value in table.get("when", {}).items()}
    says = table.get("says")
    by = tuple(Tier(each) for each in table.get("by", ["official"]))
    return Rule(**rest, when=when, by=by, sentence=Sentence.of(says, vocabulary) if says else None)


def span(text: str) -> timedelta:
    return timedelta(**{SPANS[text[-1]]: int(text[:-1])})


def said(
    text: str,
    *,
    title: str = "",
    tier: Tier = Tier.OFFICIAL,
    link: str = "https://www.anthropic.com/news/x",
    publisher: str = "anthropic.com",
    at: datetime = NOW,
    published: datetime | None = None,
    url: str = "",
    dated: bool = True,
) -> Observation:
    """One text as seen, by its own date said then, unless it has none."""
    entry = Entry("key", title, text, link, published or (at if dated else None))
    return Observation("source", entry, at, "hash", publisher, tier, "newsroom", url, first_seen_at=at)


def told_on(text: str, wanted: Collection[str]) -> datetime:
    """When a text of a table was told: on the latest day that it names with its year, a promise before that."""
    days = [_day(found) for found in NAMED_DAY.findall(text)] if "promised" not in "".join(wanted) else []
    return max([NOW, *(day for day in days if day)])


def _day(text: str) -> datetime | None:
    for form in ("%B %d, %Y", "%d %B %Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(hour=12, tzinfo=UTC)
    return None


def claims(signal: str, text: str, **more: Any) -> tuple[Claim, ...]:
    return claims_of(shipped(signal), said(text, **more))


def statuses(signal: str, text: str, **more: Any) -> dict[str, set[str]]:
    """Track → statuses that a text supports, without the mere mention of the name."""
    found: dict[str, set[str]] = {}
    for claim in claims(signal, text, **more):
        if claim.status and not claim.review and claim.rule != "official-mention":
            found.setdefault(claim.track, set()).add(claim.status)
    return found


def handed(signal: str, text: str, **more: Any) -> set[str]:
    """The tracks about which a person is asked."""
    return {claim.track for claim in claims(signal, text, **more) if claim.review}
