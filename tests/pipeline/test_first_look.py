"""A first look at many sources takes a while: how far it is, is told meanwhile."""

from __future__ import annotations

from pathlib import Path

from tests.builders import day
from tests.test_cycles import CONFIG, FOLLOW, Web, item, page
from tests.watching import Watch
from watcher.store.store import Store


def test_how_far_the_first_look_is_is_told_until_everything_has_been_asked(tmp_path: Path) -> None:
    web = Web(tmp_path / "web").feed("2026-05-01", item("News", link="https://lab.example/posts/1"))
    web.says("https://lab.example/posts/1", "2026-05-01", page("The Gadget is nice."), kind="text/html")
    told: list[tuple[int, int]] = []

    def progress(asked: int, known: int) -> None:
        told.append((asked, known))

    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        watch = Watch(CONFIG % FOLLOW, tmp_path, web.folder, store, progress=progress, progress_every=0.0)
        watch.run([day("06-01")])
        assert told == [(1, 2)], "the feed has been asked, the page that it leads to not yet"
        watch.run([day("06-01 06:00")])
    assert told == [(1, 2)], "what has been asked once needs no first look"
