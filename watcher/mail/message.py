"""The message that a digest is for one reader, put together from its letter."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from notifiers.message import Message
from watcher.core.addresses import redact_all
from watcher.core.model import Digest
from watcher.mail.compose import MOST_NAMED, letter
from watcher.mail.context import MailContext, Recipient
from watcher.mail.html import as_html
from watcher.mail.letter import Letter, MailLine, listed
from watcher.mail.payload import brief, payload
from watcher.mail.text import as_text
from watcher.mail.wording import moment

MAX_HTML_BYTES = 80_000
"""Bytes of HTML; Gmail clips at about 102 KB with its encoding."""
WAITED = timedelta(hours=1)
ITEMS_OF_FIRST_TRY = 12
"""Items of which the first try is made: most letters have fewer, and few have room for more."""


def build_message(digest: Digest, context: MailContext, reader: Recipient, sent_at: datetime) -> Message:
    """The message with text and HTML parts, thread and list headers, and the payload for machines."""
    told, html = _fitted(redact_all(_dated(letter(digest, context, reader), digest, reader, sent_at)))
    thread = _thread(told.about, context)
    links = [cite.link for item in told.items[:1] for cite in item.cites[:1]]
    return Message(
        message_id=reader.message_id,
        subject=told.subject,
        text=as_text(told),
        html=html,
        brief=brief("", told.deck, [context.page() or "".join(links)]),
        sent_at=sent_at,
        list_id=_list_id(context),
        in_reply_to=thread,
        references=(thread,),
        unsubscribe_url=reader.unsubscribe_url,
        unsubscribe_mailto=reader.unsubscribe_mailto,
        urgent=told.urgent,
        payload=redact_all(payload(digest, context, reader, subject=told.subject)),
    )


def _dated(told: Letter, digest: Digest, reader: Recipient, sent_at: datetime) -> Letter:
    """A letter that waited says when it was written, for what it tells is of then."""
    if sent_at - digest.at < WAITED:
        return told
    return replace(told, date=f"Written {moment(digest.at, reader.zone)}; sent {moment(sent_at, reader.zone)}")


def _fitted(told: Letter) -> tuple[Letter, str]:
    """The letter with its HTML; items at its end become lines until no mail program clips it.

    A letter of hundreds of items is never laid out whole: its beginning is, twice as long each time while that fits, and then
    the longest one is found by halves.
    """
    all_items = len(told.items)
    best, fits, too_many = (told, ""), -1, all_items + 1
    tried = min(ITEMS_OF_FIRST_TRY, all_items)
    while too_many - fits > 1:
        letter = told if tried == all_items else _shortened(told, tried)
        html = as_html(letter)
        if len(html.encode()) <= MAX_HTML_BYTES or not tried:
            best, fits = (letter, html), tried
        else:
            too_many = tried
        tried = (fits + too_many) // 2 if too_many <= all_items else min(2 * tried, all_items)
    return best


def _shortened(told: Letter, items: int) -> Letter:
    """The letter with its first items alone; each of the others in a line, or counted where these would be too many."""
    lines = [MailLine(item.kicker, item.title, item.link) for item in told.items[items:]]
    return replace(told, items=told.items[:items], sections=(listed("In short", lines, MOST_NAMED), *told.sections))


def _thread(about: str, context: MailContext) -> str:
    """The stable beginning of a signal's thread: no message has it, and every message about the signal refers to it."""
    return f"<{_token(about)}.root@{context.host}>"


def _list_id(context: MailContext) -> str:
    """The list, the same for all its messages, so that one filter finds them."""
    words = re.sub(r"[<>]", "", context.title)
    return f"{words} <policy-signals.{context.host}>"


def _token(text: str) -> str:
    """Letters that may stand in an identifier."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text) or "watch"
