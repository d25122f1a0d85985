"""The command line: `watcher --help`; each command is imported when it is run."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import watcher

if TYPE_CHECKING:
    from typer._click import Command, Context


# What stands under each command's options: examples that can be run as they are, and the exit codes.

Example = tuple[str, str]
"""What it does, and the command."""

EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "init": (
        ("Ask for what is needed and write signals.toml here", "watcher init"),
        ("For any folder, with news by mail", "watcher init --home --mail me@example.org --smtp-host mail.example.org"),
    ),
    "check": (
        ("Look over the configuration of this folder", "watcher check"),
        ("Another file, for a program", "watcher check --config other.toml --json"),
    ),
    "add": (
        ("See what a page offers, and write nothing", "watcher add https://example.org/news --signal senate-vote --dry-run"),
        ("Watch a feed as an official source", "watcher add https://example.org/feed.xml --signal senate-vote --tier official"),
    ),
    "doctor": (
        ("Look at everything", "watcher doctor"),
        ("One source alone", "watcher doctor --source nist-news"),
        ("Nothing over the network", "watcher doctor --offline"),
        ("What a capture shows of the sources", "watcher doctor --against today"),
    ),
    "capture": (
        ("Today's answers of all sources", "watcher capture today"),
        ("For programs", "watcher capture today --json"),
    ),
    "rehearse": (
        ("What would have been said over a recorded past", "watcher rehearse demo --from 2026-01-05 --to 2026-11-20"),
        ("Two weeks, hour by hour", "watcher rehearse demo --from 2026-06-01 --to 2026-06-14 --step 1h --json"),
    ),
    "run": (
        ("Watch, with the page on http://127.0.0.1:8080", "watcher run"),
        ("Another port, and a log for programs", "watcher run --port 8081 --log json"),
        ("Reload a changed configuration", "pkill -HUP -f 'watcher run'"),
    ),
    "worker": (
        ("Do every kind of job", "watcher worker"),
        ("Poll alone, forty sources at a time", "watcher worker --queues poll --concurrency 40"),
        ("Go back to an older configuration", "watcher worker --newest"),
    ),
    "web": (
        ("The page on http://127.0.0.1:8080", "watcher web"),
        ("Another port, and a log for programs", "watcher web --port 8081 --log json"),
    ),
    "once": (
        ("All work that is due", "watcher once"),
        ("From cron: nothing is printed where nothing happened", "watcher once --quiet"),
        ("What was said, for a program", "watcher once --json"),
    ),
    "healthcheck": (
        ("Ask the running watch", "watcher healthcheck"),
        ("A watch that runs by cron", "watcher healthcheck --within 2h"),
    ),
    "test-notify": (
        ("Try every recipient", "watcher test-notify"),
        ("Only one", "watcher test-notify me"),
    ),
    "resend": (
        ("Everything that was given up", "watcher resend"),
        ("What one recipient missed since a day", "watcher resend me --since 2026-06-01"),
    ),
    "recipients": (
        ("Who is told, and who takes no more mail", "watcher recipients"),
        ("Send nothing more to one", "watcher recipients drop me --by Ann --reason 'moved away'"),
        ("Write to one again, and send what was missed", "watcher recipients revive me --by Ann && watcher resend me"),
    ),
    "status": (
        ("Where everything stands", "watcher status"),
        ("Where it stood on a day", "watcher status --as-of 2026-06-09"),
        ("One answer for a program", "watcher status --json"),
    ),
    "explain": (
        ("Why a signal stands there", "watcher explain senate-vote"),
        ("Why it stood there on a day", "watcher explain senate-vote --as-of 2026-06-09"),
        ("What texts would claim", "watcher explain --entries texts.jsonl"),
        ("What one document decides", "watcher explain --document bill.xml --url https://www.govinfo.gov/bill.xml"),
        ("How a poll would read it", "watcher explain --document feed.xml --url https://news.example/feed --json"),
    ),
    "replay": (
        ("What other rules would have told", "watcher replay --config other.toml"),
        ("Only since a day, of one signal", "watcher replay --config other.toml --from 2026-06-01 --signal senate-vote"),
    ),
    "backtest": (
        ("Score the rules of a signal", "watcher backtest --labelled labels.jsonl --signal mythos-ga"),
        (
            "Labels under another key and by another name",
            "watcher backtest --labelled labels.jsonl --signal mythos-ga --label truth --as launched=available",
        ),
    ),
    "stack": (("Which tools are touched", "watcher stack"),),
    "digest": (
        ("The last digest as its reader gets it", "watcher digest"),
        ("A made-up one in the browser", "watcher digest --sample --preview"),
    ),
    "mcp": (("Answer an assistant", "watcher mcp"),),
    "review": (
        ("What waits for a person", "watcher review"),
        ("Text 3 says what it says", "watcher review 3 --claim available --reason 'open to all accounts'"),
        ("Text 4 changes nothing", "watcher review 4 --dismiss 'another product'"),
    ),
    "record": (
        (
            "A person read it where no source looks",
            "watcher record senate-vote.hr2683 senate_passed --url https://example.org/votes --quote 'The bill passed.' --by Ann",
        ),
    ),
    "withdraw": (("Take evidence 3 back", "watcher withdraw 3 --by Ann --reason 'misread the date'"),),
    "mute": (
        ("Say nothing of a signal for two weeks", "watcher mute mythos-ga --for 14d --by Ann --reason 'on holiday'"),
        ("Of one track, until it is ended by hand", "watcher mute senate-vote.s3519 --by Ann"),
    ),
    "unmute": (("Speak again, and tell what was held back", "watcher unmute mythos-ga --by Ann"),),
    "audit": (("Who did what", "watcher audit"),),
    "export": (
        ("The page as files", "watcher export site"),
        ("The page of a past day", "watcher export site --as-of 2026-06-09"),
    ),
    "backup": (
        ("Into a folder, under a dated name", "watcher backup /var/backups"),
        ("Into one file", "watcher backup copy.db"),
    ),
    "restore": (("Go back to a copy", "watcher restore copy.db"),),
    "document": (
        ("The newest document of a source", "watcher document nist-news"),
        ("The one that a quote names", "watcher document 3f1c9a5e3f1c"),
    ),
    "verify": (
        ("The database", "watcher verify"),
        ("A backup", "watcher verify copy.db"),
    ),
}
"""By command; `tests/cli/test_help.py` reads each of them by the command's own parser."""

FAILED: Mapping[str, str] = {
    "init": "it is there already, or cannot be written",
    "check": "an example is read otherwise than it says",
    "add": "nothing to read there, watched already, or the file cannot be written",
    "doctor": "something does not work",
    "capture": "the folder cannot be written",
    "rehearse": "the recorded past cannot be read",
    "run": "the page's port is taken",
    "once": "a message that was due was not delivered",
    "healthcheck": "the watch does not do its work",
    "test-notify": "a recipient was not reached",
    "resend": "nothing was given up for that recipient",
    "digest": "a file cannot be written",
    "explain": "not decided yet, or a file that cannot be read",
    "backtest": "the file cannot be read",
    "stack": "a touched tool has no fallback",
    "review": "there is no such open text",
    "withdraw": "there is no such evidence",
    "unmute": "it is not muted",
    "export": "a file cannot be written",
    "document": "none is kept",
    "verify": "something is not as it was written",
}
"""What exit code 1 means, where a command has it."""
NO_DATABASE = frozenset({"init", "check", "add", "doctor", "test-notify", "backtest"})
"""Commands that read no database, or say what is wrong with it in another way."""


def manual_of(name: str) -> str:
    """Examples and exit codes of a command, Markdown."""
    shown = "\n\n".join(f"# {words}\n{command}" for words, command in EXAMPLES.get(name, ()))
    codes = ["0 done", "2 configuration or usage"]
    if name in FAILED:
        codes.insert(1, f"1 {FAILED[name]}")
    if name not in NO_DATABASE:
        codes.append("3 the database is missing or cannot be used")
    examples = f"**Examples**\n\n```\n{shown}\n```\n\n" if shown else ""
    return f"{examples}**Exit codes**: {'; '.join(codes)}."


# A group of commands, each imported when it is run: help, completion and a quick command load nothing else.

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


# The commands of `watcher`.

START, RUN, ASK, CORRECT, KEEP = "Start", "Run", "Ask", "Correct", "Keep"

COMMANDS = {
    "init": Row("init:init", START, "Write a working configuration to start from; asks on a terminal."),
    "check": Row("check:check", START, "Read the configuration and run its examples; every mistake is named with its line."),
    "add": Row("add:add", START, "Watch one more address: find its feed, show what it would read, write it down."),
    "doctor": Row("doctor:doctor", START, "Look at everything that the watch rests on, and say what to do where it is wrong."),
    "capture": Row("rehearse:capture", START, "Keep what every source answers now as a recorded past."),
    "rehearse": Row("rehearse:rehearse", START, "Show what this configuration would have said over a recorded past."),
    "run": Row("run:run", RUN, "Watch until stopped, and serve the page."),
    "worker": Row("worker:worker", RUN, "Do jobs beside other workers on one PostgreSQL, without a page."),
    "web": Row("run:web", RUN, "Serve the page alone, beside workers or another watch."),
    "once": Row("once:once", RUN, "Do all work that is due now, then exit: for cron."),
    "healthcheck": Row("healthcheck:healthcheck", RUN, "Say whether the watch does its work: for a container or a monitor."),
    "test-notify": Row("recipients:notify", RUN, "Send a trial message to recipients now."),
    "resend": Row("recipients:resend", RUN, "Put messages that were given up back into the outbox."),
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
    "unmute": Row("evidence:unmute", CORRECT, "End a mute now: what was held back is told."),
    "audit": Row("evidence:audit", CORRECT, "List what people recorded, took back and muted."),
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
