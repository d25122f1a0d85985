"""The listening socket."""

from __future__ import annotations

import socket

import pytest

from watcher.web.server import bind_socket


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_what_is_written_to_a_reader_leaves_at_once(host: str) -> None:
    try:
        listener = bind_socket(host, 0)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with listener, socket.create_connection(listener.getsockname()[:2]):
        reader, _ = listener.accept()
        with reader:
            assert reader.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_busy_port_is_an_error() -> None:
    with bind_socket("127.0.0.1", 0) as listener, pytest.raises(OSError, match="in use"):
        bind_socket("127.0.0.1", listener.getsockname()[1])
