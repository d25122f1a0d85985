"""What the program remembers, and what people did."""

from __future__ import annotations

from tests.store.things import DAY, HOUR, T0, digest, known
from watcher.store.records import AuditEntry, Outgoing, Subscriber
from watcher.store.store import Store


def test_a_value_is_kept_by_its_key(store: Store) -> None:
    with store.writing() as tx:
        assert tx.meta.get("cycle") == ""
        assert tx.meta.get("cycle", "never") == "never"
        tx.meta.put("cycle", "1")
        tx.meta.put("cycle", "2")
        assert tx.meta.get("cycle") == "2"
        tx.meta.drop("cycle")
        assert tx.meta.get("cycle", "gone") == "gone"


def test_evidence_stands_until_it_is_taken_back_and_both_are_on_the_list(store: Store) -> None:
    with store.writing() as tx:
        number = tx.evidence.add("sig", known(), by="ada", reason="read it in print", at=T0)
        tx.evidence.add("other", known(), by="ada", reason="too", at=T0)
        [one] = tx.evidence.of("sig")
        assert (one.known, one.by) == (known(), "ada")
        assert tx.evidence.withdraw(number, by="bob", reason="misread", at=T0 + DAY) is True
        assert tx.evidence.withdraw(number, by="bob", reason="misread", at=T0 + DAY) is False
        assert tx.evidence.of("sig") == []
        [gone] = tx.evidence.of("sig", withdrawn=True)
        assert (gone.withdrawn_at, gone.withdrawn_by, gone.withdrawn_why) == (T0 + DAY, "bob", "misread")
        stood = [len(tx.evidence.of("sig", T0 + hours * HOUR)) for hours in (-1, 0, 23, 24)]
        assert stood == [0, 1, 1, 0]
        assert len(tx.evidence.of()) == 1
        assert [(act.who, act.what) for act in tx.audit.of()] == [
            ("bob", "withdrew evidence 1"),
            ("ada", "recorded other.it available"),
            ("ada", "recorded sig.it available"),
        ]


def test_a_mute_holds_from_its_beginning_to_its_end(store: Store) -> None:
    with store.writing() as tx:
        tx.mutes.add("sig", by="ada", reason="travelling", now=T0, until=T0 + DAY)
        tx.mutes.add("sig", "it", by="ada", reason="noisy", now=T0)
        assert [one.track for one in tx.mutes.of(T0)] == ["", "it"]
        assert [one.track for one in tx.mutes.of(T0 + DAY)] == ["it"]
        assert tx.mutes.of(T0 - HOUR) == []
        assert tx.mutes.end("sig", "it", by="bob", reason="quiet again", now=T0 + 2 * DAY) == 1
        assert tx.mutes.end("sig", "it", by="bob", reason="quiet again", now=T0 + 2 * DAY) == 0
        assert tx.mutes.of(T0 + 2 * DAY) == []
        assert [act.what for act in tx.audit.of()] == ["unmuted sig.it", "muted sig.it", "muted sig"]


def test_a_second_mute_of_the_same_takes_the_place_of_the_first(store: Store) -> None:
    with store.writing() as tx:
        tx.mutes.add("sig", by="ada", reason="", now=T0)
        tx.mutes.add("sig", "it", by="ada", reason="noisy", now=T0)
        tx.mutes.add("sig", by="bob", reason="a day will do", now=T0 + HOUR, until=T0 + DAY)
        assert [(one.track, one.by) for one in tx.mutes.of(T0 + HOUR)] == [("it", "ada"), ("", "bob")]
        assert [one.by for one in tx.mutes.of(T0)] == ["ada", "ada"], "as it was before"
        assert [one.track for one in tx.mutes.of(T0 + DAY)] == ["it"]


def test_the_audit_list_is_newest_first(store: Store) -> None:
    with store.writing() as tx:
        tx.audit.add(AuditEntry(T0, "ada", "reloaded the configuration"))
        tx.audit.add(AuditEntry(T0 + HOUR, "bob", "started", "upgrade"))
        newest = tx.audit.of(1)
    assert newest == [AuditEntry(T0 + HOUR, "bob", "started", "upgrade", 2)]


def test_a_subscriber_is_written_to_once_confirmed_and_forgotten_when_erased(store: Store) -> None:
    ada = Subscriber("r4nd0m", "Ada@Reader.example", T0, ("sig",), "weekly")
    with store.writing() as tx:
        assert tx.subscribers.add(ada) is True
        assert tx.subscribers.add(Subscriber("other", "ada@reader.example", T0)) is False
        assert tx.subscribers.confirmed() == []
        assert tx.subscribers.by_address("ADA@reader.example") == ada
        assert tx.subscribers.confirm("r4nd0m", T0 + HOUR) is True
        assert tx.subscribers.confirm("r4nd0m", T0 + DAY) is False
        assert tx.subscribers.confirm("nobody", T0) is False
        assert tx.subscribers.change("r4nd0m", signals=(), pace="daily") is True
        assert tx.subscribers.change("nobody", signals=(), pace="daily") is False
        assert tx.subscribers.confirmed() == [Subscriber("r4nd0m", ada.address, T0, (), "daily", T0 + HOUR)]
        tx.digests.put(digest("d1"), [Outgoing("r4nd0m", "smtp", ada.address, T0)])
        tx.digests.put(digest("d2"), [Outgoing("r4nd0m", "smtp", ada.address, T0)])
        [first] = tx.deliveries.claim(T0, HOUR, 1)
        tx.deliveries.book_sent(first.id, T0)
        assert tx.subscribers.erase("r4nd0m") is True
        assert tx.subscribers.erase("r4nd0m") is False
        assert tx.subscribers.get("r4nd0m") is None
        assert [(one.address, one.state.value) for one in tx.deliveries.of()] == [("", "sent")]


def test_who_never_confirms_is_forgotten(store: Store) -> None:
    with store.writing() as tx:
        tx.subscribers.add(Subscriber("a", "a@x.example", T0))
        tx.subscribers.add(Subscriber("b", "b@x.example", T0, confirmed_at=T0))
        tx.subscribers.add(Subscriber("c", "c@x.example", T0 + DAY))
        assert tx.subscribers.has_unconfirmed(T0 + HOUR) is True
        assert tx.subscribers.forget_unconfirmed(T0 + HOUR) == 1
        assert tx.subscribers.has_unconfirmed(T0 + HOUR) is False
        assert tx.subscribers.get("a") is None
        assert tx.subscribers.get("c") is not None
