"""What is sent, to whom, and the error that says why it was not."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]

DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NotSent(Exception):  # noqa: N818 - the word of the design
    """A message that did not leave, or may have left, and what may be done about it."""

    def __init__(
        self,
        reason: str,
        *,
        retry: bool,
        wait: timedelta | None = None,
        uncertain: bool = False,
        gone: bool = False,
        refused: bool = False,
        busy: bool = False,
    ) -> None:
        """Keep the reason in words.

        `retry`: whether a later attempt may succeed. `wait`: how long the other side asks us to wait.
        `uncertain`: the other side may have accepted it. `gone`: the other side wants nothing more, ever.
        `refused`: it says for good that there is no such mailbox, or none that takes mail. `busy`: it takes no more from us now,
        whatever the message; that is no failure of this one.
        """
        super().__init__(one_line(reason)[:300])
        self.reason = one_line(reason)[:300]
        self.retry = retry
        self.wait = wait
        self.uncertain = uncertain
        self.gone = gone
        self.refused = refused
        self.busy = busy


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a message, and where: a mail address, a folder, a URL."""

    id: str
    address: str
    name: str = ""
    secret: str = field(default="", repr=False)
    """What signs messages to a webhook, `whsec_…`; several, separated by spaces, while one replaces another."""


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message to one recipient."""

    message_id: str
    """RFC 5322 identifier in angle brackets; the same message has the same one at every attempt."""
    subject: str
    text: str
    html: str = ""
    brief: str = ""
    """A few lines for places where a whole digest is too long; empty: the text."""
    sent_at: datetime | None = None
    list_id: str = ""
    """`Title <list.host>` (RFC 2919)."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    unsubscribe_url: str = ""
    unsubscribe_mailto: str = ""
    urgent: bool = False
    payload: Payload = field(default_factory=dict)
    """The same news for machines."""


Send: TypeAlias = Callable[[Message, Recipient], Awaitable[None]]
"""Hands a message over. Raises NotSent."""


def one_line(text: str) -> str:
    """The text on one line, without control characters, lone surrogates or direction overrides."""
    if text.isprintable():  # nearly every text: nothing in it is one of these, and no white space but spaces
        return " ".join(text.split())
    kept = (" " if character.isspace() or unicodedata.category(character) in {"Cc", "Cs"} else character for character in text)
    return " ".join("".join(character for character in kept if character not in DIRECTION_MARKS).split())


def pack(message: Message) -> str:
    """The message as JSON, to be stored beside its delivery."""
    values = asdict(message)
    values["sent_at"] = message.sent_at.isoformat() if message.sent_at else None
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def unpack(packed: str) -> Message:
    """The message that `pack` wrote. Raises ValueError, TypeError or KeyError for anything else."""
    values = json.loads(packed)
    moment = values["sent_at"]
    values["references"] = tuple(values["references"])
    return replace(Message(**values), sent_at=datetime.fromisoformat(moment) if moment else None)
