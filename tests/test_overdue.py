"""A watch that has not looked for longer than three paces says so, wherever its answers are read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import day
from tests.test_cycles import CONFIG, Web
from tests.watching import Watch, hourly
from watcher.cli.mcp_server import Assistant
from watcher.core.decision.timing import overdue_at
from watcher.store.store import Store
from watcher.store.summary import load_summary
from watcher.web.export import export_site
from watcher.web.queries import StoreQueries, site_info

START, LAST = day("06-01"), day("06-01 06:00")
OVERDUE = "Overdue: the watch has not looked since"
HOUR = timedelta(hours=1)
AT = LAST + timedelta(hours=3, seconds=144)
"""Three paces and a little, as moments are spread."""


@pytest.fixture
def watch(store: Store, tmp_path: Path) -> Watch:
    """A watch with a pace of an hour that has looked until six."""
    watch = Watch(CONFIG % "", tmp_path, Web(tmp_path / "world").feed("2026-05-01").folder, store)
    watch.run(hourly(START, 6))
    return watch


def test_a_watch_that_stands_still_is_overdue_on_every_surface(watch: Watch, store: Store, either_url: str) -> None:
    watch.now = LAST + timedelta(hours=5)

    for path in ("/", "/signals/gadget", "/cards/gadget"):
        assert OVERDUE in watch.page(path).text, path
    assert "source read" not in watch.page("/").text.replace("0 of 1 source read", "")
    assert "0 of 1 source read" in watch.page("/signals/gadget").text
    assert watch.page("/api/v1/signals/gadget").json()["overdue_since"] == "2026-06-01T06:00:00Z"
    assert "(overdue: no look since 2026-06-01)" in watch.page("/badges/gadget.json").json()["message"]
    (brief,) = Assistant(watch.config, store).list_signals().signals
    assert brief.overdue_since == LAST, "an assistant hears it in the first answer"
    look = load_summary(either_url).looks["gadget"]
    assert (look.last, look.overdue_at) == (LAST, AT)


def test_a_watch_that_looks_at_its_pace_is_not(watch: Watch) -> None:
    watch.now = LAST + timedelta(hours=2, minutes=50)

    assert OVERDUE not in watch.page("/").text
    assert "1 of 1 source read" in watch.page("/").text
    assert watch.page("/api/v1/signals/gadget").json()["overdue_since"] is None
    assert "overdue" not in watch.page("/badges/gadget.json").json()["message"]


def test_a_past_day_is_never_overdue(watch: Watch) -> None:
    watch.now = LAST + timedelta(days=5)

    assert OVERDUE not in watch.page("/?as_of=2026-06-01T05:00:00Z").text


def test_a_page_that_stands_still_carries_the_time_by_which_it_can_be_judged(watch: Watch, store: Store, tmp_path: Path) -> None:
    reads = StoreQueries(store, site_info(watch.config), clock=lambda: LAST)
    export_site(reads(None), tmp_path / "site", now=LAST)

    for name in ("index.html", "signals/gadget.html", "cards/gadget.html"):
        assert 'hidden data-overdue="2026-06-01T09:02:24Z"' in (tmp_path / "site" / name).read_text("utf-8"), name


def test_a_look_that_was_put_off_on_purpose_is_not_late() -> None:
    assert overdue_at([]) is None
    assert overdue_at([(LAST, None)]) is None
    assert overdue_at([(LAST, LAST + HOUR)]) == LAST + 3.2 * HOUR
    assert overdue_at([(LAST, LAST + 6 * HOUR)]) == LAST + 19.2 * HOUR, "a publisher asked to wait"
    assert overdue_at([(LAST, LAST + HOUR), (LAST, LAST + 24 * HOUR)]) == LAST + 3.2 * HOUR
    assert overdue_at([(LAST, LAST + timedelta(seconds=1))]) == LAST + timedelta(minutes=15, seconds=1)
    assert overdue_at([(None, LAST)]) == LAST + timedelta(minutes=15), "never looked at"


def test_an_exported_page_names_times_and_not_how_long_ago_they_are(watch: Watch, store: Store, tmp_path: Path) -> None:
    reads = StoreQueries(store, site_info(watch.config), clock=lambda: LAST)
    export_site(reads(None), tmp_path / "site", now=LAST)
    html = (tmp_path / "site" / "index.html").read_text("utf-8")

    assert ">1 June 2026, 06:00 UTC</time>" in html
    assert "just now" not in html
