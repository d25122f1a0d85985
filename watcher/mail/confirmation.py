"""The two mails to an address that somebody typed on the page: asking for a yes, or saying that it has been given before."""

from __future__ import annotations

from datetime import datetime

from notifiers.message import Message
from watcher.mail.context import MailContext, Recipient
from watcher.mail.letter import Letter, MailItem, MailLine, as_html, as_text
from watcher.mail.wording import moment, several


def confirmation(context: MailContext, reader: Recipient, *, link: str, pace: str, now: datetime, until: datetime) -> Message:
    """One link to confirm, good `until` then; the page behind it asks once more, for scanners follow every link."""
    return _message(
        reader,
        now,
        Letter(
            subject=f"Confirm your subscription to {context.title}",
            title="Confirm your subscription",
            deck="Somebody, probably you, asked for mail to this address. Open the link and say yes.",
            date=moment(now, reader.zone),
            items=(
                MailItem(
                    kicker=context.title,
                    title="What you will get",
                    rows=(
                        ("Signals", _signals(context, reader)),
                        ("When", pace),
                        ("Good until", moment(until, reader.zone)),
                    ),
                    link=link,
                    more="Confirm the subscription",
                    asks=True,
                ),
            ),
            footer=(
                MailLine("If it was not you", "do nothing. Without your yes no mail follows, and the address is forgotten."),
            ),
        ),
    )


def known_already(context: MailContext, reader: Recipient, *, link: str, now: datetime) -> Message:
    """Whom we write to already learns so by mail alone: the page says the same to everybody."""
    return _message(
        reader,
        now,
        Letter(
            subject=f"You are subscribed to {context.title} already",
            title="You are subscribed already",
            deck="Somebody, probably you, asked for mail to this address again. Nothing has changed.",
            date=moment(now, reader.zone),
            items=(
                MailItem(
                    kicker=context.title,
                    title="What you get",
                    rows=(("Signals", _signals(context, reader)),),
                    link=link,
                    more="Change what you get, or unsubscribe",
                ),
            ),
            footer=(MailLine("If it was not you", "do nothing."),),
        ),
    )


def _signals(context: MailContext, reader: Recipient) -> str:
    return several(
        [signal.title for name, signal in context.signals.items() if reader.wants(name)] or ["none that is still watched"]
    )


def _message(reader: Recipient, now: datetime, told: Letter) -> Message:
    return Message(reader.message_id, told.subject, as_text(told), as_html(told), sent_at=now)
