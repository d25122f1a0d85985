"""`watcher init`: a working configuration, asked for on a terminal or given by options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import tomlkit
import typer

from watcher.cli.common import CONFIG, UsageError, fail, home_file
from watcher.config.jsonschema import starter_text, write_starter

MAIL = """
# The mail server. Its password stands in the environment: WATCHER_SMTP_PASSWORD, or a file that WATCHER_SMTP_PASSWORD_FILE names.
[smtp]
host = {host}
from = {sender}
username = {sender}
security = "starttls"        # or "tls", or "none" for a relay on this machine
"""
RECIPIENT = """[[recipient]]
id = "me"
channel = "maildir"
to = "data/mailbox"
"""
TITLE = "My watch"
FOLDER = '# Who is told. This one writes mails into a folder; channels "smtp", "webhook" and "apprise" send them out.'
LADDERS = "# What a thing can be, lowest first"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a new configuration says."""

    title: str = TITLE
    contact: str = ""
    timezone: str = "UTC"
    mail: str = ""
    """Where news is mailed to; empty: into a folder."""
    host: str = ""
    sender: str = ""


def init(  # noqa: PLR0913 - the options of a command
    path: Annotated[Path | None, typer.Argument(help="Where to write it; signals.toml in the present folder by default.")] = None,
    title: Annotated[str, typer.Option(help="Name over the page and the mails.")] = TITLE,
    contact: Annotated[str, typer.Option(help="Your mail address or page; publishers read it in their logs.")] = "",
    timezone: Annotated[str, typer.Option(help="Time zone of the readers, such as Europe/Berlin.")] = "",
    mail: Annotated[str, typer.Option(metavar="ADDRESS", help="Mail news here; into a folder by default.")] = "",
    smtp_host: Annotated[str, typer.Option(help="Mail server that takes the mail; needed with --mail.")] = "",
    smtp_from: Annotated[str, typer.Option(help="Address that mails come from; that of --mail by default.")] = "",
    *,
    home: Annotated[bool, typer.Option("--home", help="Write it into your own configuration folder, for any folder.")] = False,
    ask: Annotated[
        bool | None, typer.Option("--ask/--no-ask", help="Ask for what is not given; by default on a terminal.")
    ] = None,
) -> None:
    """Write a working configuration to start from, with the schema that editors complete it by.

    On a terminal it asks for what the options leave open; Return takes what stands in brackets. Nothing is written over. The
    password of a mail server is never asked for: it belongs into the environment.
    """
    if path and home:
        raise UsageError("expected one of PATH and --home")
    target = home_file() if home else path or CONFIG
    if target.exists():  # before anything is asked; the writing itself makes sure
        raise fail(f"{target} is there already; nothing was written")
    wishes = Wishes(title, contact, timezone or _zone_here(), mail, smtp_host, smtp_from or mail)
    if sys.stdin.isatty() if ask is None else ask:
        wishes = _asked(wishes)
    _check(wishes)
    for each in _written(target, _text(wishes)):
        typer.echo(f"wrote {each}")
    option = "" if home or target == CONFIG else f" --config {target}"
    if wishes.mail:
        typer.echo("Put the mail server's password into the environment: WATCHER_SMTP_PASSWORD or WATCHER_SMTP_PASSWORD_FILE")
    typer.echo(f"Next: watcher check{option}, then watcher doctor{option}, then watcher run{option}")
    typer.echo(f"With your own AI tools in [[stack]] tables, watcher stack{option} says which of them the signals touch")


def _zone_here() -> str:
    """The time zone of this machine, where it says so; else UTC."""
    name = os.environ.get("TZ", "").removeprefix(":")
    link = Path("/etc/localtime")
    if not name and link.is_symlink():
        name = str(link.readlink()).partition("zoneinfo/")[2]
    return name if name not in {"", "Etc/UTC"} and _is_zone(name) else "UTC"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _asked(wishes: Wishes) -> Wishes:
    """Ask for each, with what is known as the answer that Return gives."""
    title = typer.prompt("Name of the watch", default=wishes.title)
    contact = typer.prompt("Your mail address or page, which publishers read in their logs", default=wishes.contact)
    timezone = _until(_is_zone, "Your time zone", wishes.timezone, "no time zone; one is Europe/Berlin")
    mail = typer.prompt("Mail news to (empty: into the folder data/mailbox)", default=wishes.mail)
    if not mail:
        return Wishes(title, contact, timezone)
    host = _until(bool, "Mail server", wishes.host, "expected the name of a mail server")
    return Wishes(title, contact, timezone, mail, host, typer.prompt("Mails come from", default=wishes.sender or mail))


def _until(fits: Callable[[str], bool], question: str, usual: str, otherwise: str) -> str:
    """Ask until the answer fits."""
    while not fits(answer := typer.prompt(question, default=usual).strip()):
        typer.echo(f"{answer!r}: {otherwise}")
    return str(answer)


def _check(wishes: Wishes) -> None:
    if not _is_zone(wishes.timezone):
        raise UsageError(f"{wishes.timezone!r} is no time zone; expected one such as Europe/Berlin")
    if wishes.mail and not ("@" in wishes.mail and "@" in wishes.sender):
        raise UsageError(f"{wishes.mail!r} and {wishes.sender!r} are to be mail addresses")
    if wishes.mail and not wishes.host:
        raise UsageError("--mail needs --smtp-host, the server that takes the mail")


def _text(wishes: Wishes) -> str:
    """The starting configuration with the wishes in it."""
    text = starter_text()
    changes = {
        'title = "My watch"': f"title = {_quoted(wishes.title)}",
        'contact = "" ': f"contact = {_quoted(wishes.contact)} ",
        'timezone = "UTC"': f"timezone = {_quoted(wishes.timezone)}",
    }
    if wishes.mail:
        server = MAIL.format(host=_quoted(wishes.host), sender=_quoted(wishes.sender)).lstrip()
        changes[RECIPIENT] = f'[[recipient]]\nid = "me"\nchannel = "smtp"\nto = {_quoted(wishes.mail)}\n'
        changes[FOLDER] = "# Who is told; others may follow, by the same or another channel."
        changes[LADDERS] = f"{server}\n{LADDERS}"
    for old, new in changes.items():
        text = text.replace(old, new, 1)
    return text


def _quoted(text: str) -> str:
    return tomlkit.item(text).as_string()


def _written(target: Path, text: str) -> tuple[Path, ...]:

    try:
        return write_starter(target, text)
    except FileExistsError:
        raise fail(f"{target} is there already; nothing was written") from None
    except OSError as error:
        raise fail(f"{target} cannot be written: {error.strerror or error}") from None
