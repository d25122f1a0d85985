"""One request on its way: what libcurl calls as the answer comes, and the body for whoever reads it."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import re
import socket
from collections import deque
from collections.abc import Callable, Container
from typing import TypeAlias

import pycurl

from watcher.fetch.address import Refused
from watcher.fetch.exchange import Broken, Reply, Unreached, joined
from watcher.fetch.guard import IP, NOT_ALLOWED

MOST_UNREAD = 1 << 20
"""Bytes of a body that wait to be read; then the sender has to wait."""
NO_SOCKET: int = pycurl.SOCKET_BAD
SocketAddress: TypeAlias = tuple[int, int, int, tuple[str, int]]
"""Family, kind, protocol, and the address with its port."""
_PAUSE: int = pycurl.WRITEFUNC_PAUSE
_ENDS = (b"\r\n", b"\n")
_INTERIM = frozenset(range(100, 200)) - {101}
"""An unasked 101 is the last word: what comes behind it is no HTTP."""
_NO_HTTP = "answer that is not HTTP"
_PROBLEM = re.compile(r"(?:verify result|certificate problem): ([\w ,'.-]+)")
_TLS = frozenset(
    getattr(pycurl, name)
    for name in ("E_SSL_CONNECT_ERROR", "E_SSL_CIPHER", "E_SSL_CACERT_BADFILE", "E_SSL_ISSUER_ERROR", "E_SSL_INVALIDCERTSTATUS")
)
_LOST = frozenset((pycurl.E_GOT_NOTHING, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR))


class Hung(Unreached):
    """The line was lost before an answer began."""


class Transfer:
    """The state of one request; nothing that libcurl calls here raises."""

    __slots__ = (
        "_body",
        "_curl",
        "_head",
        "_ips",
        "_leave",
        "_lines",
        "_opened",
        "_paused",
        "_unopened",
        "_unread",
        "_waits",
        "error",
        "host",
        "status",
    )

    def __init__(self, curl: pycurl.Curl, host: str, ips: Container[IP], leave: Callable[[Transfer], None]) -> None:
        """Take an easy handle whose other options are set, and what ends the transfer before its time."""
        self._curl, self.host, self._ips, self._leave = curl, host, ips, leave
        self._head: list[bytes] = []
        self._lines: list[bytes] = []
        self._body: deque[bytes] = deque()
        self._unread, self._paused = 0, False
        self._waits: asyncio.Future[None] | None = None
        self._opened = False
        self._unopened: Refused | Unreached | None = None
        """Why an address got no socket; libcurl may well get its answer from another."""
        self.status = 0
        """Of the answer, when all of its headers are there."""
        self.error: Exception | None = None
        """Why the transfer ended too early."""
        curl.setopt(pycurl.HEADERFUNCTION, self._head.append)
        curl.setopt(pycurl.WRITEFUNCTION, self._on_body)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, self._on_open)

    # what libcurl calls; lines of headers go into a list without a call of ours

    def _on_body(self, data: bytes) -> int | None:
        if self._unread >= MOST_UNREAD:
            self._paused = True
            return _PAUSE
        self._body.append(data)
        self._unread += len(data)
        self.look()
        self._wake()
        return None

    def _on_open(self, _: int, address: SocketAddress) -> int:
        """A socket for an address that was checked, and for no other, whatever libcurl would like."""
        family, kind, protocol, place = address
        try:
            if ipaddress.ip_address(place[0]) in self._ips:
                number = socket.socket(family, kind, protocol).detach()
                self._opened = True
                return number
            self._unopened = Refused(f"{NOT_ALLOWED}: {self.host}")
        except (OSError, ValueError, TypeError) as error:  # of a kind of address that we do not know, or no socket is left
            self._unopened = Unreached(f"no connection: {os.strerror(getattr(error, 'errno', None) or errno.EAFNOSUPPORT)}")
        return NO_SOCKET

    def look(self) -> None:
        """See whether all headers are there; those of interim answers are dropped, what comes behind the body is no header."""
        if self.status:
            self._head.clear()
            return
        while not self.status and (end := _end(self._head)):
            status = _status(self._head[0])
            if status not in _INTERIM:  # and no HTTP at all where it is 0: then nothing is an answer
                self.status, self._lines = status, self._head[1:end]
                self._wake()
            del self._head[: end + 1]

    # how it ends

    @property
    def curl(self) -> pycurl.Curl | None:
        """The handle while the transfer runs, else None."""
        return self._curl

    def end(self, error: Exception | None) -> None:
        """All has come, or no more will."""
        self._curl = None
        self.error = error
        self.look()
        self._wake()

    def failed(self, code: int, message: str) -> None:
        """End as libcurl says, in our own words: its own may carry the address with its secrets."""
        self.look()
        error: Exception | None = None
        if code == pycurl.E_COULDNT_CONNECT and not self.status:  # what a server that was tried said is told before our own lack
            error = self._unopened if isinstance(self._unopened, Refused) or not self._opened else None
        number = self._curl.getinfo(pycurl.OS_ERRNO)
        self.end(error or translated(code, message, number, self.host, begun=bool(self.status)))

    def release(self) -> None:
        """Nobody reads on: what is still on its way is cut off, and nothing else."""
        self._body.clear()
        if self._curl is not None:
            self._leave(self)

    # who waits for it

    async def reply(self) -> Reply:
        """The answer, as soon as its headers are there. Raises Unreached or Refused."""
        try:
            while not self.status and self._curl is not None:
                await self._next()
        except asyncio.CancelledError:
            self.release()
            raise
        if not self.status:
            raise self.error or Broken(_NO_HTTP)
        return Reply(self.status, joined(self._lines), self, self.release)

    def __aiter__(self) -> Transfer:
        """The body as it comes."""
        return self

    async def __anext__(self) -> bytes:
        """One piece of the body. Raises Broken where it was cut off."""
        while not self._body:
            if self._curl is None:
                if self.error is not None:
                    raise self.error
                raise StopAsyncIteration
            await self._next()
        data = self._body.popleft()
        self._unread -= len(data)
        if self._paused and self._unread < MOST_UNREAD // 2 and self._curl is not None:
            self._resume()
        return data

    def _resume(self) -> None:
        self._paused = False
        try:
            self._curl.pause(pycurl.PAUSE_CONT)  # calls _on_body with what it held back
        except pycurl.error:
            self._leave(self)

    async def _next(self) -> None:
        """Wait until libcurl has called."""
        self._waits = asyncio.get_running_loop().create_future()
        try:
            await self._waits
        finally:
            self._waits = None

    def _wake(self) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(None)


def translated(code: int, message: str, number: int, host: str, *, begun: bool) -> Unreached:
    """An error of libcurl's, and of the system where it has one, in our own words."""
    if begun:
        return Broken("answer cut off")
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        return Unreached(f"certificate not trusted: {_problem(message, host)}")
    if code in _TLS:
        return Unreached("no secure connection")
    if code == pycurl.E_COULDNT_RESOLVE_HOST:
        return Unreached("name not found")
    if code in {pycurl.E_COULDNT_CONNECT, pycurl.E_OPERATION_TIMEDOUT}:
        return Unreached(f"no connection: {os.strerror(number or errno.ETIMEDOUT)}")
    return Hung("connection closed without an answer") if code in _LOST else Broken(_NO_HTTP)


def _problem(message: str, host: str) -> str:
    """What is wrong with a certificate; OpenSSL's sentences are its own and hold nothing of the request."""
    if found := _PROBLEM.search(message):
        return found[1].strip()
    kind = "IP address" if ":" in host or host[-1:].isdigit() else "Hostname"
    return f"{kind} mismatch, certificate is not valid for '{host}'."


def _end(head: list[bytes]) -> int:
    """Where the empty line stands that ends a block of headers; 0 where it has not come."""
    return min([head.index(line) for line in _ENDS if line in head], default=0)


def _status(line: bytes) -> int:
    """The number in a status line; 0 where there is none."""
    try:
        return int(line.split(None, 2)[1])
    except (LookupError, ValueError):
        return 0
