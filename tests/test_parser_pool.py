"""Reading in worker processes: the harm is done for real, to processes that are ours."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watcher import formats
from watcher.core.model import Document, Entry, Outcome, Unreadable
from watcher.sandbox.pool import ParserPool
from watcher.sandbox.understanding import read_here
from watcher.sandbox.wire import SIZE, pack_request

NAUGHTY = Path(__file__).with_name("naughty_worker.py")
GOLDEN = Path(__file__).parent / "formats" / "golden"
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def document(body: bytes | str, *, content_type: str = "application/xml") -> Document:
    data = body.encode() if isinstance(body, str) else body
    return Document("https://pub.example/doc", "", data, "", content_type, NOW)


@pytest.fixture
def readers() -> Iterator[ParserPool]:
    with ParserPool(workers=2) as pool:
        yield pool


@pytest.fixture
def naughty() -> Iterator[ParserPool]:
    command = (sys.executable, str(NAUGHTY))
    with ParserPool(workers=1, cpu=timedelta(seconds=1), wall=timedelta(seconds=60), command=command) as pool:
        yield pool


FORMS = [
    ("release_notes.rss", "feed", {"items": "li"}),
    ("nist_page.html", "page", {"links": "a[href$='.pdf']"}),
    (
        "federal_register.json",
        "json_list",
        {"list": "results", "key": "document_number", "facts": ("type", "agencies=agencies.*.slug")},
    ),
    ("mfsa2026-30.yml", "advisories", {}),
    ("report.pdf", "pdf", {}),
    ("old_form.rdf", "feed", {}),
]


@pytest.mark.parametrize(("name", "form", "options"), FORMS)
def test_a_worker_says_the_same_as_we_do(readers: ParserPool, name: str, form: str, options: dict[str, str]) -> None:
    found = document((GOLDEN / name).read_bytes(), content_type="text/html")
    assert (
        read_now(readers, found, form, options)
        == formats.read(found, form, options)
        == asyncio.run(read_here(found, form, options))
    )


def test_a_refusal_keeps_its_kind_and_words(readers: ParserPool) -> None:
    for body, kind in (
        ("", Outcome.EMPTY),
        ("<html><title>Just a moment...</title></html>", Outcome.BLOCKED),
        ("x", Outcome.MALFORMED),
    ):
        with pytest.raises(Unreadable) as ours:
            formats.read(document(body), "feed", {})
        with pytest.raises(Unreadable) as theirs:
            read_now(readers, document(body), "feed", {})
        assert (theirs.value.kind, theirs.value.reason) == (kind, ours.value.reason)
    with pytest.raises(KeyError):
        read_now(readers, document("x"), "no-such-format", {})


def test_many_documents_are_read_side_by_side_by_few_processes(naughty: ParserPool) -> None:
    async def all_of_them() -> list[str]:
        found = await asyncio.gather(*(naughty.read(document("who"), "text", {}) for _ in range(50)))
        return [entries[0].key for entries in found]

    assert len(set(asyncio.run(all_of_them()))) == 1


def read_now(pool: ParserPool, found: Document, form: str, options: dict[str, str]) -> tuple[Entry, ...]:
    return asyncio.run(pool.read(found, form, options))


def who(pool: ParserPool) -> int:
    return int(read_now(pool, document("who"), "text", {})[0].key)


def test_documents_that_are_read_quickly_need_one_process_alone() -> None:
    with ParserPool(workers=2, patience=timedelta(minutes=1), command=(sys.executable, str(NAUGHTY))) as pool:

        async def all_of_them() -> list[tuple[Entry, ...]]:
            return await asyncio.gather(*(pool.read(document("who"), "text", {}) for _ in range(50)))

        assert len({entries[0].key for entries in asyncio.run(all_of_them())}) == 1


def test_a_process_that_was_started_ahead_reads_the_first_document() -> None:
    with ParserPool(workers=2, patience=timedelta(minutes=1), command=(sys.executable, str(NAUGHTY))) as pool:
        before = children()
        pool.start(1)
        assert children() - before == {who(pool)}


def children() -> set[int]:
    """The processes that this one has started and that live (Linux)."""
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


def test_a_document_that_takes_long_holds_up_no_other() -> None:
    with ParserPool(workers=2, command=(sys.executable, str(NAUGHTY))) as pool, ThreadPoolExecutor() as threads:
        first = who(pool)
        hanging = threads.submit(read_now, pool, document("hang"), "text", {})
        while who(pool) == first:  # until the other one has begun
            pass
        assert not hanging.done()
        os.kill(first, signal.SIGKILL)
        with pytest.raises(Unreadable, match="signal 9"):
            hanging.result()


def test_addresses_that_were_slow_before_leave_room_for_the_others() -> None:
    async def crowd(pool: ParserPool) -> bool:
        slow = [replace(document("hang"), url=f"https://slow.example/{n}") for n in range(2)]
        for one in slow:
            with pytest.raises(Unreadable):
                await pool.read(one, "text", {})
        hanging = [asyncio.create_task(pool.read(one, "text", {})) for one in slow]
        await pool.read(document("who"), "text", {})
        return any(one.done() for one in hanging)

    command = (sys.executable, str(NAUGHTY))
    with ParserPool(workers=1, wall=timedelta(seconds=6), command=command) as pool:
        assert asyncio.run(crowd(pool)) is False


@pytest.mark.slow
def test_many_that_turn_out_to_be_slow_at_once_leave_room_for_the_others() -> None:
    async def crowd(pool: ParserPool) -> list[bool]:
        spinning = [replace(document("spin"), url=f"https://slow.example/{n}") for n in range(2)]
        slow = [asyncio.create_task(pool.read(one, "text", {})) for one in spinning]
        await asyncio.sleep(0)
        await pool.read(document("who"), "text", {})
        return [one.done() for one in slow]

    command = (sys.executable, str(NAUGHTY))
    with ParserPool(workers=1, cpu=timedelta(seconds=20), wall=timedelta(minutes=5), command=command) as pool:
        assert asyncio.run(crowd(pool)) == [False] * 2


def test_what_is_slow_has_all_its_time_when_it_is_its_turn() -> None:
    command = (sys.executable, str(NAUGHTY))
    with ParserPool(workers=1, cpu=timedelta(seconds=20), wall=timedelta(minutes=5), command=command) as pool:
        [entry] = asyncio.run(pool.read(document("think"), "text", {}))
    assert entry.text == "think", "it took three seconds, of which others would not have waited more than two"


HARMS = [
    ("spin", "reading it took more processor time than allowed"),
    ("crash", "reading it killed the reader (signal 6)"),
    ("leave", "reading it ended the reader (exit code 3)"),
    ("swell", "reading it needs more memory than allowed"),
    ("swell in a format", "reading it needs more memory than allowed"),
    ("raise", "reading failed: ValueError: an odd value"),
]


@pytest.mark.parametrize(("body", "reason"), HARMS)
def test_a_document_that_harms_its_worker_is_one_failure_and_the_pool_goes_on(
    naughty: ParserPool, body: str, reason: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_now(naughty, document(body), "text", {})
    assert (caught.value.reason, caught.value.kind) == (reason, Outcome.MALFORMED)
    assert read_now(naughty, document("all is well"), "text", {})[0].text == "all is well"


def test_a_worker_that_does_nothing_is_ended_when_its_time_is_over() -> None:
    with ParserPool(workers=1, wall=timedelta(seconds=0.5), command=(sys.executable, str(NAUGHTY))) as impatient:
        with pytest.raises(Unreadable, match=r"took longer than 0\.5 s"):
            read_now(impatient, document("hang"), "text", {})
        assert impatient._idle == []


def test_a_worker_that_stopped_by_itself_is_no_fault_of_the_document(naughty: ParserPool) -> None:
    before = read_now(naughty, document("who"), "text", {})[0].key
    os.kill(int(before), signal.SIGKILL)
    naughty._idle[0]._process.wait()
    after = read_now(naughty, document("who"), "text", {})[0].key
    assert after != before
    with pytest.raises(Unreadable, match="exit code 75"):
        read_now(naughty, document("retire"), "text", {})


def test_what_a_library_prints_is_no_answer(naughty: ParserPool) -> None:
    assert read_now(naughty, document("print"), "text", {})[0].text == "print"


def test_no_secret_of_ours_reaches_a_worker(naughty: ParserPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_SECRET", "planted")
    facts = read_now(naughty, document("who"), "text", {})[0].facts
    assert facts["secret"] == "none"
    assert isinstance(facts["open"], int)
    assert facts["open"] <= 5


def test_a_document_larger_than_a_pipe_comes_through(readers: ParserPool) -> None:
    body = "line of text\n" * 500_000
    (entry,) = read_now(readers, document(body), "text", {})
    assert 199_000 < len(entry.text) <= 200_000


def test_closing_ends_every_worker(naughty: ParserPool) -> None:
    process = int(read_now(naughty, document("who"), "text", {})[0].key)
    naughty.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_closing_does_not_wait_for_a_document_that_takes_long() -> None:
    with ThreadPoolExecutor() as threads, ParserPool(workers=2, command=(sys.executable, str(NAUGHTY))) as pool:
        first = who(pool)
        hanging = threads.submit(read_now, pool, document("hang"), "text", {})
        while who(pool) == first:  # until the other one has begun
            pass
        pool.close()
        with pytest.raises(Unreadable, match="signal 9") as caught:
            hanging.result()
    assert not caught.value.lasting, "it says nothing against the document"


def test_a_worker_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "watcher.sandbox.worker", str(1 << 30)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(pack_request(document("x"), "text", {}, 1))
        worker.stdin.flush()
        size = SIZE.unpack(worker.stdout.read(SIZE.size))[0]
        assert b'"entries"' in worker.stdout.read(size)
        worker.stdin.close()
        assert worker.wait() == 0
