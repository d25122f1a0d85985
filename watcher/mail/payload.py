"""A digest for machines, as the webhook posts it (docs/webhook.md), under 20 KB."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from watcher.core.addresses import redact, safe_link
from watcher.core.model import Digest, SourceOutage, Verdict
from watcher.mail.context import MailContext, Recipient, transitions_for, verdicts_for
from watcher.mail.standings import standing_of
from watcher.wording import iso_utc, transition_to_dict, undecided_line

VERSION = 1
MAX_BYTES = 20_000
"""Bytes that Standard Webhooks asks a payload to stay under."""
QUOTES = ((3, 600), (1, 300), (1, 120), (0, 0))
"""How many quotes of how many characters, tried in turn until the payload fits."""


def payload(digest: Digest, context: MailContext, reader: Recipient, *, subject: str) -> dict[str, Any]:
    """The news with as much of its evidence as fits; the page has the rest."""
    verdicts = verdicts_for(digest, context, reader)
    told: dict[str, Any] = {
        "version": VERSION,
        "type": f"watch.{digest.kind}",
        "id": digest.id,
        "at": iso_utc(digest.at),
        "timestamp": iso_utc(digest.at),
        "subject": subject,
        "url": context.page(),
        "changes": [transition_to_dict(change) for change in transitions_for(digest, reader)],
        "standings": [_standing(verdict, context) for verdict in verdicts],
        "undecided": [undecided_line(text) for verdict in verdicts for text in verdict.undecided],
        "cannot_see": [_blind(blind, verdict.signal) for verdict in verdicts for blind in verdict.blind],
        "notes": [*digest.notes, *(f"{context.title_of(name)}: {words}" for name, words in digest.lines if reader.wants(name))],
    }
    return next((small for many, length in QUOTES if _size(small := _trimmed(told, many, length)) <= MAX_BYTES), _least(told))


def _trimmed(told: dict[str, Any], many: int, length: int) -> dict[str, Any]:
    """The payload with at most so many quotes a change, each cut to a length."""
    changes = [{**change, "evidence": [_cut(each, length) for each in change["evidence"][:many]]} for change in told["changes"]]
    texts = [{**text, "evidence": [_cut(each, length) for each in text["evidence"][:many]]} for text in told["undecided"]]
    return {**told, "changes": changes, "undecided": texts}


def _cut(evidence: dict[str, Any], length: int) -> dict[str, Any]:
    quote = evidence["quote"]
    return {**evidence, "quote": quote if len(quote) <= length else f"{quote[: length - 1]}…"}


def _least(told: dict[str, Any]) -> dict[str, Any]:
    """What is left where even that is too much: that there is news, and how much."""
    return {
        **told,
        "changes": [],
        "undecided": [],
        "cannot_see": [],
        "notes": [f"{len(told['changes'])} changes: too many for one payload; see the page"],
    }


def _size(told: dict[str, Any]) -> int:
    return len(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _standing(verdict: Verdict, context: MailContext) -> dict[str, Any]:
    return {
        "signal": verdict.signal,
        "headline": verdict.headline,
        "headline_label": verdict.headline_label,
        "word": verdict.word,
        "sentence": verdict.sentence,
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
