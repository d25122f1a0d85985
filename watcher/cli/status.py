"""`watcher status`: where everything stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, embedded_file, exit_on_error, outline_of, parse_datetime, print_json
from watcher.clock import utc_now
from watcher.core.addresses import redact, safe_link
from watcher.core.model import Verdict
from watcher.pipeline.counters import JobRun, jobs_of_text
from watcher.store.errors import read_value
from watcher.store.records import MetaKey, State, Stopped, addressee, stopped_words
from watcher.store.summary import FailedDelivery, Looks, Summary, load_summary
from watcher.store.work_queue import QueueNumbers, workers_line
from watcher.wording import count, iso_utc, undecided_line, undecided_words

# What a command asks that only says where everything stands.


def load_summary_or_exit(url: str, then: datetime | None = None) -> Summary:
    """Where everything stands; a database that is not there yet says nothing, and is not made by asking."""
    file = embedded_file(url)
    if file is not None and not file.exists():
        return Summary({}, {})
    with exit_on_error():
        return load_summary(url, then)


# The command.


def status(
    config: ConfigFile = CONFIG,
    as_of: Annotated[str, typer.Option("--as-of", metavar="T", help="What the watch held at that moment.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Say where every signal stands, how sure that is, and what cannot be seen.

    Each track is shown with its status, since when it holds, the words that prove it and their address. *confirmed* has the
    official voices that it asks for, *provisional* has one of them, *reported* rests on the press alone. A source without a
    trustworthy reading is named with the reason, and so is a message that did not arrive. What the jobs of a running watch did
    last, how long that took and when they run again stands at the end, as of the last minute.
    """
    then = parse_datetime(as_of) if as_of else None
    watched = outline_of(config)
    seen = load_summary_or_exit(watched.store, then)
    with exit_on_error():
        jobs = read_value(MetaKey.JOBS, seen.jobs, jobs_of_text) if seen.jobs else ()
    found = {name: seen.verdicts.get(name) for name in watched.titles}
    overdue = _overdue(seen.looks, seen.server_time or utc_now())
    counts = {state.value: many for state, many in seen.deliveries.items()}
    if as_json:
        signals = [_plain(name, verdict, overdue.get(name)) for name, verdict in found.items()]
        print_json({"signals": signals, "deliveries": counts, **_of_the_watch(seen, jobs)})
        return
    for name, title in watched.titles.items():
        _show(title, found[name], then)
        if since := overdue.get(name):
            typer.echo(f"  overdue: not looked since {since:%Y-%m-%d %H:%M} UTC; what stands here is the last that was known")
    _tell(seen.letters, counts.get("dead", 0), seen.stopped)
    for run in jobs:
        _tell_of_job(run)
    if seen.workers:
        typer.echo(workers_line(seen.workers))
        for job in seen.workers.jobs:
            mean, last = job.seconds / job.many, f"{job.last_at:%Y-%m-%d %H:%M:%S} UTC"
            typer.echo(f"jobs of {job.task}: {job.many:,} {job.outcome}, {mean:.2f} s each, last {last}")


def _of_the_watch(seen: Summary, jobs: Sequence[JobRun]) -> dict[str, Any]:
    return {
        "letters": [_row(one) for one in seen.letters],
        "stopped": [_silence(one) for one in seen.stopped],
        "jobs": [_job(one) for one in jobs],
        "workers": _workers(seen.workers) if seen.workers else None,
    }


def _workers(seen: QueueNumbers) -> dict[str, Any]:
    queues = [
        {"queue": one.queue, "status": one.status, "jobs": one.many, "oldest_at": iso_utc(one.oldest_at)} for one in seen.queues
    ]
    done = [
        {"task": one.task, "outcome": one.outcome, "jobs": one.many, "seconds": one.seconds, "last_at": iso_utc(one.last_at)}
        for one in seen.jobs
    ]
    return {"alive": seen.workers, "queues": queues, "done": done}


def _tell_of_job(run: JobRun) -> None:
    how = f"took {run.seconds:.1f} s" if run.good else f"failed after {run.seconds:.1f} s"
    again = f", next {run.next_at:%H:%M:%S}" if run.next_at else ""
    typer.echo(f"job {run.name}: last {run.at:%Y-%m-%d %H:%M:%S} UTC, {how}{again}")


def _overdue(looks: Mapping[str, Looks], now: datetime) -> dict[str, datetime]:
    """The last look at each signal that is overdue."""
    late = {name: look for name, look in looks.items() if look.overdue_at and look.overdue_at < now}
    return {name: look.last for name, look in late.items() if look.last}


def _tell(letters: Sequence[FailedDelivery], dead: int, silent: Sequence[Stopped]) -> None:
    """The dead letters, what else did not go as it should, and who is sent nothing more."""
    if dead:
        typer.secho(f"{count(dead, 'message')} could not be delivered.", bold=True)
    for one in letters:
        typer.echo(f"  {addressee(one.recipient)} by {one.channel}: {_fate(one)}" + (f" ({one.error})" if one.error else ""))
    for stopped in silent:
        typer.echo(stopped_words(stopped))


def _silence(one: Stopped) -> dict[str, Any]:
    return {"to": addressee(one.recipient), "since": iso_utc(one.since), "why": one.why}


def _fate(one: FailedDelivery) -> str:
    tries = count(one.attempts, "attempt")
    if one.state is State.DEAD:
        return f"given up after {tries}"
    if one.state is State.SENT:
        return "sent; it may have arrived twice, under the same Message-ID"
    again = f", next try {one.next_at:%Y-%m-%d %H:%M} UTC" if one.next_at else ""
    refused = f"refused after {tries}" if one.attempts else "put off"
    return ("uncertain: it may have arrived" if one.uncertain else refused) + again


def _job(run: JobRun) -> dict[str, Any]:
    last, again = iso_utc(run.at), iso_utc(run.next_at)
    return {"job": run.name, "last_run": last, "seconds": run.seconds, "next_run": again, "good": run.good}


def _row(one: FailedDelivery) -> dict[str, Any]:
    return {
        "to": addressee(one.recipient),
        "channel": one.channel,
        "state": one.state.value,
        "attempts": one.attempts,
        "uncertain": one.uncertain,
        "why": one.error,
        "next_at": iso_utc(one.next_at),
    }


def _plain(name: str, verdict: Verdict | None, overdue_since: datetime | None) -> dict[str, Any]:
    if verdict is None:
        return {"signal": name, "headline": None}
    return {
        "signal": name,
        "headline": verdict.headline,
        "headline_label": verdict.headline_label,
        "word": verdict.word,
        "sentence": verdict.says,
        "as_of": iso_utc(verdict.as_of),
        "verified_at": iso_utc(verdict.verified_at),
        "cannot_see_since": iso_utc(verdict.cannot_see_since),
        "overdue_since": iso_utc(overdue_since),
        "tracks": [
            {
                "track": track.track,
                "status": track.status,
                "standing": track.standing.value,
                "since": iso_utc(track.since),
                "details": dict(track.details),
                "flags": [flag.id for flag in track.flags],
                "evidence": [
                    {"url": safe_link(quote.url), "quote": redact(quote.text), "document": quote.document}
                    for quote in track.evidence
                ],
            }
            for track in verdict.tracks
        ],
        "figures": {figure.id: figure.text for figure in verdict.figures},
        "undecided": [undecided_line(one) for one in verdict.undecided],
        "blind": [
            {"source": blind.source, "title": blind.title, "since": iso_utc(blind.since), "why": redact(blind.why)}
            for blind in verdict.blind
        ],
    }


def _show(title: str, verdict: Verdict | None, then: datetime | None) -> None:
    if verdict is None:
        typer.echo(f"{title}: " + (f"nothing was known on {then:%Y-%m-%d}" if then else "not decided yet; `watcher once` looks"))
        return
    typer.secho(f"{title}: {verdict.answer}", bold=True)
    if verdict.half:
        typer.echo(f"  {verdict.half}")
    for track in verdict.tracks:
        since = f", since {track.since:%Y-%m-%d}" if track.since else ""
        typer.echo(f"  {track.track}: {track.status} ({track.standing.value}{since})")
        if track.evidence:
            quote = track.evidence[0]
            typer.echo(f"      “{redact(' '.join(quote.text.split()))[:160]}”\n      {safe_link(quote.url)}")
        for flag in track.flags:
            typer.echo(f"      ! {flag.label} {flag.how_long} {flag.since:%Y-%m-%d}")
    for text in verdict.undecided:
        typer.echo(undecided_words(text))
    seen = f"{verdict.verified_at:%Y-%m-%d %H:%M} UTC" if verdict.verified_at else "never"
    typer.echo(f"  last verified: {seen}")
    for blind in verdict.blind:
        typer.echo(f"  {blind.out_of_sight(blind.name)} {blind.since:%Y-%m-%d %H:%M} UTC: {redact(blind.why)}")
