"""The pages of the console: what each shows, and what its forms do, by the same acts as the command line's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from watcher import formats
from watcher.acts.errors import NothingToDo, Unusable
from watcher.acts.evidence import Testimony, record, withdraw
from watcher.acts.look import look_at
from watcher.acts.moments import parse_datetime, parse_duration
from watcher.acts.new_source import USUAL_PACE, Wish, check_wish, propose
from watcher.acts.review import Decision, open_texts, settle
from watcher.acts.silence import mute, unmute
from watcher.acts.trial import Tried, chosen, send_trials
from watcher.core.addresses import safe_link
from watcher.core.model import Signal, Tier, Track, Undecided
from watcher.store.store import Transaction
from watcher.web.console import Console, Done, Fields, changes_of, moment_of, number_of, place_in_words, status_in_words
from watcher.web.source_health import rows_of
from watcher.web.wording import datetime_text
from watcher.wording import count

LISTED = 50
"""Lines of the audit list that the page shows."""
SPANS = {"6h": "six hours", "1d": "a day", "7d": "a week", "30d": "thirty days", "": "until it is ended here"}
TIERS = (Tier.OFFICIAL, Tier.PARTNER, Tier.PRESS, Tier.COMMUNITY)


# --- texts that a person is to settle --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UndecidedText:
    """A text that a person is to settle, with what it may be settled as."""

    text: Undecided
    signal: Signal
    track: Track
    may_say: str
    """The label of the status that the text may claim."""
    stands: str
    """The label of the status where its track stands."""


def texts_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The texts to settle and the newest acts."""
    with console.store.reading() as tx:
        return {"texts": tuple(_open(console, tx)), "acts": tx.audit.of(LISTED)}


def _open(console: Console, tx: Transaction) -> Iterator[UndecidedText]:
    tracks = {(signal.id, track.id): (signal, track) for signal in console.config.signals for track in signal.tracks}
    verdicts = tx.verdicts.all_latest()
    for text in open_texts(tx):
        if place := tracks.get((text.signal, text.track)):
            held = (track.status for track in verdicts[text.signal].tracks if track.track == text.track)
            label = partial(status_in_words, console.config.signals, text.signal, text.track)
            yield UndecidedText(text, *place, label(text.status), label(next(held, "")))


def settle_text(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Claim or dismiss one text."""
    number = number_of(fields)
    why, status = fields.get("why", "").strip(), fields.get("status", "")
    claimed = fields.get("as") == "claim"
    if claimed and not status:
        raise Unusable("no status is chosen; expected what the text says")
    if not claimed and not why:
        raise Unusable("no reason is given; expected why the text changes nothing")
    decided = Decision(who, why, status if claimed else "", moment_of(fields), fields.get("title", "").strip())
    with console.store.writing() as tx:
        done = settle(tx, console.config.signals, number, decided, now)
    became = f"decided as {status.replace('_', ' ')}: evidence {done.evidence}" if claimed else "dismissed"
    return Done(f"Text {number} is {became}.", changes_of(console, done.told))


# --- evidence --------------------------------------------------------------------------------------------------------


def evidence_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The evidence of people, newest first, what was taken back as well."""
    with console.store.reading() as tx:
        held = tx.evidence.of(withdrawn=True)[::-1]
    signals = console.config.signals
    said = {"place": partial(place_in_words, signals), "label": partial(status_in_words, signals)}
    return {"evidence": held, "signals": signals, **said}


def record_evidence(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Add evidence; the form names track and status in one."""
    where, _, status = fields.get("what", "").partition(" ")
    if not status:
        raise Unusable("no status is chosen; expected what the evidence supports")
    said = Testimony(
        where,
        status,
        fields.get("url", ""),
        fields.get("quote", ""),
        who,
        fields.get("why", ""),
        moment_of(fields),
        fields.get("title", ""),
    )
    with console.store.writing() as tx:
        number, told = record(tx, console.config.signals, said, now)
    return Done(f"Evidence {number} is recorded.", changes_of(console, told))


def withdraw_evidence(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Take evidence back, with a reason."""
    number, why = number_of(fields), fields.get("why", "").strip()
    if not why:
        raise Unusable("no reason is given; expected why it is taken back")
    with console.store.writing() as tx:
        told = withdraw(tx, console.config.signals, number, by=who, reason=why, now=now)
    return Done(f"Evidence {number} is taken back.", changes_of(console, told))


# --- silences --------------------------------------------------------------------------------------------------------


def mutes_shown(console: Console, now: datetime) -> dict[str, Any]:
    """The silences that hold."""
    with console.store.reading() as tx:
        held = tx.mutes.of(now)
    signals = console.config.signals
    return {"mutes": held, "signals": signals, "spans": SPANS, "place": partial(place_in_words, signals)}


def mute_place(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Hold back messages about a signal or a track."""
    where, until, span = fields.get("where", ""), fields.get("until", ""), fields.get("for", "")
    if not where:
        raise Unusable("nothing is chosen; expected a signal or one of its tracks")
    end = parse_datetime(until) if until else now + parse_duration(span) if span else None
    why = fields.get("why", "").strip()
    with console.store.writing() as tx:
        mute(tx, console.config.signals, where, by=who, reason=why, now=now, until=end)
    return Done(f"{_named(console, where)} is muted until {datetime_text(end) if end else 'it is ended here'}.")


def unmute_place(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """End a silence now."""
    where = fields.get("where", "")
    with console.store.writing() as tx:
        unmute(tx, console.config.signals, where, by=who, reason=fields.get("why", "").strip(), now=now)
    return Done(f"{_named(console, where)} is no longer muted. What was held back is told.")


def _named(console: Console, where: str) -> str:
    signal, _, track = where.partition(".")
    return place_in_words(console.config.signals, signal, track)


# --- sources ---------------------------------------------------------------------------------------------------------


def sources_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The signals, and how to draw the health of their sources."""
    return {"signals": console.config.signals, "rows": rows_of}


async def try_source(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Ask one source now and read it as the watch would; nothing of it is stored."""
    name = fields.get("source", "")
    source = next((one for one in console.config.sources if one.id == name), None)
    if source is None:
        raise NothingToDo(f"there is no source {name}")
    async with console.turn, console.ways.look(console.config) as outside:
        found = await look_at(source, get=outside.get, read=outside.read, now=now)
    await run_in_threadpool(console.note, f"tried source {source.id}", found.said, who, now)
    return Done(f"{source.title or source.id}: {found.said}", found=found)


def new_source_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """What the form for a new source offers."""
    return {"signals": console.config.signals, "tiers_of": TIERS, "formats": formats.names(), "path": console.config.path}


async def find_source(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Find what can be watched at an address, and make the table that declares it; nothing is written."""
    tier = fields.get("tier", "")
    if tier not in {"", *TIERS}:
        raise Unusable(f"{tier!r} is no tier; expected one of {', '.join(TIERS)}")
    wish = Wish(
        fields.get("url", "").strip(),
        fields.get("signal", ""),
        Tier(tier) if tier else None,
        fields.get("every", "").strip() or USUAL_PACE,
        fields.get("format", ""),
    )
    check_wish(console.config, wish, now)
    async with console.turn, console.ways.look(console.config) as outside:
        new = await propose(console.config, wish, outside, now)
    what = f"looked at {safe_link(new.found.document.url)} as a new source of {new.signal.id}"
    await run_in_threadpool(console.note, what, "", who, now)
    entries = count(len(new.read), "entry", "entries")
    return Done(f"{new.claiming} of {entries} there would claim something of {new.signal.id}.", found=new)


# --- trial messages --------------------------------------------------------------------------------------------------


def recipients_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The recipients, without their addresses."""
    return {"recipients": console.config.recipients}


async def send_trial(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Send a trial to one recipient, or to all."""
    wanted = chosen(console.config, [fields["recipient"]] if fields.get("recipient") else [])
    async with console.turn:
        channels = await run_in_threadpool(console.ways.channels, console.config)
        tried = await send_trials(console.config, wanted, channels, now)
    for one in tried:
        await run_in_threadpool(console.note, f"sent a trial to {one.recipient} by {one.channel}", _ended(one), who, now)
    good = sum(1 for one in tried if not one.error)
    return Done(f"{good} of {len(tried)} sent.", tuple(f"{one.recipient} by {one.channel}: {_ended(one)}" for one in tried))


def _ended(one: Tried) -> str:
    return one.error or "sent"
