"""`watcher capture`: what the sources answer today becomes a recorded past."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.cli.conftest import Page, Site, configure, watcher
from tests.test_cycles import FEED, item, page

ROOT = Path(__file__).resolve().parents[2]


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "world.jsonl").read_text("utf-8").splitlines()]


FOLLOW = r"""
[[signal.source.follow]]
match = '/posts/'
format = "page"
every = "6h"
"""


def test_documents_headers_times_and_followed_pages_are_kept_and_can_be_rehearsed(home: Path, site: Site) -> None:
    post = site.url("/posts/1")
    site.pages["/feed.xml"] = Page(FEED % item("News", link=post))
    site.page("/posts/1", page("The Gadget is open to everyone."))
    configure(home, site, more=FOLLOW)

    said = watcher("capture", "today", "--json")

    assert [(one["outcome"], one["new"]) for one in said.json()["answers"]] == [("ok", True), ("ok", True)]
    kept = lines(home / "today")
    assert [line["url"] for line in kept] == [site.url("/feed.xml"), post]
    assert kept[0]["headers"]["Content-Type"] == "application/rss+xml"
    assert (home / "today" / kept[1]["file"]).read_text("utf-8") == page("The Gadget is open to everyone.")
    assert (home / "today" / "world.jsonl").stat().st_mode & 0o077 == 0
    told = watcher("rehearse", "today", "--from", kept[0]["from"], "--to", kept[0]["from"], "--step", "1h", "--json")
    assert json.loads(told.out)["kind"] == "baseline"
    assert "2 polls" in told.err


def test_captured_again_it_holds_what_has_changed(home: Path, site: Site) -> None:
    configure(home, site.feed("A day"))
    assert "1 answer (1 ok), 1 new, in today" in watcher("capture", "today").out
    assert "1 answer (1 ok), 0 new, in today" in watcher("capture", "today").out
    site.feed("A day", "Another day")
    assert "1 new" in watcher("capture", "today").out
    site.page("/feed.xml", "no", status=403)
    assert "1 answer (1 blocked), 1 new, in today" in watcher("capture", "today").out
    assert [line["status"] for line in lines(home / "today")] == [200, 200, 403]


def test_a_redirect_is_kept_as_one(home: Path, site: Site) -> None:
    site.feed("A day", path="/new.xml")
    site.page("/feed.xml", "", status=302, headers={"Location": "/new.xml"})
    configure(home, site)

    assert watcher("capture", "today").code == 0

    first, second = lines(home / "today")
    assert (first["status"], first["headers"]["Location"], second["url"]) == (302, site.url("/new.xml"), site.url("/new.xml"))
    assert watcher("doctor", "--against", "today").code == 0


def test_a_source_that_does_not_answer_is_kept_as_a_failure(home: Path, site: Site) -> None:
    path = configure(home, site)
    path.write_text(path.read_text("utf-8").replace(f":{site.port}/", ":1/"), "utf-8")

    assert "1 error" in watcher("capture", "today").out
    assert lines(home / "today")[0]["status"] == 503


def test_a_folder_that_cannot_be_written_is_told(home: Path, site: Site) -> None:
    configure(home, site.feed("A day"))
    (home / "file").write_text("in the way", "utf-8")

    said = watcher("capture", "file/today")

    assert (said.code, "cannot be written" in said.err) == (1, True)


def test_a_document_of_an_unexpected_shape_can_be_looked_at(home: Path, site: Site) -> None:
    configure(home, site.feed("A day"), more="expect = { entries = 2 }")
    watcher("once")

    said = watcher("document", "news")

    assert said.out == FEED % item("A day")
    name = hashlib.sha256(said.out.encode()).hexdigest()
    assert watcher("document", name[:12]).out == said.out
    assert watcher("document", "0" * 12).code == 1
    assert "neither a source nor a hash" in watcher("document", "nope").all


def test_a_terminal_is_shown_no_control_characters_of_a_document_and_a_file_gets_all(home: Path, site: Site) -> None:
    configure(home, site.feed("A \x9b31m day"), more="expect = { entries = 2 }")
    watcher("once")
    here, terminal = os.openpty()
    env = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "HOME": str(home)}
    subprocess.run([sys.executable, "-m", "watcher", "document", "news"], stdout=terminal, check=True, env=env)
    os.close(terminal)
    said = b""
    with suppress(OSError):  # so a terminal ends that nobody writes to any more
        while part := os.read(here, 4096):
            said += part
    os.close(here)
    assert "A \ufffd31m day" in said.decode()
    assert "A \x9b31m day" in watcher("document", "news").out
