"""`watcher resend`: messages that were given up, tried once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, fail, parse_datetime, print_json
from watcher.cli.opening import changing, configured, open_store
from watcher.store.records import State

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.store.records import Delivery
    from watcher.store.store import Transaction

MAX_MESSAGES = 10_000


def resend(
    recipient: Annotated[list[str] | None, typer.Argument(metavar="RECIPIENT", help="Their ids; all by default.")] = None,
    since: Annotated[str, typer.Option(metavar="T", help="Only messages written since then; a date or time.")] = "",
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Put messages that were given up back into the outbox; they leave with the next cycle, and are tried for three days again.

    `watcher status` lists them. Each keeps its words and its Message-ID. A receiver that has
    answered 410, or whose mailbox has refused three mails in a row for good, is written to again.
    """
    after, chosen = parse_datetime(since) if since else None, recipient or []
    with open_store(configured(config).store.url) as store, changing(store) as (tx, now):
        dead = _dead(tx, chosen, after)
        if missing := sorted(set(chosen) - {one.recipient for one in dead}):
            raise fail(f"nothing was given up for {', '.join(missing)}; `watcher status` lists what was")
        for name in {one.recipient for one in dead}:
            tx.mailboxes.revive(name, now, by="watcher resend")
        tx.deliveries.revive([one.id for one in dead], now)
    if as_json:
        print_json({"resent": len(dead)})
    else:
        typer.echo(f"{len(dead)} messages are due again" if len(dead) != 1 else "1 message is due again")


def _dead(tx: Transaction, recipients: list[str], after: datetime | None) -> list[Delivery]:

    found = tx.deliveries.of(State.DEAD, limit=MAX_MESSAGES)
    return [
        one for one in found if (not recipients or one.recipient in recipients) and (after is None or one.created_at >= after)
    ]
