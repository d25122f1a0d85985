"""What the documentation tells people to type does what it says, in a fresh folder and without a network.

A comment before a block of a page says what becomes of it:

    <!-- file: NAME -->        the block is written to that file; `, more` at its end appends it
    <!-- run -->               the block is typed into a shell; it must end well, or `run, fails` badly
    <!-- shows -->             each line of the block was printed by what was typed last
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^<!-- (file|run|shows)(?:: ?([^\n]+?))?(, more|, fails)? -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md"))
    if "<!-- run" in page.read_text(encoding="utf-8")
)
COPIED = ("watcher", "notifiers", "tests/formats", "signals.toml", "signals", "signals.schema.json", "pyproject.toml", "demo")
MOMENT = "2026-06-10"
"""The demo's web is shown as it was then."""


def web() -> dict[str, dict[str, Any]]:
    """Each address of the demo world in its version of the moment."""
    lines = (ROOT / "demo" / "world.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["url"].partition("://")[2]: line for line in map(json.loads, lines) if line["from"] <= MOMENT}


class Mirror(BaseHTTPRequestHandler):
    """The demo's web, asked as `[fetch] via` asks a mirror."""

    pages = web()

    def do_GET(self) -> None:
        line = self.pages.get(self.path[1:])
        body = b"" if line is None else line["body"].encode() if "body" in line else (ROOT / "demo" / line["file"]).read_bytes()
        self.send_response(line.get("status", 200) if line else 404)
        for name, value in (line or {}).get("headers", {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def mirror() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone as far as the commands need it, with `watcher` and `python` at hand."""
    for name in COPIED:
        place = tmp_path / "clone" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place)
    (tmp_path / "bin").mkdir()
    for name, more in (("watcher", " -m watcher"), ("python", "")):
        there = tmp_path / "bin" / name
        there.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}/clone" exec "{sys.executable}"{more} "$@"\n', encoding="utf-8")
        there.chmod(0o755)
    return tmp_path / "clone"


def typed(block: str, folder: Path, via: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCHER_")}
    environ = kept | {
        "PATH": f"{folder.parent}/bin:{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "WATCHER_FETCH_VIA": via,
        "WATCHER_FETCH_PER_HOST_GAP": "0s",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
        "COLUMNS": "130",
    }
    done = subprocess.run(
        ["sh", "-ec", block], cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed_from_its_first_line_to_its_last(page: str, clone: Path, mirror: str) -> None:
    said = ""
    for kind, name, more, block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        if kind == "file":
            place = clone / name
            place.parent.mkdir(parents=True, exist_ok=True)
            before = place.read_text(encoding="utf-8") + "\n" if more == ", more" else ""
            place.write_text(before + block, encoding="utf-8")
        elif kind == "run":
            code, said = typed(block, clone, mirror)
            assert (code != 0) == (more == ", fails"), f"{block}\n{said}"
        else:
            printed = " ".join(said.split())
            for line in filter(None, map(str.strip, block.splitlines())):
                assert " ".join(line.split()) in printed, f"{line}\n--- is not in\n{said}"


def test_the_main_pages_are_followed() -> None:
    followed = {Path(page).name for page in PAGES}
    assert {"start.md", "write-a-signal.md", "write-a-format.md", "notifiers.md", "operate.md", "without-a-server.md"} <= followed


def test_every_marked_block_is_found() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert len(re.findall(r"^<!-- (?:file|run|shows)", text, re.MULTILINE)) == len(BLOCK.findall(text)), page
