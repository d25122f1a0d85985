"""`watcher digest`: the last digest as a recipient gets it, or a sample, in the terminal, a file or a browser."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from notifiers import Message
from watcher.cli.common import CONFIG, ConfigFile, UsageError, embedded_file, fail
from watcher.cli.opening import configured, open_store
from watcher.clock import utc_now
from watcher.config.build import Config
from watcher.config.settings import Recipient
from watcher.core.decision.scheduled_notes import sample
from watcher.core.model import Digest
from watcher.mail import Recipient as Reader
from watcher.mail import render
from watcher.pipeline.deliver import mail_context

OUT = Path("-")
"""Standard output, as the name of a file."""
TOLD_KINDS = ("news", "baseline", "weekly", "reminder", "operator", "undecided")


def digest(
    config: ConfigFile = CONFIG,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the HTML part there; - is standard output.")
    ] = None,
    reader: Annotated[str, typer.Option("--for", metavar="ID", help="As this recipient gets it; the first by default.")] = "",
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Open the HTML part in the browser.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Print the text part; so it is without any other wish.")] = False,
    made_up: Annotated[bool, typer.Option("--sample", help="A made-up one, though there are real ones.")] = False,
) -> None:
    """Show the last digest as a recipient gets it, or a sample where there is none yet.

    Nothing is sent, and nothing is changed.
    """
    settings = configured(config)
    to = _recipient(settings, reader)
    found = None if made_up else _last(settings)
    message = _written(settings, to, found or sample(settings.signals, utc_now()))
    if html:
        _write(html, message)
    if preview:
        _open(message)
    if text or not (html or preview):
        typer.echo(f"Subject: {message.subject}\n\n{message.text}", nl=False)


def _recipient(settings: Config, wanted: str) -> Recipient:
    known = {one.id: one for one in settings.recipients}
    if wanted and wanted not in known:
        raise UsageError(f"{wanted!r} is no recipient; expected one of {', '.join(known)}", param_hint="--for")
    return known[wanted] if wanted else settings.recipients[0]


def _last(settings: Config) -> Digest | None:
    """The newest digest that went to anybody; None without one, or without a database."""
    file = embedded_file(settings.store.url)
    if file is not None and not file.exists():
        return None
    with open_store(settings.store.url) as store, store.reading() as tx:
        return next((each for each in tx.digests.each() if each.kind in TOLD_KINDS), None)


def _written(settings: Config, to: Recipient, told: Digest) -> Message:
    context = mail_context(settings)
    zone = ZoneInfo(to.timezone or settings.watch.timezone)
    return render(told, context, Reader(to.id, f"<preview@{context.host}>", zone, frozenset(to.signals)))


def _write(file: Path, message: Message) -> None:
    if file == OUT:
        typer.echo(message.html)
        return
    try:
        file.write_text(message.html, "utf-8")
    except OSError as error:
        raise fail(f"cannot write {file}: {error.strerror or error}") from None
    typer.echo(f"{message.subject}: {file}")


def _open(message: Message) -> None:
    """In the reader's browser; on a machine without one the file's name is what there is."""
    with tempfile.NamedTemporaryFile("w", prefix="digest-", suffix=".html", encoding="utf-8", delete=False) as file:
        file.write(message.html)
    if not webbrowser.open(Path(file.name).as_uri()):
        typer.echo("No browser could be opened.", err=True)
    typer.echo(f"{message.subject}: {file.name}")
