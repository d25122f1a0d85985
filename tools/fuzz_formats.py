"""Coverage-guided fuzzing of one format: python tools/fuzz_formats.py FORMAT CORPUS [libFuzzer options] (needs atheris)."""

import re
import sys
import time
from datetime import UTC, datetime

import atheris  # type: ignore[import-not-found]  # no part of the requirements: it runs once in a while

with atheris.instrument_imports(include=["watcher.formats", "feedparser", "markdown_it"]):
    from watcher import formats
    from watcher.core.model import Document, Entry, Unreadable

    formats.find(sys.argv[1])

SECONDS = 3.0
FIRST, LAST = datetime(1984, 1, 1, tzinfo=UTC), datetime(2201, 1, 2, tzinfo=UTC)
TYPES = ("application/xml", "text/html; charset=utf-8", "application/json", "text/plain; charset=latin-1")
OPTIONS = (
    {},
    {"items": "li", "state": True, "list": "results", "key": ("id", "title")},
    {"items": "article", "list": "hits", "key": "id", "facts": ("a=b.*.c",), "under": "/news"},
    {"items": "bullets", "links": "a[href]", "text": ("text", "title"), "timezone": "America/New_York"},
)


def fitting(choice: int) -> dict[str, object]:
    """The options of this choice that the format knows."""
    known = formats.options(sys.argv[1]) or {}
    return {name: value for name, value in OPTIONS[choice % len(OPTIONS)].items() if name in known}


HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def require(held: object, what: str) -> None:
    """Stop the fuzzer, which keeps the document."""
    if not held:
        raise AssertionError(what)


def check(entry: Entry) -> None:
    """What every entry promises."""
    for text in (entry.key, entry.title, entry.text.replace("\n", "")):
        require(not HARMFUL.search(text), text)
    require(not entry.link or entry.link.startswith(("http://", "https://")), entry.link)
    if entry.published is not None:
        require(entry.published.tzinfo is UTC and FIRST < entry.published < LAST, str(entry.published))


def test_one_input(data: bytes) -> None:
    """The first byte chooses type and options, the rest is the document."""
    if not data:
        return
    started = time.process_time()
    try:
        document = Document("https://pub.example/doc", "", data[1:], "", TYPES[data[0] % 4], FIRST)
        found = formats.read(document, sys.argv[1], fitting(data[0] // 4))
    except Unreadable as error:
        if " failed: " in error.reason and "should be" not in error.reason:
            raise RuntimeError(error.reason) from error  # a parser failed in a way of its own
    else:
        for entry in found:
            check(entry)
    require(time.process_time() - started < SECONDS, "too slow")


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], test_one_input)
    atheris.Fuzz()
