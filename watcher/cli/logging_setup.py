"""How the running watch writes its log: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeAlias

import typer

from watcher.core.addresses import redact

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
"""What every record of the library has; the rest are facts of ours."""


class LogFormat(StrEnum):
    """How a line looks."""

    CONSOLE = "console"
    JSON = "json"


class Level(StrEnum):
    """From which gravity on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Log: TypeAlias = Annotated[LogFormat, typer.Option("--log", envvar="WATCHER_LOG", help="Lines for people, or JSON for programs.")]
LogLevel: TypeAlias = Annotated[Level, typer.Option("--log-level", envvar="WATCHER_LOG_LEVEL", help="What is written at least.")]


class Lines(logging.Formatter):
    """A line for people, without what addresses must not show."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, with the trace of an error below it."""
        return redact(super().format(record))


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message, the facts of the record, and the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        found: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        found |= {key: value for key, value in vars(record).items() if key not in STANDARD}
        if record.exc_info:
            found["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(found, ensure_ascii=False, default=str)


@contextmanager
def configure_logging(form: LogFormat, level: Level) -> Iterator[None]:
    """Write the log to standard error meanwhile, ours and the libraries'."""
    handler = logging.StreamHandler(sys.stderr)
    plain = Lines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form is LogFormat.JSON else plain)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level.upper())
    for quiet in ("alembic", "apscheduler"):  # a job whose last run still lasts is skipped, which is meant
        logging.getLogger(quiet).setLevel(logging.ERROR)
    for talkative in ("asyncio", "httpcore2", "httpx2", "aiosmtplib", "uvicorn", "markdown_it"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
