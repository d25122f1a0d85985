"""The command line: `watcher --help`."""

from __future__ import annotations

from typing import Annotated

import typer

import watcher
from watcher.cli.lazy_commands import HELP, MARKUP, Row, commands_of

START, RUN, ASK, CORRECT, KEEP = "Start", "Run", "Ask", "Correct", "Keep"

COMMANDS = {
    "init": Row("init:init", START, "Write a working configuration to start from; asks on a terminal."),
    "check": Row("check:check", START, "Read the configuration and run its examples; every mistake is named with its line."),
    "add": Row("add:add", START, "Watch one more address: find its feed, show what it would read, write it down."),
    "doctor": Row("doctor:doctor", START, "Look at everything that the watch rests on, and say what to do where it is wrong."),
    "capture": Row("capture:capture", START, "Keep what every source answers now as a recorded past."),
    "rehearse": Row("rehearse:rehearse", START, "Show what this configuration would have said over a recorded past."),
    "run": Row("run:run", RUN, "Watch until stopped, and serve the page."),
    "worker": Row("worker:worker", RUN, "Do jobs beside other workers on one PostgreSQL, without a page."),
    "web": Row("web:web", RUN, "Serve the page alone, beside workers or another watch."),
    "once": Row("once:once", RUN, "Do all work that is due now, then exit: for cron."),
    "healthcheck": Row("healthcheck:healthcheck", RUN, "Say whether the watch does its work: for a container or a monitor."),
    "test-notify": Row("test_notify:notify", RUN, "Send a trial message to recipients now."),
    "resend": Row("resend:resend", RUN, "Put messages that were given up back into the outbox."),
    "recipients": Row("recipients:recipients", RUN, "List who is told, drop one, or write to one again."),
    "status": Row("status:status", ASK, "Say where every signal stands, how sure that is, and what cannot be seen."),
    "explain": Row("explain:explain", ASK, "Say why: what counted, what did not and why not, and what would move it next."),
    "replay": Row("replay:replay", ASK, "Decide what was seen again under these or other rules, and show what would differ."),
    "backtest": Row("replay:backtest", ASK, "Score the text rules on labelled texts: precision, recall, and every error."),
    "stack": Row("stack:stack", ASK, "Check your own AI tools: what touches them, and what takes their place."),
    "digest": Row("digest:digest", ASK, "Show the last digest as a recipient gets it, or a sample."),
    "mcp": Row("mcp:mcp", ASK, "Answer an assistant's questions over standard input and output: read only."),
    "review": Row("review:review", CORRECT, "List the texts that no rule can place, and settle one."),
    "record": Row("evidence:record", CORRECT, "Add a person's evidence."),
    "withdraw": Row("evidence:withdraw", CORRECT, "Take recorded evidence back, with a reason."),
    "mute": Row("evidence:mute", CORRECT, "Hold back messages about a signal or a track."),
    "unmute": Row("evidence:unmute", CORRECT, "End a silence now: what was held back is told."),
    "audit": Row("evidence:audit", CORRECT, "List what people recorded, took back and silenced."),
    "export": Row("data:export", KEEP, "Write the page as files that any web host can serve."),
    "backup": Row("data:backup", KEEP, "Copy the database into one file, while the watch runs."),
    "restore": Row("data:restore", KEEP, "Go back to a backup, while the watch is stopped."),
    "document": Row("data:document", KEEP, "Print a document as it was fetched: what a quote rests on, or an unexpected shape."),
    "verify": Row("data:verify", KEEP, "Prove that nothing kept was changed, removed or damaged."),
}
"""Every command: where it is, under which heading it is listed, and what it does in one line."""

app = typer.Typer(
    name="watcher",
    cls=commands_of(COMMANDS),
    no_args_is_help=True,
    rich_markup_mode=MARKUP,
    pretty_exceptions_show_locals=False,
    context_settings=HELP,
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
