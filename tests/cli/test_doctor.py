"""`watcher doctor`: everything that the watch rests on, what is wrong with it, and what to do."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Site, configure, watcher
from tests.notifiers.stages import mail_server, only
from tests.store.things import look, seen
from watcher.store.store import Store

MAIL = """
[smtp]
host = "127.0.0.1"
port = %d
security = "none"
from = "watch@example.org"
username = "watch"
[[recipient]]
id = "me"
channel = "smtp"
to = "reader@example.org"
"""


def findings(*words: str) -> dict[str, tuple[str, str]]:
    told = watcher("doctor", "--json", *words).json()
    return {one["about"]: (one["state"], one["said"]) for one in told["findings"]}


def test_all_that_is_well_gets_a_tick_and_nothing_is_sent_or_stored(lab: Site, home: Path) -> None:
    assert watcher("once").code == 0
    before = sorted((home / "data" / "mailbox").rglob("*"))

    said = watcher("doctor")

    assert said.code == 0, said
    for about in ("clock", "time zone", "disk", "database", "outbox", "page", "recipient mailbox", "source news"):
        assert any(line.startswith("✓") and about in line for line in said.out.splitlines()), about
    assert "1 entry, the newest of 2026-06-01" in said.out
    assert said.out.rstrip().endswith("all work")
    assert sorted((home / "data" / "mailbox").rglob("*")) == before
    told = watcher("doctor", "--json").json()
    assert told["good"] is True
    assert {"about", "state", "said", "to_do", "details"} == told["findings"][0].keys()


EXPECT = 'title = "Lab news"\nexpect = { entries = 2, dated = true, words = "two", links = "^https://lab" }'


def test_of_each_source_it_says_what_was_expected_what_came_and_what_would_be_another_shape(home: Path, site: Site) -> None:
    titles = ("One", "Two", "Three", "Four")
    configure(home, site.feed(*titles), more=EXPECT)

    said = watcher("doctor", "--source", "news").out

    assert f"Lab news, {site.url('/feed.xml')}" in said
    assert "expected: feed; at least 2 entries; dates; the words “two”; links with ^https://lab" in said
    assert "bytes of application/rss+xml, 4 entries" in said
    assert sum(f"2026-06-01  {title} " in said for title in titles) == 3
    assert "another shape would be: fewer entries; entries without a date; none of these words; links that lead elsewhere" in said


@pytest.mark.parametrize("there", [True, False], ids=["read", "missing"])
def test_an_address_with_a_year_is_shown_everywhere_as_it_is_asked(home: Path, site: Site, there: bool) -> None:  # noqa: FBT001 - a table
    asked = f"/{datetime.now(UTC).year}/feed.xml"
    if there:
        site.feed("A day", path=asked)
    file = configure(home, site)
    file.write_text(file.read_text("utf-8").replace("/feed.xml", "/{year}/feed.xml"), "utf-8")

    assert watcher("once").code == 0
    told = [watcher(*words).all for words in (("doctor",), ("status", "--json"), ("capture", "kept", "--json"))]
    assert watcher("export", "page").code == 0

    page = "".join(each.read_text("utf-8") for each in (home / "page").rglob("*.*") if each.suffix in {".html", ".json", ".xml"})
    assert asked in told[0]
    assert asked in told[2]
    assert asked in page
    assert not any(mark in text for text in (*told, page) for mark in ("{year}", "%7Byear"))
    assert watcher("document", "news").code == (0 if there else 1)


def test_another_shape_gets_a_cross_with_its_reason(home: Path, site: Site) -> None:
    configure(home, site.feed("A day"), more="expect = { entries = 2 }")

    said = watcher("doctor", "--source", "news")

    assert said.code == 1
    assert "unexpected shape: 1 entry where at least 2 are expected" in said.all


def test_it_asks_a_recorded_web_where_it_is_told_to(lab: Site, home: Path) -> None:
    assert watcher("capture", "today").code == 0
    asked = len(lab.asked)

    said = watcher("doctor", "--against", "today")

    assert said.code == 0, said
    assert "1 thing looked at, all work" in said.out
    assert "1 entry, the newest of 2026-06-01" in said.out
    assert len(lab.asked) == asked
    (home / "signals.toml").write_text((home / "signals.toml").read_text("utf-8").replace("/feed.xml", "/other.xml"), "utf-8")
    assert "gone: 404" in watcher("doctor", "--against", "today").all
    assert "no world at nowhere" in watcher("doctor", "--against", "nowhere").err


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("a refusal", {"body": "no", "status": 403}, "blocked: 403 Forbidden"),
    ("nothing there", {"body": "no", "status": 404}, "gone: 404 Not Found"),
    ("a page instead of the feed", {"body": "<html><title>x</title><p>Hello</p></html>", "kind": "text/html"}, "malformed:"),
    ("an empty answer", {"body": ""}, "empty:"),
]


@pytest.mark.parametrize(("page", "told"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_source_that_cannot_be_read_gets_a_cross_and_what_to_do(lab: Site, page: dict[str, Any], told: str) -> None:
    lab.page("/feed.xml", **page)

    said = watcher("doctor")

    assert said.code == 1
    assert any(line.startswith("✗") and "source news" in line and told in line for line in said.out.splitlines()), said.out
    assert "→" in said.out
    assert "1 of them does not work" in said.out


def test_what_a_source_is_allowed_is_no_fault(lab: Site, home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace("may_be_empty = true", "may_be_empty = true\nmay_be_missing = true"), "utf-8")

    lab.page("/feed.xml", "no", status=404)
    assert findings()["source news"] == ("good", "not there, which is allowed")
    lab.feed()
    assert findings()["source news"] == ("good", "no entries, which is allowed")


def test_a_source_without_entries_is_a_fault_where_it_may_not_be(lab: Site, home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace("may_be_empty = true", ""), "utf-8")
    lab.feed()

    said = watcher("doctor")

    assert said.code == 1
    assert "may_be_empty = true" in said.out


def test_a_source_without_network_is_told(home: Path, site: Site) -> None:
    path = configure(home, site)
    path.write_text(path.read_text("utf-8").replace(f":{site.port}/", ":1/"), "utf-8")

    state, said = findings()["source news"]

    assert (state, "no connection" in said) == ("bad", True)


def test_a_source_that_fell_silent_is_noted(home: Path, site: Site) -> None:
    configure(home, site.feed("A day at the lab"), more="")
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace("may_be_empty = true", 'may_be_empty = true\nexpect_every = "7d"'), "utf-8")

    said = watcher("doctor")

    assert said.code == 0
    assert any(line.startswith("!") and "source news" in line for line in said.out.splitlines())


def test_a_mail_server_is_logged_in_to_and_a_wrong_password_told(home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(authenticator=only("watch", "right"), auth_require_tls=False) as stage:
        configure(home, site.feed("A day"), extra=MAIL % stage.settings.port)
        monkeypatch.setenv("WATCHER_SMTP_PASSWORD", "right")
        assert findings()["recipient me"] == ("good", "smtp: 127.0.0.1 answers, logged in as watch")
        monkeypatch.setenv("WATCHER_SMTP_PASSWORD", "wrong")
        said = watcher("doctor")
        assert stage.inbox == []

    assert said.code == 1
    assert "535" in said.out
    assert "wrong" not in said.out
    assert "test-notify" in said.out


def test_a_clock_that_is_wrong_is_told_by_the_hosts(lab: Site) -> None:
    late = format_datetime(datetime.now(UTC) + timedelta(hours=3), usegmt=True)
    lab.page("/feed.xml", lab.pages["/feed.xml"].body, kind="application/rss+xml", headers={"Date": late})

    told = [one for one in watcher("doctor", "--json").json()["findings"] if one["about"] == "clock"]

    assert [one["state"] for one in told] == ["good", "bad"]
    assert told[1]["said"] == "3 hours behind the clock of 1 host"
    assert "NTP" in told[1]["to_do"]


def test_without_a_database_or_with_a_broken_one(lab: Site, home: Path) -> None:
    assert findings("--offline")["database"][0] == "note"
    assert not (home / "data").exists(), "looking makes none"
    (home / "data").mkdir()
    (home / "data" / "watch.db").write_bytes(b"Dear diary, " * 1000)
    assert findings("--offline")["database"][0] == "bad"


def test_a_copy_beside_the_log_of_another_state_is_told(lab: Site, home: Path) -> None:
    """Of a database that keeps a log, so that nothing shows that the log is not its own; SQLite takes both for one."""
    live = home / "data" / "watch.db"
    with Store.open(f"sqlite:///{live}") as store:
        for number in range(200):
            look(store, seen(f"k{number}"))
        store.database.tidy()
        shutil.copy(live, home / "copy.db")
        for number in range(200, 500):
            look(store, seen(f"k{number}"))
        shutil.copy(f"{live}-wal", home / "log")
    shutil.copy(home / "copy.db", live)
    shutil.copy(home / "log", f"{live}-wal")
    told = watcher("doctor", "--offline")
    assert told.code == 1
    assert "is not as it was written" in told.all
    assert "watcher restore FILE" in told.all


def test_letters_that_were_given_up_are_noted(lab: Site, home: Path) -> None:
    watcher("once")
    with closing(sqlite3.connect(home / "data" / "watch.db")) as connection, connection:
        connection.execute("UPDATE delivery SET state = 'dead'")

    assert findings("--offline")["outbox"] == ("note", "0 messages waiting, 1 given up")


def test_a_taken_port_and_a_folder_that_is_none_are_told(lab: Site, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = (home / "signals.toml").read_text("utf-8")
        box = '[[recipient]]\nid = "me"\nchannel = "maildir"\nto = "file/box"\n'
        (home / "signals.toml").write_text(f"{text}\n[web]\nport = {port}\n{box}", "utf-8")
        (home / "file").write_text("in the way", "utf-8")
        found = findings()

    assert (found["page"][0], f"127.0.0.1:{port}" in found["page"][1]) == ("note", True)
    assert found["recipient me"][0] == "bad"


def test_offline_asks_nobody(lab: Site) -> None:
    found = findings("--offline")

    assert "source news" not in found
    assert "recipient mailbox" not in found
    assert lab.asked == []


def test_an_example_that_is_read_otherwise_is_told(home: Path) -> None:
    configure(home, more='[[signal.example]]\nseen = "The Gadget is open to everyone."\nstatus = "closed"\n')

    assert findings("--offline")["configuration"][0] == "bad"


def test_a_mistake_is_answered_with_what_was_expected(home: Path) -> None:
    said = watcher("doctor", "--source", "nope")
    assert (said.code, "'nope' is no source; expected one of news" in said.all) == (2, True)
    (home / "signals.toml").unlink()
    assert watcher("doctor").code == 2
