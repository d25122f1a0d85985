"""The view, read from the store: one reading transaction, nothing written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.config.build import Config
from watcher.config.settings import Ground, Tool
from watcher.core.addresses import in_year, safe_link
from watcher.core.decision.decide import decide, known_claims, verified_at
from watcher.core.decision.scheduled_notes import close_of
from watcher.core.model import Change, Claim, Digest, Health, Outcome, Signal, Source, Transition, Verdict
from watcher.mail import MailContext, Recipient
from watcher.mail.compose import letter
from watcher.mail.context import affected_by
from watcher.pipeline.announce import TO_OPERATOR
from watcher.pipeline.counters import Tally, jobs_of_text
from watcher.store.chain import ends
from watcher.store.errors import StoreError
from watcher.store.records import Delivery, MetaKey, State, addressee, for_readers, stopped_words
from watcher.store.store import Store, Transaction
from watcher.web.read_model import (
    AuditEntry,
    Fate,
    HealthStatus,
    PendingDelivery,
    PollView,
    Review,
    SentDigest,
    SourceHealth,
    Undelivered,
    View,
)
from watcher.web.wording import without_addresses

LOOK_BACK = timedelta(days=3)
"""How far back polls are shown."""
MAX_SOURCES_WITH_STRIPS = 500
"""With more sources than this, strips are left out: nobody looks at them, and they cost."""
LISTED_DIGESTS = 20
CHANGES = 1000


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What the page shows beside what is stored."""

    signals: tuple[Signal, ...]
    title: str = "Policy Signal Watch"
    base_url: str = ""
    contact: str = ""
    stack: tuple[Tool, ...] = ()
    ground: tuple[Ground, ...] = ()
    docs: str = ""
    push: str = ""


def site_info(config: Config) -> SiteInfo:
    """The face that signals.toml gives the page."""
    base = config.watch.base_url
    slashed = base if not base or base.endswith("/") else f"{base}/"
    return SiteInfo(
        config.signals,
        config.watch.title,
        slashed,
        config.watch.contact,
        config.stack,
        config.ground,
        config.web.docs,
        config.web.push,
    )


class StoreQueries:
    """`Reads` over a store. `face` may be another one after a reload.

    `cycle` gives the scheduler's last good cycle, `lost` whether another watch has its sources.
    """

    def __init__(
        self,
        store: Store,
        face: SiteInfo,
        *,
        clock: Callable[[], datetime],
        cycle: Callable[[], datetime | None] | None = None,
        tally: Tally | None = None,
        lost: Callable[[], bool] = bool,
    ) -> None:
        """Keep the store and what tells of the watch; nothing is read yet."""
        self.store, self.clock, self.cycle, self.tally, self.lost = store, clock, cycle, tally, lost
        self._face, self._turn = face, 0

    @property
    def face(self) -> SiteInfo:
        """What the page shows beside what is stored."""
        return self._face

    @face.setter
    def face(self, face: SiteInfo) -> None:
        """Show another configuration from now on."""
        self._face, self._turn = face, self._turn + 1

    def version(self) -> str:
        """Changes with every commit to the database and every new configuration."""
        try:
            return f"{self._turn}.{self.store.token()}"
        except StoreError:
            return f"{self._turn}.unreadable"

    def __call__(self, as_of: datetime | None) -> View:
        """The view of now or of a past moment. Raises StoreError."""
        face, now = self._face, self.clock()
        version = self.version()
        moment = as_of or now
        with self.store.reading() as tx:
            verdicts, strips = _verdicts(tx, face.signals, as_of), _strips(tx, face.signals, moment, past=as_of is not None)
            view = View(
                title=face.title,
                base_url=face.base_url,
                signals=face.signals,
                verdicts=_verified(face.signals, verdicts, strips) if as_of else verdicts,
                as_of=moment,
                generated_at=now,
                version=version,
                history=_history(tx, moment if as_of else None),
                strips=strips,
                reviews=_reviews(tx, face.signals, as_of),
                acts=tuple(
                    AuditEntry(act.at, act.who, without_addresses(act.what), without_addresses(act.why))
                    for act in map(for_readers, tx.audit.of(100))
                    if act.at <= moment
                ),
                stack=face.stack,
                ground=face.ground,
                touched={signal.id: tuple(tool.name for tool in affected_by(signal, face.stack)) for signal in face.signals},
                contact=face.contact,
                docs=face.docs,
                push=face.push,
                closed=_closed(tx, face.signals, moment),
                began=tx.verdicts.begun(),
                past=as_of is not None,
            )
            if as_of:
                return view
            view = replace(view, jobs=tx.meta.read(MetaKey.JOBS, jobs_of_text) or (), record=ends(tx.session))
            waiting = sum(tx.deliveries.counts()[state] for state in (State.PENDING, State.LEASED))
            told = digests_of(tx, face.signals, face.title, without=TO_OPERATOR)
            return replace(view, told=told, waiting=waiting, undelivered=_undelivered(tx), stopped=len(tx.mailboxes.stopped()))

    def pulse(self) -> HealthStatus:
        """How the watch does; a database that does not answer is told, too."""
        cycle = self.cycle() if self.cycle else None
        try:
            with self.store.reading() as tx:
                counts = tx.deliveries.counts()
                return HealthStatus(
                    cycle_at=cycle,
                    outbox=counts[State.PENDING] + counts[State.LEASED],
                    oldest=tx.deliveries.oldest_undelivered(),
                    dead=counts[State.DEAD],
                    tally=self.tally,
                    lost=self.lost(),
                    workers=tx.shared.numbers(),
                    counts={f"deliveries_{state.value}": number for state, number in counts.items()},
                )
        except StoreError:
            return HealthStatus(cycle_at=cycle, database=False, tally=self.tally)


def stored_cycle(store: Store) -> datetime | None:
    """When those who do the work, in other processes, were last well; None where nothing says so."""
    try:
        with store.reading() as tx:
            found = [run.last_at for run in tx.shared.counted() if (run.task, run.outcome) == ("heartbeat", "good")]
            runs = {run.name: run.at for run in (tx.meta.read(MetaKey.JOBS, jobs_of_text) or ()) if run.good}
    except StoreError:
        return None
    if "poll" in runs and "deliver" in runs:
        found.append(min(runs["poll"], runs["deliver"]))
    return max(found, default=None)


def _verdicts(tx: Transaction, signals: Iterable[Signal], as_of: datetime | None) -> Mapping[str, Verdict]:
    if as_of is None:
        latest = tx.verdicts.all_latest()
        return {signal.id: latest[signal.id] for signal in signals if signal.id in latest and _fits(signal, latest[signal.id])}
    return {signal.id: _then(tx, signal, as_of) for signal in signals}


def _fits(signal: Signal, verdict: Verdict) -> bool:
    """Whether a stored verdict speaks of the tracks that are declared now (a reload may have changed them)."""
    return {track.track for track in verdict.tracks} <= {track.id for track in signal.tracks}


def _then(tx: Transaction, signal: Signal, as_of: datetime) -> Verdict:
    """What the watch held then; before its first decision what the declared history and the stored claims say."""
    held = tx.verdicts.as_of(signal.id, as_of)
    if held and _fits(signal, held):
        return held
    return decide(signal, [*known_claims(signal, until=as_of), *tx.claims.of(signal.id, as_of)], (), as_of)


def _verified(
    signals: Iterable[Signal], verdicts: Mapping[str, Verdict], strips: Iterable[SourceHealth]
) -> Mapping[str, Verdict]:
    """Past verdicts with when they were last seen to hold: each is stored when it changes, and holds through later readings."""
    healths = {strip.health.source: strip.health for strip in strips}
    read = {signal.id: verified_at(signal, [healths[source.id] for source in signal.sources]) for signal in signals}
    return {name: replace(verdict, verified_at=read[name] or verdict.verified_at) for name, verdict in verdicts.items()}


def _closed(tx: Transaction, signals: Iterable[Signal], moment: datetime) -> Mapping[str, Verdict]:
    """Where each signal stood when its window closed, of those that the watch saw close."""
    ends = [(signal, end) for signal in signals if (end := close_of(signal)) and end <= moment]
    held = ((signal, tx.verdicts.as_of(signal.id, end)) for signal, end in ends)
    return {signal.id: verdict for signal, verdict in held if verdict and _fits(signal, verdict)}


def _history(tx: Transaction, until: datetime | None) -> tuple[Transition, ...]:
    """What changed in what is watched, oldest first; notes for the operator about sources are not among it."""
    found = [item for item in tx.transitions.of(limit=CHANGES) if item.track or item.kind is Change.BASELINE]
    return tuple(item for item in reversed(found) if until is None or item.at <= until)


def _strips(tx: Transaction, signals: Iterable[Signal], moment: datetime, *, past: bool) -> tuple[SourceHealth, ...]:
    sources = [source for signal in signals for source in signal.sources]
    healths = {} if past else {health.source: health for signal in signals for health in tx.sources.health(signal.id)}
    polls = _polls(tx, signals, moment) if len(sources) <= MAX_SOURCES_WITH_STRIPS else {}
    return tuple(_strip(source, healths.get(source.id), polls.get(source.id, []), moment) for source in sources)


def _polls(tx: Transaction, signals: Iterable[Signal], moment: datetime) -> Mapping[str, list[PollView]]:
    found: dict[str, list[PollView]] = defaultdict(list)
    for signal in signals:
        for source, at, outcome, _ in tx.polls.recent(signal.id, moment - LOOK_BACK):
            if at <= moment:
                found[source].append(PollView(at, outcome))
    return found


def _strip(source: Source, health: Health | None, polls: Sequence[PollView], moment: datetime) -> SourceHealth:
    good = [poll.at for poll in polls if poll.outcome in {Outcome.OK, Outcome.UNCHANGED}]
    seen = health or Health(
        source.id, source.url, source.publisher, max(good, default=None), outcome=polls[-1].outcome if polls else ""
    )
    shown = replace(source, url=safe_link(in_year(source.url, moment)))
    return SourceHealth(shown, replace(seen, url=shown.url, error=without_addresses(seen.error)), tuple(polls))


def _reviews(tx: Transaction, signals: Iterable[Signal], as_of: datetime | None) -> tuple[Review, ...]:
    """One for each address, newest first."""
    found = (_review(claim) for signal in signals for claim in tx.claims.reviews(signal.id, as_of=as_of) if not claim.asks)
    return tuple({(review.signal, review.url): review for review in sorted(found, key=lambda review: review.at)}.values())[::-1]


def _review(claim: Claim) -> Review:
    quote = claim.quote
    return Review(
        claim.signal, quote.title or quote.text, quote.url, quote.publisher, quote.published or quote.seen_at, claim.reason
    )


def digests_of(tx: Transaction, signals: Iterable[Signal], title: str, *, without: Sequence[str] = ()) -> tuple[SentDigest, ...]:
    """The newest digests and what became of them, newest first; none of the kinds `without`."""
    renderer = MailContext({signal.id: signal for signal in signals}, title)
    found = tx.digests.each(limit=LISTED_DIGESTS, without=without)
    return tuple(_digest(digest, tuple(tx.deliveries.of_digest(digest.id)), renderer) for digest in found)


def _digest(digest: Digest, sent: Sequence[tuple[State, bool, bool, int]], renderer: MailContext) -> SentDigest:
    states = Counter[State]()
    for state, _, _, many in sent:
        states[state] += many
    joined = sum(many for _, _, joined, many in sent if joined)
    return SentDigest(
        id=digest.id,
        at=digest.at,
        kind=digest.kind,
        subject=without_addresses(letter(digest, renderer, Recipient("page", "")).subject),
        sent=states[State.SENT] - joined,
        joined=joined,
        waiting=states[State.PENDING] + states[State.LEASED],
        failed=states[State.DEAD],
        uncertain=sum(many for _, uncertain, _, many in sent if uncertain),
    )


def _undelivered(tx: Transaction) -> tuple[Undelivered, ...]:
    """Those deliveries counted, by channel and by what became of them."""
    found = Counter[tuple[str, Fate]]()
    for channel, state, uncertain, many in tx.deliveries.failed():
        found[channel, _fate(state, uncertain=uncertain)] += many
    return tuple(Undelivered(channel, fate, many) for (channel, fate), many in sorted(found.items()))


def _fate(state: State, *, uncertain: bool) -> Fate:
    return Fate.DEAD if state is State.DEAD else Fate.UNCERTAIN if uncertain else Fate.WAITING


def letters_of(tx: Transaction) -> tuple[PendingDelivery, ...]:
    """Deliveries that wait, are uncertain or were given up, each with its recipient: for the console. Oldest last."""
    found = [
        *tx.deliveries.of(State.DEAD, limit=100),
        *tx.deliveries.of(State.PENDING, limit=200),
        *tx.deliveries.of(State.LEASED, limit=100),
    ]
    tried = [
        delivery
        for delivery in found
        if delivery.state is State.DEAD or delivery.attempts or delivery.error or delivery.uncertain
    ]
    return tuple(_letter(delivery) for delivery in sorted(tried, key=lambda delivery: delivery.created_at, reverse=True))


def stopped_of(tx: Transaction) -> tuple[str, ...]:
    """Recipients to whom nothing more is sent, a line each: for the console."""
    return tuple(without_addresses(stopped_words(one)) for one in tx.mailboxes.stopped())


def _letter(delivery: Delivery) -> PendingDelivery:
    fate = _fate(delivery.state, uncertain=delivery.uncertain)
    to = addressee(delivery.recipient)
    error = without_addresses(delivery.error.replace(delivery.address, "…") if delivery.address else delivery.error)
    return PendingDelivery(
        delivery.digest, to, delivery.channel, fate, delivery.created_at, delivery.attempts, delivery.next_at, error
    )
