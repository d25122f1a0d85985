"""The shipped configuration, copied with changes into another folder."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]


def shipped_text() -> str:
    """The text of the shipped signals.toml, without what it includes."""
    return (ROOT / "signals.toml").read_text(encoding="utf-8")


def write_shipped(folder: Path, text: str) -> Path:
    """Write a changed signals.toml into a folder, with what the shipped one includes beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    if (ROOT / "signals").is_dir():
        shutil.copytree(ROOT / "signals", folder / "signals", dirs_exist_ok=True)
    path = folder / "signals.toml"
    path.write_text(text, encoding="utf-8")
    return path
