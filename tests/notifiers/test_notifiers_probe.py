"""Everything but the sending: what a probe of each channel says, and that nothing leaves by it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import types
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

import notifiers
from notifiers import NotSent, Recipient
from tests.notifiers.stages import NOW, SECRET, Stage, answering, folder, mail_server, only, silence, web_server


def probe(stage: Stage, **changes: Any) -> str:
    recipient = replace(stage.recipient, **changes)
    return asyncio.run(notifiers.probe(stage.channel, recipient, stage.settings))


def refused(stage: Stage, **changes: Any) -> str:
    with pytest.raises(NotSent) as caught:
        probe(stage, **changes)
    return caught.value.reason


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_a_mail_server_is_greeted_and_nothing_is_sent() -> None:
    with mail_server() as stage:
        assert probe(stage) == "127.0.0.1 answers, no login asked for"
        assert stage.inbox == []


def test_a_login_is_tried_and_a_wrong_password_told() -> None:
    with mail_server(authenticator=only("watch", "right"), auth_require_tls=False) as stage:
        stage.settings = replace(stage.settings, username="watch", password="right")
        assert probe(stage) == "127.0.0.1 answers, logged in as watch"
        stage.settings = replace(stage.settings, password="wrong")
        assert "535" in refused(stage)
        assert "right" not in refused(stage)


def test_a_mail_server_that_is_not_there_is_named() -> None:
    with mail_server() as stage:
        stage.settings = replace(stage.settings, port=free_port())
    assert refused(stage).startswith("127.0.0.1: ")


def test_a_folder_is_looked_at_and_not_made(tmp_path: Path) -> None:
    with folder(tmp_path) as stage:
        assert probe(stage, address=str(tmp_path / "deep" / "box")).endswith("can be written")
    assert not (tmp_path / "deep").exists()
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert "no folder" in refused(stage, address=str(tmp_path / "file" / "box"))


def test_a_webhook_is_knocked_at_and_nothing_is_posted() -> None:
    with web_server("webhook", "http://hook.example:{port}/in") as stage:
        assert probe(stage) == "hook.example can be reached"
        assert stage.inbox == []
        assert "signing secret" in refused(stage, secret="")
        assert "not a web address" in refused(stage, address="ftp://hook.example/")
        assert refused(stage, address=f"http://hook.example:{free_port()}/").startswith("hook.example: ")


def test_a_webhook_with_a_foreign_certificate_is_told(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hook.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with web_server("webhook", "https://hook.example:{port}/in", tls=context, ca_file=str(tmp_path / "ca.pem")) as stage:
        assert probe(stage) == "hook.example can be reached"
        assert "certificate" in refused(stage, address=stage.recipient.address.replace("hook.", "other."))


def test_a_silent_webhook_costs_its_time_limit_and_no_more() -> None:
    async def run() -> str:
        async def here(host: str, port: int) -> str:
            return "127.0.0.1"

        offered = {"guard": here, "clock": lambda: NOW, "timeout": timedelta(seconds=0.2)}
        settings = notifiers.settings("webhook", offered)
        async with answering(silence) as port:
            return await notifiers.probe("webhook", Recipient("m", f"https://hook.example:{port}/", secret=SECRET), settings)

    with pytest.raises(NotSent, match=r"hook\.example"):
        asyncio.run(run())


def test_an_address_of_apprise_is_read_and_not_posted_to() -> None:
    with web_server("apprise", "json://127.0.0.1:{port}/") as stage:
        assert "only sending tells" in probe(stage)
        assert stage.inbox == []
        with pytest.raises(NotSent):
            probe(stage, address="nothing://at all")


def test_a_channel_without_a_probe_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pigeon.py").write_text("Settings = object\n", "utf-8")
    monkeypatch.setattr(notifiers, "__path__", [*notifiers.__path__, str(tmp_path)])

    said = asyncio.run(notifiers.probe("pigeon", Recipient("me", "roof"), None))

    assert said == "this channel cannot be tried without sending"
    assert isinstance(sys.modules.pop("notifiers.pigeon"), types.ModuleType)
