"""A digest rendered for one reader: the same digest, watch and reader give the same message, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.model import Digest
from watcher.render.desk import Desk, Reader

if TYPE_CHECKING:
    from notifiers.message import Message

__all__ = ["Desk", "Reader", "render"]


def render(digest: Digest, desk: Desk, reader: Reader) -> Message:
    """The message with text and HTML parts, thread and list headers, and the payload for machines."""
    from watcher.render.writing import written  # noqa: PLC0415 - most beats write no letter

    return written(digest, desk, reader)
