"""The pages that are made from the program say what the program says."""

from __future__ import annotations

import re

import pytest

from tools import commands_reference, signals_reference
from watcher.cli.app import COMMANDS


@pytest.mark.parametrize("tool", [commands_reference, signals_reference])
def test_a_generated_page_is_the_present_one(tool: object) -> None:
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page_text(), "run `make schema`"  # type: ignore[attr-defined]


def test_every_command_and_each_of_its_own_options_is_described() -> None:
    text = commands_reference.page_text()
    assert re.findall(r"^### `watcher ([a-z-]+)", text, re.MULTILINE) == list(COMMANDS)
    for name, row in COMMANDS.items():
        section = text.partition(f"### `watcher {name}")[2].partition("\n### ")[0]
        for parameter in row.load(name).params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert parameter.opts[0] in section, f"{name} {parameter.opts[0]}"
    assert "||" not in text.replace("\\|", "")
    assert "|  | |" not in text, "an option without words"


def test_every_source_of_a_signal_has_a_row_with_who_speaks() -> None:
    text = signals_reference.page_text()
    rows = re.findall(r"^\| \[([\w-]+)\]\(https://\S+\) \(`\w+`\) \| [^|]+ \| ([^|]+) \| every [\w ]+ \|", text, re.MULTILINE)
    sources = [
        source
        for signal in signals_reference.load(signals_reference.ROOT / "signals.toml", {}).signals
        for source in signal.sources
    ]
    assert [name for name, _ in rows] == [source.id for source in sources]
    assert [source.tier.value in who for source, (_, who) in zip(sources, rows, strict=True)] == [True] * len(sources)
