"""A digest rendered for one reader: the same digest, watch and reader give the same message, byte for byte."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from watcher.core.model import Digest
from watcher.mail.context import MailContext, Recipient
from watcher.mail.message import build_message

if TYPE_CHECKING:
    from notifiers.message import Message

__all__ = ["MailContext", "Recipient", "render"]


def render(digest: Digest, context: MailContext, reader: Recipient, *, sent_at: datetime | None = None) -> Message:
    """The message with text and HTML parts, thread and list headers, and the payload for machines.

    It is dated `sent_at`, or as the digest where nothing is said: a letter that waited days for its reader's hour is of the day
    on which it leaves, and servers refuse old ones.
    """
    return build_message(digest, context, reader, sent_at or digest.at)
