"""A real watch whose database is harmed beneath it: it says so, stays, tells nothing twice, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Site, configure, watcher
from tests.cli.test_run import running

READER = '[[recipient]]\nid = "box"\nchannel = "maildir"\nto = "box"\n'


def no_folder(data: Path) -> Callable[[], None]:
    """The folder goes, and is put back."""
    away = data.with_name("away")
    data.rename(away)
    return lambda: away.rename(data)


def no_log(data: Path) -> Callable[[], None]:
    """The log beside the database is deleted; nobody puts it back."""
    for part in ("wal", "shm"):
        (data / f"watch.db-{part}").unlink()
    return lambda: None


def another(data: Path) -> Callable[[], None]:
    """Another file stands in the place of the database, and the own one is put back."""
    own, away = data / "watch.db", data / "own.db"
    own.rename(away)
    own.write_bytes(away.read_bytes())

    def put_back() -> None:
        own.unlink()
        away.rename(own)

    return put_back


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "said"),
    [(no_folder, "was taken away, or another file"), (another, "was taken away, or another file"), (no_log, "has lost the log")],
)
def test_a_running_watch_says_what_was_done_to_its_database_and_goes_on_when_it_is_mended(
    home: Path, site: Site, harm: Callable[[Path], Callable[[], None]], said: str
) -> None:
    path = configure(home, site.feed("A day at the lab"), extra=READER)
    text = path.read_text("utf-8").replace('group_wait = "10m"', 'group_wait = "0s"').replace('every = "1h"', 'every = "2s"')
    path.write_text(text, "utf-8")
    with running(home) as watch:
        watch.until(r"1 sent")
        mend = harm(home / "data")
        site.feed("The Gadget is open to everyone")
        watch.until(said)
        mend()
        watch.until(r"gadget\.it advance: closed -> open")
        watch.until(r"1 sent")
        assert watch.end() == 0

    assert len([*(home / "box" / "new").iterdir()]) == 2, "each mail once"
    assert watcher("verify").code == 0
    assert watcher("status", "--json").json()["signals"][0]["headline"] == "open"
