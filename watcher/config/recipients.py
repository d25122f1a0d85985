"""Builds the recipients, with what the environment keeps secret of their addresses, and tries their channels' settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

import notifiers
from watcher.config.errors import show
from watcher.config.line_numbers import Position
from watcher.config.paths import expand
from watcher.config.schema import channel_table, in_file, secrets_of
from watcher.config.secrets import fill_secrets
from watcher.config.settings import Recipient
from watcher.config.source_map import SourceMap


def recipients_of(tables: Mapping[str, Any], env: Mapping[str, str], places: SourceMap) -> tuple[Recipient, ...]:
    """Build the recipients in the order of the file; what is missing in the environment is noted."""
    zone = tables.get("watch", {}).get("timezone", "UTC")
    return tuple(_recipient(n, {"timezone": zone, **each}, env, places) for n, each in enumerate(tables.get("recipient", ())))


def channels_of(tables: Mapping[str, Any], places: SourceMap) -> dict[str, Mapping[str, object]]:
    """Give what `notifiers.settings` is offered for each channel that has a table or a recipient.

    Its settings are tried once, so that a mistake is found at the start and not at the first mail.
    """
    listed = tables.get("recipient", ())
    used: dict[str, Position] = {each["channel"]: ("recipient", n, "channel") for n, each in reversed(list(enumerate(listed)))}
    used |= {
        name: (name,) for name in notifiers.names() if any((name, key) not in places.overridden for key in tables.get(name, ()))
    }
    if tables.get("web", {}).get("subscribe"):
        used |= _for_subscribers(tables, places)
    return {name: _channel(name, place, tables.get(name, {}), places) for name, place in used.items()}


def _for_subscribers(tables: Mapping[str, Any], places: SourceMap) -> dict[str, Position]:
    """The channel that writes to subscribers; what is missing for it, and for the links in its mails, is noted."""
    place: Position = ("web", "subscribe")
    if not tables.get("watch", {}).get("base_url"):
        places.note(place, "true", "`base_url` in [watch] too, the address that the links in their mails start with; or false")
    if "smtp" in tables:
        return {"smtp": ("smtp",)}
    places.note(place, "true", "a table [smtp] too, with the mail server that writes to subscribers; or false")
    return {}


def _channel(name: str, place: Position, table: Mapping[str, Any], places: SourceMap) -> Mapping[str, object]:
    for key in secrets_of(name):
        if key in table and (name, key) not in places.overridden:
            places.note((name, key), "a secret in the file", f"{f'WATCHER_{name}_{key}'.upper()} in the environment")
    settings = fields(notifiers.load(name).Settings)
    offered = {each.name: table[in_file(each.name)] for each in settings if in_file(each.name) in table}
    if "ca_file" in offered:
        offered["ca_file"] = _expanded(offered["ca_file"], (name, "ca_file"), places)
    tools = {
        each.name: object()
        for each in settings
        if each.default is MISSING and in_file(each.name) not in get_type_hints(channel_table(name))
    }
    try:
        notifiers.settings(name, {**offered, **tools})
    except ValueError as error:
        places.note(place, show(dict.fromkeys(table, "")), f"settings of the channel that work ({error})")
    return offered


def _recipient(number: int, table: Mapping[str, Any], env: Mapping[str, str], places: SourceMap) -> Recipient:
    place: Position = ("recipient", number)
    to, secret = table.get("to", ""), table.get("secret", "")
    if not to and table["channel"] == "maildir":
        to = "data/mailbox"
    elif not to:
        places.note(place, "nothing", "the key `to`: a mail address or a web address")
    if secret and not secret.startswith("$"):
        places.note((*place, "secret"), "a secret in the file", 'the name of an environment variable such as "$HOOK_SECRET"')
        secret = ""
    filled = {"to": _filled(to, (*place, "to"), env, places), "secret": _filled(secret, (*place, "secret"), env, places)}
    if table["channel"] == "maildir":
        filled["to"] = _expanded(filled["to"], (*place, "to"), places)
    recipient = Recipient(**{"id": recipient_id(table), **table, **filled})
    _tried(recipient, place, table, places)
    return recipient


def _tried(recipient: Recipient, place: Position, table: Mapping[str, Any], places: SourceMap) -> None:
    """Note an address or a secret that its channel could never use; what was not filled in has been noted already."""
    if not recipient.to or bool(table.get("secret")) != bool(recipient.secret):
        return
    try:
        notifiers.check(recipient.channel, notifiers.Recipient(recipient.id, recipient.to, secret=recipient.secret))
    except notifiers.NotSent as error:
        key = "secret" if "signing secret" in error.reason else "to"
        places.note((*place, key), show(table[key]) if key in table else "nothing", f"one that can be used ({error.reason})")


def recipient_id(table: Mapping[str, Any]) -> str:
    """The id of a recipient: its own, else its channel's."""
    return str(table.get("id", table["channel"]))


def _expanded(path: str, place: Position, places: SourceMap) -> str:
    try:
        return expand(path)
    except ValueError as error:
        places.note(place, show(path), str(error))
        return ""


def _filled(text: str, place: Position, env: Mapping[str, str], places: SourceMap) -> str:
    try:
        return fill_secrets(text, env)
    except ValueError as error:
        places.note(place, show(text), str(error))
        return ""
