"""`watcher test-notify`: a trial message to each recipient, through the same channels as real news."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from watcher.acts.trial import chosen, send_trials
from watcher.bootstrap import channels
from watcher.cli.common import CONFIG, AsJson, ConfigFile, exit_on_error, print_json
from watcher.cli.opening import configured
from watcher.clock import utc_now


def notify(
    recipient: Annotated[list[str] | None, typer.Argument(metavar="RECIPIENT", help="Their ids; all by default.")] = None,
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Send a trial message to recipients now, whatever their hours: its subject says that it is no news.

    It takes the way of a real message, and leaves no trace in the database. Each recipient's outcome is told.
    """
    settings = configured(config)
    with exit_on_error():
        tried = asyncio.run(send_trials(settings, chosen(settings, recipient or []), channels(settings), utc_now()))
    if as_json:
        rows = [{"recipient": one.recipient, "channel": one.channel, "sent": not one.error, "error": one.error} for one in tried]
        print_json({"tried": rows})
    else:
        for one in tried:
            typer.echo(f"{'✗' if one.error else '✓'} {one.recipient} by {one.channel}: {one.error or 'sent'}")
    if any(one.error for one in tried):
        raise typer.Exit(1)
