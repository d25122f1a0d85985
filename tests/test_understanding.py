"""What is read is understood within bounds, outside the transaction: what takes too long is the failure of its source alone."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import day
from tests.rehearsals import ROOT
from tests.test_cycles import CONFIG
from watcher.bootstrap import prepare
from watcher.config.build import Config, load
from watcher.core.decision.claims import claims_of
from watcher.core.model import Claim, Document, Entry, Facts, Health, Observation, Signal, Source, Tier
from watcher.fetch import Request
from watcher.pipeline.batches import BatchResult, Poller
from watcher.pipeline.cycle import Context
from watcher.pipeline.daemon import Daemon
from watcher.pipeline.deliver import Counts
from watcher.sandbox.pool import ParserPool
from watcher.sandbox.wire import PackedSignal
from watcher.store.store import Store

NOW = day("2026-06-02")
SLOW = ("Gadget is open to everyone if the Gadget " * 30 + ". ") * 160
"""Four seconds of processor for the rules of a gadget, within every bound of length; three such entries are read as quickly as any."""
WIDGET = """
[[signal]]
id = "widget"
question = "Can everybody use the Widget?"
[signal.vocabulary.things]
thing = ["Widget"]
[signal.vocabulary.phrases]
open = ["open to everyone"]
[[signal.track]]
id = "it"
ladder = "access"
[[signal.source]]
id = "notes"
url = "https://notes.example/feed.json"
format = "feed"
publisher = "notes.example"
tier = "official"
every = "1h"
"""


def feed(*texts: str) -> bytes:
    items = ", ".join(
        f'{{"id": "{n}", "url": "https://lab.example/{n}", "content_text": "{text}"}}' for n, text in enumerate(texts)
    )
    return f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Lab", "items": [{items}]}}'.encode()


@dataclass
class Lab:
    """A watch of two sources, one of which says what it likes; readers and rules work as they do in a running watch."""

    store: Store
    config: Config
    pool: ParserPool
    says: bytes = b""
    tried: list[str] = field(default_factory=list)
    """Whose entries were read or understood."""

    async def get(self, request: Request) -> Document:
        body = self.says if "lab.example" in request.url else feed("The Widget is open to everyone.")
        return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "application/json", NOW)

    async def read(self, document: Document, name: str, options: Facts) -> tuple[Entry, ...]:
        self.tried.append(f"read {document.url}")
        return await self.pool.read(document, name, options)

    async def understand(self, signal: Signal, observations: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
        self.tried.append(f"understood {observations[0].source}")
        return await self.pool.understand(signal, observations)

    def poll(self, now: datetime) -> list[BatchResult]:
        """All rounds of a moment, each as soon as something can be kept."""

        async def rounds() -> list[BatchResult]:
            signals = {signal.id: signal for signal in self.config.signals}
            found: list[BatchResult] = []
            async with Poller(
                self.store, signals, get=self.get, read=self.read, dice=lambda: 0.5, understand=self.understand
            ) as poller:
                while (seen := await poller.next(now)).polls:
                    found.append(seen)
            return found

        self.tried.clear()
        return asyncio.run(rounds())

    def health(self, source: str) -> Health:
        with self.store.reading() as tx:
            return next(one for name in ("gadget", "widget") for one in tx.sources.health(name) if one.source == source)

    def claims(self, signal: str) -> list[str]:
        with self.store.reading() as tx:
            return [claim.status for claim in tx.claims.of(signal)]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "signals.toml").write_text(CONFIG % "" + WIDGET, "utf-8")
    config = load(tmp_path / "signals.toml", {})
    with (
        Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store,
        ParserPool(workers=2, cpu=timedelta(seconds=3), wall=timedelta(minutes=5)) as pool,
    ):
        prepare(store, config, NOW)
        yield Lab(store, config, pool)


def test_a_document_that_takes_too_long_to_understand_is_the_failure_of_its_source_alone(lab: Lab) -> None:
    lab.says = feed(SLOW, SLOW, SLOW)
    first, *later = lab.poll(NOW)
    assert (first.polls, first.outcomes, first.reading) == (1, {"ok": 1}, {"gadget"}), (
        "the other is kept while it is thought about"
    )
    assert [(seen.polls, seen.outcomes, seen.reading) for seen in later] == [(1, {"malformed": 1}, set())]
    assert lab.claims("widget") == ["open"]
    assert lab.claims("gadget") == []
    assert lab.health("news").error == "understanding it took more processor time than allowed"

    lab.poll(NOW + timedelta(hours=3))
    assert [one for one in lab.tried if "lab" in one or "news" in one] == [], "the same document is not tried again"
    assert lab.health("news").error == "understanding it took more processor time than allowed"
    assert lab.health("news").last_tried_at == NOW + timedelta(hours=3)
    assert lab.health("notes").outcome == "unchanged"

    lab.says = feed("The Gadget is open to everyone.")
    lab.poll(NOW + timedelta(hours=12))
    assert (lab.health("news").outcome, lab.health("news").error) == ("ok", "")
    assert lab.claims("gadget") == ["open"]


@pytest.mark.parametrize("where", ["match", *(pytest.param(one, marks=pytest.mark.slow) for one in ("title", "links"))])
def test_links_that_keep_a_pattern_of_the_configuration_busy_are_the_failure_of_their_source_alone(
    lab: Lab, tmp_path: Path, where: str
) -> None:
    """As anybody writes such a pattern: it takes the fourth power of a link's length, hours for the longest."""
    slow, text = '".*news.*2026.*mythos"', (tmp_path / "signals.toml").read_text("utf-8")
    more = {
        "match": f'\n[[signal.source.follow]]\nmatch = {slow}\nformat = "page"\nevery = "1h"\n',
        "title": f'\n[[signal.source.follow]]\nmatch = "lab"\ntitle = {slow}\nformat = "page"\nevery = "1h"\n',
        "links": f"\nexpect = {{ links = {slow} }}\n",
    }[where]
    (tmp_path / "signals.toml").write_text(text.replace("may_be_empty = true\n", f"may_be_empty = true\n{more}", 1), "utf-8")
    lab.config = load(tmp_path / "signals.toml", {})
    prepare(lab.store, lab.config, NOW)
    # Less than a document may take to be read: the main process would take as long once more.
    title, link, many = "news2026" * 50, *(("lab", 30) if where == "title" else ("news2026" * 110, 1))
    items = ", ".join(
        f'{{"id": "{n}", "url": "https://lab.example/{link}", "title": "{title}", "content_text": "x"}}' for n in range(many)
    )
    lab.says = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Lab", "items": [{items}]}}'.encode()

    with ParserPool(workers=2, cpu=timedelta(seconds=40), wall=timedelta(minutes=5)) as lab.pool:
        lab.poll(NOW)
        assert lab.health("news").error == "its links take too long to be held against the patterns of the source"
        assert lab.health("notes").outcome == "ok"
        lab.poll(NOW + timedelta(hours=2))
    assert "read https://lab.example/feed.xml" not in lab.tried, "the same document is not tried again"


@pytest.mark.parametrize("change", ["rules", pytest.param("a day", marks=pytest.mark.slow)])
def test_it_is_tried_again_under_other_rules_and_after_a_day(lab: Lab, change: str) -> None:
    lab.says = feed(SLOW, SLOW, SLOW)
    lab.poll(NOW)
    if change == "rules":
        with lab.store.writing() as tx:
            tx.claims.replace("gadget", "others", (), NOW)
    lab.poll(NOW + (timedelta(hours=3) if change == "rules" else timedelta(hours=25)))
    assert "understood news" in lab.tried


def test_a_worker_understands_what_we_do_and_keeps_every_value(lab: Lab) -> None:
    signals = {signal.id: signal for signal in load(ROOT / "signals.toml", {"CONGRESS_API_KEY": "planted"}).signals}
    texts = [
        ("mythos-ga", "anthropic.com", "Claude Mythos is generally available today at $25 per million tokens."),
        ("mythos-ga", "anthropic.com", "Mythos may have become something for all of you."),
        ("caisi-evaluation", "nist.gov", "CAISI evaluation of Kimi K2 finds that the model lags the frontier by about 8 months."),
    ]
    for name, publisher, text in texts:
        entry = Entry("k", text, text, f"https://www.{publisher}/news/x", NOW, {"order": 1, "tags": ("a", "b"), "none": None})
        seen = Observation("x", entry, NOW, "hash", publisher, Tier.OFFICIAL, "newsroom", first_seen_at=NOW)
        here = claims_of(signals[name], seen)
        assert here, text
        assert lab.pool.understand_now(signals[name], [seen, seen]) == (here, here)


def test_no_key_of_a_source_goes_to_a_worker() -> None:
    source = Source(
        "x", "s", "https://x.example/", "feed", "x.example", Tier.OFFICIAL, timedelta(hours=1), headers={"X": "planted"}
    )
    assert b"planted" not in PackedSignal.of(Signal("s", "", "", "", (), (), (source,))).content


def test_nothing_is_decided_while_something_of_the_signal_is_still_to_be_understood(lab: Lab) -> None:
    now, open_gate = [NOW], list[asyncio.Event]()

    async def understand(signal: Signal, observations: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
        if signal.id == "gadget":
            await open_gate[0].wait()
        return tuple(claims_of(signal, one) for one in observations)

    async def deliver(_: datetime) -> Counts:
        return Counts()

    def decided() -> Mapping[str, datetime]:
        with lab.store.reading() as tx:
            return {name: verdict.as_of for name, verdict in tx.verdicts.all_latest().items()}

    async def live() -> None:
        open_gate.append(asyncio.Event())
        open_gate[0].set()
        context = Context(
            lab.store,
            {signal.id: signal for signal in lab.config.signals},
            (),
            lab.get,
            lab.read,
            understand,
            lambda: 0.5,
            timedelta(0),
            deliver,
        )
        daemon = Daemon(context, clock=lambda: now[0])
        lab.says = feed("A note.")
        await daemon.tick()
        assert decided() == {"gadget": NOW, "widget": NOW}

        open_gate[0].clear()
        lab.says = feed("The Gadget is open to everyone.")
        now[0] += timedelta(hours=2)
        await daemon.tick()
        assert decided() == {"gadget": NOW, "widget": now[0]}
        assert lab.health("notes").last_good_at == now[0]

        open_gate[0].set()
        now[0] += timedelta(minutes=1)
        await daemon.tick()
        assert decided()["gadget"] == now[0]
        await daemon.stop()

    asyncio.run(live())
    assert lab.claims("gadget") == ["open"]


def test_a_reading_that_another_process_was_quicker_with_is_not_kept_twice(lab: Lab) -> None:
    lab.says = feed("The Gadget is open to everyone.")
    other = replace(lab, tried=[])

    async def overtaken(signal: Signal, observations: Sequence[Observation]) -> tuple[tuple[Claim, ...], ...]:
        if observations[0].source == "news" and not other.tried:
            await asyncio.to_thread(other.poll, NOW)
        return await lab.pool.understand(signal, observations)

    async def rounds() -> None:
        signals = {signal.id: signal for signal in lab.config.signals}
        async with Poller(lab.store, signals, get=lab.get, read=lab.read, dice=lambda: 0.5, understand=overtaken) as poller:
            while (await poller.next(NOW)).polls:
                pass

    asyncio.run(rounds())
    assert lab.claims("gadget") == ["open"]
    with lab.store.reading() as tx:
        assert [one.revision for one in tx.observations.of("gadget", all_revisions=True)] == [1]
