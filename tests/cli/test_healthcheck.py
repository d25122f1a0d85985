"""`watcher healthcheck`: what a container or a monitor asks, and what it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Site, watcher
from tests.cli.story import kept, past
from watcher.config.partial import HOST, PORT, URL
from watcher.config.settings import Store, Web

__all__ = ["kept", "past"]
ROOT = Path(__file__).parents[2]


def test_a_watch_that_is_ready_is_healthy(home: Path, site: Site) -> None:
    site.page("/readyz", "Ready.")

    said = watcher("healthcheck", "--url", site.url("/"))

    assert (said.code, said.out.strip()) == (0, "Ready.")
    assert watcher("healthcheck", "--url", site.url(""), "--json").json() == {"healthy": True, "said": "Ready."}


def test_the_page_of_the_configuration_is_asked_by_default(home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.page("/readyz", "Ready.")
    monkeypatch.setenv("WATCHER_WEB_HOST", "0.0.0.0")
    monkeypatch.setenv("WATCHER_WEB_PORT", str(site.port))

    assert watcher("healthcheck").code == 0


def test_a_watch_that_stalls_says_why(home: Path, site: Site) -> None:
    site.page("/readyz", "Stalled: no cycle since noon.", status=503)

    said = watcher("healthcheck", "--url", site.url(""))

    assert (said.code, said.err.strip()) == (1, "Stalled: no cycle since noon.")


def test_another_page_there_is_no_watch(home: Path, site: Site) -> None:
    said = watcher("healthcheck", "--url", site.url(""))

    assert said.code == 1
    assert "/readyz answers 404" in said.err


def test_nobody_there_is_told(home: Path) -> None:
    said = watcher("healthcheck", "--url", "http://127.0.0.1:1")

    assert said.code == 1
    assert "does not answer" in said.err


def test_without_a_page_the_database_is_asked(past: Path) -> None:
    assert watcher("healthcheck", "--within", "5200w").out.startswith("Fresh: gadget was last decided at 2026-06-03")
    late = watcher("healthcheck", "--within", "1h")
    assert (late.code, late.err.startswith("Late: gadget")) == (1, True)


def test_before_the_first_look_it_is_not_healthy(home: Path) -> None:
    said = watcher("healthcheck", "--within", "2h")

    assert (said.code, said.err.strip()) == (1, "Not decided yet: gadget.")
    assert not (home / "data").exists()


MISTAKES = [
    (("--within", "soon"), 2, "6h"),
    (("--within", "2h", "--url", "http://127.0.0.1"), 2, "one of --url, --within and --worker"),
    (("--url", "here"), 2, "no address"),
    (("--config", "none.toml"), 2, "watcher init"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_with_what_was_expected(home: Path, words: tuple[str, ...], code: int, told: str) -> None:
    said = watcher("healthcheck", *words)

    assert (said.code, told in said.all) == (code, True), said


def test_a_quick_look_takes_the_same_for_usual_as_the_whole_configuration() -> None:
    assert (Store().url, Web().host, Web().port) == (URL, HOST, PORT)


def test_the_container_asks_what_there_is() -> None:
    assert '"healthcheck"]' in (ROOT / "Dockerfile").read_text("utf-8")
