"""One request and its response, whatever carries them, and what it means: status, headers, body, a challenge in its place."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol, TypeAlias, TypeVar

from httpx2 import Headers

from watcher.core import challenges
from watcher.core.model import Failed, Outcome

# One request and its response, whatever carries them: the network, or a recorded web.

T = TypeVar("T")


class ConnectionFailed(Exception):  # noqa: N818 - says what happened
    """No response came, and why, without the secrets of the URL."""


class TimedOut(ConnectionFailed):
    """The host gave no sign in time."""


class ProtocolError(ConnectionFailed):
    """What came is no HTTP, or was cut off."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response whose body has not been read yet."""

    status: int
    headers: Headers
    """Those that came more than once are joined where one value is asked for (RFC 9110, 5.2)."""
    chunks: Iterable[bytes]
    """The body as it came: nothing is inflated. Raises ConnectionFailed."""


class Transport(Protocol):
    """What carries requests."""

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        """GET one URL, and give what `read` makes of the response while its body can be read; no redirect is followed.

        Raises ConnectionFailed, or UrlRejected for a URL that is not asked.
        """

    async def aclose(self) -> None:
        """Close every connection."""


# A recorded web in place of the network: the same requests and responses, without a socket.


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """What a recorded web says: status, headers, and the raw body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Respond: TypeAlias = Callable[[str, Mapping[str, str]], RecordedResponse]
"""From a URL and the headers of the request, by their names in lower case."""


class RecordedTransport:
    """Asks a function instead of a server."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        """Answer one request."""
        recorded = self._respond(url, {name.lower(): value for name, value in headers.items()})
        said = Headers([(name.encode(), value.encode()) for name, value in recorded.headers.items()])
        return read(Response(recorded.status, said, (recorded.body,)))

    async def aclose(self) -> None:
        """Nothing is held."""


# What a response means.

STEP_BYTES = 1 << 18
"""Bytes that one step of inflation may give: what a hostile body can cost beyond the limit."""
_GZIP_NAMES = frozenset({"gzip", "x-gzip"})
# The registry of content codings (https://www.iana.org/assignments/http-parameters), but for `identity`.
_CODINGS = _GZIP_NAMES | {"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd"}
_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"
"""What every member begins with (RFC 1952, 2.3.1)."""
_MAX_MEMBERS = 100

MAX_WAIT = timedelta(days=31)
"""No publisher's wish to wait is taken for longer than this."""
MAX_DATE_LENGTH = 100
"""Characters; no way of writing a date takes as many."""
PEEK_BYTES = 1 << 16
"""Bytes in which a challenge page is looked for."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHALLENGE = "a challenge stands in for the document"
_CHALLENGE_HEADERS = frozenset({"cf-mitigated", "x-amzn-waf-action"})
_WHOLE = frozenset({200, 203})
_NO_DOCUMENTS = frozenset({"image", "audio", "video", "font"})
_KINDS = {
    **dict.fromkeys((401, 402, 403, 407, 451), Outcome.BLOCKED),
    **dict.fromkeys((404, 410), Outcome.GONE),
    **dict.fromkeys((204, 205), Outcome.EMPTY),
}
_HIDDEN = re.compile(rb"<(script|style|svg|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(rb"<title[^>]{0,200}>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_BLANK = re.compile(rb"\s+")


def should_peek(status: int) -> bool:
    """Whether the body of a refusal is worth a look: it may be a challenge."""
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def classify(response: Response, peeked: bytes, *, now: datetime) -> Failed | None:
    """The failure that status and headers tell, or None for an answer worth reading. `peeked`: the body's beginning."""
    status, content_type = response.status, response.headers.get("content-type", "")
    refused = status >= HTTPStatus.BAD_REQUEST
    if _CHALLENGE_HEADERS.intersection(response.headers) or (refused and is_challenge(content_type, peeked)):
        kind, reason = Outcome.BLOCKED, f"{CHALLENGE} ({_phrase(status)})"
    elif status in _WHOLE:
        media = content_type.partition("/")[0].strip().lower()
        if media not in _NO_DOCUMENTS:
            return None
        kind, reason = Outcome.MALFORMED, f"{media} instead of a document"
    else:
        kind, reason = _KINDS.get(status, Outcome.ERROR), _phrase(status)
    return Failed(kind, reason, status, retry_after(response.headers, now=now) if refused else None)


def is_challenge(content_type: str, body: bytes) -> bool:
    """Whether a body is a page that asks for a human, and nothing more."""
    head = body[:PEEK_BYTES]
    if "html" not in content_type.lower() and not re.match(rb"\s*<(?:!doctype html|html)\b", head, re.IGNORECASE):
        return False
    if len(_visible(head[: PEEK_BYTES // 8])) > challenges.MAX_CHALLENGE_CHARACTERS:  # most pages show at once that they are full
        return False
    title = _TITLE.search(head, 0, PEEK_BYTES // 8)
    return challenges.is_challenge(title=_text(title[1]) if title else "", shown=_text(_visible(head)), markup=_text(head))


def _text(part: bytes) -> str:
    return part.decode("utf-8", "replace")


def _visible(page: bytes) -> bytes:
    return _BLANK.sub(b" ", _HIDDEN.sub(b" ", page)).strip()


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """How long the publisher asks to wait: seconds or a date (RFC 9110, 10.2.3); never negative, at most a month."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return timedelta(seconds=min(int(value[:9]), MAX_WAIT.total_seconds()))
    at = _date(value)
    return None if at is None else _bounded(at - (_date(headers.get("date", "")) or now))


def max_age(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """How long the answer stays fresh (RFC 9111, 4.2.1), less its age; None where nothing is said."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(?:cache|store)\b", control):
        return None
    if named := re.search(r"(?<![\w-])max-age=\"?(\d{1,9})", control):
        age = headers.get("age", "").strip()
        return _bounded(timedelta(seconds=int(named[1]) - (int(age[:9]) if age.isdecimal() else 0)))
    expires = _date(headers.get("expires", ""))
    return None if expires is None else _bounded(expires - (_date(headers.get("date", "")) or now))


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The time that the other side's clock shows: its Date, and how long a cache on the way has kept the answer since."""
    age, at = headers.get("age", "").strip(), _date(headers.get("date", ""))
    try:
        return at and at + timedelta(seconds=int(age[:9]) if age.isdecimal() else 0)
    except OverflowError:  # the last day of the calendar, and later
        return None


def validator(headers: Mapping[str, str], name: str) -> str:
    """An ETag or Last-Modified as it may be sent back: printable and of reasonable length, else empty."""
    value = headers.get(name, "").strip()
    return value if value.isascii() and value.isprintable() and len(value) <= 512 else ""  # noqa: PLR2004 - longer than any real one


def _bounded(span: timedelta) -> timedelta:
    return min(max(span, timedelta(0)), MAX_WAIT)


def _date(text: str) -> datetime | None:
    """An HTTP date; None for anything else, and for what is too long to be one: it would be kept."""
    return _read_date(text) if len(text) <= MAX_DATE_LENGTH else None


@lru_cache(maxsize=256)  # of the answers of one second, nearly all bear the same
def _read_date(text: str) -> datetime | None:
    """A date without a zone is UTC (RFC 9110, 5.6.7)."""
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"status {status}"


class BodyError(Exception):
    """A body that cannot be trusted, and why."""


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a document and their SHA-256, hexadecimal."""

    data: bytes
    hash: str


def read_body(response: Response, *, limit: int) -> Body:
    """The whole body, at most `limit` bytes before and after inflation. Raises BodyError."""
    if _announced(response) > limit:
        raise BodyError(f"body larger than {_size(limit)}")
    sink, digest = io.BytesIO(), hashlib.sha256()
    with closing(_pieces(response, limit)) as pieces:
        for piece in pieces:
            if sink.tell() + len(piece) > limit:
                raise BodyError(f"body larger than {_size(limit)}")
            sink.write(piece)
            digest.update(piece)
    return Body(sink.getvalue(), digest.hexdigest())


def peek(response: Response, *, limit: int) -> bytes:
    """The first bytes of a body, as far as they can be had; never raises for what the body is."""
    sink = io.BytesIO()
    # what came until something went wrong is what there is to look at
    with suppress(BodyError, ConnectionFailed), closing(_pieces(response, 2 * STEP_BYTES)) as pieces:
        for piece in pieces:
            sink.write(piece)
            if sink.tell() >= limit:
                break
    return sink.getvalue()[:limit]


def _pieces(response: Response, limit: int) -> Generator[bytes, None, None]:
    """The inflated body in pieces; checks that as much came as was announced."""
    coding = response.headers.get("content-encoding", "")
    announced, received = _announced(response), 0
    inflater = _gzip_reader(coding)
    try:
        for chunk in response.chunks:
            received += len(chunk)
            if received > limit:
                raise BodyError(f"body larger than {_size(limit)}")
            if inflater is None:
                yield chunk
                continue
            yield from inflater.feed(chunk)
    except ProtocolError as error:
        raise BodyError(f"answer cut off after {received} bytes") from error
    if received < announced:
        raise BodyError(f"answer cut off after {received} of {announced} bytes")
    if inflater and not inflater.whole:
        raise BodyError("answer cut off inside its compression")


class GzipReader:
    """Inflates gzip members one after the other, never more than a step at a time.

    What follows a whole member and begins no other is left alone, as browsers do, and gzip: some servers append a line end.
    """

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 0
        self._begun = b""
        """What came behind a member and may be the beginning of another."""
        self._over = False

    @property
    def whole(self) -> bool:
        """Whether the body ends where a member ends; a body without a byte is whole."""
        return self._member.eof or not self._members

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Inflate one chunk in steps. Raises BodyError."""
        more = False
        while (chunk or more) and not self._over:
            if self._member.eof or not self._members:
                chunk = self._next(chunk)
                if not chunk:
                    return
            try:
                piece = self._member.decompress(chunk, STEP_BYTES)
            except zlib.error as error:
                raise BodyError("compression that cannot be read") from error
            chunk = self._member.unused_data or self._member.unconsumed_tail
            more = len(piece) == STEP_BYTES and not self._member.eof  # all read, not all given
            if piece:
                yield piece

    def _next(self, chunk: bytes) -> bytes:
        """Begin a member, and give its first bytes; none where there is no other, or none yet.

        Thousands of empty ones in a row are no document, but a way to keep us busy. Raises BodyError.
        """
        chunk, self._begun = self._begun + chunk, b""
        if self._members and not chunk.startswith(_MAGIC):
            self._begun, self._over = chunk, not _MAGIC.startswith(chunk)
            return b""
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise BodyError("compression in too many parts")
        self._member = zlib.decompressobj(_GZIP)
        return chunk


def _gzip_reader(field: str) -> GzipReader | None:
    """What inflates a body of this Content-Encoding; a value that names no compression ("utf-8", "none") says nothing."""
    codings = [coding for coding in map(str.strip, field.lower().split(",")) if coding in _CODINGS]
    if not codings:
        return None
    if len(codings) == 1 and codings[0] in _GZIP_NAMES:
        return GzipReader()
    raise BodyError("content coding that was not asked for")


def _announced(response: Response) -> int:
    """The length that the headers announce, in bytes; 0 where they do not."""
    length = response.headers.get("content-length", "")
    return int(length[:18]) if length.isdecimal() else 0


def _size(limit: int) -> str:
    return f"{limit / 1_000_000:g} MB"
