"""`watcher review`: what no rule can place, and what a person makes of it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.acts.review import Decision, open_texts, settle
from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, parse_datetime, print_json
from watcher.cli.opening import changing, configured, open_store
from watcher.config.build import Config
from watcher.core.decision.undecided import outcome
from watcher.core.model import Transition, Undecided
from watcher.wording import iso_utc, transition_to_dict, transition_to_text, undecided_line, undecided_words

if TYPE_CHECKING:
    from watcher.store.store import Store


def review(  # noqa: PLR0913, PLR0917 - the options of a command
    number: Annotated[int, typer.Argument(metavar="ID", help="The text to show or settle; else the open ones are listed.")] = 0,
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
    """List the texts that may change an answer and that no rule accounts for in full, show one, and settle it.

    What is decided with `--claim` counts as the words of the text itself, with who decided; `watcher withdraw` takes it back.
    What is settled is not asked again, wherever the same words turn up.
    """
    settings = configured(config)
    if (claim and dismiss) or ((claim or dismiss) and not number):
        raise UsageError("expected a number with one of --claim and --dismiss, or none of these two")
    with open_store(settings.store.url) as store:
        if not (claim or dismiss):
            _list(store, number, every=every, as_json=as_json)
            return
        why, then = (reason if claim else dismiss).strip(), parse_datetime(at) if at else None
        decided = Decision(by.strip() or _user(), why, claim, then, title)
        _settle(settings, store, number, decided, as_json=as_json)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user database
        raise UsageError("expected --by NAME: this machine does not say who you are") from None


def _list(store: Store, number: int, *, every: bool, as_json: bool) -> None:
    """The open texts, every text, or the one of a number. Raises UsageError where there is no such number."""
    with store.reading() as tx:
        is_open = open_texts(tx)
        texts = tx.undecided.of() if every or number else is_open
    if number:
        texts = [text for text in texts if text.id == number]
        if not texts:
            raise UsageError(f"no text has the number {number}; `watcher review --all` lists them")
    numbers = {text.id for text in is_open}
    if as_json:
        print_json({"open": len(is_open), "undecided": [_plain(text, is_open=text.id in numbers) for text in texts]})
        return
    for text in texts:
        typer.echo(undecided_words(text, "" if text.id in numbers else _became(text)))
    if not is_open and not number:
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


def _became(text: Undecided) -> str:
    """Why a text is not open."""
    return outcome(text) if text.asked_at else "nobody was asked: old words, or words that could change nothing"


def _settle(settings: Config, store: Store, number: int, decided: Decision, *, as_json: bool) -> None:
    with changing(store) as (tx, now):
        done = settle(tx, settings.signals, number, decided, now)
    _tell(number, decided, done.evidence, done.told, as_json=as_json)


def _tell(number: int, decided: Decision, evidence: int, told: tuple[Transition, ...], *, as_json: bool) -> None:
    """What was done, and what it changed."""
    if as_json:
        plain = {"settled": number, "as": decided.status or "dismissed", "by": decided.by, "evidence": evidence or None}
        print_json({**plain, "transitions": [transition_to_dict(one) for one in told]})
        return
    typer.echo(f"text {number} {f'decided as {decided.status}: evidence {evidence}' if decided.status else 'dismissed'}")
    for one in told:
        typer.echo(transition_to_text(one))
