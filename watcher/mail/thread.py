"""Which thread and which list a message belongs to (RFC 5322 3.6.4, RFC 2919)."""

from __future__ import annotations

import re

from watcher.mail.context import MailContext


def root(about: str, context: MailContext) -> str:
    """The stable beginning of a signal's thread: no message has it, and every message about the signal refers to it."""
    return f"<{_token(about)}.root@{context.host}>"


def list_id(context: MailContext) -> str:
    """The list, the same for all its messages, so that one filter finds them."""
    words = re.sub(r"[<>]", "", context.title)
    return f"{words} <policy-signals.{context.host}>"


def _token(text: str) -> str:
    """Letters that may stand in an identifier."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text) or "watch"
