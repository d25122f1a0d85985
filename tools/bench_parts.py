"""The parts by themselves on one core: documents read and decided, texts explained."""

from __future__ import annotations

import json
import resource
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tools.bench_measure import measured, python
from tools.demo_forms import bill
from tools.score_senate import END, decide_bytes, ladder_of_bills

Row = tuple[str, str]
USUAL = (30_000, 100_000)
"""Bytes of most files of bills; the largest have close to a million."""
SENTENCES = (
    "The center has published its evaluation of a model from a laboratory abroad, and found it behind in most tasks.",
    "The model is available to a small group of partners, and not to the public.",
    "A senator said on Tuesday that the bill on remote access may come to the floor before the recess.",
    "The institute asks for comments on a draft of its guidance until the end of the month.",
    "Quarterly results of the company were better than its analysts had expected.",
)


def processor() -> float:
    """Processor seconds of this process until now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def bills(shared: Path) -> list[bytes]:
    """Files of bills as published, of the usual size (median 60 kB), where the corpus is beside this repository; else our own."""
    whole = [path.read_bytes() for path in sorted((shared / "corpus" / "billstatus").rglob("*.xml"))]
    usual = [body for body in whole if USUAL[0] <= len(body) <= USUAL[1]]
    if usual:
        return usual
    rows = [("2026-01-10", "House", "", f"Referred to the House Committee on Foreign Affairs, reading {n}.") for n in range(20)]
    return [bill(f"119/hr/{n}", "An Act to close a loophole", rows).encode() for n in range(50)]


def documents(shared: Path, count: int) -> Row:
    """BILLSTATUS documents read and decided."""
    ladder, files = ladder_of_bills(), bills(shared)
    before = processor()
    for body in islice(cycle(files), count):
        decide_bytes(ladder, body, END)
    used = processor() - before
    size = sum(map(len, files)) / len(files) / 1000
    return f"{count:,} BILLSTATUS documents of {size:.0f} kB read and decided", f"{count / used:.0f} a second of one core"


def texts(count: int) -> Row:
    """Texts explained by the command, against all rules of the shipped signals.toml."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "texts.jsonl"
        with place.open("w") as lines:
            for n in range(count):
                words = " ".join(SENTENCES[(n + k) % len(SENTENCES)] for k in range(3))
                row = {"id": str(n), "title": f"Notice {n}", "text": words, "url": f"https://agency{n % 97}.example/{n}"}
                lines.write(json.dumps({**row, "published": "2026-06-01", "publisher": f"agency{n % 97}.example"}) + "\n")
        cost = measured(python("-m", "watcher", "explain", "--entries", str(place), "--json"))
    return (
        f"{count:,} texts explained",
        f"{cost.cpu:.0f} s CPU, {count / cost.cpu:.0f} a second of one core, {cost.peak_mb:.0f} MB",
    )


def parts(shared: Path, share: float) -> Iterator[Row]:
    """All of them; `share` of the 10,000 documents and 100,000 texts."""
    yield documents(shared, round(10_000 * share))
    yield texts(round(100_000 * share))
