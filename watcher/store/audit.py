"""What the program remembers and what people did: values by key, the audit list, evidence, mutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watcher.core.model import DeclaredFact
from watcher.store.codec import dump, load, micros, moment
from watcher.store.records import Act, Evidence, Mute
from watcher.store.repository import Repository, batches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DROP = "DELETE FROM meta WHERE key = :key"
ACTS = "SELECT at, who, what, why, id FROM act ORDER BY id DESC LIMIT :most"
HELD = 'SELECT id, signal, known, "by", reason, at, withdrawn_at, withdrawn_by, withdrawn_why FROM evidence'
RECORD = (
    'INSERT INTO evidence (signal, known, "by", reason, at, withdrawn_by, withdrawn_why)'
    " VALUES (:signal, :known, :by, :reason, :at, '', '') RETURNING id"
)
WITHDRAW = (
    "UPDATE evidence SET withdrawn_at = :at, withdrawn_by = :by, withdrawn_why = :reason WHERE id = :id AND withdrawn_at IS NULL"
)
SILENCE = (
    'INSERT INTO mute (signal, track, "by", reason, since, until)'
    " VALUES (:signal, :track, :by, :reason, :now, :until) RETURNING id"
)
END = "UPDATE mute SET until = :now WHERE signal = :signal AND track = :track AND (until IS NULL OR until > :now)"
SILENT = 'SELECT id, signal, track, "by", reason, since, until FROM mute WHERE since <= :now AND (until IS NULL OR until > :now)'


class Meta(Repository):
    """Values by their key: the heartbeat, a rehearsal's clock."""

    __slots__ = ()

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        found = self.connection.value("SELECT value FROM meta WHERE key = :key", {"key": key})
        return default if found is None else str(found)

    def put(self, key: str, value: str) -> None:
        """Set the value."""
        self.upsert("meta", [{"key": key, "value": value}], change=("value",))

    def drop(self, key: str) -> None:
        """Forget the value."""
        self.connection.run(DROP, {"key": key})

    def among(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of these keys, as far as there are any."""
        statement = f"SELECT key, value FROM meta WHERE key {self.connection.among('keys')}"
        return dict(
            row for some in batches(keys) for row in self.connection.rows(statement, {"keys": self.connection.listed(some)})
        )

    def drop_all(self, keys: Iterable[str]) -> None:
        """Forget many values."""
        rows = [{"key": key} for key in keys]
        if rows:
            self.connection.run_all(DROP, rows)


class Audit(Repository):
    """Who did what, when and why."""

    __slots__ = ()

    def add(self, act: Act) -> None:
        """Write one line."""
        self.insert("act", [{"at": micros(act.at), "who": act.who, "what": act.what, "why": act.why}])

    def of(self, limit: int = 1_000) -> list[Act]:
        """The lines, newest first."""
        return [Act(moment(at), *row) for at, *row in self.connection.rows(ACTS, {"most": limit})]


class Evidences(Repository):
    """What people have added to what was seen."""

    __slots__ = ()

    def add(self, signal: str, known: DeclaredFact, *, by: str, reason: str, at: datetime) -> int:
        """Add evidence; its id. The act is written to the audit list."""
        row = {"signal": signal, "known": dump(known), "by": by, "reason": reason, "at": micros(at)}
        number = self.connection.value(RECORD, row)
        Audit(self.connection).add(Act(at, by, f"recorded {signal}.{known.track} {known.status or known.flag}", reason))
        return int(number)

    def withdraw(self, number: int, *, by: str, reason: str, at: datetime) -> bool:
        """Take evidence back; False where there is none to take back. The act is written to the audit list."""
        found = self.connection.run(WITHDRAW, {"id": number, "at": micros(at), "by": by, "reason": reason}) == 1
        if found:
            Audit(self.connection).add(Act(at, by, f"withdrew evidence {number}", reason))
        return found

    def of(self, signal: str | None = None, as_of: datetime | None = None, *, withdrawn: bool = False) -> list[Evidence]:
        """The evidence that stands now or stood then, oldest first; with `withdrawn` what was taken back as well."""
        conditions = [
            *(["signal = :signal"] if signal is not None else []),
            *(["at <= :then"] if as_of is not None else []),
            *(
                []
                if withdrawn
                else ["withdrawn_at IS NULL" if as_of is None else "(withdrawn_at IS NULL OR withdrawn_at > :then)"]
            ),
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self.connection.rows(f"{HELD}{where} ORDER BY id", {"signal": signal, "then": micros(as_of)})
        return [evidence(*row) for row in rows]


def evidence(number: int, signal: str, known: str, *rest: Any) -> Evidence:  # noqa: ANN401 - columns of several types
    """The row as a value."""
    by, reason, at, withdrawn_at, *withdrawn = rest
    return Evidence(number, signal, load(DeclaredFact, known), by, reason, moment(at), moment(withdrawn_at), *withdrawn)


class Mutes(Repository):
    """Silences that people have asked for."""

    __slots__ = ()

    def add(self, signal: str, track: str = "", *, by: str, reason: str, now: datetime, until: datetime | None = None) -> int:
        """Silence a signal or one of its tracks; its id. The act is written to the audit list."""
        row = {"signal": signal, "track": track, "by": by, "reason": reason, "now": micros(now), "until": micros(until)}
        number = self.connection.value(SILENCE, row)
        Audit(self.connection).add(Act(now, by, f"muted {signal}{f'.{track}' if track else ''}", reason))
        return int(number)

    def end(self, signal: str, track: str = "", *, by: str, reason: str, now: datetime) -> int:
        """End the silences of a signal or track now; how many there were. The act is written to the audit list."""
        many = self.connection.run(END, {"signal": signal, "track": track, "now": micros(now)})
        if many:
            Audit(self.connection).add(Act(now, by, f"unmuted {signal}{f'.{track}' if track else ''}", reason))
        return many

    def of(self, now: datetime) -> list[Mute]:
        """The silences that hold at this moment."""
        rows = self.connection.rows(f"{SILENT} ORDER BY id", {"now": micros(now)})
        return [
            Mute(number, signal, track, by, reason, moment(since), moment(until))
            for number, signal, track, by, reason, since, until in rows
        ]
