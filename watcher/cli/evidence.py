"""`watcher record`, `withdraw`, `mute`, `unmute` and `audit`: what a person adds, takes back and silences, all of it kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import urlsplit

import typer

from watcher.cli.common import (
    CONFIG,
    AsJson,
    ConfigFile,
    UsageError,
    configured,
    exit_on_error,
    fail,
    open_store,
    parse_datetime,
    parse_duration,
    print_json,
)
from watcher.cli.locations import signals_here
from watcher.clock import utc_now
from watcher.config import Config
from watcher.config.defaults import publisher_of
from watcher.core.addresses import safe_link
from watcher.core.language.match import subject_key
from watcher.core.model import DeclaredFact, Signal, Tier, Track, Transition
from watcher.pipeline.decide import update_verdict
from watcher.store import Store
from watcher.wording import iso_utc, transition_to_dict, transition_to_text

if TYPE_CHECKING:
    from watcher.store import Transaction

By: TypeAlias = Annotated[str, typer.Option("--by", help="Who does it; kept in the audit list that the page shows.")]
Reason: TypeAlias = Annotated[str, typer.Option("--reason", help="Why, in a few words.")]
Where: TypeAlias = Annotated[
    str, typer.Argument(metavar="SIGNAL[.TRACK]", help="A signal, or one of its tracks.", autocompletion=signals_here)
]


def record(  # noqa: PLR0913, PLR0917 - the options of a command
    track: Annotated[str, typer.Argument(metavar="SIGNAL.TRACK", help="The track that it is about.")],
    status: Annotated[str, typer.Argument(metavar="STATUS", help="The status of its ladder that the evidence supports.")],
    url: Annotated[str, typer.Option(help="Where it can be read.")],
    quote: Annotated[str, typer.Option(help="The words that say it.")],
    by: By,
    at: Annotated[str, typer.Option(metavar="T", help="When it happened; now by default.")] = "",
    reason: Reason = "",
    title: Annotated[str, typer.Option(help="Title of what is quoted; names the event of a series.")] = "",
    event: Annotated[str, typer.Option(help="Key of a series' event; made of the title by default.")] = "",
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Add a person's evidence. It counts like one leading voice, may move a track anywhere, and is shown as recorded by hand."""
    settings, now = configured(config), utc_now()
    signal, found = _track(settings, track)
    key = event or (subject_key(title) if found.ladder.series else "")
    _check(found, status, url, quote, by, key)
    then = parse_datetime(at) if at else now
    known = DeclaredFact(found.id, status, then, quote.strip(), url, publisher_of(url), Tier.OPERATOR, key, title)
    with _changing(settings) as tx:
        number = tx.evidence.add(signal.id, known, by=by, reason=reason, at=now)
        told = _settle(tx, signal, now)
    _tell({"evidence": number}, f"evidence {number} recorded", told, as_json=as_json)


def withdraw(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the evidence; `watcher audit` lists them.")],
    by: By,
    reason: Reason,
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Take recorded evidence back. It stays in the audit list; what it had moved is corrected in the same thread."""
    settings, now = configured(config), utc_now()
    with open_store(settings.store.url) as store, store.writing() as tx:
        held = {one.id: one for one in tx.evidence.of()}
        if number not in held or not tx.evidence.withdraw(number, by=_name(by), reason=reason, at=now):
            raise fail(f"there is no evidence {number} to take back; `watcher audit` lists what stands")
        signal = next((one for one in settings.signals if one.id == held[number].signal), None)
        told = _settle(tx, signal, now, rewritten=f"evidence was withdrawn by {by}") if signal else ()
    _tell({"withdrawn": number}, f"evidence {number} withdrawn", told, as_json=as_json)


def mute(
    where: Where,
    by: By,
    reason: Reason = "",
    until: Annotated[str, typer.Option(metavar="T", help="When it ends; a date or time.")] = "",
    length: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long it lasts, such as 6h or 14d.")] = "",
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Hold back messages about a signal or a track. What changes meanwhile is shown on the page, and told when it ends."""
    if until and length:
        raise UsageError("expected one of --until and --for")
    settings, now = configured(config), utc_now()
    signal, track = _place(settings, where)
    end = parse_datetime(until) if until else now + parse_duration(length) if length else None
    if end is not None and end <= now:
        raise UsageError(f"{iso_utc(end)} lies in the past; expected a time to come")
    with _changing(settings) as tx:
        tx.mutes.add(signal, track, by=_name(by), reason=reason, now=now, until=end)
    words = f"until {end:%Y-%m-%d %H:%M} UTC" if end else f"until `watcher unmute {where}`"
    _tell({"muted": where, "until": iso_utc(end)}, f"{where} is muted {words}", (), as_json=as_json)


def unmute(where: Where, by: By, reason: Reason = "", config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """End a silence now: what was held back is told, as the net change; what went there and back is no news."""
    settings, now = configured(config), utc_now()
    signal, track = _place(settings, where)
    with open_store(settings.store.url) as store, store.writing() as tx:
        if not tx.mutes.end(signal, track, by=_name(by), reason=reason, now=now):
            raise fail(f"{where} is not muted")
    _tell({"unmuted": where}, f"{where} is no longer muted", (), as_json=as_json)


def audit(config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """List what people recorded, took back and silenced, newest first, and which evidence and silences stand.

    The list is never edited; the page shows it too. A configuration that was taken up or refused by a running watch is in it.
    """
    with open_store(configured(config).store.url) as store, store.reading() as tx:
        evidence, mutes, acts = tx.evidence.of(withdrawn=True), tx.mutes.of(utc_now()), tx.audit.of()
    if as_json:
        print_json({"evidence": [*map(_dated, evidence)], "mutes": [*map(_dated, mutes)], "acts": [*map(_dated, acts)]})
        return
    for one in evidence:
        gone = f", withdrawn {one.withdrawn_at:%Y-%m-%d} by {one.withdrawn_by}: {one.withdrawn_why}" if one.withdrawn_at else ""
        typer.echo(f"evidence {one.id}: {one.signal}.{one.known.track} {one.known.status} by {one.by}, {one.at:%Y-%m-%d}{gone}")
        typer.echo(f"      “{one.known.quote}”\n      {safe_link(one.known.url)}")
    for silence in mutes:
        place = f"{silence.signal}.{silence.track}" if silence.track else silence.signal
        end = f"until {silence.until:%Y-%m-%d %H:%M} UTC" if silence.until else "without end"
        typer.echo(f"muted {end}: {place} by {silence.by}{f': {silence.reason}' if silence.reason else ''}")
    for act in acts:
        typer.echo(f"{act.at:%Y-%m-%d %H:%M}  {act.who}  {act.what}{f': {act.why}' if act.why else ''}")
    if not acts:
        typer.echo("nobody has changed anything by hand")


@contextmanager
def _changing(settings: Config) -> Iterator[Transaction]:

    with exit_on_error(), Store.open(settings.store.url) as store, store.writing() as tx:
        yield tx


def _settle(tx: Transaction, signal: Signal, now: datetime, *, rewritten: str = "") -> tuple[Transition, ...]:
    """Decide in the transaction that holds the act; nobody looked at a source, so what cannot be seen stays as it was.

    Before the first look nothing is decided: the baseline is for the watch to set, when it has seen every source.
    """
    if tx.verdicts.latest(signal.id) is None:
        return ()

    return update_verdict(tx, signal, now, rewritten=rewritten, look=False)


def _dated(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any row of the store
    """A row as JSON can hold it."""
    found = asdict(row)
    return {key: iso_utc(value) if isinstance(value, datetime) else value for key, value in found.items()}


def _place(settings: Config, where: str) -> tuple[str, str]:
    """Signal and track of `SIGNAL[.TRACK]`, the track empty where none is named."""
    if any(signal.id == where for signal in settings.signals):
        return where, ""
    signal, track = _track(settings, where)
    return signal.id, track.id


def _track(settings: Config, where: str) -> tuple[Signal, Track]:
    for signal in settings.signals:
        for track in signal.tracks:
            if where == f"{signal.id}.{track.id}":
                return signal, track
    known = ", ".join(f"{signal.id}.{track.id}" for signal in settings.signals for track in signal.tracks)
    raise UsageError(f"{where!r} is no track; expected one of {known}")


def _check(track: Track, status: str, url: str, quote: str, by: str, event: str) -> None:
    known = [rung.id for rung in track.ladder.statuses]
    if status not in known:
        raise UsageError(f"{status!r} is no status of {track.id}; expected one of {', '.join(known)}")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise UsageError(f"{url!r} is no address; expected https://…")
    if not quote.strip():
        raise UsageError("--quote is empty; expected the words that say it")
    if track.ladder.series and status == known[-1] and not event:
        raise UsageError(f"{track.id} is a series; expected --title or --event, which names what happened")
    _name(by)


def _name(by: str) -> str:
    if not by.strip():
        raise UsageError("--by is empty; expected who does it")
    return by.strip()


def _tell(plain: dict[str, Any], words: str, told: tuple[Transition, ...], *, as_json: bool) -> None:
    """What was done, and what it changed."""
    if as_json:
        print_json({**plain, "transitions": [transition_to_dict(one) for one in told]})
        return
    typer.echo(words)
    for one in told:
        typer.echo(transition_to_text(one))
