"""The news as signed JSON to a URL, as Standard Webhooks asks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import unquote

import httpx2
from standardwebhooks import Webhook

from notifiers.message import Message, NotSent, Recipient, one_line

Guard: TypeAlias = Callable[[str, int], Awaitable[str]]
"""Host and port to the address to connect to; raises PermissionError where none may be, OSError where none is found."""

ANSWER = 4096
HTTP_GONE = 410
LONGEST_WAIT = timedelta(days=1)
PREFIX = "whsec_"
SHORTEST_HIDDEN = 6
"""Characters of a piece of an address that is hidden where an answer repeats it: no key is shorter."""
_APART = re.compile(r"[/?&=;]")
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes of a signing key, as Standard Webhooks asks."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every webhook needs."""

    guard: Guard
    clock: Callable[[], datetime]
    timeout: timedelta = timedelta(seconds=20)
    """Until the status of the answer."""
    for_words: timedelta = timedelta(seconds=5)
    """For the first words of the answer behind its status; they are for the operator alone."""
    ca_file: str = ""
    """Certificates to trust instead of the system's."""


async def send(message: Message, recipient: Recipient, settings: Settings) -> None:
    """Post the payload; any 2xx is a yes, 410 means never again, everything else may be tried again. Raises NotSent."""
    body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    url = _url(recipient.address)
    headers = _signed(_identity(message), body, recipient.secret, settings.clock())
    address = await _checked(url, settings.guard)
    try:
        status, wait, words = await _post(url, address, body, headers, settings)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, ssl.SSLError, FileNotFoundError) as error:
        raise NotSent(f"{url.host}: {str(error) or type(error).__name__}", retry=True) from None
    except (httpx2.HTTPError, TimeoutError) as error:
        raise NotSent(f"{url.host}: no answer, {type(error).__name__}", retry=True, uncertain=True) from None
    if not httpx2.codes.is_success(status):
        raise NotSent(f"{url.host} answered {status} {words}", retry=status != HTTP_GONE, wait=wait, gone=status == HTTP_GONE)


def check(recipient: Recipient) -> None:
    """A web address, and secrets that sign. Raises NotSent."""
    _url(recipient.address)
    _keys(recipient.secret)


async def probe(recipient: Recipient, settings: Settings) -> str:
    """Whether the host is there, its certificate good and the secret one that signs; nothing is posted. Raises NotSent."""
    url = _url(recipient.address)
    _signed("msg_probe", b"", recipient.secret, settings.clock())
    address, tls = await _checked(url, settings.guard), url.scheme == "https"
    context = ssl.create_default_context(cafile=settings.ca_file or None) if tls else None
    name, port = (_ascii_host(url) if tls else None), url.port or (443 if tls else 80)
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            _, line = await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
    except (OSError, TimeoutError) as error:
        raise NotSent(f"{url.host}: {str(error) or type(error).__name__}", retry=True) from None
    line.transport.abort()
    return f"{url.host} can be reached"


def _url(address: str) -> httpx2.URL:
    """The address as the one parser reads it. Raises NotSent for what is no plain web address."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError):
        raise NotSent("not a web address", retry=False) from None
    if url.scheme not in {"https", "http"} or not url.host or url.userinfo or "\\" in address:
        raise NotSent("not a web address: https, a host, and no password in it", retry=False)
    return url


def _ascii_host(url: httpx2.URL) -> str:
    """The host as it is looked up and as certificates name it: IDNA 2008, where Python keeps to the older standard."""
    return url.raw_host.decode("ascii")


def _identity(message: Message) -> str:
    """The webhook-id: the same at every attempt, and without a dot, which separates the parts of what is signed."""
    return "msg_" + hashlib.sha256(message.message_id.encode()).hexdigest()[:32]


def _signed(identity: str, body: bytes, secrets: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, one signature for each secret. Raises NotSent where there is none to sign with."""
    signatures = [Webhook(key).sign(identity, now.astimezone(UTC), body.decode()) for key in _keys(secrets)]
    return {
        "content-type": "application/json",
        "user-agent": "policy-signal-watch",
        "webhook-id": identity,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
        "idempotency-key": identity,
    }


def _keys(secrets: str) -> list[bytes]:
    """The keys of one secret or several. Raises NotSent for none, or one that is none: another may be set meanwhile."""
    keys = [_key(secret) for secret in secrets.split()]
    if not keys:
        raise NotSent('no signing secret: give the recipient one, `secret = "$NAME"`', retry=True)
    return keys


def _key(secret: str) -> bytes:
    """The bytes of one secret. Raises NotSent; the secret is never part of the words."""
    if secret.startswith(("whsk_", "whpk_")):
        raise NotSent("the signing secret is one of a pair of keys (whsk_, whpk_): a shared one is needed, whsec_…", retry=True)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise NotSent("the signing secret is no base64: whsec_ and 24 to 64 bytes", retry=True) from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise NotSent(f"the signing secret has {len(key)} bytes: whsec_ and the base64 of 24 to 64", retry=True)
    return key


async def _checked(url: httpx2.URL, guard: Guard) -> str:
    """The address to connect to. Raises NotSent where the guard says no."""
    try:
        return await guard(_ascii_host(url), url.port or {"http": 80}.get(url.scheme, 443))
    except PermissionError as error:
        raise NotSent(f"{url.host}: {error}", retry=False) from None
    except OSError as error:
        raise NotSent(f"{url.host}: {error}", retry=True) from None


async def _post(
    url: httpx2.URL, address: str, body: bytes, headers: dict[str, str], settings: Settings
) -> tuple[int, timedelta | None, str]:
    """Status, wait and first words of the answer; connects to the checked address, follows nothing. Raises TimeoutError."""
    seconds, context = settings.timeout.total_seconds(), ssl.create_default_context(cafile=settings.ca_file or None)
    named = {**headers, "host": url.netloc.decode("ascii")}
    async with httpx2.AsyncClient(verify=context, trust_env=False, follow_redirects=False, timeout=seconds) as client:
        request = client.build_request(
            "POST", url.copy_with(host=address), content=body, headers=named, extensions={"sni_hostname": _ascii_host(url)}
        )
        async with asyncio.timeout(seconds):
            response = await client.send(request, stream=True)
        wait = _wait(response.headers.get("retry-after", ""), settings.clock())
        return response.status_code, wait, _words(await _beginning(response, settings.for_words), url)


async def _beginning(response: httpx2.Response, patience: timedelta) -> bytes:
    """What comes of the body within the patience, 4 KB at most: the status has said what becomes of the message."""
    start = b""
    with suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(patience.total_seconds()):
            async for chunk in response.aiter_raw():
                start += chunk
                if len(start) >= ANSWER:
                    break
    with suppress(httpx2.HTTPError):
        await response.aclose()
    return start[:ANSWER]


def _wait(header: str, now: datetime) -> timedelta | None:
    """What Retry-After asks for, in seconds or as a date (RFC 9110, 10.2.3), at most a day."""
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=min(int(header[:9]), 10**9)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):  # the latter for a zone of twenty digits
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(timedelta(), min(moment - now, LONGEST_WAIT))


def _words(start: bytes, url: httpx2.URL) -> str:
    """The beginning of an answer, for the operator; many a server repeats the address in it, whose path is often a key."""
    told = one_line(start.decode("utf-8", "replace"))
    target = url.raw_path.decode("ascii")
    parts = {target, unquote(target), *(piece for text in (target, unquote(target)) for piece in _APART.split(text))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_HIDDEN:
            told = told.replace(part, "***")
    return told[:120]
