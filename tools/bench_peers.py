"""The same work beside the peers of the rig in SHARED, in one run: `python -m tools.bench_peers [SHARED] [--n 1000]`.

The rig is copied to a folder of its own; each peer is installed from the configured package index into an environment of its
own there. newsboat and sfeed come from the system's packages; a peer that cannot be had is named and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = {
    "ours": "ours",
    "reader": "reader:workers=50",
    "newsboat": "newsboat:threads=100",
    "urlwatch": "urlwatch",
    "floor": "full:client=pycurl,parse=ffp,c=100",
}
PACKAGES = {
    "reader": ("reader", "sgmllib3k"),
    "urlwatch": ("urlwatch",),
    "floors": ("httpx[http2]", "aiohttp", "pycurl", "feedparser", "fastfeedparser", "lxml", "sgmllib3k"),
}
WORKS = {
    "w1": "cold, all new",
    "w2": "warm, all 304",
    "w3": "warm, 1 % changed",
    "w4": "conditions ignored, same body",
    "w4d": "same entries, other bytes",
    "w5": "200 ms latency each, all 304",
}
TARGETS = {
    ("w2", "reader"): 0.75,
    ("w3", "reader"): 0.75,
    ("w4", "urlwatch"): 0.4,
    ("w1", "newsboat"): 0.55,
    ("w5", "reader"): 0.75,
}
MOST_MEMORY = 200
"""Megabytes of all our processes together, at their peak."""
Walls = Mapping[tuple[str, str], float]
TARGETS_FOR = 1_000
"""Feeds of which the targets speak."""


def copied(shared: Path, place: Path) -> Path:
    """The rig, built, in a folder that may be written to."""
    bench = shared / "bench"
    if not bench.is_dir():
        raise SystemExit(f"no rig at {bench}")
    shutil.copytree(bench, place, dirs_exist_ok=True)
    subprocess.run(["chmod", "-R", "u+w", str(place)], check=True)  # noqa: S603, S607 - a folder of ours
    subprocess.run(["make", "--silent", "-C", str(place / "farm")], check=True)  # noqa: S603, S607 - the rig's own rules
    return place


def installed(place: Path) -> set[str]:
    """The peers that can be had, each in an environment of its own."""
    found = {"ours"} | ({"newsboat"} if shutil.which("newsboat") else set())
    for name, packages in PACKAGES.items():
        home = place / "venv" / name
        if not (home / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)  # noqa: S603 - our own interpreter
            command = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
            if subprocess.run(command, check=False).returncode:  # noqa: S603 - the names above
                continue
            (home / "ready").touch()
        found.add("floor" if name == "floors" else name)
    return found


def run(place: Path, peers: Iterable[str], asked: argparse.Namespace) -> list[dict[str, object]]:
    """The rig's own measurement, line by line."""
    python, out = sys.executable, place / "results" / "ours.jsonl"
    out.unlink(missing_ok=True)
    env = {
        **os.environ,
        "OURS_PREPARE": f"cd '{ROOT}' && '{python}' -m tools.rig prepare {{wd}}",
        "OURS_POLL": f"env PYTHONPATH='{ROOT}' '{python}' -m tools.rig poll {{wd}}",
        "OURS_VERSION": "this tree",
    }
    command = [python, str(place / "rig" / "bench.py"), "--n", str(asked.n), "--reps", str(asked.reps), "--out", str(out)]
    command += ["--workloads", "w1,w1b,w2,w3,w4,w4d,w1b,w5", "--peers", " ".join(PEERS[name] for name in peers) + " "]
    command += ["--tmp", str(place / "tmp")]
    subprocess.run(command, env=env, cwd=place, check=True)  # noqa: S603 - the rig
    return [row for line in out.read_text().splitlines() if "wl" in (row := json.loads(line))]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run of the rig gave."""

    lines: list[str]
    """Medians of the wall clock in seconds as lines of a table."""
    medians: Walls
    memory: float
    """Megabytes of ours, at their peak."""
    right: bool
    """Whether ours told exactly what changed."""


def table(rows: Iterable[Mapping[str, object]], peers: Iterable[str]) -> Measured:
    """What the rig's rows say, one for each work and repetition."""
    walls: dict[tuple[str, str], list[float]] = defaultdict(list)
    right, memory = True, 0.0
    for row in rows:
        name = next(name for name in PEERS if str(row["peer"]).startswith(PEERS[name].partition(":")[0]))
        walls[str(row["wl"]), name].append(float(str(row["wall"])))
        if name == "ours":
            memory = max(memory, float(str(row["rss_mb"])))
            check = row.get("check")
            if isinstance(check, dict):
                right = right and check["got"] == check["expected"] and not check["false"] and not check["dupes"]
    medians = {key: statistics.median(values) for key, values in walls.items()}
    names = list(peers)
    lines = ["| work | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for work, words in WORKS.items():
        lines.append(f"| {words} | " + " | ".join(f"{medians.get((work, name), 0):.2f}" for name in names) + " |")
    return Measured([*lines, ""], medians, memory, right)


def verdicts(medians: Walls, memory: float) -> Iterable[str]:
    """Each target beside what was reached."""
    for (work, rival), most in TARGETS.items():
        if (work, "ours") in medians and (work, rival) in medians:
            ratio = medians[work, "ours"] / medians[work, rival]
            yield f"{WORKS[work]}: {ratio:.2f} of {rival} (target {most}): {'met' if ratio <= most else 'NOT met'}"
    yield f"peak memory: {memory:.0f} MB (target {MOST_MEMORY}): {'met' if memory <= MOST_MEMORY else 'NOT met'}"


def main() -> int:
    """Install, run, print; 1 where ours told anything but what had changed."""
    parser = argparse.ArgumentParser(description="The same work beside the peers of the rig.")
    parser.add_argument("shared", nargs="?", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--n", type=int, default=TARGETS_FOR)
    parser.add_argument("--reps", type=int, default=1)
    parser.add_argument("--place", type=Path, default=ROOT / "data" / "rig", help="where the rig and its environments are kept")
    asked = parser.parse_args()
    place = copied(asked.shared, asked.place.resolve())
    had = installed(place)
    peers = [name for name in PEERS if name in had]
    found = table(run(place, peers, asked), peers)
    left_out = [name for name in PEERS if name not in had]
    sys.stdout.write("\n".join(["", *found.lines, *verdicts(found.medians, found.memory)]) + "\n")
    if asked.n != TARGETS_FOR:
        sys.stdout.write(f"The targets are for {TARGETS_FOR:,} feeds; with fewer, starting a process is most of it.\n")
    if left_out:
        sys.stdout.write(f"Not to be had here: {', '.join(left_out)}.\n")
    sys.stdout.write(
        "Told exactly what changed.\n" if found.right else "WRONG: something was told that had not changed, or was missed.\n"
    )
    return int(not found.right)


if __name__ == "__main__":
    sys.exit(main())
