"""Clocks that jump, stop and change to summer time: no work is missed, none is doubled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.builders import day
from tests.test_cycles import CONFIG, Web, item
from tests.watching import Watch, hourly
from watcher.core.model import Document, Outcome, Source, Tier
from watcher.fetch import Answer, Request
from watcher.pipeline.cycle import run_retention
from watcher.pipeline.daemon import Daemon
from watcher.pipeline.deliver import Counts
from watcher.store.records import Policy, Poll
from watcher.store.store import Store
from watcher.web.read_model import HealthStatus
from watcher.web.routes_operator import readiness_text

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NOON = day("06-01 12:00")
NEWS = "Gadget: Yes. Open (provisional)"
OPEN = item("The Gadget is open to everyone", at="Mon, 01 Jun 2026 13:30:00 GMT")


def told_at(web: Web) -> Web:
    """A web in which the news comes at half past one."""
    return web.feed("2026-05-01").feed("2026-06-01T13:30:00Z", OPEN)


def polled(watch: Watch, moments: list[tuple[datetime, datetime]]) -> list[datetime]:
    """The true times at which the source is asked while the clock shows what it shows."""
    asked: list[datetime] = []

    async def cycles() -> None:
        async with watch.living(moments[0][0]) as daemon:
            get = daemon.context.get

            async def noted(request: Request) -> Answer:
                asked.append(watch.world.now())
                return await get(request)

            daemon.context = replace(daemon.context, get=noted)
            for shown, true in moments:
                watch.set(shown, true=true)
                await daemon.tick()

    asyncio.run(cycles())
    return asked


def minutely(offset: timedelta, start: datetime, hours: int) -> list[tuple[datetime, datetime]]:
    """What a clock shows that goes wrong by an offset, with the true time, every five minutes."""
    return [(true + offset, true) for true in hourly(start, hours * 12, 5 * MINUTE)]


STORIES = {
    "ahead by a year, then put right": [(timedelta(days=365), 1), (timedelta(0), 3)],
    "ahead by three hours, then put right": [(3 * HOUR, 1), (timedelta(0), 3)],
    "behind by a day, then put right": [(-DAY, 1), (timedelta(0), 3)],
    "right, then set back by a day": [(timedelta(0), 1), (-DAY, 3)],
    "right, then a day ahead": [(timedelta(0), 1), (DAY, 3)],
    "to and fro": [(DAY, 1), (-DAY, 1), (2 * DAY, 1), (timedelta(0), 1)],
}


@pytest.mark.parametrize("story", STORIES)
def test_a_clock_that_jumps_costs_no_hour_of_polls_and_no_storm_of_them(story: str, store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store)
    moments, true = [], NOON
    for offset, hours in STORIES[story]:
        moments += minutely(offset, true, hours)
        true += hours * HOUR

    asked = polled(watch, moments)

    gaps = [later - earlier for earlier, later in zip(asked, [*asked[1:], true], strict=True)]
    assert max(gaps) <= HOUR + 10 * MINUTE, "never later than its pace"
    assert len(asked) <= 2 * (len(STORIES[story]) + 4), "a poll for each jump, and one an hour"


def mails(watch: Watch) -> list[str]:
    """What the reader was told of the gadget, without when."""
    return [subject for subject in watch.subjects("reader") if subject.startswith("Gadget")]


@given(st.lists(st.integers(-72, 72), min_size=1, max_size=4))
@example([72, 0])
@example([0, -72])
@example([-1, 1, 0])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_clock_does_the_news_is_mailed_once(tmp_path_factory: pytest.TempPathFactory, hours: list[int]) -> None:
    folder = tmp_path_factory.mktemp("watch")
    with Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store:
        watch = Watch(CONFIG % "", folder, told_at(Web(folder / "web")).folder, store)
        moments, true = [], NOON
        for offset in hours:
            moments += [(at + offset * HOUR, at) for at in hourly(true, 8, 15 * MINUTE)]
            true += 2 * HOUR
        moments += [(at, at) for at in hourly(true, 10, 15 * MINUTE)]
        watch.run(moments)

        assert mails(watch) == [NEWS], "told once, within two and a half hours of true time"
        assert [subject for subject in watch.subjects("operator") if "cannot see" in subject] == [], "it was never blind"


def test_a_clock_that_begins_in_1970_leaves_nothing_behind_from_then(store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store)
    boot = day("1970-01-01")
    asked = polled(watch, [(boot, NOON), (boot + MINUTE, NOON + MINUTE), (NOON + 2 * MINUTE, NOON + 2 * MINUTE)])
    assert asked == [NOON + 2 * MINUTE], "nothing is watched before the clock is set"
    ready, words = readiness_text(HealthStatus(), boot, HOUR)
    assert (ready, words) == (False, "Blind: the clock shows 1970-01-01 00:00 UTC, and nothing is watched until it is set.")

    watch.run(hourly(NOON + HOUR, 3))

    with store.reading() as tx:
        assert "1970" not in repr([tx.verdicts.latest("gadget"), *tx.sources.health("gadget"), *tx.transitions.of("gadget")])
    assert mails(watch) == [NEWS]


def test_a_delivery_that_was_put_off_by_a_wrong_clock_is_tried_when_the_clock_is_right(store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store)
    watch.run([NOON])
    (tmp_path / "reader").rename(tmp_path / "kept")
    (tmp_path / "reader").write_text("a file in the way of the mailbox")
    year = timedelta(days=365)
    watch.run([(at + year, at) for at in hourly(NOON + 2 * HOUR, 12, 5 * MINUTE)])
    (tmp_path / "reader").unlink()
    (tmp_path / "kept").rename(tmp_path / "reader")
    with store.reading() as tx:
        due = tx.deliveries.next_due()
    assert due is not None
    assert due > NOON + year, "it waits for a time that is a year away"

    watch.run(hourly(NOON + 4 * HOUR, 3))

    assert mails(watch) == [NEWS]


def test_a_lease_of_a_wrong_clock_ends(store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store)
    watch.run([NOON])
    year = timedelta(days=365)

    async def killed_while_sending() -> None:
        async with watch.living(NOON) as daemon:

            async def claim_and_die(now: datetime) -> Counts:
                with store.writing() as tx:
                    tx.deliveries.claim(now, timedelta(minutes=10))
                return Counts()

            daemon.context = replace(daemon.context, deliver=claim_and_die)
            for at in hourly(NOON + 2 * HOUR, 4, 15 * MINUTE):
                watch.set(at + year, true=at)
                await daemon.tick()

    asyncio.run(killed_while_sending())
    assert mails(watch) == []

    watch.run(hourly(NOON + 4 * HOUR, 2))

    assert mails(watch) == [NEWS]


def test_a_laptop_that_slept_for_three_days_asks_each_source_once_and_mails_once(store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store)
    watch.run([NOON])

    wake = NOON + 3 * DAY
    asked = polled(watch, [(at, at) for at in hourly(wake, 20, timedelta(seconds=30))])

    assert asked == [wake]
    assert mails(watch) == [NEWS]
    assert watch.subjects("operator")[1:] == [NEWS], "and no word of blindness"


def test_the_scheduler_goes_on_whatever_its_clock_shows(store: Store, tmp_path: Path) -> None:
    """The pause between cycles is no matter of the time of day."""
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store)
    shown = [NOON, NOON + DAY, NOON - DAY, NOON - 40 * DAY, NOON + 400 * DAY, NOON, NOON, NOON]

    async def cycles() -> int:
        seen: list[datetime] = []
        enough = asyncio.Event()

        def clock() -> datetime:
            seen.append(shown[min(len(seen), len(shown) - 1)])
            if len(seen) >= len(shown):
                enough.set()
            return seen[-1]

        async with watch.living(NOON) as daemon:
            living = Daemon(daemon.context, clock=clock, pause=timedelta(milliseconds=1))
            living.start()
            await asyncio.wait_for(enough.wait(), 30)
            await living.stop()
            assert living.last_error == ""
        return len(seen)

    assert asyncio.run(cycles()) >= len(shown)


DAILY = (CONFIG % "") + '\n[[recipient]]\nid = "daily"\nchannel = "maildir"\nto = "{0}/daily"\npace = "daily"\nat = 07:30:00\n'
CHANGES = [
    ("to summer time", day("2026-03-27"), "Europe/Berlin", [6, 6, 5, 5]),
    ("to winter time", day("2026-10-23"), "Europe/Berlin", [5, 5, 6, 6]),
    ("in a place that skips that very hour", day("2026-10-02"), "Australia/Lord_Howe", None),
]


@pytest.mark.parametrize(("what", "start", "zone", "hours"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_daily_digest_comes_once_on_each_day_of_a_clock_change(
    what: str, start: datetime, zone: str, hours: list[int] | None, store: Store, tmp_path: Path
) -> None:
    web = Web(tmp_path / "web").feed("2026-01-01")
    for number in range(4):  # there and back: news on every day
        words = "open to everyone" if number % 2 == 0 else "shut for everyone"
        at = start + number * DAY + timedelta(minutes=30)
        web.feed(at.isoformat(), item(f"Day {number}: the Gadget is {words}", at=f"{at:%a, %d %b %Y %H:%M:%S} GMT"))
    text = DAILY.replace("{0}", str(tmp_path)) + f'timezone = "{zone}"\n'
    text = text.replace('open = ["open to everyone"]', 'open = ["open to everyone"]\nshut = ["shut for everyone"]').replace(
        "[[ladder.access.flag]]",
        '[[ladder.access.rule]]\nid = "shut"\nstatus = "closed"\nback_from = ["open"]\nby = ["official"]\n'
        'says = { about = ["thing"], phrase = ["shut"] }\n[[ladder.access.flag]]',
    )
    watch = Watch(text, tmp_path, web.folder, store)

    # Every third hour, and every half hour from two hours before half past seven there until two hours after it.
    moments = hourly(start, 4 * 48, 30 * MINUTE)
    watch.run([at for at in moments if at.hour % 3 == at.minute == 0 or 5 <= at.astimezone(ZoneInfo(zone)).hour <= 9])

    with store.reading() as tx:
        rows = [row for row in tx.deliveries.of()[::-1] if row.recipient == "daily" and row.digest.startswith("news")]
    sent = [row.sent_at.astimezone(UTC) for row in rows if row.sent_at]
    local = [at.astimezone(ZoneInfo(zone)) for at in sent]
    assert len({at.date() for at in local}) == len(local) == 4, "one for each day"
    assert hours is None or [at.hour for at in sent] == hours, "always half past seven by the reader's clock"
    assert all((at.hour, at.minute) == (7, 30) for at in local)


# --- keeping and letting go -----------------------------------------------------------------------------------------

SOURCE = Source("feed", "sig", "https://lab.example/", "feed", "lab.example", Tier.OFFICIAL, HOUR)
POLICY = Policy(polls=DAY, bodies=DAY)
KEPT = [
    ("the first day", [0], [False]),
    ("each day", [0, 1, 2, 3], [False, True, True, True]),
    ("not twice a day", [0, 1, 1.5, 2], [False, True, False, True]),
    ("after a gap a day later", [0, 1, 700, 700.5, 701], [False, True, False, False, True]),
    ("after a clock that was set back a day later", [0, 700, 1, 2], [False, False, False, True]),
]


@pytest.mark.parametrize(("what", "days", "done"), KEPT, ids=[row[0] for row in KEPT])
def test_what_is_old_goes_once_a_day_and_never_on_a_day_on_which_the_clock_may_be_wrong(
    what: str, days: list[float], done: list[bool], store: Store
) -> None:
    assert [asyncio.run(run_retention(store, NOON + number * DAY, POLICY)) for number in days] == done


def test_the_heart_lets_go_of_what_nothing_cites(store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, told_at(Web(tmp_path / "web")).folder, store, keep=POLICY)
    with store.writing() as tx:
        tx.sources.sync([SOURCE], NOON)
        tx.documents.put([Document("https://lab.example/", "", b"old", "0" * 64, "", NOON - 9 * DAY)])
        tx.polls.record([Poll("feed", NOON - 9 * DAY, Outcome.OK, NOON)])

    watch.run([NOON, NOON + DAY + HOUR])

    with store.reading() as tx:
        assert tx.documents.get("0" * 64) is None
