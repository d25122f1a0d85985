"""How this installation runs: the tables [watch], [fetch], [store], [web], [[recipient]], [[stack]] and [[ground]]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time, timedelta
from typing import Annotated, ClassVar, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field

import notifiers
from watcher.config.types import (
    BasePath,
    Duration,
    FilePath,
    HostName,
    Hour,
    Hours,
    Id,
    MaybeUrl,
    Moment,
    NameOf,
    Network,
    Pace,
    Several,
    Size,
    StoreUrl,
    Table,
    Url,
    Weekday,
    Zone,
)
from watcher.core.decision.timing import PACES
from watcher.core.model import Headline, Track

Port: TypeAlias = Annotated[int, Field(ge=0, le=65535)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=10_000)]
Channel: TypeAlias = Annotated[str, NameOf(notifiers.names())]


class Watch(Table):
    """The watch itself: who runs it, and how news is gathered."""

    title: str = "Policy Signal Watch"
    """Name over the page and the mails."""
    contact: str = ""
    """Mail address or page of the person who runs it; publishers read it in the user agent."""
    base_url: MaybeUrl = ""
    """Address under which readers open the page; links in mails and feeds start with it."""
    timezone: Zone = "UTC"
    """Time zone of the readers, where a recipient names none."""
    group_wait: Duration = timedelta(minutes=10)
    """How long changes gather before they are told together."""
    heartbeat_url: MaybeUrl = ""
    """Address that is asked after each good cycle, so that another service notices when this one stops."""


class Fetch(Table):
    """The HTTP client that asks all sources."""

    via: MaybeUrl = ""
    """Mirror or archive that every request goes to instead, as `{via}/{host}{path}?{query}`."""
    proxy: str = Field(default="", repr=False)
    """Forward proxy that everything is asked through, `http://host:port` or `$NAME`; empty: HTTPS_PROXY and HTTP_PROXY."""
    timeout: Pace = timedelta(seconds=30)
    """Total time of one request with its redirects."""
    max_body: Size = 15_000_000
    """Largest answer in bytes, before and after decompression."""
    allow: Several[str] = ()
    """Private addresses or networks (CIDR) and hosts that may be asked all the same."""
    concurrency: Count = 20
    """Requests under way at the same time; one that takes more than two seconds makes room, and goes on beside them."""
    per_host: Count = 2
    """Requests under way at one host."""
    per_host_gap: Duration = timedelta(seconds=1)
    """Pause between two requests to one host."""
    ca_file: FilePath = ""
    """Certificates to trust instead of the system's."""


class Store(Table):
    """Where everything is kept."""

    url: StoreUrl = "sqlite:///data/watch.db"
    """SQLite file or PostgreSQL address; `~` is the home folder, as in every path here."""
    keep: Pace = timedelta(days=400)
    """How long observations and deliveries are kept that nothing cites; what a quote cites is never deleted."""
    keep_bodies: Pace = timedelta(days=30)
    """How long documents are kept that nothing cites."""


class Web(Table):
    """The page."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 behind a reverse proxy on another machine."""
    port: Port = 8080
    """Port to listen on."""
    hosts: Several[HostName] = ()
    """Names under which the page is opened, beside that of base_url; under others it answers 400."""
    base_path: BasePath = ""
    """Folder under which a reverse proxy serves it, such as `/watch`."""
    trusted_proxies: Several[Network] = ()
    """Addresses or networks whose X-Forwarded headers are believed."""
    subscribe: bool = False
    """Whether readers may subscribe from the page."""
    metrics_networks: Several[Network] = ("127.0.0.0/8", "::1/128")
    """Networks that may read /metrics directly, never through a proxy; with a public name this machine needs the token."""
    docs: MaybeUrl = ""
    """Address of this documentation, where it is published (`make docs` writes it); each page links it."""
    push: MaybeUrl = ""
    """Address of an ntfy topic that anybody may follow, such as `https://ntfy.sh/my-watch`; the page's *Follow* links it, and
    shows its QR code. What is sent there is a recipient's matter: channel `apprise`, `ntfys://ntfy.sh/my-watch`."""


class Recipient(Table):
    """Who is told, by which channel, and when."""

    id: Id = ""
    """Name in the outbox; it stays the same while the person does."""
    channel: Channel
    """File name of a notifier."""
    to: str = Field(default="", repr=False)
    """Mail address, folder or web address. `$NAME` stands for the environment's NAME or the content of the file NAME_FILE."""
    name: str = ""
    """How mails address the person."""
    signals: Several[str] = ()
    """Ids of the signals that interest; empty: all."""
    pace: Literal["at_once", "every_detail", "daily", "weekly"] = "at_once"
    """When news is told. Details (a version, a price, who may use it) that come with nothing bigger wait for the weekly note;
    with `every_detail` they are told at once too."""
    quiet_hours: Hours | None = None
    """Span of the local day in which only urgent news passes."""
    timezone: Zone = ""
    """Empty: the time zone of the watch."""
    weekdays: Several[Weekday] = ()
    """Days on which a daily or weekly digest may go out, `mon` to `sun`; empty: any day, or Monday for a weekly one."""
    at: Hour = time(8)
    """Local hour of a daily or weekly digest."""
    operator: bool = False
    """Whether notes for the person who runs the watch (a blind source, a failed delivery) come here."""
    weekly_note: bool = True
    """Whether a weekly note says that the watch is still watching."""
    secret: str = Field(default="", repr=False)
    """`$NAME` of the environment's key that signs a webhook; never the key itself."""


class Tool(Table):
    """One of the reader's own AI tools (`[[stack]]`)."""

    EARLIER: ClassVar[Mapping[str, str]] = {
        key: f'tags = ["{key}"] where it was true' for key in ("via_prc_lab", "open_weights", "distilled")
    }
    name: str
    """What you call it."""
    provider: str = ""
    """Who sells it."""
    model: str = ""
    """What runs in it."""
    tags: Several[str] = ()
    """What else is true of it, in words that a signal's `touches` names: `open_weights`, `via_prc_lab`, or any of your own."""
    fallback: str = ""
    """What takes its place when it is gone."""


class Ground(Table):
    """One piece of the ground on which the questions stand (`[[ground]]`), with its source and date."""

    kind: Literal["number", "scenario", "front", "wish"]
    """What kind of ground: scenarios are set against the answers, fronts and wishes listed under their own headings."""
    title: str
    """The number itself, or a name."""
    text: str
    """What it is, in a sentence or two."""
    url: Url
    """Where it is said."""
    by: str
    """Who says it."""
    at: Moment
    """When it was said."""
    signal: str = ""
    """Id of the signal that watches it; empty: none does."""
    you: str = ""
    """What it would change for the reader."""
    speaks: dict[str, Several[str]] = Field(default_factory=dict)
    """For a scenario: signal id → the answers in a word that speak for it."""


# What need not be written: ids, headlines, and the mailbox that digests land in.

USUAL_MAILBOX = Recipient(id="mailbox", channel="maildir", to="data/mailbox", operator=True)
"""Who is told where nobody is named: a folder on this machine."""


def source_id(url: str) -> str:
    """Name a source by its address, so that the name stays while the address does."""
    parts = urlsplit(url)
    text = f"{(parts.hostname or '').removeprefix('www.')}{parts.path}-{parts.query}".lower()
    return re.sub(r"[^a-z0-9.]+", "-", text).strip("-.")[:120].rstrip("-.")


def grace_of(every: timedelta) -> timedelta:
    """How long a source may go unread before it counts as blind: a day, or three paces of one that is asked more seldom."""
    return max(timedelta(days=1), PACES * every)


def headlines_of(tracks: Iterable[Track]) -> tuple[Headline, ...]:
    """Make a headline of each status of the first track, in its own words."""
    first = next(iter(tracks))
    return tuple(Headline(status.id, status.label, {first.id: (status.id,)}) for status in first.ladder.statuses)
