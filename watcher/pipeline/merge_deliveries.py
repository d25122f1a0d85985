"""News that waited for the same reader travels in one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.core.decision.digest import net_changes
from watcher.core.model import Digest
from watcher.store.records import Delivery


@dataclass(frozen=True, slots=True)
class Batch:
    """One message to be: the delivery that carries it, those whose news travels in it, and what it says."""

    carrier: Delivery
    riders: tuple[Delivery, ...]
    digest: Digest


def merge_deliveries(claimed: Sequence[Delivery], digests: Mapping[str, Digest]) -> list[Batch]:
    """One parcel for each delivery, or for all fresh news of one reader; the newest delivery carries it.

    A delivery that was tried before stays as it is: its text under its Message-ID may be with the reader already.
    """
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    for each in claimed:
        fresh = each.attempts == 0 and not each.message and digests[each.digest].kind == "news"
        key = (each.recipient, each.channel, each.address) if fresh else (each.id,)
        groups.setdefault(key, []).append(each)
    return [_batch(sorted(group, key=lambda each: (digests[each.digest].at, each.id)), digests) for group in groups.values()]


def _batch(group: Sequence[Delivery], digests: Mapping[str, Digest]) -> Batch:
    *riders, carrier = group
    newest = digests[carrier.digest]
    if not riders:
        return Batch(carrier, (), newest)
    told = net_changes(transition for each in group for transition in digests[each.digest].transitions)
    notes = tuple(dict.fromkeys(note for each in group for note in digests[each.digest].notes))
    return Batch(carrier, tuple(riders), replace(newest, transitions=told, notes=notes))
