"""`watcher review`: what no rule can place, and what a person makes of it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, configured, fail, open_store, parse_datetime, print_json
from watcher.clock import utc_now
from watcher.config import Config
from watcher.core.decision.undecided import outcome
from watcher.core.language.match import subject_key
from watcher.core.model import DeclaredFact, Signal, Track, Transition, Undecided
from watcher.pipeline.decide import update_verdict
from watcher.wording import iso_utc, transition_to_dict, transition_to_text, undecided_line, undecided_words

if TYPE_CHECKING:
    from watcher.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person makes of a text; without a status it is dismissed."""

    by: str
    why: str
    status: str = ""
    at: datetime | None = None
    """When it happened; None: as the text is dated."""
    title: str = ""
    """Of the event, in a series."""


def review(  # noqa: PLR0913, PLR0917 - the options of a command
    number: Annotated[int, typer.Argument(metavar="ID", help="The text to settle; without one, the open ones are listed.")] = 0,
    claim: Annotated[str, typer.Option(metavar="STATUS", help="The text says this status of its track.")] = "",
    dismiss: Annotated[str, typer.Option(metavar="REASON", help="The text changes nothing; why.")] = "",
    by: Annotated[str, typer.Option(help="Who decides; kept in the audit list. The user's own name by default.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in a few words, beside --claim.")] = "",
    at: Annotated[str, typer.Option(metavar="T", help="When it happened; as the text is dated by default.")] = "",
    title: Annotated[str, typer.Option(help="What happened, in a series; the text's own title by default.")] = "",
    config: ConfigFile = CONFIG,
    *,
    every: Annotated[bool, typer.Option("--all", help="List what is settled and what was too old to ask, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the texts that may change an answer and that no rule accounts for in full, and settle one.

    What is decided with `--claim` counts as the words of the text itself, with who decided; `watcher withdraw` takes it back.
    What is settled is not asked again, wherever the same words turn up.
    """
    settings = configured(config)
    if bool(claim) + bool(dismiss) != bool(number):
        raise UsageError("expected a number with one of --claim and --dismiss, or none of them")
    with open_store(settings.store.url) as store:
        if not number:
            _list(store, every=every, as_json=as_json)
            return
        why, then = (reason if claim else dismiss).strip(), parse_datetime(at) if at else None
        decided = Decision(by.strip() or _user(), why, claim, then, title)
        _settle(settings, store, number, decided, as_json=as_json)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user database
        raise UsageError("expected --by NAME: this machine does not say who you are") from None


def _list(store: Store, *, every: bool, as_json: bool) -> None:
    with store.reading() as tx:
        verdicts = tx.verdicts.all_latest()
        is_open = [text for name in sorted(verdicts) for text in verdicts[name].undecided]
        texts = tx.undecided.of() if every else is_open
    numbers = {text.id for text in is_open}
    if as_json:
        print_json({"open": len(is_open), "undecided": [_plain(text, is_open=text.id in numbers) for text in texts]})
        return
    for text in texts:
        typer.echo(undecided_words(text) if text.id in numbers else f"{undecided_words(text)}\n      {_state(text)}")
    if not is_open:
        typer.echo("nothing is undecided")


def _plain(text: Undecided, *, is_open: bool) -> dict[str, Any]:
    return {
        **undecided_line(text),
        "open": is_open,
        "settled_at": iso_utc(text.settled_at),
        "settled_as": (text.settled_as or "dismissed") if text.settled_at else None,
        "settled_by": text.settled_by or None,
        "settled_why": text.settled_why or None,
        "evidence_number": text.evidence or None,
    }


def _state(text: Undecided) -> str:
    """Why a text is not open."""
    return outcome(text) if text.asked_at else "nobody was asked: old words, or words that could change nothing"


def _settle(settings: Config, store: Store, number: int, decided: Decision, *, as_json: bool) -> None:
    now = utc_now()
    with store.writing() as tx:
        text = next((one for one in tx.undecided.of() if one.id == number and one.asked_at and not one.settled_at), None)
        if text is None:
            raise fail(f"there is no open text {number}; `watcher review` lists what is open")
        signal = next((one for one in settings.signals if one.id == text.signal), None)
        if signal is None:
            raise fail(f"{text.signal} is no longer declared")
        evidence = _record(tx, signal, text, decided, now) if decided.status else 0
        tx.undecided.settle(text, by=decided.by, status=decided.status, why=decided.why, evidence=evidence, at=now)
        told = _decide(tx, signal, now)
    _tell(number, decided, evidence, told, as_json=as_json)


def _record(tx: Transaction, signal: Signal, text: Undecided, decided: Decision, now: datetime) -> int:
    """The text as evidence of what it was decided to say; the evidence's number."""
    track = next((one for one in signal.tracks if one.id == text.track), None)
    if track is None:
        raise fail(f"{signal.id}.{text.track} is no longer declared")
    quote, title = text.quotes[0], decided.title or text.quotes[0].title
    event = _event(track, text, decided, title)
    known = DeclaredFact(
        track=track.id,
        status=decided.status,
        at=decided.at or text.effective_at,
        quote=quote.text,
        url=quote.url,
        publisher=quote.publisher,
        tier=quote.tier,
        event=event,
        title=title,
    )
    why = f"text {text.id}{f': {decided.why}' if decided.why else ''}"
    return tx.evidence.add(signal.id, known, by=decided.by, reason=why, at=now)


def _event(track: Track, text: Undecided, decided: Decision, title: str) -> str:
    """The key of a series' event. Raises Unusable for a status that the track does not have, and for an event without a name."""
    known = [rung.id for rung in track.ladder.statuses]
    if decided.status not in known:
        raise UsageError(f"{decided.status!r} is no status of {track.id}; expected one of {', '.join(known)}")
    event = (text.event or subject_key(title)) if track.ladder.series else ""
    if track.ladder.series and decided.status == known[-1] and not event:
        raise UsageError(f"{track.id} is a series; expected --title, which names what happened")
    return event


def _decide(tx: Transaction, signal: Signal, now: datetime) -> tuple[Transition, ...]:

    return update_verdict(tx, signal, now, look=False)


def _tell(number: int, decided: Decision, evidence: int, told: tuple[Transition, ...], *, as_json: bool) -> None:
    """What was done, and what it changed."""
    if as_json:
        plain = {"settled": number, "as": decided.status or "dismissed", "by": decided.by, "evidence": evidence or None}
        print_json({**plain, "transitions": [transition_to_dict(one) for one in told]})
        return
    typer.echo(f"text {number} {f'decided as {decided.status}: evidence {evidence}' if decided.status else 'dismissed'}")
    for one in told:
        typer.echo(transition_to_text(one))
