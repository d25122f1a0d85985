"""The chains of hashes: whoever changes the past is found, and retention is not taken for him."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.store.things import DAY, HOUR, T0, claim, digest, document, look, outgoing, poll, seen, source, transition, verdict
from watcher.core.model import Outcome
from watcher.store.chain import ends
from watcher.store.records import Dropped, Policy, State
from watcher.store.retention import SLICE, Retention, runs
from watcher.store.store import Store

DOCS = tuple(document(f"body {number}") for number in range(6))


def fill(store: Store) -> Store:
    with store.writing() as tx:
        tx.sources.sync([source()], T0)
    look(store, *(seen(f"k{number}", document=doc.hash) for number, doc in enumerate(DOCS)), docs=DOCS)
    with store.writing() as tx:
        tx.verdicts.put(verdict("none"))
        tx.verdicts.put(verdict("available", T0 + HOUR))
        tx.transitions.add([transition("gated"), transition("available")])
    return store


def test_what_was_written_is_verified(store: Store) -> None:
    assert fill(store).verify().broken == ""
    assert dict(store.verify().rows) == {"document": 6, "observation": 6, "verdict": 2, "transition": 2}


def test_an_end_that_was_noted_is_held_against_a_chain_that_was_written_anew(store: Store, tmp_path: Path) -> None:
    """Whoever can write the file can write a chain that holds together: only what is noted elsewhere tells."""
    with fill(store).reading() as tx:
        noted = ends(tx.session)
    assert [(end.name, end.last) for end in noted] == [("document", 6), ("observation", 6), ("verdict", 2), ("transition", 2)]
    short = [replace(end, head=end.head[:16]) for end in noted]
    assert store.verify([*noted, *short]).broken == ""
    with Store.open(f"sqlite:///{tmp_path}/other.db", durable=False) as other:
        with other.writing() as tx:
            tx.sources.sync([source()], T0)
            tx.transitions.add([transition("gated")])
        assert other.verify().broken == ""
        assert other.verify(noted[3:]).broken == "transition 2 is missing, though it was noted"
        with other.writing() as tx:
            tx.transitions.add([transition("gated"), transition("gated")])
        assert "transition 2 is not what was noted: its hash is " in other.verify(short[3:]).broken


def test_an_end_whose_row_was_deleted_in_its_time_cannot_be_compared(store: Store) -> None:
    with fill(store).reading() as tx:
        end = ends(tx.session)[1]
    look(store, seen("later"), seen("last"))
    with store.writing() as tx:
        Retention(tx.session).drop("observation", [5, 6, 7])
    assert [one.words for one in store.verify([end]).not_compared] == [f"observation 6 {end.head[:16]}"]


def test_an_empty_store_is_verified(store: Store) -> None:
    assert store.verify().broken == ""


def test_a_transaction_that_was_undone_leaves_no_hole(store: Store) -> None:
    fill(store)
    with pytest.raises(KeyError), store.writing() as tx:
        tx.observations.add([tx.observations.add([seen("lost", document="")])[0], seen("refused", document="f" * 64)])
    look(store, seen("kept"))
    assert store.verify().broken == ""


TAMPERING = [
    (
        "UPDATE observation SET entry = replace(entry, 'words', 'other') WHERE id = 3",
        "observation 3 was changed after it was written",
    ),
    ("UPDATE observation SET seen_at = seen_at - 1 WHERE id = 2", "observation 2 was changed after it was written"),
    ("UPDATE observation SET document = 1 WHERE id = 4", "observation 4 was changed after it was written"),
    ("DELETE FROM observation WHERE id = 3", "observation 3 is missing"),
    ("DELETE FROM observation WHERE id = 6", "observation 6 is missing"),
    ("DELETE FROM observation WHERE id = 1", "observation 1 is missing"),
    ("UPDATE document SET url = 'https://evil.example/' WHERE id = 5", "document 5 was changed after it was written"),
    ("UPDATE document SET body = x'00' WHERE id = 5", "document 5 (https://feed.example/): its bytes do not match"),
    ("UPDATE document SET body = (SELECT body FROM document WHERE id = 1) WHERE id = 5", "its bytes do not match its hash"),
    (
        "UPDATE verdict SET verdict = replace(verdict, 'is_none', 'is_some') WHERE id = 1",
        "verdict 1 was changed after it was written",
    ),
    ("UPDATE transition SET transition = replace(transition, 'gated', 'opened') WHERE id = 1", "transition 1 was changed"),
    ("DELETE FROM transition WHERE id = 2", "transition 2 is missing"),
    ("UPDATE chain SET head = x'00' WHERE name = 'transition'", "transition 2 is not the end that was written"),
    ("UPDATE chain SET last = 1 WHERE name = 'transition'", "transition 2 is not the end that was written"),
    ("DELETE FROM document WHERE id = 2", "observation"),
]


@pytest.mark.parametrize(("act", "finding"), TAMPERING)
def test_the_first_broken_link_is_named(file_store: Store, act: str, finding: str) -> None:
    fill(file_store)
    assert file_store.path is not None
    with closing(sqlite3.connect(file_store.path)) as behind:
        behind.execute(act)
        behind.commit()
    assert finding in file_store.verify().broken


def test_a_damaged_page_is_named(url: str, tmp_path: Path) -> None:
    with Store.open(url) as store:
        fill(store)
        store.retain(T0)
        look(store, *(seen(f"n{number}", "x" * 900, document="") for number in range(200)), docs=())
        store.retain(T0)
    path = tmp_path / "watch.db"
    whole = path.read_bytes()
    place = whole.rindex(b"Title of n9") // 4096 * 4096 + 8
    path.write_bytes(whole[:place] + bytes(range(250)) * 12 + whole[place + 3000 :])
    with pytest.raises(Exception, match=r"damaged|malformed"), Store.open(url) as store:
        raise RuntimeError(store.verify().broken)


@given(st.lists(st.sets(st.integers(1, 30)), max_size=4))
@settings(max_examples=40, deadline=None)
def test_whatever_retention_drops_the_rest_stays_linked(tmp_path_factory: pytest.TempPathFactory, slices: list[set[int]]) -> None:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('s')}/w.db", durable=False) as store:
        look(store, *(seen(f"k{number}", document="") for number in range(30)), docs=())
        left = set(range(1, 31))
        for some in slices:
            with store.writing() as tx:
                Retention(tx.session).drop("observation", sorted(some & left))
            left -= some
        look(store, seen("later", document=""), docs=())
        assert store.verify().broken == ""
        assert dict(store.verify().rows)["observation"] == len(left) + 1
        if left:
            victim = min(left)
            with store.database.writing() as connection:
                connection.execute(text("DELETE FROM observation WHERE id = :id"), {"id": victim})
            assert store.verify().broken == f"observation {victim} is missing"


def test_what_lies_before_a_gap_cannot_be_changed_behind_it(file_store: Store) -> None:
    fill(file_store)
    with file_store.writing() as tx:
        Retention(tx.session).drop("observation", [3, 4])
        tx.run("UPDATE gap SET prior = x'00' WHERE first = 3")
    assert file_store.verify().broken == "observation 3 to 4 were dropped, but what came before them was changed"


def test_spans_of_numbers() -> None:
    assert runs([1]) == [(1, 1)]
    assert runs([1, 2, 3, 5, 7, 8]) == [(1, 3), (5, 5), (7, 8)]


# --- retention -----------------------------------------------------------------------------------------------------

LATER = T0 + timedelta(days=1000)


def drops(store: Store) -> Dropped:
    return store.retain(LATER)


def bodies(store: Store) -> list[bool]:
    with store.reading() as tx:
        return [tx.documents.get(doc.hash) is not None for doc in DOCS]


def test_what_nothing_cites_goes_after_its_time(store: Store) -> None:
    fill(store)
    assert store.retain(T0 + timedelta(days=29)) == Dropped()
    assert store.retain(T0 + timedelta(days=31)).bodies == 6
    done = drops(store)
    assert (done.observations, done.documents) == (6, 6)
    assert drops(store) == Dropped()
    assert store.verify().broken == ""


ROUTES: dict[str, Callable[[Store], None]] = {}


def route(function: Callable[[Store], None]) -> Callable[[Store], None]:
    ROUTES[function.__name__.replace("_", " ")] = function
    return function


@route
def by_a_claim(store: Store) -> None:
    with store.writing() as tx:
        tx.claims.add([claim(2)])


@route
def by_a_claim_without_observation(store: Store) -> None:
    with store.writing() as tx:
        tx.claims.add([claim(held=DOCS[1].hash)])


@route
def by_a_verdict(store: Store) -> None:
    with store.writing() as tx:
        tx.verdicts.put(verdict("gated", held=DOCS[1].hash))


@route
def by_a_verdict_of_the_past(store: Store) -> None:
    by_a_verdict(store)
    with store.writing() as tx:
        tx.verdicts.put(verdict("available", T0 + DAY))


@route
def by_a_transition(store: Store) -> None:
    with store.writing() as tx:
        tx.transitions.add([transition(held=DOCS[1].hash)])


@pytest.mark.parametrize("cite", ROUTES.values(), ids=ROUTES)
def test_what_is_cited_stays(store: Store, cite: Callable[[Store], None]) -> None:
    fill(store)
    cite(store)
    done = drops(store)
    assert bodies(store) == [False, True, False, False, False, False]
    assert done.observations == 5
    with store.reading() as tx:
        [kept] = tx.observations.of("sig")
        assert kept.document == DOCS[1].hash
    assert store.verify().broken == ""


def test_an_entry_whose_observation_went_is_not_news_when_it_is_seen_again(store: Store) -> None:
    fill(store)
    with store.reading() as tx:
        before = tx.observations.known(["feed"])["feed"]["k1"]
    drops(store)
    with store.reading() as tx:
        assert tx.observations.known(["feed"])["feed"]["k1"] == replace(before, observation=0)


def test_a_body_that_went_is_back_when_it_is_fetched_again(store: Store) -> None:
    fill(store)
    store.retain(T0 + timedelta(days=31))
    assert bodies(store) == [False] * 6
    with store.writing() as tx:
        assert tx.documents.put([DOCS[0]]) == 0
    assert bodies(store)[0] is True
    assert store.verify().broken == ""


def test_between_two_slices_of_retention_others_write(store: Store, request: pytest.FixtureRequest) -> None:
    with store.writing() as tx:
        tx.sources.sync([source()], T0)
        for hour in range(3):
            tx.polls.record([poll("feed", at=T0 + hour * HOUR)])
    look(store, *(seen(f"k{number}", document="") for number in range(2 * SLICE + 1)), docs=())
    with store.writing() as tx:
        tx.claims.add([claim(number) for number in range(1, 2 * SLICE, 3)])
    url = f"sqlite:///{store.path}" if store.path else request.getfixturevalue("shared_url")
    slices = list[tuple[str, int]]()
    with Store.open(url, durable=False, wait=0.1) as other:
        for slice_ in store.retention(LATER):
            slices.append(slice_)
            with other.writing() as tx:
                tx.meta.put("written beside", str(len(slices)))
    observations = [many for what, many in slices if what == "observations"]
    assert len(observations) == 3, "what is kept is looked at once"
    assert max(observations) < SLICE
    assert sum(observations) == 2 * SLICE + 1 - len(range(1, 2 * SLICE, 3))
    assert store.verify().broken == ""


def test_polls_are_rolled_up_by_day_and_no_count_is_lost(store: Store) -> None:
    kinds = [Outcome.OK, Outcome.UNCHANGED, Outcome.BLOCKED, Outcome.ERROR, Outcome.EMPTY]
    with store.writing() as tx:
        tx.sources.sync([source(), source("other", signal="other")], T0)
        for hour in range(100):
            tx.polls.record([poll("feed", kinds[hour % 5], T0 + hour * HOUR), poll("other", Outcome.OK, T0 + hour * HOUR)])
    keep = Policy(polls=timedelta(days=1))
    first = store.retain(T0 + timedelta(days=2, hours=13), keep)
    store.retain(T0 + timedelta(days=3), keep)
    with store.writing() as tx:
        days = tx.polls.days("sig", T0 - DAY)
        assert [day.day.hour for day in days] == [0, 0]
        assert [(day.ok, day.unchanged, day.blocked, day.failed) for day in days] == [(3, 3, 2, 4), (5, 4, 5, 10)]
        assert first.polls == 2 * (12 + 24)
        assert len(tx.polls.recent("sig", T0)) == 100 - 36
        tx.polls.record([poll("feed", Outcome.OK, T0)])
    store.retain(T0 + timedelta(days=3), keep)
    with store.reading() as tx:
        assert tx.polls.days("sig", T0 - DAY)[0].ok == 4
        assert len(tx.polls.days("sig", T0)) == 1
    assert store.retain(T0 + timedelta(days=500)).poll_days > 0


def test_deliveries_of_long_ago_go_and_those_still_waiting_stay(store: Store) -> None:
    with store.writing() as tx:
        tx.digests.put(digest(), [outgoing("sent"), outgoing("dead"), outgoing("waiting")])
        for one in tx.deliveries.claim(T0, HOUR, 2):
            tx.deliveries.book_failed(one.id, "550", None)
        tx.deliveries.revive([1], T0)
        [again] = tx.deliveries.claim(T0, HOUR, 1)
        tx.deliveries.book_sent(again.id, T0)
    assert drops(store).deliveries == 2
    with store.reading() as tx:
        assert [one.state for one in tx.deliveries.of()] == [State.PENDING]
        assert tx.digests.get("d1") is not None


def test_the_file_shrinks(file_store: Store) -> None:
    assert file_store.path is not None
    noise = random.Random(7)  # noqa: S311 - the same noise each time
    docs = tuple(document(noise.randbytes(20_000).hex()) for _ in range(60))
    look(file_store, *(seen(f"k{n}", document=doc.hash) for n, doc in enumerate(docs)), docs=docs)
    file_store.retain(T0)
    before = file_store.path.stat().st_size
    drops(file_store)
    assert file_store.path.stat().st_size < before / 4
