"""Mail servers as they are: with TLS of every kind, logins, refusals and rudeness."""

from __future__ import annotations

import asyncio
import base64
import gc
import ssl
import threading
import warnings
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

import notifiers
from notifiers import NotSent, Recipient
from tests.notifiers.stages import ACCEPT, LATER, MailHandler, Server, Stage, answering, mail_server, message, only, silence


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """A server's side of TLS for a host of that name."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(made)
    return made


@pytest.mark.parametrize(("security", "at_once"), [("starttls", False), ("tls", True)])
def test_mail_goes_over_tls_that_is_verified(authority: trustme.CA, ca_file: str, security: str, at_once: bool) -> None:  # noqa: FBT001 - a table
    with mail_server(tls=context(authority, "127.0.0.1"), at_once=at_once) as stage:
        stage.settings = replace(stage.settings, security=security, ca_file=ca_file)
        asyncio.run(stage.send(message()))
        assert len(stage.inbox) == 1


@pytest.mark.parametrize(("security", "at_once"), [("starttls", False), ("tls", True)])
@pytest.mark.parametrize(("name", "trusted"), [("127.0.0.1", False), ("other.example.org", True)])
def test_a_wrong_certificate_stops_the_mail_for_now(
    authority: trustme.CA,
    ca_file: str,
    security: str,
    at_once: bool,  # noqa: FBT001 - a table
    name: str,
    trusted: bool,  # noqa: FBT001 - a table
) -> None:
    with mail_server(tls=context(authority, name), at_once=at_once) as stage:
        stage.settings = replace(stage.settings, security=security, ca_file=ca_file if trusted else "")
        with pytest.raises(NotSent, match="certificate") as told:
            asyncio.run(stage.send(message()))
        assert (told.value.retry, told.value.uncertain, stage.inbox) == (True, False, [])


def test_starttls_never_falls_back_to_an_open_line() -> None:
    with mail_server() as stage:
        stage.settings = replace(stage.settings, security="starttls")
        with pytest.raises(NotSent, match="STARTTLS") as told:
            asyncio.run(stage.send(message()))
        assert (told.value.retry, stage.inbox) == (True, [])


def test_a_missing_file_of_certificates_is_named_and_tried_again() -> None:
    with mail_server() as stage:
        stage.settings = replace(stage.settings, ca_file="/nowhere/ca.pem")
        with pytest.raises(NotSent, match="No such file") as told:
            asyncio.run(stage.send(message()))
        assert told.value.retry


@pytest.mark.parametrize(("password", "arrives"), [("right", True), ("wrong", False)])
def test_a_login_is_used_and_a_refused_one_is_the_operators_to_mend(
    authority: trustme.CA,
    ca_file: str,
    password: str,
    arrives: bool,  # noqa: FBT001 - a table
) -> None:
    with mail_server(tls=context(authority, "127.0.0.1"), authenticator=only("watch", "right"), auth_required=True) as stage:
        secure = replace(stage.settings, security="starttls", ca_file=ca_file)
        stage.settings = replace(secure, username="watch", password=password)
        if arrives:
            asyncio.run(stage.send(message()))
        else:
            with pytest.raises(NotSent, match="535") as told:
                asyncio.run(stage.send(message()))
            assert told.value.retry
            assert password not in told.value.reason
        assert bool(stage.inbox) is arrives


class TokenHandler(MailHandler):
    """A server that takes OAuth2 tokens alone."""

    seen = b""

    async def auth_XOAUTH2(self, server: object, arguments: list[bytes]) -> object:  # noqa: N802 - aiosmtpd's name
        type(self).seen = base64.b64decode(arguments[1])
        return AuthResult(success=True)


def test_an_oauth2_token_goes_before_a_password(authority: trustme.CA, ca_file: str) -> None:
    with mail_server(handler=TokenHandler(), tls=context(authority, "127.0.0.1"), auth_required=True) as stage:
        secure = replace(stage.settings, security="starttls", ca_file=ca_file)
        stage.settings = replace(secure, username="watch", token="t0ken", password="unused")
        asyncio.run(stage.send(message()))
        assert TokenHandler.seen == b"user=watch\x01auth=Bearer t0ken\x01\x01"
        assert len(stage.inbox) == 1


class Rude(MailHandler):
    """Refuses the sender, or hangs up instead of parting."""

    async def handle_MAIL(self, server: object, session: object, envelope: object, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        return "550 5.7.1 Not from here"


class Curt(MailHandler):
    """Hangs up at QUIT."""

    async def handle_QUIT(self, server: Server, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        server.transport.abort()  # type: ignore[attr-defined] # the SMTP side, not the controller
        return "221 Bye"


def test_a_refused_sender_is_the_operators_to_mend() -> None:
    with mail_server(handler=Rude()) as stage, pytest.raises(NotSent, match="Not from here") as told:
        asyncio.run(stage.send(message()))
    assert told.value.retry


def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it() -> None:
    with mail_server(handler=Curt()) as stage:
        asyncio.run(stage.send(message()))
        assert len(stage.inbox) == 1


def test_a_silent_server_costs_its_time_limit_and_no_more() -> None:
    async def talk() -> NotSent:
        async with answering(silence) as port:
            offered = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "w@example.org"}
            settings = notifiers.settings("smtp", offered)
            quick = replace(settings, timeout=settings.timeout / 300)
            with pytest.raises(NotSent) as told:
                await notifiers.load("smtp").send(message(), Recipient("r", "r@example.org"), quick)
        return told.value

    told = asyncio.run(talk())
    assert (told.retry, told.uncertain) == (True, False)


class Mumbling(MailHandler):
    """Takes the mail and says something that is no answer."""

    async def handle_DATA(self, server: Server, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        await super().handle_DATA(server, session, envelope)
        return "well, perhaps"


def test_an_answer_that_is_none_after_the_mail_is_uncertain() -> None:
    with mail_server(handler=Mumbling()) as stage:
        with pytest.raises(NotSent, match="after DATA") as told:
            asyncio.run(stage.send(message()))
        assert (told.value.retry, told.value.uncertain, len(stage.inbox)) == (True, True, 1)


class Odd(MailHandler):
    """Answers with a code of its own, to a recipient or to a mail."""

    def __init__(self, place: str, answer: str) -> None:
        self.place, self.answer = place, answer

    async def handle_RCPT(self, *given: object) -> str:  # noqa: N802 - aiosmtpd's name
        taken = await super().handle_RCPT(*given)  # type: ignore[arg-type] # as they came
        return self.answer if self.place == "RCPT" else taken

    async def handle_DATA(self, *given: object) -> str:  # noqa: N802 - aiosmtpd's name
        taken = await super().handle_DATA(*given)  # type: ignore[arg-type] # as they came
        return self.answer if self.place == "DATA" else taken


@pytest.mark.parametrize(
    ("place", "answer", "uncertain"),
    [("RCPT", "600 what", False), ("RCPT", "999 what", False), ("DATA", "999 what", False), ("DATA", "200 taken", True)],
)
def test_a_code_that_is_none_is_no_last_word_and_another_yes_is_no_plain_no(place: str, answer: str, uncertain: bool) -> None:  # noqa: FBT001 - a table
    with mail_server(handler=Odd(place, answer)) as stage:
        with pytest.raises(NotSent) as told:
            asyncio.run(stage.send(message()))
        assert (told.value.retry, told.value.refused, told.value.uncertain) == (True, False, uncertain)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting without an end."""
    with suppress(OSError):
        while not writer.is_closing():
            writer.write(b"220-" + b"x" * 500 + b"\r\n")
            await writer.drain()
    writer.transport.abort()


def test_an_endless_greeting_is_cut_off() -> None:
    async def talk() -> NotSent:
        async with answering(flood) as port:
            offered = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "w@example.org"}
            with pytest.raises(NotSent, match="too long") as told:
                await notifiers.load("smtp").send(message(), Recipient("r", "r@example.org"), notifiers.settings("smtp", offered))
        return told.value

    told = asyncio.run(talk())
    assert (told.retry, told.uncertain) == (True, False)


def test_the_same_message_is_the_same_bytes_at_every_attempt(tmp_path: Path) -> None:
    with mail_server() as stage:
        asyncio.run(stage.send(message()))
        asyncio.run(stage.send(message()))
        first, second = stage.inbox
        assert first.as_bytes() == second.as_bytes()


class Counting(MailHandler):
    """Counts the connections, and answers as it is told."""

    def __init__(self, **answers: str) -> None:
        self.answers, self.greeted, self.mails, self.asked = answers, 0, dict[int, int](), list[str]()

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, host: str, answers: list[str]) -> list[str]:  # noqa: N802 - aiosmtpd's name
        self.greeted += 1
        session.host_name = host
        return answers

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked.append(address)
        if told := self.answers.get(address.partition("@")[0]):
            return told
        return await super().handle_RCPT(server, session, envelope, address, options)


async def all_sent(stage: Stage, *names: str) -> list[str]:
    """Hand in a mail to each of these, one after the other in one session; what was said of those that did not leave."""
    failed = []
    async with notifiers.session(notifiers.load("smtp"), stage.settings) as send:
        for number, name in enumerate(names):
            try:
                await send(message(message_id=f"<{number}@example.org>"), Recipient(name, f"{name}@example.org"))
            except NotSent as error:
                failed.append(error.reason)
    return failed


@pytest.mark.parametrize(("most", "connections"), [(50, 1), (2, 3), (1, 5)])
def test_one_connection_carries_as_many_mails_as_it_may(most: int, connections: int) -> None:
    handler = Counting()
    with mail_server(handler=handler) as stage:
        stage.settings = replace(stage.settings, mails_per_connection=most)
        assert asyncio.run(all_sent(stage, *"abcde")) == []
        assert (len(stage.inbox), handler.greeted) == (5, connections)


def test_a_refused_recipient_leaves_the_connection_for_the_others() -> None:
    handler = Counting(b="550 5.1.1 No such user")
    with mail_server(handler=handler) as stage:
        assert asyncio.run(all_sent(stage, *"abc")) == ["recipient refused: 550 5.1.1 No such user"]
        assert (len(stage.inbox), handler.greeted) == (2, 1)


def test_an_answer_gives_a_terminal_nothing_to_obey() -> None:
    with mail_server(handler=Counting(b="550 5.1.1 \x1b[2J\x1b]0;all is well\x07No\x08\x7f such user")) as stage:
        [told] = asyncio.run(all_sent(stage, "b"))
    assert told == "recipient refused: 550 5.1.1 [2J ]0;all is well No such user"


class Clinging(Counting):
    """Never says goodbye."""

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.Event().wait()
        return "221 Bye"


def test_a_server_that_never_says_goodbye_holds_up_no_end() -> None:
    async def sent(stage: Stage) -> list[str]:
        async with asyncio.timeout(60):
            return await all_sent(stage, *"ab")

    with mail_server(handler=Clinging()) as stage:
        stage.settings = replace(stage.settings, timeout=timedelta(hours=1))
        assert asyncio.run(sent(stage)) == []
        assert len(stage.inbox) == 2


def test_a_watch_that_ends_while_it_says_goodbye_leaves_no_connection_open() -> None:
    async def ended(stage: Stage) -> None:
        async with notifiers.session(notifiers.load("smtp"), stage.settings) as send:
            await send(message(), stage.recipient)
            task = asyncio.current_task()
            assert task
            task.cancel()

    with mail_server() as stage, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(ended(stage))
        gc.collect()
    assert [str(one.message) for one in told] == []


class Thoughtful(MailHandler):
    """Thinks about a recipient, or a mail, until it is told to answer."""

    def __init__(self, place: str) -> None:
        self.place, self.asked, self.answers = place, threading.Event(), threading.Event()

    async def think(self, place: str) -> None:
        if place == self.place:
            self.asked.set()
            assert await asyncio.to_thread(self.answers.wait, 60)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        await self.think("RCPT")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        await self.think("DATA")
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.parametrize(("place", "mood"), [("RCPT", LATER), ("DATA", ACCEPT)])
def test_a_mail_that_is_on_its_way_when_the_watch_stops_leaves_no_connection_open(place: str, mood: str) -> None:
    handler = Thoughtful(place)

    async def stopped(stage: Stage) -> None:
        async with notifiers.session(notifiers.load("smtp"), stage.settings) as send:
            sending = asyncio.create_task(send(message(), stage.recipient))
            assert await asyncio.to_thread(handler.asked.wait, 60)
        handler.answers.set()
        await asyncio.wait([sending])
        assert bool(sending.exception()) == (mood == LATER)

    with mail_server(handler=handler) as stage, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        stage.mood = mood
        asyncio.run(stopped(stage))
        gc.collect()
    assert [str(one.message) for one in told] == []


class Tired(Counting):
    """Hangs up after each mail, without a word."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        asyncio.get_running_loop().call_later(0, server.transport.close)
        return answer


def test_a_server_that_hangs_up_between_two_mails_gets_the_next_over_a_new_connection() -> None:
    handler = Tired()
    with mail_server(handler=handler) as stage:
        assert asyncio.run(all_sent(stage, *"abc")) == []
        assert (len(stage.inbox), handler.greeted) == (3, 3)


def test_a_mail_that_is_called_off_between_two_leaves_no_connection_behind() -> None:
    async def talk() -> int:
        asked, gone = asyncio.Event(), asyncio.Event()

        async def answers_one_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 here\r\n")
            mails = 0
            while line := await reader.readline():
                mails += line.startswith(b"MAIL")
                if mails == 2:
                    asked.set()
                    continue
                if line.startswith(b"DATA"):
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 OK\r\n")
            gone.set()
            writer.close()

        async with answering(answers_one_mail) as port:
            offered = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "w@example.org"}
            reader = Recipient("r", "r@example.org")
            async with notifiers.session(notifiers.load("smtp"), notifiers.settings("smtp", offered)) as send:
                await send(message(), reader)
                second = asyncio.create_task(send(message(message_id="<2@example.org>"), reader))
                await asked.wait()
                second.cancel()
                await asyncio.wait_for(gone.wait(), 30)
                return (await asyncio.gather(second, return_exceptions=True)).count(None)

    assert asyncio.run(talk()) == 0


LIMITS = {
    "421 4.7.0 Too many connections from your host": True,
    "421 Service closing": True,
    "450 4.7.1 Error: too much mail from 192.0.2.1": True,
    "450 4.2.1 The user is receiving mail at a rate that is too high": False,
    "451 4.3.2 Please try again later": True,
    "451 4.7.1 Greylisted": False,
    "452 4.5.3 Too many recipients": True,
    "452 4.2.2 Mailbox full": False,
    "550 5.4.5 Daily sending quota exceeded": True,
    "550 5.1.1 No such user": False,
    "552 5.3.4 Message size exceeds the limit": False,
}


@pytest.mark.parametrize(("words", "busy"), LIMITS.items())
def test_a_server_that_takes_no_more_for_now_is_busy_and_a_mailbox_with_limits_of_its_own_is_none(words: str, busy: bool) -> None:  # noqa: FBT001 - a table
    with mail_server(handler=Counting(reader=words)) as stage, pytest.raises(NotSent) as told:
        asyncio.run(stage.send(message()))
    assert (told.value.busy, bool(told.value.wait)) == (busy, busy)
    assert told.value.retry is (busy or words.startswith("4"))


@pytest.mark.parametrize("key", ["connections", "mails_per_connection", "mails_per_minute"])
def test_impossible_numbers_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="at least"):
        notifiers.settings("smtp", {"host": "mail.example.org", "sender": "w@example.org", key: -1})
