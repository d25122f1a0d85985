"""Writes docs/commands.md from the help of the command line.

python -m tools.commands_reference
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from watcher.cli.app import COMMANDS, app

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
INTRODUCTION = """# Commands

Every command with its options, generated from its help (`make schema`); do not edit this page. `watcher COMMAND --help` says
the same. After `make run` the command is `.venv/bin/python -m watcher`, in the container
`docker compose exec watch python -m watcher`.

`--config` (`-c`, or the variable `WATCHER_CONFIG`) names the file that declares signals and settings; without it that is
`signals.toml` in the present folder. `--json` prints JSON for programs: one value, or one object a line where things are listed
as they come. Words go to standard output, mistakes to standard error.

`watcher --install-completion` teaches your shell to complete commands and options.

"""
ALREADY_SAID = {"config", "as_json", "help"}


NOBODY_GAVE = -1
"""What stands for a number that the configuration gives; the words of the option say so."""


def page_text() -> str:
    """Give the page as it is shipped."""
    said = f"{app.info.epilog}\n" if app.info.epilog else ""
    parts = [INTRODUCTION, said]
    for panel, rows in groupby(COMMANDS.items(), key=lambda each: each[1].panel):
        parts.append(f"\n## {panel}\n")
        for name, row in rows:
            parts += _command(f"watcher {name}", row.load(name))
    return "".join(parts)


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - the library's own commands have no public type
    given = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.name not in ALREADY_SAID]
    wanted = " ".join(_placeholder(one) for one in given)
    yield f"\n### `{name}{f' {wanted}' if wanted else ''}`\n\n{_paragraphs(command.help)}\n"
    if rows := [*(_row(_placeholder(one), one) for one in given), *(_row(_spelled(one), one) for one in options)]:
        yield f"\n| | what it is | default |\n|---|---|---|\n{''.join(rows)}"
    also = [f"`{one.opts[0]}`" for one in command.params if one.name in ALREADY_SAID - {"help"}]
    if also:
        yield f"\nAlso {' and '.join(also)}.\n"
    if command.epilog:
        yield f"\n{_paragraphs(command.epilog)}\n"
    for each, below in sorted(getattr(command, "commands", {}).items()):
        yield from _command(f"{name} {each}", below)


def _paragraphs(text: str | None) -> str:
    return (text or "").replace("\f", "").strip()


def _placeholder(argument: Any) -> str:  # noqa: ANN401 - as above
    name = argument.metavar or argument.name.upper()
    if name[:1] + name[-1:] in {"{}", "[]"}:
        name = name[1:-1]
    shown = f"{name} …" if argument.nargs == -1 else name
    return shown if argument.required else f"[{shown}]"


def _spelled(option: Any) -> str:  # noqa: ANN401 - as above
    names = ", ".join([*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {option.metavar or option.name.upper()}"


def _row(spelled: str, parameter: Any) -> str:  # noqa: ANN401 - as above
    words = " ".join((parameter.help or "").split()).replace("|", "\\|")
    shown = spelled.replace("|", "\\|")
    return f"| `{shown}` | {words} | {_default(parameter.default)} |\n"


def _default(value: object) -> str:
    if (
        value is None
        or value == NOBODY_GAVE
        or isinstance(value, bool)
        or callable(value)
        or (isinstance(value, Iterable) and not list(value))
    ):
        return ""
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page_text(), encoding="utf-8")
