"""The message that a digest is for one reader, put together from its letter, the same for machines, and the mails to confirm."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from notifiers.message import Message
from watcher.core.addresses import redact, redact_all, safe_link
from watcher.core.decision.digest import MOST_IN_FULL
from watcher.core.model import Digest, SourceOutage, Verdict
from watcher.mail.compose import MOST_NAMED, letter
from watcher.mail.context import MailContext, Recipient, transitions_for, verdicts_for
from watcher.mail.letter import Letter, MailItem, MailLine, as_html, as_text, listed, moment, several, shortened
from watcher.mail.standings import standing_of
from watcher.mail.subject_line import MAX_SUBJECT_LENGTH
from watcher.wording import count, iso_utc, transition_to_dict, undecided_line

# A digest for machines, as the webhook posts it (docs/webhook.md), under 20 KB.

PAYLOAD_VERSION = 1
MAX_PAYLOAD_BYTES = 20_000
"""Bytes that Standard Webhooks asks a payload to stay under."""
MOST_STANDINGS = MOST_IN_FULL
"""Signals of which a payload says where they stand; it counts the others."""
MOST_PARTS = 200
"""Changes, or sources that cannot be seen, above which no payload has room for any: each takes more than a hundred bytes."""
QUOTES_TRIED = ((3, 600), (1, 300), (1, 120), (0, 0))
"""How many quotes of how many characters, tried in turn until the payload fits."""


def payload(digest: Digest, context: MailContext, reader: Recipient, *, subject: str) -> dict[str, Any]:
    """The news with as much of its evidence as fits; the page has the rest."""
    verdicts, changes = verdicts_for(digest, context, reader), transitions_for(digest, reader)
    blind = [(each, verdict.signal) for verdict in verdicts for each in verdict.blind]
    fits = max(len(changes), len(blind)) <= MOST_PARTS
    more = _more_signals(verdicts[MOST_STANDINGS:], context)
    told: dict[str, Any] = {
        "version": PAYLOAD_VERSION,
        "type": f"watch.{digest.kind}",
        "id": digest.id,
        "at": iso_utc(digest.at),
        "timestamp": iso_utc(digest.at),
        "subject": subject,
        "url": context.page(),
        "changes": [transition_to_dict(change) for change in changes] if fits else [],
        "standings": [_standing(verdict, context) for verdict in verdicts[:MOST_STANDINGS]],
        "undecided": [undecided_line(text) for verdict in verdicts for text in verdict.undecided],
        "cannot_see": [_blind(*each) for each in blind] if fits else [],
        "notes": [
            *digest.notes,
            *filter(None, [digest.record]),
            *(f"{context.title_of(name)}: {words}" for name, words in digest.lines if reader.wants(name)),
            *more,
        ],
    }
    tried = QUOTES_TRIED if fits else ()
    return next(
        (small for many, length in tried if _size(small := _trimmed(told, many, length)) <= MAX_PAYLOAD_BYTES),
        _least(told, len(changes), more),
    )


def _more_signals(verdicts: Sequence[Verdict], context: MailContext) -> list[str]:
    """How many signals have no standing in a payload, and where they stand."""
    page = f", {context.page()}" if context.page() else ""
    return [f"{count(len(verdicts), 'more signal')}: see the page{page}"] if verdicts else []


def _trimmed(told: dict[str, Any], many: int, length: int) -> dict[str, Any]:
    """The payload with at most so many quotes a change, each cut to a length."""
    changes = [{**change, "evidence": [_cut(each, length) for each in change["evidence"][:many]]} for change in told["changes"]]
    texts = [{**text, "evidence": [_cut(each, length) for each in text["evidence"][:many]]} for text in told["undecided"]]
    return {**told, "changes": changes, "undecided": texts}


def _cut(evidence: dict[str, Any], length: int) -> dict[str, Any]:
    quote = evidence["quote"]
    return {**evidence, "quote": quote if len(quote) <= length else f"{quote[: length - 1]}…"}


def _least(told: dict[str, Any], many: int, more: Sequence[str]) -> dict[str, Any]:
    """What is left where even that is too much: that there is news, how many changes, and how many `more` signals there are."""
    return {
        **told,
        "changes": [],
        "undecided": [],
        "cannot_see": [],
        "notes": [f"{count(many, 'change')}: too {'large' if many == 1 else 'many'} for one payload; see the page", *more],
    }


def _size(told: dict[str, Any]) -> int:
    return len(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _standing(verdict: Verdict, context: MailContext) -> dict[str, Any]:
    return {
        "signal": verdict.signal,
        "headline": verdict.headline,
        "headline_label": verdict.headline_label,
        "word": verdict.word,
        "sentence": verdict.says,
        "standing": standing_of(verdict, context).value,
        "tracks": {track.track: track.status for track in verdict.tracks},
        "figures": {figure.id: figure.text for figure in verdict.figures if figure.text},
        "verified_at": iso_utc(verdict.verified_at),
        "cannot_see_since": iso_utc(verdict.cannot_see_since),
        "url": context.page_of(verdict.signal),
    }


def _blind(blind: SourceOutage, signal: str) -> dict[str, Any]:
    return {
        "source": blind.source,
        "title": blind.title,
        "signal": signal,
        "url": safe_link(blind.url),
        "since": iso_utc(blind.since),
        "why": redact(blind.why),
        "essential": blind.essential,
    }


def brief(subject: str, deck: str, links: Sequence[str]) -> str:
    """A few lines for places where a whole digest is too long."""
    return "\n".join(part for part in (subject, deck, *links) if part)


# The message: text, HTML, payload and the headers of its thread.

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
        letter = _shortened(told, tried) if tried < all_items or told.beyond else told
        html = as_html(letter)
        if len(html.encode()) <= MAX_HTML_BYTES or not tried:
            best, fits = (letter, html), tried
        else:
            too_many = tried
        tried = (fits + too_many) // 2 if too_many <= all_items else min(2 * tried, all_items)
    return best


def _shortened(told: Letter, items: int) -> Letter:
    """The letter with its first items alone; each of the others in a line, or counted where these would be too many."""
    lines = [*(MailLine(item.kicker, item.title, item.link) for item in told.items[items:]), *told.beyond]
    return replace(
        told, items=told.items[:items], sections=(listed("In short", lines, MOST_NAMED, told.footer[0].link), *told.sections)
    )


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


# The two mails to an address that somebody typed on the page: asking for a yes, or saying that it has been given before.


def confirmation(context: MailContext, reader: Recipient, *, link: str, pace: str, now: datetime, until: datetime) -> Message:
    """One link to confirm, good `until` then; the page behind it asks once more, for scanners follow every link."""
    return _plain_message(
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
                        ("Signals", _wished_signals(context, reader)),
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
    return _plain_message(
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
                    rows=(("Signals", _wished_signals(context, reader)),),
                    link=link,
                    more="Change what you get, or unsubscribe",
                ),
            ),
            footer=(MailLine("If it was not you", "do nothing."),),
        ),
    )


def _wished_signals(context: MailContext, reader: Recipient) -> str:
    return several(
        [signal.title for name, signal in context.signals.items() if reader.wants(name)] or ["none that is still watched"]
    )


def _plain_message(reader: Recipient, now: datetime, told: Letter) -> Message:
    return Message(reader.message_id, shortened(told.subject, MAX_SUBJECT_LENGTH), as_text(told), as_html(told), sent_at=now)
