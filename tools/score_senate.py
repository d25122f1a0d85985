"""Measures the bill track on the labelled records beside this repository: passages, days, and a replay of every day.

    python -m tools.score_senate [SHARED]

SHARED holds corpus/ (senate.jsonl.gz, billstatus/, score.py) and world/billstatus.py, which makes a record's file at any date.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from watcher.config.build import load
from watcher.core.model import Ladder, Observation, Tier
from watcher.formats import billstatus
from watcher.replay.single_document import bill_summary, decide_bill

ROOT = Path(__file__).resolve().parents[1]
END = datetime(2026, 11, 23, tzinfo=UTC)
PAST_PASSAGE = frozenset({"senate_passed", "resolving", "presented", "vetoed", "enacted"})
HOW = {"roll_call": "rollcall"}
Record = dict[str, Any]


def ladder_of_bills() -> Ladder:
    """The ladder of signals.toml."""
    tracks = (track for signal in load(ROOT / "signals.toml", {}).signals for track in signal.tracks)
    return next(track.ladder for track in tracks if track.ladder.id == "senate-bill")


def decide_bytes(ladder: Ladder, body: bytes, now: datetime) -> Record:
    """What the watch says of one document."""
    read = billstatus.read(body, url="", content_type="text/xml", options={})
    seen = [Observation("file", entry, now, "", "govinfo.gov", Tier.OFFICIAL) for entry in read]
    return bill_summary(*decide_bill(ladder, seen, now))


def passage_of(said: Record) -> Record:
    """The prediction for a document: whether the Senate has passed the bill, when, how and whether amended.

    A passage whose papers went back is one that happened and was corrected: both are told by the path and `because_of`.
    """
    returned = said["because_of"] and any("Returned to the Senate" in quote["quote"] for quote in said["evidence"])
    if said["status"] in PAST_PASSAGE:
        return {
            "status": "passed",
            "date": said["passed"],
            "how": HOW.get(said["how"], said["how"]),
            "amended": said["amended"] == "yes",
        }
    return {"status": "passed" if returned else "not_passed"}


def records(corpus: Path) -> Iterator[Record]:
    """The labelled records."""
    with gzip.open(corpus / "senate.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def without_library(record: Record) -> Record:
    """A record with the chambers' own rows alone."""
    rows = [action for action in record["actions"] if (action.get("sourceSystem") or {}).get("name") != "Library of Congress"]
    return {**record, "actions": rows}


def replayed(ladder: Ladder, world: Any, record: Record, *, hours: float) -> Iterator[str]:  # noqa: ANN401 - a loaded script
    """Mistakes on any day: early, false, lost or doubled passages, false or lost rejections."""
    truth, passages, rejections = record["truth"], set(), set()
    for day in sorted({action["actionDate"] for action in record["actions"]}):
        body = world.bill_status_xml(record, day, loc_delay_hours=hours, hide_codes=True)
        if not body:
            continue
        said = decide_bytes(ladder, body.encode(), datetime.fromisoformat(f"{day}T23:59:00+00:00") + timedelta(hours=5))
        due = bool(truth["senate_passed"] and day >= truth["senate_passed_date"])
        if (passage_of(said)["status"] == "passed") != due:
            yield f"{record['measure_id']} on {day}: {said['status']}"
        passages |= {said["passed"]} - {None}
        rejections |= {said["since"]} if said["status"] == "senate_rejected" else set()
    if len(passages) > 1:
        yield f"{record['measure_id']}: passages {sorted(passages)}"
    if rejections != set(truth["senate_failed_passage_dates"]):
        yield f"{record['measure_id']}: rejections {sorted(rejections)}"


def score(corpus: Path, name: str, rows: list[Record]) -> str:
    """The table of the corpus' own scorer."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.flush()
        command = [sys.executable, str(corpus / "score.py"), name, file.name, "--min-f1", "1.0"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - a script of ours


def predictions(ladder: Ladder, world: Any, corpus: Path, variant: str) -> list[Record]:  # noqa: ANN401 - a loaded script
    """One prediction for each record: with codes, without them, or without the Library's rows as well."""
    rows = []
    for record in records(corpus):
        cut = without_library(record) if variant == "no library" else record
        body = world.bill_status_xml(cut, "2026-12-31", hide_codes=variant != "codes")
        rows.append({"id": record["id"], **(passage_of(decide_bytes(ladder, body.encode(), END)) if body else {})})
    return rows


def load_world(path: Path) -> Any:  # noqa: ANN401 - a script that is loaded by its place
    """The maker of files at any date."""
    spec = importlib.util.spec_from_file_location("world_billstatus", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no script at {path}")
    world = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(world)
    return world


def main() -> int:
    """Print the tables; 1 where anything is wrong."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared"
    corpus, ladder = shared / "corpus", ladder_of_bills()
    if not corpus.is_dir():
        raise SystemExit(f"no corpus at {corpus}")
    world, wrong = load_world(shared / "world" / "billstatus.py"), 0
    for variant in ("codes", "no codes", "no library"):
        wrong += show(variant, score(corpus, "senate", predictions(ladder, world, corpus, variant)))
    files = sorted((corpus / "billstatus").glob("*.xml"))
    said = [{"id": one.name, **passage_of(decide_bytes(ladder, one.read_bytes(), END))} for one in files]
    wrong += show("whole files", score(corpus, "billstatus", said))
    started = time.perf_counter()
    late = [(record, hours) for record in records(corpus) for hours in (0, 30)]
    mistakes = [mistake for record, hours in late for mistake in replayed(ladder, world, record, hours=hours)]
    took = time.perf_counter() - started
    say(f"--- {len(late) // 2} records, every day replayed, the Library's rows on time and 30 hours late ({took:.0f} s)")
    say("\n".join(mistakes) or "no false, early, lost or doubled passage or rejection")
    return int(bool(wrong or mistakes))


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


def show(title: str, table: str) -> bool:
    """Print a table; whether anything in it is wrong."""
    say(f"--- {title}\n{table}")
    return "precision 1.000  recall 1.000" not in table or " 0 wrong" not in table


if __name__ == "__main__":
    sys.exit(main())
