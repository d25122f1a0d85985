"""Tries a configuration on its own examples, and names what may surprise its owner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from watcher.config.build import Config
from watcher.config.errors import Diagnostic, show
from watcher.config.signals import Example
from watcher.config.warnings import warnings_of
from watcher.core.bills.actions import wrong_examples
from watcher.core.decision.claims import claims_of
from watcher.core.language.examples import misread
from watcher.core.language.lexicon import english
from watcher.core.model import Claim, Entry, Observation, Signal, Tier

_NOTHING = "none"
_USUAL_DAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When an example without a date was seen."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that is read otherwise than it says."""

    example: Example
    claimed: tuple[str, ...]
    """Statuses and flags that the text claims, each with its rule and sentence."""

    def __str__(self) -> str:
        """Say it in one line."""
        wanted = self.example.flag or self.example.status
        text = self.example.seen or self.example.title
        shown = text if len(text) <= 100 else f"{text[:99]}…"  # noqa: PLR2004 - a line's worth
        claimed = "; ".join(self.claimed) or "nothing"
        return f'{self.example.signal}.{self.example.track}: "{shown}" should claim {wanted}, claims {claimed}'


@dataclass(frozen=True, slots=True)
class Report:
    """What `watcher check` says of a configuration that could be read."""

    config: Config
    failures: tuple[Failure, ...]
    warnings: tuple[str, ...]
    wordings: tuple[str, ...] = ()
    """Rows of the tables of wordings without an example, or with one that is read otherwise."""
    files: tuple[str, ...] = ()
    """Files that the configuration names and that are not there."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """All that fails the check, one line each."""
        return (*self.files, *map(str, self.failures), *self.wordings)

    @property
    def passed(self) -> int:
        """How many examples are read as they say."""
        return len(self.config.examples) - len(self.failures)


def check(config: Config, now: datetime) -> Report:
    """Run every example through the rules and gather the warnings as of `now` (aware)."""
    results = ((example, _claimed(config.signal(example.signal), example)) for example in config.examples)
    failures = tuple(
        Failure(example, tuple(map(_shown, claims))) for example, claims in results if not _holds(config, example, claims)
    )
    return Report(
        config, failures, tuple(warnings_of(config, now)), (*wrong_examples(), *misread(english())), tuple(missing_files(config))
    )


def missing_files(config: Config) -> Iterator[str]:
    """Say of every file that a setting names, and that cannot be read, where it is named."""
    named = {"fetch": config.fetch.ca_file} | {name: str(each.get("ca_file", "")) for name, each in config.channels.items()}
    for table, file in named.items():
        if file and not os.access(file, os.R_OK):
            yield str(Diagnostic(str(config.path), 0, f"[{table}]", "ca_file", show(file), "a file that can be read"))


def _holds(config: Config, example: Example, claims: list[Claim]) -> bool:
    """Whether the claims' highest status, and their flags, are those that the example names."""
    ladder = config.signal(example.signal).track(example.track).ladder
    highest = max((claim.status for claim in claims if claim.status), key=ladder.rank, default=_NOTHING)
    flags = {claim.flag for claim in claims if claim.flag}
    return highest == example.status and (example.flag in flags if example.flag else example.status != _NOTHING or not flags)


def _claimed(signal: Signal, example: Example) -> list[Claim]:
    claims = claims_of(signal, observe_example(signal, example))
    return [claim for claim in claims if claim.track == example.track and not claim.review and (claim.status or claim.flag)]


def _shown(claim: Claim) -> str:
    return f'{claim.status or claim.flag} by rule {claim.rule} ({claim.reason}: "{claim.quote.text[:80]}")'


def observe_example(signal: Signal, example: Example) -> Observation:
    """Make the observation that an example describes; what it leaves out is that of the source that it names."""
    source = next((each for each in signal.sources if each.id == example.source), None)
    at = example.at or _USUAL_DAY
    link = example.url or (source.url if source else "https://example.org/")
    return Observation(
        source=example.source,
        entry=Entry("example", example.title, example.seen, link, at, dict(example.facts)),
        seen_at=at,
        document="",
        publisher=example.publisher or (source.publisher if source else ""),
        tier=Tier(source.tier if source and example.tier is Tier.OFFICIAL else example.tier),
        surface=example.surface or (source.surface if source else ""),
        url=link,
    )
