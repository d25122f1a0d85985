"""The sockets under the HTTP client: to checked addresses only, and to be given up from outside at any moment."""

from __future__ import annotations

import errno
import ipaddress
import math
import os
import select
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from itertools import zip_longest
from typing import Any, TypeAlias, cast
from weakref import WeakSet

import certifi
import httpcore2

from watcher.core.proxies import Proxy
from watcher.fetch.guard import IP, Guard, LookUp, Resolver
from watcher.fetch.response import ConnectionFailed, ProtocolError, TimedOut

STAGGER = 0.25
"""Seconds after which the next address of a host is tried beside the one before (RFC 8305, 5)."""
MOST_ADDRESSES = 4
"""Addresses of a host that are tried, both kinds among them: a name may have hundreds, and each takes a descriptor."""
MOST_BEFORE_ANSWER = 1 << 18
"""Bytes before the head of an answer has come: answers such as 103 may come before it, and without end."""
CLOSED = "connection closed without an answer"
CUT_OFF = "answer cut off"
SocketOption: TypeAlias = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class ConnectionLost(ConnectionFailed):
    """The connection ended before anything of a response came."""


class Exchange:
    """One request in its thread; whoever waits for it may give it up."""

    def __init__(self, most: int) -> None:
        """Nothing has come, and nobody has given up; `most` bytes may come."""
        self.most, self.received = most, 0
        """Bytes that came, those of the secure connection not counted."""
        self.answered = False
        """Whether the head of the answer has come."""
        self.given_up = False
        self._stream: GuardedStream | None = None
        self._lock = threading.Lock()

    def use(self, stream: GuardedStream | None) -> None:
        """Note what is waited for from now on; None where the exchange is over. Raises ConnectionLost where it was given up."""
        with self._lock:
            if self._stream:
                self._stream.idle_since = time.monotonic()
            if stream:
                stream.idle_since = math.inf
            self._stream = stream
            if self.given_up and stream:
                raise ConnectionLost(CLOSED)

    def give_up(self) -> None:
        """Wake the thread wherever it waits for the network."""
        with self._lock:
            self.given_up = True
            if self._stream:
                self._stream.shut_down()

    def lost(self) -> ConnectionFailed:
        """Why nothing more comes."""
        return ProtocolError(CUT_OFF) if self.received else ConnectionLost(CLOSED)


class _Thread(threading.local):
    """What each thread works on."""

    exchange: Exchange


_THREAD = _Thread()


def work_on(exchange: Exchange) -> None:
    """Name the exchange to which the sockets of this thread belong from now on."""
    _THREAD.exchange = exchange


class GuardedNetwork(httpcore2.NetworkBackend):
    """Connects to the addresses that the resolver has checked, and to no other."""

    def __init__(self, resolver: Resolver, *, ca_file: str = "") -> None:
        """Take the resolver, and a PEM file of certificates to trust instead of the system's and certifi's."""
        self._resolver, self._trust = resolver, Trust(ca_file)
        self._streams, self._lock = WeakSet[GuardedStream](), threading.Lock()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - whoever waits gives the exchange up
        local_address: str | None = None,  # noqa: ARG002 - as above
        socket_options: Iterable[SocketOption] | None = None,  # noqa: ARG002 - as above
    ) -> GuardedStream:
        """Connect to one of the addresses of a host. Raises ConnectionFailed or UrlRejected."""
        exchange = _THREAD.exchange
        addresses = self._resolver.resolve(host, port)
        stream = GuardedStream(connect(addresses, port, given_up=lambda: exchange.given_up), self._trust)
        with self._lock:
            self._streams.add(stream)
        return stream

    def close_idle(self, seconds: float) -> bool:
        """Close what nobody has used for so many seconds; whether any other connection is left."""
        with self._lock:
            streams = [stream for stream in self._streams if not stream.is_closed]
        until = time.monotonic() - seconds
        idle = [stream for stream in streams if stream.idle_since <= until]
        for stream in idle:
            stream.close()
        return len(idle) < len(streams)


class ProxyNetwork(GuardedNetwork):
    """Connects to one forward proxy, which the operator names; a failure says that it is the proxy's."""

    def __init__(self, proxy: Proxy, look_up: LookUp, *, ca_file: str = "") -> None:
        """Take the proxy, what knows its name, and whom to trust at the other end of its tunnels."""
        super().__init__(Resolver(Guard((proxy.host,)), look_up), ca_file=ca_file)

    def connect_tcp(self, *place: Any, **named: Any) -> GuardedStream:  # noqa: ANN401 - the signature of the library
        """Connect to the proxy. Raises ConnectionFailed."""
        try:
            return super().connect_tcp(*place, **named)
        except ConnectionFailed as error:
            raise type(error)(f"the proxy: {error}") from error


class GuardedStream(httpcore2.NetworkStream):
    """One connection; every wait ends when the exchange of its thread is given up."""

    def __init__(self, line: socket.socket, trust: Trust) -> None:
        """Take a connected socket."""
        self._socket, self._trust = line, trust
        self._lock = threading.Lock()
        self.idle_since = math.inf
        """By the monotonic clock; infinite while an exchange uses the connection."""

    @property
    def is_closed(self) -> bool:
        """Whether the socket is closed."""
        return self._socket.fileno() < 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as above
        """The next bytes, none at the end. Raises ConnectionFailed."""
        exchange = _THREAD.exchange
        exchange.use(self)
        try:
            data = self._socket.recv(max_bytes)
        except OSError as error:  # over TLS also an end without close_notify: nobody can tell it from one that was cut
            raise exchange.lost() from error
        exchange.received += len(data)
        if exchange.received > MOST_BEFORE_ANSWER and not exchange.answered:
            raise ProtocolError("hints without end instead of an answer")
        if exchange.received > exchange.most:
            raise ProtocolError("more around the answer than in it")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        """Send all. Raises httpcore2.WriteError, after which a response may still be read."""
        if not buffer:  # the client writes what a request without a body has: nothing
            return
        _THREAD.exchange.use(self)
        try:
            self._socket.sendall(buffer)
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> GuardedStream:
        """Make the connection a secure one. Raises ConnectionFailed."""
        exchange = _THREAD.exchange
        try:
            self._trust.load_into(ssl_context)
            with self._lock:
                self._socket = secure = ssl_context.wrap_socket(
                    self._socket, server_hostname=server_hostname, do_handshake_on_connect=False, suppress_ragged_eofs=False
                )
            exchange.use(self)
            secure.do_handshake()
            exchange.received = 0  # a proxy's answer is none of the host's
        except (OSError, ConnectionFailed) as error:
            self.close()
            raise _insecure(error) from error
        return self

    def close(self) -> None:
        """Close the socket."""
        with self._lock:
            self._socket.close()

    def shut_down(self) -> None:
        """Wake whoever waits for the socket."""
        with self._lock, suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the signature of the library
        """What the client asks for: the secure socket, and whether the other side has said something unasked or closed."""
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        return self._is_readable() if info == "is_readable" else None

    def _is_readable(self) -> bool:
        if self.is_closed:
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


class Trust:
    """The certificates that are trusted; read at the first secure connection, for that takes some hundredths of a second."""

    def __init__(self, ca_file: str = "") -> None:
        """Take a PEM file of certificates to trust instead of the system's and certifi's."""
        self._ca_file, self._lock, self._loaded = ca_file, threading.Lock(), False

    def load_into(self, context: ssl.SSLContext) -> None:
        """Fill the one context of the client. Raises ConnectionFailed where the file cannot be read."""
        with self._lock:
            if self._loaded:
                return
            try:
                context.load_verify_locations(self._ca_file or certifi.where())
            except OSError as error:  # ssl.SSLError is one
                raise ConnectionFailed("the certificates of ca_file cannot be read") from error
            if not self._ca_file:
                context.load_default_certs()
            self._loaded = True


def connect(addresses: Sequence[IP], port: int, *, given_up: Callable[[], bool]) -> socket.socket:
    """The first connection that is made; some other addresses are tried a quarter of a second apart.

    Raises ConnectionFailed, with the reason of a server before one of our own system.
    """
    with closing(_Attempts(port)) as attempts:
        waiting = deque(_interleaved(addresses)[:MOST_ADDRESSES])
        while waiting or attempts.under_way:
            if waiting:
                attempts.begin(waiting.popleft())
            if line := attempts.made():
                line.setblocking(True)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return line
            if given_up():
                raise ConnectionLost(CLOSED)
        raise attempts.failure()


class _Attempts:
    """Connections that are being made."""

    def __init__(self, port: int) -> None:
        self._port, self._selector = port, selectors.DefaultSelector()
        self.under_way = set[socket.socket]()
        self._ours = self._theirs = 0

    def begin(self, address: IP) -> None:
        """Begin to connect to one address."""
        try:
            line = socket.socket(socket.AF_INET if isinstance(address, ipaddress.IPv4Address) else socket.AF_INET6)
        except OSError as error:  # of a kind of address that the system does not know, or no socket is left
            self._ours = error.errno or errno.EAFNOSUPPORT
            return
        line.setblocking(False)
        number = line.connect_ex((str(address), self._port))
        if number in {0, errno.EINPROGRESS}:
            self.under_way.add(line)
            self._selector.register(line, selectors.EVENT_WRITE)
        else:
            line.close()
            self._theirs = number

    def made(self) -> socket.socket | None:
        """A connection that was made within the time after which the next address is tried."""
        for key, _ in self._selector.select(STAGGER) if self.under_way else ():
            line = cast("socket.socket", key.fileobj)
            self._selector.unregister(line)
            self.under_way.discard(line)
            number = line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not number:
                return line
            line.close()
            self._theirs = number
        return None

    def failure(self) -> ConnectionFailed:
        """Why no connection was made."""
        number = self._theirs or self._ours
        kind = TimedOut if number == errno.ETIMEDOUT else ConnectionFailed
        return kind(f"no connection: {os.strerror(number)}")

    def close(self) -> None:
        """Leave what has not been made."""
        self._selector.close()
        for line in self.under_way:
            line.close()


def _interleaved(addresses: Sequence[IP]) -> list[IP]:
    """Both kinds of addresses in turn, in the order of the system (RFC 8305, 4)."""
    first = [address for address in addresses if address.version == addresses[0].version]
    rest = [address for address in addresses if address.version != addresses[0].version]
    return [address for pair in zip_longest(first, rest) for address in pair if address]


def _insecure(error: Exception) -> Exception:
    """What went wrong while a connection was made secure, in our own words: OpenSSL's may say more than is to be shown."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectionFailed(f"certificate not trusted: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return ConnectionFailed("no secure connection")
    return ConnectionLost(CLOSED) if isinstance(error, OSError) else error
