"""`watcher test-notify`: a trial message to each recipient, through the same channels as real news."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

import notifiers
from notifiers import Message, NotSent, Recipient
from watcher.bootstrap import channels
from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, configured, exit_on_error, print_json
from watcher.clock import utc_now
from watcher.config import Config
from watcher.config.settings import Recipient as Declared
from watcher.mail import Recipient as Reader
from watcher.mail import render
from watcher.mail.sample import trial
from watcher.pipeline.deliver import mail_context


@dataclass(frozen=True, slots=True)
class Tried:
    """How one trial ended."""

    recipient: str
    channel: str
    error: str = ""


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
    chosen = _chosen(settings, recipient or [])
    with exit_on_error():
        tried = asyncio.run(_send_all(settings, chosen))
    if as_json:
        rows = [{"recipient": one.recipient, "channel": one.channel, "sent": not one.error, "error": one.error} for one in tried]
        print_json({"tried": rows})
    else:
        for one in tried:
            typer.echo(f"{'✗' if one.error else '✓'} {one.recipient} by {one.channel}: {one.error or 'sent'}")
    if any(one.error for one in tried):
        raise typer.Exit(1)


def _chosen(settings: Config, wanted: Sequence[str]) -> list[Declared]:
    known = {one.id: one for one in settings.recipients}
    if missing := [name for name in wanted if name not in known]:
        raise UsageError(f"{missing[0]!r} is no recipient; expected one of {', '.join(known)}")
    return [one for one in known.values() if not wanted or one.id in wanted]


async def _send_all(settings: Config, chosen: Sequence[Declared]) -> list[Tried]:
    ready = channels(settings)
    return list(await asyncio.gather(*(_send(settings, one, ready[one.channel]) for one in chosen)))


async def _send(settings: Config, one: Declared, ready: Any) -> Tried:  # noqa: ANN401 - each channel has its own settings
    try:
        await notifiers.load(one.channel).send(_trial(settings, one), Recipient(one.id, one.to, one.name, one.secret), ready)
    except NotSent as error:
        return Tried(one.id, one.channel, error.reason.replace(one.to, "the address") if one.to else error.reason)
    return Tried(one.id, one.channel)


def _trial(settings: Config, one: Declared) -> Message:
    """It tells of no signal; each trial has an identity of its own, so that no receiver takes it for a repeat."""
    desk = mail_context(settings)
    reader = Reader(one.id, f"<trial-{uuid4().hex}@{desk.host}>", ZoneInfo(one.timezone or settings.watch.timezone))
    told = render(trial(utc_now()), desk, reader)
    brief = f"A trial, no news. {told.brief}"
    return replace(told, in_reply_to="", references=(), brief=brief, payload={**told.payload, "trial": True})
