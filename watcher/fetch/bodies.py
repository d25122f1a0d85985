"""The body of an answer, read and inflated step by step inside its limits."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from watcher.fetch.exchange import Broken, Reply, Unreached

STEP = 1 << 18
"""Bytes that one step of inflation may give: what a hostile body can cost beyond the limit."""
_GZIP = 16 + zlib.MAX_WBITS
_MOST_MEMBERS = 100


class Spoilt(Exception):  # noqa: N818 - a word of the design
    """A body that cannot be trusted, and why."""


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a document and their SHA-256, hexadecimal."""

    data: bytes
    hash: str


async def read(reply: Reply, *, limit: int) -> Body:
    """The whole body, at most `limit` bytes before and after inflation. Raises Spoilt."""
    if _announced(reply) > limit:
        raise Spoilt(f"body larger than {_size(limit)}")
    sink, digest = io.BytesIO(), hashlib.sha256()
    async with aclosing(_pieces(reply, limit)) as pieces:
        async for piece in pieces:
            if sink.tell() + len(piece) > limit:
                raise Spoilt(f"body larger than {_size(limit)}")
            sink.write(piece)
            digest.update(piece)
    return Body(sink.getvalue(), digest.hexdigest())


async def peek(reply: Reply, *, limit: int) -> bytes:
    """The first bytes of a body, as far as they can be had; never raises for what the body is."""
    sink = io.BytesIO()
    with suppress(Spoilt, Unreached):  # what came until then is what there is to look at
        async with aclosing(_pieces(reply, 2 * STEP)) as pieces:
            async for piece in pieces:
                sink.write(piece)
                if sink.tell() >= limit:
                    break
    return sink.getvalue()[:limit]


async def _pieces(reply: Reply, limit: int) -> AsyncGenerator[bytes, None]:
    """The inflated body in pieces; checks that as much came as was announced."""
    coding = reply.headers.get("content-encoding", "identity").strip().lower()
    announced, received = _announced(reply), 0
    inflater = _inflater(coding)
    try:
        async for chunk in reply.chunks:
            received += len(chunk)
            if received > limit:
                raise Spoilt(f"body larger than {_size(limit)}")
            if inflater is None:
                yield chunk
                continue
            for piece in inflater.feed(chunk):
                yield piece
                if len(piece) == STEP:
                    await asyncio.sleep(0)  # others take their turn while much is inflated
    except Broken as error:
        raise Spoilt(f"answer cut off after {received} bytes") from error
    if received < announced:
        raise Spoilt(f"answer cut off after {received} of {announced} bytes")
    if inflater and not inflater.whole:
        raise Spoilt("answer cut off inside its compression")


class _Inflater:
    """Inflates gzip members one after the other, never more than a step at a time."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 0

    @property
    def whole(self) -> bool:
        """Whether the body ends where a member ends; a body without a byte is whole."""
        return self._member.eof or not self._members

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Inflate one chunk in steps. Raises Spoilt."""
        more = False
        while chunk or more:
            if self._member.eof or not self._members:
                self._next()
            try:
                piece = self._member.decompress(chunk, STEP)
            except zlib.error as error:
                raise Spoilt("compression that cannot be read") from error
            chunk = self._member.unused_data or self._member.unconsumed_tail
            more = len(piece) == STEP and not self._member.eof  # all read, not all given
            if piece:
                yield piece

    def _next(self) -> None:
        """Begin a member; thousands of empty ones in a row are no document, but a way to keep us busy."""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise Spoilt("compression in too many parts")
        self._member = zlib.decompressobj(_GZIP)


def _inflater(coding: str) -> _Inflater | None:
    if coding in {"", "identity"}:
        return None
    if coding in {"gzip", "x-gzip"}:
        return _Inflater()
    raise Spoilt("content coding that was not asked for")


def _announced(reply: Reply) -> int:
    """The length that the headers announce, in bytes; 0 where they do not."""
    length = reply.headers.get("content-length", "")
    return int(length[:18]) if length.isdecimal() else 0


def _size(limit: int) -> str:
    return f"{limit / 1_000_000:g} MB"
