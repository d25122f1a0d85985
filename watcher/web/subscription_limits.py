"""How often mails to confirm may be asked for, kept in the database: a restart forgets none of it."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from watcher.publishers import registrable_domain
from watcher.store.records import MetaKey
from watcher.store.store import Store

PROVIDERS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "ymail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "fastmail.com",
        "zoho.com",
        "mail.ru",
        "yandex.ru",
        "qq.com",
        "163.com",
    ]
)
"""Domains of mail for everybody: their addresses belong to many people, so that the domain has no limit of its own.

What lies below one of them (`ada.fastmail.com`) is one person's, whatever stands before the @.
"""
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains where dots before the @ mean nothing, and the name they are all delivered to."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in so long."""

    times: int
    within: timedelta


ASKER = Limit(5, timedelta(hours=1))
TOGETHER = Limit(200, timedelta(hours=1))
MAILBOX = Limit(2, timedelta(hours=6))
DOMAIN = Limit(20, timedelta(hours=1))
WISHES = Limit(1_000, timedelta(hours=1))
"""Wishes of everybody, written for or not: who has many networks asks from ever another one, and each asker is remembered."""
WINDOW = max(each.within for each in (ASKER, TOGETHER, DOMAIN, WISHES))
MAILBOX_PREFIX = "m"
"""What the names of mailboxes begin with where they are kept: they count for longer than all others."""


class Admission(Enum):
    """What becomes of a wish."""

    WRITE = "write"
    QUIET = "quiet"
    """Answered as any other, and nobody is written to: who asks learns nothing of the mailbox."""
    REFUSE = "refuse"


def mailbox_of(address: str) -> str:
    """The mailbox that an address is delivered to, as far as it can be told: without a +tag, in lower case. For limits alone."""
    name, _, domain = address.lower().rpartition("@")
    name = name.partition("+")[0] or name
    if domain in DOTLESS:
        name, domain = name.replace(".", ""), DOTLESS[domain]
    return f"{name}@{domain}"


class SubscriptionLimits:
    """Counts wishes that were well formed; those that were not cost nobody anything."""

    def __init__(self, store: Store, key: bytes) -> None:
        """`key` makes the hashes: what is kept names no address."""
        self.store, self.key = store, key

    def admit(self, asker: str, address: str, now: datetime) -> Admission:
        """Whether to write to an address that `asker` names; if so it counts. Raises StoreError."""
        mailbox = mailbox_of(address)
        host = mailbox.rpartition("@")[2]
        domain = registrable_domain(f"https://{host}/")
        if domain in PROVIDERS:
            domain = host
        quiet = {f"mailbox {mailbox}": MAILBOX} | ({} if domain in PROVIDERS else {f"domain {domain}": DOMAIN})
        with self.store.writing() as tx:
            asked = tx.meta.read(MetaKey.SUBSCRIPTIONS_ASKED, partial(_recent, now=now)) or {}
            if not self._free(asked, {f"asker {asker}": ASKER, "wishes": WISHES}, now):
                return Admission.REFUSE
            self._count(asked, [f"asker {asker}", "wishes"], now)
            verdict = Admission.WRITE if self._free(asked, quiet, now) else Admission.QUIET
            if verdict is Admission.WRITE and not self._free(asked, {"all": TOGETHER}, now):
                return Admission.REFUSE
            if verdict is Admission.WRITE:
                self._count(asked, [*quiet, "all"], now)
            tx.meta.put(MetaKey.SUBSCRIPTIONS_ASKED, json.dumps(asked, separators=(",", ":")))
        return verdict

    def _free(self, asked: dict[str, list[int]], limits: dict[str, Limit], now: datetime) -> bool:
        at = int(now.timestamp())
        counted = ((asked.get(self._hidden(name), []), limit) for name, limit in limits.items())
        return all(sum(at - each < limit.within.total_seconds() for each in times) < limit.times for times, limit in counted)

    def _count(self, asked: dict[str, list[int]], names: list[str], now: datetime) -> None:
        for name in names:
            asked.setdefault(self._hidden(name), []).append(int(now.timestamp()))

    def _hidden(self, name: str) -> str:
        digest = hmac.digest(self.key, name.encode(), "sha256").hex()[:16]
        return f"{MAILBOX_PREFIX}{digest}" if name.startswith("mailbox ") else digest


def _recent(kept: str, now: datetime) -> dict[str, list[int]]:
    """What still counts: neither what is long ago nor what a clock that was wrong has put into the future."""
    at, oldest, older = (int((now - span).timestamp()) for span in (timedelta(0), WINDOW, MAILBOX.within))
    recent = {
        name: [each for each in times if (older if name.startswith(MAILBOX_PREFIX) else oldest) < each <= at]
        for name, times in json.loads(kept).items()
    }
    return {name: times for name, times in recent.items() if times}
