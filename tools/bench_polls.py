"""The pipeline in six works: `watcher once` over N feeds with the real store, decision and outbox."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tools.bench_measure import Cost, fetched, measured, python, running, told
from tools.rig import prepare

WORKS = {
    "cold, all new": ("", 0.0),
    "warm, all 304": ("", 0.0),
    "warm, 1 % changed": ("", 0.01),
    "conditions ignored, same body": ("ignore=1", 0.0),
    "same entries, other bytes": ("ignore=1&salt=1", 0.0),
    "200 ms latency each, all 304": ("latency=0.2", 0.0),
}
"""What the feeds do, and the share that has something new."""
Row = tuple[str, str]


def polls(counts: list[int]) -> Iterator[Row]:
    """A line for each work and number of feeds, then how N = 10 n compares with n and how the store grows."""
    walls: dict[tuple[str, int], Cost] = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder, running(python("-m", "tools.bench_feeds", str(count))) as (_, farm):
            place = Path(folder)
            (place / "urls.txt").write_text("\n".join(f"{farm}/feed/{n}" for n in range(count)))
            prepare(place)
            sizes = []
            for work, (setting, share) in WORKS.items():
                if work == "200 ms latency each, all 304":
                    one_poll(place)  # the bytes of the work before were new: hold their validators again
                cost, check = one_work(farm, place, setting, share, count)
                sizes.append((place / "watch.db").stat().st_size)
                walls[work, count] = cost
                yield f"{count:,} feeds: {work}", f"{cost.wall:.2f} s, {cost.cpu:.2f} s CPU, {cost.peak_mb:.0f} MB{check}"
            yield (
                f"{count:,} feeds: the store",
                f"{sizes[0] / 1e6:.1f} MB cold, {(sizes[1] - sizes[0]) / count:.0f} bytes more a poll",
            )
    for small, large in pairwise(counts):
        for work in WORKS:
            ratio = walls[work, large].wall / walls[work, small].wall
            yield f"{large:,} against {small:,} feeds: {work}", f"{ratio:.1f} times"


def one_poll(place: Path) -> Cost:
    """One `watcher once`."""
    return measured(python("-m", "tools.rig", "poll", str(place)))


def one_work(farm: str, place: Path, setting: str, share: float, count: int) -> tuple[Cost, str]:
    """One poll of so many feeds in one work; with what was wrong: feeds not asked, or what was told beside what had changed."""
    told(f"{farm}/ctl/asked")
    fetched(f"{farm}/ctl/set?{setting}")
    log = place / "announce.jsonl"
    before = log.stat().st_size if log.exists() else 0
    changed = Counter(told(f"{farm}/ctl/change?share={share}") if share else ())
    cost = one_poll(place)
    fetched(f"{farm}/ctl/set")
    if (asked := told(f"{farm}/ctl/asked")) != count:
        return cost, f", WRONG: asked {asked} of {count}"
    with log.open() as lines:
        lines.seek(before)
        said = Counter(re.findall(r"EVT-\d+-\d+", " ".join(json.loads(line)["id"] for line in lines)))
    if said != changed:
        return cost, f", WRONG: told {sorted((said - changed).elements())[:3]}, missed {sorted((changed - said).elements())[:3]}"
    return cost, f", told exactly the {len(changed)} changes" if changed else ""
