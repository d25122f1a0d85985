"""`watcher doctor`: everything that the watch rests on, looked at once, with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from watcher.acts.findings import Finding, Mark
from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, fail, print_json
from watcher.cli.doctor_local import examine_machine
from watcher.cli.doctor_remote import examine_outside, examine_recorded
from watcher.cli.opening import configured
from watcher.clock import utc_now
from watcher.config.build import Config
from watcher.core.model import Source
from watcher.replay.recorded_web import UnusableRecording, open_recorded_web

MARKS = {Mark.GOOD: "[green]✓[/]", Mark.NOTE: "[yellow]![/]", Mark.BAD: "[red]✗[/]"}


def doctor(
    config: ConfigFile = CONFIG,
    source: Annotated[list[str] | None, typer.Option(metavar="ID", help="Ask only this source; may be given again.")] = None,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no source and try no channel.")] = False,
    against: Annotated[str, typer.Option(metavar="FOLDER", help="Hold the sources against a recorded web.")] = "",
    as_json: AsJson = False,
) -> None:
    """Look at everything that the watch rests on, and say what to do where something is wrong.

    Each source is asked once and read as the watch would read it. Each recipient's channel is tried up to the sending: the mail
    server logged in to, the webhook's host reached, the folder looked at. Then the database, the disk, the clock, the time zone
    and the page's address. Nothing is sent and nothing is stored. ✓ is good, ! works but look, ✗ does not work.

    Of each source it prints what was expected, what came, its three newest entries, and what would be another shape; then a table
    of all that was looked at. `--against FOLDER` asks a recorded web instead (`watcher capture`), as it was at its end.
    """
    settings = configured(config)
    asked = _asked(settings, source or [])
    with Console(stderr=True).status("Looking …") as status:
        found = _looked(settings, asked, against, lambda one: status.update(one.about), offline=offline)
    bad = sum(1 for one in found if one.state is Mark.BAD)
    if as_json:
        rows = [asdict(one) for one in found]
        print_json({"good": not bad, "findings": rows})
    else:
        _show(found)
        looked = f"{len(found)} things looked at"
        typer.echo(f"{looked}, {bad} of them {'does' if bad == 1 else 'do'} not work" if bad else f"{looked}, all work")
    if bad:
        raise typer.Exit(1)


def _looked(
    settings: Config, asked: Sequence[Source], against: str, tell: Callable[[Finding], None], *, offline: bool
) -> list[Finding]:
    """What was found, the sources and channels in alphabetical order."""
    if against:
        try:
            found = asyncio.run(examine_recorded(settings, asked, open_recorded_web(against), tell=tell))
        except UnusableRecording as error:
            raise fail(str(error)) from None
        return sorted(found, key=lambda one: one.about)
    outside = [] if offline else asyncio.run(examine_outside(settings, asked, tell=tell))
    return [*examine_machine(settings, utc_now()), *sorted(outside, key=lambda one: one.about)]


def _asked(settings: Config, wanted: Sequence[str]) -> list[Source]:
    """The sources to ask."""
    known = {one.id: one for one in settings.sources}
    if missing := [name for name in wanted if name not in known]:
        raise UsageError(f"{missing[0]!r} is no source; expected one of {', '.join(known)}")
    return [one for one in known.values() if not wanted or one.id in wanted]


def _show(found: Sequence[Finding]) -> None:
    for one in found:
        if one.details:
            typer.echo("\n  ".join(one.details) + "\n")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for one in found:
        words = escape(one.said) + (f"\n[dim]→ {escape(one.to_do)}[/]" if one.to_do else "")
        table.add_row(MARKS[one.state], escape(one.about), words)
    Console().print(table)
