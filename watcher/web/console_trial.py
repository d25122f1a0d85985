"""The console's page of trial messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool

from watcher.acts.trial import Tried, chosen, send_trials
from watcher.web.console import Console, Done, Fields


def listed(console: Console, _now: datetime) -> dict[str, Any]:
    """The recipients, without their addresses."""
    return {"recipients": console.config.recipients}


async def send(console: Console, fields: Fields, who: str, now: datetime) -> Done:
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
