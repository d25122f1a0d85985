"""Mail over SMTP: one recipient a delivery, certificates always verified, every refusal in words."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from notifiers.message import Message, NotSent, Recipient, Send
from notifiers.message.mime import address, build, dns_name

PERMANENT, TAKEN = range(500, 600), range(200, 300)
"""Codes that mean never, and those that mean yes (RFC 5321, 4.2.1); whatever else comes is no answer."""
CLOSING = 421
"""The server takes nothing more over this connection, or none at all (RFC 5321, 3.8)."""
MAILBOX = ("4.2.", "5.2.")
"""What an answer about the mailbox itself begins with (RFC 3463, 3.3): its own limits are none of ours."""
LIMIT = re.compile(
    r"\b4\.3\.2\b|\b[45]\.4\.5\b|\b4\.5\.3\b|\b4\.7\.28\b|\btoo (?:many|fast|much)\b|\brate\b|\bthrottl|\bslow down\b|"
    r"\b(?:sending|hourly|daily|message|connection)s? (?:rate |user )?(?:limit|quota)",
    re.IGNORECASE,
)
"""How servers say that they take no more from us for now: RFC 3463's codes for a busy system, and the usual words."""
BUSY_SERVER_REST = timedelta(minutes=5)
"""For how long a server that takes no more is left alone, where it says nothing else."""
GOODBYE_SECONDS = 1.0
"""For so long the answer to QUIT is waited for: nothing depends on it, and a watch that is stopped has little time."""
POLICY = "5.7."
"""Refused for who writes, not for the mailbox (RFC 3463, 3.8)."""
SECURITY = ("starttls", "tls", "none")
ADDRESS = re.compile(r"[^\s<>\"'(),;:]{1,128}@[^\s<>\"'(),;:]{1,255}")
"""Servers repeat addresses in their refusals; these go to the log, where no reader's address belongs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the mail server is reached."""

    host: str
    """Name or address of the mail server."""
    sender: str
    """Address that mails come from, with or without a name."""
    port: int = 0
    """0: 587 with STARTTLS, 465 with TLS, 25 with none."""
    security: str = "starttls"
    """`starttls` never falls back to an open line; `none` is for a relay on this machine."""
    username: str = ""
    """Name to log in with."""
    ca_file: str = ""
    """Certificates to trust instead of the system's."""
    timeout: timedelta = timedelta(seconds=30)
    """For each answer of the server."""
    connections: int = 2
    """Connections at the same time."""
    mails_per_connection: int = 50
    """Mails that one connection carries before another is opened."""
    mails_per_minute: int = 0
    """How many mails may leave in a minute; 0: no limit."""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    """OAuth2 access token (XOAUTH2); it goes before the password."""

    def __post_init__(self) -> None:
        """Refuse what could never be right. Raises ValueError."""
        if self.security not in SECURITY:
            raise ValueError(f"security must be one of {', '.join(SECURITY)}")
        if self.connections < 1 or self.mails_per_connection < 1 or self.mails_per_minute < 0:
            raise ValueError("connections and mails_per_connection must be at least 1, mails_per_minute at least 0")
        if self.security == "none" and (self.password or self.token) and not _is_here(self.host):
            raise ValueError("a password must not cross the network in the clear: set security to starttls or tls")


async def send(message: Message, recipient: Recipient, settings: Settings) -> None:
    """Deliver one mail over a connection of its own, as `session` does. Raises NotSent."""
    async with session(settings) as hand_in:
        await hand_in(message, recipient)


@asynccontextmanager
async def session(settings: Settings) -> AsyncIterator[Send]:
    """Deliver mails over connections that carry several.

    A refusal of the recipient or the content with 5xx is final, with 4xx not (RFC 5321, 4.2.1). Refused greetings, TLS, logins
    and senders are the operator's to mend and may be tried again. A line lost after DATA is uncertain. A server that takes no
    more from us for now is busy, whatever its code.
    """
    lines = _Lines(settings)
    try:
        yield lines.send
    finally:
        await lines.close()


@dataclass(slots=True, eq=False)
class _Line:
    """A connection, and how many mails it has carried."""

    client: SMTP
    transport: asyncio.BaseTransport | None
    """Kept, since the library forgets it where a call fails, and what it had still to send would keep it open."""
    mails: int = 0


class _Lines:
    """The connections of one session: each is used again while the server likes it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.free: list[_Line] = []
        self.closed = False

    async def send(self, message: Message, recipient: Recipient) -> None:
        """Deliver one mail. Raises NotSent."""
        content = await asyncio.to_thread(build, message, sender=self.settings.sender, to=recipient.address, name=recipient.name)
        sender, receiver = address(self.settings.sender).addr_spec, address(recipient.address).addr_spec
        line = await self._begun(sender)
        try:
            await self._recipient(line, receiver)
            with _told("after DATA: ", final=True, uncertain=True):
                await line.client.data(content)
        except (NotSent, asyncio.CancelledError):
            if line not in self.free:
                await _hang_up(line.client, line.transport)
            raise
        line.mails += 1
        if line.mails < self.settings.mails_per_connection and not self.closed:
            self.free.append(line)
        else:
            await _part(line.client)

    async def _begun(self, sender: str) -> _Line:
        """A connection on which the server knows the sender: one that is there, or where it does not like that one, a new one."""
        while self.free:
            line = self.free.pop()
            try:
                await line.client.mail(sender)
            except (SMTPException, OSError):  # it was closed meanwhile, or has carried enough
                await _hang_up(line.client, line.transport)
            except asyncio.CancelledError:
                await _hang_up(line.client, line.transport)
                raise
            else:
                return line
        line = _Line(client := await _opened(self.settings, sender), client.transport)
        try:
            with _told(f"{self.settings.host}: "):
                await client.mail(sender)
        except (NotSent, asyncio.CancelledError):
            await _hang_up(client, line.transport)
            raise
        return line

    async def _recipient(self, line: _Line, receiver: str) -> None:
        """Name the recipient; a refused one leaves the connection for the others. Raises NotSent."""
        try:
            with _told("recipient refused: ", final=True, mailbox=True):
                await line.client.rcpt(receiver)
        except NotSent as error:
            if not error.busy:
                with suppress(SMTPException, OSError):
                    await line.client.rset()
                    if not self.closed:
                        self.free.append(line)
            raise

    async def close(self) -> None:
        """Part from every server; the mails are accepted. What is still on its way parts when it is through."""
        self.closed = True
        lines = [(line.client, line.transport) for line in self.free]
        try:
            await asyncio.gather(*(_part(client) for client, _ in lines))
        finally:  # cancelled, too, even before it has begun: no connection is left
            self.free.clear()
            for client, transport in lines:
                await _hang_up(client, transport)


def check(recipient: Recipient) -> None:
    """One mail address, no list of them. Raises NotSent."""
    address(recipient.address)


async def probe(recipient: Recipient, settings: Settings) -> str:
    """Connect, log in and quit; nothing is sent. Raises NotSent."""
    address(recipient.address)
    await _part(await _opened(settings, address(settings.sender).addr_spec))
    logged_in = f"logged in as {settings.username}" if settings.token or settings.password else "no login asked for"
    return f"{settings.host} answers, {logged_in}"


async def _opened(settings: Settings, sender: str) -> SMTP:
    """A connection over which mail may be handed in. Raises NotSent."""
    with _told(f"{settings.host}: "):
        client = _client(settings, helo=sender.partition("@")[2])
    try:
        with _told(f"{settings.host}: "):
            await client.connect()
            await _log_in(client, settings)
    except (NotSent, asyncio.CancelledError):
        await _hang_up(client, client.transport)
        raise
    return client


def _client(settings: Settings, *, helo: str) -> SMTP:
    """A connection to be, with TLS that verifies. Raises OSError where the file of trusted certificates cannot be read."""
    return SMTP(
        hostname=dns_name(settings.host),
        port=settings.port or None,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=ssl.create_default_context(cafile=settings.ca_file or None),
        local_hostname=helo,
        timeout=settings.timeout.total_seconds(),
    )


async def _log_in(client: SMTP, settings: Settings) -> None:
    """Log in with what there is."""
    if settings.token:
        await client.auth_xoauth2(settings.username, settings.token)
    elif settings.password:
        await client.login(settings.username, settings.password)


async def _part(client: SMTP) -> None:
    """Quit; the mail is accepted, whatever the answer."""
    transport = client.transport
    with suppress(SMTPException, OSError):
        await client.quit(timeout=GOODBYE_SECONDS)
    await _hang_up(client, transport)


async def _hang_up(client: SMTP, transport: asyncio.BaseTransport | None) -> None:
    """Close the connection at once: over TLS, a close would wait for the other side's close_notify."""
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    client.close()
    await asyncio.sleep(0)


@contextmanager
def _told(where: str, *, final: bool = False, uncertain: bool = False, mailbox: bool = False) -> Iterator[None]:
    """The library's errors as NotSent: `final` where a 5xx is the last word, `uncertain` where a lost line may hide a yes."""
    try:
        yield
    except SMTPResponseException as error:
        if _is_limit(error):
            raise NotSent(f"{where}{error.code} {_silent(error.message)}", retry=True, wait=BUSY_SERVER_REST, busy=True) from None
        retry = not (final and error.code in PERMANENT)
        # An answer without a code may have been a yes, and so may another yes than the usual one.
        unclear = uncertain and (error.code < 0 or error.code in TAKEN)
        refused = mailbox and not retry and not error.message.startswith(POLICY)
        words = f"{where}{error.code} {_silent(error.message)}"
        raise NotSent(words, retry=retry, uncertain=unclear, refused=refused) from None
    except (SMTPException, OSError) as error:
        raise NotSent(f"{where}{_silent(str(error)) or type(error).__name__}", retry=True, uncertain=uncertain) from None


def _is_limit(error: SMTPResponseException) -> bool:
    """Whether the server takes no more from us for now; not where its answer is about the mailbox."""
    if error.code == CLOSING:
        return True
    return error.code > 0 and not error.message.startswith(MAILBOX) and bool(LIMIT.search(error.message))


def _silent(words: str) -> str:
    return ADDRESS.sub("the address", words)


def _is_here(host: str) -> bool:
    """Whether the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
