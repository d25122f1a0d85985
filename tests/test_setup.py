"""What a fresh machine gets: locks, make, container."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-shared.lock", "requirements-dev.lock")


def make(folder: Path, *targets: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(["make", *targets], cwd=folder, capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(lines) > 20
    assert [line for line in lines if not re.match(r"[a-z0-9.\[\], _-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", line)] == []
    assert "://" not in text


@pytest.mark.parametrize("stem", ["requirements", "requirements-shared", "requirements-dev"])
def test_what_is_asked_for_is_locked(stem: str) -> None:
    asked = re.findall(r"^([A-Za-z0-9_.-]+)", (ROOT / f"{stem}.in").read_text(encoding="utf-8"), re.MULTILINE)
    locked = set(
        re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9, -]+\])?==", (ROOT / f"{stem}.lock").read_text(encoding="utf-8"), re.MULTILINE)
    )
    wanted = {re.sub(r"[._]", "-", name.lower()) for name in asked if not name.startswith("-")}
    assert wanted - {re.sub(r"[._]", "-", name) for name in locked} == set()


def test_the_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9.-]+(?:\[[a-z0-9, -]+\])?)==([^ ]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in LOCKS
    ]
    for fewer, more in itertools.pairwise(pins):
        assert {name: more.get(name) for name in fewer} == fewer


@pytest.mark.slow
def test_set_up_works_in_a_folder_with_spaces_and_only_once(tmp_path: Path) -> None:
    folder = tmp_path / "a clone's folder"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").touch()
    assert "Making .venv" in make(folder, ".venv/run")
    assert make(folder, ".venv/run").strip() in {"", "make: '.venv/run' is up to date."}
    assert (folder / ".venv" / "bin" / "python").exists()
    assert '-m watcher run --config "signals.toml"' in make(folder, "--dry-run", "run")


def test_what_make_offers_is_there() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for module in re.findall(r"-m tools\.(\w+)", text):
        assert (ROOT / "tools" / f"{module}.py").exists(), f"tools/{module}.py is missing"
    said = make(ROOT)
    for target in (
        "run",
        "test",
        "test-slow",
        "lock",
        "fmt",
        "score-senate",
        "score-text",
        "bench",
        "bench-peers",
        "soak",
        "pictures",
        "docs",
    ):
        assert f"make {target} " in said


@pytest.mark.parametrize(
    ("checks", "code", "closing"),
    [("true", 0, "3 passed, 1 skipped in 0.10s"), ("false", 2, "1 failed, 2 passed in 2.00s (0:00:02)")],
)
def test_ci_runs_all_groups_and_its_last_line_is_that_of_pytest(tmp_path: Path, checks: str, code: int, closing: str) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text(
        f"GROUP ?= not slow\ntest:\n\t@echo 'group: $(GROUP)'\n\t@echo '{closing}'\n\t@echo 'TOTAL 100%'\n\t@{checks}\n", "utf-8"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run([tmp_path / ".ci" / "run"], capture_output=True, text=True, check=False, env=clean)
    assert done.stdout.splitlines()[-1] == closing
    assert done.stdout.splitlines()[0].strip() == "group:", "the slow group is run, too"
    assert done.returncode == code


def test_the_compose_file_keeps_to_its_schema_and_gives_no_rights_away() -> None:
    path = ROOT / "docker-compose.yml"
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path]
    done = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    watch = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]["watch"]
    assert watch["read_only"] is True
    assert watch["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in watch["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in watch["ports"])
    assert not watch["user"].startswith("0")
    assert any(volume.startswith("data:/data") for volume in watch["volumes"])


def test_the_image_runs_as_a_user_of_its_own_and_says_how_it_is() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert last.index("USER") < last.index("ENTRYPOINT")
    assert '"healthcheck"]' in last
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / each).exists() for each in source.split())
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert {each for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for each in source.split()} <= kept


def test_the_project_says_what_it_needs_and_how_it_is_called() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert project["scripts"] == dict.fromkeys(("watcher", "policy-signal-watch"), "policy_signal_watch.__main__:main")
    assert json.loads((ROOT / "signals.schema.json").read_text(encoding="utf-8"))["title"] == "signals.toml"
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
