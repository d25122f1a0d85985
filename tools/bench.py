"""Our own speed and memory in one table: `python -m tools.bench [SHARED] [--counts 100,1000] [--share 0.1]`.

Works without SHARED on feeds and records of its own. Every figure is of one run on this machine: compare figures of one run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tools.bench_daemon import daemon
from tools.bench_lag import lag
from tools.bench_parts import parts
from tools.bench_polls import polls
from tools.bench_scale import scale

ROOT = Path(__file__).resolve().parents[1]


def options() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description="Speed and memory of our own parts.")
    parser.add_argument("shared", nargs="?", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--counts", default="100,1000", help="numbers of feeds, such as 100,1000,10000")
    parser.add_argument("--share", type=float, default=1.0, help="share of the 10,000 documents and 100,000 texts")
    parser.add_argument("--due", type=int, default=1000, help="sources that are due at once for the way to the mail server")
    parser.add_argument(
        "--sizes", type=int, default=3, help="steps of the store's size, to 50,000 sources and 10,000,000 observations"
    )
    parser.add_argument("--only", choices=("polls", "parts", "daemon", "scale"), help="one part alone")
    return parser.parse_args()


def rows(asked: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The parts that are asked for."""
    counts = [int(count) for count in asked.counts.split(",")]
    every = {
        "parts": parts(asked.shared, asked.share),
        "daemon": chain(daemon(asked.due), lag(200)),
        "scale": scale([100, 1_000, 10_000, 50_000][: asked.sizes], [10_000, 100_000, 1_000_000, 10_000_000][: asked.sizes]),
        "polls": polls(counts),
    }
    return iter(every[asked.only]) if asked.only else chain.from_iterable(every.values())


def main() -> int:
    """Print the table as it grows; 1 where something was told wrongly."""
    asked, wrong = options(), False
    sys.stdout.write("| what | measured |\n|---|---|\n")
    for name, value in rows(asked):
        wrong = wrong or "WRONG" in value
        sys.stdout.write(f"| {name} | {value} |\n")
        sys.stdout.flush()
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
