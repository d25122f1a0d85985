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


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/../../private.txt", "/nist.example/private.txt"),
        ("https://nist.example/a/../../../private.txt", "/nist.example/private.txt"),
        ("/%2e%2e/%2E%2e/private.txt", "/nist.example/private.txt"),
        ("/.%2e/private.txt", "/nist.example/private.txt"),
        ("/a/./b/..", "/nist.example/a/"),
    ],
)
def test_a_redirect_does_not_walk_out_of_the_folder_of_the_mirror(location: str, asked: str) -> None:
    site, answer = through(
        {"/nist.example/": http(302, location=location), asked: http(200, "inside"), "*": http(200, "outside")},
        "https://nist.example/",
    )
    assert isinstance(answer, Document)
    assert answer.body == b"inside"
    assert site.asked[-1].split()[1] == asked


@pytest.mark.parametrize(
    "path",
    ["/..%2f..%2fprivate.txt", "/a%2f..%2f..%2fb", "/%252e%252e/x", "/..%5cx", "/%" + "25" * 40 + "2e%2e/x", "/a%2f%2e%2e"],
)
def test_a_path_that_a_mirror_may_decode_into_another_is_not_asked(path: str) -> None:
    site, answer = through({"/nist.example/": http(302, location=path), "*": http(200, "x")}, "https://nist.example/")
    assert isinstance(answer, Failed)
    assert "out of its folder" in answer.reason
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "host", ["localhost", "printer.local", "wiki.internal", "intranet", "nas.home.arpa", "10.0.0.1", "[::1]"]
)
def test_a_private_name_is_not_passed_on_to_the_mirror(host: str) -> None:
    site, answer = through({"*": http(302, location=f"http://{host}/")}, "http://nist.example/")
    assert answer == Failed(Outcome.ERROR, f"address not allowed: {host.strip('[]')}")
    assert len(site.asked) == 1


def test_a_private_name_that_is_listed_is_passed_on() -> None:
    async def run() -> Answer:
        async with (
            serving({"/wiki.internal/": http(200, "x")}) as site,
            Fetcher(settings(via=site.base, allow=("wiki.internal",)), clock=lambda: NOON) as fetcher,
        ):
            return await fetcher.get(Request("http://wiki.internal/"))

    assert isinstance(asyncio.run(run()), Document)
