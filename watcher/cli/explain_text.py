"""What each text of a file claims, and by which rule, and what one document decides by itself."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote as quoted

import typer

from watcher import formats
from watcher.bootstrap import fetch_settings
from watcher.cli.common import UsageError, fail, print_json
from watcher.config.build import Config
from watcher.core.addresses import redact, safe_link
from watcher.core.decision.claims import claims_of
from watcher.core.decision.explain import near_misses
from watcher.core.evaluations import compliance_pair, is_apart
from watcher.core.language.text import split
from watcher.core.model import Claim, Entry, Outcome, Side, Signal, TrackVerdict
from watcher.replay.backtest import LabelledText, SourceTiers, read_texts
from watcher.replay.single_document import DocumentResult, evaluate_document, plan_for
from watcher.wording import count, iso_utc

# What each text of a file claims, and by which rule.

Sides: TypeAlias = tuple[Side, ...]

MAX_SENTENCE_LENGTH = 400
"""Characters up to which a text is taken as one sentence with figures."""


def explain_texts(config: Config, file: str, now: datetime, *, as_json: bool) -> None:
    """Print for each text what it claims; with words for people also what was passed over. Exit 1 for a line that is none."""
    watched = [(signal, SourceTiers(signal)) for signal in config.signals]
    sides = _compared(config.signals)
    with opened_lines(file) as lines:
        for text in lines:
            claims = [claim for signal, speakers in watched for claim in claims_of(signal, text.seen(signal, speakers, now))]
            if as_json:
                sys.stdout.write(json.dumps(_plain(text, claims, sides), ensure_ascii=False) + "\n")
            else:
                _show(text, claims, watched, sides, now)


@contextmanager
def opened_lines(name: str) -> Iterator[Iterable[LabelledText]]:
    """The texts of a file or of standard input; what cannot be read ends the command with exit code 1."""
    try:
        file = nullcontext(sys.stdin) if name == "-" else Path(name).open(encoding="utf-8")  # noqa: SIM115 - closed below
    except OSError as error:
        raise fail(f"{name} cannot be read: {error.strerror or error}") from None
    with file as lines:
        try:
            yield read_texts(lines)
        except ValueError as error:
            raise fail(f"{name}: {error}") from None


def _plain(text: LabelledText, claims: Iterable[Claim], sides: Sequence[Sides]) -> dict[str, Any]:
    told = list(claims)
    found: dict[str, Any] = {
        "id": text.id,
        "claims": [claim_out(claim) for claim in told if claim.status and not claim.review],
        "flags": [{**claim_out(claim), "flag": claim.flag} for claim in told if claim.flag],
        "reviews": [{**claim_out(claim), "unexplained": list(claim.unexplained)} for claim in told if claim.review],
    }
    found["figures"] = figures_of(text.text, sides)
    return found


def claim_out(claim: Claim) -> dict[str, Any]:
    """A claim as JSON: where it belongs, what it says, since when (where it tells of the past), the words and why they count."""
    return {
        "signal": claim.signal,
        "track": claim.track,
        "status": claim.status,
        **({"since": claim.since.isoformat()} if claim.since else {}),
        "quote": claim.quote.text,
        "rule": claim.rule,
        "reason": claim.reason,
    }


def _compared(signals: Iterable[Signal]) -> list[Sides]:
    """The sides that any ladder compares, each pair once."""
    return list(dict.fromkeys(track.ladder.sides for signal in signals for track in signal.tracks if track.ladder.sides))


def figures_of(text: str, compared: Sequence[Sides]) -> list[dict[str, Any]]:
    """The rates of compliance, in per cent, that a sentence of a text gives for both of the sides without doubt."""
    if "%" not in text and "percent" not in text.lower() and "per cent" not in text.lower():
        return []
    lines = [one for one in ((text,) if len(text) <= MAX_SENTENCE_LENGTH else split(text)) if not is_apart(one)]
    found = [(line, sides, both) for sides in compared for line in lines if (both := compliance_pair(line, sides))]
    return [
        {"kind": "pair", sides[0].id: both[0], sides[1].id: both[1], "text": f"{both[0]:g}/{both[1]:g}", "quote": quote}
        for quote, sides, both in found
    ]


def _show(
    text: LabelledText,
    claims: list[Claim],
    watched: Iterable[tuple[Signal, SourceTiers]],
    compared: Sequence[Sides],
    now: datetime,
) -> None:
    typer.secho(text.id + (f"  {text.title}" if text.title else ""), bold=True)
    for claim in claims:
        what = claim.status or (f"flag {claim.flag}" if claim.flag else "for a person to read" if claim.review else claim.figure)
        typer.echo(
            f"  {claim.signal}.{claim.track}: {what} by rule {claim.rule}\n      {claim.reason}: “{_short(claim.quote.text)}”"
        )
    for figure in figures_of(text.text, compared):
        first, second = list(figure)[1:3]
        typer.echo(f"  compliance, {first} against {second}: {figure['text']} per cent")
    counted = {(claim.signal, claim.quote.text) for claim in claims}
    for signal, speakers in watched:
        for near in near_misses(signal, text.seen(signal, speakers, now)):
            if (signal.id, near.quote) not in counted:
                typer.echo(f"  no claim of {signal.id}.{near.track} {near.status}: {near.why}\n      “{_short(near.quote)}”")
    if not claims:
        typer.echo("  claims nothing")


def _short(text: str) -> str:
    words = redact(" ".join(text.split()))
    return words if len(words) <= 200 else f"{words[:199]}…"  # noqa: PLR2004 - two lines of a terminal


# What one document decides by itself.

UNKNOWN = "https://document.invalid/"
"""Where a document lies whose address is not given (RFC 2606, 2): nobody's."""


def explain_document(
    config: Config, path: Path, url: str, format_name: str, *, content_type: str = "", now: datetime, as_json: bool
) -> None:
    """Print what a document decides. Exit 2 for an unknown format; in words 1 where it cannot be read, which JSON tells."""
    if format_name and format_name not in formats.names():
        raise UsageError(f"{format_name!r} is no format; expected one of {', '.join(formats.names())}")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise fail(f"{path} cannot be read: {error.strerror or error}") from None
    address = url or UNKNOWN + quoted(path.name)
    way = plan_for(config, body, address, format_name)
    alone = asyncio.run(
        evaluate_document(config, body, address, way, now, content_type=content_type, settings=fetch_settings(config))
    )
    if as_json:
        print_json(_document_plain(alone))
    elif alone.outcome is not Outcome.OK:
        raise fail(f"{path} cannot be read as {way.format} ({alone.outcome.value}): {alone.reason}")
    else:
        _show_document(alone)


def _document_plain(alone: DocumentResult) -> dict[str, Any]:
    """Everything that the document says; one bill also as it is."""
    return {
        "outcome": alone.outcome.value,
        "reason": alone.reason,
        "format": alone.format,
        "entries": [_entry(entry) for entry in alone.entries],
        "follows": list(alone.follows),
        **(alone.bills[0] if len(alone.bills) == 1 else {}),
        "claims": [claim_out(claim) for claim in alone.claims if claim.status and not claim.review],
        "tracks": [_track(signal, track) for signal, track in alone.tracks],
        "bills": list(alone.bills),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "title": entry.title,
        "text": entry.text,
        "link": entry.link,
        "published": iso_utc(entry.published),
        "facts": dict(entry.facts),
    }


def _track(signal: str, track: TrackVerdict) -> dict[str, Any]:
    return {
        "signal": signal,
        "track": track.track,
        "status": track.status,
        "standing": track.standing.value,
        "since": iso_utc(track.since),
        "details": dict(track.details),
        "events": [{"event": event.key, "title": event.title, "outcome": event.outcome or None} for event in track.events],
        "evidence": [{"quote": quote.text, "url": safe_link(quote.url), "document": quote.document} for quote in track.evidence],
    }


def _show_document(alone: DocumentResult) -> None:
    typer.echo(f"read as {alone.format}: {count(len(alone.entries), 'entry', 'entries')}")
    for bill in alone.bills:
        how = f", {bill['how']}" if bill["how"] else ""
        tally = f" {bill['tally']}" if bill["tally"] else ""
        typer.secho(f"{bill['measure']}: {bill['status']} ({bill['standing']}{how}{tally})", bold=True)
        for quote in bill["evidence"]:
            typer.echo(f"      {quote['date']}  “{quote['quote']}”")
    for signal, track in alone.tracks:
        typer.secho(f"{signal}.{track.track}: {track.status} ({track.standing.value})", bold=True)
        for quote in track.evidence:
            typer.echo(f"      “{redact(' '.join(quote.text.split()))[:200]}”\n      {safe_link(quote.url)}")
    if not alone.bills and not alone.tracks:
        typer.echo("it claims no status of any signal")
