"""The outbox: claimed once, sent, booked; and what a crash in between leaves."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.store.things import DAY, HOUR, T0, digest, outgoing
from watcher.store.records import Delivery, Outgoing, State
from watcher.store.store import Store

LEASE = timedelta(minutes=5)


@pytest.fixture
def full(store: Store) -> Store:
    with store.writing() as tx:
        tx.digests.put(digest(), [outgoing("me"), outgoing("you", T0 + HOUR)])
    return store


def claim(store: Store, hours: float = 0, limit: int = 100) -> list[Delivery]:
    with store.writing() as tx:
        return tx.deliveries.claim(T0 + hours * HOUR, LEASE, limit)


def names(deliveries: list[Delivery]) -> list[str]:
    return [one.recipient for one in deliveries]


def test_what_is_due_is_claimed_once(full: Store) -> None:
    [mine] = claim(full)
    assert (mine.recipient, mine.state, mine.lease_until, mine.attempts) == ("me", State.LEASED, T0 + LEASE, 0)
    assert names(claim(full)) == []
    assert names(claim(full, 1, limit=1)) == ["me"], "the lease of the first has run out; it is the oldest"
    assert names(claim(full, 1)) == ["you"]


def test_what_is_claimed_counts_for_the_pace_of_its_channel_before_it_is_begun(full: Store) -> None:
    [mine] = claim(full)
    minute = timedelta(minutes=1)
    with full.writing() as tx:
        assert tx.deliveries.begun_since(mine.channel, T0 - minute, T0) == 1, "another cycle may not send as many once more"
        assert tx.deliveries.begun_since(mine.channel, T0 + LEASE - minute, T0 + LEASE) == 0, "whoever held it is gone"
        tx.deliveries.start(mine.id, T0)
        assert tx.deliveries.begun_since(mine.channel, T0 - minute, T0) == 1
        tx.deliveries.book_sent(mine.id, T0)
        assert tx.deliveries.begun_since(mine.channel, T0, T0 + minute) == 0
        before = T0 - DAY
        assert tx.deliveries.begun_since(mine.channel, before - minute, before) == 0, "the clock was set back"


def test_of_a_channel_where_messages_wait_for_their_turn_nothing_more_is_claimed(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        tx.deliveries.start(mine.id, T0)
        tx.deliveries.book_failed(mine.id, "451 later", T0)
        assert tx.deliveries.claim(T0 + HOUR, LEASE, full=[mine.channel]) == []
        assert names(tx.deliveries.claim(T0 + HOUR, LEASE, failing=[mine.channel])) == ["you"], "it was never tried"


def test_a_sent_message_is_never_claimed_again(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        assert tx.deliveries.start(mine.id, T0)
        assert tx.deliveries.book_sent(mine.id, T0) is True
        assert tx.deliveries.book_sent(mine.id, T0 + DAY) is False
        assert tx.deliveries.book_failed(mine.id, "late", T0) is False
        [sent] = tx.deliveries.of(State.SENT)
    assert (sent.sent_at, sent.attempts, sent.uncertain, sent.next_at) == (T0, 1, False, None)
    assert names(claim(full, 99)) == ["you"]


def test_a_refused_message_is_due_again_when_it_was_put_off_to(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        tx.deliveries.start(mine.id, T0)
        assert tx.deliveries.book_failed(mine.id, "451 later", T0 + HOUR / 2)
    assert names(claim(full, 0.4)) == []
    [again] = claim(full, 0.5)
    assert (again.message_id, again.attempts, again.error, again.uncertain) == (mine.message_id, 1, "451 later", False)


def test_a_dead_letter_is_listed_and_can_be_revived(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        tx.deliveries.book_failed(mine.id, "550 unknown", None)
        [dead] = tx.deliveries.of(State.DEAD)
        assert (dead.error, dead.next_at) == ("550 unknown", None)
        assert tx.deliveries.counts() == {State.PENDING: 1, State.LEASED: 0, State.SENT: 0, State.DEAD: 1}
        assert tx.deliveries.revive([dead.id], T0 + DAY) == 1
        assert tx.deliveries.revive([dead.id], T0 + DAY) == 0
    assert names(claim(full, 24)) == ["me", "you"]


@pytest.mark.parametrize("begun", [False, True], ids=["before the attempt began", "after the attempt began"])
def test_a_crash_repeats_the_message_under_its_id_and_doubts_only_what_began(full: Store, *, begun: bool) -> None:
    [mine] = claim(full)
    if begun:
        with full.writing() as tx:
            assert tx.deliveries.start(mine.id, T0)
    assert names(claim(full, 0.05)) == []
    [again] = claim(full, 0.5)
    assert (again.message_id, again.uncertain) == (mine.message_id, begun)
    with full.writing() as tx:
        assert tx.deliveries.start(again.id, T0 + HOUR / 2)
        tx.deliveries.book_sent(again.id, T0 + HOUR / 2)
        [sent] = tx.deliveries.of(State.SENT)
    assert (sent.uncertain, sent.attempts) == (begun, 1 + begun)


def test_who_has_lost_the_lease_must_not_send(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        assert tx.deliveries.start(mine.id, T0 + LEASE) is False
        assert tx.deliveries.start(mine.id, T0 + LEASE / 2, lease=LEASE) is True
    assert names(claim(full, 0.1)) == [], "the attempt has prolonged its lease"


def test_an_attempt_that_may_have_been_accepted_is_marked(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        tx.deliveries.start(mine.id, T0)
        tx.deliveries.book_failed(mine.id, "dropped after DATA", T0, uncertain=True)
    assert [one.uncertain for one in claim(full)] == [True]


def test_a_delivery_that_was_sent_late_is_still_sent(full: Store) -> None:
    [mine] = claim(full)
    [other] = claim(full, 0.5)
    with full.writing() as tx:
        assert tx.deliveries.book_sent(mine.id, T0 + HOUR / 2)
        assert tx.deliveries.book_failed(other.id, "refused as a copy", T0) is False
        assert tx.deliveries.counts()[State.SENT] == 1


def test_the_message_id_belongs_to_digest_recipient_and_channel(store: Store) -> None:
    own = Outgoing("her", "smtp", "her@reader.example", T0, message_id="<mine@reader.example>", message="text")
    with store.writing() as tx:
        tx.digests.put(digest("d1"), [outgoing("me"), outgoing("you"), outgoing("me", channel="webhook"), own])
        tx.digests.put(digest("d2"), [outgoing("me")])
        found = [one.message_id for one in tx.deliveries.of()]
        assert len(set(found)) == 5
        [hers] = [one for one in tx.deliveries.of(digest="d1") if one.recipient == "her"]
        assert (hers.message_id, hers.message) == ("<mine@reader.example>", "text")
        assert len(tx.deliveries.of(digest="d2")) == 1


def test_the_outbox_tells_when_it_wants_to_be_looked_at(full: Store) -> None:
    with full.writing() as tx:
        assert tx.deliveries.next_due() == T0
        assert tx.deliveries.oldest_undelivered() == T0
        [mine] = tx.deliveries.claim(T0, LEASE)
        assert tx.deliveries.next_due() == T0 + LEASE
        tx.deliveries.book_sent(mine.id, T0)
        assert tx.deliveries.next_due() == T0 + HOUR
        [yours] = tx.deliveries.claim(T0 + HOUR, LEASE)
        tx.deliveries.book_failed(yours.id, "550", None)
        assert tx.deliveries.next_due() is None
        assert tx.deliveries.oldest_undelivered() is None


def test_four_senders_at_once_get_each_delivery_once(url: str) -> None:
    with Store.open(url, durable=False) as store, store.writing() as tx:
        tx.digests.put(digest(), [outgoing(f"r{number}") for number in range(60)])
    got: list[str] = []

    def send() -> None:
        with Store.open(url, durable=False) as own:
            while some := claim(own, limit=7):
                got.extend(names(some))

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(got) == sorted(f"r{number}" for number in range(60))


def test_what_is_sent_is_kept_for_a_repeat_and_dropped_once_it_is_accepted(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        tx.deliveries.start(mine.id, T0, message="the very words")
        tx.deliveries.book_failed(mine.id, "451", T0 + HOUR / 2)
    [again] = claim(full, 0.5)
    assert again.message == "the very words"
    with full.writing() as tx:
        tx.deliveries.start(again.id, T0 + HOUR / 2)
        tx.deliveries.book_sent(again.id, T0 + HOUR / 2)
        [done] = tx.deliveries.of(State.SENT)
    assert done.message == ""


def test_a_delivery_that_travels_in_another_is_done_and_says_where(full: Store) -> None:
    [mine] = claim(full)
    with full.writing() as tx:
        assert tx.deliveries.join(mine.id, 99, T0)
        assert not tx.deliveries.join(mine.id, 99, T0)
        [done] = tx.deliveries.of(State.SENT)
    assert done.error == "told in delivery 99"
