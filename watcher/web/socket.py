"""The listening socket of the page."""

from __future__ import annotations

import socket


def bind_socket(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises OSError.

    What is written to it leaves at once. The event loop sees to that only for sockets that name their protocol, which
    these do not, and an answer of head and body would wait 40 ms for the reader's machine to acknowledge the head.
    """
    subscriptions = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    subscriptions.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return subscriptions
