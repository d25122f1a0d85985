"""A watch that takes subscribers, whole: a real mail server, a real database, the page over TLS on loopback under a sub-path."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from queue import Queue
from typing import Any

import httpx2
import trustme
import uvicorn

from tests.mail.stories import PASSED, digest
from tests.notifiers.stages import MailHandler, mail_server
from tests.web.conftest import Clock
from watcher.bootstrap import deliverer, prepare, told_by
from watcher.cli.run import subscriptions_of
from watcher.config.build import Config, load
from watcher.core.model import Digest
from watcher.pipeline.announce import is_for, outgoing
from watcher.pipeline.subscribers import purge_unconfirmed
from watcher.store.records import Subscriber
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.queries import StoreQueries, site_info
from watcher.web.security import settings_of
from watcher.web.subscriptions import Subscriptions

LADDER = """
[ladder.bill]
[[ladder.bill.status]]
id = "committee"
label = "In a Senate committee"
meaning = "A committee has it."
[[ladder.bill.status]]
id = "passed"
label = "Passed by the Senate"
meaning = "The Senate has passed it."
[[ladder.bill.rule]]
id = "passed"
status = "passed"
says = { phrase = ["passed"] }
"""
SIGNAL = """
[[signal]]
id = "%s"
title = "%s"
question = "Has it passed?"
[signal.vocabulary.phrases]
passed = ["has passed the Senate"]
[[signal.track]]
id = "hr2683"
ladder = "bill"
[[signal.source]]
id = "%s-feed"
url = "%s"
format = "feed"
tier = "official"
publisher = "senate.gov"
every = "1s"
"""
ADA = "Ada.Lovelace@reader.example"
LINK = re.compile(r"https://\S+")


def signals_of(feed: str = "https://feeds.example/feed.xml") -> str:
    """Two signals of one ladder."""
    return (
        LADDER
        + SIGNAL % ("senate-vote", "Senate vote", "senate", feed)
        + SIGNAL % ("mythos-ga", "Mythos availability", "mythos", feed.replace("feed.xml", "none.xml"))
    )


def settings(base: str, port: int, **changes: str) -> str:
    """The settings of a watch that takes subscribers."""
    web = changes.get("web", 'base_path = "/watch"\nsubscribe = true')
    return (
        f'[watch]\nbase_url = "{base}"\ngroup_wait = "0s"\ntimezone = "Europe/Berlin"\n[web]\n{web}\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "Policy Signal Watch <watch@example.org>"\n'
    )


class Box(MailHandler):
    """A mail server's handler that hands on each mail as it comes."""

    def __init__(self) -> None:
        self.mails: Queue[EmailMessage] = Queue()
        self.refusals: dict[str, list[str]] = {}
        self.asked: Queue[str] = Queue()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked.put(address)
        if waiting := self.refusals.get(address):
            return waiting.pop(0).format(address=address.upper())
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        self.mails.put(self.stage.inbox[-1])
        return answer

    def next(self) -> EmailMessage:
        """The next mail, waited for."""
        return self.mails.get(timeout=20)


def body(mail: EmailMessage, kind: str = "plain") -> str:
    """One part of a mail."""
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content())


def link(mail: EmailMessage) -> str:
    """The one thing that a mail asks its reader to open."""
    found = [each for each in LINK.findall(body(mail)) if "confirm" in each or "unsubscribe" in each]
    assert len(set(found)) == 1
    return found[0]


@dataclass
class Shop:
    """The watch, its readers' mailbox, and a browser without a face."""

    config: Config
    store: Store
    box: Box
    clock: Clock
    address: str
    client: httpx2.Client
    subscriptions: Subscriptions | None
    pauses: list[float] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(self.address + path if not path.startswith("https") else path, headers=headers)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            self.address + path if not path.startswith("https") else path,
            data=fields or {},
            headers={"host": "localhost", **sent},
        )

    def ask(self, address: str = ADA, **fields: Any) -> httpx2.Response:
        """Fill in the form; each time from another place, so that the limits are met by those tests that look for them."""
        self.asked = getattr(self, "asked", 0) + 1
        return self.post("subscribe", {"address": address, **fields}, x_forwarded_for=f"198.51.100.{self.asked}")

    def confirmed(self, address: str = ADA, **fields: Any) -> Subscriber:
        """A subscriber who has said yes."""
        self.ask(address, **fields)
        assert self.post(link(self.box.next())).status_code == 200
        return self.known()[-1]

    def known(self) -> list[Subscriber]:
        """Everyone who has confirmed."""
        with self.store.reading() as tx:
            return tx.subscribers.confirmed()

    def tell(self, told: Digest | None = None) -> None:
        """A digest for everyone whom it concerns, sent at once or when each wants it."""
        news = replace(told or digest(PASSED), at=self.clock())
        readers = told_by(self.config, self.store)
        with self.store.writing() as tx:
            tx.digests.put(news, [outgoing(reader, news) for reader in readers if is_for(reader, news)])
        self.cycle()

    def cycle(self) -> int:
        """One cycle of delivering, in a thread: a browser's loop may hold this one."""
        purge_unconfirmed(self.store, self.clock())
        send = deliverer(self.config, self.store, clock=self.clock)
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(lambda: asyncio.run(send(self.clock())).sent).result()


@cache
def certificates() -> dict[str, bytes]:
    """The key and the certificate of a server on loopback, and the authority to trust, made once."""
    authority = trustme.CA()
    return {
        "server.pem": authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes(),
        "ca.pem": authority.cert_pem.bytes(),
    }


@contextmanager
def served(app: Any, listening: socket.socket, folder: Path) -> Iterator[httpx2.Client]:
    """An application over TLS on loopback, and a client that trusts its certificate."""
    for name, written in certificates().items():
        (folder / name).write_bytes(written)
    config = uvicorn.Config(app, log_level="info", lifespan="off", proxy_headers=False, ssl_certfile=str(folder / "server.pem"))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with httpx2.Client(verify=ssl.create_default_context(cafile=folder / "ca.pem"), timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def opened(folder: Path, *, web: str = "", env: dict[str, str] | None = None) -> Iterator[Shop]:
    """A watch that is open to subscribers."""
    box, clock = Box(), Clock()
    allowed = web or 'base_path = "/watch"\nsubscribe = true\ntrusted_proxies = ["127.0.0.1"]'
    with mail_server(handler=box) as stage, socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"https://127.0.0.1:{listening.getsockname()[1]}/watch/"
        # Without a recipient of its own the watch would write into `data/mailbox` of whoever runs the tests.
        own = f'[[recipient]]\nid = "mailbox"\nchannel = "maildir"\nto = "{folder}/mailbox"\n'
        text = settings(base, stage.settings.port, web=allowed) + own + signals_of()
        (folder / "signals.toml").write_text(text, "utf-8")
        config = load(folder / "signals.toml", env or {})
        with Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store:
            prepare(store, config, clock())
            subscriptions, pauses = subscriptions_of(config, store), list[float]()

            async def pause(seconds: float) -> None:
                pauses.append(seconds)
                clock.at += timedelta(seconds=seconds)

            if subscriptions:
                subscriptions.pause = pause
            reads = StoreQueries(store, site_info(config), clock=clock, cycle=clock)
            app = create_app(reads, settings_of(config.web), clock=clock, subscriptions=subscriptions)
            with served(app, listening, folder) as client:
                yield Shop(config, store, box, clock, base, client, subscriptions, pauses)
