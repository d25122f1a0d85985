"""The story of 2026 as it happened, rehearsed with the shipped signals.toml and held against its oracle."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.builders import day
from tests.rehearsals import REAL, ROOT, SHARED, STORY, alone, rehearsed, without
from watcher.config.build import load
from watcher.core.model import Verdict

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (REAL / "oracle.jsonl").exists(), reason="the story of 2026 lies in ../shared, which is not here"),
]

NAMES = {"senate": "senate-vote", "mythos": "mythos-ga", "caisi": "caisi-evaluation"}
STEP = timedelta(hours=6)
Said = tuple[list[dict[str, Any]], dict[str, Verdict]]
CONFIG = load(ROOT / "signals.toml", {})


def oracle() -> list[dict[str, Any]]:
    if not (STORY / "oracle.jsonl").exists():
        return []
    return [json.loads(line) for line in (STORY / "oracle.jsonl").read_text("utf-8").splitlines()]


def lines_of(kind: str) -> list[Any]:
    return [
        pytest.param(line, id=f"{line['signal']} {line['at'][:10]} {line.get('flag', line['headline'])}")
        for line in oracle()
        if line["kind"] == kind
    ]


def judge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agree", SHARED / "world" / "agree.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def disagreements(lines: list[dict[str, Any]], start: str, end: str, *, step: timedelta = STEP) -> list[Any]:
    found: list[Any] = []
    for short, name in NAMES.items():
        states = [line for line in oracle() if line["signal"] == short and line["kind"] == "state"]
        mine = [line for line in lines if line["signal"] == name]
        rows, _ = judge().judge(states, mine, day(start), day(end), 2 * step, series=short == "caisi")
        found += rows
    return found


YEARS = [
    pytest.param(where, id=where.name, marks=pytest.mark.xdist_group(where.name))  # one process tells it, for all its tests
    for where in (STORY, REAL)
]


@pytest.fixture(scope="module", params=YEARS)
def world(request: pytest.FixtureRequest) -> Path:
    """The same year twice: in plain documents, and in the shapes of the real pages."""
    return Path(request.param)


@pytest.fixture(scope="module")
def said(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return rehearsed(CONFIG, world, tmp_path_factory.mktemp("story"))


def test_everything_is_said_once_in_time_and_with_the_right_evidence(said: Said) -> None:
    assert disagreements(said[0], "2026-01-05", "2026-11-20") == []


def test_a_person_is_asked_seldom_and_the_answer_stays_meanwhile(said: Said) -> None:
    asked = [line for line in said[0] if line["kind"] == "undecided" and line["to"]]

    assert len(asked) <= 15, "each costs a person's minute"
    assert len({(line["track"], line["evidence"][0]["quote"]) for line in asked}) == len(asked), "once for the same words"


def headline_at(lines: list[dict[str, Any]], signal: str, at: str) -> str:
    before = [
        line["headline"] for line in lines if line["signal"] == signal and line["kind"] != "next" and day(line["at"]) <= day(at)
    ]
    return str(before[-1])


@pytest.mark.parametrize("trap", lines_of("trap"))
def test_a_trap_is_no_news(said: Said, trap: dict[str, Any]) -> None:
    at, signal = day(trap["at"]), NAMES[trap["signal"]]
    wrong = {word.split()[0].lower() for word in trap["must_not"] if not word.endswith("twice")}
    near = [line for line in said[0] if line["signal"] == signal and at <= day(line["at"]) <= at + 2 * STEP]

    assert (
        not {line["headline"] for line in near if line["kind"] in {"advance", "next", "step_back"} and not _is_due(line)} & wrong
    )
    assert headline_at(said[0], signal, trap["at"]) not in wrong


def _is_due(line: dict[str, Any]) -> bool:
    """Whether the oracle has a state of its own at that time: a trap may stand beside real news."""
    states = [one for one in oracle() if one["kind"] == "state" and NAMES[one["signal"]] == line["signal"]]
    return any(
        day(one["at"]) <= day(line["at"]) <= day(one["at"]) + 2 * STEP and one["headline"].lower() == line["headline"]
        for one in states
    )


@pytest.mark.parametrize("flag", lines_of("flag"))
def test_a_flag_is_raised_in_time(said: Said, flag: dict[str, Any]) -> None:
    name = flag["flag"].lower()
    raised = [
        day(line["at"])
        for line in said[0]
        if line["signal"] == NAMES[flag["signal"]] and line["kind"] == "flag" and line["to"] == name
    ]

    assert any(day(flag["at"]) <= at <= day(flag["by"]) + 2 * STEP for at in raised)
    assert len(raised) == 1, "once"


@pytest.mark.parametrize("attribute", lines_of("attribute"))
def test_an_attribute_changes_and_the_headline_stays(said: Said, attribute: dict[str, Any]) -> None:
    signal, start = NAMES[attribute["signal"]], day(attribute["at"])
    end = day(attribute["by"]) + 2 * STEP
    near = [line for line in said[0] if line["signal"] == signal and start <= day(line["at"]) <= end]

    assert near, "it is noticed"
    assert {line["headline"] for line in near} <= {attribute["headline"].lower()}
    if "flag" in attribute:
        assert attribute["flag"].lower() in {line["to"] for line in near if line["kind"] == "flag"}
        assert not any(line["mail"] for line in near), "an edit is no mail"
    if "name" in attribute and attribute["signal"] == "mythos":
        details = [
            line["details"]
            for line in said[0]
            if line["signal"] == signal and line["track"] == "class" and day(line["at"]) <= end
        ]
        assert details[-1]["name"] == attribute["name"]
    for track, status in attribute.get("bills", {}).items():
        last = [line for line in said[0] if line["signal"] == signal and line["track"] == track and day(line["at"]) <= end]
        assert not last or last[-1]["to"] == status.lower()


@pytest.mark.parametrize("final", lines_of("final"))
def test_in_the_end_everything_stands_where_it_should(said: Said, final: dict[str, Any]) -> None:
    _stands(said[1][NAMES[final["signal"]]], final)


def _stands(verdict: Verdict, final: dict[str, Any]) -> None:
    tracks = {track.track: track for track in verdict.tracks}
    assert verdict.headline == final["headline"].lower()
    for bill, status in final.get("bills", {}).items():
        assert tracks[bill].status == status.lower()
    if "name" in final:
        assert tracks["class"].details["name"] == final["name"]
        assert (tracks["named"].status, tracks["class"].status) == ("gated_wider", "available")
        assert tracks["named"].details["access_model"] == "verification"
    if "cycle" in final:
        assert tracks["evaluations"].details["cycle"] == final["cycle"]
        assert tracks["evaluations"].details["latest"] == final["latest_evaluation"]
        gap = next(figure for figure in verdict.figures if figure.id == "gap")
        wanted = final["latest_measured_gap"]
        assert (gap.values["prc"], gap.values["us"], gap.values["date"]) == (wanted["prc"], wanted["us"], wanted["date"])


@pytest.mark.parametrize("start", ["2026-07-01", "2026-08-20"])
def test_a_watch_that_starts_late_tells_no_old_news_and_ends_in_the_same_state(
    said: Said, world: Path, start: str, tmp_path: Path
) -> None:
    lines, verdicts = rehearsed(CONFIG, world, tmp_path, start=start)

    assert disagreements(lines, start, "2026-11-20") == []
    assert {line["kind"] for line in lines if line["at"] == f"{start}T00:00:00Z"} == {"baseline"}
    for name, verdict in verdicts.items():
        full = said[1][name]
        assert verdict.headline == full.headline
        assert [(track.track, track.status) for track in verdict.tracks] == [(track.track, track.status) for track in full.tracks]
        assert [track.details.get("name") for track in verdict.tracks] == [track.details.get("name") for track in full.tracks]


def test_a_watch_that_starts_last_says_at_once_where_everything_stands(world: Path, tmp_path: Path) -> None:
    _, verdicts = rehearsed(CONFIG, world, tmp_path, start="2026-11-20")

    for final in (line for line in oracle() if line["kind"] == "final"):
        _stands(verdicts[NAMES[final["signal"]]], final)


def unnumbered(line: Mapping[str, Any]) -> str:
    """A line without the number of an undecided text: which of two of one moment comes first is promised by nobody."""
    return str({**line, "details": {name: value for name, value in line["details"].items() if name != "number"}})


def test_on_a_server_the_year_is_told_as_in_a_file(url: str, shared_url: str, tmp_path: Path) -> None:
    step = timedelta(hours=24)
    (lines, verdicts), (there, verdicts_there) = [
        rehearsed(CONFIG, REAL, tmp_path, step=step, url=one) for one in (url, shared_url)
    ]
    assert disagreements(there, "2026-01-05", "2026-11-20", step=step) == []
    assert sorted(map(unnumbered, there)) == sorted(map(unnumbered, lines))
    for name, verdict in verdicts.items():
        assert verdicts_there[name].headline == verdict.headline
        assert [(one.track, one.status) for one in verdicts_there[name].tracks] == [
            (one.track, one.status) for one in verdict.tracks
        ]


SOURCES = [
    pytest.param(signal.id, source.id, id=f"{signal.id} without {source.id}")
    for signal in CONFIG.signals
    for source in signal.sources
]


@pytest.mark.parametrize(("signal", "source"), SOURCES)
def test_a_missing_source_makes_it_later_or_blind_and_never_wrong(signal: str, source: str, tmp_path: Path) -> None:
    step = timedelta(hours=24)
    config = without(alone(CONFIG, signal), source)
    short = next(short for short, name in NAMES.items() if name == signal)
    states = [line for line in oracle() if line["signal"] == short and line["kind"] == "state"]

    lines, _ = rehearsed(config, STORY, tmp_path, start="2026-03-20", end="2026-10-05", step=step)

    rows, _ = judge().judge(states, lines, day("2026-03-20"), day("2026-10-05"), 2 * step, series=short == "caisi")
    assert [row for row in rows if row[0] in {"FALSE", "DOUBLED", "OUTCOME"}] == []
