"""Lets the page take subscribers: its way to the mail server, where `[web] subscribe` says so."""

from __future__ import annotations

import notifiers
from notifiers import Message, Recipient
from watcher.bootstrap import channels, links
from watcher.config.build import Config
from watcher.pipeline.deliver import mail_context
from watcher.pipeline.subscribers import CHANNEL
from watcher.store.store import Store
from watcher.web.subscriptions import Subscriptions


def subscriptions_of(config: Config, store: Store) -> Subscriptions | None:
    """What the page needs for subscribing; None where nobody may. Raises ConfigError, StoreError."""
    signed = links(config, store)
    if signed is None:
        return None
    settings, send = channels(config)[CHANNEL], notifiers.load(CHANNEL).send

    async def post(message: Message, to: Recipient) -> None:
        await send(message, to, settings)

    return Subscriptions(store, signed, mail_context(config), post)
