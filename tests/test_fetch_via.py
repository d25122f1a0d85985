"""Everything may be asked through a mirror, an archive or a stand-in."""

from __future__ import annotations

import asyncio

import pytest

from tests.loopback import NOON, Site, http, keep, meet, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request


def through(pages: dict[str, bytes], url: str) -> tuple[Site, Answer]:
    """Ask for an address through a mirror that serves these pages."""

    async def run() -> tuple[Site, Answer]:
        async with serving(pages) as site, Fetcher(settings(via=site.base, allow=()), clock=lambda: NOON) as fetcher:
            return site, await fetcher.get(Request(url))

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://www.senate.gov/a/b.xml?x=1&y=%20", "/www.senate.gov/a/b.xml?x=1&y=%20"),
        ("https://www.senate.gov", "/www.senate.gov/"),
        ("http://feeds.example:8080/a#part", "/feeds.example:8080/a"),
    ],
)
def test_everything_goes_through_the_mirror(url: str, path: str) -> None:
    site, answer = through({path: http(200, "x", etag='"1"')}, url)
    assert isinstance(answer, Document)
    assert answer.url == url
    assert site.header("Host") == f"127.0.0.1:{site.port}"


def test_a_redirect_of_the_origin_goes_through_the_mirror_again() -> None:
    pages = {
        "/nist.example/caisi": http(301, location="https://www.nist.example/caissi"),
        "/www.nist.example/caissi": http(200, "x"),
    }
    _, answer = through(pages, "https://nist.example/caisi")
    assert isinstance(answer, Document)
    assert answer.final_url == "https://www.nist.example/caissi"


def test_a_redirect_to_a_private_address_is_refused_through_the_mirror_as_well() -> None:
    site, answer = through({"*": http(302, location="http://169.254.169.254/latest/")}, "https://nist.example/")
    assert answer == Failed(Outcome.ERROR, "address not allowed: 169.254.169.254")
    assert len(site.asked) == 1


def test_a_mirror_may_have_a_path() -> None:
    answers: list[Answer] = []

    async def run(site: Site, fetcher: Fetcher) -> Answer:
        async with Fetcher(settings(via=site.base + "/cache/"), clock=lambda: NOON) as mirrored:
            return await mirrored.get(Request("https://nist.example/a"))

    meet({"/cache/nist.example/a": http(200, "x")}, keep(answers, run))
    assert isinstance(answers[0], Document)
