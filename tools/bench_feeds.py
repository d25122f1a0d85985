"""Feeds of our own on loopback for the bench: `python -m tools.bench_feeds COUNT` prints its address and serves until it ends.

/feed/N                        feed number N: RSS with 30 entries of about a kilobyte, ETag and 304
/ctl/change?share=0.01         gives that share of the feeds a new entry; answers their marks as JSON
/ctl/set?latency=0.2           seconds before each answer; ignore=1: conditions are ignored; salt=1: other bytes each time
/ctl/served                    when each changed feed was first served in its new form, seconds since 1970, as JSON
/ctl/asked                     how many feeds were asked for since the last time that this was asked, as JSON
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

ENTRIES = 30
EPOCH = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = "The agency has published a notice on the procedure for the review of requests, with a summary of the comments. " * 8
ITEM = (
    "<item><title>Notice {mark}</title><link>https://www.agency{feed}.example/{feed}/posts/{mark}</link>"
    "<guid>https://www.agency{feed}.example/{feed}/posts/{mark}</guid><pubDate>{at}</pubDate>"
    "<description>{words}</description></item>"
)
CHANNEL = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Agency {0}</title>'
    "<link>https://www.agency{0}.example/</link><description>Notices</description><!-- {1} -->{2}</channel></rss>"
)
CONDITION = re.compile(rb"if-none-match: *([^\r\n]+)", re.IGNORECASE)


def mark(feed: int, entry: int) -> str:
    """What names an entry, as in the rig."""
    return f"EVT-{feed:06d}-{entry:06d}"


@lru_cache(maxsize=1000)
def hour(entry: int) -> str:
    """When an entry was published."""
    return format_datetime(EPOCH + timedelta(hours=entry))


class Farm:
    """What is served, and how."""

    def __init__(self, count: int) -> None:
        """All feeds are in their first form."""
        self.count = count
        self.forms: dict[int, int] = {}
        self.served: dict[str, float] = {}
        self.latency, self.ignore, self.salt, self.salted = 0.0, False, False, 0
        self.asked = set[int]()
        self.dice = random.Random(42)  # noqa: S311 - the same changes in every run

    def feed(self, number: int) -> bytes:
        """The bytes of one feed, newest entry first."""
        form = self.forms.get(number, 0)
        newest = ENTRIES + form
        items = (
            ITEM.format(mark=mark(number, n), feed=number, at=hour(n), words=WORDS) for n in range(newest, newest - ENTRIES, -1)
        )
        self.salted += self.salt
        return CHANNEL.format(number, self.salted, "".join(items)).encode()

    def change(self, share: float) -> list[str]:
        """Give a share of the feeds a new entry."""
        changed = self.dice.sample(range(self.count), max(1, round(self.count * share)))
        for number in changed:
            self.forms[number] = self.forms.get(number, 0) + 1
        return [mark(number, ENTRIES + self.forms[number]) for number in changed]

    def control(self, path: str, query: dict[str, str]) -> bytes:
        """Obey, and answer as JSON."""
        if path == "/ctl/change":
            return json.dumps(self.change(float(query["share"]))).encode()
        if path == "/ctl/served":
            return json.dumps(self.served).encode()
        if path == "/ctl/asked":
            asked, self.asked = len(self.asked), set()
            return json.dumps(asked).encode()
        self.latency, self.ignore, self.salt = float(query.get("latency", 0)), "ignore" in query, "salt" in query
        return b"{}"

    def answer(self, head: bytes) -> bytes:
        """The whole answer to one request."""
        target = head.split(b" ", 2)[1].decode()
        if not target.startswith("/feed/"):
            parts = urlsplit(target)
            return _answer(b"200 OK", self.control(parts.path, dict(parse_qsl(parts.query))), b"")
        number = int(target[6:])
        self.asked.add(number)
        form = self.forms.get(number, 0)
        etag = f'"{number}-{form}"'.encode()
        asked = CONDITION.search(head)
        if asked and asked[1].strip() == etag and not self.ignore:
            return _answer(b"304 Not Modified", b"", etag)
        if form:
            self.served.setdefault(mark(number, ENTRIES + form), time.time())
        return _answer(b"200 OK", self.feed(number), etag)


def _answer(status: bytes, body: bytes, etag: bytes) -> bytes:
    kind = b"Content-Type: application/rss+xml\r\n" + (b"ETag: " + etag + b"\r\n" if etag else b"")
    return b"HTTP/1.1 " + status + b"\r\n" + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, farm: Farm) -> None:
        """Nothing has come yet."""
        self.farm, self.held = farm, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request, at once or after the latency."""
        self.held += data
        while b"\r\n\r\n" in self.held:
            head, _, self.held = self.held.partition(b"\r\n\r\n")
            if self.farm.latency and b" /feed/" in head[:20]:
                asyncio.get_running_loop().call_later(self.farm.latency, self.send, head)
            else:
                self.send(head)

    def send(self, head: bytes) -> None:
        """Answer one request."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(self.farm.answer(head))
            if b"connection: close" in head.lower():
                self.transport.close()


async def serve(count: int) -> None:
    """Serve until the parent ends."""
    farm = Farm(count)
    server = await asyncio.get_running_loop().create_server(lambda: Line(farm), "127.0.0.1", 0, backlog=1000)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
