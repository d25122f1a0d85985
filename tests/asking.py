"""A watch that has asked a person about two texts, as the whole program leaves it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import watcher
from tests.test_cycles import Web, item
from tests.test_undecided import TEXT, WORDS, cloud

OTHER = "The Gadget reaches more hands at schools and libraries of the whole country"
SPAN = ("--from", "2026-06-01", "--to", "2026-06-02T20:00:00", "--step", "2h")


def asked_database(folder: Path) -> Path:
    """Its database, in an empty folder."""
    web = cloud(Web(folder / "world").feed("2026-05-01"), "2026-05-01")
    web.feed("2026-06-01T12:00:00Z", item(WORDS, at="Mon, 01 Jun 2026 11:00:00 GMT"))
    web.feed("2026-06-02T12:00:00Z", item(WORDS), item(OTHER, at="Tue, 02 Jun 2026 11:00:00 GMT"))
    (folder / "signals.toml").write_text(TEXT, "utf-8")
    database = folder / "watch.db"
    where = ("--config", str(folder / "signals.toml"), "--database", str(database))
    assert watcher("rehearse", str(folder / "world"), *SPAN, *where).code == 0
    (folder / "kept.toml").write_text(f'{TEXT}\n[store]\nurl = "sqlite:///{database}"\n', "utf-8")
    assert watcher("backup", str(folder / "copy.db"), "--config", str(folder / "kept.toml")).code == 0
    return folder / "copy.db"
