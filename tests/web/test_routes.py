"""Who may call each address, and what every answer carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from starlette.routing import Route

from tests.web.conftest import PUBLIC_NAME, Site
from tests.web.story import NOW, Shown, view
from watcher.core.model import Quote
from watcher.store.errors import ErrorKind, store_error
from watcher.web.read_model import Access, HealthStatus, View
from watcher.web.security import WebSettings

PUBLIC = {
    "/",
    "/why",
    "/sources",
    "/log",
    "/machines",
    "/signals/{name}",
    "/cards/{name}",
    "/stories/{name}",
    "/feeds/{name}.atom",
    "/feeds/{name}.json",
    "/feeds/{name}.ics",
    "/badges/{name}.svg",
    "/badges/{name}.json",
    "/og/{name}.png",
    "/static/{name}",
    "/robots.txt",
    "/api/v1/signals",
    "/api/v1/signals/{name}",
    "/api/v1/history",
    "/api/v1/sources",
    "/api/v1/record",
    "/api/v1/openapi.json",
    "/healthz",
    "/readyz",
}
OPERATOR = {"/metrics"}
PAGES = [
    path.replace("{name}", "all" if path.startswith("/feeds") else "mythos-ga") for path in sorted(PUBLIC) if "static" not in path
]


def routes(holder: Any) -> Iterator[Route]:
    """All routes, those of included routers too; anything else that answers fails the walk."""
    for route in holder.routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from routes(route.original_router)


def test_every_route_says_who_may_call_it(site: Site) -> None:
    found = {route.path: set(route.tags) for route in routes(site.app)}  # type: ignore[attr-defined]
    assert found == {path: {Access.PUBLIC} for path in PUBLIC} | {path: {Access.OPERATOR} for path in OPERATOR}


def test_every_route_only_reads(site: Site) -> None:
    assert {method for route in routes(site.app) for method in route.methods or ()} <= {"GET", "HEAD"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(site: Site, method: str) -> None:
    for path in ("/", "/api/v1/signals"):
        answer = site.ask(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "path", [*PAGES, "/static/style.css", "/nothing", "/signals/nothing", "/api/v1/signals/nothing", "/?as_of=x"]
)
def test_every_answer_carries_the_guarding_headers(site: Site, path: str) -> None:
    answer = site.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


def test_only_the_card_may_be_framed(site: Site) -> None:
    assert "frame-ancestors *" in site.get("/cards/mythos-ga").headers["content-security-policy"]
    assert "x-frame-options" not in site.get("/cards/mythos-ga").headers
    for path in PAGES:
        if not path.startswith("/cards/"):
            assert "frame-ancestors 'none'" in site.get(path).headers["content-security-policy"], path
            assert site.get(path).headers["x-frame-options"] == "DENY", path


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/feeds/all.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/all.json", "application/feed+json; charset=utf-8"),
        ("/feeds/all.ics", "text/calendar; charset=utf-8"),
        ("/badges/mythos-ga.svg", "image/svg+xml"),
        ("/badges/mythos-ga.json", "application/json"),
        ("/api/v1/signals", "application/json"),
        ("/static/local.js", "text/javascript; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_every_answer_names_its_type(site: Site, path: str, media: str) -> None:
    assert site.get(path).headers["content-type"] == media


@pytest.mark.parametrize("path", PAGES)
def test_head_gives_the_same_headers_and_no_body(path: str) -> None:
    fresh, warm = Site(Shown()), Site(Shown())
    warm.get(path)
    for site in (fresh, warm):
        head, full = site.ask("HEAD", path), site.get(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == str(len(full.content))


@pytest.mark.parametrize(
    "path",
    [
        "/signals/%2e%2e%2fetc",
        "/signals/UPPER",
        "/signals/" + "a" * 65,
        "/static/../app.py",
        "/static/%2e%2e%2fapp.py",
        "/static/app.py",
        "/static/style.css%00",
        "/feeds/nothing.atom",
        "/feeds/all.exe",
        "/badges/all.svg",
        "/og/nothing.png",
        "/docs",
        "/openapi.json",
        "/.git/config",
    ],
)
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "99999999999999999999", "x", ""])
def test_a_number_outside_its_bounds_is_refused(site: Site, limit: str) -> None:
    assert site.get(f"/api/v1/history?limit={limit}").status_code == 400


def test_errors_of_the_api_are_json_and_of_pages_html(site: Site) -> None:
    assert site.get("/api/v1/signals/nothing").json()["error"] == "Nothing is here"
    assert "<h1>Nothing is here</h1>" in site.get("/signals/nothing").text
    assert 'href="../static/style.css' in site.get("/signals/nothing").text


class Broken(Shown):
    """A store that fails with a secret in its words."""

    def __call__(self, as_of: object) -> View:  # type: ignore[override]
        raise RuntimeError("postgresql://watch:hunter2@db/watch is gone")


class Away(Shown):
    """A store that cannot be reached."""

    def __call__(self, as_of: object) -> View:  # type: ignore[override]
        raise store_error("/srv/secret/watch.db", ErrorKind.GONE)


@pytest.mark.parametrize("path", ["/", "/signals/mythos-ga", "/api/v1/signals", "/feeds/all.atom", "/?as_of=2026-06-13"])
def test_while_the_database_is_away_the_page_says_so_and_the_log_once_why(path: str, caplog: pytest.LogCaptureFixture) -> None:
    site = Site(Away())
    said = [site.get(path) for _ in range(5)]
    assert {answer.status_code for answer in said} == {503}
    assert said[0].headers["retry-after"] == "30"
    assert "cannot reach what it keeps" in said[0].text
    assert "secret" not in said[0].text
    lines = [line.getMessage() for line in caplog.records if line.levelname != "DEBUG"]
    assert len(lines) <= 1, "however many visitors ask"
    assert all("was taken away" in line for line in lines)


def test_a_fault_says_nothing_of_the_inside() -> None:
    for path in ("/", "/api/v1/signals", "/feeds/all.atom", "/cards/mythos-ga"):
        answer = Site(Broken()).get(path)
        assert answer.status_code == 500
        assert "hunter2" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "The fault is ours" in answer.text


@pytest.mark.parametrize(
    ("peer", "headers", "settings", "status"),
    [
        ("127.0.0.1", {}, WebSettings(), 200),
        ("::1", {}, WebSettings(), 200),
        ("203.0.113.7", {}, WebSettings(), 404),
        ("127.0.0.1", {"x_forwarded_for": "203.0.113.7"}, WebSettings(), 404),
        ("127.0.0.1", {"forwarded": "for=203.0.113.7"}, WebSettings(), 404),
        ("203.0.113.7", {"x_forwarded_for": "127.0.0.1"}, WebSettings(), 404),
        ("10.1.2.3", {"host": "10.0.0.9:8080"}, WebSettings(metrics_networks=("10.0.0.0/8",), local=False), 200),
        ("10.1.2.3", {"host": "watch:8080"}, WebSettings(metrics_networks=("10.0.0.0/8",), local=False), 200),
        # Proxies that add no header keep the name of the page, or put this machine in its place.
        ("10.1.2.3", {}, WebSettings(metrics_networks=("10.0.0.0/8",)), 404),
        ("127.0.0.1", {"host": PUBLIC_NAME}, WebSettings(hosts=(PUBLIC_NAME,)), 404),
        ("127.0.0.1", {"host": "127.0.0.1:8080"}, WebSettings(hosts=(PUBLIC_NAME,)), 404),
        ("127.0.0.1", {"host": "127.0.0.1:8080"}, WebSettings(hosts=("watch.lan",)), 200),
        ("127.0.0.1", {}, WebSettings(trusted_proxies=("127.0.0.1",)), 404),
        ("127.0.0.1", {"via": "1.1 proxy"}, WebSettings(), 404),
        ("127.0.0.1", {"x_forwarded_host": "watch.example.org"}, WebSettings(), 404),
        ("127.0.0.1", {"cf_connecting_ip": "203.0.113.7"}, WebSettings(), 404),
        (
            "127.0.0.1",
            {"host": PUBLIC_NAME, "authorization": "Bearer t"},
            WebSettings(hosts=(PUBLIC_NAME,), metrics_token="t"),
            200,
        ),
        ("127.0.0.1", {}, WebSettings(metrics_networks=()), 404),
        ("203.0.113.7", {"authorization": "Bearer right"}, WebSettings(metrics_token="right"), 200),
        ("203.0.113.7", {"authorization": "Bearer wrong"}, WebSettings(metrics_token="right"), 404),
        ("203.0.113.7", {"authorization": "Bearer "}, WebSettings(), 404),
        ("not an address", {}, WebSettings(), 404),
    ],
)
def test_metrics_are_for_the_operator(peer: str, headers: dict[str, str], settings: WebSettings, status: int) -> None:
    answer = Site(Shown(), settings, peer=peer).get("/metrics", **headers)
    assert answer.status_code == status
    if status == 200:
        assert 'watcher_blind_sources{signal="caisi-evaluation"} 1.0' in answer.text
        assert 'watcher_source_good_age_seconds{signal="mythos-ga",source="aws-news"} 32400.0' in answer.text
        assert "watcher_outbox_oldest_seconds 7200.0" in answer.text
        assert "watcher_stored_transitions 4.0" in answer.text


LOST = "Blind: nothing is watched, another watch has the sources of this database."


@pytest.mark.parametrize(
    ("pulse", "alive", "ready", "words"),
    [
        (HealthStatus(cycle_at=NOW), 200, 200, "Ready."),
        (HealthStatus(cycle_at=NOW, lost=True), 200, 503, LOST),
        (HealthStatus(), 200, 503, "Starting: the scheduler has not finished its first cycle."),
        (HealthStatus(cycle_at=NOW - timedelta(minutes=11)), 200, 503, "Stalled: no cycle since 2026-11-24T09:19:00Z."),
        (HealthStatus(cycle_at=NOW - timedelta(minutes=31)), 503, 503, "No cycle of the scheduler since 2026-11-24T08:59:00Z."),
        (HealthStatus(cycle_at=NOW + timedelta(hours=1)), 200, 200, "Ready."),
        (HealthStatus(cycle_at=NOW, database=False), 503, 503, "The database does not answer."),
    ],
)
def test_health_tells_a_stalled_watch_from_a_living_one(pulse: HealthStatus, alive: int, ready: int, words: str) -> None:
    reads = Shown()
    reads.health = pulse
    site = Site(reads)
    assert site.get("/healthz").status_code == alive
    answer = site.get("/readyz")
    assert (answer.status_code, answer.json()["message"]) == (ready, words)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("base", ["/watch", "/a/b"])
@pytest.mark.parametrize("kept", ["all of it", ""])
def test_it_lives_under_a_sub_path_whether_the_proxy_strips_it_or_not(base: str, kept: str) -> None:
    site = Site(Shown(), WebSettings(base_path=base))
    prefix = base if kept else ""
    for path in PAGES:
        for _ in ("rendered", "kept"):
            assert site.get(prefix + path).status_code == 200, path
    assert 'href="../feeds/mythos-ga.atom"' in site.get(f"{prefix}/signals/mythos-ga").text
    assert "frame-ancestors *" in site.get(f"{prefix}/cards/mythos-ga").headers["content-security-policy"]
    assert site.get(f"{prefix}/nothing").status_code == 404


def test_the_sub_path_without_its_slash_leads_to_it() -> None:
    answer = Site(Shown(), WebSettings(base_path="/a/b")).get("/a/b")
    assert (answer.status_code, answer.headers["location"]) == (308, "b/")


def test_the_host_header_is_never_believed(site: Site) -> None:
    for path in PAGES:
        answer = site.get(path, host="evil.example")
        assert "evil.example" not in answer.text + str(answer.headers), path


SECRETS = ("hunter2", "AKIASECRET", "bob@private.example")


def test_no_secret_reaches_any_answer() -> None:
    shown = view()
    strips = tuple(
        replace(strip, source=replace(strip.source, url="https://u:hunter2@api.example/x?api_key=AKIASECRET"))
        for strip in shown.strips
    )
    blind = {
        name: replace(verdict, blind=tuple(replace(item, url="https://api.example/?token=AKIASECRET") for item in verdict.blind))
        for name, verdict in shown.verdicts.items()
    }
    site = Site(Shown(replace(shown, strips=strips, verdicts=blind)), WebSettings(metrics_token="hunter2"))
    for path in [*PAGES, "/metrics"]:
        assert not any(secret in site.get(path).text for secret in SECRETS), path


def test_what_others_write_shows_no_name_before_a_host_on_any_page_and_to_no_program() -> None:
    secret, shown = "see https://bob:hunter2@api.example/x?token=AKIASECRET or http://www.senate.gov@evil.example", view()

    def planted(quotes: tuple[Quote, ...]) -> tuple[Quote, ...]:
        return tuple(replace(one, text=f"{one.text} {secret}", title=f"{one.title} {secret}") for one in quotes)

    history = tuple(replace(item, evidence=planted(item.evidence), title=secret, reason=secret) for item in shown.history)
    verdicts = {
        name: replace(
            one,
            headline_label=secret,
            tracks=tuple(
                replace(
                    track,
                    evidence=planted(track.evidence),
                    events=tuple(replace(event, title=secret, evidence=planted(event.evidence)) for event in track.events),
                    flags=tuple(replace(flag, subject=secret, evidence=planted(flag.evidence)) for flag in track.flags),
                    details={"title": secret},
                )
                for track in one.tracks
            ),
        )
        for name, one in shown.verdicts.items()
    }
    site = Site(Shown(replace(shown, history=history, verdicts=verdicts)), WebSettings(metrics_token="hunter2"))
    for path in PAGES:
        text = site.get(path).text
        assert not any(each in text for each in ("hunter2", "AKIASECRET", "senate.gov@evil")), path
    assert "senate" in site.get("/api/v1/signals").text


def test_a_telephone_may_keep_the_page_among_its_programs(site: Site) -> None:
    page = "/"
    linked = re.search(r'<link rel="manifest" href="([^"]+)">', site.get(page).text)
    assert linked is not None
    where = urljoin(page, linked[1])
    answer = site.get(where)
    told = answer.json()
    assert answer.headers["content-type"] == "application/manifest+json"
    assert "manifest-src 'self'" in site.get(page).headers["content-security-policy"]
    assert urljoin(where, told["start_url"]) == "/"
    assert [site.get(urljoin(where, icon["src"])).status_code for icon in told["icons"]] == [200]


def test_each_change_has_an_address_to_share(site: Site) -> None:
    page = site.get("/stories/mythos-ga").text
    shared = set(re.findall(r'href="#(change-\d+)"', page))
    assert shared
    assert shared == set(re.findall(r'<li id="(change-\d+)"', page))
