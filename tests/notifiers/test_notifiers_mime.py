"""The mail that a message becomes, as mail programs read it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from notifiers import NotSent
from notifiers.message import pack, unpack
from notifiers.message.mime import build
from tests.notifiers.stages import message


def mail(**values: Any) -> EmailMessage:
    """The mail, parsed again."""
    return message_from_bytes(written(**values), policy=default)  # type: ignore[return-value] # the policy decides the class


def written(**values: Any) -> bytes:
    """The mail as it goes over the line."""
    return build(message(**values), sender="Policy Signal Watch <watch@example.org>", to="reader@example.org", name="A Reader")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("From", "Policy Signal Watch <watch@example.org>"),
        ("To", "A Reader <reader@example.org>"),
        ("Subject", "Senate vote: passed the Senate, 60-40"),
        ("Date", "Fri, 20 Nov 2026 12:00:00 +0000"),
        ("Message-ID", "<d1.reader@watch.example.org>"),
        ("In-Reply-To", "<root@watch.example.org>"),
        ("References", "<root@watch.example.org>"),
        ("List-Id", "Policy Signal Watch <senate-vote.watch.example.org>"),
        ("List-Unsubscribe", "<https://watch.example.org/unsubscribe/abc>, <mailto:watch@example.org?subject=unsubscribe>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Importance", None),
    ],
)
def test_headers(header: str, value: str | None) -> None:
    assert mail()[header] == value


def test_urgent_news_says_so() -> None:
    assert mail(urgent=True)["Importance"] == "high"


def test_one_click_is_offered_over_https_alone() -> None:
    told = mail(unsubscribe_url="http://localhost:8080/unsubscribe/abc")
    assert told["List-Unsubscribe-Post"] is None
    assert "<http://localhost:8080/unsubscribe/abc>" in told["List-Unsubscribe"]


def test_what_is_not_known_is_left_out() -> None:
    told = mail(unsubscribe_url="", unsubscribe_mailto="", in_reply_to="", references=(), list_id="", sent_at=None)
    for header in ("List-Unsubscribe", "List-Unsubscribe-Post", "In-Reply-To", "References", "List-Id", "Date"):
        assert told[header] is None


def test_both_parts_are_there_text_first() -> None:
    assert [part.get_content_type() for part in mail().iter_parts()] == ["text/plain", "text/html"]
    assert mail(html="").get_content_type() == "text/plain"


def test_a_long_address_is_not_broken_and_every_line_keeps_to_the_limit() -> None:
    url = "https://watch.example.org/unsubscribe/" + "a" * 400
    told = written(unsubscribe_url=url, text="x" * 5000, html="<p>" + "ü" * 5000 + "</p>")
    assert f"<{url}>".encode() in told
    assert max(map(len, told.split(b"\r\n"))) <= 998
    assert b"\n" not in told.replace(b"\r\n", b"")


def test_a_subject_stays_on_its_line_where_it_can() -> None:
    subject = "Senate vote: the Senate has passed the bill, 60-40; also CAISI evaluation"
    assert f"\r\nSubject: {subject}\r\n".encode() in written(subject=subject)
    assert mail(subject="a " * 900)["Subject"].split() == ["a"] * 900


def test_letters_of_the_world_arrive() -> None:
    told = mail(subject="Sénat: adopté à 60 contre 40 — " + "é" * 80, text="“…” ü €\n")
    assert told["Subject"] == "Sénat: adopté à 60 contre 40 — " + "é" * 80
    body = told.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["“…” ü €"]


HIDDEN = "=?utf-8?q?=0d=0aX-Forged:_yes=0d=0a=0d=0aforged?="


@pytest.mark.parametrize("field", ["subject", "list_id", "in_reply_to", "unsubscribe_url"])
@pytest.mark.parametrize(
    "value", [HIDDEN, f"News: {HIDDEN}", f"é {HIDDEN} é", f"{HIDDEN} {HIDDEN}", HIDDEN.replace("?q?", "*en?Q?")]
)
def test_an_encoded_word_in_a_title_is_no_way_to_a_header_of_its_own(field: str, value: str) -> None:
    sent = written(**{field: value})
    assert b"X-Forged" not in {line.partition(b":")[0] for line in sent.split(b"\r\n")}
    read = message_from_bytes(sent, policy=default)
    assert read["To"] == "A Reader <reader@example.org>"
    assert "X-Forged" not in read
    assert not read.defects


def test_a_name_hides_no_header() -> None:
    sent = build(message(), sender="w@example.org", to="r@example.org", name=HIDDEN)
    assert not [line for line in sent.split(b"\r\n") if line.startswith((b"X-Forged", b"forged"))]


def test_a_text_with_half_a_letter_is_sent_without_it() -> None:
    told = mail(text="Passed \ud800 the Senate", html="<p>Passed \ud800 the Senate</p>")
    for kind in ("plain", "html"):
        part = told.get_body((kind,))
        assert part
        assert "Passed ? the Senate" in part.get_content()


def test_a_domain_of_other_letters_is_written_for_the_dns() -> None:
    told = build(message(), sender="watch@example.org", to="jo@münchen.example")
    assert b"To: jo@xn--mnchen-3ya.example" in told


def test_a_domain_goes_where_the_present_standard_says() -> None:
    told = build(message(), sender="Wache <wacht@fa\u00df.example>", to="jo@stra\u00dfe.example")
    assert b"To: jo@xn--strae-oqa.example" in told  # not strasse.example, which belongs to somebody else
    assert b"wacht@xn--fa-hia.example" in told


@pytest.mark.parametrize("to", ["", "reader", "@example.org", "reader@", "jö@example.org", "a b@example.org", "a@" + "x" * 70])
def test_an_address_that_is_none_is_refused_for_good(to: str) -> None:
    with pytest.raises(NotSent, match="not a mail address") as told:
        build(message(), sender="watch@example.org", to=to)
    assert not told.value.retry


@pytest.mark.parametrize("identifier", ["", "d1@example.org", "<d1>", "<a@b>\r\nBcc: <c@d>"])
def test_a_message_without_an_identity_is_not_sent(identifier: str) -> None:
    with pytest.raises(NotSent, match="identifier"):
        written(message_id=identifier)


@pytest.mark.parametrize("values", [{}, {"sent_at": None}, {"references": (), "urgent": True}])
def test_a_stored_message_is_the_message(values: dict[str, Any]) -> None:
    assert unpack(pack(message(**values))) == message(**values)
