"""What one document decides by itself."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote as quoted

import typer

from watcher import formats
from watcher.bootstrap import fetch_settings
from watcher.cli.common import UsageError, fail, print_json
from watcher.cli.explain_text import claim_out
from watcher.config.build import Config
from watcher.core.addresses import redact, safe_link
from watcher.core.model import Entry, Outcome, TrackVerdict
from watcher.replay.single_document import DocumentResult, evaluate_document, plan_for
from watcher.wording import count, iso_utc

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
        print_json(_plain(alone))
    elif alone.outcome is not Outcome.OK:
        raise fail(f"{path} cannot be read as {way.format} ({alone.outcome.value}): {alone.reason}")
    else:
        _show(alone)


def _plain(alone: DocumentResult) -> dict[str, Any]:
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


def _show(alone: DocumentResult) -> None:
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
