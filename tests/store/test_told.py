"""Verdicts, transitions and digests: what was decided, and what was told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.things import DAY, HOUR, T0, digest, outgoing, transition, verdict
from watcher.core.decision.digest import in_a_line, summarise_one
from watcher.core.model import Figure, RaisedFlag, Standing
from watcher.store.records import State
from watcher.store.store import Store


def test_a_verdict_is_kept_when_it_says_something_new(store: Store) -> None:
    with store.writing() as tx:
        assert tx.verdicts.latest("sig") is None
        assert tx.verdicts.put(verdict("none", T0)) is True
        assert tx.verdicts.put(verdict("available", T0 + DAY)) is True
        assert tx.verdicts.latest("sig") == verdict("available", T0 + DAY)
        assert [one.headline for one in tx.verdicts.history("sig")] == ["is_available", "is_none"]
        assert [one.headline for one in tx.verdicts.history("sig", since=T0 + HOUR)] == ["is_available"]
        assert [one.headline for one in tx.verdicts.history("sig", limit=1)] == ["is_available"]


def test_the_same_verdict_only_moves_the_time_it_was_seen_to_hold(store: Store) -> None:
    held = verdict("none", T0, verified_at=T0)
    later = replace(held, as_of=T0 + HOUR, verified_at=T0 + HOUR / 2)
    with store.writing() as tx:
        tx.verdicts.put(held)
        assert tx.verdicts.put(later) is False
        assert tx.verdicts.latest("sig") == later
        assert tx.verdicts.all_latest() == {"sig": later}
        assert tx.verdicts.history("sig") == [held]


def test_what_was_held_on_a_past_day_is_answered_as_it_was_decided_then(store: Store) -> None:
    with store.writing() as tx:
        tx.verdicts.put(verdict("none", T0))
        tx.verdicts.put(verdict("gated", T0 + DAY))
        tx.verdicts.put(verdict("available", T0 + DAY))
        told = [tx.verdicts.as_of("sig", T0 + hours * HOUR) for hours in (-1, 0, 23, 24, 99)]
    assert [one.headline if one else "" for one in told] == ["", "is_none", "is_none", "is_available", "is_available"]


def test_a_verdict_with_everything_comes_back_whole(store: Store) -> None:
    proof = verdict().tracks[0].evidence
    track = replace(
        verdict().tracks[0],
        flags=(RaisedFlag("overdue", "Overdue", T0, proof),),
        details={"name": "x", "n": 2, "many": (1, 2.5)},
        path=(("gated", T0), ("available", T0 + DAY)),
        standing=Standing.PROVISIONAL,
    )
    figure = Figure("f", "F", "%", "94 % against 8 %", T0, proof[0], {"prc": 94.0}, (("2026-04", 19.7), ("2026-05", None)))
    whole = verdict(tracks=(track,), figures=(figure,), cannot_see_since=T0)
    with store.writing() as tx:
        tx.verdicts.put(whole)
        assert tx.verdicts.latest("sig") == whole


def test_the_baseline_is_marked_once_it_is_told(store: Store) -> None:
    with store.writing() as tx:
        assert tx.verdicts.baseline("sig") is None
        tx.verdicts.put(verdict())
        assert tx.verdicts.baseline("sig") is None
        tx.verdicts.mark_baseline("sig", T0)
        tx.verdicts.put(verdict("gated", T0 + DAY))
        assert tx.verdicts.baseline("sig") == T0


def test_a_transition_waits_for_the_digest_that_tells_it(store: Store) -> None:
    with store.writing() as tx:
        assert tx.transitions.add([]) == []
        one, two = tx.transitions.add([transition("gated"), transition("available", T0 + HOUR)])
        assert (one.id, two.id) == (1, 2)
        assert tx.transitions.pending() == [one, two]
        tx.digests.put(digest("d1", T0, one), [outgoing()])
        tx.transitions.mark([one.id], "d1")
        tx.transitions.mark([], "d1")
        assert tx.transitions.pending() == [two]
        assert tx.transitions.told_by("d1") == [one]
        assert tx.transitions.digests([1, 2]) == {1: "d1"}
        assert tx.transitions.of("sig") == [two, one]
        assert tx.transitions.of("other") == []
        assert tx.transitions.of(since=T0 + HOUR, limit=1) == [two]


def test_a_transition_cannot_be_told_by_a_digest_that_is_not_there(store: Store) -> None:
    with store.writing() as tx:
        [one] = tx.transitions.add([transition()])
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.writing() as tx:
        tx.transitions.mark([one.id], "nowhere")
    with store.reading() as tx:
        assert tx.transitions.pending() == [one]


def test_a_digest_comes_back_whole_and_lists_by_kind(store: Store) -> None:
    with store.writing() as tx:
        [one] = tx.transitions.add([transition()])
        tx.digests.put(digest("d1", T0, one))
        tx.digests.put(replace(digest("d2", T0 + DAY), kind="weekly", notes=("quiet",)))
        assert tx.digests.get("d1") == digest("d1", T0, one)
        assert tx.digests.get("d3") is None
        assert [one.id for one in tx.digests.of()] == ["d2", "d1"]
        assert [one.id for one in tx.digests.of("weekly")] == ["d2"]
        assert [one.id for one in tx.digests.of(since=T0 + HOUR, limit=1)] == ["d2"]


def test_a_digest_is_told_once_to_each_recipient_or_not_at_all(store: Store) -> None:
    with pytest.raises(Exception, match=r"UNIQUE|unique"), store.writing() as tx:
        tx.digests.put(digest(), [outgoing("me"), outgoing("you"), outgoing("me")])
    with store.writing() as tx:
        assert tx.digests.get("d1") is None
        assert tx.deliveries.counts()[State.PENDING] == 0
        tx.digests.put(digest(), [outgoing("me"), outgoing("you"), outgoing("me", channel="webhook")])
        assert tx.deliveries.counts()[State.PENDING] == 3
        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            tx.digests.put(digest())


def test_the_present_in_brief_is_what_the_verdicts_say(store: Store) -> None:
    with store.writing() as tx:
        tx.verdicts.put(verdict("available", held="h1"))
        tx.verdicts.put(verdict("limited", signal="other"))
        tx.verdicts.hold_all({"sig": T0}, T0 + HOUR)
        tx.run("UPDATE present SET brief = NULL, brief_of = NULL WHERE signal = 'other'")  # as an older program leaves it
        tx.verdicts.put(verdict("gone", T0 + HOUR, signal="third"))
        tx.verdicts.put(verdict("back", T0 + 2 * HOUR, signal="third"))
        latest = tx.verdicts.all_latest()
        assert tx.verdicts.all_in_brief() == {name: summarise_one(one, quotes=1) for name, one in latest.items()}
        assert [track.status for track in tx.verdicts.all_in_brief()["third"].tracks] == ["back"]


def test_of_many_signals_some_are_read_with_their_words_and_the_others_with_where_they_stand(store: Store) -> None:
    with store.writing() as tx:
        for name in ("first", "second", "third"):
            tx.verdicts.put(verdict("available", held="h1", signal=name))
        held = tx.verdicts.all_in_brief(["second", "third"], full=["third"])
        assert held == {"second": in_a_line(tx.verdicts.all_latest()["second"]), "third": tx.verdicts.all_in_brief()["third"]}
        assert [track.evidence for track in held["second"].tracks] == [()]
        assert held["third"].tracks[0].evidence
        assert not tx.verdicts.all_in_brief(quotes=0)["third"].tracks[0].evidence


def test_a_verdict_of_an_older_program_is_not_told_by_the_brief_of_the_one_before(store: Store) -> None:
    with store.writing() as tx:
        tx.verdicts.put(verdict("none", T0))
        [old] = tx.rows("SELECT brief, brief_of FROM present")
        tx.verdicts.put(verdict("available", T0 + HOUR))
        tx.run("UPDATE present SET brief = :brief, brief_of = :of", {"brief": old[0], "of": old[1]})
        assert [track.status for track in tx.verdicts.all_in_brief()["sig"].tracks] == ["available"]
