"""`watcher explain`: why a signal stands where it stands, or what texts and documents would claim."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, parse_datetime, signals_here
from watcher.cli.explain_signal import explain_signal
from watcher.cli.explain_text import explain_document, explain_texts
from watcher.cli.opening import configured
from watcher.clock import utc_now


def explain(  # noqa: PLR0913 - the options of a command
    signal: Annotated[
        str, typer.Argument(metavar="SIGNAL", autocompletion=signals_here, help="Its id; left out with --entries or --document.")
    ] = "",
    config: ConfigFile = CONFIG,
    as_of: Annotated[str, typer.Option("--as-of", metavar="T", help="Explain what was held at that moment.")] = "",
    entries: Annotated[
        str,
        typer.Option(metavar="FILE", help="JSON lines: id, title, text, url, published, publisher, tier; - is standard input."),
    ] = "",
    document: Annotated[Path | None, typer.Option(metavar="FILE", help="One document, decided by itself.")] = None,
    url: Annotated[str, typer.Option(help="Address that the document was read at.")] = "",
    format_name: Annotated[str, typer.Option("--format", help="Its format; guessed from address and content by default.")] = "",
    *,
    content_type: Annotated[str, typer.Option(help="The Content-Type that it was sent with.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say why: the claims that counted, those that did not and why not, and what would move it next.

    `watcher explain SIGNAL` reads the database. `--entries FILE` needs none: it prints for each text which rule of which
    track holds. `--document FILE --url URL` reads one document through its format and decides by it alone, any bill too;
    with `--json` it prints how a poll would have ended (`outcome`), the entries, and what they claim,
    also where nothing can be read.
    """
    if sum(map(bool, (signal, entries, document))) != 1:
        raise UsageError("expected one of SIGNAL, --entries FILE, --document FILE")
    settings = configured(config)
    if entries:
        explain_texts(settings, entries, utc_now(), as_json=as_json)
    elif document:
        now = _then(as_of)
        explain_document(settings, document, url, format_name, content_type=content_type, now=now, as_json=as_json)
    else:
        explain_signal(settings, signal, parse_datetime(as_of) if as_of else None, as_json=as_json)


def _then(as_of: str) -> datetime:
    return parse_datetime(as_of) if as_of else utc_now()
