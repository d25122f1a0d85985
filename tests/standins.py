"""Stand-in webs on loopback, started for a test and stopped after it: the farm of tools/, or the world server beside this repository."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SERVE = ROOT.parent / "shared" / "world" / "serve.py"


@contextmanager
def farm(what: str | Path) -> Iterator[str]:
    """The address of a farm of a recorded world, or of so many feeds."""
    with _running([sys.executable, "-m", "tools.farm", str(what)]) as address:
        yield address


@contextmanager
def world_server(folder: Path) -> Iterator[str]:
    """The address of the world server of this folder."""
    with _running([sys.executable, str(SERVE), "--world", str(folder)]) as address:
        yield address


@contextmanager
def _running(command: list[str]) -> Iterator[str]:
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield "http://127.0.0.1:" + server.stdout.readline().split("127.0.0.1:")[1].split("/")[0]
        finally:
            server.terminate()


def steer(address: str, what: str, order: dict[str, Any] | None = None) -> Any:
    """Give an order to a stand-in; without one, take back what was ordered."""
    method = "DELETE" if order is None else "POST"
    request = urllib.request.Request(f"{address}/_world/{what}", json.dumps(order or {}).encode(), method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
