"""The demo: a world of our own that rehearses anywhere and tells the whole year."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.demo_world import write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo"
Told = tuple[list[dict[str, Any]], str]

SAID = """
2026-01-05 caisi-evaluation baseline: awaiting · evaluations: awaiting
2026-01-05 mythos-ga baseline: none · named: none, class: none
2026-01-05 senate-vote baseline: in_senate_committee · hr2683: not_yet_in_senate, s3519: in_senate_committee
2026-01-14 senate-vote hr2683 advance: in_senate_committee · in_senate_committee
2026-03-29 mythos-ga named advance: rumoured · rumoured
2026-04-08 mythos-ga named advance: preview_gated · gated
2026-05-02 caisi-evaluation evaluations next: published · deepseek-v4-pro not_measured
2026-05-11 caisi-evaluation evaluations flag: awaiting · page_gone
2026-05-29 mythos-ga class advance: ga_promised_class · promised
2026-06-03 mythos-ga named advance: preview_expanded · gated_wider
2026-06-10 mythos-ga class advance: class_ga_other_name · available
2026-06-10 mythos-ga named detail: class_ga_other_name · version 5, invitation
2026-06-11 caisi-evaluation evaluations flag: awaiting · suspended_reported
2026-06-14 mythos-ga named step_back: suspended · suspended
2026-06-14 mythos-ga class step_back: suspended · suspended
2026-06-28 mythos-ga named step_back: suspended_partly_lifted · suspended_partly
2026-07-02 mythos-ga named advance: class_ga_other_name · gated_wider
2026-07-02 mythos-ga class advance: class_ga_other_name · available
2026-07-18 caisi-evaluation evaluations next: published · glm-5.2 measured_qualitative
2026-07-24 caisi-evaluation evaluations next: published · kimi-k3 not_measured
2026-08-12 senate-vote flag: in_senate_committee · blind
2026-08-20 senate-vote flag: in_senate_committee · no longer blind
2026-08-22 mythos-ga named detail: class_ga_other_name · version 5, product-only
2026-09-02 mythos-ga named detail: class_ga_other_name · version 5.1, invitation
2026-09-02 mythos-ga class detail: class_ga_other_name · Claude Fable 5.1, $10/$50
2026-09-18 caisi-evaluation evaluations next: published · glm-5.3 not_measured
2026-10-02 caisi-evaluation evaluations flag: awaiting · renamed
2026-11-10 mythos-ga named detail: class_ga_other_name · version 5.2, verification, $8/$40
2026-11-10 mythos-ga class detail: class_ga_other_name · Claude Fable 5.2, $8/$40
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the command prints, in a folder where there is nothing else."""
    command = [sys.executable, "-m", "watcher", "rehearse", str(DEMO), "--config", str(ROOT / "signals.toml"), "--step", "1d"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    done = subprocess.run(
        [*command, "--json"],
        cwd=tmp_path_factory.mktemp("alone"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def quiet(line: dict[str, Any]) -> bool:
    """A flag that travels with the next digest, if at all."""
    return line["kind"] == "flag" and not line["mail"]


def brief(line: dict[str, Any]) -> str:
    """One thing said, in the words of the table above."""
    what = line["to"] or f"no longer {line['from']}"
    details = line["details"]
    if line["kind"] == "detail":
        version = [f"version {details['version']}", details["access_model"]] if line["track"] == "named" else [details["name"]]
        what = ", ".join([*version, *filter(None, [details.get("price")])])
    if line["kind"] == "next":
        what = f"{line['event']} {line['outcome']}"
    place = " ".join(filter(None, (line["signal"], line["track"], line["kind"])))
    return f"{line['at'][:10]} {place}: {line['headline']} · {what}"


def test_the_year_is_told_in_full_and_once(told: Told) -> None:
    assert [brief(line) for line in told[0] if not quiet(line)] == SAID.strip().splitlines()


def test_an_edit_is_noted_and_no_mail(told: Told) -> None:
    assert [line["event"] for line in told[0] if quiet(line) and line["to"] == "revised"] == ["deepseek-v4-pro", "kimi-k3"]


def test_every_change_shows_its_words_and_the_press_is_made_up(told: Told) -> None:
    changes = [line for line in told[0] if line["kind"] in {"advance", "step_back", "next"}]
    assert all(quote["quote"] and quote["url"].startswith("https://") for line in changes for quote in line["evidence"])
    assert all(line["evidence"] for line in changes)
    press = {quote["publisher"] for line in told[0] for quote in line["evidence"] if quote["tier"] == "press"}
    assert press == {"thedaily.example", "thepaper.example", "thewire.example"}


def test_nothing_is_unseen_at_the_end_and_nothing_left_this_machine(told: Told) -> None:
    assert "not seen at the end" not in told[1]
    assert "0 messages sent" in told[1]


def test_the_world_is_what_its_tool_writes(tmp_path: Path) -> None:
    write(tmp_path)
    assert _files(tmp_path) == {name: body for name, body in _files(DEMO).items() if name != "README.md"}


def test_the_world_is_small() -> None:
    assert sum(map(len, _files(DEMO).values())) < 500_000


def _files(folder: Path) -> dict[str, bytes]:
    """Each file with its bytes, by its name in the folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
