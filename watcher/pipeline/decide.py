"""Decide a signal again and record what changed, in the transaction that holds what was seen; under changed rules, claim anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from watcher.core.addresses import in_year, redact
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import blindness, decide, held_back, known_claims, next_change, verified_at
from watcher.core.decision.repeats import drop_repeats
from watcher.core.decision.undecided import RECENT, answered, ask, edges
from watcher.core.model import (
    Change,
    Claim,
    Health,
    Observation,
    Quote,
    Signal,
    SourceOutage,
    Standing,
    Tier,
    Transition,
    Undecided,
    Unreadable,
    Verdict,
)
from watcher.store.codec import moment_in
from watcher.store.engine import Scope
from watcher.store.errors import read_value
from watcher.store.records import AuditEntry, Evidence, MetaKey
from watcher.store.store import Store, Transaction

# What people have recorded, as claims: a person's word is one voice that leads, and may move a track anywhere.


def evidence_claims(tx: Transaction, signal: Signal, as_of: datetime | None = None) -> list[Claim]:
    """The evidence that stands now or stood then, for the tracks that are declared."""
    tracks = {track.id: {status.id for status in track.ladder.statuses} for track in signal.tracks}
    held = tx.evidence.of(signal.id, as_of)
    texts = {text.evidence: text for text in tx.undecided.of(signal.id)} if held else {}
    return [
        claim_of(one, texts.get(one.id))
        for one in held
        if one.known.track in tracks and one.known.status in tracks[one.known.track]
    ]


def claim_of(evidence: Evidence, text: Undecided | None = None) -> Claim:
    """One person's evidence as a claim of the rule `operator`; what was decided of a text is proved by the text's own words."""
    known = evidence.known
    claim = Claim(
        signal=evidence.signal,
        track=known.track,
        rule="operator",
        status=known.status,
        effective_at=known.at,
        voice=f"operator/{evidence.by}",
        event=known.event,
        details={**known.details, **({"title": known.title} if known.title else {})},
        reason=f"recorded by {evidence.by}: {evidence.reason}" if evidence.reason else f"recorded by {evidence.by}",
        quote=Quote(
            known.quote,
            known.url,
            known.publisher,
            Tier.OPERATOR,
            evidence.at,
            published=known.at,
            source=f"evidence {evidence.id}",
            title=known.title,
        ),
    )
    if text is None:
        return claim
    return replace(claim, voice=text.voice, quote=text.quotes[0], reason=f"the text was {_decided(text)}")


def _decided(text: Undecided) -> str:
    """`decided by Ann: it is open to all`."""
    return f"decided by {text.settled_by}{f': {text.settled_why}' if text.settled_why else ''}"


# Signals of which nothing new was heard: what stood still stands, noted for many at once without deciding it again.

MAX_UNCHANGED_TIME = timedelta(hours=1)
"""Every verdict is decided again after this time, whatever was heard."""


def cache_until(tx: Transaction, signal: Signal, claims: Sequence[Claim], healths: Sequence[Health], verdict: Verdict) -> None:
    """Note until when time alone changes nothing of the verdict; one with something unseen is never taken for granted."""
    end = verdict.as_of
    if not verdict.blind:
        end = min(end + MAX_UNCHANGED_TIME, next_change(signal, claims, healths, verdict.as_of))
    tx.meta.put(f"{MetaKey.VERDICT_HOLDS}{signal.id}", f"{verdict.as_of.isoformat()}/{end.isoformat()}")


def invalidate(tx: Transaction, signals: Iterable[str]) -> None:
    """These are to be decided again: something was seen, or not seen, that may change them."""
    tx.meta.drop_all(f"{MetaKey.VERDICT_HOLDS}{name}" for name in signals)


def skip_unchanged(store: Store, signals: Sequence[Signal], now: datetime) -> frozenset[str]:
    """Of these signals those whose verdict is known to hold, noted as seen to hold at `now` in one transaction.

    Nothing was seen of them since they were decided (whatever is seen calls `invalidate` in its own transaction), time alone
    changes nothing yet, and every source can still be seen. Raises StoreError.
    """
    if not signals:
        return frozenset()
    with store.writing(Scope()) as tx:
        calm = {signal.id: signal for signal in _calm(tx, signals, now)}
        known = {source.id: source for signal in calm.values() for source in signal.sources}
        healths: dict[str, list[Health]] = {name: [] for name in calm}
        for owner, health in tx.sources.healths(calm, known):
            healths[owner].append(health)
        seen = {
            name: verified_at(signal, healths[name]) for name, signal in calm.items() if not blindness(signal, healths[name], now)
        }
        tx.verdicts.hold_all(seen, now)
    return frozenset(seen)


def is_calm(tx: Transaction, signal: Signal, now: datetime) -> bool:
    """Whether time alone changes nothing yet of its verdict, and nothing was seen of it."""
    return any(True for _ in _calm(tx, [signal], now))


def _calm(tx: Transaction, signals: Sequence[Signal], now: datetime) -> Iterable[Signal]:
    """Those of whose verdict time alone changes nothing yet."""
    until = tx.meta.among(f"{MetaKey.VERDICT_HOLDS}{signal.id}" for signal in signals)
    for signal in signals:
        key = f"{MetaKey.VERDICT_HOLDS}{signal.id}"
        if key in until:
            since, end = read_value(key, until[key], _span)
            if since <= now < end:
                yield signal


def _span(text: str) -> tuple[datetime, datetime]:
    since, _, end = text.partition("/")
    return moment_in(since), moment_in(end)


# The decision: claims fold into a verdict, which is compared with the last one.

HISTORY_CUTOFF = timedelta(days=14)
"""Events of a series that lie longer than this before the watch began are history, not news."""


def update_verdict(
    tx: Transaction, signal: Signal, now: datetime, *, known_until: datetime | None = None, rewritten: str = "", look: bool = True
) -> tuple[Transition, ...]:
    """Decide `signal` at `now`, store the verdict where it says something new, and its transitions.

    Until every source has been tried once there is no verdict: the first one is the baseline. `rewritten` says by what hand
    the past was changed, where it was (core/decision/compare.py); a change of rules is found here. Without `look` what cannot be
    seen stays as it was: a person acts, nobody has looked at a source.
    """
    healths = tx.sources.health(signal.id, {source.id: source for source in signal.sources})
    before = tx.verdicts.latest(signal.id)
    if before is None and not is_ready(healths):
        return ()
    claims = active_claims(tx, signal, known_until=known_until)
    found = decide(signal, claims, healths, now)
    # What is told goes to readers, who are not to know the key that an address may hold.
    shown = tuple(replace(each, url=redact(in_year(each.url, now))) for each in found.blind)
    after = replace(found, blind=shown, baseline=before is None)
    if before is not None and not look:
        after = replace(after, blind=before.blind, verified_at=before.verified_at, cannot_see_since=before.cannot_see_since)
    begun = tx.verdicts.baseline(signal.id)
    why = rewritten or ("the rules were changed" if _rules_changed(tx, signal.id) else "")
    told = compare(signal, before, after, old_news=begun - HISTORY_CUTOFF if begun else None, rewritten=why)
    after, asked = ask_person(tx, signal, claims, before, after, since=(begun if not why or rewritten else None) or now)
    tx.verdicts.put(after)
    if before is None:
        tx.verdicts.mark_baseline(signal.id, now)
    cache_until(tx, signal, claims, healths, after)
    return tuple(tx.transitions.add([*told, *asked, *(source_health_changes(before, after) if before else ())]))


def active_claims(
    tx: Transaction, signal: Signal, as_of: datetime | None = None, *, known_until: datetime | None = None
) -> list[Claim]:
    """Everything that a verdict folds, now or as of then: declared history, what was seen, and what people recorded."""
    return [
        *drop_repeats(current_claims(tx, signal, as_of), known_claims(signal, until=known_until)),
        *evidence_claims(tx, signal, as_of),
    ]


def _rules_changed(tx: Transaction, signal: str) -> bool:
    """Whether the claims were made anew, under other rules, since the signal was last settled; remembers that it is now."""
    rules, before = tx.claims.rules(signal), tx.meta.get(f"{MetaKey.RULES_OF_VERDICT}{signal}")
    if rules != before:
        tx.meta.put(f"{MetaKey.RULES_OF_VERDICT}{signal}", rules)
    return bool(before) and rules != before


def current_claims(tx: Transaction, signal: Signal, as_of: datetime | None = None) -> list[Claim]:
    """The claims that count: of a record's rows and of events those of each entry's latest revision, of other texts all.

    A page or a feed forgets, and what it once said was said; a record and an evaluation are what they say now.
    """
    records = {source.id for source in signal.sources if source.record}
    if all(source.record for source in signal.sources):
        return tx.claims.of(signal.id, as_of)
    every = tx.claims.revisions(signal.id, as_of)
    return [claim for claim, is_latest in every if is_latest or not (claim.event or claim.quote.source in records)]


def is_ready(healths: Iterable[Health]) -> bool:
    """Whether every source, followed pages too, has been tried."""
    return all(health.first_tried_at is not None for health in healths)


def source_health_changes(before: Verdict, after: Verdict) -> Iterable[Transition]:
    """A source going blind and a source seen again, for the operator alone."""
    was, now = {blind.source: blind for blind in before.blind}, {blind.source: blind for blind in after.blind}
    for name in sorted(now.keys() - was.keys()):
        yield _edge(after, now[name], before="", after="blind")
    for name in sorted(was.keys() - now.keys()):
        yield _edge(after, was[name], before="blind", after="")


def _edge(verdict: Verdict, blind: SourceOutage, *, before: str, after: str) -> Transition:
    quote = Quote(blind.why, blind.url, "", Tier.OPERATOR, verdict.as_of, source=blind.source, title=blind.title)
    return Transition(
        signal=verdict.signal,
        track="",
        kind=Change.FLAG,
        before=before,
        after=after,
        at=verdict.as_of,
        standing=Standing.CONFIRMED,
        headline=verdict.headline,
        headline_label=verdict.headline_label,
        evidence=(quote,),
        effective_at=blind.since,
        event=blind.source,
        title=f"{blind.name}: {blind.out_of_sight()} {blind.since:%Y-%m-%d %H:%M} UTC" if after else f"{blind.name}: seen again",
        reason=blind.why,
    )


def ask_person(
    tx: Transaction, signal: Signal, claims: Sequence[Claim], before: Verdict | None, after: Verdict, *, since: datetime
) -> tuple[Verdict, Iterable[Transition]]:
    """The verdict with the texts that are open, and what is told of them.

    `since` is when the watch began, or its rules were changed: words that are much older ask nobody.
    """
    asking = any(claim.asks for claim in claims) or bool(held_back(signal, claims, after.as_of))
    if not asking and not (before and before.undecided):
        return after, ()

    known = tx.undecided.of(signal.id)
    asked = ask(signal, known, claims, after, since=since - RECENT, first=before is None)
    rows = tx.undecided.put(known, asked.rows)
    found = replace(after, undecided=answered(signal, (rows[place] for place in asked.open), claims))
    return found, edges(before.undecided if before else (), found, rows)


# The claims of a signal made anew when its rules have changed: by the readers' processes, some observations at a time.

log = logging.getLogger(__name__)

UnderstandNow: TypeAlias = Callable[[Signal, Sequence[Observation]], tuple[tuple[Claim, ...], ...]]
"""Of each observation what it claims under the rules of a signal. Raises Unreadable where that takes too long."""

UNDERSTOOD_TOGETHER = 200
"""Observations that are understood together."""


def renew_claims(store: Store, signal: Signal, rules: str, understand: UnderstandNow, now: datetime) -> bool:
    """Make the claims of a signal anew where they were made under other rules than those with this hash; whether they were.

    Nothing is written before all is understood. An observation that cannot be understood within bounds claims nothing, and
    is named in the log and the audit list. Raises StoreError.
    """
    with store.reading() as tx:
        if tx.claims.rules(signal.id) == rules:
            return False
    work = _Renewal(signal, understand)
    while some := _kept_after(store, signal, work.last):
        work.take(some)
    with store.writing() as tx:
        while late := tx.observations.after(signal.id, work.last, UNDERSTOOD_TOGETHER):  # another process has kept them meanwhile
            work.take(late)
        tx.claims.replace(signal.id, rules, work.claims, now)
        for one, why in work.refused:
            what = f"made no claims of observation {one.id} of {one.source} under changed rules"
            tx.audit.add(AuditEntry(now, "watch", what, why))
    return True


def _kept_after(store: Store, signal: Signal, number: int) -> list[Observation]:
    with store.reading() as tx:
        return tx.observations.after(signal.id, number, UNDERSTOOD_TOGETHER)


class _Renewal:
    """What has been understood so far."""

    def __init__(self, signal: Signal, understand: UnderstandNow) -> None:
        self._signal, self._understand = signal, understand
        self.last = 0
        """The number of the last observation that was looked at."""
        self.claims: list[Claim] = []
        self.refused: list[tuple[Observation, str]] = []
        """What could not be understood, and why."""

    def take(self, some: Sequence[Observation]) -> None:
        """Understand some more; where that fails together, each half by itself."""
        try:
            found = self._understand(self._signal, some)
        except Unreadable as error:
            if len(some) > 1:
                self.take(some[: len(some) // 2])
                self.take(some[len(some) // 2 :])
                return
            log.warning(
                "observation %d of %s claims nothing under the changed rules: %s", some[0].id, some[0].source, error.reason
            )
            self.refused.append((some[0], error.reason))
            found = ()
        self.claims += (claim for mine in found for claim in mine)
        self.last = some[-1].id
