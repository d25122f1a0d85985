"""The view read from a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.conftest import Clock, Site
from tests.web.story import CAISI, MYTHOS, NOW, SENATE, STACK, at, history, said, verdicts
from tests.web.test_pages import words
from watcher.core.model import Change, Claim, Digest, Outcome, Standing, Transition
from watcher.store.chain import ends
from watcher.store.records import AuditEntry, Outgoing, Poll, State
from watcher.store.store import Store
from watcher.web.queries import SiteInfo, StoreQueries, letters_of, stopped_of
from watcher.web.read_model import Fate

SIGNALS = (SENATE, replace(MYTHOS, touches=("anthropic",)), replace(CAISI, touches=("via_prc_lab",)))
FACE = SiteInfo(SIGNALS, "Policy Signal Watch", "https://watch.example.org/", "watch@example.org", STACK)
EARLY = at("2026-06-20")
ON_A_FILE = pytest.mark.parametrize("either_url", ["sqlite"], indirect=True)


@pytest.fixture
def store(either_url: str) -> Iterator[Store]:
    with Store.open(either_url, durable=False) as made:
        with made.writing() as tx:
            tx.sources.sync([source for signal in SIGNALS for source in signal.sources], EARLY)
        yield made


@pytest.fixture
def reads(store: Store) -> StoreQueries:
    return StoreQueries(store, FACE, clock=Clock(), cycle=lambda: NOW)


def fill(store: Store) -> list[Transition]:
    """Verdicts, changes, polls and a digest on its way."""
    with store.writing() as tx:
        for verdict in verdicts().values():
            tx.verdicts.put(replace(verdict, as_of=EARLY, headline_label="As in June"))
            tx.verdicts.put(verdict)
        told = tx.transitions.add(history())
        tx.polls.record([Poll("aws-news", NOW - timedelta(hours=2), Outcome.OK, NOW)])
        tx.polls.record(
            [
                Poll(
                    "aws-news",
                    NOW - timedelta(hours=1),
                    Outcome.BLOCKED,
                    NOW,
                    error="403 for watch@example.org at https://aws.amazon.com/x?token=abc",
                )
            ]
        )
        to = (
            Outgoing("ana", "smtp", "ana@private.example", NOW),
            Outgoing("hook", "webhook", "https://hooks.example/SECRET", NOW),
        )
        tx.digests.put(Digest("d1", NOW, "news", tuple(told[1:2]), ()), to)
        tx.transitions.mark([item.id for item in told], "d1")
        tx.audit.add(AuditEntry(NOW - timedelta(days=1), "ana", "muted senate-vote", "holiday"))
        claim = Claim(
            "caisi-evaluation",
            "evaluations",
            "other",
            said("nist.gov", "CAISI signs", title="CAISI signs"),
            NOW,
            review=True,
            reason="names the body",
        )
        tx.claims.add([claim, replace(claim, review=False, status="published")])
    return told


def test_the_view_holds_what_is_stored(store: Store, reads: StoreQueries) -> None:
    fill(store)
    view = reads(None)
    assert {name: verdict.headline_label for name, verdict in view.verdicts.items()} == {
        name: v.headline_label for name, v in verdicts().items()
    }
    assert [item.kind for item in view.history] == [Change.BASELINE, Change.ADVANCE, Change.NEXT, Change.DETAIL]
    assert view.touched == {"senate-vote": (), "mythos-ga": ("Code review",), "caisi-evaluation": ("Support bot",)}
    assert [(act.by, act.what, act.reason) for act in view.acts] == [("ana", "muted senate-vote", "holiday")]
    assert [review.title for review in view.reviews] == ["CAISI signs"]
    assert not view.past


def test_the_api_says_where_the_record_ends_now_and_of_no_past_day(store: Store, reads: StoreQueries) -> None:
    fill(store)
    with store.reading() as tx:
        noted = ends(tx.session)
    chains = Site(reads).get("/api/v1/record").json()["chains"]
    assert [(each["name"], each["last"], each["head"]) for each in chains] == [(end.name, end.last, end.head) for end in noted]
    assert len(noted) > 1
    assert Site(reads).get("/api/v1/record?as_of=2026-06-13").json()["chains"] == []


def test_a_strip_shows_its_polls_and_its_error_without_what_is_private(store: Store, reads: StoreQueries) -> None:
    fill(store)
    strip = next(strip for strip in reads(None).strips if strip.source.id == "aws-news")
    assert [poll.outcome for poll in strip.polls] == ["ok", "blocked"]
    assert strip.health.last_good_at == NOW - timedelta(hours=2)
    assert strip.health.error == "403 for … at https://aws.amazon.com…"


def test_readers_are_told_how_many_are_not_reached_and_the_console_who_and_nobody_where(
    store: Store, reads: StoreQueries
) -> None:
    fill(store)
    assert reads(None).undelivered == ()
    with store.writing() as tx:
        first, second = tx.deliveries.claim(NOW, timedelta(minutes=5))
        tx.deliveries.start(first.id, NOW)
        tx.deliveries.book_failed(first.id, f"550 <{first.address}> unknown", None)
        tx.deliveries.start(second.id, NOW)
        tx.deliveries.book_failed(second.id, f"503 from {second.address}", NOW + timedelta(hours=1), uncertain=True)
        tx.mailboxes.stop("hook", second.address, NOW, by="ana", why="410 from there")
        tx.audit.add(AuditEntry(NOW, "ana", "sent a trial to hook by webhook"))
    with store.reading() as tx:
        letters, (silent,) = letters_of(tx), stopped_of(tx)
    assert {one.to: one.fate for one in letters} == {first.recipient: Fate.DEAD, second.recipient: Fate.UNCERTAIN}
    assert silent.startswith("hook is sent nothing more since")
    shown = Site(reads).get("/log").text
    for private in ("private.example", "SECRET", "hook is", "to hook", "ana by smtp", "410 from there", "550"):
        assert private not in shown.replace("ana, writes", ""), private
    for private in ("private.example", "SECRET"):
        assert private not in str(letters), private
    log = words(shown)
    assert "✕ given up: 1 message by smtp ? may have arrived, is sent again: 1 message by webhook" in log
    assert "✕ sent nothing more: 1 recipient" in log
    assert "has been delivered" not in log
    assert "ana, writes no more to a recipient" in log
    assert "ana, sent a trial to a recipient by webhook" in log
    (told,) = reads(None).told
    assert (told.sent, told.waiting, told.failed, told.uncertain) == (0, 1, 1, 1)
    assert told.subject.endswith("the class is open to all as Claude Fable 5.2")


def test_readers_see_their_messages_however_many_the_operator_had_since(store: Store, reads: StoreQueries) -> None:
    fill(store)
    with store.writing() as tx:
        for number in range(25):
            kind = ("operator", "undecided")[number % 2]
            tx.digests.put(Digest(f"{kind}-{number}", NOW + timedelta(minutes=number), kind, (), (), ("A note to me.",)), ())
    log = words(Site(reads).get("/log").text)
    assert "the class is open to all as Claude Fable 5.2 news delivered 0 of 2" in log
    assert "A note to me" not in log


@ON_A_FILE
def test_each_recipient_of_a_message_is_counted_however_many_there_are(store: Store, reads: StoreQueries) -> None:
    with store.writing() as tx:
        crowd = [Outgoing(f"reader-{number}", "smtp", f"{number}@private.example", NOW) for number in range(1_200)]
        tx.digests.put(Digest("d1", NOW, "news", tuple(history()[1:2]), ()), crowd)
        for one in tx.deliveries.claim(NOW, timedelta(minutes=5), 1_200)[:1_100]:
            tx.deliveries.start(one.id, NOW)
            tx.deliveries.book_failed(one.id, "550 unknown", None)
    log = words(Site(reads).get("/log").text)
    assert "✕ given up: 1100 messages by smtp" in log
    assert "delivered 0 of 1200, 1100 given up" in log


def test_what_travels_in_a_later_message_is_not_counted_as_delivered_by_itself(store: Store, reads: StoreQueries) -> None:
    fill(store)
    with store.writing() as tx:
        first, second = tx.deliveries.claim(NOW, timedelta(minutes=5))
        tx.deliveries.join(first.id, 99, NOW)
        tx.deliveries.start(second.id, NOW)
        tx.deliveries.book_sent(second.id, NOW)
    (told,) = reads(None).told
    assert (told.sent, told.joined, told.recipients) == (1, 1, 2)
    log = words(Site(reads).get("/log").text)
    assert "delivered 1 of 2, 1 joined with a later message" in log
    assert "still to be sent" not in log


def test_what_waits_is_counted_however_many_digests_are_newer(store: Store, reads: StoreQueries) -> None:
    fill(store)
    with store.writing() as tx:
        for number in range(25):
            tx.digests.put(Digest(f"later-{number}", NOW + timedelta(minutes=number), "reminder", (), ()), ())
    assert all(one.id != "d1" for one in reads(None).told)
    assert "2 messages still to be sent; nothing has failed." in Site(reads).get("/log").text
    assert "has been delivered" not in Site(reads).get("/log").text


def test_a_past_day_shows_what_was_held_then(store: Store, reads: StoreQueries) -> None:
    fill(store)
    then = reads(at("2026-06-25"))
    assert then.past
    assert then.verdicts["mythos-ga"].headline_label == "As in June"
    assert [item.id for item in then.history] == [1]
    assert then.undelivered == then.told == then.acts == ()
    assert all(strip.polls == () for strip in then.strips)


def test_a_day_before_the_watch_began_shows_the_declared_history(store: Store, reads: StoreQueries) -> None:
    fill(store)
    before = reads(at("2026-05-01"))
    bill = next(track for track in before.verdicts["senate-vote"].tracks if track.track == "hr2683")
    assert (bill.status, bill.since) == ("in_senate_committee", at("2026-01-13"))
    assert next(track for track in before.verdicts["mythos-ga"].tracks if track.track == "class").status == "none"
    assert Site(reads).get("/?as_of=2026-05-01").status_code == 200


def test_an_empty_database_has_a_page(reads: StoreQueries) -> None:
    site = Site(reads)
    assert "The first look is still to come" in site.get("/").text
    for path in ("/signals/senate-vote", "/sources", "/log", "/machines", "/api/v1/signals", "/feeds/all.ics"):
        assert site.get(path).status_code == 200


def test_the_version_moves_with_commits_and_with_the_configuration_only(store: Store, reads: StoreQueries) -> None:
    first = reads.version()
    reads(None)
    if store.path is None:
        with store.reading() as tx:
            tx.run("SELECT pg_switch_wal()")  # as a checkpoint, or another database of the server, moves the log
    assert reads.version() == first
    with store.writing() as tx:
        tx.meta.put("a", "b")
    second = reads.version()
    assert second != first
    reads.face = replace(FACE, title="Another")
    assert reads.version() != second
    assert reads(None).title == "Another"


def test_a_verdict_of_tracks_that_are_gone_is_not_shown(store: Store, reads: StoreQueries) -> None:
    fill(store)
    reads.face = replace(FACE, signals=(replace(SENATE, tracks=SENATE.tracks[:1]),))
    assert reads(None).verdicts == {}
    assert Site(reads).get("/").status_code == 200


def test_notes_about_sources_are_not_news(store: Store, reads: StoreQueries) -> None:
    with store.writing() as tx:
        tx.transitions.add(
            [
                Transition(
                    "senate-vote", "", Change.FLAG, "", "blind", NOW, Standing.CONFIRMED, "h", "H", title="vote-menu: cannot see"
                )
            ]
        )
    assert reads(None).history == ()


def test_the_pulse_counts_what_waits(store: Store, reads: StoreQueries) -> None:
    fill(store)
    pulse = reads.pulse()
    assert (pulse.cycle_at, pulse.outbox, pulse.dead, pulse.oldest, pulse.database) == (NOW, 2, 0, NOW, True)
    assert pulse.counts[f"deliveries_{State.PENDING}"] == 2
    assert (
        'watcher_source_good_age_seconds{signal="mythos-ga",source="aws-news"} 7200.0'
        in Site(reads, peer="127.0.0.1").get("/metrics").text
    )


@ON_A_FILE
def test_a_database_that_is_taken_away_under_a_running_watch_is_a_watch_that_is_not_well(
    store: Store, reads: StoreQueries, tmp_path: Path
) -> None:
    site = Site(reads)
    assert site.get("/healthz").status_code == 200
    (tmp_path / "watch.db").rename(tmp_path / "other.db")
    answer = site.get("/healthz")
    assert (answer.status_code, answer.json()["message"]) == (503, "The database does not answer.")
    assert not (tmp_path / "watch.db").exists()


@ON_A_FILE
def test_a_database_that_is_gone_is_said_and_not_shown(store: Store, reads: StoreQueries, tmp_path: Path) -> None:
    store.close()
    (tmp_path / "watch.db").unlink()
    (tmp_path / "watch.db").mkdir()
    assert reads.pulse().database is False
    assert reads.version().endswith("unreadable")
    answer = Site(reads).get("/")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
