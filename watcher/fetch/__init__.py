"""The one door out: conditional requests inside limits, to addresses that were checked."""

from watcher.fetch.address import redact
from watcher.fetch.client import Answer, Fetcher, FetchSettings, Request

__all__ = ["Answer", "FetchSettings", "Fetcher", "Request", "redact"]
