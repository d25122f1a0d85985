"""The documentation as a site, and the workflow that makes a watch without a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_docs_commands import clone, mirror, typed
from tests.test_ops import exported
from watcher.cli.digest import TOLD_KINDS
from watcher.core.model import Outcome

__all__ = ["clone", "mirror"]
ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WORKFLOW = re.search(
    r"<!-- file: \.github/workflows/watch\.yml -->\n```yaml\n(.*?)^```",
    (DOCS / "without-a-server.md").read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


def test_the_site_is_built_without_a_dead_link(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for page in DOCS.glob("*.md"):
        name = "index.html" if page.stem == "index" else f"{page.stem}/index.html"
        assert (tmp_path / "site" / name).exists(), page.name


def pages(nav: Any) -> set[str]:
    if isinstance(nav, str):
        return {nav}
    return {page for each in (nav.values() if isinstance(nav, dict) else nav) for page in pages(each)}


def test_the_contents_name_pages_that_are_there_and_the_first_page_all_that_begin() -> None:
    named = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"])
    assert {name for name in named if not (DOCS / name).exists()} == set()
    linked = set(re.findall(r"\]\(([\w-]+\.md)", (DOCS / "index.md").read_text("utf-8")))
    assert named - linked <= {"index.md", "look.md", "performance.md", "reliability.md"}


def test_every_metric_is_described() -> None:
    text = (DOCS / "operate.md").read_text("utf-8").partition("## Metrics")[2].partition("\n## ")[0]
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exported() if name.startswith("watcher_")}
    assert {name for name in ours if not name.startswith("watcher_stored_") and f"`{name}`" not in text} == set()
    assert {name for name in re.findall(r"^\| `(watcher_[a-z_]+)`", text, re.MULTILINE) if name not in ours} <= {
        "watcher_stored_deliveries_pending"
    }


def test_every_end_of_a_poll_and_every_kind_of_message_is_named() -> None:
    [row] = re.findall(r"^\| `watcher_polls_total` .*: (.*) \|$", (DOCS / "operate.md").read_text("utf-8"), re.MULTILINE)
    assert row.split(", ") == list(Outcome)
    [row] = re.findall(r"^\| `type` \| (.*) \|$", (DOCS / "webhook.md").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`watch\.(\w+)`", row)) == {*TOLD_KINDS, "trial"}


def test_the_workflow_keeps_to_its_schema(tmp_path: Path) -> None:
    assert WORKFLOW
    (tmp_path / "watch.yml").write_text(WORKFLOW[1], "utf-8")
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(tmp_path / "watch.yml"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def repository(clone: Path) -> Path:
    """The clone as a repository with a place to push to."""
    away = clone.parent / "origin.git"
    for command in (
        ["git", "init", "-q", "--bare", str(away)],
        ["git", "init", "-q", "-b", "main", str(clone)],
        ["git", "-C", str(clone), "remote", "add", "origin", str(away)],
    ):
        subprocess.run(command, check=True, env=os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null"})
    return clone


@pytest.mark.slow
def test_the_workflow_goes_on_from_run_to_run(repository: Path, mirror: str) -> None:
    assert WORKFLOW
    steps = {step["name"]: step["run"] for step in yaml.safe_load(WORKFLOW[1])["jobs"]["watch"]["steps"] if "run" in step}
    assert steps.pop("Install").startswith("make .venv/run")
    said = []
    for _ in range(2):
        for name, block in steps.items():
            code, text = typed(block, repository, mirror)
            assert code == 0, f"{name}\n{text}"
            said.append((name, text))
        # The next run starts on another machine.
        for kept in (repository / "data").rglob("*"):
            if kept.is_file():
                kept.unlink()
    polls = [int(re.search(r"(\d+) polls", text)[1]) for name, text in said if name == "Watch"]  # type: ignore[index]
    assert polls[0] > 10
    assert polls[1] < polls[0], "what was looked at is known to the second run"
    count = subprocess.run(
        ["git", "rev-list", "--count", "database"],
        cwd=repository.parent / "origin.git",
        capture_output=True,
        text=True,
        check=True,
    )
    assert count.stdout.strip() == "1"
    assert "Mythos" in (repository / "public" / "index.html").read_text("utf-8")
