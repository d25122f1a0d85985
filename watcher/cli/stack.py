"""`watcher stack`: which of your own AI tools each signal touches, and what takes their place."""

from __future__ import annotations

from typing import Any

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, fail, print_json
from watcher.cli.opening import configured
from watcher.cli.status import load_summary_or_exit
from watcher.config.build import Config
from watcher.core.model import Signal
from watcher.mail.context import affected_by, tags_in_words, without_fallback
from watcher.store.summary import Summary
from watcher.wording import count


def stack(config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """Check your own AI tools: which signals touch each of them, where these stand, and what takes its place when it is gone.

    The tools are the `[[stack]]` tables of `signals.toml`. Exit code 1 where a touched tool has no fallback written down.
    """
    settings = configured(config)
    if not settings.stack:
        raise fail(f"{settings.path} declares no tools; a table [[stack]] with name, provider, model and fallback is one", code=2)
    seen = load_summary_or_exit(settings.store.url)
    rows = [_row(settings, seen, name) for name in (tool.name for tool in settings.stack)]
    bare = [row["name"] for row in rows if row["touched_by"] and not row["fallback"]]
    if as_json:
        print_json({"tools": rows, "without_fallback": bare})
    else:
        _show(rows)
        typer.echo(f"{count(len(rows), 'tool')}, {sum(1 for row in rows if row['touched_by'])} touched by a signal")
        if bare:
            typer.secho(f"no fallback is written down for {', '.join(bare)}", fg="red")
    if bare:
        raise typer.Exit(1)


def _row(settings: Config, seen: Summary, name: str) -> dict[str, Any]:
    tool = next(one for one in settings.stack if one.name == name)
    return {
        "name": tool.name,
        "provider": tool.provider,
        "model": tool.model,
        "tags": tags_in_words(tool),
        "fallback": tool.fallback.strip() if tool not in without_fallback(settings.stack) else "",
        "touched_by": [_touch(signal, seen) for signal in settings.signals if affected_by(signal, (tool,))],
    }


def _touch(signal: Signal, seen: Summary) -> dict[str, str]:
    verdict = seen.verdicts.get(signal.id)
    return {
        "signal": signal.id,
        "title": signal.title,
        "stands": verdict.headline_label if verdict else "not decided yet",
        "changes_for_you": signal.changes_for_you,
    }


def _show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        made_of = ", ".join(part for part in (row["provider"], row["model"], *row["tags"]) if part)
        typer.secho(row["name"] + (f" ({made_of})" if made_of else ""), bold=True)
        for touch in row["touched_by"]:
            typer.echo(f"  {touch['title']}: {touch['stands']}")
            if touch["changes_for_you"]:
                typer.echo(f"      {touch['changes_for_you']}")
        if not row["touched_by"]:
            typer.echo("  no signal touches it")
        typer.echo(f"  fallback: {row['fallback'] or 'none'}")
