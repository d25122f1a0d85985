"""`make soak`: kills, faults, hostility, workers and load, for real, ten minutes at most, and a table of what came of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from tools.soak_hostile import hostile_round
from tools.soak_load import load_round
from tools.soak_rounds import Place, Row, fault_round, kill_round
from tools.soak_workers import worker_round
from watcher.runtime import tune_memory

HEAD = ("round", "faults injected", "survived", "mails expected", "received", "doubled", "memory at start", "at the end")
SHARES: tuple[tuple[Callable[[Place, float], Row], float], ...] = (
    (kill_round, 0.15),
    (fault_round, 0.15),
    (hostile_round, 0.1),
    (worker_round, 0.25),
    (load_round, 0.35),
)
"""The rounds, and the part of the time that each may take."""


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is printed."""
    numbers = (row.injected, row.survived, row.expected, row.received, row.doubled)
    return (row.name, *map(str, numbers), f"{row.start} MB", f"{row.end} MB")


def table(rows: list[Row]) -> str:
    """All rows under their heads."""
    lines = [HEAD, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def main() -> int:
    """Run the rounds; 1 where one of them failed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("shared", nargs="?", default="../shared", help="folder with the stand-in world; the demo without it")
    asked.add_argument("--only", default="", help="one round alone: kill, fault, hostile, worker or load")
    asked.add_argument("--seconds", type=float, default=540, help="time for all rounds together (default 540)")
    given = asked.parse_args()
    tune_memory()  # as a command does
    story = Path(given.shared).resolve() / "world" / "story"
    began, rows = monotonic(), list[Row]()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        shares = [(act, 1.0 if given.only else share) for act, share in SHARES if act.__name__.startswith(given.only)]
        for act, share in shares:
            place = Place(Path(folder) / act.__name__, story if (story / "world.jsonl").exists() else None)
            place.folder.mkdir()
            rows.append(act(place, share * given.seconds))
            print(f"{monotonic() - began:5.0f} s  {rows[-1].name}: " + "; ".join(rows[-1].notes), flush=True)  # noqa: T201 - a tool
    failures = [f"{row.name}: {failure}" for row in rows for failure in row.failures]
    print(f"\n{table(rows)}\n\n" + ("\n".join(f"FAILED {one}" for one in failures) or "All rounds passed."))  # noqa: T201 - a tool
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
