"""How this installation runs: polling, storing, serving, mailing, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from watcher.config.types import (
    BasePath,
    FilePath,
    HostName,
    Hour,
    Hours,
    Id,
    MaybeUrl,
    Network,
    Pace,
    Size,
    StoreUrl,
    Text,
    Url,
    Weekday,
    Zone,
)
from watcher.core.model import Facts, Tier

Port: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=65535)]
Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class Watch:
    """The watch itself: who runs it, and how news is gathered."""

    title: str = "Policy Signal Watch"
    """Name over the page and the mails."""
    contact: str = ""
    """Mail address or page of the person who runs it; publishers read it in the user agent."""
    base_url: MaybeUrl = ""
    """Address under which readers open the page; links in mails and feeds start with it."""
    timezone: Zone = "UTC"
    """Time zone of the readers, where a recipient names none."""
    group_wait: timedelta = timedelta(minutes=10)
    """How long changes gather before they are told together."""
    heartbeat_url: MaybeUrl = ""
    """Address that is asked after each good cycle, so that another service notices when this one stops."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """The HTTP client that asks all sources."""

    via: MaybeUrl = ""
    """Mirror or archive that every request goes to instead, as `{via}/{host}{path}?{query}`."""
    proxy: Text = field(default="", repr=False)
    """Forward proxy that everything is asked through, `http://host:port` or `$NAME`; empty: HTTPS_PROXY and HTTP_PROXY."""
    timeout: Pace = timedelta(seconds=30)
    """Total time of one request with its redirects."""
    max_body: Size = 15_000_000
    """Largest answer in bytes, before and after decompression."""
    allow: tuple[str, ...] = ()
    """Private addresses or networks (CIDR) and hosts that may be asked all the same."""
    concurrency: Count = 20
    """Requests under way at the same time."""
    per_host: Count = 2
    """Requests under way at one host."""
    per_host_gap: timedelta = timedelta(seconds=1)
    """Pause between two requests to one host."""
    ca_file: FilePath = ""
    """Certificates to trust instead of the system's."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where everything is kept."""

    url: StoreUrl = "sqlite:///data/watch.db"
    """SQLite file or PostgreSQL address; `~` is the home folder, as in every path here."""
    keep: Pace = timedelta(days=400)
    """How long observations and deliveries are kept that nothing cites; what a quote cites is never deleted."""
    keep_bodies: Pace = timedelta(days=30)
    """How long documents are kept that nothing cites."""


@dataclass(frozen=True, slots=True)
class Web:
    """The page."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 behind a reverse proxy on another machine."""
    port: Port = 8080
    hosts: tuple[HostName, ...] = ()
    """Names under which the page is opened, beside that of base_url; under others it answers 400."""
    base_path: BasePath = ""
    """Folder under which a reverse proxy serves it, such as `/watch`."""
    trusted_proxies: tuple[Network, ...] = ()
    """Addresses or networks whose X-Forwarded headers are believed."""
    subscribe: bool = False
    """Whether readers may subscribe from the page."""
    metrics_networks: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may read /metrics directly, never through a proxy; with a public name this machine needs the token."""
    docs: MaybeUrl = ""
    """Address of this documentation, where it is published (`make docs` writes it); each page links it."""
    push: MaybeUrl = ""
    """Address of an ntfy topic that anybody may follow, such as `https://ntfy.sh/my-watch`; the page's *Follow* links it, and
    shows its QR code. What is sent there is a recipient's matter: channel `apprise`, `ntfys://ntfy.sh/my-watch`."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, by which channel, and when."""

    id: Id
    """Name in the outbox; it stays the same while the person does."""
    channel: str
    """File name of a notifier."""
    to: Text = field(repr=False)
    """Mail address, folder or web address. `$NAME` stands for the environment's NAME or the content of the file NAME_FILE."""
    name: str = ""
    """How mails address the person."""
    signals: tuple[str, ...] = ()
    """Ids of the signals that interest; empty: all."""
    pace: Literal["at_once", "every_detail", "daily", "weekly"] = "at_once"
    """When news is told. Details (a version, a price, who may use it) that come with nothing bigger wait for the weekly note;
    with `every_detail` they are told at once too."""
    quiet_hours: Hours | None = None
    """Span of the local day in which only urgent news passes."""
    timezone: Zone = ""
    """Empty: the time zone of the watch."""
    weekdays: tuple[Weekday, ...] = ()
    """Days on which a daily or weekly digest may go out, `mon` to `sun`; empty: any day, or Monday for a weekly one."""
    at: Hour = time(8)
    """Local hour of a daily or weekly digest."""
    operator: bool = False
    """Whether notes for the person who runs the watch (a blind source, a failed delivery) come here."""
    weekly_note: bool = True
    """Whether a weekly note says that the watch is still watching."""
    secret: str = field(default="", repr=False)
    """`$NAME` of the environment's key that signs a webhook; never the key itself."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One of the reader's own AI tools (`[[stack]]`)."""

    name: str
    """What you call it."""
    provider: str = ""
    """Who sells it."""
    model: str = ""
    """What runs in it."""
    via_prc_lab: bool = False
    """Routed through a lab of the People's Republic of China."""
    open_weights: bool = False
    """Built on open weights."""
    distilled: bool = False
    """Fine-tuned on the output of frontier models."""
    fallback: str = ""
    """What takes its place when it is gone."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of the ground on which the questions stand (`[[ground]]`), with its source and date."""

    kind: Literal["number", "scenario", "front", "wish"]
    title: str
    """The number itself, or a name."""
    text: str
    """What it is, in a sentence or two."""
    url: Url
    """Where it is said."""
    by: str
    """Who says it."""
    at: datetime
    """When it was said."""
    signal: str = ""
    """Id of the signal that watches it; empty: none does."""
    you: str = ""
    """What it would change for the reader."""
    speaks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a scenario: signal id → the answers in a word that speak for it."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a text must, or must not, be read as; run by the tests and by `watcher check`."""

    signal: str
    track: str
    """Id of the track; by default the signal's first."""
    status: str
    """Status that it claims, or `none` where it must claim nothing."""
    seen: Text = ""
    """The text."""
    title: str = ""
    """The title over it."""
    tier: Tier = Tier.OFFICIAL
    """Who speaks."""
    publisher: str = ""
    """Registrable domain of who speaks."""
    url: MaybeUrl = ""
    """Address of the text."""
    source: str = ""
    """Id of the source that shows it; what is left out here is then as there."""
    surface: str = ""
    """Kind of place."""
    at: datetime | None = None
    """When it was published."""
    flag: str = ""
    """Flag that it raises."""
    facts: Facts = field(default_factory=dict)
    """Typed fields of the entry."""
