"""Many writers on one server: they work beside one another, wait only where they must, and leave one unbroken record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from tests.builders import ACCESS, signal_of
from tests.store.things import HOUR, T0, claim, poll, source
from watcher.core.decision.entry_diff import EntryDiff, NewRevision
from watcher.core.model import Document, Entry, Observation, Tier
from watcher.pipeline.batches import update_verdicts
from watcher.pipeline.keep import keep_all, signal_lock
from watcher.pipeline.poll import PollResult, first_look
from watcher.pipeline.record import Sifted, record_results
from watcher.store.engine import ALONE, Scope
from watcher.store.errors import ErrorKind, StoreError
from watcher.store.store import Store, Transaction

WRITERS = 6


@pytest.fixture
def stores(shared_url: str) -> Iterator[list[Store]]:
    """As many processes as there are writers, as far as the server can tell."""
    with ExitStack() as ending:
        yield [ending.enter_context(Store.open(shared_url)) for _ in range(WRITERS)]


@pytest.fixture
def hasty(shared_url: str) -> Iterator[Store]:
    """A process that waits for nobody."""
    with Store.open(shared_url, wait=0.001) as opened:
        yield opened


def seen(name: str, number: int, document: str) -> Observation:
    return Observation(
        name, Entry(f"k{number}", f"Notice {number}", "words", "", T0), T0, document, "agency.example", Tier.OFFICIAL
    )


def document(body: bytes) -> Document:
    return Document("https://a.example/", "https://a.example/", body, hashlib.sha256(body).hexdigest(), "text/html", T0)


def test_writers_beside_one_another_leave_one_unbroken_record(stores: list[Store]) -> None:
    begun = Barrier(WRITERS)
    shared = document(b"the same for all")

    def write(number: int) -> None:
        own = document(f"of {number}".encode())
        with stores[number].writing(Scope(share=("signal s",))) as tx:
            begun.wait(timeout=60)  # all of them are inside their transactions
            tx.documents.put([shared, own])
            tx.observations.add([seen(f"s{number}", each, (shared, own)[each % 2].hash) for each in range(20)])

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    found = stores[0].verify()
    assert found.broken == ""
    assert dict(found.rows) == {"document": WRITERS + 1, "observation": WRITERS * 20, "verdict": 0, "transition": 0}


def test_pages_that_several_follow_at_once_are_followed_once(stores: list[Store]) -> None:
    begun = Barrier(WRITERS)
    # So many that they meet: who took them in another order would wait for another one in a circle.
    pages = [replace(source(f"page-{number}"), parent="a", until=T0 + HOUR) for number in range(400)]

    def follow(number: int) -> None:
        with stores[number].writing(Scope()) as tx:
            begun.wait(timeout=60)
            tx.sources.follow(pages if number % 2 else pages[::-1], T0)

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(follow, range(WRITERS)))
    with stores[0].reading() as tx:
        assert [one.id for one in tx.sources.of()] == sorted(page.id for page in pages)


@pytest.mark.parametrize(
    ("held", "wanted", "waits"),
    [
        (Scope(), Scope(), False),
        (Scope(share=("signal s",)), Scope(share=("signal s",)), False),
        (Scope(share=("signal s",)), Scope(alone=("signal s",)), True),
        (Scope(alone=("signal s",)), Scope(share=("signal s",)), True),
        (Scope(alone=("signal s",)), Scope(alone=("signal t",)), False),
        (Scope(), Scope(beside=False), True),
        (Scope(beside=False), Scope(), True),
    ],
)
def test_who_waits_for_whom(stores: list[Store], hasty: Store, held: Scope, wanted: Scope, waits: bool) -> None:  # noqa: FBT001 - a table
    with stores[0].writing(held):
        if waits:
            with pytest.raises(StoreError) as refused, hasty.writing(wanted):
                pass
            assert refused.value.kind is ErrorKind.LOCKED
        else:
            with hasty.writing(wanted) as tx:
                tx.meta.put("written", "beside it")


def test_a_reading_is_not_kept_while_its_signal_is_decided(stores: list[Store], hasty: Store) -> None:
    one = Sifted(PollResult(first_look(source("a")), poll("a")))
    with stores[0].writing(Scope(alone=(signal_lock("sig"),))):
        with pytest.raises(StoreError) as refused:
            keep_all(hasty, [one], T0, lambda: 0.5)
        assert refused.value.kind is ErrorKind.LOCKED
    assert keep_all(hasty, [one], T0, lambda: 0.5).polls == 1


class Weighed(bytes):
    """The body of a document that notes when it is worked on."""

    log: list[str]

    def __len__(self) -> int:
        self.log.append("compressed")
        return super().__len__()


class Logged(Store):
    """Notes when a transaction begins that others may wait for."""

    log: list[str]

    @contextmanager
    def writing(self, scope: Scope = ALONE) -> Iterator[Transaction]:
        self.log.append("others wait")
        with super().writing(scope) as tx:
            yield tx


class Told(datetime):
    """A moment that notes when it is written as a number."""

    log: list[str]
    of: str

    def __sub__(self, other: Any) -> Any:
        self.log.append(f"{self.of} is written")
        return super().__sub__(other)


def moment(log: list[str], of: str) -> Told:
    found = Told.fromtimestamp(T0.timestamp(), UTC)
    found.log, found.of = log, of
    return found


def test_what_is_kept_is_compressed_and_written_before_anybody_has_to_wait(either_url: str) -> None:
    with Logged.open(either_url) as store:
        assert isinstance(store, Logged)
        body, log = Weighed(b"much to read"), list[str]()
        store.log = body.log = log
        held = replace(document(b"much to read"), body=body)
        entry = replace(seen("a", 1, held.hash), seen_at=moment(log, "an entry"))
        said = replace(claim(), quote=replace(claim().quote, seen_at=moment(log, "a claim")))
        diff = EntryDiff(fresh=(NewRevision(entry.entry, 1),))
        one = Sifted(PollResult(first_look(source("a")), poll("a"), held, ()), diff=diff, fresh=(entry,), claims=((said,),))
        with store.writing() as tx:
            tx.sources.sync([source("a")], T0)
        log.clear()
        assert keep_all(store, [one], T0, lambda: 0.5).observations == 1
        assert log == ["compressed", "an entry is written", "a claim is written", "others wait"]
        with store.reading() as tx:
            [kept] = tx.observations.of("sig")
            assert tx.claims.of("sig") == tx.claims.by([kept.id]) == [replace(claim(), observation=kept.id)]
        assert store.verify().broken == ""


def test_what_cannot_be_written_is_the_failure_of_its_source_and_of_no_other(either_url: str) -> None:
    bad = replace(seen("a", 1, ""), entry=Entry("k", "half a letter: \ud83d", "", "", T0))
    with Store.open(either_url) as store:
        with store.writing() as tx:
            tx.sources.sync([source("a"), source("b")], T0)
        ready = [
            Sifted(
                PollResult(first_look(source(name)), poll(name), None, ()),
                diff=EntryDiff(fresh=(NewRevision(one.entry, 1),)),
                fresh=(one,),
                claims=((),),
            )
            for name, one in (("a", bad), ("b", seen("b", 1, "")))
        ]
        assert keep_all(store, ready, T0, lambda: 0.5).observations == 1
        with store.reading() as tx:
            assert [one.source for one in tx.observations.of("sig")] == ["b"]
            assert {one.source: bool(one.error) for one in tx.sources.health()} == {"a": True, "b": False}


def test_a_signal_is_not_decided_while_a_reading_of_it_is_kept(stores: list[Store], hasty: Store) -> None:
    watched = signal_of(ACCESS)
    with stores[0].writing(Scope(share=(signal_lock(watched.id),))):
        with pytest.raises(StoreError) as refused:
            update_verdicts(hasty, [watched], T0)
        assert refused.value.kind is ErrorKind.LOCKED
    assert update_verdicts(hasty, [watched], T0) is not None


def test_what_is_kept_out_inside_a_transaction_is_free_at_its_end(stores: list[Store], hasty: Store) -> None:
    with stores[0].writing(Scope()) as tx:
        tx.exclude("refused")
        with pytest.raises(StoreError), hasty.writing(Scope()) as other:
            other.exclude("refused")
    with hasty.writing(Scope()) as other:
        other.exclude("refused")


def test_who_reads_sees_one_state_to_the_end(stores: list[Store]) -> None:
    with stores[0].reading() as tx:
        assert tx.observations.count() == 0
        with stores[1].writing(Scope()) as other:
            other.observations.add([seen("a", 1, "")])
        assert tx.observations.count() == 0
    with stores[0].reading() as tx:
        assert tx.observations.count() == 1


def test_a_reading_of_a_source_that_was_polled_meanwhile_is_not_kept(store: Store) -> None:
    """Two processes have asked the same source: the second to come would book the same poll again."""
    asked = source("a")
    one = Sifted(PollResult(first_look(asked), poll("a", at=T0)))
    with store.writing() as tx:
        tx.sources.sync([asked], T0)
        record_results(tx, [one], T0)
        record_results(tx, [Sifted(PollResult(first_look(asked), poll("a", at=T0 + HOUR)))], T0 + HOUR)
    with store.reading() as tx:
        assert [at for _, at, *_ in tx.polls.recent(asked.signal, T0)] == [T0]
