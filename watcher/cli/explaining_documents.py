"""What one document decides by itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from watcher import formats
from watcher.alone import Alone, read_alone, way_of
from watcher.cli.common import Unusable, count, fail, print_json
from watcher.cli.explaining_texts import claim_out
from watcher.config import Config
from watcher.core.model import TrackVerdict, Unreadable
from watcher.saying import stamp


def explain_document(config: Config, path: Path, url: str, format_name: str, *, now: datetime, as_json: bool) -> None:
    """Print what a document decides. Exit 1 where it cannot be read, 2 for an unknown format."""
    if format_name and format_name not in formats.names():
        raise Unusable(f"{format_name!r} is no format; expected one of {', '.join(formats.names())}")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise fail(f"{path} cannot be read: {error.strerror or error}") from None
    address = url or path.resolve().as_uri()
    way = way_of(config, body, address, format_name)
    try:
        alone = read_alone(config, body, address, way, now)
    except Unreadable as error:
        raise fail(f"{path} cannot be read as {way.format} ({error.kind.value}): {error.reason}") from None
    if as_json:
        print_json(_plain(alone))
    else:
        _show(alone)


def _plain(alone: Alone) -> dict[str, Any]:
    """One bill as it is; else everything that the document says."""
    if len(alone.bills) == 1:
        return {**alone.bills[0], "format": alone.format}
    return {
        "format": alone.format,
        "entries": [
            {"title": entry.title, "url": entry.link, "published": stamp(entry.published), "facts": dict(entry.facts)}
            for entry in alone.entries
        ],
        "claims": [claim_out(claim) for claim in alone.claims if claim.status and not claim.review],
        "tracks": [_track(signal, track) for signal, track in alone.tracks],
        "bills": list(alone.bills),
    }


def _track(signal: str, track: TrackVerdict) -> dict[str, Any]:
    return {
        "signal": signal,
        "track": track.track,
        "status": track.status,
        "standing": track.standing.value,
        "since": stamp(track.since),
        "details": dict(track.details),
        "events": [{"event": event.key, "title": event.title, "outcome": event.outcome or None} for event in track.events],
        "evidence": [{"quote": quote.text, "url": quote.url, "document": quote.document} for quote in track.evidence],
    }


def _show(alone: Alone) -> None:
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
            typer.echo(f"      “{' '.join(quote.text.split())[:200]}”\n      {quote.url}")
    if not alone.bills and not alone.tracks:
        typer.echo("it claims no status of any signal")
