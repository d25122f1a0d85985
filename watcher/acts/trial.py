"""A trial message to recipients, by the way of real news, that nobody can take for news."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import notifiers
from notifiers import Message, NotSent, Recipient
from watcher.acts.errors import Unusable
from watcher.config.build import Config
from watcher.config.settings import Recipient as Declared
from watcher.core.decision.scheduled_notes import trial
from watcher.mail import Recipient as Reader
from watcher.mail import render
from watcher.pipeline.deliver import mail_context


@dataclass(frozen=True, slots=True)
class Tried:
    """How one trial ended."""

    recipient: str
    channel: str
    error: str = ""


def chosen(config: Config, wanted: Sequence[str]) -> list[Declared]:
    """The recipients with these ids, all where none is named. Raises Unusable."""
    known = {one.id: one for one in config.recipients}
    if missing := [name for name in wanted if name not in known]:
        raise Unusable(f"{missing[0]!r} is no recipient; expected one of {', '.join(known)}")
    return [one for one in known.values() if not wanted or one.id in wanted]


async def send_trials(config: Config, recipients: Sequence[Declared], channels: Mapping[str, Any], now: datetime) -> list[Tried]:
    """Send one to each, at the same time; how each ended. `channels` are the settings of every channel."""
    return list(await asyncio.gather(*(_send(config, one, channels[one.channel], now) for one in recipients)))


async def _send(config: Config, one: Declared, settings: Any, now: datetime) -> Tried:  # noqa: ANN401 - each channel has its own settings
    to = Recipient(one.id, one.to, one.name, one.secret)
    try:
        await notifiers.load(one.channel).send(_trial(config, one, now), to, settings)
    except NotSent as error:
        return Tried(one.id, one.channel, error.reason.replace(one.to, "the address") if one.to else error.reason)
    return Tried(one.id, one.channel)


def _trial(config: Config, one: Declared, now: datetime) -> Message:
    """It tells of no signal; each trial has an identity of its own, so that no receiver takes it for a repeat."""
    context = mail_context(config)
    reader = Reader(one.id, f"<trial-{uuid4().hex}@{context.host}>", ZoneInfo(one.timezone or config.watch.timezone))
    told = render(trial(now), context, reader)
    brief = f"A trial, no news. {told.brief}"
    return replace(told, in_reply_to="", references=(), brief=brief, payload={**told.payload, "trial": True})
