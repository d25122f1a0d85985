"""Channels that carry a message, one file each, found by file name; they know messages, not signals."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import MISSING, fields
from importlib import import_module
from typing import Any, Protocol, cast

from notifiers.message import Message, NotSent, Recipient, Send

__all__ = ["Message", "NotSent", "Notifier", "Recipient", "Send", "check", "load", "names", "probe", "session", "settings"]


class Notifier(Protocol):
    """What a file of this folder offers."""

    Settings: type[Any]
    """A frozen dataclass; its field names are what `settings` picks."""

    async def send(self, message: Message, recipient: Recipient, settings: Any) -> None:  # noqa: ANN401 - each has its own
        """Hand the message over. Raises NotSent."""

    # A channel may also offer `def check(recipient) -> None`, which raises NotSent for an address or a secret that could never be
    # used, `async def probe(recipient, settings) -> str`: everything but the sending, and `def session(settings)`: an
    # asynchronous context manager over a `Send` that hands over several messages. Its settings may have `connections`, how many
    # messages are under way at the same time, and `mails_per_minute`, how many may leave in a minute; 0 is no limit.


def names() -> tuple[str, ...]:
    """The channels that there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg))


def load(name: str) -> Notifier:
    """The channel with this name. Raises ValueError for a name that is no file here."""
    if name not in names():
        raise ValueError(f"no channel {name!r}: there are {', '.join(names())}")
    return cast("Notifier", import_module(f"notifiers.{name}"))


def check(name: str, recipient: Recipient) -> None:
    """Look at what a recipient says of itself. Raises NotSent for what could never be used, ValueError for an unknown name."""
    found = getattr(load(name), "check", None)
    if found:
        found(recipient)


async def probe(name: str, recipient: Recipient, settings: Any) -> str:  # noqa: ANN401 - each channel has its own
    """Try everything but the sending; what was found, in words. Raises NotSent, and ValueError for an unknown name."""
    found = getattr(load(name), "probe", None)
    return await found(recipient, settings) if found else "this channel cannot be tried without sending"


def session(notifier: Notifier, settings: Any) -> AbstractAsyncContextManager[Send]:  # noqa: ANN401 - each channel has its own
    """Several messages over what is opened once, where the channel can do that."""
    found: Callable[[Any], AbstractAsyncContextManager[Send]] = getattr(notifier, "session", None) or _one_by_one(notifier)
    return found(settings)


def _one_by_one(notifier: Notifier) -> Callable[[Any], AbstractAsyncContextManager[Send]]:
    @asynccontextmanager
    async def opened(settings: Any) -> AsyncIterator[Send]:  # noqa: ANN401 - each channel has its own
        yield lambda message, recipient: notifier.send(message, recipient, settings)

    return opened


def settings(name: str, offered: Mapping[str, object]) -> Any:  # noqa: ANN401 - each has its own
    """The settings of a channel: the fields it has, from what is offered; what is empty stays at its default.

    Raises ValueError for a missing or impossible value.
    """
    kind = load(name).Settings
    known = {each.name: offered[each.name] for each in fields(kind) if offered.get(each.name) not in {None, ""}}
    missing = [each.name for each in fields(kind) if each.name not in known and each.default is MISSING]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return kind(**known)
