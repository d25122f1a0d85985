"""What each text of a file claims, and by which rule."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import typer

from watcher.cli.common import fail
from watcher.config.build import Config
from watcher.core.addresses import redact
from watcher.core.decision.claims import claims_of
from watcher.core.decision.near_misses import near_misses
from watcher.core.evaluations.compliance import is_apart, pair
from watcher.core.language.text import split
from watcher.core.model import Claim, Side, Signal
from watcher.replay.labelled_text import LabelledText, SourceTiers, read_texts

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
    found = [(line, sides, both) for sides in compared for line in lines if (both := pair(line, sides))]
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
