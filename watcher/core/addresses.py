"""Web addresses as they may be shown: without user names, passwords, keys and tokens. Pure."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus, urlsplit

HIDDEN = "***"
MAX_ADDRESS = 10_000
"""Characters; tens of thousands of marks on a letter of its host take the square of them to be looked at."""
YEAR = "{year}"
"""In the address of a source, where the publisher has a folder for each year."""
_USER = re.compile(r"(?<=//)[^/?#\s@]*(?:@[^/?#\s@]*)*@")
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#\s\"'<>]{1,100})=([^&#\s\"'<>]*)")
_ODD = re.compile(r"[ \"<>]")
"""What browsers escape wherever it stands (https://url.spec.whatwg.org/#query-percent-encode-set)."""
_SECRET = re.compile(
    r"(?:^|[^a-z])(?:key|keyid|pass|pwd|auth|sig|sid)$|(?:api|access|secret|private|auth|user|app|license|subscription|client|feed)key(?:id)?$"
    r"|token$|secret$|passw(?:or)?d$|passphrase$|authori[sz]ation$|signature$|session(?:[^a-z]?id)?$|credentials?$|jwt$"
)
_PATH = re.compile(r"(?<=/bot)\d+:[\w-]+|(?<=//hooks\.slack\.com/services/)[\w/-]+|(?<=/api/webhooks/)\d+/[\w-]+")


def ascii_host(host: str) -> str:
    """A host in small letters of the DNS, by IDNA 2008 as browsers read it (UTS 46). Raises ValueError."""
    if host.isascii():
        return host.lower()
    import idna  # noqa: PLC0415 - its tables take a while, and few names need them

    return idna.encode(host, uts46=True).decode()


def in_year(address: str, at: datetime) -> str:
    """The address as it is asked and shown at a moment: with that year where it has `{year}` in it."""
    return address.replace(YEAR, f"{at.year}")


def is_in_any_year(address: str, url: str) -> bool:
    """Whether an address that may have `{year}` in it is this URL in one year or another."""
    return url == address or re.fullmatch(r"\d{4}".join(map(re.escape, address.split(YEAR))), url) is not None


def redact(text: str) -> str:
    """Any text with what its addresses must not show replaced by `***`."""
    if "//" not in text and "=" not in text:
        return text
    return _PATH.sub(HIDDEN, _PARAMETER.sub(_without_value, _USER.sub(f"{HIDDEN}@", text)))


def redact_all(value: Any) -> Any:  # noqa: ANN401 - any value of plain parts
    """The same value with each text in it as `redact` shows it; what is no text, list, table or dataclass stays as it is."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple | list):
        return type(value)(map(redact_all, value))
    if isinstance(value, dict):
        return {key: redact_all(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: redact_all(getattr(value, each.name)) for each in fields(value)})
    return value


def safe_link(address: str) -> str:
    """The address if a reader may follow it (http or https with a host), else nothing; without what it must not show.

    One of more than MAX_ADDRESS characters is none. Blanks, quote marks and angle brackets behind the host are written as
    browsers send them (`%22`).
    """
    address = address.strip(" ")
    if len(address) > MAX_ADDRESS:
        return ""
    try:
        parts = urlsplit(address)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    if not valid or "\\" in address or not address.isprintable() or _ODD.search(parts.netloc):
        return ""
    return redact(_USER.sub("", _ODD.sub(lambda found: f"%{ord(found[0]):02X}", address), count=1))


def _without_value(found: re.Match[str]) -> str:
    name = unquote_plus(found[1]).lower()
    return f"{found[1]}={HIDDEN}" if _SECRET.search(name) else found[0]
