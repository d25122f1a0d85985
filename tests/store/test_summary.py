"""A quick look at the store says what the whole store says, and does without its machinery."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.things import DAY, HOUR, T0, digest, outgoing, verdict
from watcher.store.errors import StoreError
from watcher.store.records import State
from watcher.store.store import Store
from watcher.store.summary import load_summary


def fill(store: Store) -> None:
    with store.writing() as tx:
        tx.verdicts.put(verdict("none", T0))
        tx.verdicts.put(verdict("available", T0 + DAY))
        tx.verdicts.put(verdict("available", T0 + 2 * DAY, verified_at=T0 + DAY))
        tx.verdicts.put(verdict("open", T0 + DAY, signal="other"))
        tx.digests.put(digest(), [outgoing("me"), outgoing("you")])


@pytest.mark.parametrize("kind", ["url", "shared_url"])
def test_a_glance_sees_what_the_store_holds(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(kind)
    with Store.open(url) as store:
        fill(store)
        with store.reading() as tx:
            seen = load_summary(url)
            assert seen.verdicts == tx.verdicts.all_latest()
            assert seen.verdicts["sig"].verified_at == T0 + DAY
            assert seen.deliveries == tx.deliveries.counts()
            assert seen.deliveries[State.PENDING] == 2
            for hours in (-1, 0, 23, 24, 99):
                then = T0 + hours * HOUR
                held = {name: tx.verdicts.as_of(name, then) for name in ("sig", "other")}
                assert load_summary(url, then).verdicts == {name: one for name, one in held.items() if one}


@pytest.mark.parametrize("kind", ["url", "shared_url"])
def test_a_glance_names_what_did_not_go_as_it_should(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(kind)
    with Store.open(url) as store:
        with store.writing() as tx:
            tx.digests.put(digest(), [outgoing(name) for name in ("refused", "fine", "dead", "twice", "waiting")])
            refused, fine, dead, twice = tx.deliveries.claim(T0, HOUR, 4)
            for one in (refused, fine, dead, twice):
                tx.deliveries.start(one.id, T0)
            tx.deliveries.book_failed(refused.id, "451 later", T0 + DAY)
            tx.deliveries.book_sent(fine.id, T0)
            tx.deliveries.book_failed(dead.id, "550 no such user", None)
            tx.deliveries.book_failed(twice.id, "line lost", T0, uncertain=True)
        with store.writing() as tx:
            for one in tx.deliveries.claim(T0, HOUR):
                if one.recipient == "twice":
                    tx.deliveries.start(one.id, T0)
                    tx.deliveries.book_sent(one.id, T0)
        seen = load_summary(url).letters
    assert [(one.recipient, one.state, one.attempts, one.uncertain, one.error, one.next_at) for one in seen] == [
        ("twice", State.SENT, 2, True, "", None),
        ("dead", State.DEAD, 1, False, "550 no such user", None),
        ("refused", State.PENDING, 1, False, "451 later", T0 + DAY),
    ]


def test_a_glance_at_an_address_with_options_or_without_a_file_goes_through_the_store(url: str) -> None:
    assert load_summary(url).verdicts == {}
    with Store.open(url) as store:
        fill(store)
    assert len(load_summary(f"{url}?timeout=5").verdicts) == 2


def test_a_glance_at_an_older_schema_brings_it_up_to_date(url: str) -> None:
    with Store.open(url) as store:
        fill(store)
        with store.database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer version"):
        load_summary(url)


def test_a_glance_at_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "watch.db").write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match=r"damaged or no database"):
        load_summary(f"sqlite:///{tmp_path}/watch.db")
