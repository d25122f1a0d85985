"""A message as the bytes of a mail (RFC 5322, RFC 2045) with the headers that mail programs expect."""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import getaddresses

import idna

from notifiers.message import Message, NotSent, one_line

LONGEST_LINE = 998
IDENTIFIER = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")


class Headers(EmailPolicy):
    """The library's rules, but nothing is folded that fits a line of RFC 5322, 2.1.1.

    Folding at 78 puts a whole Subject on its second line, where clients show the blank before it, and breaks a long
    List-Unsubscribe into encoded words that none of them reads.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as it is sent."""
        line = f"{name}: {value}"
        return f"{line}\r\n".encode() if line.isascii() and len(line) <= LONGEST_LINE else super().fold_binary(name, value)


def build(message: Message, *, sender: str, to: str, name: str = "") -> bytes:
    """The mail with text and HTML parts, CRLF line ends, the same bytes at every call.

    `sender` may carry a name: `Watch <watch@example.org>`. Raises NotSent for an address that is none.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address(sender)
    mail["To"] = address(to, name)
    if message.sent_at:
        mail["Date"] = message.sent_at
    for header, value in _headers(message).items():
        if value:
            mail[header] = _literal(one_line(value))
    mail.set_content(_sendable(message.text), charset="utf-8", cte="quoted-printable")
    if message.html:
        mail.add_alternative(_sendable(message.html), subtype="html", charset="utf-8", cte="quoted-printable")
        mail.set_boundary("=_" + hashlib.sha256(message.message_id.encode()).hexdigest()[:32])
    return mail.as_bytes(policy=Headers(linesep="\r\n"))


def _literal(value: str) -> str:
    """The value without an encoded word (RFC 2047): the library would read it, and put line ends that it hides into the mail."""
    return value.replace("=?", "= ?")


def _sendable(text: str) -> str:
    """The text without halves of pairs of code units, which no mail can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def address(text: str, name: str = "") -> Address:
    """A mail address with its name. Raises NotSent: a later attempt would meet the same address."""
    found = getaddresses([one_line(text)])
    if len(found) > 1:
        raise NotSent("not a mail address: one alone, not a list of them", retry=False)
    spoken, spec = found[0] if found else ("", "")
    try:
        return Address(display_name=one_line(name or spoken), addr_spec=_ascii_domain(spec))
    except (ValueError, IndexError, AttributeError) as error:
        raise NotSent(f"not a mail address: {error}", retry=False) from None


def _ascii_domain(spec: str) -> str:
    """The address with its domain in the letters of the DNS. Raises ValueError for half an address."""
    local, at, domain = spec.rpartition("@")
    if not (local and at and domain):
        raise ValueError("it needs a name, an @ and a domain")
    if domain.endswith("."):
        raise ValueError("it ends in a dot")
    if not local.isascii():
        raise ValueError("letters beyond ASCII before the @ are not supported")
    return f"{local}@{dns_name(domain)}"


def dns_name(host: str) -> str:
    """A host in the letters of the DNS, by IDNA 2008 as web addresses are read (UTS 46). Raises ValueError."""
    return idna.encode(host, uts46=True).decode() if not host.isascii() else host.encode("idna").decode()


def _headers(message: Message) -> dict[str, str]:
    """Subject, identity, thread and list headers; empty values are left out by the caller."""
    return {
        "Subject": message.subject,
        "Message-ID": _identifier(message.message_id),
        "In-Reply-To": message.in_reply_to,
        "References": " ".join(message.references),
        "List-Id": message.list_id,
        "List-Unsubscribe": _unsubscribe(message),
        # RFC 8058: one click works over https alone.
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if message.unsubscribe_url.startswith("https://") else "",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Importance": "high" if message.urgent else "",
    }


def _identifier(text: str) -> str:
    """The identifier as it is. Raises NotSent where it is none: a mail without one could not be told from its repeat."""
    if not IDENTIFIER.fullmatch(text):
        raise NotSent(f"not a message identifier: {text}", retry=False)
    return text


def _unsubscribe(message: Message) -> str:
    """The ways out of the list, the web first (RFC 2369)."""
    return ", ".join(f"<{way}>" for way in (message.unsubscribe_url, message.unsubscribe_mailto) if way)
