"""What people have recorded, as claims: a person's word is one voice that leads, and may move a track anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from watcher.core.model import Claim, Quote, Signal, Tier, Undecided
from watcher.store.records import Evidence
from watcher.store.store import Transaction


def evidence_claims(tx: Transaction, signal: Signal, as_of: datetime | None = None) -> list[Claim]:
    """The evidence that stands now or stood then, for the tracks that are declared."""
    tracks = {track.id: {status.id for status in track.ladder.statuses} for track in signal.tracks}
    held = tx.evidence.of(signal.id, as_of)
    texts = {text.evidence: text for text in tx.undecided.of(signal.id)} if held else {}
    return [
        claim_of(one, texts.get(one.id))
        for one in held
        if one.known.track in tracks and one.known.status in tracks[one.known.track]
    ]


def claim_of(evidence: Evidence, text: Undecided | None = None) -> Claim:
    """One person's evidence as a claim of the rule `operator`; what was decided of a text is proved by the text's own words."""
    known = evidence.known
    claim = Claim(
        signal=evidence.signal,
        track=known.track,
        rule="operator",
        status=known.status,
        effective_at=known.at,
        voice=f"operator/{evidence.by}",
        event=known.event,
        details={**known.details, **({"title": known.title} if known.title else {})},
        reason=f"recorded by {evidence.by}: {evidence.reason}" if evidence.reason else f"recorded by {evidence.by}",
        quote=Quote(
            known.quote,
            known.url,
            known.publisher,
            Tier.OPERATOR,
            evidence.at,
            published=known.at,
            source=f"evidence {evidence.id}",
            title=known.title,
        ),
    )
    if text is None:
        return claim
    return replace(claim, voice=text.voice, quote=text.quotes[0], reason=f"the text was {_decided(text)}")


def _decided(text: Undecided) -> str:
    """`decided by Ann: it is open to all`."""
    return f"decided by {text.settled_by}{f': {text.settled_why}' if text.settled_why else ''}"
