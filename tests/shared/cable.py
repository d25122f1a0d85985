"""A host of its own for a process, whose one cable can be pulled; a test is skipped where none can be made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tools import hosts
from tools.hosts import Host

__all__ = ["Host", "other_host"]


@contextmanager
def other_host() -> Iterator[Host]:
    """A host with a cable to this one."""
    with ExitStack() as ending:
        try:
            made = ending.enter_context(hosts.other_host())
        except hosts.NoHostError as error:
            pytest.skip(str(error))
        yield made
