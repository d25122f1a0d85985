"""Under which names the page answers: a page elsewhere that points its own name here must read nothing."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.web.conftest import PUBLIC_NAME, Site
from tests.web.story import NOW, Shown
from tests.web.test_routes import PAGES
from watcher.config.settings import Web
from watcher.web.app import create_app
from watcher.web.security import WebSettings, settings_of

LOCAL, LAN, NAMED = Web(), Web(host="0.0.0.0"), Web(hosts=("Watch.Example.org.",))
REBOUND = "rebound.example"


@pytest.mark.parametrize(
    ("web", "base_url", "host", "status"),
    [
        (LOCAL, "", "127.0.0.1:8080", 200),
        (LOCAL, "", "localhost", 200),
        (LOCAL, "", "LOCALHOST.:8080", 200),
        (LOCAL, "", "[::1]:8080", 200),
        (LOCAL, "", "app.localhost:8080", 200),
        (LOCAL, "", REBOUND, 400),
        (LOCAL, "", "rebound", 400),
        (LOCAL, "", "203.0.113.7", 400),
        (LOCAL, "", "localhost.rebound.example", 400),
        (LOCAL, "", "rebound.example:80@localhost", 400),
        (LOCAL, "", "localhost/", 400),
        (LOCAL, "", "", 400),
        (LOCAL, "", "x" * 300, 400),
        (LOCAL, "https://watch.example.org/policy/", "watch.example.org", 200),
        (LOCAL, "https://watch.example.org/policy/", "Watch.Example.Org.:443", 200),
        (LOCAL, "https://watch.example.org/policy/", "sub.watch.example.org", 400),
        (LOCAL, "https://watch.example.org/policy/", REBOUND, 400),
        (NAMED, "", "watch.example.org", 200),
        (NAMED, "", REBOUND, 400),
        # Nobody outside can point an address, or a name without a dot, to this machine.
        (LAN, "", "192.168.1.5:8080", 200),
        (LAN, "", "[fd00::1]:8080", 200),
        (LAN, "", "watch:8080", 200),
        (LAN, "", "watch.lan", 400),
        (LAN, "", REBOUND, 400),
    ],
)
def test_the_page_answers_under_its_own_names(web: Web, base_url: str, host: str, status: int) -> None:
    site = Site(Shown(), settings_of(web, base_url=base_url))
    site.app = create_app(site.reads, settings_of(web, base_url=base_url), clock=lambda: NOW)
    assert site.get("/", host=host).status_code == status


@pytest.mark.parametrize("path", [*PAGES, "/metrics", "/static/style.css", "/nothing"])
def test_a_name_that_was_pointed_here_opens_nothing(path: str) -> None:
    site = Site(Shown(), peer="127.0.0.1")
    site.get(path)
    answer = site.get(path, host=REBOUND)
    assert answer.status_code == 400
    assert "base_url in [watch], or hosts in [web]" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert site.ask("HEAD", path, host=REBOUND).content == b""


@pytest.mark.parametrize("hosts", [[], ["localhost", REBOUND], [REBOUND, "localhost"]])
def test_a_request_names_one_host(hosts: list[str]) -> None:
    app = Site(Shown(), peer="127.0.0.1").app
    said: list[int] = []

    async def send(message: object) -> None:
        said.append(message.get("status", 0))  # type: ignore[attr-defined]

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1)}
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert said[0] == 400


def read_by_others(site: Site, path: str) -> str | None:
    answer: httpx2.Response = site.get(path, origin="https://elsewhere.example")
    assert answer.status_code in {200, 404}
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/signals", "/api/v1/openapi.json", "/feeds/all.json", "/badges/mythos-ga.json", "/og/mythos-ga.png", "/api/v1/no"],
)
def test_pages_of_others_read_only_what_is_published(path: str) -> None:
    for hosts in (("localhost",), ("watch.lan",), ("192.168.1.5",), ("watch",)):
        private = Site(Shown(), WebSettings(hosts=hosts, local=False), peer="127.0.0.1")
        assert [read_by_others(private, path) for _ in range(2)] == [None, None], "made, and from memory"
    public = Site(Shown(), WebSettings(hosts=(PUBLIC_NAME,)))
    assert [read_by_others(public, path) for _ in range(2)] == ["*", "*"]
