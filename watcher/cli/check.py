"""`watcher check`."""

from __future__ import annotations

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, print_json
from watcher.cli.opening import configured
from watcher.clock import utc_now
from watcher.config.check import check as examine
from watcher.wording import count


def check(config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """Read the configuration and run its examples; every mistake is named with its line.

    Warnings name what is allowed and may surprise: a source without a silence alarm, a status that no rule reaches.
    """
    report = examine(configured(config), utc_now())
    if as_json:
        print_json({"passed": report.passed, "failures": list(report.wrong), "warnings": list(report.warnings)})
    else:
        for warning in report.warnings:
            typer.echo(f"  note: {warning}")
        for failure in report.wrong:
            typer.secho(f"  wrong: {failure}", fg="red")
        signals = ", ".join(signal.id for signal in report.config.signals)
        typer.echo(
            f"{report.config.path}: {count(len(report.config.signals), 'signal')} ({signals}), "
            f"{count(len(report.config.sources), 'source')}"
        )
        typer.echo(f"{report.passed} of {len(report.config.examples)} examples are read as they say")
    if report.wrong:
        raise typer.Exit(1)
