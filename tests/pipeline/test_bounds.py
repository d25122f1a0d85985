"""How much one reading, one source and a change of rules may bring: stated bounds, and what lies beyond is said on the source."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.things import DAY, HOUR, T0, claim, document, seen
from tests.store.things import source as source_of
from tests.test_rounds import Hours, hours
from tests.test_understanding import NOW, SLOW, Lab, feed, lab
from watcher.bootstrap import prepare
from watcher.config.build import load, rules_hash
from watcher.core.model import Claim, Entry, Failed, Observation, Outcome, Signal, Source, Unreadable
from watcher.core.shape import MOST_ENTRIES, newest_of
from watcher.fetch import Answer, Request
from watcher.pipeline.batches import Bounds
from watcher.pipeline.cycle import run_cycle
from watcher.pipeline.decide import UNDERSTOOD_TOGETHER, renew_claims
from watcher.pipeline.record import CLAIMS_OF_SIGNAL, CLAIMS_OF_SOURCE
from watcher.sandbox.understanding import MOST_CLAIMS
from watcher.store.store import Store

__all__ = ["hours", "lab"]


def entries(many: int, *, dated: bool = True) -> list[Entry]:
    """Entries, the newest last, and one without a date."""
    listed = [Entry(f"k{n}", published=T0 + n * timedelta(minutes=1) if dated else None) for n in range(many - 1)]
    return [Entry("home"), *listed]


def test_of_too_many_entries_the_newest_are_read_and_that_is_said() -> None:
    kept, said = newest_of(source_of(), entries(MOST_ENTRIES + 10))
    assert (len(kept), kept[0].key, kept[1].key, kept[-1].key) == (MOST_ENTRIES, "home", "k10", f"k{MOST_ENTRIES + 8}")
    assert said == f"{MOST_ENTRIES + 10:,} entries, more than {MOST_ENTRIES:,}: the newest {MOST_ENTRIES:,} were read"
    assert newest_of(source_of(), entries(MOST_ENTRIES)) == (tuple(entries(MOST_ENTRIES)), "")


@pytest.mark.parametrize(
    ("source", "dated", "why"),
    [(source_of(), False, "too few are dated to tell the newest"), (source_of(record=True), True, "of a record all are needed")],
)
def test_where_nobody_can_tell_the_newest_nothing_is_read(source: Source, dated: bool, why: str) -> None:  # noqa: FBT001 - a column
    with pytest.raises(Unreadable, match=why):
        newest_of(source, entries(MOST_ENTRIES + 1, dated=dated))


def site_map(many: int) -> bytes:
    listed = "".join(
        f"<url><loc>https://lab.example/news/{n}</loc><lastmod>{(NOW - n * timedelta(minutes=1)).isoformat()}</lastmod></url>"
        for n in range(many)
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'.encode()


def test_a_long_site_map_says_that_not_all_was_read_for_as_long_as_it_stays(lab: Lab, tmp_path: Path) -> None:
    text = (tmp_path / "signals.toml").read_text().replace('format = "feed"', 'format = "sitemap"', 1)
    (tmp_path / "signals.toml").write_text(text)
    lab.config = load(tmp_path / "signals.toml", {})
    prepare(lab.store, lab.config, NOW)
    lab.says = site_map(MOST_ENTRIES + 1)
    said = f"{MOST_ENTRIES + 1:,} entries, more than {MOST_ENTRIES:,}: the newest {MOST_ENTRIES:,} were read"
    for passed, outcome in ((0, "ok"), (2, "unchanged"), (4, "unchanged")):
        lab.poll(NOW + timedelta(hours=passed))
        assert (lab.health("news").outcome, lab.health("news").error) == (outcome, said)
    with lab.store.reading() as tx:
        assert tx.observations.count() == MOST_ENTRIES + 1, "and one of the other source"
    lab.says = site_map(3)
    lab.poll(NOW + timedelta(hours=6))
    assert (lab.health("news").outcome, lab.health("news").error) == ("ok", "")


def test_a_reading_that_claims_too_much_is_the_failure_of_its_source(lab: Lab, tmp_path: Path) -> None:
    more = "\n".join(f'[[ladder.access.rule]]\nid = "r{n}"\nstatus = "open"\nwhen = {{ link = ["*"] }}\n' for n in range(3))
    text = (tmp_path / "signals.toml").read_text().replace("[[ladder.access.flag]]", f"{more}[[ladder.access.flag]]")
    (tmp_path / "signals.toml").write_text(text)
    lab.config = load(tmp_path / "signals.toml", {})
    prepare(lab.store, lab.config, NOW)
    lab.says = feed(*(f"Note {n}." for n in range(MOST_CLAIMS // 3 + 1)))
    lab.poll(NOW)
    assert (lab.health("news").outcome, lab.health("news").error) == (
        "malformed",
        f"more than {MOST_CLAIMS:,} claims in one reading",
    )
    assert lab.claims("gadget") == []
    lab.poll(NOW + HOUR)
    assert not [one for one in lab.tried if "lab" in one], "the same document is not tried again"
    lab.says = feed("One note.")
    lab.poll(NOW + DAY)
    assert (lab.health("news").outcome, len(lab.claims("gadget"))) == ("ok", 3)


def test_nothing_more_is_taken_from_a_source_that_has_made_a_signal_too_heavy(lab: Lab) -> None:
    with lab.store.writing() as tx:
        tx.documents.put([document()])
        [first] = tx.observations.add([seen(name="news")])
        tx.claims.add(claim(first.id, signal="gadget") for _ in range(CLAIMS_OF_SOURCE + 1))
        tx.claims.add(claim(0, signal="gadget") for _ in range(CLAIMS_OF_SIGNAL - CLAIMS_OF_SOURCE))
    lab.says = feed("The Gadget is open to everyone.")
    lab.poll(NOW)
    assert lab.health("news").outcome == "malformed"
    assert lab.health("news").error.endswith(f"{CLAIMS_OF_SOURCE + 1:,} of them are of this source: nothing more of it is taken")
    with lab.store.writing() as tx:
        tx.claims.replace("gadget", tx.claims.rules("gadget"), [claim(0, signal="gadget")] * (CLAIMS_OF_SIGNAL + 1), NOW)
    lab.poll(NOW + DAY)
    assert lab.health("news").outcome == "ok", "others have made it heavy"


# --- a change of rules -----------------------------------------------------------------------------------------------


@pytest.fixture
def past(lab: Lab) -> Iterator[Store]:
    """A store with more observations than are understood together, and one that says something."""
    texts = [f"Note {n}." for n in range(UNDERSTOOD_TOGETHER + 5)]
    texts[UNDERSTOOD_TOGETHER + 3] = "The Gadget is open to everyone."
    with lab.store.writing() as tx:
        tx.documents.put([document()])
        tx.observations.add([seen(f"{n}", text, name="news", at=NOW) for n, text in enumerate(texts)])
        tx.claims.replace("gadget", "other rules", (), NOW)
    return lab.store


def test_after_a_change_of_rules_all_is_understood_anew_by_the_readers_in_parts(lab: Lab, past: Store) -> None:
    gadget = lab.config.signals[0]
    parts: list[int] = []

    def understand(signal: Signal, some: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
        if not parts:  # another process keeps something meanwhile
            with past.writing() as tx:
                tx.observations.add([seen("late", "The Gadget is open to everyone.", name="news", at=NOW)])
        parts.append(len(some))
        return lab.pool.understand_now(signal, some)

    assert renew_claims(past, gadget, rules_hash(gadget), understand, NOW)
    assert parts == [UNDERSTOOD_TOGETHER, 6]
    assert lab.claims("gadget") == ["open", "open"]
    assert not renew_claims(past, gadget, rules_hash(gadget), understand, NOW), "once is enough"


def test_what_cannot_be_understood_under_changed_rules_is_named_and_stops_nothing(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    with lab.store.writing() as tx:
        tx.documents.put([document()])
        texts = {"slow": SLOW, "quick": "The Gadget is open to everyone."}
        tx.observations.add([seen(key, text, name="news", at=NOW) for key, text in texts.items()])
    with caplog.at_level(logging.WARNING):
        renew_claims(lab.store, lab.config.signals[0], "new rules", lab.pool.understand_now, NOW)
    assert lab.claims("gadget") == ["open"]
    with lab.store.reading() as tx:
        [act] = tx.audit.of()
    assert (act.who, act.what) == ("watch", "made no claims of observation 1 of news under changed rules")
    assert "observation 1 of news claims nothing under the changed rules" in caplog.text


def test_what_was_withdrawn_when_rules_changed_counts_again_when_it_is_back(lab: Lab, past: Store) -> None:
    place = ("news", f"{UNDERSTOOD_TOGETHER + 3}")
    with past.writing() as tx:
        tx.observations.withdraw([place], NOW)
    prepare(past, replace(lab.config, digest="another"), NOW)
    assert lab.claims("gadget") == []
    with past.writing() as tx:
        tx.observations.restore([place], NOW + DAY)
    assert lab.claims("gadget") == ["open"]


def test_where_one_poll_is_made_at_a_time_new_sources_are_asked_and_those_that_failed_too(hours: Hours) -> None:
    asked, answers = list[str](), [False]

    async def get(request: Request) -> Answer:
        asked.append(request.url)
        return await hours.get(request) if answers[0] else Failed(Outcome.ERROR, "500")

    context = hours.context({f"s{n}": f"https://f{n}.example/" for n in range(3)}, get, bounds=Bounds(polls=1))
    asyncio.run(run_cycle(context, T0))
    assert len(asked) == 3
    answers[0] = True
    assert asyncio.run(run_cycle(context, T0 + DAY)).polls == 3
    with hours.store.reading() as tx:
        assert all(one.last_good_at for one in tx.sources.health())


@pytest.mark.parametrize("bounds", [{"polls": 0}, {"polls": -1}, {"of_a_host": 0}], ids=str)
def test_bounds_that_would_ask_nothing_are_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one poll"):
        Bounds(**bounds)  # type: ignore[arg-type]  # the times are no integers
