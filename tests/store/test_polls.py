"""Polls: what each outcome leaves on its source."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.things import HOUR, T0, poll, source
from watcher.core.model import Health, Outcome
from watcher.store.records import Due
from watcher.store.store import Store


def run(store: Store, *steps: tuple[Outcome, dict[str, Any]]) -> Due:
    """One poll an hour; the source as it stands after the last."""
    with store.writing() as tx:
        tx.sources.sync([source()], T0)
        for hour, (outcome, changes) in enumerate(steps):
            tx.polls.record([poll(outcome=outcome, at=T0 + hour * HOUR, **changes)])
    with store.reading() as tx:
        [row] = tx.sources.due_of(["feed"], T0 + 1000 * HOUR)
    return row


def test_a_reading_sets_everything(store: Store) -> None:
    kept = {"etag": '"1"', "last_modified": "Tue", "body_hash": "b", "newest_entry_at": T0}
    row = run(store, (Outcome.OK, kept))
    assert (row.etag, row.last_modified, row.body_hash, row.failures) == ('"1"', "Tue", "b", 0)
    assert row.health == Health(
        "feed",
        "https://feed.example/",
        "lab.example",
        last_good_at=T0,
        last_tried_at=T0,
        outcome="ok",
        newest_entry_at=T0,
        next_at=T0 + HOUR,
        first_tried_at=T0,
    )


def test_an_unchanged_answer_renews_the_trust_and_keeps_the_rest(store: Store) -> None:
    row = run(
        store,
        (Outcome.OK, {"etag": '"1"', "body_hash": "b", "newest_entry_at": T0}),
        (Outcome.UNCHANGED, {"etag": '"2"'}),
        (Outcome.UNCHANGED, {}),
    )
    assert (row.etag, row.body_hash) == ('"2"', "b")
    assert (row.health.last_good_at, row.health.newest_entry_at) == (T0 + 2 * HOUR, T0)


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.ERROR, Outcome.MALFORMED, Outcome.EMPTY, Outcome.GONE])
def test_a_failure_leaves_the_last_good_reading_alone(store: Store, outcome: Outcome) -> None:
    bad = {"error": "403", "etag": '"bad"', "body_hash": "bad", "newest_entry_at": T0 + 9 * HOUR}
    row = run(store, (Outcome.OK, {"etag": '"1"', "body_hash": "b"}), (outcome, bad), (outcome, bad))
    assert (row.etag, row.body_hash, row.failures) == ('"1"', "b", 2)
    health = row.health
    assert (health.last_good_at, health.failing_since, health.last_tried_at) == (T0, T0 + HOUR, T0 + 2 * HOUR)
    assert (health.outcome, health.error, health.newest_entry_at) == (outcome.value, "403", None)


def test_a_good_reading_ends_the_failures(store: Store) -> None:
    row = run(store, (Outcome.ERROR, {"error": "x"}), (Outcome.GONE, {}), (Outcome.UNCHANGED, {}))
    health = row.health
    assert (row.failures, health.failing_since, health.error, health.gone_since, health.gone_polls) == (0, None, "", None, 0)
    assert health.first_tried_at == T0


def test_a_page_that_is_gone_counts_how_long_and_how_often_through_other_failures(store: Store) -> None:
    row = run(store, (Outcome.OK, {}), (Outcome.GONE, {}), (Outcome.ERROR, {}), (Outcome.GONE, {}))
    assert (row.health.gone_since, row.health.gone_polls, row.failures) == (T0 + HOUR, 2, 3)


def test_a_page_that_may_be_missing_and_is_has_not_failed(store: Store) -> None:
    row = run(store, (Outcome.ERROR, {}), (Outcome.GONE, {"expected": True}), (Outcome.ERROR, {}))
    assert (row.failures, row.health.failing_since, row.health.gone_since) == (1, T0 + 2 * HOUR, T0 + HOUR)
    assert row.health.last_good_at is None


def test_the_newest_entry_never_gets_older(store: Store) -> None:
    row = run(store, (Outcome.OK, {"newest_entry_at": T0}), (Outcome.OK, {"newest_entry_at": T0 - HOUR}), (Outcome.OK, {}))
    assert row.health.newest_entry_at == T0


def test_a_thousand_polls_take_a_handful_of_statements(file_store: Store) -> None:
    names = [f"s{number}" for number in range(1000)]
    kinds = list(Outcome)
    with file_store.writing() as tx:
        tx.sources.sync([source(name) for name in names], T0)
    asked: list[str] = []
    sa.event.listen(file_store.database.writer, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with file_store.writing() as tx:
        tx.polls.record([poll(name, kinds[number % len(kinds)]) for number, name in enumerate(names)])
    assert len([one for one in asked if "BEGIN" not in one]) <= 6
    assert asked
    with file_store.reading() as tx:
        assert len(tx.polls.recent("sig", T0)) == 1000
        assert len(tx.sources.due(T0 + 2 * HOUR)) == 1000


def test_the_log_tells_each_poll_of_the_signal_in_order(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.sync([source("a"), source("b", signal="other")], T0)
        tx.polls.record([poll("a", Outcome.OK, T0 + HOUR, ms=12), poll("b", Outcome.OK, T0 + HOUR)])
        tx.polls.record([poll("a", Outcome.BLOCKED, T0 + 2 * HOUR)])
        tx.polls.record([])
        assert tx.polls.recent("sig", T0) == [("a", T0 + HOUR, "ok", 12), ("a", T0 + 2 * HOUR, "blocked", 0)]
        assert tx.polls.recent("sig", T0 + 2 * HOUR) == [("a", T0 + 2 * HOUR, "blocked", 0)]


def test_a_clock_that_repeats_itself_books_the_poll_once(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.sync([source()], T0)
        tx.polls.record([poll(outcome=Outcome.ERROR)])
        tx.polls.record([poll(outcome=Outcome.OK)])
        assert tx.polls.recent("sig", T0) == [("feed", T0, "ok", 0)]
