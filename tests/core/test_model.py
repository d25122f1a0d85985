"""The words of the core, loaded when they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from watcher.core import model


def test_every_word_is_there_and_no_other() -> None:
    assert all(isinstance(getattr(model, name), object) for name in model.__all__)
    assert sorted(model.__all__) == sorted(model.PLACES)
    with pytest.raises(AttributeError, match="has no attribute 'Verdikt'"):
        _ = model.Verdikt  # type: ignore[attr-defined]


def test_a_process_that_reads_documents_loads_no_ladders() -> None:
    script = "import sys, watcher.parsing_worker; print(sorted(name for name in sys.modules if 'core.model.' in name))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['watcher.core.model.base', 'watcher.core.model.seen']"
