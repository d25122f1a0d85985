"""Recorded worlds: the public web as it was at each moment, with a clock of its own (a folder, or a running world server)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, lru_cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from watcher.core.model import Document, Entry, Failed, Source
from watcher.core.proxies import NO_PROXIES
from watcher.fetch import Answer, FetchSettings
from watcher.fetch.response import RecordedResponse, RecordedTransport
from watcher.pipeline.poll import Get, PollResult, Read, first_look, linked_pages, maps_of, poll_source


class UnusableRecording(Exception):  # noqa: N818 - says what is wrong with the world, in a sentence
    """A world that cannot be opened or asked, and why."""


class RecordedWeb(ABC):
    """A web with a clock that stands still until it is moved."""

    @abstractmethod
    def now(self) -> datetime:
        """Its virtual time."""

    @abstractmethod
    def move(self, at: datetime) -> None:
        """Set its virtual time."""

    @abstractmethod
    def end(self) -> datetime:
        """When it last changed, as far as is known."""

    @abstractmethod
    def settings(self, settings: FetchSettings) -> FetchSettings:
        """The same settings turned to this world: no gaps, for there is nobody to be polite to."""

    @abstractmethod
    def transport(self) -> RecordedTransport | None:
        """What stands in for the network, where it is not asked over a socket."""


def open_recorded_web(where: str) -> RecordedWeb:
    """A world from a folder with a `world.jsonl`, or from the address of a running one. Raises UnusableRecording."""
    return _RemoteWeb(where) if where.startswith(("http://", "https://")) else _FolderWeb(Path(where))


@dataclass(frozen=True)
class _Version:
    """What one address answers from a certain moment on."""

    url: str
    since: datetime
    status: int
    headers: Mapping[str, str]
    validators: str
    file: Path | None
    text: str

    @cached_property
    def body(self) -> bytes:
        return self.file.read_bytes() if self.file else self.text.encode()

    @cached_property
    def validated(self) -> dict[str, str]:
        """The headers with the validators that this origin sends."""
        headers = dict(self.headers)
        if self.status == HTTPStatus.OK and self.validators in {"both", "etag"}:
            headers["ETag"] = f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'
        if self.status == HTTPStatus.OK and self.validators in {"both", "modified"}:
            headers["Last-Modified"] = format_datetime(self.since.replace(microsecond=0), usegmt=True)
        return headers

    def unchanged(self, asked: Mapping[str, str]) -> bool:
        """If-None-Match decides where the origin knows ETags; otherwise If-Modified-Since (RFC 9110, 13.2.2)."""
        tags = asked.get("if-none-match")
        if tags and "ETag" in self.validated:
            return bool({tag.strip().removeprefix("W/") for tag in tags.split(",")} & {"*", self.validated["ETag"]})
        since = asked.get("if-modified-since")
        if not since or "Last-Modified" not in self.validated:
            return False
        try:
            return self.since.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False


class _FolderWeb(RecordedWeb):
    """A world served inside this process."""

    def __init__(self, folder: Path) -> None:
        self._exact: dict[str, list[_Version]] = {}
        for version in _read(folder):
            self._exact.setdefault(_key(version.url), []).append(version)
        for versions in self._exact.values():
            versions.sort(key=lambda version: version.since)
        self._patterns = [
            (re.compile(re.escape(key).replace(r"\*", ".*"), re.DOTALL), versions)
            for key, versions in self._exact.items()
            if "*" in key
        ]
        self._now = min((versions[0].since for versions in self._exact.values()), default=datetime(2026, 1, 1, tzinfo=UTC))
        self._lists = lru_cache(maxsize=None)(self._matching)

    def now(self) -> datetime:
        return self._now

    def move(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)

    def end(self) -> datetime:
        return max((version.since for versions in self._exact.values() for version in versions), default=self._now)

    def settings(self, settings: FetchSettings) -> FetchSettings:
        return replace(settings, via="", proxies=NO_PROXIES, per_host_gap=timedelta(0))

    def transport(self) -> RecordedTransport:
        return RecordedTransport(self._answer)

    def _answer(self, url: str, asked: Mapping[str, str]) -> RecordedResponse:
        version = self._find(url)
        if version is None:
            return RecordedResponse(404, {"Content-Type": "text/plain"}, b"404: nothing here at this time\n")
        headers = version.validated
        if version.status == HTTPStatus.OK and version.unchanged(asked):
            return RecordedResponse(304, {name: value for name, value in headers.items() if name.lower() != "content-type"})
        return RecordedResponse(version.status, headers, version.body)

    def _find(self, url: str) -> _Version | None:
        """The newest version at this moment; an exact address wins once it has one."""
        for versions in self._lists(_key(url)):
            if index := bisect_right(versions, self._now, key=lambda version: version.since):
                return versions[index - 1]
        return None

    def _matching(self, key: str) -> list[list[_Version]]:
        return [self._exact.get(key, []), *(versions for pattern, versions in self._patterns if pattern.fullmatch(key))]


class _RemoteWeb(RecordedWeb):
    """A world server asked over its sockets; its clock is stopped and moved by us."""

    def __init__(self, address: str) -> None:
        self._via = address.rstrip("/")
        self._now = _moment(self._control("GET")["now"])

    def now(self) -> datetime:
        return self._now

    def move(self, at: datetime) -> None:
        self._control("POST", {"at": at.astimezone(UTC).isoformat(), "rate": 0})
        self._now = at.astimezone(UTC)

    def end(self) -> datetime:
        return self._now

    def settings(self, settings: FetchSettings) -> FetchSettings:
        return replace(settings, via=self._via, per_host_gap=timedelta(0), per_host=settings.concurrency)

    def transport(self) -> None:
        return None

    def _control(self, method: str, order: Mapping[str, object] | None = None) -> dict[str, Any]:
        host = urlsplit(self._via).netloc
        try:
            with closing(HTTPConnection(host, timeout=10)) as connection:
                connection.request(method, "/_world/now", json.dumps(order or {}), {"Content-Type": "application/json"})
                answer = json.loads(connection.getresponse().read(1 << 16))
        except (OSError, ValueError, HTTPException) as error:
            raise UnusableRecording(f"no world answers at {self._via}: {error}") from error
        if not isinstance(answer, dict) or "now" not in answer:
            raise UnusableRecording(f"no world answers at {self._via}, but something else")
        return answer


def _read(folder: Path) -> list[_Version]:
    """Every line of a world. Raises UnusableRecording, naming the line."""
    index, number, versions = folder / "world.jsonl", 0, []
    if not index.is_file():
        raise UnusableRecording(
            f"no world at {folder}: neither a folder with a world.jsonl nor an address that begins with http://"
        )
    try:
        with index.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):  # noqa: B007 - named in the error below
                versions.append(_version(json.loads(line), folder))
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise UnusableRecording(f"{index}, line {number}: {error!r}") from error
    return versions


def _version(line: Mapping[str, Any], folder: Path) -> _Version:
    file = folder / line["file"] if "file" in line else None
    if file and not file.is_file():
        raise FileNotFoundError(line["file"])
    return _Version(
        url=line["url"],
        since=_moment(line["from"]),
        status=int(line.get("status", 200)),
        headers=line.get("headers", {}),
        validators=line.get("validators", "both"),
        file=file,
        text=line.get("body", ""),
    )


def _moment(text: str) -> datetime:
    """ISO 8601; a bare date means midnight, no zone means UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@lru_cache(maxsize=1 << 14)
def _key(url: str) -> str:
    """The form in which addresses are compared: no scheme, percent-decoded, query parameters sorted."""
    rest, _, query = url.split("://", 1)[-1].partition("#")[0].partition("?")
    host, slash, path = rest.partition("/")
    query = "&".join(sorted(unquote_plus(part) for part in query.split("&") if part))
    return host.lower() + slash + unquote(path) + ("?" + query if query else "")


# Keeps what sources answer as a recorded web, which `rehearse` and `doctor --against` read: `world.jsonl` and its documents.

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
