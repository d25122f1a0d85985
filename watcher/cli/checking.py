"""`watcher init` and `watcher check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, configured, fail, print_json, utc_now


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = CONFIG,
) -> None:
    """Write a small working configuration to start from, with the schema that editors complete it by."""
    from watcher.config.starter import write_starter  # noqa: PLC0415 - other commands write none

    try:
        written = write_starter(path)
    except FileExistsError:
        raise fail(f"{path} is there already; nothing was written") from None
    except OSError as error:
        raise fail(f"{path} cannot be written: {error.strerror or error}") from None
    for each in written:
        typer.echo(f"wrote {each}")
    typer.echo(f"Next: watcher check --config {path}, then watcher run --config {path}")


def check(config: ConfigFile = CONFIG, *, as_json: AsJson = False) -> None:
    """Read the configuration and run its examples; every mistake is named with its line.

    Warnings name what is allowed and may surprise: a source without a silence alarm, a status that no rule reaches.
    """
    from watcher.config.check import check as examine  # noqa: PLC0415 - other commands run no examples

    report = examine(configured(config), utc_now())
    if as_json:
        failures = [str(failure) for failure in report.failures]
        print_json({"passed": report.passed, "failures": failures, "warnings": list(report.warnings)})
    else:
        for warning in report.warnings:
            typer.echo(f"  note: {warning}")
        for failure in report.failures:
            typer.secho(f"  wrong: {failure}", fg="red")
        signals = ", ".join(signal.id for signal in report.config.signals)
        typer.echo(f"{config}: {len(report.config.signals)} signals ({signals}), {len(report.config.sources)} sources")
        typer.echo(f"{report.passed} of {len(report.config.examples)} examples are read as they say")
    if report.failures:
        raise typer.Exit(1)
