"""A configuration in several files: merged by id, and every mistake named with the file that holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.config.build import Config, load
from watcher.config.errors import ConfigError

MAIN = """
include = ["parts/*.toml"]

[[signal]]
id = "gadget"
title = "Gadget"
question = "Is it out?"

[[signal.track]]
id = "sale"
ladder = "release"

[[signal.source]]
id = "news"
url = "https://maker.example/feed.xml"
format = "feed"
publisher = "maker.example"
tier = "official"
every = "1h"
"""
LADDER = """
[ladder.release]


[[ladder.release.status]]
id = "announced"
label = "Announced"
meaning = "It is named."

[[ladder.release.status]]
id = "out"
label = "Out"
meaning = "It is sold."

[[ladder.release.rule]]
id = "shipped"
status = "out"
when = { kind = "shipped" }
"""
MORE = """
[[signal]]
id = "gadget"

[[signal.source]]
id = "news"
grace = "9h"

[[signal.source]]
id = "shop"
url = "https://shop.example/feed.xml"
format = "feed"
publisher = "shop.example"
tier = "press"
every = "2h"
"""


def loaded(folder: Path, main: str = MAIN, **parts: str) -> Config:
    """The configuration of these files."""
    (folder / "parts").mkdir()
    (folder / "signals.toml").write_text(main, "utf-8")
    for name, text in parts.items():
        (folder / "parts" / f"{name}.toml").write_text(text, "utf-8")
    return load(folder / "signals.toml", {})


def refused(folder: Path, main: str = MAIN, **parts: str) -> str:
    """What is said of it, without the folder's name."""
    with pytest.raises(ConfigError) as caught:
        loaded(folder, main, **parts)
    return str(caught.value).replace(f"{folder}/", "")


def test_tables_of_one_id_are_one_and_others_follow(tmp_path: Path) -> None:
    config = loaded(tmp_path, ladder=LADDER, more=MORE)

    (signal,) = config.signals
    assert [source.id for source in signal.sources] == ["news", "shop"]
    assert signal.sources[0].grace.total_seconds() == 9 * 3600
    assert [status.id for status in signal.tracks[0].ladder.statuses] == ["announced", "out"]


def test_a_changed_part_changes_what_the_configuration_is_known_by(tmp_path: Path) -> None:
    ladder = LADDER
    before = loaded(tmp_path, ladder=ladder, more=MORE).digest
    (tmp_path / "parts" / "more.toml").write_text(MORE.replace("9h", "8h"), "utf-8")

    assert load(tmp_path / "signals.toml", {}).digest != before


def test_a_mistake_names_the_file_that_holds_it(tmp_path: Path) -> None:
    more = MORE.replace('every = "2h"', 'every = "soon"')
    line = more.split("\n").index('every = "soon"') + 1

    said = refused(tmp_path, ladder=LADDER, more=more)

    assert said.startswith(f'parts/more.toml:{line}: signal "gadget" › source "shop", key `every`: found "soon"; expected ')


def test_a_broken_part_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, broken="[ladder.release\n").startswith("parts/broken.toml:1: found ")


def test_one_key_in_two_files_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, more=MORE.replace('grace = "9h"', 'every = "9h"'))

    assert said == 'parts/more.toml:7: key `signal.source.every`: found "9h"; expected one value; signals.toml gives one, too'


@pytest.mark.parametrize(
    ("include", "said"),
    {
        "missing": ('["other/*.toml"]', 'found "other/*.toml"; expected the name of at least one file'),
        "no list": ('"parts/*.toml"', 'found "parts/*.toml"; expected a list of file names, such as ["signals/*.toml"]'),
        "outside": ('["../*.toml"]', 'found "../*.toml"; expected a file name beside this file, * for any part'),
        "absolute": ('["/etc/*.toml"]', 'found "/etc/*.toml"; expected a file name beside this file, * for any part'),
        "no text": ("[5]", "found 5; expected a file name beside this file, * for any part"),
    }.values(),
)
def test_an_include_that_names_nothing_is_refused(tmp_path: Path, include: str, said: str) -> None:
    assert refused(tmp_path, MAIN.replace('["parts/*.toml"]', include)) == f"signals.toml:1: key `include`: {said}"


def test_an_included_file_includes_none(tmp_path: Path) -> None:
    said = refused(tmp_path, more='include = ["x.toml"]\n')

    assert said == 'parts/more.toml:1: key `include`: found ["x.toml"]; expected no include in a file that is included itself'
