"""A web on loopback that misbehaves on demand: a recorded world, or thousands of feeds (`python -m tools.farm WORLD | COUNT`).

It is asked as a mirror, `GET /host/path`, and steered like the stand-in world's server: /_world/now, /_world/fault, /_world/log.
`POST /_world/hostile {"share": 0.01}` lets a hundredth of the addresses misbehave at any time, each hour other ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import httpx2

from watcher.replay.recorded_web import RecordedWeb, open_recorded_web

KINDS = (
    *("timeout", "slow", "reset", "500", "503", "429", "403-challenge", "200-challenge", "truncated", "empty", "gzip-bomb"),
    *("xml-bomb", "wrong-type", "redirect-private", "redirect-loop"),
)
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/rss+xml"}
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body>Checking your browser before you continue</body></html>"
)
CHANNEL = '<rss version="2.0"><channel><title>{0}</title><link>https://farm.example/</link>{1}</channel></rss>'
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a0 "lol">{ENTITIES}]>' + CHANNEL.format("&a9;", "")
ITEM = "<item><title>Notice {1} of {0}</title><link>https://{0}/notices/{1}</link><guid>https://{0}/notices/{1}</guid><pubDate>{2}</pubDate><description>{3}</description></item>"
WORDS = (
    "The agency has published a notice on the procedure for the review of requests, with a summary of the comments received. " * 3
)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: status, headers, body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def notices(host: str, hours: int, shown: int = 10) -> bytes:
    """The feed of an agency that gives notice once a day, at an hour of its own."""
    count = 20 + (hours + int(hashlib.sha256(host.encode()).hexdigest()[:4], 16) % 24) // 24
    newest = range(count, count - shown, -1)
    items = (
        ITEM.format(host, n, format_datetime(EPOCH + timedelta(hours=hours) - timedelta(days=count - n)), WORDS) for n in newest
    )
    return CHANNEL.format(f"Agency {host}", "".join(items)).encode()


@lru_cache(maxsize=2)
def bomb(size: int) -> bytes:
    """A small body that inflates to `size` bytes."""
    return gzip.compress(bytes(size))


@dataclass
class Farm:
    """What the web says at its virtual time, and how it misbehaves."""

    world: RecordedWeb | None = None
    now: datetime = EPOCH
    faults: list[dict[str, Any]] = field(default_factory=list)
    share: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    """Answers given, by the kind of fault, or "good"."""

    async def page(self, url: str, headers: Mapping[str, str]) -> Said:
        """What a well-behaved web says."""
        if self.world is not None and (transport := self.world.transport()):
            answer = await transport.handle_async_request(httpx2.Request("GET", url, headers=headers))
            return Said(answer.status_code, dict(answer.headers), await answer.aread())
        host = url.split("/")[2]
        body = notices(host, int((self.now - EPOCH).total_seconds() // 3600))
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        same = headers.get("if-none-match") == tag
        return Said(304, {"ETag": tag}) if same else Said(200, {**XML, "ETag": tag}, body)

    def fault_for(self, url: str) -> dict[str, Any] | None:
        """The first fault in force that fits an address; else what the hostile share does to it at this hour."""
        self.faults = [one for one in self.faults if one.get("times") != 0 and self.now < one["end"]]
        for one in self.faults:
            if one["match"] in url:
                if "times" in one:
                    one["times"] -= 1
                return one
        draw = int(hashlib.sha256(f"{url} {self.now:%Y%m%d%H}".encode()).hexdigest()[:12], 16)
        return {"kind": KINDS[draw // 10_000 % len(KINDS)]} if draw % 10_000 < self.share * 10_000 else None

    def order(self, what: str, method: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """What the one who steers asks for."""
        if what == "now" and "at" in told:
            self.now = datetime.fromisoformat(told["at"])
            if self.world is not None:
                self.world.move(self.now)
        if what == "fault" and method == "POST":
            if told["kind"] not in KINDS:
                raise KeyError(told["kind"])
            end = datetime.fromisoformat(told["until"]) if "until" in told else datetime.max.replace(tzinfo=UTC)
            self.faults.append({**told, "end": end})
        if what == "fault" and method == "DELETE":
            self.faults = []
        if what == "hostile":
            self.share = float(told["share"])
        return {"now": self.now.isoformat(), "done": dict(self.done)}


def said_wrongly(fault: Mapping[str, Any], url: str, good: Said) -> Said:
    """The answer of a fault that is an answer."""
    retry = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
    answers: dict[str, Callable[[], Said]] = {
        "500": lambda: Said(500, HTML, b"Internal Server Error"),
        "503": lambda: Said(503, {**HTML, **retry}, b"Service Unavailable"),
        "429": lambda: Said(429, {**HTML, **retry}, b"Too Many Requests"),
        "403-challenge": lambda: Said(403, {**HTML, "cf-mitigated": "challenge"}, CHALLENGE),
        "200-challenge": lambda: Said(200, HTML, CHALLENGE),
        "truncated": lambda: Said(
            200, {**good.headers, "Content-Length": str(len(good.body) + 999)}, good.body[: len(good.body) // 2]
        ),
        "empty": lambda: Said(200, dict(good.headers) or HTML),
        "gzip-bomb": lambda: Said(200, {**XML, "Content-Encoding": "gzip"}, bomb(int(fault.get("bytes", 1 << 26)))),
        "xml-bomb": lambda: Said(200, XML, BOMB.encode()),
        "wrong-type": lambda: Said(200, {"Content-Type": "image/png"}, b"\x89PNG\r\n"),
        "redirect-private": lambda: Said(302, {"Location": "http://169.254.169.254/latest/"}),
        "redirect-loop": lambda: Said(302, {"Location": url}),
    }
    return answers[fault["kind"]]()


def written(said: Said) -> bytes:
    """An answer as bytes."""
    length = {} if said.status == HTTPStatus.NOT_MODIFIED else {"Content-Length": str(len(said.body))}
    names = {name.title(): value for name, value in said.headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**length, **names}.items())
    return f"HTTP/1.1 {said.status} {HTTPStatus(said.status).phrase}\r\n{head}Connection: close\r\n\r\n".encode() + said.body


async def misbehave(fault: Mapping[str, Any], writer: asyncio.StreamWriter, good: Said) -> None:
    """The faults that are no answer: silence, a slow drip, a line that is cut."""
    if fault["kind"] == "reset":
        writer.transport.abort()
        return
    if fault["kind"] == "slow":
        writer.write(written(Said(200, good.headers, good.body or b"x"))[:-1])
    await writer.drain()
    await asyncio.sleep(float(fault.get("seconds", 600)))


async def answer(farm: Farm, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if target.startswith("/_world/"):
        told = json.loads(await reader.readexactly(int(headers.get("content-length") or 0)) or b"{}")
        writer.write(
            written(Said(200, {"Content-Type": "application/json"}, json.dumps(farm.order(target[8:], method, told)).encode()))
        )
        return
    url = "https:/" + target
    fault, good = farm.fault_for(url), await farm.page(url, headers)
    farm.done[fault["kind"] if fault else "good"] += 1
    if fault and fault["kind"] in {"timeout", "slow", "reset"}:
        await misbehave(fault, writer, good)
    else:
        writer.write(written(said_wrongly(fault, url, good) if fault else good))


async def serve(farm: Farm) -> None:
    """Answer on a free port until stopped; the first line printed names it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await answer(farm, reader, writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=2000)
    print(f"farm http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)  # noqa: T201 - how it says its address
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Farm(None if sys.argv[1].isdecimal() else open_recorded_web(sys.argv[1]))))
