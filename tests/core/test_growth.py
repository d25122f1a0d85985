"""A list twice as long takes about twice as long to decide, whatever it says: a hostile one must not hold up the watch."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.builders import ACCESS, BILL, SERIES, day, said, signal_of
from watcher.core import decision
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.decision.entry_diff import diff_entries
from watcher.core.decision.explain import explain
from watcher.core.decision.fold import MAX_REVOCATIONS
from watcher.core.decision.repeats import drop_repeats
from watcher.core.decision.undecided import ask, edges
from watcher.core.model import Claim, Entry, Ladder, Signal, Trace, Verdict
from watcher.store.records import KnownEntry

pytestmark = pytest.mark.slow

MANY = 100
NOW, LATER = day("12-01"), day("12-02")
FEW = 20
"""Instructions for each claim below which a piece of code is too small to be weighed."""


ROOM = (*(str(path) for path in Path(decision.__path__[0]).glob("*.py")), "<string>")
"""Where what decides stands, and what dataclasses write for it."""


def steps(work: Callable[[], object]) -> Counter[CodeType]:
    """How many instructions each piece of code takes in some work: what time it takes, on any machine."""
    made = Counter[CodeType]()

    def trace(frame: FrameType, what: str, _of: Any) -> Any:
        if not frame.f_code.co_filename.endswith(ROOM):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        made[frame.f_code] += what == "opcode"
        return trace

    def counted() -> None:
        sys.settrace(trace)
        try:
            work()
        finally:
            sys.settrace(None)

    alone = threading.Thread(target=counted)  # tracing is of one thread: what measures the tests goes on in its own
    alone.start()
    alone.join()
    return made


def swollen(work: Callable[[int], object], many: int = MANY) -> list[str]:
    """The pieces of code that take more than three times as long for twice as many."""
    work(10)  # what is compiled once is not counted
    once, twice = steps(lambda: work(many)), steps(lambda: work(2 * many))
    return [code.co_qualname for code, made in twice.items() if made > FEW * many and made > 3 * once[code]]


def told(number: int, who: str, status: str, rule: str, **changes: Any) -> Claim:
    """One claim of a hostile list; `every` seconds after the one before."""
    every, words = changes.pop("every", 60), changes.pop("words", f"words {number} say that {status or 'it'} holds")
    url = changes.pop("url", f"https://lab.example/{number}")
    at = day("06-01") + timedelta(seconds=every * number)
    claim = said(who, status, "06-01", rule=rule, words=words, observation=number + 1, **changes)
    return replace(claim, effective_at=at, quote=replace(claim.quote, seen_at=at, url=url, source=f"feed {number % 3}"))


def near(number: int) -> int:
    """Fingerprints of near copies of one text."""
    return (1 << 40) ^ (1 << number % 4) ^ (1 << 4 + number // 4 % 4) ^ (1 << 8 + number // 16 % 4)


def unlike(number: int) -> int:
    """Fingerprints of texts that are not alike, though of any two some pieces are the same."""
    signs = (0b000_0000, 0b111_0000, 0b000_1110, 0b111_1110)
    return sum(signs[(number * (place + 3) + number // 4**place) % 4] << (7 * place) for place in range(9)) | 1


def series_of_hints(number: int) -> Claim:
    return told(number, f"press:p{number % 2}" if number % 3 else "official:lab", "reported", "press", event=f"k{number}")


def one_hint(number: int) -> Claim:
    return told(number, "press:only", "reported", "press", event="k", copy=unlike(number))


def events_and_hints(number: int) -> Claim:
    if number % 2:
        return told(number, "press:a", "reported", "press", event=f"k{number}")
    return told(number, "official:lab", "published", "page", event=f"k{number}", every=9_000, details={"title": f"No. {number}"})


def copies_of_press(number: int) -> Claim:
    return told(number, f"press:p{number}", "rumoured", "rumoured", copy=near(number))


def waves_of_press(number: int) -> Claim:
    return told(number, f"press:p{number % 2}", "rumoured", "rumoured", every=400_000, copy=unlike(number))


def voices(number: int) -> Claim:
    return told(number, f"official:p{number}", "available", "open", copy=unlike(number), voice=f"p{number}")


def flagged(number: int) -> Claim:
    return told(number, "official:lab", "", "x", flag="halted", event=f"e{number}")


def halted_by_press(number: int) -> Claim:
    return told(number, "press:a", "", "x", flag="halted", event=f"e{number}", copy=unlike(number))


def passed_and_taken_back(number: int) -> Claim:
    return told(number, "official:senate", "" if number % 2 else "passed", "return" if number % 2 else "pass")


def nothing_to_take_back(number: int) -> Claim:
    return told(number, "official:senate", "" if number % 2 else "started", "return" if number % 2 else "motion")


def asked_of_one_page(number: int) -> Claim:
    claim = told(number, "official:lab", "available", "undecided", url="https://lab.example/", review=True)
    return replace(claim, unexplained=("in",))


def asked_of_many_pages(number: int) -> Claim:
    return replace(asked_of_one_page(number), quote=told(number, "official:lab", "available", "undecided").quote)


def asked_of_a_series(number: int) -> Claim:
    return events_and_hints(number) if number % 2 == 0 else replace(asked_of_many_pages(number), status="published")


HOSTILE: list[tuple[Ladder, Callable[[int], Claim]]] = [
    (SERIES, series_of_hints),
    (SERIES, one_hint),
    (SERIES, events_and_hints),
    (SERIES, flagged),
    (SERIES, halted_by_press),
    (SERIES, asked_of_a_series),
    (ACCESS, copies_of_press),
    (ACCESS, waves_of_press),
    (ACCESS, voices),
    (ACCESS, asked_of_one_page),
    (ACCESS, asked_of_many_pages),
    (BILL, nothing_to_take_back),
]


def decided(signal: Signal, claims: Sequence[Claim]) -> tuple[Verdict, ...]:
    """All that is done with the claims of a signal in one transaction, at the first and at a second look."""
    counting = drop_repeats(claims)
    before, after = decide(signal, counting[: len(counting) // 2], [], NOW), decide(signal, counting, [], LATER)
    first = ask(signal, (), counting, before, since=day("05-01"))
    rows = [replace(row, id=number) for number, row in enumerate(first.rows, 1)]
    again = ask(signal, rows, counting, after, since=day("05-01"))
    asked = replace(after, undecided=tuple(again.rows[place] for place in again.open))
    list(edges([*asked.undecided], replace(asked, undecided=()), rows))
    list(edges([], replace(asked, as_of=NOW), rows))
    compare(signal, before, after)
    trace = Trace()
    decide(signal, counting, [], LATER, trace)
    explain(signal.tracks[0], counting, trace)
    return before, asked


@pytest.mark.parametrize(("ladder", "claim"), HOSTILE, ids=[f"{ladder.id}-{claim.__name__}" for ladder, claim in HOSTILE])
def test_twice_as_many_claims_take_about_twice_as_long(ladder: Ladder, claim: Callable[[int], Claim]) -> None:
    signal = signal_of(ladder)

    def work(many: int) -> None:
        decided(signal, [claim(number) for number in range(many)])

    assert not swollen(work)


def test_what_is_taken_back_again_and_again_is_not_walked_through_each_time() -> None:
    signal = signal_of(BILL)

    def work(many: int) -> None:
        decide(signal, [passed_and_taken_back(number) for number in range(many)], [], NOW)

    assert not swollen(work, 6 * MAX_REVOCATIONS)


@pytest.mark.parametrize(("words", "copy"), [("{} is open", unlike), ("we have suspended access to model {} today", near)])
def test_twice_as_many_sentences_take_about_twice_as_long_to_compare(words: str, copy: Callable[[int], int]) -> None:
    def work(many: int) -> None:
        at = "https://lab.example/"
        sentences = (
            told(number, "official:lab", "available", "open", words=words.format(number), copy=copy(number), url=at)
            for number in range(many)
        )
        assert drop_repeats(sentences)

    assert not swollen(work)


def test_a_record_whose_rows_are_all_gone_takes_about_as_long_as_it_is() -> None:
    def work(many: int) -> None:
        known = {f"{n}": KnownEntry("s", f"{n}", 1, "x", n, NOW, NOW - timedelta(days=n % 2), 1, None) for n in range(many)}
        found = diff_entries([Entry("other")], known, record=True, now=NOW, digest=lambda entry: entry.key)
        assert len(found.missing) == len(found.withdrawn) == many // 2

    assert not swollen(work)
