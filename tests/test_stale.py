"""A cache that hands out an older copy of a bill's record steps nothing back; a row that is gone from a newer copy does."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.bills import BILL, PASSED, REFERRED, made, signal_of, xml
from tests.store.things import HOUR, T0, source
from watcher import formats
from watcher.core.model import Document, Entry, Facts, Source
from watcher.fetch import Request
from watcher.pipeline.batches import Poller
from watcher.sandbox.understanding import understand_here
from watcher.store.store import Store

URL = "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr2683.xml"
BEFORE, AFTER = (REFERRED,), (REFERRED, PASSED)


def copy(updated: str, *rows: str) -> bytes:
    """The file as it stood when it was updated; "" where it does not say."""
    body = xml(made("119-hr-2683", *rows))
    return body.replace(b"<title>", f"<updateDate>{updated}</updateDate><title>".encode(), 1) if updated else body


def record() -> Source:
    return replace(source("record"), signal="senate", url=URL, format="billstatus", record=True, publisher="govinfo.gov")


async def read(document: Document, name: str, options: Facts) -> tuple[Entry, ...]:
    return formats.read(document, name, options)


async def polled(store: Store, body: bytes, now: datetime) -> None:
    async def get(request: Request) -> Document:
        return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "text/xml", now)

    signals = {"senate": replace(signal_of(BILL), sources=(record(),))}
    async with Poller(store, signals, get=get, read=read, understand=understand_here, dice=lambda: 0.5) as rounds:
        while (await rounds.next(now)).polls:
            pass


def after(folder: Path, *copies: bytes) -> tuple[bool, str, str]:
    """Whether the passage is still held, how the last poll ended, and why; the copies are read a day apart."""
    with Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store:
        with store.writing() as tx:
            tx.sources.sync([record()], T0)
        for day, body in enumerate(copies):
            asyncio.run(polled(store, body, T0 + HOUR + timedelta(days=day)))
        with store.reading() as tx:
            held = any("Passed Senate" in one.entry.text for one in tx.observations.of("senate"))
            ((_, health),) = tx.sources.healths(["senate"])
            return held, health.outcome, health.error


OLD, NEW, NEWER = "2026-11-29T08:00:00Z", "2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z"


def test_an_older_copy_is_stale_and_steps_nothing_back(tmp_path: Path) -> None:
    held, outcome, error = after(tmp_path, copy(NEW, *AFTER), copy(OLD, *BEFORE), copy(OLD, *BEFORE))
    assert (held, outcome) == (True, "malformed")
    assert error == f"a stale copy: updated {OLD}, after one that was updated {NEW}"


@pytest.mark.parametrize(("first", "then"), [(NEW, NEWER), (NEW, "2026-12-01"), ("", NEWER), (NEW, "")])
def test_a_row_that_is_gone_from_a_newer_copy_is_withdrawn(first: str, then: str, tmp_path: Path) -> None:
    assert after(tmp_path, copy(first, *AFTER), copy(then, *BEFORE), copy(then, *BEFORE)) == (False, "ok", "")


def test_a_format_that_tells_no_time_is_read() -> None:
    assert formats.stamp_of("feed", b"<rss/>") == ""
