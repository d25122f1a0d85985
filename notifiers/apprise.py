"""Everything that posts (Slack, Discord, ntfy, Mastodon, …) through Apprise, its own retries and redirects off.

Apprise connects by itself, past any address guard, and through the proxies of HTTP_PROXY, HTTPS_PROXY and NO_PROXY: its URLs come
from the operator alone. It takes the whole of an answer into memory, so that each post has a process of its own, with a bound.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from apprise import Apprise, AppriseAsset, AppriseResultStatus, NotifyBase, NotifyFormat

from notifiers.message import Message, NotSent, Recipient, one_line

# It logs the URLs that it is given, tokens and all; what matters stands in its answer.
logging.getLogger("apprise").addHandler(logging.NullHandler())
logging.getLogger("apprise").propagate = False

COMMAND = (sys.executable, "-X", "utf8", "-B", "-P", "-m", "notifiers.apprise")
MEMORY = 512 << 20
"""Bytes of address space for one post; it needs a fifth of them."""
START = 10.0
"""Seconds that its process may take besides."""
OURS = "WATCHER_"
"""What the names of our own variables begin with: none of them is told to Apprise."""
ANSWERED = re.compile(r"error=(\d{3})")
HTTP_GONE = "410"
BROKEN = "raised an exception"


@dataclass(frozen=True, slots=True)
class Settings:
    """How long the other side may take."""

    timeout: timedelta = timedelta(seconds=30)
    """For the whole call."""
    connections: int = 4
    """How many messages are under way at the same time; each has a process of its own for it."""

    def __post_init__(self) -> None:
        """Refuse what could never be used. Raises ValueError."""
        if self.connections < 1:
            raise ValueError("connections must be at least 1")


async def send(message: Message, recipient: Recipient, settings: Settings) -> None:
    """Post subject and short text to the service of the recipient's Apprise URL.

    A URL that Apprise cannot read, or a service that answers 410, is final; a call that ran out of time, or whose answer was too
    large, is uncertain. Raises NotSent.
    """
    told = {
        "url": recipient.address,
        "title": one_line(message.subject),
        "body": message.brief or message.text,
        "seconds": settings.timeout.total_seconds(),
    }
    refusal = await _posted(json.dumps(told).encode(), settings.timeout.total_seconds() + START)
    if refusal:
        raise NotSent(**refusal)


async def probe(recipient: Recipient, settings: Settings) -> str:  # noqa: ARG001 - every channel's signature
    """Whether Apprise can read the address; nothing is posted, so whether the service takes it is not known. Raises NotSent."""
    service = await asyncio.to_thread(_service, recipient.address)
    return f"an address of {service.service_name}; whether it is taken, only sending tells"


async def _posted(request: bytes, seconds: float) -> dict[str, Any]:
    """Why it was not posted, as the values of a NotSent; empty where it was."""
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    told = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=told | {"PYTHONPATH": path}
    )
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await process.communicate(request)
        refusal: dict[str, Any] = json.loads(answer)
    except TimeoutError:
        return _refused("Apprise took too long", uncertain=True)
    except ValueError:
        code = process.returncode
        return _refused(f"Apprise ended without a word (exit code {code}): an answer too large, or no memory", uncertain=True)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return refusal


def _service(url: str) -> NotifyBase:
    """The service behind a URL, verifying, following nothing, trying once. Raises NotSent without the URL: it is a secret."""
    service = Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if not isinstance(service, NotifyBase):
        raise NotSent("Apprise cannot read this URL; see https://github.com/caronc/apprise/wiki", retry=False)
    service.verify_certificate, service.redirects, service.retry = True, False, 0
    return service


@cache
def _asset() -> AppriseAsset:
    """Apprise without redirects, retries, templates or files of its own."""
    asset = AppriseAsset(allow_templates=False, storage_mode="memory")
    asset.http_redirects = False
    return asset


def _refused(reason: str, *, retry: bool = True, uncertain: bool = False, gone: bool = False) -> dict[str, Any]:
    return {"reason": reason, "retry": retry, "uncertain": uncertain, "gone": gone}


# in a process of its own


def _post(url: str, title: str, body: str, seconds: float) -> dict[str, Any]:  # pragma: no cover - counts no lines there
    """Post it; why that failed, from what Apprise wrote about the call."""
    try:
        service = _service(url)
    except NotSent as refusal:
        return _refused(refusal.reason, retry=refusal.retry)
    line = Apprise(asset=_asset())
    line.add(service)
    result = line.notify(title=title, body=body, body_format=NotifyFormat.TEXT, timeout=seconds)
    if result.status is AppriseResultStatus.SUCCESS:
        return {}
    told = " ".join(entry.message for entry in result.logs())
    gone = HTTP_GONE in ANSWERED.findall(told)
    late = result.status is AppriseResultStatus.TIMEOUT or not told or BROKEN in told
    return _refused(f"{service.service_name}: {told or 'refused'}", retry=not gone, uncertain=late, gone=gone)


def _serve() -> None:  # pragma: no cover - as above
    """Post what standard input says, within limits, and end at once: a post that hangs is not waited for."""
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (limit, limit))
    answer = json.dumps(_post(**json.load(sys.stdin))).encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":  # pragma: no cover - as above
    _serve()
