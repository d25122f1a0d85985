"""The import rules of `pyproject.toml` hold against what is put outside of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command as check; check()"
FAULTS = {
    "watcher/loose.py": "",
    "watcher/core/loose.py": "",
    "watcher/core/language/loose.py": "",
    "watcher/pipeline/loose.py": "",
    "watcher/pipeline/announce.py": "import watcher.pipeline.deliver",
    "watcher/core/language/text.py": "import os",
    "watcher/formats/text.py": "import socket",
    "watcher/store/engine.py": "import watcher.store.backup",
    "notifiers/webhook.py": "import notifiers.smtp",
    "notifiers/message/mime.py": "import watcher.core.model",
}
SAID = (
    "- watcher.loose\n",
    "- watcher.core.loose\n",
    "- watcher.core.language.loose\n",
    "- watcher.pipeline.loose\n",
    "watcher.pipeline.announce -> watcher.pipeline.deliver",
    "watcher.core.language.text -> os",
    "watcher.formats.text -> socket",
    "No cycles are allowed in watcher.store.",
    "notifiers.webhook -> notifiers.smtp",
    "notifiers.message.mime -> watcher.core.model",
)


def test_whatever_is_put_outside_of_the_plan_is_found(tmp_path: Path) -> None:
    for folder in ("watcher", "notifiers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in FAULTS.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert [said for said in SAID if said not in done.stdout] == []
    assert "0 kept" in done.stdout
