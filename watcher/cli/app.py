"""The command line: `watcher --help`."""

from __future__ import annotations

from typing import Annotated

import typer

import watcher
from watcher.cli import checking, correcting, explaining, rehearsing, replaying, running, standing

app = typer.Typer(
    name="watcher",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watches public sources and says, with the words that prove it, when a policy signal changes.\n\n"
    "Start with `watcher check`, try your rules on the past with `watcher rehearse`, then `watcher run`.",
    epilog="Exit codes: 0 done, 1 failed, 2 configuration or usage, 3 database.",
)


@app.callback(invoke_without_command=True)
def main(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Handle what belongs to no command."""
    if version:
        typer.echo(f"watcher {watcher.__version__}")
        raise typer.Exit


app.command(rich_help_panel="Start")(checking.init)
app.command(rich_help_panel="Start")(checking.check)
app.command(rich_help_panel="Start")(rehearsing.rehearse)
app.command(rich_help_panel="Run")(running.run)
app.command(rich_help_panel="Run")(running.once)
app.command(rich_help_panel="Ask")(standing.status)
app.command(rich_help_panel="Ask")(explaining.explain)
app.command(rich_help_panel="Ask")(replaying.replay)
app.command(rich_help_panel="Ask")(replaying.backtest)
app.command(rich_help_panel="Correct")(correcting.record)
app.command(rich_help_panel="Correct")(correcting.withdraw)
app.command(rich_help_panel="Correct")(correcting.mute)
app.command(rich_help_panel="Correct")(correcting.unmute)
app.command(rich_help_panel="Correct")(correcting.audit)
