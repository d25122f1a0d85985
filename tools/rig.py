"""Our side of the rig: `prepare FOLDER` declares the feeds of urls.txt, `poll FOLDER` is one `watcher once` with its news."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.store.records import Delivery
    from watcher.store.store import Transaction

TRACKS = 10
"""Feeds of one signal, each a track of its own."""
HEAD = """\
[watch]
title = "Rig"
group_wait = "0s"

[fetch]
allow = ["127.0.0.0/8"]
per_host_gap = "0s"
per_host = 200
concurrency = 200

[store]
url = "sqlite:///{folder}/watch.db"

[[recipient]]
id = "reader"
channel = "maildir"
to = "{folder}/mailbox"
weekly_note = false

# A feed that speaks: each entry of it is told once, whatever the date that it bears.
[ladder.feed]

[[ladder.feed.status]]
id = "silent"
label = "Silent"
meaning = "No entry yet."

[[ladder.feed.status]]
id = "spoke"
label = "Spoke"
meaning = "A new entry."
steps_back = true
urgent = true

[[ladder.feed.rule]]
id = "entry"
status = "spoke"
sources = ["f$feed"]
when = {{ link = "www.agency*.example/$feed/posts/EVT-*" }}
event = "link"
details = {{ title = "title" }}
"""
SIGNAL = """
[[signal]]
id = "s{number}"
title = "Agencies {number}"
question = "Has one of them published?"
why = "It must be read at once."
"""
TRACK = """
[[signal.track]]
id = "t{feed}"
title = "Agency {feed}"
ladder = "feed"
bind = {{ feed = "{feed}" }}
link = "{url}"
"""
SOURCE = """
[[signal.source]]
id = "f{feed}"
url = "{url}"
format = "feed"
publisher = "agency{feed}.example"
tier = "official"
every = "1s"
grace = "2d"
"""


def declared(urls: list[str], folder: Path) -> str:
    """A signals.toml that watches these feeds."""
    parts = [HEAD.format(folder=folder)]
    for start in range(0, len(urls), TRACKS):
        some = list(enumerate(urls[start : start + TRACKS], start))
        parts.append(SIGNAL.format(number=start // TRACKS))
        parts += [TRACK.format(feed=feed, url=url) for feed, url in some]
        parts += [SOURCE.format(feed=feed, url=url) for feed, url in some]
    return "".join(parts)


def prepare(folder: Path) -> None:
    """Write signals.toml for the addresses in urls.txt."""
    (folder / "signals.toml").write_text(declared((folder / "urls.txt").read_text().split(), folder))


def poll(folder: Path) -> None:
    """Do what is due as `watcher once` does, then note each thing that a sent message has told, and when it was accepted."""
    from watcher.__main__ import main  # noqa: PLC0415 - preparing needs none of it

    sys.argv = ["watcher", "once", "--config", str(folder / "signals.toml")]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
    note(folder)


def note(folder: Path) -> None:
    """Append what was sent since the last time to announce.jsonl, and make everything due.

    The programs beside us ask for everything whenever they are started, and so are we, however soon that is.
    """
    from watcher.store.store import Store  # noqa: PLC0415 - as above

    place = folder / "announced.at"
    last = int(place.read_text()) if place.exists() else 0
    with Store.open(f"sqlite:///{folder}/watch.db") as store:
        with store.reading() as tx, (folder / "announce.jsonl").open("a") as out:
            for sent in told_since(tx, last):
                last = sent.id
                at = sent.sent_at.timestamp() if sent.sent_at else 0.0
                out.writelines(json.dumps({"id": title, "t": at}) + "\n" for title in titles(tx, sent.digest))
        with store.writing() as tx:
            tx.run("UPDATE source SET next_at = 0")
    place.write_text(str(last))


def told_since(tx: Transaction, last: int) -> list[Delivery]:
    """What was sent after that delivery, oldest first."""
    from watcher.store.records import State  # noqa: PLC0415 - as above

    return [sent for sent in reversed(tx.deliveries.of(State.SENT, limit=100)) if sent.id > last]


def titles(tx: Transaction, digest: str) -> list[str]:
    """The new entries of which a digest tells."""
    from watcher.core.model import Change  # noqa: PLC0415 - as above

    told = (one for one in tx.transitions.told_by(digest) if one.kind is not Change.BASELINE)
    found = (f"{one.title} {one.details.get('title', '')}" for one in told)
    return [title for title in found if "EVT-" in title]


if __name__ == "__main__":
    {"prepare": prepare, "poll": poll}[sys.argv[1]](Path(sys.argv[2]).resolve())
