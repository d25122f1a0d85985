"""Sources: what is declared, followed, and due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.store.things import DAY, HOUR, T0, poll, source
from watcher.core.model import Follow, Outcome, Source, Tier
from watcher.store.store import Store


def sync(store: Store, *sources: Source, hours: float = 0) -> tuple[int, int, int]:
    with store.writing() as tx:
        return tx.sources.sync(sources, T0 + hours * HOUR)


def due(store: Store, hours: float = 0) -> list[str]:
    with store.reading() as tx:
        return [one.source for one in tx.sources.due(T0 + hours * HOUR)]


def recorded(store: Store, *names: str, **changes: Any) -> None:
    with store.writing() as tx:
        tx.polls.record([poll(name, **changes) for name in names])


def test_a_source_comes_back_exactly_as_it_was_declared(store: Store) -> None:
    rich = source(
        options={"selector": "main p", "pages": (1, 2), "deep": True, "ratio": 0.5, "none": None},
        follow=(Follow("^https", "page", HOUR, within=DAY, options={"a": ("b",)}),),
        expect_every=timedelta(days=3, seconds=5),
        record=True,
        tier=Tier.PRESS,
    )
    sync(store, rich)
    with store.reading() as tx:
        assert tx.sources.of("sig") == [rich]
        [row] = tx.sources.due_of(["feed"], T0)
    assert row.source == rich
    assert type(row.source.options["pages"]) is tuple
    assert row.source.options["deep"] is True


def test_new_sources_are_due_at_once_and_in_the_order_of_their_time(store: Store) -> None:
    assert sync(store, source("b"), source("a")) == (2, 0, 0)
    assert sorted(due(store)) == ["a", "b"]
    recorded(store, "a", next_at=T0 + 2 * HOUR)
    recorded(store, "b", next_at=T0 + HOUR)
    assert due(store, 0.5) == []
    assert due(store, 3) == ["b", "a"]
    with store.reading() as tx:
        assert tx.sources.next_due(T0) == T0 + HOUR
        assert [one.source for one in tx.sources.due(T0 + 3 * HOUR, 1)] == ["b"]


def test_nothing_is_due_where_nothing_is_declared(store: Store) -> None:
    with store.reading() as tx:
        assert tx.sources.due(T0) == []
        assert tx.sources.next_due(T0) is None


def test_the_same_declaration_changes_nothing(store: Store) -> None:
    sync(store, source(options={"a": 1}))
    recorded(store, "feed")
    assert sync(store, source(options={"a": 1}), hours=0.5) == (0, 0, 0)
    assert due(store, 0.5) == []


@pytest.mark.parametrize(
    "change",
    [{"url": "https://new.example/"}, {"format": "page"}, {"options": {"selector": "p"}}, {"record": True}, {"tier": Tier.PRESS}],
    ids=lambda change: next(iter(change)),
)
def test_another_way_of_reading_reads_the_next_answer_anew_and_at_once(store: Store, change: dict[str, Any]) -> None:
    sync(store, source())
    recorded(store, "feed", etag='"1"', last_modified="Tue", body_hash="b" * 64)
    assert sync(store, source(**change), hours=0.5) == (0, 1, 0)
    with store.reading() as tx:
        [row] = tx.sources.due_of(["feed"], T0 + 0.5 * HOUR)
    assert (row.etag, row.last_modified, row.body_hash) == ("", "", "")
    assert row.source == source(**change)
    assert row.health.last_good_at == T0, "what was read before is not forgotten"


def test_another_pace_keeps_what_was_read(store: Store) -> None:
    sync(store, source(every=DAY))
    recorded(store, "feed", etag='"1"', next_at=T0 + DAY)
    assert sync(store, source(every=HOUR), hours=1) == (0, 1, 0)
    assert due(store, 1.5) == []
    with store.reading() as tx:
        [row] = tx.sources.due_of(["feed"], T0 + 2 * HOUR)
    assert row.etag == '"1"'


def test_a_source_that_is_declared_no_longer_rests_with_the_pages_it_led_to(store: Store) -> None:
    sync(store, source("a"), source("b"))
    with store.writing() as tx:
        tx.sources.follow([source("a/1", parent="a", until=T0 + DAY), source("b/1", parent="b", until=T0 + DAY)], T0)
    assert sync(store, source("b")) == (0, 0, 1)
    assert sorted(due(store)) == ["b", "b/1"]
    assert sync(store, source("b")) == (0, 0, 0)
    with store.reading() as tx:
        assert [one.source for one in tx.sources.health()] == ["b", "b/1"]


def test_a_source_that_returns_is_due_with_what_was_kept_of_it(store: Store) -> None:
    sync(store, source())
    recorded(store, "feed", etag='"1"', next_at=T0 + DAY)
    sync(store)
    assert due(store, 48) == []
    assert sync(store, source(), hours=2) == (0, 1, 0)
    with store.reading() as tx:
        [row] = tx.sources.due_of(["feed"], T0 + 2 * HOUR)
    assert row.etag == '"1"'


def test_a_followed_page_is_added_once_and_keeps_its_end(store: Store) -> None:
    sync(store, source())
    child = source("feed/1", parent="feed", until=T0 + DAY)
    with store.writing() as tx:
        assert tx.sources.follow([child, child], T0) == 1
        assert tx.sources.follow([replace(child, until=T0 + 9 * DAY)], T0 + HOUR) == 0
        assert tx.sources.follow([], T0) == 0
        assert child in tx.sources.of("sig")
    assert "feed/1" in due(store, 23)
    assert "feed/1" not in due(store, 25)


def test_a_followed_page_is_not_due_again_after_its_end_nor_called_blind(store: Store) -> None:
    sync(store, source())
    with store.writing() as tx:
        tx.sources.follow([source("feed/1", parent="feed", until=T0 + DAY)], T0)
    recorded(store, "feed/1", outcome=Outcome.ERROR, next_at=T0 + 2 * DAY)
    assert due(store, 99) == ["feed"]
    with store.reading() as tx:
        assert [one.source for one in tx.sources.health("sig")] == ["feed"]


def test_signals_are_kept_apart(store: Store) -> None:
    sync(store, source("a"), source("b", signal="other"))
    with store.reading() as tx:
        assert [one.id for one in tx.sources.of("other")] == ["b"]
        assert [one.id for one in tx.sources.of()] == ["a", "b"]
        assert [one.source for one in tx.sources.health("sig")] == ["a"]


def test_with_a_source_go_its_pages_and_the_pages_that_those_led_to(store: Store) -> None:
    sync(store, source("list"), source("other"))
    with store.writing() as tx:
        tx.sources.follow([source("page", parent="list", until=T0 + 30 * DAY)], T0)
        tx.sources.follow([source("deep", parent="page", until=T0 + 30 * DAY)], T0)
    assert sorted(due(store)) == ["deep", "list", "other", "page"]
    sync(store, source("other"))
    assert due(store) == ["other"]


def test_a_page_whose_time_is_over_is_not_what_comes_next(store: Store) -> None:
    sync(store, source("list"))
    recorded(store, "list", next_at=T0 + 9 * DAY)
    with store.writing() as tx:
        tx.sources.follow([source("page", parent="list", until=T0 + DAY)], T0)
        assert tx.sources.next_due(T0) == T0
        assert tx.sources.next_due(T0 + 2 * DAY) == T0 + 9 * DAY


def test_what_was_declared_by_a_clock_that_went_ahead_and_never_polled_is_due_when_it_is_put_right(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.sync([source()], T0 + DAY)
        assert tx.sources.due(T0, 10) == []
        assert tx.sources.ahead(T0) == DAY
        tx.sources.set_back(T0)
        assert [due.source for due in tx.sources.due(T0, 10)] == ["feed"]
