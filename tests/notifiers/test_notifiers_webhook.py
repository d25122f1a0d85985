"""Signed posts to servers that are kind, busy, gone, endless or somewhere else."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

import notifiers
from notifiers import NotSent, Recipient, webhook
from tests.notifiers.stages import ANSWERS, NOW, SECRET, Handler, Stage, answering, message, web_server

HOOK = "http://hooks.example.org:{port}/in?room=1"
OTHER = "whsec_" + "b3RoZXItc2VjcmV0LW9mLXRoZS1yZWFkZXI="


def refusal(stage: Stage) -> NotSent:
    """Why the post did not go."""
    with pytest.raises(NotSent) as told:
        asyncio.run(stage.send(message()))
    return told.value


def answered(status: int, **headers: str) -> NotSent:
    """What we make of an answer."""
    answer = {**ANSWERS, "so": (status, {key.replace("_", "-"): value for key, value in headers.items()})}
    with web_server("webhook", HOOK, answers=answer) as stage:
        stage.mood = "so"
        return refusal(stage)


def test_the_payload_arrives_signed_under_its_name() -> None:
    with web_server("webhook", HOOK, clock=lambda: datetime.now(UTC)) as stage:
        asyncio.run(stage.send(message()))
        [post] = stage.inbox
        assert Webhook(SECRET).verify(post.body, post.headers) == message().payload
        assert post.path == "/in?room=1"
        assert post.headers["host"] == stage.recipient.address.split("/")[2]
        assert post.headers["content-type"] == "application/json"
        with pytest.raises(WebhookVerificationError):
            Webhook(OTHER).verify(post.body, post.headers)


def test_a_repeat_has_the_same_identity_and_another_message_another() -> None:
    with web_server("webhook", HOOK) as stage:
        for identity in ("<a@x.org>", "<a@x.org>", "<b@x.org>"):
            asyncio.run(stage.send(message(message_id=identity)))
        first, second, third = (post.headers["webhook-id"] for post in stage.inbox)
        assert first == second != third
        assert "." not in first
        assert stage.inbox[0].headers["idempotency-key"] == first


def test_two_secrets_sign_twice_while_one_replaces_another() -> None:
    with web_server("webhook", HOOK, clock=lambda: datetime.now(UTC)) as stage:
        stage.recipient = replace(stage.recipient, secret=f"{OTHER} {SECRET}")
        asyncio.run(stage.send(message()))
        [post] = stage.inbox
        for secret in (OTHER, SECRET):
            assert Webhook(secret).verify(post.body, post.headers)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("", "no signing secret"),
        ("whsec_ü", "no base64"),
        ("whsec_", "has 0 bytes"),
        ("whsk_" + "a" * 44, "pair of keys"),
        ("whsec_YQ==", "has 1 bytes"),
    ],
)
def test_without_a_good_secret_nothing_leaves(secret: str, words: str) -> None:
    with web_server("webhook", HOOK) as stage:
        stage.recipient = replace(stage.recipient, secret=secret)
        told = refusal(stage)
        assert words in told.reason
        assert (told.retry, stage.inbox) == (True, [])


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("999999999999", timedelta(days=1)),
        ("Fri, 20 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Fri, 20 Nov 2026 12:05:00 -0000", timedelta(minutes=5)),
        ("Fri, 20 Nov 2026 11:00:00 GMT", timedelta()),
        ("Fri, 20 Nov 2099 11:00:00 GMT", timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("Fri, 99 Nov 2026 12:05:00 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 -99999999999999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", timedelta(days=1)),
    ],
)
def test_a_busy_server_says_how_long_to_wait(header: str, wait: timedelta | None) -> None:
    told = answered(429, Retry_After=header)
    assert (told.retry, told.wait, told.gone) == (True, wait, False)


def test_gone_means_never_again() -> None:
    told = answered(410)
    assert (told.retry, told.gone) == (False, True)
    assert told.reason.startswith("hooks.example.org answered 410")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with web_server("webhook", HOOK) as other:
        told = answered(status, Location=other.recipient.address)
        assert (told.retry, other.inbox) == (True, [])
        assert str(status) in told.reason


class Endless:
    """An answer of ten gigabytes, as fast as it is taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")
        with suppress(OSError):
            while self.taken < 10_000_000_000:
                writer.write(b"x" * 65536)
                await writer.drain()
                self.taken += 65536
        writer.transport.abort()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An answer that never comes to its end."""
    await reader.read(1)
    try:
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.02)
    except OSError:
        return
    finally:
        writer.transport.abort()


async def post_to(server_side: Handler, limit: timedelta, *, target: str = "/", **more: timedelta) -> None:
    """Post to a server of one function."""

    async def here(host: str, port: int) -> str:
        return "127.0.0.1"

    settings = notifiers.settings("webhook", {"guard": here, "clock": lambda: NOW, "timeout": limit, **more})
    async with answering(server_side) as port:
        recipient = Recipient("machine", f"http://hooks.example.org:{port}{target}", secret=SECRET)
        await notifiers.load("webhook").send(message(), recipient, settings)


def test_an_endless_answer_is_left_after_its_first_words() -> None:
    answer = Endless()
    asyncio.run(post_to(answer, timedelta(seconds=20)))
    assert answer.taken < 50_000_000, "what lay in the buffers of both sides, and no more"


def saying(head: str, *more: str, hold: bool = False, body: str = "so far") -> Handler:
    """A server that says this head, and then no whole body."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 {head}\r\n".encode() + b"".join(line.encode() + b"\r\n" for line in more) + b"\r\n" + body.encode()
        )
        with suppress(OSError):
            await writer.drain()
            if hold:
                await reader.read()
                await asyncio.sleep(3600)
        writer.transport.abort() if "cut" in head else writer.close()

    return say


HALF = (("content-length: 10",), ("transfer-encoding: chunked",))


@pytest.mark.parametrize("more", [*HALF, ()])
@pytest.mark.parametrize("how", ["200 OK", "202 cut"])
@pytest.mark.parametrize("hold", [False, True])
def test_a_yes_is_a_yes_though_its_body_never_comes(how: str, more: tuple[str, ...], hold: bool) -> None:  # noqa: FBT001 - a table
    asyncio.run(post_to(saying(how, *more, hold=hold), timedelta(seconds=20), for_words=timedelta(milliseconds=50)))


@pytest.mark.parametrize("hold", [False, True])
def test_a_no_is_understood_though_its_body_never_comes(hold: bool) -> None:  # noqa: FBT001 - a table
    brief = timedelta(milliseconds=50)
    with pytest.raises(NotSent, match="answered 410 so far") as gone:
        asyncio.run(post_to(saying("410 Gone", "content-length: 10", hold=hold), timedelta(seconds=20), for_words=brief))
    assert (gone.value.gone, gone.value.retry) == (True, False)
    server = saying("503 Busy", "retry-after: 7", "content-length: 10", hold=hold)
    with pytest.raises(NotSent, match="answered 503") as busy:
        asyncio.run(post_to(server, timedelta(seconds=20), for_words=brief))
    assert (busy.value.wait, busy.value.uncertain) == (timedelta(seconds=7), False)


@pytest.mark.parametrize(
    "says",
    [
        "Cannot POST /hooks/s3cret-t0ken?key=an0ther%2Fkey",
        "no route for hooks/s3cret-t0ken (key an0ther/key)",
        "x" * 112 + " s3cret-t0ken",
        "{'path': ['hooks', 's3cret-t0ken'], 'key': 'an0ther%2Fkey'}",
    ],
)
def test_an_answer_that_repeats_the_address_gives_away_no_key(says: str) -> None:
    target = "/hooks/s3cret-t0ken?key=an0ther%2Fkey"
    with pytest.raises(NotSent, match="answered 404") as told:
        asyncio.run(post_to(saying("404 Not Found", body=says), timedelta(seconds=20), target=target))
    assert not re.search("s3cr|t0k|an0ther", told.value.reason)


def test_a_dripping_answer_costs_the_time_limit_and_is_uncertain() -> None:
    with pytest.raises(NotSent, match="no answer") as told:
        asyncio.run(post_to(dripping, timedelta(milliseconds=200)))
    assert (told.value.retry, told.value.uncertain) == (True, True)


@pytest.mark.parametrize(
    ("error", "retry"),
    [(PermissionError("192.168.0.1 is a private address"), False), (OSError("no such host"), True)],
)
def test_the_guard_has_the_last_word(error: OSError, retry: bool) -> None:  # noqa: FBT001 - a table
    asked = []

    async def no(host: str, port: int) -> str:
        asked.append((host, port))
        raise error

    with web_server("webhook", HOOK, guard=no) as stage:
        told = refusal(stage)
        assert (told.retry, stage.inbox) == (retry, [])
        assert str(error) in told.reason
        stage.recipient = replace(stage.recipient, address="https://hooks.example.org/in")
        refusal(stage)
        assert asked[-1] == ("hooks.example.org", 443)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/",
        "//example.org/",
        "https:///in",
        "https://me:secret@example.org/",
        "https://example.org\\@evil.example/",
        "https://[::1",
        "https://exa mple.org:x/",
    ],
)
def test_only_plain_web_addresses_are_posted_to(address: str) -> None:
    with web_server("webhook", HOOK) as stage:
        stage.recipient = replace(stage.recipient, address=address)
        told = refusal(stage)
        assert not told.retry
        assert "secret" not in told.reason


@pytest.mark.parametrize(("name", "arrives"), [("hooks.example.org", True), ("other.example.org", False)])
def test_the_certificate_must_be_of_the_name_though_the_address_is_the_guards(tmp_path: Path, name: str, arrives: bool) -> None:  # noqa: FBT001 - a table
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    with web_server("webhook", "https://hooks.example.org:{port}/in", tls=context, ca_file=str(tmp_path / "ca.pem")) as stage:
        if arrives:
            asyncio.run(stage.send(message()))
        else:
            told = refusal(stage)
            assert "certificate" in told.reason.lower()
            assert (told.retry, told.uncertain) == (True, False)
        assert len(stage.inbox) == int(arrives)


def test_the_payload_is_compact_json_in_utf_8() -> None:
    with web_server("webhook", HOOK) as stage:
        asyncio.run(stage.send(message(payload={"quote": "“é”", "torn": "\ud800"})))
        [post] = stage.inbox
        assert json.loads(post.body) == {"quote": "“é”", "torn": "?"}


def test_an_international_host_is_looked_up_as_the_present_standard_says() -> None:
    asked: list[str] = []

    async def guard(host: str, port: int) -> str:
        asked.append(host)
        raise OSError("nobody")

    settings = webhook.Settings(guard=guard, clock=lambda: datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(NotSent, match="nobody"):
        asyncio.run(webhook.send(message(), Recipient("r", "https://stra\u00dfe.example/in", secret=SECRET), settings))
    assert asked == ["xn--strae-oqa.example"]  # not strasse.example, which belongs to somebody else
