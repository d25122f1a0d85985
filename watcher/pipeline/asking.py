"""Hand to a person what no rule can place, in the transaction that decides the signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.core.decision.decide import held_back
from watcher.core.decision.undecided import RECENT, ask, edges
from watcher.core.model import Claim, Signal, Transition, Verdict
from watcher.store.store import Transaction


def ask_person(
    tx: Transaction, signal: Signal, claims: Sequence[Claim], before: Verdict | None, after: Verdict, *, since: datetime
) -> tuple[Verdict, Iterable[Transition]]:
    """The verdict with the texts that are open, and what is told of them.

    `since` is when the watch began, or its rules were changed: words that are much older ask nobody.
    """
    asking = any(claim.asks for claim in claims) or bool(held_back(signal, claims, after.as_of))
    if not asking and not (before and before.undecided):
        return after, ()

    known = tx.undecided.of(signal.id)
    asked = ask(signal, known, claims, after, since=since - RECENT, first=before is None)
    rows = tx.undecided.put(known, asked.rows)
    found = replace(after, undecided=tuple(rows[place] for place in asked.open))
    return found, edges(before.undecided if before else (), found, rows)
