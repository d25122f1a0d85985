"""`watcher digest`: what a recipient would read, looked at before anybody reads it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.cli.conftest import configure, watcher
from tests.mail.stories import PASSED
from tests.mail.stories import digest as written
from watcher.store.store import Store

BOX = """
[[recipient]]
id = "box"
channel = "maildir"
to = "box"
[[recipient]]
id = "york"
channel = "maildir"
to = "york"
timezone = "America/New_York"
"""


def test_without_a_database_it_is_a_sample_and_says_so(home: Path) -> None:
    configure(home, extra=BOX)
    said = watcher("digest")
    assert said.code == 0
    assert said.out.startswith("Subject: ")
    assert "An example: nothing in it is news." in said.out
    assert not (home / "data").exists(), "no trace is left in the database"


def test_a_sample_of_the_shipped_signals_answers_as_it_has_moved(home: Path) -> None:
    text = watcher("digest", "--sample", "--config", str(Path(__file__).parents[2] / "signals.toml")).out
    assert text.startswith("Subject: Senate vote: Yes. The Senate has passed the bill\n")
    assert "the Senate has not voted" not in text


def told(home: Path) -> None:
    """A database with one digest, and a later one that went to nobody."""
    configure(home, extra=BOX + '\n[store]\nurl = "sqlite:///watch.db"\n')
    with Store.open(f"sqlite:///{home}/watch.db") as store, store.writing() as tx:
        tx.digests.put(written(PASSED))
        tx.digests.put(written(kind="nothing"))


def test_it_is_the_last_one_as_a_recipient_gets_it(home: Path) -> None:
    told(home)
    mine = watcher("digest", "--text").out
    assert mine.startswith("Subject: senate-vote: hr2683, passed, 60-40\n")
    assert "9 December 2026, 22:41 UTC" in mine
    assert "9 December 2026, 17:41 EST" in watcher("digest", "--for", "york").out
    assert "An example" in watcher("digest", "--sample").out


def test_a_recipient_that_is_none_is_named(home: Path) -> None:
    told(home)
    said = watcher("digest", "--for", "nobody")
    assert said.code == 2
    assert "'nobody' is no recipient; expected one of box, york" in said.all


def test_the_html_part_goes_where_it_is_wanted(home: Path) -> None:
    told(home)
    said = watcher("digest", "--html", "mail.html")
    assert said.out.strip().endswith(": mail.html")
    assert "<!DOCTYPE html>" in (page := (home / "mail.html").read_text("utf-8"))
    assert watcher("digest", "--html", "-").out.strip() == page.strip()
    refused = watcher("digest", "--html", "no/such/folder/mail.html")
    assert refused.code == 1
    assert "cannot write no/such/folder/mail.html" in refused.all


def previewed(home: Path, browser: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, on a machine that has this browser and no other: Python looks for one but once."""
    told(home)
    (home / "browser").write_text(f"#!/bin/sh\n{browser}\n", "utf-8")
    (home / "browser").chmod(0o755)
    env = {"BROWSER": f"{home}/browser %s", "PATH": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "watcher", "digest", "--preview"]
    return subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=True)


@pytest.mark.parametrize(("browser", "complaint"), [('printf %s "$1" > looked', ""), ("exit 1", "No browser could be opened.\n")])
def test_the_preview_opens_in_the_readers_browser(home: Path, browser: str, complaint: str) -> None:
    said = previewed(home, browser)
    file = re.search(r"/\S+\.html", said.stdout)
    assert file
    assert "<!DOCTYPE html>" in Path(file[0]).read_text("utf-8")
    assert said.stderr == complaint
    if not complaint:
        assert unquote(urlsplit((home / "looked").read_text("utf-8")).path) == file[0]
    Path(file[0]).unlink()
