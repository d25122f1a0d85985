"""`watcher record`, `withdraw`, `mute`, `unmute` and `audit`: what a person adds, takes back and mutes, all of it kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from watcher.acts import evidence
from watcher.acts import evidence as acts
from watcher.acts.evidence import Testimony
from watcher.cli.common import (
    CONFIG,
    AsJson,
    ConfigFile,
    UsageError,
    exit_on_error,
    parse_datetime,
    parse_duration,
    print_json,
    signals_here,
)
from watcher.cli.opening import changing, configured, open_store
from watcher.config.build import Config
from watcher.core.addresses import redact, safe_link
from watcher.core.model import Transition
from watcher.pipeline.clocks import clock_of
from watcher.store.store import Store
from watcher.wording import iso_utc, transition_to_dict, transition_to_text

if TYPE_CHECKING:
    from watcher.store.store import Transaction

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
    settings, then = configured(config), parse_datetime(at) if at else None
    said = Testimony(track, status, url, quote, by, reason, then, title, event)
    with _changing(settings) as (tx, now):
        number, told = acts.record(tx, settings.signals, said, now)
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
    settings = configured(config)
    with open_store(settings.store.url) as store, changing(store) as (tx, now):
        told = acts.withdraw(tx, settings.signals, number, by=by, reason=reason, now=now)
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
    """Hold back messages about a signal or a track. What changes meanwhile is shown on the page, and told when it ends.

    A second mute of the same takes the place of the first.
    """
    if until and length:
        raise UsageError("expected one of --until and --for")
    settings, then = configured(config), parse_datetime(until) if until else None
    lasts = parse_duration(length) if length else None
    with _changing(settings) as (tx, now):
        end = then if lasts is None else now + lasts
        evidence.mute(tx, settings.signals, where, by=by, reason=reason, now=now, until=end)
    words = f"until {end:%Y-%m-%d %H:%M} UTC" if end else f"until `watcher unmute {where}`"
    _tell({"muted": where, "until": iso_utc(end)}, f"{where} is muted {words}", (), as_json=as_json)


def unmute(where: Where, by: By, reason: Reason = "", config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """End a mute now: what was held back is told, as the net change; what went there and back is no news."""
    settings = configured(config)
    with open_store(settings.store.url) as store, changing(store) as (tx, now):
        evidence.unmute(tx, settings.signals, where, by=by, reason=reason, now=now)
    _tell({"unmuted": where}, f"{where} is no longer muted", (), as_json=as_json)


def audit(config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """List what people recorded, took back and muted, newest first, and which evidence and mutes hold now.

    The list is never edited; the page shows it too. A configuration that a running watch reloaded or refused is in it.
    """
    with open_store(configured(config).store.url) as store, store.reading() as tx:
        evidence, mutes, acts = tx.evidence.of(withdrawn=True), tx.mutes.of(clock_of(store)()), tx.audit.of()
    if as_json:
        print_json({"evidence": [*map(_dated, evidence)], "mutes": [*map(_dated, mutes)], "acts": [*map(_dated, acts)]})
        return
    for one in evidence:
        gone = f", withdrawn {one.withdrawn_at:%Y-%m-%d} by {one.withdrawn_by}: {one.withdrawn_why}" if one.withdrawn_at else ""
        typer.echo(f"evidence {one.id}: {one.signal}.{one.known.track} {one.known.status} by {one.by}, {one.at:%Y-%m-%d}{gone}")
        typer.echo(f"      “{redact(one.known.quote)}”\n      {safe_link(one.known.url)}")
    for held in mutes:
        place = f"{held.signal}.{held.track}" if held.track else held.signal
        end = f"until {held.until:%Y-%m-%d %H:%M} UTC" if held.until else "without end"
        typer.echo(f"muted {end}: {place} by {held.by}{f': {held.reason}' if held.reason else ''}")
    for act in acts:
        typer.echo(f"{act.at:%Y-%m-%d %H:%M}  {act.who}  {act.what}{f': {act.why}' if act.why else ''}")
    if not acts:
        typer.echo("nobody has changed anything by hand")


@contextmanager
def _changing(settings: Config) -> Iterator[tuple[Transaction, datetime]]:
    with exit_on_error(), Store.open(settings.store.url) as store, changing(store) as found:
        yield found


def _dated(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any row of the store
    """A row as JSON can hold it."""
    found = asdict(row)
    return {key: iso_utc(value) if isinstance(value, datetime) else value for key, value in found.items()}


def _tell(plain: dict[str, Any], words: str, told: tuple[Transition, ...], *, as_json: bool) -> None:
    """What was done, and what it changed."""
    if as_json:
        print_json({**plain, "transitions": [transition_to_dict(one) for one in told]})
        return
    typer.echo(words)
    for one in told:
        typer.echo(transition_to_text(one))
