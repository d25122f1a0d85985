"""The faults of the world server: each ends as its own kind of failure, and the next answer is taken again."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.loopback import NOON, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Fetcher, Request

SERVE = Path(__file__).parents[1] / ".." / "shared" / "world" / "serve.py"

FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title></channel></rss>"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not SERVE.exists():
        pytest.skip("no world server beside this repository")
    folder = tmp_path_factory.mktemp("world")
    line = {"url": "https://news.example/feed.xml", "from": "2026-01-01", "headers": {"Content-Type": "application/rss+xml"}}
    (folder / "world.jsonl").write_text(json.dumps({**line, "body": FEED.decode()}) + "\n")
    with subprocess.Popen([sys.executable, str(SERVE), "--world", str(folder)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield "http://127.0.0.1:" + server.stdout.readline().split("127.0.0.1:")[1].split("/")[0]
        server.terminate()


KINDS = [
    ("timeout", Outcome.ERROR, "no answer within"),
    ("slow", Outcome.ERROR, "no answer within"),
    ("reset", Outcome.ERROR, "connection closed"),
    ("500", Outcome.ERROR, "500"),
    ("503", Outcome.ERROR, "503"),
    ("429", Outcome.ERROR, "429"),
    ("403-challenge", Outcome.BLOCKED, "challenge"),
    ("200-challenge", Outcome.BLOCKED, "challenge"),
    ("truncated", Outcome.MALFORMED, "cut off"),
    ("empty", Outcome.EMPTY, "empty"),
    ("gzip-bomb", Outcome.MALFORMED, "larger than"),
    ("wrong-type", Outcome.MALFORMED, "image instead"),
    ("redirect-private", Outcome.ERROR, "address not allowed"),
    ("redirect-loop", Outcome.ERROR, "circle"),
]
TIMES = {"reset": 2}  # a connection that dies before an answer is tried a second time


@pytest.mark.parametrize(("fault", "kind", "reason"), KINDS, ids=[row[0] for row in KINDS])
def test_each_fault_of_the_world_ends_as_its_own_kind(world: str, fault: str, kind: Outcome, reason: str) -> None:
    order = {
        "match": "news.example",
        "kind": fault,
        "times": TIMES.get(fault, 1),
        "retry_after": 120,
        "seconds": 3,
        "bytes": 50_000_000,
    }
    with urllib.request.urlopen(urllib.request.Request(world + "/_world/fault", json.dumps(order).encode(), method="POST")):
        pass

    seconds = 1 if fault in {"timeout", "slow"} else 20

    async def ask() -> list[object]:
        asked = Request("https://news.example/feed.xml")
        async with Fetcher(settings(via=world, timeout=timedelta(seconds=seconds)), clock=lambda: NOON) as fetcher:
            return [await fetcher.get(asked), await fetcher.get(asked)]

    failed, recovered = asyncio.run(ask())
    assert isinstance(failed, Failed)
    assert (failed.kind, reason in failed.reason) == (kind, True)
    assert failed.retry_after == (timedelta(seconds=120) if fault in {"429", "503"} else None)
    assert isinstance(recovered, Document)
    assert recovered.body == FEED
