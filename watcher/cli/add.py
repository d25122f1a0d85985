"""`watcher add`: finds what can be watched at an address, shows what it would read, and writes the source into signals.toml."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from watcher.acts.new_source import CannotInsert, Proposal, Wish, check_wish, inserted, propose, replace_file
from watcher.bootstrap import looking
from watcher.cli.common import CONFIG, AsJson, ConfigFile, exit_on_error, fail, parse_duration, print_json, signals_here
from watcher.cli.opening import configured
from watcher.clock import utc_now
from watcher.config.build import Config
from watcher.core.model import Tier
from watcher.wording import count, iso_utc

SHOWN_ENTRIES = 5


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
    settings = configured(config)
    parse_duration(every)
    with exit_on_error():
        new = asyncio.run(_propose(settings, Wish(url, signal, tier, every, format_name)))
    if not as_json:
        _show(new)
    if not dry_run:
        _write(settings.path, new.signal.id, new.block)
    if as_json:
        print_json(_plain(new) | {"table": new.block, "written": not dry_run})
    elif dry_run:
        typer.echo("nothing was written (--dry-run)")
    else:
        typer.echo(f"written into {settings.path}; `watcher check` reads it, and a running watch reloads it on SIGHUP")


async def _propose(settings: Config, wish: Wish) -> Proposal:
    now = utc_now()
    check_wish(settings, wish, now)
    async with looking(settings) as outside:
        return await propose(settings, wish, outside, now)


def _write(path: Path, signal: str, block: str) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
        with exit_on_error():
            replace_file(path, inserted(text, signal, block))
    except CannotInsert as error:
        raise fail(f"{path} was not changed: {error}; put this in by hand:\n\n{block}") from None
    except OSError as error:
        raise fail(f"{path} cannot be written: {error.strerror or error}") from None


def _plain(new: Proposal) -> dict[str, Any]:
    return {
        "url": new.found.document.url,
        "format": new.found.format,
        "signal": new.signal.id,
        "tier": new.tier.value,
        "also": list(new.found.also),
        "entries": [
            {
                "title": one.entry.title,
                "url": one.entry.link,
                "published": iso_utc(one.entry.published),
                "claims": [{"track": claim.track, "status": claim.status, "rule": claim.rule} for claim in one.claims],
            }
            for one in new.read
        ],
    }


def _show(new: Proposal) -> None:
    typer.secho(f"{new.found.document.url}: {new.found.format}, {count(len(new.read), 'entry', 'entries')}", bold=True)
    for url in new.found.also:
        typer.echo(f"  the page also names {url}")
    for one in new.read[:SHOWN_ENTRIES]:
        day = f"{one.entry.published:%Y-%m-%d}  " if one.entry.published else ""
        typer.echo(f"  {day}{' '.join((one.entry.title or one.entry.text).split())[:110]}")
        for claim in one.claims:
            typer.echo(f"      claims {claim.track}: {claim.status or claim.flag or 'for a person'} by rule {claim.rule}")
    typer.echo(f"{new.claiming} of {len(new.read)} entries would claim something of {new.signal.id}\n\n{new.block}")
