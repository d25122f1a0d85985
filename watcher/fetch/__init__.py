"""The HTTP client of the watch: conditional requests inside limits, to addresses that were checked."""

from watcher.core.addresses import redact
from watcher.fetch.client import Answer, Fetcher, FetchSettings, Request

__all__ = ["Answer", "FetchSettings", "Fetcher", "Request", "redact"]
