"""Subscribing by mail: double opt-in, and no way to learn from the page who is subscribed."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from notifiers import Message, NotSent, Recipient, Send, check
from watcher.clock import Clock
from watcher.core.decision.timing import EVERY_DETAIL
from watcher.mail import MailContext
from watcher.mail import Recipient as Reader
from watcher.mail.message import confirmation, known_already
from watcher.pipeline.subscribers import CONFIRM, GOOD_FOR, READER, SignedLinks, new_name
from watcher.publishers import registrable_domain
from watcher.store.errors import StoreError
from watcher.store.records import Delivery, MetaKey, Subscriber
from watcher.store.store import Store, Transaction

# How often mails to confirm may be asked for, kept in the database: a restart forgets none of it.

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


# The subscriptions: asking, confirming, keeping, ending.

log = logging.getLogger(__name__)

PACES = {
    "at_once": "At once, when something changes",
    EVERY_DETAIL: "At once, and each detail too: a version, a price, who may use it",
    "daily": "Once a day",
    "weekly": "Once a week",
}
LONGEST_ADDRESS = 254
"""RFC 5321 4.5.3.1.3, less the angle brackets."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,63}"
)
"""What the HTML standard takes for an address (input type=email), with at least two labels behind the @."""

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60))
"""When a mail is tried again that the server put off: greylisting lasts some minutes."""
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SubscribeForm:
    """What somebody asks for."""

    address: str
    signals: tuple[str, ...] = ()
    """Empty: all."""
    pace: str = "at_once"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Signals and pace, as a form shows them."""

    signals: tuple[str, ...]
    pace: str


class Subscriptions:
    """What subscribing needs: the store, the links, the words of the mail, and the way out to the mail server."""

    def __init__(
        self, store: Store, links: SignedLinks, context: MailContext, post: Send, *, pause: Pause = asyncio.sleep
    ) -> None:
        """Nothing is asked yet; `pause` waits so many seconds."""
        self.store, self.links, self.context, self.post, self.pause = store, links, context, post, pause
        self.limits = SubscriptionLimits(store, links.key)
        self._under_way = set[asyncio.Task[None]]()

    def wish(self, fields: dict[str, list[str]]) -> SubscribeForm | None:
        """A wish from a form; None where its address is none, or it names what there is not."""
        address = fields.get("address", [""])[0].strip()
        if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address) or not _can_be_written(address):
            return None
        choice = self.choice(fields)
        return SubscribeForm(address, *choice) if choice else None

    def choice(self, fields: dict[str, list[str]]) -> tuple[tuple[str, ...], str] | None:
        """Signals and pace from a form; all signals are the same as none named. None for what there is not."""
        named, pace = fields.get("signals", []), fields.get("pace", ["at_once"])[0]
        if pace not in PACES or not set(named) <= set(self.context.signals):
            return None
        chosen = tuple(name for name in self.context.signals if name in named)
        return (() if len(chosen) == len(self.context.signals) else chosen), pace

    def chosen(self, fields: dict[str, list[str]]) -> Preferences | None:
        """What the form is shown with again; None, all and at once, where the choice is none."""
        choice = self.choice(fields)
        return Preferences(*choice) if choice else None

    async def ask(self, wish: SubscribeForm, asker: str, clock: Clock) -> bool:
        """Write to the address, apart from the answer and its connection: the time of neither tells whether it is known.

        False where this asker, or all together, have asked too often. Raises StoreError.
        """
        verdict = await asyncio.to_thread(self.limits.admit, asker, wish.address, clock())
        if verdict is Admission.WRITE:
            task = asyncio.get_running_loop().create_task(self._write(wish, clock))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return verdict is not Admission.REFUSE

    async def _write(self, wish: SubscribeForm, clock: Clock) -> None:
        """Send the mail, again later while the server asks for that; a watch that stops meanwhile is asked once more."""
        try:
            message, to = await asyncio.to_thread(self._prepared, wish, clock())
        except StoreError as error:
            log.error("a subscription was not kept: %s", error)  # noqa: TRY400 - the words say it; a trace could hold the address
            return
        for wait in (*AGAIN, None):
            try:
                await self.post(message, to)
            except NotSent as error:
                log.warning("a confirmation was not sent: %s", error.reason)
                if not error.retry or wait is None:
                    return
                await self.pause(wait.total_seconds())
            else:
                return

    def _prepared(self, wish: SubscribeForm, now: datetime) -> tuple[Message, Recipient]:
        with self.store.writing() as tx:
            tx.subscribers.forget_unconfirmed(now - GOOD_FOR)
            one = _kept(tx, wish, now)
        message_id = f"<{one.id}.{int(now.timestamp())}@{self.context.host}>"
        reader = Reader(one.id, message_id, self.links.zone, frozenset(one.signals))
        if one.confirmed_at:
            message = known_already(self.context, reader, link=self.links.reader(one.id), now=now)
        else:
            message = confirmation(
                self.context, reader, link=self.links.confirm(one.id, now), pace=PACES[one.pace], now=now, until=now + GOOD_FOR
            )
        return message, Recipient(one.id, one.address)

    def who(self, purpose: str, token: str, now: datetime) -> Subscriber | None:
        """The reader whom a link names; None for a link that does not hold or a reader who is gone."""
        name = self.links.read(purpose, token, now)
        if not name:
            return None
        with self.store.reading() as tx:
            return tx.subscribers.get(name)

    def confirm(self, token: str, now: datetime) -> Subscriber | None:
        """Say yes; the reader, or None where the link does not hold."""
        one = self.who(CONFIRM, token, now)
        if one:
            with self.store.writing() as tx:
                tx.subscribers.confirm(one.id, now)
        return one

    def change(self, token: str, choice: tuple[Sequence[str], str], now: datetime) -> Subscriber | None:
        """Another choice of signals and pace."""
        one = self.who(READER, token, now)
        if one:
            with self.store.writing() as tx:
                tx.subscribers.change(one.id, signals=tuple(choice[0]), pace=choice[1])
        return self.who(READER, token, now)

    def export(self, token: str, now: datetime) -> str | None:
        """Everything that is kept of the reader, as JSON; None where the link does not hold."""
        one = self.who(READER, token, now)
        if one is None:
            return None
        with self.store.reading() as tx:
            mails = tx.deliveries.of(recipient=one.id)
        return _exported(one, mails)

    def leave(self, token: str, now: datetime) -> bool:
        """Forget the reader and everything that waits for them; leaving twice is no mistake. False for a link that is none."""
        name = self.links.read(READER, token, now)
        if name:
            with self.store.writing() as tx:
                tx.subscribers.erase(name)
        return bool(name)


def _can_be_written(address: str) -> bool:
    """Whether a mail can be addressed so: browsers take `a..b@example.org` for an address, mail does not (RFC 5321, 4.1.2)."""
    try:
        check("smtp", Recipient("", address))
    except NotSent:
        return False
    return True


def _kept(tx: Transaction, wish: SubscribeForm, now: datetime) -> Subscriber:
    """The reader of an address: as confirmed, with the new wish where not yet, or a new one."""
    there = tx.subscribers.by_address(wish.address)
    if there is None:
        there = Subscriber(new_name(), wish.address, now, wish.signals, wish.pace)
        tx.subscribers.add(there)
    elif there.confirmed_at is None:
        tx.subscribers.change(there.id, signals=wish.signals, pace=wish.pace)
    return there


def _exported(one: Subscriber, mails: Sequence[Delivery]) -> str:
    kept = {
        "address": one.address,
        "signals": list(one.signals) or "all",
        "pace": one.pace,
        "asked_at": one.created_at.isoformat(),
        "confirmed_at": one.confirmed_at.isoformat() if one.confirmed_at else None,
        "mails": [{"digest": each.digest, "sent_at": each.sent_at.isoformat() if each.sent_at else None} for each in mails],
    }
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
