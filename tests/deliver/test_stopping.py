"""A watch that is stopped while it takes messages out of the outbox."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.deliver.test_deliver import beat, office, put, rows
from tests.notifiers.stages import mail_server
from tests.render.stories import NOW, PASSED, digest
from watcher.deliver import Counts, deliver
from watcher.store import State, Store


def test_what_was_taken_and_not_begun_is_given_back(tmp_path: Path) -> None:
    with mail_server() as mail, Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        other = replace(mail, recipient=replace(mail.recipient, id="other"))

        async def stop() -> None:
            working = asyncio.create_task(deliver(store, office(mail, other), now=NOW))
            await asyncio.sleep(0)  # it has asked for what is due, and waits for it
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working

        put(store, digest(PASSED), mail, other)
        asyncio.run(stop())
        assert [(row.state, row.attempts) for row in rows(store)] == [(State.PENDING, 0)] * 2
        assert mail.inbox == []
        assert beat(store, NOW, mail, other) == Counts(sent=2)
