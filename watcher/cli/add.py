"""`watcher add`: finds what can be watched at an address, shows what it would read, and writes the source into signals.toml."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from watcher import formats
from watcher.bootstrap import fetch_settings
from watcher.cli.common import (
    CONFIG,
    AsJson,
    ConfigFile,
    UsageError,
    configured,
    count,
    exit_on_error,
    fail,
    parse_duration,
    print_json,
)
from watcher.cli.find_feed import FEW, Found, NothingToRead, find, silence
from watcher.cli.locations import signals_here
from watcher.cli.toml_insert import CannotInsert, inserted, replace_file, source_text
from watcher.clock import utc_now
from watcher.config import Config
from watcher.config.defaults import publisher_of
from watcher.core.addresses import in_year
from watcher.core.decision.claims import claims_of
from watcher.core.model import Claim, Entry, Observation, Signal, Tier
from watcher.fetch import Fetcher
from watcher.publishers import publisher_of as speaker
from watcher.replay.labelled_text import SourceTiers
from watcher.sandbox.pool import ParserPool
from watcher.wording import iso_utc

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Read:
    """One entry, and what it would claim."""

    entry: Entry
    claims: tuple[Claim, ...]


def add(  # noqa: PLR0913 - the options of a command
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that names one.")],
    signal: Annotated[
        str, typer.Option(help="Which it is for; needed where there are several.", autocompletion=signals_here)
    ] = "",
    tier: Annotated[
        Tier | None, typer.Option(help="Who speaks there; by default as the signal's other sources of the same publisher.")
    ] = None,
    every: Annotated[str, typer.Option(metavar="SPAN", help="How often it is asked.")] = "1h",
    format_name: Annotated[str, typer.Option("--format", metavar="NAME", help="Read it as this, whatever it looks like.")] = "",
    config: ConfigFile = CONFIG,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show everything and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Watch one more address: find its feed, show what would be read, and write the source into the configuration.

    A page is searched for the feeds that it names; without one the page itself is watched. The newest entries are shown with
    what they would claim under the signal's rules. Then a table `[[signal.source]]` goes after the signal's other sources;
    everything else stays as it is, comments too. An address that is watched already is refused, as is one that breaks the file.
    """
    settings, now = configured(config), utc_now()
    parse_duration(every)
    watched = _signal(settings, signal)
    _check(settings, url, format_name)
    found = asyncio.run(_find(settings, url, format_name))
    _refuse_twice(settings, found.document.url)
    who = tier or SourceTiers(watched).known(found.document.url) or Tier.PRESS
    block = _block(found, who, every)
    read = [Read(entry, _claims(watched, entry, found, who, now)) for entry in found.entries]
    if not as_json:
        _show(found, read, watched, block)
    if not dry_run:
        _write(settings.path, watched.id, block)
    if as_json:
        print_json(_plain(found, read, watched, who) | {"table": block, "written": not dry_run})
    elif dry_run:
        typer.echo("nothing was written (--dry-run)")
    else:
        typer.echo(f"written into {settings.path}; `watcher check` reads it, and a running watch takes it up on SIGHUP")


def _signal(settings: Config, name: str) -> Signal:
    known = [one.id for one in settings.signals]
    if name not in known and (name or len(known) > 1):
        raise UsageError(f"expected --signal, one of {', '.join(known)}")
    return settings.signal(name or known[0])


def _check(settings: Config, url: str, format_name: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{url!r} is no address; expected https://…")
    if format_name and format_name not in formats.names():
        raise UsageError(f"{format_name!r} is no format; expected one of {', '.join(formats.names())}")
    _refuse_twice(settings, url)


def _refuse_twice(settings: Config, url: str) -> None:
    """Two sources at one address would count one voice twice, and ask the publisher twice."""
    twin = next((one for one in settings.sources if _same(in_year(one.url, utc_now())) == _same(url)), None)
    if twin is not None:
        raise fail(f"{url} is watched already: source {twin.id} of {twin.signal}")


def _same(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}:{parts.port or ''}{parts.path.rstrip('/')}?{parts.query}"


async def _find(settings: Config, url: str, format_name: str) -> Found:
    with ParserPool(workers=1) as readers:
        async with Fetcher(fetch_settings(settings), clock=utc_now) as fetcher:
            try:
                return await find(url, get=fetcher.get, read=readers.read, wanted=format_name)
            except NothingToRead as error:
                raise fail(str(error)) from None


def _block(found: Found, who: Tier, every: str) -> str:
    """The table as it is written: what is as usual is left out."""
    values: dict[str, object] = {"url": found.document.url}
    if found.format != "feed":
        values["format"] = found.format
    values |= {"tier": who.value, "every": every}
    if (quiet := silence(found.entries)) is not None and found.format == "feed":
        values["expect_every"] = f"{quiet // timedelta(days=1)}d"
    if expect := _expect(found):
        values["expect"] = expect
    return source_text(values)


def _expect(found: Found) -> dict[str, object]:
    """What all of several entries have, so that another shape is noticed: a date, and a link to one host."""
    if len(found.entries) < FEW:
        return {}
    expect: dict[str, object] = {}
    if all(entry.published for entry in found.entries):
        expect["dated"] = True
    hosts = {(urlsplit(entry.link).hostname or "").removeprefix("www.") for entry in found.entries}
    if len(hosts) == 1 and (host := hosts.pop()):
        expect["links"] = rf"^https?://(www\.)?{re.escape(host)}[:/]"
    return expect


def _claims(signal: Signal, entry: Entry, found: Found, who: Tier, now: datetime) -> tuple[Claim, ...]:
    """What the entry would claim as an entry of the new source."""
    url = found.document.url
    publisher = speaker(publisher_of(url), entry.link, url)
    seen = Observation("new", entry, now, found.document.hash, publisher, who, url=url, first_seen_at=now)
    return tuple(claims_of(signal, seen))


def _write(path: Path, signal: str, block: str) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
        with exit_on_error():
            replace_file(path, inserted(text, signal, block))
    except CannotInsert as error:
        raise fail(f"{path} was not changed: {error}; put this in by hand:\n\n{block}") from None
    except OSError as error:
        raise fail(f"{path} cannot be written: {error.strerror or error}") from None


def _newest(read: list[Read]) -> list[Read]:
    """The newest first; those without a date keep their place in the document, at the end."""
    dated = sorted((one for one in read if one.entry.published), key=lambda one: str(one.entry.published), reverse=True)
    return [*dated, *(one for one in read if not one.entry.published)]


def _plain(found: Found, read: list[Read], signal: Signal, who: Tier) -> dict[str, Any]:
    return {
        "url": found.document.url,
        "format": found.format,
        "signal": signal.id,
        "tier": who.value,
        "also": list(found.also),
        "entries": [
            {
                "title": one.entry.title,
                "url": one.entry.link,
                "published": iso_utc(one.entry.published),
                "claims": [{"track": claim.track, "status": claim.status, "rule": claim.rule} for claim in one.claims],
            }
            for one in _newest(read)
        ],
    }


def _show(found: Found, read: list[Read], signal: Signal, block: str) -> None:
    typer.secho(f"{found.document.url}: {found.format}, {count(len(read), 'entry', 'entries')}", bold=True)
    for url in found.also:
        typer.echo(f"  the page also names {url}")
    for one in _newest(read)[:SHOWN]:
        day = f"{one.entry.published:%Y-%m-%d}  " if one.entry.published else ""
        typer.echo(f"  {day}{' '.join((one.entry.title or one.entry.text).split())[:110]}")
        for claim in one.claims:
            typer.echo(f"      claims {claim.track}: {claim.status or claim.flag or 'for a person'} by rule {claim.rule}")
    many = sum(1 for one in read if one.claims)
    typer.echo(f"{many} of {len(read)} entries would claim something of {signal.id}\n\n{block}")
