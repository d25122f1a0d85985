"""Mail into a folder on this machine, the default while no mail server is set: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from mailbox import Maildir
from pathlib import Path

from notifiers.message import Message, NotSent, Recipient
from notifiers.message.mime import build


@dataclass(frozen=True, slots=True)
class Settings:
    """Who the mail in the folder comes from."""

    sender: str = "Policy Signal Watch <watch@localhost.localdomain>"
    """Address that mails come from, with or without a name."""


async def send(message: Message, recipient: Recipient, settings: Settings) -> None:
    """Put the message into the maildir at the recipient's address, once, whatever happens in between. Raises NotSent."""
    to = f"{recipient.id}@localhost.localdomain"
    content = await asyncio.to_thread(build, message, sender=settings.sender, to=to, name=recipient.name)
    name = hashlib.sha256(message.message_id.encode()).hexdigest()[:32]
    try:
        await asyncio.to_thread(_put, Path(recipient.address), name, content)
    except OSError as error:
        raise NotSent(f"{recipient.address}: {error.strerror or error}", retry=True) from None


async def probe(recipient: Recipient, settings: Settings) -> str:  # noqa: ARG001 - every channel's signature
    """Whether the folder can be written; it is not made. Raises NotSent."""
    if missing := await asyncio.to_thread(_unwritable, Path(recipient.address)):
        raise NotSent(f"{missing} is no folder that can be written", retry=True)
    return f"{recipient.address} can be written"


def _unwritable(folder: Path) -> Path | None:
    """What of the path is there and cannot be written into; None where the folder can be made or used."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return None if there.is_dir() and os.access(there, os.W_OK | os.X_OK) else there


def _put(folder: Path, name: str, content: bytes) -> None:
    """Write to `tmp`, then move to `new` in one step, as https://cr.yp.to/proto/maildir.html asks; a name that is there stays.

    Raises OSError.
    """
    # Maildir(create=True) would fail where two messages make the box at once.
    for part in (folder, *(folder / name for name in ("tmp", "new", "cur"))):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    if name in Maildir(folder, create=False):
        return
    draft = folder / "tmp" / name
    with open(draft, "wb", opener=_for_its_owner) as file:
        file.write(content.replace(b"\r\n", b"\n"))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / "new" / name)
    _keep(folder / "new")


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _keep(folder: Path) -> None:
    """Make the folder's new entry survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
