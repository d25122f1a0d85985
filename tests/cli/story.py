"""A small past that the commands are asked about: the Gadget is closed, then open, with words that are none in between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Said, watcher
from tests.test_cycles import CONFIG, Web, item

OPEN = "The Gadget is open to everyone"
SOON = "Soon the Gadget will be open to everyone"
NOT = "The Gadget is not open to everyone"
SPAN = ("--from", "2026-06-01", "--to", "2026-06-03")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of that past, made once."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "signals.toml").write_text(CONFIG % "", "utf-8")
    web = Web(folder / "world").feed("2026-05-01")
    web.feed("2026-06-01T12:00:00Z", item(OPEN), item(NOT)).feed("2026-06-02T12:00:00Z", item(OPEN), item(SOON))
    database = folder / "watch.db"
    where = ("--config", str(folder / "signals.toml"), "--database", str(database))
    assert watcher("rehearse", str(folder / "world"), *SPAN, *where).code == 0
    # The log beside it is part of it until the last connection is gone.
    assert watcher("backup", str(folder / "copy.db"), "--config", write_for(folder, database)).code == 0
    return folder / "copy.db"


def write_for(folder: Path, database: Path) -> str:
    path = folder / "kept.toml"
    path.write_text((CONFIG % "") + f'\n[store]\nurl = "sqlite:///{database}"\n', "utf-8")
    return str(path)


@pytest.fixture
def past(home: Path, kept: Path) -> Path:
    """A folder whose watch has that past."""
    (home / "data").mkdir()
    shutil.copy(kept, home / "data" / "watch.db")
    return home


def is_missing_database(said: Said, home: Path) -> bool:
    """Whether the answer is that there is none, and none was made by asking."""
    return said.code == 3 and "there is no database at data/watch.db yet" in said.err and not (home / "data").exists()


def cog(url: str, mark: str = "") -> str:
    """Another signal, with a source of its own at an address; `mark` tells it from others of its kind."""
    return f"""
[[signal]]
id = "cog{mark}"
question = "Is there a Cog{mark}?"
[signal.vocabulary]
things = {{ thing = ["Cog"] }}
phrases = {{ open = ["is open"] }}
[[signal.track]]
id = "that"
ladder = "access"
[[signal.source]]
id = "cog{mark}-news"
url = "{url}"
tier = "press"
"""
