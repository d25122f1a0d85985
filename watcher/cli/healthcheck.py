"""`watcher healthcheck`: whether the watch does its work, for a container or a monitor; it asks, and imports next to nothing."""

from __future__ import annotations

from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pkgutil import resolve_name
from typing import Annotated
from urllib.parse import urlsplit

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, outline_of, parse_duration, print_json
from watcher.clock import utc_now
from watcher.config.partial import PartialConfig

SUMMARY = "watcher.cli.status:load_summary_or_exit"
WORKER = "watcher.cli.worker_here:worker_here"
"""Both loaded only where the database is asked."""
ANSWER = 400
SECONDS = 8.0
"""Shorter than the container's own patience, so that the answer says what is wrong."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - looked up, not listened on


def healthcheck(
    config: ConfigFile = CONFIG,
    url: Annotated[
        str, typer.Option(metavar="URL", help="Where the page is served; the configuration's host and port by default.")
    ] = "",
    within: Annotated[
        str,
        typer.Option(metavar="SPAN", help="Ask the database instead: every signal was decided within this time, such as 2h."),
    ] = "",
    *,
    worker: Annotated[bool, typer.Option("--worker", help="Ask the database whether a worker of this machine lives.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether the watch does its work: exit code 0 if so, 1 if not. The container asks this.

    A running watch is asked at its own `/readyz`, which says whether its database answers and its cycles go on. A watch that
    runs by cron (`watcher once`) has no page: `--within 2h` looks into the database instead. Neither has `watcher worker`:
    `--worker` looks whether it has had a heartbeat there.
    """
    if sum(map(bool, (url, within, worker))) > 1:
        raise UsageError("expected one of --url, --within and --worker")
    watched = outline_of(config)
    if worker:
        well, words = resolve_name(WORKER)(watched.store)
    else:
        well, words = _fresh(watched, within) if within else _asked(url or _own(watched))
    if as_json:
        print_json({"healthy": well, "said": words})
    else:
        typer.echo(words, err=not well)
    if not well:
        raise typer.Exit(1)


def _own(watched: PartialConfig) -> str:
    host = EVERYWHERE.get(watched.host, watched.host)
    return f"http://[{host}]:{watched.port}" if ":" in host else f"http://{host}:{watched.port}"


def _asked(base: str) -> tuple[bool, str]:
    """What `/readyz` answers."""
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{base!r} is no address; expected http://127.0.0.1:8080")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    line = kind(parts.hostname, parts.port, timeout=SECONDS)
    try:
        line.request("GET", f"{parts.path.rstrip('/')}/readyz", headers={"User-Agent": "watcher healthcheck"})
        answer = line.getresponse()
        said = answer.read(ANSWER).decode("utf-8", "replace").strip()
    except (OSError, HTTPException) as error:
        return False, f"The page at {base} does not answer: {str(error) or type(error).__name__}"
    finally:
        line.close()
    return answer.status == 200, said if answer.status in {200, 503} else f"{base}/readyz answers {answer.status}"  # noqa: PLR2004 - HTTP


def _fresh(watched: PartialConfig, within: str) -> tuple[bool, str]:
    """Whether every signal was decided lately."""
    longest, found = parse_duration(within), resolve_name(SUMMARY)(watched.store)
    seen, now = found.verdicts, found.server_time or utc_now()
    oldest: tuple[datetime, str] | None = min(((seen[name].as_of, name) for name in watched.titles if name in seen), default=None)
    missing = [name for name in watched.titles if name not in seen]
    if missing or oldest is None:
        return False, f"Not decided yet: {', '.join(missing)}."
    late = now - oldest[0] > longest
    return not late, f"{'Late' if late else 'Fresh'}: {oldest[1]} was last decided at {oldest[0]:%Y-%m-%dT%H:%M:%SZ}."
