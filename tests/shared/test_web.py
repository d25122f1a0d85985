"""`watcher web`: the page alone, beside workers; it says how they do."""

from __future__ import annotations

import httpx2

from tests.shared.workers import Fleet

METRICS = '\n[web]\nmetrics_networks = ["127.0.0.0/8"]\n'


def test_the_page_shows_what_workers_found_and_how_they_do(fleet: Fleet) -> None:
    fleet.declare(3, more=METRICS)
    page = fleet.start("--port", "0", command="web")
    address = page.until(r"http://127\.0\.0\.1:\d+/")[0].rstrip("/")
    assert httpx2.get(f"{address}/healthz").status_code == 200
    before = httpx2.get(f"{address}/readyz")
    assert (before.status_code, "Starting" in before.text) == (503, True)
    fleet.start()
    fleet.until(lambda: "Nobody can use the Gadget yet." in httpx2.get(f"{address}/").text)
    fleet.until(lambda: httpx2.get(f"{address}/readyz").status_code == 200)
    said = httpx2.get(f"{address}/metrics").text.splitlines()
    assert "watcher_workers 1.0" in said
    assert any(line.startswith('watcher_jobs_total{outcome="good",task="poll"}') for line in said)
    assert [each.end() for each in fleet.workers] == [0, 0]
