"""`watcher recipients`, `resend` and `test-notify`: who is told, what was given up, and a trial message."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.acts.trial import chosen, send_trials
from watcher.bootstrap import channels
from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, exit_on_error, fail, parse_datetime, print_json
from watcher.cli.opening import changing, configured, open_store
from watcher.clock import utc_now
from watcher.pipeline.subscribers import CHANNEL
from watcher.store.records import State
from watcher.wording import count, iso_utc

if TYPE_CHECKING:
    from watcher.config.build import Config
    from watcher.store.records import Delivery
    from watcher.store.store import Transaction


# `watcher recipients`: who is told, who takes no more mail, and how to change that.


class Action(StrEnum):
    """What is to be done."""

    LIST = "list"
    DROP = "drop"
    REVIVE = "revive"


@dataclass(frozen=True, slots=True)
class _One:
    """Somebody who is told."""

    id: str
    address: str
    channel: str
    pace: str


@dataclass(frozen=True, slots=True)
class _Row:
    """How it stands with one of them."""

    who: _One
    last_sent: datetime | None
    waiting: int
    given_up: int
    refused: int
    stopped: bool
    since: datetime | None = None
    why: str = ""


def recipients(
    act: Annotated[Action, typer.Argument(metavar="[list|drop|revive]", help="What to do.")] = Action.LIST,
    recipient: Annotated[list[str] | None, typer.Argument(metavar="RECIPIENT", help="Their ids, to drop or revive.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who does it; kept in the audit list that the page shows.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, in a few words.")] = "",
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """List who is told: when a message last reached them, what waits, and who is sent nothing more and why.

    A mailbox that refuses three mails in a row for good is sent nothing more, nor is a receiver that answers 410. `drop` does the
    same by hand, `revive` takes it back; `watcher resend` then sends what was given up meanwhile. Subscribers are named by their
    ids alone.
    """
    chosen = recipient or []
    settings = configured(config)
    with open_store(settings.store.url) as store, changing(store) as (tx, now):
        known = {one.id: one for one in _known(settings, tx)}
        if missing := sorted(set(chosen) - known.keys()):
            raise UsageError(f"there is no recipient {', '.join(missing)}; expected some of {', '.join(known)}")
        if act is not Action.LIST:
            _change(tx, act, [known[name] for name in chosen], now, by=by.strip(), reason=reason)
        rows = [_row(tx, one) for one in known.values() if not chosen or one.id in chosen]
    if as_json:
        print_json({"recipients": [_plain(row) for row in rows]})
        return
    for row in rows:
        typer.echo(_words(row))


def _known(settings: Config, tx: Transaction) -> list[_One]:
    declared = [_One(one.id, one.to, one.channel, one.pace) for one in settings.recipients]
    return [*declared, *(_One(one.id, one.address, CHANNEL, one.pace) for one in tx.subscribers.confirmed())]


def _change(tx: Transaction, act: Action, chosen: list[_One], now: datetime, *, by: str, reason: str) -> None:
    if not chosen or not by:
        raise UsageError(f"expected `watcher recipients {act} RECIPIENT --by NAME`: whom, and who does it")
    for one in chosen:
        if act is Action.DROP:
            tx.mailboxes.stop(one.id, one.address, now, by=by, why=reason or "dropped by hand")
        else:
            tx.mailboxes.revive(one.id, now, by=by, why=reason)


def _row(tx: Transaction, one: _One) -> _Row:
    mine = tx.deliveries.of(recipient=one.id)
    held = next((each for each in tx.mailboxes.stopped() if each.recipient == one.id), None)
    still = held if held and tx.mailboxes.is_stopped(one.id, one.address) else None
    return _Row(
        one,
        last_sent=max((each.sent_at for each in mine if each.sent_at), default=None),
        waiting=sum(each.state in {State.PENDING, State.LEASED} for each in mine),
        given_up=sum(each.state is State.DEAD for each in mine),
        refused=tx.mailboxes.refused().get(one.id, 0),
        stopped=still is not None,
        since=still.since if still else None,
        why=still.why if still else "",
    )


def _plain(row: _Row) -> dict[str, Any]:
    return {
        "id": row.who.id,
        "channel": row.who.channel,
        "pace": row.who.pace,
        "last_sent_at": iso_utc(row.last_sent),
        "waiting": row.waiting,
        "given_up": row.given_up,
        "refused_in_a_row": row.refused,
        "stopped": row.stopped,
        "stopped_since": iso_utc(row.since),
        "why": row.why,
    }


def _words(row: _Row) -> str:
    """`me by smtp, at once: last sent 2026-06-09 17:05 UTC`."""
    sent = f"last sent {row.last_sent:%Y-%m-%d %H:%M} UTC" if row.last_sent else "nothing sent yet"
    counts = {"waiting": row.waiting, "given up": row.given_up, "refused in a row": row.refused}
    told = [sent, *(f"{many} {words}" for words, many in counts.items() if many)]
    since = f" since {row.since:%Y-%m-%d}" if row.since else ""
    end = f"\n  sent nothing more{since}: {row.why}" if row.stopped else ""
    return f"{row.who.id} by {row.who.channel}, {row.who.pace.replace('_', ' ')}: {', '.join(told)}{end}"


# `watcher resend`: messages that were given up, tried once more.

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
        typer.echo(f"{count(len(dead), 'message')} {'is' if len(dead) == 1 else 'are'} due again")


def _dead(tx: Transaction, recipients: list[str], after: datetime | None) -> list[Delivery]:

    found = tx.deliveries.of(State.DEAD, limit=MAX_MESSAGES)
    return [
        one for one in found if (not recipients or one.recipient in recipients) and (after is None or one.created_at >= after)
    ]


# `watcher test-notify`: a trial message to each recipient, through the same channels as real news.


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
