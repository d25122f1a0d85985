"""The console's pages of sources: their health, one look at one of them, and what a new one would be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool

from watcher import formats
from watcher.acts.errors import NothingToDo, Unusable
from watcher.acts.look import look_at
from watcher.acts.new_source import USUAL_PACE, Wish, check_wish, propose
from watcher.core.addresses import safe_link
from watcher.core.model import Tier
from watcher.web.console import Console, Done, Fields
from watcher.web.source_health import rows_of
from watcher.wording import count

TIERS = (Tier.OFFICIAL, Tier.PARTNER, Tier.PRESS, Tier.COMMUNITY)


def listed(console: Console, _now: datetime) -> dict[str, Any]:
    """The signals, and how to draw the health of their sources."""
    return {"signals": console.config.signals, "rows": rows_of}


async def try_source(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Ask one source now and read it as the watch would; nothing of it is stored."""
    name = fields.get("source", "")
    source = next((one for one in console.config.sources if one.id == name), None)
    if source is None:
        raise NothingToDo(f"there is no source {name}")
    async with console.turn, console.ways.look(console.config) as outside:
        found = await look_at(source, get=outside.get, read=outside.read, now=now)
    await run_in_threadpool(console.note, f"tried source {source.id}", found.said, who, now)
    return Done(f"{source.title or source.id}: {found.said}", found=found)


def asked(console: Console, _now: datetime) -> dict[str, Any]:
    """What the form for a new source offers."""
    return {"signals": console.config.signals, "tiers_of": TIERS, "formats": formats.names(), "path": console.config.path}


async def find_source(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Find what can be watched at an address, and make the table that declares it; nothing is written."""
    tier = fields.get("tier", "")
    if tier not in {"", *TIERS}:
        raise Unusable(f"{tier!r} is no tier; expected one of {', '.join(TIERS)}")
    wish = Wish(
        fields.get("url", "").strip(),
        fields.get("signal", ""),
        Tier(tier) if tier else None,
        fields.get("every", "").strip() or USUAL_PACE,
        fields.get("format", ""),
    )
    check_wish(console.config, wish, now)
    async with console.turn, console.ways.look(console.config) as outside:
        new = await propose(console.config, wish, outside, now)
    what = f"looked at {safe_link(new.found.document.url)} as a new source of {new.signal.id}"
    await run_in_threadpool(console.note, what, "", who, now)
    entries = count(len(new.read), "entry", "entries")
    return Done(f"{new.claiming} of {entries} there would claim something of {new.signal.id}.", found=new)
