"""The folder of mails that needs no server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from mailbox import Maildir
from pathlib import Path

import pytest

import notifiers
from notifiers import NotSent, Recipient
from tests.notifiers.stages import folder, message


def test_a_repeat_after_a_crash_leaves_one_mail(tmp_path: Path) -> None:
    with folder(tmp_path) as stage:
        asyncio.run(stage.send(message()))
        asyncio.run(stage.send(message()))
        assert len(stage.mails()) == 1


def test_a_mail_that_was_read_meanwhile_does_not_come_back(tmp_path: Path) -> None:
    with folder(tmp_path) as stage:
        asyncio.run(stage.send(message()))
        box = Maildir(stage.recipient.address)
        [key] = box.keys()
        read = box.get_message(key)
        read.set_subdir("cur")
        read.set_flags("S")
        box[key] = read
        asyncio.run(stage.send(message()))
        assert len(Maildir(stage.recipient.address)) == 1


def test_a_half_written_mail_is_written_again_and_never_seen(tmp_path: Path) -> None:
    with folder(tmp_path) as stage:
        asyncio.run(stage.send(message()))
        [whole] = (Path(stage.recipient.address) / "new").iterdir()
        torn = Path(stage.recipient.address) / "tmp" / whole.name
        torn.write_bytes(whole.read_bytes()[:100])
        whole.unlink()
        assert stage.mails() == []
        asyncio.run(stage.send(message()))
        assert stage.subjects() == [message().subject]
        assert not torn.exists()


def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    where = tmp_path / "data" / "mailbox"
    asyncio.run(notifiers.load("maildir").send(message(), Recipient("reader", str(where)), notifiers.settings("maildir", {})))
    assert len(Maildir(where)) == 1


def test_many_at_once_find_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    send, settings = notifiers.load("maildir").send, notifiers.settings("maildir", {})

    async def all_at_once(where: Path) -> None:
        to = Recipient("reader", str(where))
        await asyncio.gather(*(send(replace(message(), message_id=f"<{n}@example.org>"), to, settings) for n in range(4)))

    for number in range(40):
        asyncio.run(all_at_once(tmp_path / str(number)))
        assert len(Maildir(tmp_path / str(number))) == 4


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("not a folder")
    with pytest.raises(NotSent, match="mailbox"):
        asyncio.run(
            notifiers.load("maildir").send(
                message(), Recipient("reader", str(tmp_path / "mailbox" / "inner")), notifiers.settings("maildir", {})
            )
        )
