"""Builds the recipients, with what the environment keeps secret of their addresses, and tries their channels' settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields

import notifiers
from watcher.config.errors import show
from watcher.config.secrets import expand, fill_secrets
from watcher.config.settings import Recipient
from watcher.config.source_map import Position, SourceMap
from watcher.config.tables import SignalsFile, channel_table, in_file, keys_of, secrets_of


def recipients_of(tables: SignalsFile, env: Mapping[str, str], places: SourceMap) -> tuple[Recipient, ...]:
    """Build the recipients in the order of the file; what is missing in the environment is noted."""
    zone = tables.watch.timezone
    return tuple(_recipient(each, zone, ("recipient", n), env, places) for n, each in enumerate(tables.recipient))


def channels_of(tables: SignalsFile, places: SourceMap) -> dict[str, Mapping[str, object]]:
    """Give what `notifiers.settings` is offered for each channel that has a table or a recipient.

    Its settings are tried once, so that a mistake is found at the start and not at the first mail.
    """
    recipients = reversed(list(enumerate(tables.recipient)))
    given = tables.channels
    used: dict[str, Position] = {each.channel: ("recipient", n, "channel") for n, each in recipients}
    used |= {name: (name,) for name, keys in given.items() if any((name, key) not in places.overridden for key in keys)}
    if tables.web.subscribe:
        used |= _for_subscribers(tables, places)
    return {name: _channel(name, place, given.get(name, {}), places) for name, place in used.items()}


def _for_subscribers(tables: SignalsFile, places: SourceMap) -> dict[str, Position]:
    """The channel that writes to subscribers; what is missing for it, and for the links in its mails, is noted."""
    place: Position = ("web", "subscribe")
    if not tables.watch.base_url:
        places.note(place, "true", "`base_url` in [watch] too, the address that the links in their mails start with; or false")
    if "smtp" in tables.channels:
        return {"smtp": ("smtp",)}
    places.note(place, "true", "a table [smtp] too, with the mail server that writes to subscribers; or false")
    return {}


def _channel(name: str, place: Position, table: Mapping[str, object], places: SourceMap) -> Mapping[str, object]:
    for key in secrets_of(name):
        if key in table and (name, key) not in places.overridden:
            places.note((name, key), "a secret in the file", f"{f'WATCHER_{name}_{key}'.upper()} in the environment")
    settings = fields(notifiers.load(name).Settings)
    offered = {each.name: table[in_file(each.name)] for each in settings if in_file(each.name) in table}
    if "ca_file" in offered:
        offered["ca_file"] = _expanded(str(offered["ca_file"]), (name, "ca_file"), places)
    tools = {
        each.name: object()
        for each in settings
        if each.default is MISSING and in_file(each.name) not in keys_of(channel_table(name))
    }
    try:
        notifiers.settings(name, {**offered, **tools})
    except ValueError as error:
        places.note(place, show(dict.fromkeys(table, "")), f"settings of the channel that work ({error})")
    return offered


def _recipient(declared: Recipient, zone: str, place: Position, env: Mapping[str, str], places: SourceMap) -> Recipient:
    to, secret = declared.to, declared.secret
    if not to and declared.channel == "maildir":
        to = "data/mailbox"
    elif not to:
        places.note(place, "nothing", "the key `to`: a mail address or a web address")
    if secret and not secret.startswith("$"):
        places.note((*place, "secret"), "a secret in the file", 'the name of an environment variable such as "$HOOK_SECRET"')
        secret = ""
    to = _filled(to, (*place, "to"), env, places)
    secret = _filled(secret, (*place, "secret"), env, places)
    if declared.channel == "maildir":
        to = _expanded(to, (*place, "to"), places)
    name, zone = recipient_id(declared), declared.timezone or zone
    recipient = declared.model_copy(update={"id": name, "to": to, "secret": secret, "timezone": zone})
    _note_useless(recipient, declared, place, places)
    return recipient


def _note_useless(recipient: Recipient, declared: Recipient, place: Position, places: SourceMap) -> None:
    """Note an address or a secret that its channel could never use; what was not filled in has been noted already."""
    if not recipient.to or bool(declared.secret) != bool(recipient.secret):
        return
    try:
        notifiers.check(recipient.channel, notifiers.Recipient(recipient.id, recipient.to, secret=recipient.secret))
    except notifiers.NotSent as error:
        key = "secret" if "signing secret" in error.reason else "to"
        found = show(getattr(declared, key)) if key in declared.model_fields_set else "nothing"
        places.note((*place, key), found, f"one that can be used ({error.reason})")


def recipient_id(declared: Recipient) -> str:
    """The id of a recipient: its own, else its channel's."""
    return declared.id or declared.channel


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
