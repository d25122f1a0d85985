"""libcurl's connections on the event loop: it names the sockets and the time it waits for, and is called when they are there."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import pycurl

from watcher.fetch._curl_easy import IDLE_KEPT, easy, set_list, sweeper
from watcher.fetch._curl_names import Places
from watcher.fetch._curl_transfer import Transfer
from watcher.fetch.exchange import Broken, Unreached

CLOSED = "connection closed without an answer"
LONGEST_TURN = 0.003
"""Seconds after which the event loop has its turn, however many answers have come."""
MOST_ENDED = 6
"""Transfers that end in one turn: whoever waited for them goes on in the next one, all of them together."""
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_WANTED = {pycurl.POLL_IN: _READ, pycurl.POLL_OUT: _WRITE, pycurl.POLL_INOUT: _READ | _WRITE}
_CAME = {_READ: pycurl.CSELECT_IN, _WRITE: pycurl.CSELECT_OUT, _READ | _WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT}


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom to ask: scheme, host and port as an address, where that is, and the file of the authorities that may say so."""

    url: str
    host: str
    places: Places
    authorities: str


class Lines:
    """The multi handle, the easy handles that are used again and again, and what they wait for.

    libcurl's sockets are gathered in a selector of their own, of which the event loop watches nothing but its one descriptor:
    to register three sockets for each request with the loop would cost as much as libcurl itself.
    """

    def __init__(self, limit: int) -> None:
        """Take how many connections are held at most; needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._sockets = selectors.DefaultSelector()
        self._loop.add_reader(self._sockets.fileno(), self._on_ready)
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._acting = False
        self._watched = set[int]()
        self._ready: list[tuple[selectors.SelectorKey, int]] = []
        self._sweeper: asyncio.TimerHandle | None = None
        self._used_at = 0.0
        self._ended = 0
        self._idle: list[pycurl.Curl] = []
        self._running: dict[pycurl.Curl, Transfer] = {}
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, limit)
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, 2 * limit)
        self._limit = limit

    def start(self, origin: Origin, target: str, headers: Mapping[str, str]) -> Transfer:
        """Send one request on its way. What is not the same for all is set or unset for each, so that nothing is left over."""
        if self._multi.closed:
            raise Unreached(CLOSED)
        curl = self._idle.pop() if self._idle else easy()
        curl.setopt(pycurl.URL, origin.url)
        curl.setopt(pycurl.REQUEST_TARGET, target)  # as it is: from a whole address libcurl would write %2f as %2F
        set_list(curl, pycurl.HTTPHEADER, [f"{name}: {value}".encode() for name, value in headers.items()])
        set_list(curl, pycurl.RESOLVE, origin.places.told)
        curl.setopt(pycurl.FORBID_REUSE, headers.get("Connection") == "close")
        if origin.authorities:
            curl.setopt(pycurl.CAINFO, origin.authorities)
        transfer = Transfer(curl, origin.host, origin.places.ips, self._leave)
        self._begin(curl, transfer)
        return transfer

    def _begin(self, curl: pycurl.Curl, transfer: Transfer) -> None:
        self._acting = True  # libcurl asks for a call at once, which it gets here
        try:
            self._multi.add_handle(curl)
            self._running[curl] = transfer
        except pycurl.error as error:
            curl.close()
            raise Unreached(CLOSED) from error
        finally:
            self._acting = False
        self._act(pycurl.SOCKET_TIMEOUT, 0)

    def close(self) -> None:
        """Cut off what runs, close every connection."""
        if self._multi.closed:
            return
        for transfer in list(self._running.values()):
            self._remove(transfer.curl)
            transfer.end(Unreached(CLOSED))
        for timer in (self._timer, self._sweeper):
            if timer is not None:
                timer.cancel()
        self._loop.remove_reader(self._sockets.fileno())
        self._multi.close()
        for curl in self._idle:
            curl.close()
        self._idle.clear()
        self._sockets.close()

    # what libcurl calls: nothing here may raise

    def _on_socket(self, what: int, number: int, *_: object) -> None:
        """Watch a socket for what libcurl waits for there, or no more."""
        wanted = _WANTED.get(what)
        try:
            if wanted is None:
                self._watched.discard(number)
                self._sockets.unregister(number)
            elif number in self._watched:
                self._sockets.modify(number, wanted)
            else:
                self._watched.add(number)
                self._sockets.register(number, wanted)
        except (KeyError, ValueError, OSError):  # a socket that is closed already: libcurl will see it when it is called next
            self._due = self._loop.time()

    def _on_timer(self, milliseconds: int) -> None:
        """Note the time at which libcurl wants to be called."""
        self._due = None if milliseconds < 0 else self._loop.time() + milliseconds / 1000
        if not self._acting:
            self._set_timer()

    # what the event loop calls

    def _on_ready(self) -> None:
        """Go on where something came; what there is no time for waits for the next turn, when its sockets are still ready."""
        ready = self._ready = self._ready or self._sockets.select(0)
        until, self._ended = self._loop.time() + LONGEST_TURN, 0
        while ready and self._ended < MOST_ENDED and self._loop.time() <= until:
            key, events = ready.pop()
            self._act(key.fd, _CAME[events])
        self._look()

    def _on_time(self) -> None:
        self._timer = None
        if self._due is not None and self._due <= self._loop.time():
            self._due = None
            self._act(pycurl.SOCKET_TIMEOUT, 0)
            self._look()
        self._set_timer()

    def _look(self) -> None:
        """See whose headers came."""
        for transfer in self._running.values():
            transfer.look()

    def _set_timer(self) -> None:
        """A timer that rings too early is let ring: that is cheaper than to set another for each request."""
        due, timer = self._due, self._timer
        if due is None or (timer is not None and timer.when() <= due):
            return
        if timer is not None:
            timer.cancel()
        self._timer = self._loop.call_at(due, self._on_time)

    def _act(self, number: int, events: int) -> None:
        """Let libcurl do what can be done now, and see what is finished."""
        self._acting = True
        try:
            whole, failed = self._ended_by(number, events)
            for curl in whole:
                self._finish(curl, None)
            for curl, code, message in failed:
                self._finish(curl, (code, message))
        finally:
            self._acting = False
            self._set_timer()

    def _ended_by(self, number: int, events: int) -> tuple[list[pycurl.Curl], list[tuple[pycurl.Curl, int, str]]]:
        try:
            self._multi.socket_action(number, events)
            _, whole, failed = self._multi.info_read()
        except pycurl.error:  # of the machinery itself: nothing that runs can be trusted
            return [], [(curl, pycurl.E_RECV_ERROR, "") for curl in self._running]
        return whole, failed

    def _finish(self, curl: pycurl.Curl, failure: tuple[int, str] | None) -> None:
        transfer = self._running.get(curl)
        if transfer is None:  # the one that goes nowhere
            return
        self._ended += 1
        if failure:
            transfer.failed(*failure)
        else:
            transfer.end(None)
        self._remove(curl)

    def _leave(self, transfer: Transfer) -> None:
        """End a transfer before its time; libcurl closes its line, or its stream where others share the line."""
        self._remove(transfer.curl)
        transfer.end(Broken("answer not read to its end"))

    def _remove(self, curl: pycurl.Curl) -> None:
        self._running.pop(curl, None)
        with suppress(pycurl.error):
            self._multi.remove_handle(curl)
        if curl.multi() is None and len(self._idle) < self._limit:
            self._idle.append(curl)
        else:
            curl.close()
        self._used_at = self._loop.time()
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(IDLE_KEPT / 3, self._sweep)

    def _sweep(self) -> None:
        """Begin a request that goes nowhere: when it begins one, libcurl closes what has been idle for too long."""
        curl = sweeper()
        self._multi.add_handle(curl)
        self._act(pycurl.SOCKET_TIMEOUT, 0)
        self._multi.remove_handle(curl)
        curl.close()
        self._sweeper = None
        if self._loop.time() < self._used_at + IDLE_KEPT + 2:  # libcurl counts whole seconds
            self._sweeper = self._loop.call_later(IDLE_KEPT / 3, self._sweep)
