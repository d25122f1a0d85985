"""`watcher replay` and `watcher backtest`: these or other rules over what was seen, and over labelled texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, fail, parse_datetime, print_json, signals_here
from watcher.cli.opening import configured, open_store
from watcher.config.build import Config
from watcher.core.model import Signal, Transition
from watcher.replay.backtest import read_labels, score
from watcher.replay.replay import Progress, differences, history_of, no_progress
from watcher.replay.replay import replay as decided_again
from watcher.store.records import MetaKey
from watcher.wording import count, iso_utc, transition_to_dict, transition_to_text

if TYPE_CHECKING:
    from watcher.replay.backtest import Score
    from watcher.replay.replay import Difference


def replay(
    config: ConfigFile = CONFIG,
    since: Annotated[str, typer.Option("--from", metavar="T", help="Show differences from this moment on.")] = "",
    signal: Annotated[str, typer.Option(help="Only this signal.", autocompletion=signals_here)] = "",
    database: Annotated[str, typer.Option(metavar="URL", help="Where it was seen; the configuration's store by default.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Decide what was seen again under this configuration, without a fetch, and show what would be told otherwise.

    `watcher replay --config other.toml` tries other rules on your own past. Nothing is written.
    """
    settings = configured(config)
    known = [one.id for one in settings.signals]
    if signal and signal not in known:
        raise UsageError(f"{signal!r} is no signal; expected one of {', '.join(known)}")
    start = parse_datetime(since) if since else None
    found = _replayed(settings, database or settings.store.url, signal, start)
    if as_json:
        print_json({"differences": [_plain(one) for one in found]})
        return
    for one in found:
        _show(one)
    typer.echo(count(len(found), "difference") if found else "nothing would be told otherwise")


def _replayed(settings: Config, url: str, wanted: str, start: datetime | None) -> list[Difference]:
    found: list[Difference] = []
    asked = [signal for signal in settings.signals if wanted in {"", signal.id}]
    with open_store(url) as store, store.reading() as tx, _progress(asked) as begin:
        rehearsed = bool(tx.meta.get(MetaKey.REHEARSED_TO))
        for signal in asked:
            progress = begin(signal)
            if record := history_of(tx, signal, rehearsed=rehearsed, progress=progress):
                found += differences(record.told, decided_again(signal, record, progress=progress), since=start)
    return found


@contextmanager
def _progress(asked: Sequence[Signal]) -> Iterator[Callable[[Signal], Progress]]:
    """On a terminal a bar with the day in the past that is decided, and how many sources are done; nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _signal: no_progress
        return
    sources = TextColumn("sources done: {task.fields[done]} of {task.fields[many]}")
    columns = (TextColumn("{task.description}"), BarColumn(), sources)
    with Bar(*columns, console=console, transient=True) as bar:
        many = sum(len(signal.sources) for signal in asked)
        task = bar.add_task("replaying", total=1, done=0, many=many)
        yield lambda signal: _shown(bar, task, asked, signal)
        bar.update(task, completed=1, done=many)


def _shown(bar: Bar, task: TaskID, asked: Sequence[Signal], signal: Signal) -> Progress:
    """Move the bar once for each day in the past of a signal: for each observation it would cost more than they do."""
    before = asked.index(signal)
    done = sum(len(each.sources) for each in asked[:before])
    last = date.min

    def show(at: datetime, share: float) -> None:
        nonlocal last
        if at.date() != last:
            last = at.date()
            bar.update(task, description=f"{signal.id} {last}", completed=(before + share) / len(asked), done=done)

    return show


def _plain(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "at": iso_utc(one.at),
        "told": transition_to_dict(one.told) if one.told else None,
        "now": transition_to_dict(one.now) if one.now else None,
    }


def _show(one: Difference) -> None:
    shown: Transition | None = one.now or one.told
    colour = {"new": "green", "gone": "red"}.get(one.kind, "yellow")
    typer.secho(f"{one.kind:8}", fg=colour, nl=False)
    was = f"  (told {one.told.at:%Y-%m-%d %H:%M})" if one.told and one.now else ""
    typer.echo(f"{transition_to_text(shown) if shown else ''}{was}")


def backtest(
    labelled: Annotated[Path, typer.Option(metavar="FILE", help="JSON lines as for explain, each with its right status.")],
    config: ConfigFile = CONFIG,
    signal: Annotated[
        str, typer.Option(help="Which they are about; needed where there are several.", autocompletion=signals_here)
    ] = "",
    label: Annotated[str, typer.Option(help="Key of the right status.")] = "status",
    words: Annotated[
        list[str] | None, typer.Option("--as", metavar="WORD=STATUS", help="What a label of the file is called here.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Score the text rules on labelled texts: precision and recall by label, and every error with its text.

    A label is a status of any track of the signal, `TRACK.STATUS`, or `none` for a text that must claim nothing.
    """
    settings = configured(config)
    known = [one.id for one in settings.signals]
    if signal not in known and (signal or len(known) > 1):
        raise UsageError(f"expected --signal, one of {', '.join(known)}")
    watched = settings.signal(signal or known[0])
    try:
        rows = read_labels(labelled, watched, label, _renamed(words or []))
    except OSError as error:
        raise fail(f"{labelled} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise fail(f"{labelled}: {error}", code=2) from None
    found = score(watched, rows)
    if as_json:
        print_json(_score_out(found))
    else:
        _show_score(found)


def _renamed(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    if wrong := next((word for word, (_, equals, _) in zip(words, pairs, strict=True) if not equals), None):
        raise UsageError(f"{wrong!r}; expected WORD=STATUS")
    return {word: status for word, _, status in pairs}


def _score_out(found: Score) -> dict[str, Any]:
    return {
        "rows": found.rows,
        "right": found.right,
        "labels": [
            {"label": one.label, "rows": one.rows, "precision": one.precision, "recall": one.recall, "f1": one.f1}
            for one in found.labels
        ],
        "errors": [
            {"id": one.id, "label": one.label, "said": one.said, "title": one.title, "text": one.text, "why": one.why}
            for one in found.errors
        ],
    }


def _show_score(found: Score) -> None:
    typer.echo(f"{found.right} of {found.rows} right")
    width = max((len(one.label) for one in found.labels), default=0)
    for one in found.labels:
        typer.echo(f"  {one.label:{width}}  precision {one.precision:.3f}  recall {one.recall:.3f}  {one.rows} texts")
    for wrong in found.errors:
        typer.secho(f"{wrong.id}: is {wrong.label}, said {wrong.said}", fg="red")
        typer.echo(f"    {wrong.title or '(no title)'}\n    {' '.join(wrong.text.split())[:300]}")
        if wrong.why:
            typer.echo(f"    {wrong.why}")
