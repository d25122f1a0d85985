"""Names beyond ASCII over TLS: a server is asked by the name that IDNA 2008 gives, and its certificate must be of that one."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import trustme

import notifiers
from notifiers import NotSent
from tests.loopback import NOON, http, serving, settings
from tests.notifiers.stages import Stage, mail_server, message, web_server
from watcher.config.settings import Web
from watcher.config.types import read_url
from watcher.core.model import Document, Failed
from watcher.fetch import Answer, Fetcher, Request
from watcher.mail.context import MailContext
from watcher.web.security import answers_to, settings_of

SPOKEN, WRITTEN = "news.straße.example", "news.xn--strae-oqa.example"
THE_OLDER_STANDARDS = "news.strasse.example"
"""What IDNA 2003 makes of it: a name that may belong to somebody else."""


@dataclass
class Server:
    """The other side of TLS: its context, whom the client is to trust, and the names that it was asked by."""

    tls: ssl.SSLContext
    ca_file: str
    said: list[str] = field(default_factory=list)


@pytest.fixture(params=[WRITTEN, THE_OLDER_STANDARDS], ids=["its own", "another"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    """A server whose certificate is of that name."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(request.param).configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    made = Server(tls, str(tmp_path / "ca.pem"))
    tls.sni_callback = lambda _, name, __: made.said.append(name)
    return made


@pytest.fixture
def is_its_own(request: pytest.FixtureRequest) -> bool:
    """Whether the certificate is of the name that is asked for."""
    return bool(request.node.callspec.params["server"] == WRITTEN)


@contextmanager
def names_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A system that knows every name, each on loopback; what it was asked for."""
    asked, real = list[str](), socket.getaddrinfo

    def look_up(host: str, *place: Any, **named: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1", *place, **named)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked


def test_a_source(server: Server, is_its_own: bool) -> None:  # noqa: FBT001 - a table
    looked_up = list[str]()

    def look_up(host: str, _: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    async def run() -> tuple[Answer, str | None]:
        changed = settings(allow=(SPOKEN,), ca_file=server.ca_file)
        async with (
            serving(http(200, "x"), tls=server.tls) as site,
            Fetcher(changed, clock=lambda: NOON, resolve=look_up) as fetcher,
        ):
            answer = await fetcher.get(Request(f"https://{SPOKEN}:{site.port}/"))
            return answer, (site.header("Host") or "").partition(":")[0] if site.asked else None

    answer, host = asyncio.run(run())
    assert (looked_up, server.said) == ([WRITTEN], [WRITTEN])
    if is_its_own:
        assert isinstance(answer, Document)
        assert host == WRITTEN
    else:
        assert isinstance(answer, Failed)
        assert answer.reason.startswith("certificate not trusted: Hostname mismatch")
        assert host is None, "nothing was asked"


def tried(stage: Stage, how: str) -> NotSent | None:
    """Send, or all but send; what went wrong."""
    try:
        asyncio.run(stage.send(message()) if how == "send" else notifiers.probe(stage.channel, stage.recipient, stage.settings))
    except NotSent as error:
        return error
    return None


@pytest.mark.parametrize("how", ["send", "probe"])
def test_a_webhook(server: Server, is_its_own: bool, how: str) -> None:  # noqa: FBT001 - a table
    asked = list[str]()

    async def guard(host: str, _: int) -> str:
        asked.append(host)
        return "127.0.0.1"

    with web_server("webhook", f"https://{SPOKEN}:{{port}}/in", tls=server.tls, ca_file=server.ca_file, guard=guard) as stage:
        error = tried(stage, how)
    assert (asked, server.said) == ([WRITTEN], [WRITTEN])
    assert (error is None) is is_its_own
    assert [post.headers["host"].partition(":")[0] for post in stage.inbox] == [WRITTEN] * (how == "send" and is_its_own)
    if error:
        assert "certificate" in error.reason.lower()
        assert (error.retry, error.uncertain) == (True, False)


@pytest.mark.parametrize("how", ["send", "probe"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_server(server: Server, is_its_own: bool, security: str, how: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a table
    with mail_server(tls=server.tls, at_once=security == "tls") as stage, names_of(monkeypatch) as asked:
        server.said.clear()  # the library of the stage knocks at its own server
        stage.settings = replace(stage.settings, host=SPOKEN, security=security, ca_file=server.ca_file)
        error = tried(stage, how)
    assert (set(asked), server.said) == ({WRITTEN}, [WRITTEN])
    assert (error is None) is is_its_own
    assert len(stage.inbox) == (how == "send" and is_its_own)
    if error:
        assert "certificate" in error.reason
        assert (error.retry, error.uncertain) == (True, False)


def test_the_page_answers_under_its_international_name_and_mails_carry_it() -> None:
    base = read_url(f"https://{SPOKEN}")
    page = settings_of(Web(), base_url=base)
    assert answers_to(WRITTEN, page)
    assert not answers_to(THE_OLDER_STANDARDS, page)
    assert MailContext({}, base_url=base).host == WRITTEN
