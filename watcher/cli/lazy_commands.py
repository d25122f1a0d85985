"""A group of commands, each imported when it is run: help, completion and a quick command load nothing else."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from watcher.cli.help_texts import manual_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command, Context

MARKUP: Literal["markdown"] = "markdown"
HELP = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class Row:
    """One command as the list of commands shows it, and where it is."""

    place: str
    """`module:function` under `watcher.cli`; the object may also be a Typer application with commands of its own."""
    panel: str
    """Heading under which the list shows it."""
    summary: str
    """What it does, in one line."""

    def load(self, name: str) -> Command:
        """Import it, and make the whole command of it."""
        module, _, found = self.place.partition(":")
        held = getattr(import_module(f"watcher.cli.{module}"), found)
        if isinstance(held, typer.Typer):
            return get_command(held)
        alone = typer.Typer(rich_markup_mode=MARKUP, pretty_exceptions_show_locals=False, add_completion=False)
        alone.command(name, help=inspect.getdoc(held), epilog=manual_of(name), context_settings=HELP)(held)
        return get_command(alone)


class Commands(TyperGroup):
    """The commands of `table`, which `commands_of` sets."""

    table: ClassVar[Mapping[str, Row]]

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - the library's own
        """Know of each command what the list and the completion show; nothing is imported for it."""
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=row.summary, short_help=row.summary, rich_help_panel=row.panel, rich_markup_mode=MARKUP)
            for name, row in self.table.items()
        }

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The whole command, to be run or to show its own help."""
        name, shown, rest = super().resolve_command(ctx, args)
        return name, (self.table[name].load(name) if name else shown), rest


def commands_of(table: Mapping[str, Row]) -> type[Commands]:
    """The group of these commands."""
    return type("CommandsOfTable", (Commands,), {"table": table})
