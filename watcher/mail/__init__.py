"""A digest rendered for one reader: the same digest, watch and reader give the same message, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.model import Digest
from watcher.mail.context import MailContext, Recipient
from watcher.mail.message import build_message

if TYPE_CHECKING:
    from notifiers.message import Message

__all__ = ["MailContext", "Recipient", "render"]


def render(digest: Digest, desk: MailContext, reader: Recipient) -> Message:
    """The message with text and HTML parts, thread and list headers, and the payload for machines."""
    return build_message(digest, desk, reader)
