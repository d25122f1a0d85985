"""Sources: what is declared and followed, what is due, and how the readings went."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, case, func, literal, or_, select, update

from watcher.core.model import Health, Source
from watcher.store.base import Noun, batches, table
from watcher.store.codec import dump, load
from watcher.store.rows import Due

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SOURCE = table("source")
LIVE = SOURCE.c.retired_at.is_(None)
HEALTH = [column for column in SOURCE.c if column.name not in {"declared", "etag", "last_modified", "body_hash"}]
DUE = (
    select(SOURCE)
    .where(LIVE, SOURCE.c.next_at <= bindparam("now"), or_(SOURCE.c.until.is_(None), SOURCE.c.until > bindparam("now")))
    .order_by(SOURCE.c.next_at)
    .limit(bindparam("most"))
)
SEEN = ("first_tried_at", "last_tried_at", "last_good_at", "failing_since", "gone_since")
SKEW = timedelta(minutes=1)
"""Two machines at one database may differ by this much, and nobody's clock was set back."""
HEALTHS = select(SOURCE).where(LIVE, SOURCE.c.next_at.is_not(None), SOURCE.c.signal.in_(bindparam("signals", expanding=True)))
RETIRE = update(SOURCE).where(SOURCE.c.id == bindparam("which")).values(retired_at=bindparam("now"))
ORPHAN = update(SOURCE).where(SOURCE.c.parent == bindparam("which"), LIVE).values(retired_at=bindparam("now"))
FORGET = {"etag": "", "last_modified": "", "body_hash": ""}
BLANK: dict[str, Any] = {column.name: getattr(column.default, "arg", None) for column in SOURCE.c}


@lru_cache(maxsize=65536)
def declared(text: str) -> Source:
    """The source as declared; the same text is the same value."""
    return load(Source, text)


def row(source: Source, now: datetime) -> dict[str, Any]:
    """Columns of a source that was not there before."""
    return {
        "id": source.id,
        "signal": source.signal,
        "url": source.url,
        "declared": dump(source),
        "parent": source.parent,
        "until": source.until,
        "next_at": now,
        "retired_at": None,
    }


def reads_alike(one: Source, other: Source) -> bool:
    """Whether what was read under one declaration still holds under the other (only pace and alarms differ)."""
    return unpaced(one) == unpaced(other)


def unpaced(source: Source) -> Source:
    """The source without what only says how often and with which alarms."""
    return replace(source, every=timedelta(), expect_every=None, grace=timedelta(), essential=False, until=None)


def health(found: Row[Any]) -> Health:
    """The columns that tell how the readings went."""
    return Health(
        source=found.id,
        url=found.url,
        publisher=declared(found.declared).publisher,
        last_good_at=found.last_good_at,
        last_tried_at=found.last_tried_at,
        outcome=found.outcome,
        error=found.error,
        failing_since=found.failing_since,
        newest_entry_at=found.newest_entry_at,
        next_at=found.next_at,
        first_tried_at=found.first_tried_at,
        gone_since=found.gone_since,
        gone_polls=found.gone_polls,
        parent=found.parent,
    )


class Sources(Noun):
    """Where to look."""

    __slots__ = ()

    def sync(self, wanted: Iterable[Source], now: datetime) -> tuple[int, int, int]:
        """Make the declared sources the given ones: (added, changed, retired), followed pages of the retired not counted.

        A changed way of reading drops validators and body hash, so that the next answer is read anew.
        """
        held = {found.id: found for found in self.connection.execute(select(SOURCE).where(SOURCE.c.parent == ""))}
        by_id = {source.id: source for source in wanted}
        added = [source for source in by_id.values() if source.id not in held]
        changed = sum(self.change(held[source.id], source, now) for source in by_id.values() if source.id in held)
        gone = [{"which": name, "now": now} for name, found in held.items() if name not in by_id and found.retired_at is None]
        self.add(added, now)
        if gone:
            self.connection.execute(RETIRE, gone)
            self.connection.execute(ORPHAN, gone)
        return len(added), changed, len(gone)

    def add(self, sources: Sequence[Source], now: datetime) -> None:
        """Insert sources that are not there, due at once."""
        self.insert("source", [{**BLANK, **row(source, now)} for source in sources])

    def change(self, found: Row[Any], source: Source, now: datetime) -> bool:
        """Bring one stored source to its declaration; whether anything had to change."""
        if found.declared == dump(source) and found.retired_at is None:
            return False
        before = declared(found.declared)
        values = row(source, now)
        if reads_alike(before, source):
            soon = now + source.every
            values["next_at"] = now if found.retired_at or found.next_at is None else min(found.next_at, soon)
        else:
            values |= FORGET
        self.connection.execute(update(SOURCE).where(SOURCE.c.id == source.id).values(values))
        return True

    def follow(self, children: Iterable[Source], now: datetime) -> int:
        """Add pages that entries have named (`parent` and `until` set), or revive them; how many were not there.

        A page that is there already keeps its end: naming it again does not prolong it.
        """
        by_id = {child.id: child for child in children}
        statement = select(SOURCE).where(SOURCE.c.id.in_(bindparam("ids", expanding=True)))
        held = {found.id: found for found in self.connection.execute(statement, {"ids": list(by_id)})}
        self.add([child for child in by_id.values() if child.id not in held], now)
        for found in held.values():
            kept = replace(by_id[found.id], until=found.until)
            self.change(found, kept, now)
        return len(by_id) - len(held)

    def let_go(self, names: Iterable[str], now: datetime) -> None:
        """Poll these followed pages no longer."""
        gone = [{"which": name, "now": now} for name in names]
        if gone:
            self.connection.execute(RETIRE, gone)

    def due(self, now: datetime, limit: int = 1_000_000) -> list[Due]:
        """The sources to poll now, longest overdue first."""
        return [
            Due(declared(found.declared), health(found), found.etag, found.last_modified, found.body_hash, found.failures)
            for found in self.connection.execute(DUE, {"now": now, "most": limit})
        ]

    def next_due(self) -> datetime | None:
        """When the next source is due; None where nothing is to be polled."""
        statement = select(SOURCE.c.next_at).where(LIVE, SOURCE.c.next_at.is_not(None)).order_by(SOURCE.c.next_at).limit(1)
        return self.connection.execute(statement).scalar()

    def ahead(self, now: datetime) -> timedelta:
        """By how much the newest poll lies after `now`: the clock was set back by about that; nothing where it was not."""
        newest: datetime | None = self.connection.execute(select(func.max(SOURCE.c.last_tried_at))).scalar()
        return newest - now if newest is not None and newest - now > SKEW else timedelta(0)

    def set_back(self, now: datetime) -> int:
        """Nothing was seen after `now`, and what was polled in that future is due now; how many sources that are."""
        moments = [SOURCE.c[name] for name in (*SEEN, "next_at")]
        values = {each.name: case((each > now, literal(now, each.type)), else_=each) for each in moments}
        return self.connection.execute(update(SOURCE).where(SOURCE.c.last_tried_at > now).values(values)).rowcount

    def of(self, signal: str | None = None) -> list[Source]:
        """The live sources, declared and followed, of one signal or of all."""
        statement = select(SOURCE.c.declared).where(LIVE).order_by(SOURCE.c.id)
        if signal is not None:
            statement = statement.where(SOURCE.c.signal == signal)
        return [declared(text) for text in self.connection.execute(statement).scalars()]

    def health(self, signal: str | None = None) -> list[Health]:
        """How the readings of the live sources went; a followed page whose time is over is not among them."""
        statement = select(SOURCE).where(LIVE, SOURCE.c.next_at.is_not(None)).order_by(SOURCE.c.id)
        if signal is not None:
            statement = statement.where(SOURCE.c.signal == signal)
        return [health(found) for found in self.connection.execute(statement)]

    def healths(self, signals: Iterable[str]) -> Iterator[tuple[str, Health]]:
        """The same for many signals at once, each with its signal."""
        for some in batches(signals):
            for found in self.connection.execute(HEALTHS, {"signals": some}):
                yield found.signal, health(found)
