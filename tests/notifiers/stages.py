"""The other side of each channel, for real and on loopback: it can accept, put off, refuse for good, and drop the line."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mailbox import Maildir
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

import notifiers
from notifiers import Message, Recipient

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "whsec_" + "c2VjcmV0LXRoYXQtc2lnbnMtdGhlLW5ld3M="
ACCEPT, LATER, NEVER, LOST = "accepts", "puts it off", "refuses for good", "drops the line after taking it"


def message(**values: Any) -> Message:
    """A message with everything a mail can have."""
    told: dict[str, Any] = {
        "message_id": "<d1.reader@watch.example.org>",
        "subject": "Senate vote: passed the Senate, 60-40",
        "text": "Passed the Senate, 60-40.\n\nBefore: in committee.\n",
        "html": "<p>Passed the Senate, 60-40.</p>",
        "brief": "Passed the Senate, 60-40.",
        "sent_at": NOW,
        "list_id": "Policy Signal Watch <senate-vote.watch.example.org>",
        "in_reply_to": "<root@watch.example.org>",
        "references": ("<root@watch.example.org>",),
        "unsubscribe_url": "https://watch.example.org/unsubscribe/abc",
        "unsubscribe_mailto": "mailto:watch@example.org?subject=unsubscribe",
        "payload": {"id": "d1", "subject": "Senate vote: passed the Senate, 60-40"},
    }
    return Message(**(told | values))


@dataclass
class Stage:
    """A channel with its other side."""

    channel: str
    recipient: Recipient
    settings: Any
    inbox: list[Any] = field(default_factory=list)
    mood: str = ACCEPT

    async def send(self, told: Message) -> None:
        """Hand a message to the channel."""
        await notifiers.load(self.channel).send(told, self.recipient, self.settings)

    def subjects(self) -> list[str]:
        """What has arrived."""
        return [one["subject"] for one in self.inbox]


class MailHandler:
    """What the mail server does with a recipient and with a mail."""

    stage: Stage
    refused_at = "RCPT"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refused_at == "RCPT" and self.stage.mood in {LATER, NEVER}:
            return {LATER: "451 4.7.1 Greylisted, come back later", NEVER: "550 5.1.1 No such user"}[self.stage.mood]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refused_at == "DATA" and self.stage.mood in {LATER, NEVER}:
            return {LATER: "452 4.3.1 Insufficient storage", NEVER: "554 5.7.1 Content rejected"}[self.stage.mood]
        assert isinstance(envelope.content, bytes)
        self.stage.inbox.append(message_from_bytes(envelope.content, policy=default))
        if self.stage.mood == LOST:
            server.transport.abort()
        return "250 OK"


class Server(Controller):
    """The library knocks at its own address; with port 0 it has to learn the number first."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@asynccontextmanager
async def answering(handle: Handler) -> AsyncIterator[int]:
    """A server on loopback that answers each connection by a function; its port. At the end no connection is left, however busy."""
    tasks, writers = list[asyncio.Task[None]](), list[asyncio.StreamWriter]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.append(asyncio.ensure_future(handle(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)  # the loop's next turn lets the connections go


@contextmanager
def mail_server(
    *,
    handler: MailHandler | None = None,
    refused_at: str = "RCPT",
    tls: ssl.SSLContext | None = None,
    at_once: bool = False,
    **options: Any,
) -> Iterator[Stage]:
    """A mail server; `tls` offers STARTTLS, or TLS from the first byte with `at_once`."""
    handler = handler or MailHandler()
    handler.refused_at = refused_at
    tls_options = {"ssl_context": tls} if at_once else {"tls_context": tls}
    server = Server(handler, hostname="127.0.0.1", port=0, server_hostname="localhost", **tls_options, **options)
    server.start()
    offered = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "Policy Signal Watch <watch@example.org>"}
    recipient = Recipient("reader", "reader@example.org", "A Reader")
    handler.stage = Stage("smtp", recipient, notifiers.settings("smtp", offered))
    try:
        yield handler.stage
    finally:
        server.stop()


def only(username: str, password: str) -> Any:
    """Who may log in, in the terms of aiosmtpd."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (username.encode(), password.encode()), handled=False)

    return check


@dataclass
class Posted:
    """One request as a web server saw it."""

    path: str
    headers: dict[str, str]
    body: bytes

    def __getitem__(self, key: str) -> str:
        """The subject, whether it came as a payload or as Apprise's title."""
        told = json.loads(self.body)
        return str(told.get(key, told.get("title")))


class WebHandler(BaseHTTPRequestHandler):
    """Answers as the stage feels."""

    stage: Stage
    answers: dict[str, tuple[int, dict[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, headers = self.answers[self.stage.mood]
        if status < 300:
            self.stage.inbox.append(Posted(self.path, {key.lower(): value for key, value in self.headers.items()}, body))
        if self.stage.mood == LOST:
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"because")

    def log_message(self, *words: object) -> None:
        pass


ANSWERS: dict[str, tuple[int, dict[str, str]]] = {ACCEPT: (202, {}), LATER: (503, {}), NEVER: (410, {}), LOST: (200, {})}


@contextmanager
def web_server(
    channel: str,
    address: str,
    *,
    answers: dict[str, tuple[int, dict[str, str]]] = ANSWERS,
    tls: ssl.SSLContext | None = None,
    **offered: Any,
) -> Iterator[Stage]:
    """A web server; `{port}` in the address is where it listens."""

    async def here(host: str, port: int) -> str:
        return "127.0.0.1"

    handler = type("Handler", (WebHandler,), {"answers": answers})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    recipient = Recipient("machine", address.format(port=server.server_port), secret=SECRET)
    tools = {"guard": here, "clock": lambda: NOW}
    stage = handler.stage = Stage(channel, recipient, notifiers.settings(channel, tools | offered))
    try:
        yield stage
    finally:
        server.shutdown()
        server.server_close()


class Folder(Stage):
    """A maildir: the other side is the disk."""

    def subjects(self) -> list[str]:
        """What has arrived."""
        return [str(mail["subject"]) for mail in self.mails()]

    def mails(self) -> list[EmailMessage]:
        """The mails of the folder."""
        files = sorted((Path(self.recipient.address) / "new").iterdir())
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc] # typeshed: the policy decides the class


@contextmanager
def folder(path: Path) -> Iterator[Folder]:
    """A maildir."""
    Maildir(path / "mailbox", create=True)
    yield Folder("maildir", Recipient("reader", str(path / "mailbox")), notifiers.settings("maildir", {}))


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that takes the call and says nothing."""
    try:
        await reader.read()
    finally:
        writer.transport.abort()
