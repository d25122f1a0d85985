"""What need not be written: ids, labels, headlines and the mailbox that digests land in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from watcher.config.settings import Recipient
from watcher.core.model import Headline, Track

MAILBOX = Recipient(id="mailbox", channel="maildir", to="data/mailbox", operator=True)
"""Who is told where nobody is named: a folder on this machine."""


def source_id(url: str) -> str:
    """Name a source by its address, so that the name stays while the address does."""
    parts = urlsplit(url)
    text = f"{(parts.hostname or '').removeprefix('www.')}{parts.path}-{parts.query}".lower()
    return re.sub(r"[^a-z0-9.]+", "-", text).strip("-.")[:120].rstrip("-.")


def headlines_of(tracks: Iterable[Track]) -> tuple[Headline, ...]:
    """Make a headline of each status of the first track, in its own words."""
    first = next(iter(tracks))
    return tuple(Headline(status.id, status.label, {first.id: (status.id,)}) for status in first.ladder.statuses)
