"""From signals.toml to recipients, timetables, channels and guarded connections."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.mail.stories import NOW
from tools.shipped import shipped_text, write_shipped
from watcher.config.build import Config, load
from watcher.core.decision.timing import DeliveryWindow
from watcher.fetch.guard import Guard
from watcher.pipeline.deliver import channels_of, mail_context, resolve_declared, resolve_public, timetable
from watcher.store.records import Delivery, State

TEXT = """
[watch]
contact = "owner@example.org"
base_url = "https://watch.example.org"
timezone = "Europe/Berlin"

[smtp]
host = "mail.example.org"
from = "Watch <watch@example.org>"

[[recipient]]
id = "me"
channel = "smtp"
to = "me@example.org"
pace = "daily"
at = "07:30"
weekdays = ["mon", "fri"]
quiet_hours = "22:00-06:00"

[[recipient]]
id = "hook"
channel = "webhook"
to = "$HOOK"
secret = "$HOOK_SECRET"
timezone = "America/New_York"
signals = ["senate-vote"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    shipped = shipped_text()
    start, end = shipped.index("[watch]"), shipped.index("[fetch]")
    first, last = shipped.index("[[recipient]]"), shipped.index("# ----", shipped.index("[[recipient]]"))
    path = write_shipped(tmp_path, shipped[:start] + shipped[end:first] + TEXT + shipped[last:])
    env = {
        **os.environ,
        "HOOK": "https://hooks.example.org/secret-path",
        "HOOK_SECRET": "whsec_c2VjcmV0LXRoYXQtc2lnbnMtdGhlLW5ld3M=",
        "WATCHER_SMTP_PASSWORD": "hush",
    }
    return load(path, env)


def delivery(name: str) -> Delivery:
    return Delivery(1, "d", name, "smtp", "", "<a@b>", State.LEASED, NOW)


def test_recipients_are_found_by_id_with_their_address_from_the_configuration(config: Config) -> None:
    find = resolve_declared(config)
    hook = find(delivery("hook"))
    assert hook is not None
    assert (hook.recipient.address, hook.recipient.secret) == (
        "https://hooks.example.org/secret-path",
        "whsec_c2VjcmV0LXRoYXQtc2lnbnMtdGhlLW5ld3M=",
    )
    assert (hook.zone, hook.signals) == (ZoneInfo("America/New_York"), frozenset({"senate-vote"}))
    assert hook.unsubscribe_mailto == "mailto:owner@example.org?subject=unsubscribe"
    assert find(delivery("nobody")) is None


def test_a_repeat_of_a_daily_mail_does_not_wait_for_the_next_day(config: Config) -> None:
    me = resolve_declared(config)(delivery("me"))
    assert me is not None
    assert me.hours == DeliveryWindow(ZoneInfo("Europe/Berlin"), "at_once", time(7, 30), (0, 4), (time(22), time(6)))


def test_a_timetable_is_in_the_recipients_zone_or_the_watchs(config: Config) -> None:
    me, hook = config.recipients
    assert timetable(me, zone="Europe/Berlin") == DeliveryWindow(
        ZoneInfo("Europe/Berlin"), "daily", time(7, 30), (0, 4), (time(22), time(6))
    )
    assert timetable(hook).zone == ZoneInfo("America/New_York")


def test_channels_have_their_settings_and_tools(config: Config) -> None:
    channels = channels_of(config, Guard(), lambda: datetime.now(UTC))
    assert (channels["smtp"].host, channels["smtp"].password) == ("mail.example.org", "hush")
    assert "hush" not in repr(channels["smtp"])
    assert channels["webhook"].clock().tzinfo is UTC


def test_the_desk_knows_the_watch(config: Config) -> None:
    context = mail_context(config)
    assert context.host == "watch.example.org"
    assert context.page_of("senate-vote") == "https://watch.example.org/signals/senate-vote"


def test_the_door_opens_to_listed_addresses_alone() -> None:
    assert asyncio.run(resolve_public(Guard(["127.0.0.1"]))("127.0.0.1", 80)) == "127.0.0.1"
    with pytest.raises(PermissionError, match="not allowed"):
        asyncio.run(resolve_public(Guard())("127.0.0.1", 80))
    with pytest.raises(OSError, match=r"."):
        asyncio.run(resolve_public(Guard())("no-such-host.invalid", 80))
