"""The console's page of evidence: what a person adds to what was seen, and takes back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from watcher.acts.errors import Unusable
from watcher.acts.evidence import Testimony, record, withdraw
from watcher.web.console import Console, Done, Fields, changes_of, moment_of, number_of, place_in_words, status_in_words


def listed(console: Console, _now: datetime) -> dict[str, Any]:
    """The evidence of people, newest first, what was taken back as well."""
    with console.store.reading() as tx:
        held = tx.evidence.of(withdrawn=True)[::-1]
    signals = console.config.signals
    said = {"place": partial(place_in_words, signals), "label": partial(status_in_words, signals)}
    return {"evidence": held, "signals": signals, **said}


def record_evidence(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Add evidence; the form names track and status in one."""
    where, _, status = fields.get("what", "").partition(" ")
    if not status:
        raise Unusable("no status is chosen; expected what the evidence supports")
    said = Testimony(
        where,
        status,
        fields.get("url", ""),
        fields.get("quote", ""),
        who,
        fields.get("why", ""),
        moment_of(fields),
        fields.get("title", ""),
    )
    with console.store.writing() as tx:
        number, told = record(tx, console.config.signals, said, now)
    return Done(f"Evidence {number} is recorded.", changes_of(console, told))


def withdraw_evidence(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Take evidence back, with a reason."""
    number, why = number_of(fields), fields.get("why", "").strip()
    if not why:
        raise Unusable("no reason is given; expected why it is taken back")
    with console.store.writing() as tx:
        told = withdraw(tx, console.config.signals, number, by=who, reason=why, now=now)
    return Done(f"Evidence {number} is taken back.", changes_of(console, told))
