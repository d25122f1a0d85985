"""Keeps what sources answer as a recorded web, which `rehearse` and `doctor --against` read: `world.jsonl` and its documents."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any

from watcher.core.model import Document, Entry, Failed, Source
from watcher.fetch import Answer
from watcher.pipeline.linked_pages import linked_pages, maps_of
from watcher.pipeline.poll import Get, PollResult, Read, first_look, poll_source

INDEX, DOCUMENTS = "world.jsonl", "documents"
MOST_PAGES = 50
"""Pages that one source may lead to in a capture."""
DEPTH = 3
"""A source, the site maps of its index, and the pages that these name."""
PRIVATE = 0o600
"""The list of addresses may hold keys."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One answer that was kept."""

    source: Source
    result: PollResult
    is_new: bool
    """Whether it differs from what the folder held of this address."""


async def capture(
    sources: Sequence[Source], folder: Path, *, get: Get, read: Read, now: datetime, tell: Callable[[Captured], None]
) -> list[Captured]:
    """Ask every source, and the pages that they lead to, and keep what they answer. Raises OSError for the folder."""
    book = _Book(folder)
    found: list[Captured] = []
    asked: set[str] = set()
    wave = list(sources)
    for _ in range(DEPTH):
        fresh = list({one.url: one for one in wave if one.url not in asked}.values())
        asked |= {one.url for one in fresh}
        done = await asyncio.gather(*(_captured(one, book, get=get, read=read, now=now, tell=tell) for one in fresh))
        found += done
        wave = [page for one in done for page in _pages(one, now)]
    return found


async def _captured(
    source: Source, book: _Book, *, get: Get, read: Read, now: datetime, tell: Callable[[Captured], None]
) -> Captured:
    kept: list[bool] = []

    async def getting(request: Any) -> Answer:  # noqa: ANN401 - passed on as it is
        answer = await get(request)
        kept.append(book.keep(request.url, answer, now))
        return answer

    result = await poll_source(first_look(source), get=getting, read=read, now=now, dice=0.0)
    done = Captured(source, result, any(kept))
    tell(done)
    return done


def _pages(done: Captured, now: datetime) -> list[Source]:
    entries: Sequence[Entry] = done.result.entries or ()
    pages = (page for entry in entries for page in linked_pages(done.source, entry, now))
    return [*maps_of(done.source, entries), *islice(pages, MOST_PAGES)]


class _Book:
    """The folder: one line for each answer that differs from the one before, its document beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
        index = folder / INDEX
        lines = index.read_text(encoding="utf-8").splitlines() if index.exists() else []
        self._held = {line["url"]: _without_time(line) for line in map(json.loads, lines)}

    def keep(self, url: str, answer: Answer, now: datetime) -> bool:
        """Write down an answer, and where it was redirected from; whether that says anything new."""
        lines = [_line(url, answer)]
        if isinstance(answer, Document) and answer.final_url != url:
            moved = {"url": url, "status": int(HTTPStatus.FOUND), "headers": {"Location": answer.final_url}, "validators": "none"}
            lines = [moved, _line(answer.final_url, answer)]
        fresh = [line for line in lines if self._held.get(line["url"]) != line]
        if fresh and isinstance(answer, Document):
            (self._folder / DOCUMENTS / answer.hash).write_bytes(answer.body)
        descriptor = os.open(self._folder / INDEX, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        with os.fdopen(descriptor, "a", encoding="utf-8") as index:
            index.writelines(f"{json.dumps({'from': now.isoformat(), **line}, ensure_ascii=False)}\n" for line in fresh)
        self._held |= {line["url"]: line for line in fresh}
        return bool(fresh)


def _line(url: str, answer: Answer) -> dict[str, Any]:
    """An answer as a line of a recorded web; one that never came is a status 503 with the reason."""
    if isinstance(answer, Document):
        named = {"Content-Type": answer.content_type, "ETag": answer.etag, "Last-Modified": answer.last_modified}
        headers = {name: value for name, value in named.items() if value}
        return {"url": url, "status": 200, "headers": headers, "validators": "none", "file": f"{DOCUMENTS}/{answer.hash}"}
    reason = answer.reason if isinstance(answer, Failed) else "not modified"
    status = (answer.status if isinstance(answer, Failed) else None) or HTTPStatus.SERVICE_UNAVAILABLE
    code = int(status if status >= HTTPStatus.BAD_REQUEST else HTTPStatus.BAD_GATEWAY)
    return {"url": url, "status": code, "headers": {"Content-Type": "text/plain"}, "validators": "none", "body": reason}


def _without_time(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "from"}
