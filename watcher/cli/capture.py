"""`watcher capture`: today's answers of the sources, kept as a recorded web."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from watcher.bootstrap import fetch_settings
from watcher.cli.common import CONFIG, AsJson, ConfigFile, fail, print_json
from watcher.cli.opening import configured
from watcher.clock import utc_now
from watcher.config.build import Config
from watcher.core.addresses import in_year, safe_link
from watcher.fetch import Fetcher
from watcher.replay.capture import Captured
from watcher.replay.capture import capture as keep
from watcher.sandbox.pool import ParserPool
from watcher.wording import count


def capture(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to keep it; one that holds a capture is added to.")],
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Keep what every source answers now, with the pages that they lead to: documents, headers and times.

    The folder is a recorded web: `watcher rehearse FOLDER` walks through it, `watcher doctor --against FOLDER` holds the
    configuration against it. Captured again, it holds what has changed as well. Addresses are kept with the keys in them,
    so its list is readable by its owner alone; headers that a source asks with are not kept.
    """
    settings = configured(config)
    try:
        with Console(stderr=True).status("Asking …") as status:
            found = asyncio.run(_captured(settings, folder, lambda one: status.update(one.source.id)))
    except OSError as error:
        raise fail(f"{folder} cannot be written: {error.strerror or error}") from None
    rows = [
        {
            "source": one.source.id,
            "url": safe_link(in_year(one.source.url, utc_now())),
            "outcome": one.result.poll.outcome.value,
            "new": one.is_new,
        }
        for one in found
    ]
    if as_json:
        print_json({"folder": str(folder), "answers": rows})
        return
    ends = Counter(str(row["outcome"]) for row in rows)
    told = ", ".join(f"{number} {end}" for end, number in ends.most_common())
    typer.echo(f"{count(len(rows), 'answer')} ({told}), {sum(1 for one in found if one.is_new)} new, in {folder}")


async def _captured(settings: Config, folder: Path, tell: Callable[[Captured], None]) -> list[Captured]:
    now = utc_now()
    with ParserPool() as readers:
        async with Fetcher(fetch_settings(settings), clock=utc_now) as fetcher:
            return await keep(settings.sources, folder, get=fetcher.get, read=readers.read, now=now, tell=tell)
