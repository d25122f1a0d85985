"""Documents, observations and claims: what was seen, and what of it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tests.store.things import DAY, HOUR, T0, claim, document, look, seen, source
from watcher.core.model import Document, Entry, Tier
from watcher.store.codec import entry_digest
from watcher.store.documents import pack
from watcher.store.store import Store

EASTERN = timezone(timedelta(hours=-5))


@pytest.fixture
def watching(store: Store) -> Store:
    with store.writing() as tx:
        tx.sources.sync([source()], T0)
    return store


def test_a_document_comes_back_with_its_bytes(store: Store) -> None:
    first = document("words \x00 and more" * 1000)
    with store.writing() as tx:
        assert tx.documents.put([first, first]) == 1
        assert tx.documents.put([pack(replace(first, fetched_at=T0 + DAY)), document("other")]) == 1
        assert tx.documents.get(first.hash) == first
        assert tx.documents.get("0" * 64) is None


def test_an_observation_comes_back_as_it_was_seen(watching: Store) -> None:
    facts = {"measure": "119/hr/2683", "yeas": 60, "share": 0.6, "amended": False, "codes": ("1", 2, None)}
    entry = Entry("k", "Títle \U0001f600", "one\ntwo", "https://x.example/", datetime(2026, 6, 9, 8, tzinfo=EASTERN), facts)
    put = replace(seen(), entry=entry, tier=Tier.PRESS, surface="blog", url="https://x.example/feed")
    [done] = look(watching, put)
    with watching.reading() as tx:
        got = tx.observations.get(done.id)
        assert got == replace(done, first_seen_at=T0)
        assert got is not None
        assert got.entry.facts["codes"] == ("1", 2, None)
        assert got.entry.facts["amended"] is False
        assert tx.observations.get(99) is None
        assert list(tx.observations.of("sig")) == [got]
        assert tx.observations.count() == 1


def test_what_is_known_of_an_entry_tells_new_from_changed_from_seen_before(watching: Store) -> None:
    [first] = look(watching, seen("k", "one"))
    with watching.reading() as tx:
        held = tx.observations.known(["feed", "unheard"])
        assert list(held) == ["feed"]
        one = held["feed"]["k"]
    assert one.digest == entry_digest(first.entry)
    assert one.digest != entry_digest(replace(first.entry, text="two"))
    assert (one.revision, one.observation, one.first_seen_at) == (1, first.id, T0)
    with watching.reading() as tx:
        asked = [("feed", "k"), ("feed", "unheard"), ("other", "k"), *(("feed", f"n{number}") for number in range(1200))]
        assert tx.observations.known_of(asked) == held
    look(watching, seen("k", "two", at=T0 + HOUR, revision=2, first_seen_at=T0))
    with watching.reading() as tx:
        two = tx.observations.known(["feed"])["feed"]["k"]
    assert (two.revision, two.first_seen_at, two.digest) == (2, T0, entry_digest(Entry("k", "Title of k", "two")))


def test_an_observation_is_never_written_twice(watching: Store) -> None:
    look(watching, seen("k", "one"))
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        look(watching, seen("k", "changed"))
    with watching.reading() as tx:
        assert [one.entry.text for one in tx.observations.of("sig")] == ["one"]


def test_an_observation_without_its_document_is_refused(watching: Store) -> None:
    with pytest.raises(KeyError):
        look(watching, seen(document="f" * 64))
    [done] = look(watching, seen(document=""))
    with watching.reading() as tx:
        assert tx.observations.get(done.id) == replace(done, first_seen_at=T0)


def test_the_claims_of_an_entry_stand_until_it_is_withdrawn_and_again_when_it_returns(watching: Store) -> None:
    [one, _two] = look(watching, seen("one"), seen("two"))
    with watching.writing() as tx:
        tx.claims.replace("sig", "rules", [claim(one.id)], T0)
        tx.observations.withdraw([("feed", "one"), ("feed", "unheard")], T0 + DAY)
        tx.observations.withdraw([("feed", "one")], T0 + 2 * DAY)
        assert tx.claims.of("sig") == []
        assert [seen.entry.key for seen in tx.observations.of("sig")] == ["two"]
        assert tx.observations.known(["feed"])["feed"]["one"].withdrawn_at == T0 + DAY
        tx.observations.restore([("feed", "one")], T0 + 3 * DAY)
        assert tx.observations.known(["feed"])["feed"]["one"].withdrawn_at is None
        assert tx.claims.of("sig") == [claim(one.id)]
        stood = [bool(tx.claims.of("sig", T0 + hours * HOUR)) for hours in (-1, 0, 23, 24, 71, 72)]
        assert stood == [False, True, True, False, False, True]
        shown = [len(list(tx.observations.of("sig", T0 + hours * HOUR))) for hours in (-1, 0, 24, 72)]
        assert shown == [0, 2, 1, 2]


def test_an_entry_that_is_seen_changed_after_it_was_withdrawn_is_back(watching: Store) -> None:
    look(watching, seen("k"))
    with watching.writing() as tx:
        tx.observations.withdraw([("feed", "k")], T0 + HOUR)
    [back] = look(watching, seen("k", "again", at=T0 + DAY, revision=2))
    with watching.writing() as tx:
        tx.claims.add([claim(back.id, at=T0 + DAY)])
        assert tx.observations.known(["feed"])["feed"]["k"].withdrawn_at is None
        assert len(tx.claims.of("sig")) == 1


def test_of_an_edited_entry_the_latest_revision_speaks(watching: Store) -> None:
    [one] = look(watching, seen("k", "open"))
    [two] = look(watching, seen("k", "not open", at=T0 + DAY, revision=2))
    with watching.writing() as tx:
        tx.claims.add([claim(one.id), claim(two.id, "none", at=T0 + DAY)])
        assert [one.status for one in tx.claims.of("sig")] == ["none"]
        assert [one.status for one in tx.claims.of("sig", T0 + HOUR)] == ["available"]
        assert [(one.status, latest) for one, latest in tx.claims.revisions("sig")] == [("available", False), ("none", True)]
        texts = [one.entry.text for one in tx.observations.of("sig", all_revisions=False)]
        assert texts == ["not open"]
        assert [one.entry.text for one in tx.observations.of("sig", T0, all_revisions=False)] == ["open"]


def test_a_missing_entry_is_counted_until_it_is_seen_again(watching: Store) -> None:
    look(watching, seen("k"))
    with watching.writing() as tx:
        one = tx.observations.known(["feed"])["feed"]["k"]
        tx.observations.miss([replace(one, missing_since=T0 + HOUR, missing_reads=1)])
        held = tx.observations.known(["feed"])["feed"]["k"]
        assert (held.missing_since, held.missing_reads, held.withdrawn_at) == (T0 + HOUR, 1, None)
        tx.observations.restore([("feed", "k")], T0 + 2 * HOUR)
        assert tx.observations.known(["feed"])["feed"]["k"] == one


def test_new_rules_replace_the_claims_of_their_signal_alone(watching: Store) -> None:
    [one] = look(watching, seen("k"))
    other = claim(one.id, signal="other")
    with watching.writing() as tx:
        assert tx.claims.rules("sig") == ""
        tx.claims.add([other])
        tx.claims.replace("sig", "first", [claim(one.id)], T0)
        tx.claims.replace("sig", "second", (claim(one.id, status) for status in ("gated", "promised")), T0)
        assert tx.claims.rules("sig") == "second"
        assert [one.status for one in tx.claims.of("sig")] == ["gated", "promised"]
        assert tx.claims.of("other") == [other]
        assert len(tx.claims.by([one.id])) == 3


def test_a_claim_without_an_observation_stands(store: Store) -> None:
    with store.writing() as tx:
        tx.claims.add([claim()])
        assert tx.claims.of("sig") == [claim()]
        assert tx.claims.of("sig", T0 - HOUR) == []


def test_nothing_to_do_writes_nothing(store: Store) -> None:
    with store.writing() as tx:
        assert tx.observations.add([]) == []
        assert tx.documents.put([]) == 0
        tx.observations.withdraw([], T0)
        tx.observations.restore([], T0)
        tx.observations.miss([])
        assert tx.observations.known([]) == {}


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    naive = T0.replace(tzinfo=None)
    with pytest.raises(Exception, match=r"offset-naive"), store.writing() as tx:
        tx.documents.put([Document("u", "u", b"", "h", "t", naive)])
