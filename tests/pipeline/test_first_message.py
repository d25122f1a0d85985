"""The first message of a watch of many signals: as long as a message that is read, and what it leaves out is counted."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.builders import ACCESS, day, said, signal_of
from tests.mail.stories import CONTEXT, READER
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.decision.digest import compose
from watcher.core.model import Digest, Signal, Transition, Verdict
from watcher.mail import MailContext, Recipient, render
from watcher.pipeline.announce import Route, announce
from watcher.store.store import Store

NOW = day("06-10 12:00")
WORDS = "It is open to everybody, wherever they are and whatever they do, as we have said before. " * 9


def watched(many: int) -> list[Signal]:
    """So many signals."""
    return [signal_of(ACCESS, id=f"s{number:03}", title=f"Signal s{number:03}") for number in range(many)]


def stand(signal: Signal) -> Verdict:
    """Where a signal stands by five long texts."""
    claims = [said("official:lab", "available", f"06-0{number}", words=f"{number}. {WORDS}") for number in range(1, 6)]
    return decide(signal, claims, [], NOW)


def route(name: str = "me", signals: frozenset[str] = frozenset()) -> Route:
    """A reader of some signals, or of all."""
    return Route(name, "maildir", name, signals, operator=False, allowed_at=lambda when, _: when)


def begun(folder: Path, signals: Sequence[Signal], *routes: Route, known: Sequence[Signal] = ()) -> tuple[Digest, int]:
    """What the first message over these signals tells, and its bytes in the store; those that are known were told before."""
    with Store.open(f"sqlite:///{folder}/{len(signals)}.db", durable=False) as store:
        with store.writing() as tx:
            for signal in (*known, *signals):
                tx.verdicts.put(stand(signal))
            for signal in signals:
                tx.transitions.add(compare(signal, None, stand(signal)))
        (told,) = announce(store, routes, [each.id for each in (*known, *signals)], now=NOW, wait=timedelta(0))
        with store.reading() as tx:
            held = tx.digests.get(told.id)
            assert held is not None
            return held, len(tx.value("SELECT digest FROM digest").encode())


def whole(signals: Sequence[Signal]) -> Digest:
    """The same with all words of all signals."""
    first: list[Transition] = [one for signal in signals for one in compare(signal, None, stand(signal))]
    told = [replace(one, id=number) for number, one in enumerate(first, 1)]
    return compose(told, {signal.id: stand(signal) for signal in signals}, now=NOW, kind="baseline")


def context_of(signals: Sequence[Signal]) -> MailContext:
    return replace(CONTEXT, signals={signal.id: signal for signal in signals})


def test_a_first_message_grows_by_a_line_for_each_signal_that_no_mail_has_room_for(tmp_path: Path) -> None:
    (_, least), (_, some), (told, most) = (begun(tmp_path, watched(many), route()) for many in (50, 100, 200))
    assert least / 50 > 3_000, "with its words"
    assert (most - some) / 100 < 1_000, "without"

    signals = watched(200)
    message = render(told, context_of(signals), READER)
    assert len(message.html.encode()) <= 80_000
    assert len(message.text.encode()) <= 80_000
    assert len(json.dumps(message.payload).encode()) <= 40_000


def test_a_first_message_counts_the_signals_that_it_does_not_name_and_says_where_they_are(tmp_path: Path) -> None:
    told, _ = begun(tmp_path, watched(200), route())
    message = render(told, context_of(watched(200)), READER)
    words = " ".join(message.text.split())
    named = set(re.findall(r"signal s\d+", words.casefold()))
    left = re.search(r"\* and (\d+) more: The page lists them all\. (https://watch\.example\.org/)", words)
    assert left is not None
    assert len(named) + int(left[1]) == 200
    assert f"{WORDS[:60]}" in words, "the first ones with their words"
    assert "200 signals stand today." in words
    assert "Signal s070: Open to all https://watch.example.org/signals/s070" in words, "the next ones in a line"
    assert re.search(r"and (\d+) more</a>:", message.html), "a link"
    assert [each["signal"] for each in message.payload["standings"]] == [f"s{number:03}" for number in range(60)]
    assert message.payload["notes"][-1] == "140 more signals: see the page, https://watch.example.org/"
    assert message.payload["notes"][0] == "200 changes: too many for one payload; see the page"
    alone = render(told, replace(context_of(watched(200)), base_url=""), READER)
    assert alone.payload["notes"][-1] == "140 more signals: see the page"


def test_who_follows_fifty_of_many_signals_is_told_what_they_were_told_when_there_were_no_others(tmp_path: Path) -> None:
    signals = watched(200)
    mine = frozenset(each.id for each in signals[120:170])
    told, _ = begun(tmp_path, signals, route(), route("you", mine))
    reader: Recipient = replace(READER, signals=mine)
    assert render(told, context_of(signals), reader) == render(whole(signals), context_of(signals), reader)


def test_signals_that_are_added_to_many_are_told_with_their_words(tmp_path: Path) -> None:
    signals = watched(100)
    told, _ = begun(tmp_path, signals[95:], route(), known=signals[:95])
    text = " ".join(render(told, context_of(signals), READER).text.split())
    assert "Now watched: 5 new signals" in text
    assert text.count(f"1. {WORDS[:60]}") == 5
