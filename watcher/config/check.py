"""Tries a configuration on its own examples, and names what may surprise its owner."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from math import prod
from urllib.parse import quote

from watcher.config.build import Config
from watcher.config.errors import Diagnostic, show
from watcher.config.settings import Fetch, Store, Watch, Web
from watcher.config.signals import Example
from watcher.core.bills.actions import wrong_examples
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import headline_of
from watcher.core.language.examples import misread
from watcher.core.language.lexicon import english
from watcher.core.model import Claim, Entry, Observation, Rule, Signal, Source, Tier, Track
from watcher.core.proxies import is_this_machine

# What a configuration allows and its owner may not have meant.

_MOST_COMBINATIONS = 10_000
_ENDS_SOON = timedelta(days=60)
_REFERENCE = re.compile(r"(?<!\$)\$(?:[A-Z_][A-Z0-9_]{2,}|\{[A-Za-z_]\w*\})")
_SECRETS = {"password", "token", "secret"}
"""Keys of channels whose values come from the environment, where a dollar sign is one."""
_LINK = {"link", ""}
"""Publishers of sources whose entries speak for the domains of their own links."""


def warnings_of(config: Config, now: datetime) -> Iterator[str]:
    """Give the warnings, those on the installation first, each in one sentence."""
    yield from _installation(config)
    used = {track.ladder.id for signal in config.signals for track in signal.tracks}
    for ladder in config.ladders:
        if ladder not in used:
            yield f'ladder "{ladder}" is used by no track'
    for signal in config.signals:
        yield from _signal(signal)
        for track in signal.tracks:
            yield from _track(signal, track)
            yield from _ending(signal, track, now)


def _installation(config: Config) -> Iterator[str]:
    if not config.watch.contact:
        yield "[watch] names no contact: publishers cannot reach you when a request troubles them"
    if not config.watch.base_url and any(each.channel != "maildir" for each in config.recipients):
        yield "[watch] names no base_url: messages cannot link to the page"
    if not any(each.operator for each in config.recipients):
        yield "no recipient has operator = true: nobody is told when a source goes blind or a delivery fails"
    if config.web.subscribe and not config.web.trusted_proxies and is_this_machine(config.web.host):
        yield "[web] subscribe without trusted_proxies: behind a proxy all readers are one asker, with five wishes an hour"
    for each in config.recipients:
        if each.weekdays and each.pace == "at_once":
            yield f'recipient "{each.id}": weekdays are for pace = "daily" or "weekly"; news is told at once on any day'
    for place, text in _texts(config):
        if found := _REFERENCE.search(text):
            yield f"{place} holds {found[0]}, which is replaced in `to`, `secret`, `headers` and `proxy` alone"
        if _is_dotted(text):
            yield f"{place} names a host or a page that ends in a dot, which is hardly meant"


def _is_dotted(text: str) -> bool:
    """Whether a text holds an address of the web whose host ends in a dot, or ends with an address and a full stop."""
    hosts = (re.split(r"[:/?#]", word.partition("//")[2], maxsplit=1)[0] for word in text.split())
    last = (text.split() or [""])[-1]
    closed = not {"@", "/"}.isdisjoint(last) and last[-1] == "." and last[-2].isalnum()
    return closed or any(host.endswith(".") for host in hosts)


def _texts(config: Config) -> Iterator[tuple[str, str]]:
    """Texts of the installation and addresses of sources in which no variable is replaced, with the place of each."""
    tables: dict[str, Watch | Fetch | Store | Web] = {
        "watch": config.watch,
        "fetch": config.fetch,
        "store": config.store,
        "web": config.web,
    }
    given = {(name, key): value for name, table in tables.items() for key, value in table}
    given |= {
        (name, key): value for name, table in config.channels.items() for key, value in table.items() if key not in _SECRETS
    }
    for (name, key), value in given.items():
        if isinstance(value, str) and (name, key) != ("fetch", "proxy"):
            yield f"[{name}] {key}", value
    for source in config.sources:
        yield f'the address of source "{source.id}"', source.url


def _signal(signal: Signal) -> Iterator[str]:
    silent = [s.id for s in signal.sources if s.expect_every is None and not s.record and not s.may_be_missing]
    if silent:
        yield f'signal "{signal.id}": nobody is told when these fall silent, for want of expect_every: {", ".join(silent)}'
    for source in signal.sources:
        if source.expect_every is not None and source.expect_every < source.every:
            yield f'source "{source.id}" is asked less often (every) than its silence alarm rings (expect_every)'
    if not any(source.essential for source in signal.sources):
        yield f'signal "{signal.id}" has no essential source: it will never say that it cannot see'
    for combination in _without_headline(signal):
        yield f'signal "{signal.id}" has no headline where {combination}'
        break


def _without_headline(signal: Signal) -> Iterator[str]:
    """The first combinations of statuses that no headline covers."""
    ladders = [[(track.id, status.id) for status in track.ladder.statuses] for track in signal.tracks]
    if prod(map(len, ladders)) > _MOST_COMBINATIONS:
        return
    for standing in product(*ladders):
        if headline_of(signal, (), **dict(standing)) not in signal.headlines:
            yield ", ".join(f"{track} is {status}" for track, status in standing)


def _track(signal: Signal, track: Track) -> Iterator[str]:
    reached = {rule.status for rule in track.ladder.rules if not rule.review} | {known.status for known in signal.known}
    for status in track.ladder.statuses[1:]:
        if status.id not in reached:
            yield f'status "{status.id}" of {signal.id}.{track.id} is reached by no rule'
    for rule in track.ladder.rules:
        by_itself = rule.clock is not None or Tier.OPERATOR in rule.by
        if not by_itself and not any(_feeds(source, rule) for source in signal.sources):
            yield f'rule "{rule.id}" of {signal.id}.{track.id} is fed by no source of its tiers, publishers, surfaces and ids'


def _feeds(source: Source, rule: Rule) -> bool:
    """Whether entries of a source, or of a page followed from it, could be of those that a rule asks for."""
    if rule.sources and source.id not in rule.sources:
        return False
    return _speaks(source.tier, source.publisher, source.surface, rule) or any(
        _speaks(page.tier or source.tier, page.publisher, page.surface or source.surface, rule) for page in source.follow
    )


def _speaks(tier: Tier, publisher: str, surface: str, rule: Rule) -> bool:
    if tier not in rule.by or (rule.surfaces and surface not in rule.surfaces):
        return False
    hosts = (*rule.publishers, *rule.hosts)
    return not hosts or publisher in _LINK or any(host == publisher or host.endswith(f".{publisher}") for host in hosts)


def _ending(signal: Signal, track: Track, now: datetime) -> Iterator[str]:
    """A track that a rule of time closes soon, or closed, with where its successor would be found."""
    ends = min((rule.clock for rule in track.ladder.rules if rule.clock), default=None)
    if ends is None or now < ends - _ENDS_SOON:
        return
    verb = "ends" if now < ends else "ended"
    yield f'track "{signal.id}.{track.id}" {verb} on {ends:%Y-%m-%d}; {_successor(track)}'


def _successor(track: Track) -> str:
    words = track.search or track.title
    measures = [str(value) for rule in track.ladder.rules for value in rule.when.get("measure", ())]
    congress = next((int(number) for measure in measures if (number := measure.partition("/")[0]).isdecimal()), None)
    if congress is None:
        return f'look for what follows it: "{words}"'
    asked = json.dumps({"congress": [str(congress + 1)], "source": "legislation", "search": words}, separators=(",", ":"))
    return f'look for its successor, "{words}": https://www.congress.gov/search?q={quote(asked)}'


# Runs the examples of a configuration through its rules, and looks for the files that it names.

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
