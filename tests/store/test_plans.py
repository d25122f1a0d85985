"""Query plans: nothing that is asked often reads a whole table that grows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.things import (
    DAY,
    HOUR,
    T0,
    claim,
    digest,
    document,
    outgoing,
    overheard,
    poll,
    seen,
    source,
    transition,
    verdict,
)
from watcher.core.model import Outcome
from watcher.store.retention import START, Retention
from watcher.store.store import Store, Transaction

GROWING = (
    "observation",
    "document",
    "entry",
    "absence",
    "claim",
    "poll",
    "verdict",
    "transition",
    "digest",
    "delivery",
    "source",
)


def asked(store: Store, act: Callable[[Transaction], Any]) -> list[str]:
    """The plans of all statements of one act."""
    heard = overheard(store)
    with store.writing() as tx:
        act(tx)
    statements = [one for one in heard if one.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))]
    with store.reading() as tx:
        return [f"{row[3]} <- {one}" for one in statements for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}")]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with enough rows of each kind for the planner to care, made once."""
    file = tmp_path_factory.mktemp("grown") / "watch.db"
    with Store.open(f"sqlite:///{file}", durable=False) as store, store.writing() as tx:
        tx.sources.sync([source(f"s{n}") for n in range(300)], T0)
        for day in range(3):
            tx.polls.record([poll(f"s{n}", at=T0 + day * DAY, next_at=T0 + n * DAY) for n in range(300)])
        docs = [document(f"b{n}") for n in range(200)]
        tx.documents.put(docs)
        done = tx.observations.add([seen(f"k{n}", name=f"s{n % 300}", document=docs[n % 200].hash) for n in range(3000)])
        tx.observations.add([seen("k1", "again", name="s1", revision=2, document="")])
        tx.observations.withdraw([("s2", "k2")], T0)
        tx.claims.replace("sig", "r", [claim(one.id) for one in done[::100]], T0)
        tx.claims.add([claim(one.id, signal="other") for one in done[::7]])
        for n in range(100):
            tx.verdicts.put(verdict(f"s{n}", T0 + n * HOUR))
            [change] = tx.transitions.add([transition(f"s{n}")])
            tx.digests.put(digest(f"d{n}", T0, change), [outgoing()])
            tx.transitions.mark([change.id], f"d{n}")
        for one in tx.deliveries.claim(T0 + DAY, HOUR, 95):
            tx.deliveries.book_sent(one.id, T0)
        tx.run("ANALYZE")
    return file


@pytest.fixture
def grown(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it for each test."""
    shutil.copy(filled, tmp_path / "watch.db")
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        yield store


ACTS: dict[str, Callable[[Transaction], Any]] = {
    "sources.due": lambda tx: tx.sources.due(T0 + HOUR, 100),
    "sources.next_due": lambda tx: tx.sources.next_due(T0),
    "sources.follow": lambda tx: tx.sources.follow([source("s1/x", parent="s1")], T0),
    "polls.record": lambda tx: tx.polls.record([poll("s1", outcome, T0 + 9 * DAY) for outcome in Outcome]),
    "documents.put": lambda tx: tx.documents.put([document("new"), document("b1")]),
    "documents.get": lambda tx: tx.documents.get(document("b1").hash),
    "documents.cite": lambda tx: tx.documents.cite([document("b1").hash]),
    "observations.known": lambda tx: tx.observations.known(["s1", "s2"]),
    "observations.known_of": lambda tx: tx.observations.known_of([("s1", "k1"), ("s2", "k2")]),
    "observations.add": lambda tx: tx.observations.add([seen("new", name="s1", revision=3, document=document("b1").hash)]),
    "observations.get": lambda tx: tx.observations.get(7),
    "observations.withdraw": lambda tx: tx.observations.withdraw([("s3", "k3")], T0),
    "observations.restore": lambda tx: tx.observations.restore([("s2", "k2")], T0),
    "claims.of": lambda tx: tx.claims.of("sig"),
    "claims.of as of": lambda tx: tx.claims.of("sig", T0),
    "claims.by": lambda tx: tx.claims.by([1, 2]),
    "claims.replace": lambda tx: tx.claims.replace("sig", "r2", [], T0),
    "verdicts.put": lambda tx: tx.verdicts.put(verdict("new", T0 + 999 * HOUR)),
    "verdicts.latest": lambda tx: tx.verdicts.latest("sig"),
    "verdicts.as_of": lambda tx: tx.verdicts.as_of("sig", T0),
    "verdicts.history": lambda tx: tx.verdicts.history("sig", limit=10),
    "transitions.add": lambda tx: tx.transitions.add([transition()]),
    "transitions.pending": lambda tx: tx.transitions.pending(),
    "transitions.beginning": lambda tx: tx.transitions.beginning(),
    "transitions.of": lambda tx: tx.transitions.of("sig", limit=10),
    "transitions.told_by": lambda tx: tx.transitions.told_by("d1"),
    "digests.get": lambda tx: tx.digests.get("d1"),
    "digests.of": lambda tx: tx.digests.of(limit=10),
    "deliveries.claim": lambda tx: tx.deliveries.claim(T0, HOUR, 10),
    "deliveries.next_due": lambda tx: tx.deliveries.next_due(),
    "deliveries.counts": lambda tx: tx.deliveries.counts(),
    **{
        f"retention.{what}": lambda tx, what=what: getattr(Retention(tx.session), what)(T0 + 999 * DAY, START)  # type: ignore[misc]
        for what in ("polls", "poll_days", "bodies", "observations", "documents", "deliveries")
    },
    "deliveries.of digest": lambda tx: tx.deliveries.of(digest="d1"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_is_asked_often_goes_by_an_index(grown: Store, act: Callable[[Transaction], Any]) -> None:
    plans = asked(grown, act)
    assert plans
    for plan in plans:
        step = plan.split(" <- ")[0]
        whole = step.startswith("SCAN") and " INDEX " not in step and step.split()[1] in GROWING
        assert not whole, plan
        assert "AUTOMATIC" not in step, plan
        # Sorting is for a handful of rows; what has a LIMIT takes them from the index in their order.
        assert "TEMP B-TREE FOR ORDER BY" not in step or "LIMIT" not in plan or "digest = 'd1'" in plan, plan


def test_reading_the_claims_does_not_touch_observations_without_any(grown: Store) -> None:
    plans = [plan for plan in asked(grown, lambda tx: tx.claims.of("sig")) if "observation" in plan.split(" <- ")[0]]
    assert plans
    for plan in plans:
        step = plan.split(" <- ")[0]
        assert step.startswith("SEARCH"), step
