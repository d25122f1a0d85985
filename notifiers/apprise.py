"""Everything that posts (Slack, Discord, ntfy, Mastodon, …) through Apprise, its own retries and redirects off.

Apprise connects by itself, past any address guard, and through the proxies of HTTP_PROXY, HTTPS_PROXY and NO_PROXY: its URLs come
from the operator alone.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from apprise import Apprise, AppriseAsset, AppriseResultStatus, NotifyBase, NotifyFormat

from notifiers.message import Message, NotSent, Recipient, one_line

# It logs the URLs that it is given, tokens and all; what matters stands in its answer.
logging.getLogger("apprise").addHandler(logging.NullHandler())
logging.getLogger("apprise").propagate = False

ANSWERED = re.compile(r"error=(\d{3})")
HTTP_GONE = "410"


@dataclass(frozen=True, slots=True)
class Settings:
    """How long the other side may take."""

    timeout: timedelta = timedelta(seconds=30)
    """For the whole call."""


async def send(message: Message, recipient: Recipient, settings: Settings) -> None:
    """Post subject and short text to the service of the recipient's Apprise URL.

    A URL that Apprise cannot read, or a service that answers 410, is final; a call that ran out of time is uncertain.
    Raises NotSent.
    """
    service = await asyncio.to_thread(_service, recipient.address)
    line = Apprise(asset=_asset())
    line.add(service)
    result = await line.async_notify(
        title=one_line(message.subject),
        body=message.brief or message.text,
        body_format=NotifyFormat.TEXT,
        timeout=settings.timeout.total_seconds(),
    )
    if result.status is not AppriseResultStatus.SUCCESS:
        words = [entry.message for entry in result.logs()]
        raise _refusal(service.service_name, words, late=result.status is AppriseResultStatus.TIMEOUT)


def _service(url: str) -> NotifyBase:
    """The service behind a URL, verifying, following nothing, trying once. Raises NotSent without the URL: it is a secret."""
    service = Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if not isinstance(service, NotifyBase):
        raise NotSent("Apprise cannot read this URL; see https://github.com/caronc/apprise/wiki", retry=False)
    service.verify_certificate, service.redirects, service.retry = True, False, 0
    return service


async def probe(recipient: Recipient, settings: Settings) -> str:  # noqa: ARG001 - every channel's signature
    """Whether Apprise can read the address; nothing is posted, so whether the service takes it is not known. Raises NotSent."""
    service = await asyncio.to_thread(_service, recipient.address)
    return f"an address of {service.service_name}; whether it is taken, only sending tells"


@cache
def _asset() -> AppriseAsset:
    """Apprise without redirects, retries, templates or files of its own."""
    asset = AppriseAsset(allow_templates=False, storage_mode="memory")
    asset.http_redirects = False
    return asset


def _refusal(service: object, words: list[str], *, late: bool) -> NotSent:
    """Why the service did not take it, from what Apprise wrote about the call."""
    told = " ".join(words)
    gone = HTTP_GONE in ANSWERED.findall(told)
    return NotSent(f"{service}: {told or 'refused'}", retry=not gone, uncertain=late, gone=gone)
