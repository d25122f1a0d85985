"""What an operator is handed beside the program: metrics, dashboard, alerts, the unit and its signs of life."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import kubernetes_validate
import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from notifiers import apprise
from tests.test_cycles import CONFIG
from tests.web.conftest import Site
from tests.web.story import Shown
from watcher.config.settings import Fetch
from watcher.fetch.rate_limit import most_aside
from watcher.fetch.transport import SPARE_THREADS
from watcher.pipeline import delivery_context, shared
from watcher.pipeline.counters import JobRun, Tally
from watcher.pipeline.daemon import ServiceManager, Watchdog, announced
from watcher.store.work_queue import JobCount, QueueDepth, QueueNumbers

ROOT = Path(__file__).parents[1]
OPS = ROOT / "ops"
ALERTS = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
BOARD = json.loads((OPS / "grafana" / "policy-signal-watch.json").read_text(encoding="utf-8"))
UNIT = OPS / "systemd" / "policy-signal-watch.service"
FROM_PROMETHEUS = {"job", "instance"}


WORKERS = QueueNumbers(
    2,
    (
        QueueDepth("poll", "todo", 7, datetime(2026, 11, 24, 9, 29, tzinfo=UTC)),
        QueueDepth("poll", "doing", 3, None),
    ),
    (JobCount("poll", "good", 40, 8.0, datetime(2026, 11, 24, 9, 29, tzinfo=UTC)),),
)


def worked() -> Tally:
    tally = Tally()
    tally.ran(JobRun("poll", datetime(2026, 11, 24, 9, 29, tzinfo=UTC), 0.025, datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
    tally.cycle(400, good=True)
    tally.cycle(1.5, good=False)
    tally.work(Counter(ok=3, blocked=1), [("mythos-ga", "advance")], 2)
    return tally


def measured(tally: Tally | None = None) -> str:
    shown = Shown()
    shown.health = replace(shown.health, tally=tally or worked(), workers=WORKERS)
    return Site(shown, peer="127.0.0.1").get("/metrics").text


def exported() -> dict[str, set[str]]:
    """Every sample's name with its labels."""
    found: dict[str, set[str]] = {"up": set(FROM_PROMETHEUS)}
    for family in text_string_to_metric_families(measured()):
        for sample in family.samples:
            found.setdefault(sample.name, set(FROM_PROMETHEUS)).update(sample.labels)
    return found


def expressions() -> Iterator[tuple[str, str]]:
    for rule in ALERTS:
        yield rule["alert"], rule["expr"]
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*")


def asked(expression: str) -> list[tuple[str, set[str]]]:
    """Every metric that an expression asks for, and the labels that it is chosen by."""
    found = []

    def visit(node: Any) -> bool:
        vector = node.vector_selector if isinstance(node, promql.MatrixSelector) else node
        if isinstance(vector, promql.VectorSelector):
            found.append((vector.name, {matcher.name for matcher in vector.matchers.matchers}))
        if isinstance(node, promql.AggregateExpr) and node.modifier:
            grouped.update(node.modifier.labels)
        return True

    grouped: set[str] = set()
    promql.walk(promql.parse(expression), visit)
    return [(name, labels | grouped) for name, labels in found]


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_dashboard_and_alerts_ask_for_what_is_exported(where: str, expression: str) -> None:
    names = exported()
    questions = asked(expression)
    assert questions, "an expression asks for something"
    for name, labels in questions:
        assert name in names, f"{where}: {name} is not exported"
        assert labels <= names[name], f"{where}: {name} has no {labels - names[name]}"


def summed(node: Any, how: str = "") -> Iterator[str]:
    """The metrics that an expression adds up as they are, not first brought together for all pages."""
    if isinstance(node, promql.AggregateExpr):
        how = str(node.op)
    if isinstance(node, promql.VectorSelector) and how == "sum":
        yield node.name
    for part in ("vector_selector", "expr", "lhs", "rhs", "args"):
        found = getattr(node, part, None)
        for one in found if isinstance(found, list) else [found] * (found is not None):
            yield from summed(one, how)


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_what_several_pages_on_one_database_export_alike_is_not_added_up(where: str, expression: str) -> None:
    shown = Shown()
    shown.health = replace(shown.health, tally=None, workers=WORKERS)  # as `watcher web` has it
    families = text_string_to_metric_families(Site(shown, peer="127.0.0.1").get("/metrics").text)
    alike = {sample.name for family in families for sample in family.samples if sample.name.startswith("watcher_")}
    assert {"watcher_jobs_total", "watcher_dead_letters"} <= alike
    assert not alike.intersection(summed(promql.parse(expression))), where


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    names = exported()
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert promql.parse_duration(rule.get("for", "1m")) > timedelta(0)
        assert rule["annotations"].keys() == {"summary", "action"}
        named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert all(named <= names[name] for name, _ in asked(rule["expr"])), rule["alert"]


def test_panels_do_not_lie_on_one_another_and_each_has_a_title() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert panel["title"]
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed; the expressions are parsed above")
@pytest.mark.parametrize("check", [["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]])
def test_promtool_agrees(check: list[str]) -> None:
    done = subprocess.run(["promtool", *check], cwd=OPS / "prometheus", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_counters_say_what_was_done() -> None:
    lines = measured().splitlines()
    for line in (
        'watcher_polls_total{outcome="ok"} 3.0',
        'watcher_polls_total{outcome="blocked"} 1.0',
        'watcher_polls_total{outcome="gone"} 0.0',
        'watcher_transitions_total{kind="advance",signal="mythos-ga"} 1.0',
        'watcher_cycles_total{result="good"} 2.0',
        'watcher_cycles_total{result="failed"} 1.0',
        'watcher_job_duration_seconds{job="poll"} 0.025',
        'watcher_job_good{job="poll"} 1.0',
        "watcher_messages_sent_total 2.0",
        'watcher_cycle_duration_seconds_bucket{le="0.01"} 0.0',
        'watcher_cycle_duration_seconds_bucket{le="0.025"} 1.0',
        'watcher_cycle_duration_seconds_bucket{le="2.5"} 2.0',
        'watcher_cycle_duration_seconds_bucket{le="300.0"} 2.0',
        'watcher_cycle_duration_seconds_bucket{le="+Inf"} 3.0',
        "watcher_outbox_deliveries 1.0",
        "watcher_outbox_oldest_seconds 7200.0",
        "watcher_cycle_age_seconds 20.0",
        "watcher_database_up 1.0",
        "watcher_workers 2.0",
        'watcher_queue_jobs{queue="poll",status="todo"} 7.0',
        'watcher_queue_jobs{queue="poll",status="doing"} 3.0',
        'watcher_queue_oldest_seconds{queue="poll",status="todo"} 60.0',
        'watcher_jobs_total{outcome="good",task="poll"} 40.0',
        'watcher_jobs_seconds_total{outcome="good",task="poll"} 8.0',
    ):
        assert line in lines, line


# --- signs of life -----------------------------------------------------------------------------------------------------


class Hand:
    """A clock that stands until it is moved, and the sign of the last good cycle."""

    def __init__(self) -> None:
        self.seconds, self.cycle = 0.0, 0

    def pulse(self) -> Watchdog:
        return Watchdog(lambda: self.cycle, patience=timedelta(minutes=10), clock=lambda: self.seconds)


def test_a_watch_lives_while_its_cycles_go_on() -> None:
    hand = Hand()
    pulse = hand.pulse()
    seen = []
    for second, cycle in [(0, 0), (599, 0), (600, 0), (601, 1), (1200, 1), (1201, 1), (1202, 2)]:
        hand.seconds, hand.cycle = second, cycle
        seen.append(pulse.cycles())
    assert seen == [True, True, False, True, True, False, True]


@pytest.mark.parametrize(
    ("environ", "every"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "120000000"}, 60.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "7"}, 60.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_manager_says_how_often_it_wants_a_sign(environ: dict[str, str], every: float | None) -> None:
    assert ServiceManager(environ, 7).every == every


WAITING = 600
"""More lines than a socket holds (net.unix.max_dgram_qlen is 10 or 512)."""


def listening(where: str) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.settimeout(60)
    channel.bind(where)
    return channel


@pytest.mark.parametrize("kind", ["a path", "an abstract name"])
def test_lines_reach_the_manager(tmp_path: Path, kind: str) -> None:
    name = f"@watch-{tmp_path.name}-{os.getpid()}" if kind == "an abstract name" else str(tmp_path / "notify")
    with listening(name.replace("@", "\0")) as channel:
        assert ServiceManager({"NOTIFY_SOCKET": name}, 1).say("READY=1", "STATUS=Watching") is True
        assert channel.recv(100) == b"READY=1\nSTATUS=Watching"


def test_without_a_manager_or_with_one_that_is_gone_the_watch_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert ServiceManager({}, 1).say("READY=1") is False
    assert caplog.messages == []
    assert ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}, 1).say("READY=1") is False
    assert "does not listen" in caplog.text


def test_signs_of_life_stop_when_the_cycles_stop(tmp_path: Path) -> None:
    hand = Hand()
    channel = listening(str(tmp_path / "notify"))
    channel.setblocking(False)
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000"}, 1)

    async def said() -> list[bytes]:
        loop = asyncio.get_running_loop()
        async with announced(manager, hand.pulse()):
            heard = [await loop.sock_recv(channel, 200) for _ in range(3)]
            hand.seconds = 601
            # Some signs may be on their way; the socket holds only so many.
            later = [await loop.sock_recv(channel, 200) for _ in range(WAITING)]
            heard += later[-2:]
        rest = [await loop.sock_recv(channel, 200)]
        while b"STOPPING" not in rest[-1]:
            rest.append(await loop.sock_recv(channel, 200))
        return [*heard, rest[-1]]

    with channel:
        heard = asyncio.run(said())
    dead = b"STATUS=Its jobs have not ended well lately; waiting to be started again"
    assert heard == [b"READY=1\nSTATUS=Watching", b"WATCHDOG=1", b"WATCHDOG=1", dead, dead, b"STOPPING=1"]


def test_a_running_watch_says_that_it_is_ready_lives_and_ends_and_counts(tmp_path: Path) -> None:
    web = CONFIG.replace("[watch]", '[fetch]\nvia = "http://127.0.0.1:9"\ntimeout = "2s"\n\n[watch]', 1)
    (tmp_path / "signals.toml").write_text(web % "", encoding="utf-8")
    with listening(str(tmp_path / "notify")) as channel:
        environ = os.environ | {
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": "200000",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "watcher", "run", "--port", "0"]
        running = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert running.stdout is not None
            page = running.stdout.readline().split(": ", 1)[1].strip()
            heard = [channel.recv(200) for _ in range(2)]
            text = httpx2.get(f"{page}metrics", timeout=60).text
            while 'watcher_cycles_total{result="good"} 0.0' in text:
                channel.recv(200)
                text = httpx2.get(f"{page}metrics", timeout=60).text
            running.send_signal(signal.SIGTERM)
            while (last := channel.recv(200)) == b"WATCHDOG=1":
                pass
            _, errors = running.communicate(timeout=60)
        finally:
            running.kill()
            running.wait()
    assert heard == [b"READY=1\nSTATUS=Watching", b"WATCHDOG=1"]
    assert last == b"STOPPING=1", errors
    assert 'watcher_polls_total{outcome="error"} 1.0' in text.splitlines()


# --- the unit ----------------------------------------------------------------------------------------------------------


def unit(tmp_path: Path) -> Path:
    """The unit as it would be installed here: systemd looks whether its program is there."""
    there = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace("/opt/policy-signal-watch/.venv/bin/python", sys.executable)
    there.write_text(text.replace("/opt/policy-signal-watch", str(ROOT)), encoding="utf-8")
    return there


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_finds_no_fault_with_the_unit_and_little_that_it_may_do(tmp_path: Path) -> None:
    there = unit(tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", there], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=15", there]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


def test_the_unit_waits_for_ready_and_watches_longer_than_a_sign_takes() -> None:
    settings = dict(line.split("=", 1) for line in UNIT.read_text(encoding="utf-8").splitlines() if re.match(r"[A-Z]\w+=", line))
    assert (settings["Type"], settings["Restart"]) == ("notify", "always")
    assert 30 <= int(settings["WatchdogSec"]) <= 600
    assert settings["DynamicUser"] == "yes"
    assert settings["ExecStart"].endswith("-m watcher run")


def test_no_request_lacks_a_thread_when_the_network_is_cut() -> None:
    """Every request is a slow one then, and each holds a thread; so do look-ups of names that were given up."""
    fetch = Fetch()
    requests = fetch.concurrency + most_aside(fetch.concurrency, descriptors=1 << 20) + SPARE_THREADS
    files, page = 32, 40  # the most of Python's own pool, and of the page's
    processes = 2 * 5 + 5 + apprise.Settings().connections  # readers with their threads, and posts
    least = requests + files + page + processes
    (tasks,) = re.findall(r"^TasksMax=(\d+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    assert int(tasks) > least
    assert all(service["pids_limit"] > least for service in COMPOSE["services"].values() if "build" in service)


# --- the containers ----------------------------------------------------------------------------------------------------

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_container_may_do_little_and_says_how_it_is(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert not service["user"].startswith(("0", "root"))
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert service["healthcheck"]["test"][0] == "CMD"
    for volume in service.get("volumes", ()):
        place, _, there = volume.partition(":")
        if place.startswith("."):
            assert (ROOT / place).exists(), place
            assert there.endswith(":ro"), f"{place} may be written"
        else:
            assert place in COMPOSE["volumes"]


def test_workers_have_the_mailbox_of_the_watch() -> None:
    """The shipped file writes mails into `data/mailbox`: each worker would have a folder of its own, which goes with it."""
    assert "data:/data" in COMPOSE["services"]["watch"]["volumes"]
    assert "data:/data" in COMPOSE["services"]["worker"]["volumes"]


def test_only_the_watch_starts_without_a_profile() -> None:
    profiles = {name: service.get("profiles", []) for name, service in COMPOSE["services"].items()}
    assert profiles == {
        "watch": [],
        "worker": ["shared"],
        "postgres": ["postgres", "shared"],
        "mail": ["mail"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }


# --- Kubernetes --------------------------------------------------------------------------------------------------------

CLUSTER = OPS / "kubernetes"
MANIFESTS = [
    each for name in ("worker.yaml", "web.yaml") for each in yaml.safe_load_all((CLUSTER / name).read_text(encoding="utf-8"))
]
DEPLOYMENTS = [each for each in MANIFESTS if each["kind"] == "Deployment"]


def name_of(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


@pytest.mark.parametrize("manifest", MANIFESTS, ids=name_of)
def test_a_cluster_takes_every_manifest(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_a_worker_that_is_stopped_ends_before_it_is_killed_whatever_it_is_doing() -> None:
    jobs, mail = timedelta(seconds=shared.SHUTDOWN_TIMEOUT), delivery_context.SHUTDOWN_TIMEOUT
    assert jobs + mail < timedelta(seconds=25), "as docs/scale.md says; a mail on its way is waited for last"
    assert COMPOSE["services"]["worker"]["stop_grace_period"] == "30s"


@pytest.mark.parametrize("manifest", DEPLOYMENTS, ids=name_of)
def test_a_pod_may_do_little_says_how_it_is_and_has_time_to_end(manifest: dict[str, Any]) -> None:
    pod = manifest["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["terminationGracePeriodSeconds"] >= 30, "an end in order takes up to 25 seconds"
    assert container["livenessProbe"]
    assert container["args"][0] in {"worker", "web"}
    assert manifest["spec"]["selector"]["matchLabels"] == manifest["spec"]["template"]["metadata"]["labels"]


def test_the_cluster_has_the_whole_configuration() -> None:
    custom = yaml.safe_load((CLUSTER / "kustomization.yaml").read_text(encoding="utf-8"))
    assert {*custom["resources"], "kustomization.yaml"} == {path.name for path in CLUSTER.glob("*.yaml")}
    files = ["signals.toml", *(f"signals/{path.name}" for path in sorted((ROOT / "signals").glob("*.toml")))]
    [generated] = custom["configMapGenerator"]
    assert generated["files"] == files
    for deployment in DEPLOYMENTS:
        volumes = {each["name"]: each for each in deployment["spec"]["template"]["spec"]["volumes"]}
        held = volumes["config"]["configMap"]
        assert (held["name"], [one["path"] for one in held["items"]]) == (generated["name"], files)


def test_prometheus_asks_the_watch_that_the_alerts_and_the_dashboard_are_about() -> None:
    settings = yaml.safe_load((OPS / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    [scrape] = settings["scrape_configs"]
    [target] = scrape["static_configs"][0]["targets"]
    assert target == "watch:8080"
    assert any(f'job="{scrape["job_name"]}"' in rule["expr"] for rule in ALERTS)
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in COMPOSE["services"]["prometheus"]["volumes"]}
    assert all((ROOT / mounted[str(Path(one).parent)] / Path(one).name).exists() for one in settings["rule_files"])
    assert Path(scrape["authorization"]["credentials_file"]).name in COMPOSE["secrets"]
