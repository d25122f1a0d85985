"""A recorded world answers like the web of its moment, in process as over sockets."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from watcher.core.model import Document, Failed, NotModified, Outcome
from watcher.fetch import Answer, Fetcher, FetchSettings, Request
from watcher.replay.recorded_web import RecordedWeb, UnusableRecording, open_recorded_web

SHARED = Path(__file__).parents[1] / ".." / "shared" / "world"

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)

LINES: list[dict[str, Any]] = [
    {"url": "https://news.example/a b?y=2&x=1", "from": "2026-01-05", "body": "first"},
    {"url": "https://news.example/a b?y=2&x=1", "from": "2026-03-01T12:00:00Z", "body": "second"},
    {"url": "https://news.example/file", "from": "2026-01-01", "file": "site/file", "headers": {"Content-Type": "text/plain"}},
    {
        "url": "https://news.example/tag",
        "from": "2026-01-01",
        "body": "x",
        "validators": "etag",
        "headers": {"Content-Type": "a/b"},
    },
    {"url": "https://news.example/day", "from": "2026-01-01T00:00:00.5+01:00", "body": "x", "validators": "modified"},
    {"url": "https://news.example/none", "from": "2026-01-01", "body": "x", "validators": "none"},
    {
        "url": "https://news.example/moved",
        "from": "2026-01-01",
        "status": 301,
        "headers": {"Location": "https://news.example/file"},
    },
    {"url": "https://news.example/shut", "from": "2026-01-01", "status": 403, "body": "no"},
    {"url": "https://api.example/list/2026*", "from": "2026-01-01", "body": "any"},
    {"url": "https://api.example/list/2026-07", "from": "2026-02-01", "body": "exact"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/file").write_text("from a file")
    (tmp_path / "world.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return tmp_path


def in_june(folder: Path) -> RecordedWeb:
    world = open_recorded_web(str(folder))
    world.move(datetime(2026, 6, 1, tzinfo=UTC))
    return world


def look(world: RecordedWeb, *requests: Request) -> list[Answer]:
    async def run() -> list[Answer]:
        async with Fetcher(world.settings(FetchSettings()), clock=world.now, transport=world.transport()) as fetcher:
            return [await fetcher.get(request) for request in requests]

    return asyncio.run(run())


def words(world: RecordedWeb, url: str, at: datetime) -> str:
    """What a page says at a moment, or how it failed."""
    world.move(at)
    [answer] = look(world, Request(url))
    return answer.body.decode() if isinstance(answer, Document) else str(getattr(answer, "reason", answer))


@pytest.mark.parametrize(
    ("url", "at", "said"),
    [
        ("https://news.example/a%20b?x=1&y=2", "2026-01-04T23:59:59", "404 Not Found"),
        ("https://news.example/a%20b?x=1&y=2", "2026-01-05", "first"),
        ("https://news.example/a%20b?y=2&x=1", "2026-03-01T11:59:59", "first"),
        ("http://news.example/a%20b?y=%32&x=1#part", "2026-03-01T12:00:00", "second"),
        ("https://news.example/file", "2026-06-01", "from a file"),
        ("https://news.example/moved", "2026-06-01", "from a file"),
        ("https://news.example/shut", "2026-06-01", "403 Forbidden"),
        ("https://news.example/unknown", "2026-06-01", "404 Not Found"),
        ("https://api.example/list/2026-07", "2026-01-15", "any"),
        ("https://api.example/list/2026-07", "2026-02-01", "exact"),
        ("https://api.example/list/2026-08", "2026-02-01", "any"),
        ("https://api.example/list/2025-08", "2026-02-01", "404 Not Found"),
    ],
)
def test_each_moment_has_its_documents(folder: Path, url: str, at: str, said: str) -> None:
    assert words(open_recorded_web(str(folder)), url, datetime.fromisoformat(at).replace(tzinfo=UTC)) == said


@pytest.mark.parametrize("page", ["tag", "day", "file"])
def test_what_did_not_change_is_not_sent_again(folder: Path, page: str) -> None:
    world, url = in_june(folder), f"https://news.example/{page}"
    [first] = look(world, Request(url))
    assert isinstance(first, Document)
    assert (bool(first.etag), bool(first.last_modified)) == (page != "day", page != "tag")
    again = look(
        world,
        Request(url, first.etag, first.last_modified),
        Request(url, "W/" + first.etag if first.etag else "", first.last_modified),
    )
    assert again == [NotModified(), NotModified()]


@pytest.mark.parametrize(
    ("page", "etag", "last_modified"),
    [
        ("tag", '"other"', ""),
        ("file", '"other"', "Fri, 20 Nov 2026 12:00:00 GMT"),
        ("day", '"other"', ""),
        ("day", "", "Fri, 20 Nov 2020 12:00:00 GMT"),
        ("day", "", "yesterday"),
        ("none", '"other"', "Fri, 20 Nov 2026 12:00:00 GMT"),
    ],
)
def test_other_validators_bring_the_document(folder: Path, page: str, etag: str, last_modified: str) -> None:
    [answer] = look(in_june(folder), Request(f"https://news.example/{page}", etag, last_modified))
    assert isinstance(answer, Document)


def test_the_clock_stands_until_it_is_moved(folder: Path) -> None:
    world = open_recorded_web(str(folder))
    assert world.now() == NEW_YEAR - timedelta(hours=1) + timedelta(seconds=0.5)
    world.move(NEW_YEAR)
    assert world.now() == NEW_YEAR
    [document] = look(world, Request("https://news.example/file"))
    assert isinstance(document, Document)
    assert document.fetched_at == NEW_YEAR


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ('{"url": "https://a.example/"}', "line 2.*from"),
        ('{"url": "https://a.example/", "from": "soon"}', "line 2.*soon"),
        ('{"url": "https://a.example/", "from": "2026-01-01", "file": "site/missing"}', "line 2.*site/missing"),
        ("[]", "line 2"),
    ],
)
def test_a_mistake_in_a_world_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "world.jsonl").write_text(json.dumps(LINES[0]) + "\n" + line + "\n")
    with pytest.raises(UnusableRecording, match=said):
        open_recorded_web(str(tmp_path))


def test_a_folder_without_a_world(tmp_path: Path) -> None:
    with pytest.raises(UnusableRecording, match=r"neither a folder with a world\.jsonl nor an address"):
        open_recorded_web(str(tmp_path))


def test_an_empty_world_has_a_clock(tmp_path: Path) -> None:
    (tmp_path / "world.jsonl").write_text("")
    assert words(open_recorded_web(str(tmp_path)), "https://a.example/", NEW_YEAR) == "404 Not Found"


def test_an_address_where_no_world_answers() -> None:
    with pytest.raises(UnusableRecording, match="no world answers"):
        open_recorded_web("http://127.0.0.1:9")


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a world server of this folder."""
    serve = SHARED / "serve.py"
    if not serve.exists():
        pytest.skip("no world server beside this repository")
    with subprocess.Popen([sys.executable, str(serve), "--world", str(folder)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield "http://127.0.0.1:" + server.stdout.readline().split("127.0.0.1:")[1].split("/")[0]
        finally:
            server.terminate()


def test_a_running_world_says_the_same(folder: Path) -> None:
    moments = [NEW_YEAR + timedelta(days=days) for days in (0, 10, 100)]
    urls = [line["url"].replace("*", "-12").replace(" ", "%20") for line in LINES]
    with running(folder) as address:
        here, there = open_recorded_web(str(folder)), open_recorded_web(address)
        for at in moments:
            here.move(at)
            there.move(at)
            assert here.now() == there.now() == at
            assert look(here, *map(Request, urls)) == look(there, *map(Request, urls))


def test_something_else_than_a_world_answers(tmp_path: Path) -> None:
    (tmp_path / "_world").mkdir()
    (tmp_path / "_world/now").write_text("[]")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(UnusableRecording, match="something else"):
            open_recorded_web(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_a_refusal_tells_a_failure_of_its_kind(folder: Path) -> None:
    [answer] = look(in_june(folder), Request("https://news.example/shut"))
    assert isinstance(answer, Failed)
    assert answer.kind is Outcome.BLOCKED
