"""The mail that asks a new subscriber to confirm: nothing else is ever sent to an address that has not."""

from __future__ import annotations

from datetime import datetime

from notifiers.message import Message
from watcher.render.desk import Desk, Reader
from watcher.render.html import as_html
from watcher.render.letter import Item, Letter, Line
from watcher.render.text import as_text
from watcher.render.words import moment


def confirmation(desk: Desk, reader: Reader, *, link: str, now: datetime, until: datetime) -> Message:
    """One link to confirm, good `until` then; the page behind it asks once more, for scanners follow every link."""
    names = [signal.title for name, signal in desk.signals.items() if reader.wants(name)]
    told = Letter(
        subject=f"Confirm your subscription to {desk.title}",
        title="Confirm your subscription",
        deck="Somebody, probably you, asked for mail to this address. Open the link to say yes.",
        date=moment(now, reader.zone),
        items=(
            Item(
                kicker=desk.title,
                title="What you will get",
                rows=(*((name, "when it moves") for name in names), ("The link is good until", moment(until, reader.zone))),
                link=link,
                more="Confirm",
            ),
        ),
        footer=(Line("Not you?", "Do nothing. Without your yes no mail follows, and the address is forgotten."),),
    )
    return Message(reader.message_id, told.subject, as_text(told), as_html(told), sent_at=now)
