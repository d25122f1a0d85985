"""Turns the checked tables of signals.toml into the values that the watch works with, and names the rules that decide."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import watcher
from watcher import formats
from watcher.config import tables
from watcher.config.errors import ConfigError, one_of, show
from watcher.config.recipients import channels_of, recipient_id, recipients_of
from watcher.config.secrets import fill_secrets, read_secret
from watcher.config.settings import USUAL_MAILBOX, Fetch, Ground, Recipient, Store, Tool, Watch, Web, source_id
from watcher.config.signals import Example, LadderTemplate, build_examples, build_signal, track_id
from watcher.config.source_map import KEY, LADDER, Position, SourceMap
from watcher.config.tables import SignalsFile
from watcher.config.toml_reader import read_file
from watcher.core.model import Signal, Source
from watcher.core.proxies import Proxies, Proxy, is_this_machine, read_bypass, read_proxy

# Checks the headers of sources: what they hold comes from the environment, and stands in no file.

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""A field name (RFC 9110, 5.1)."""
PLAIN_HEADERS = frozenset({"accept", "accept-language"})
"""What may stand in the file as it is: nobody's secret."""
OWN_HEADERS = frozenset(
    {
        *("accept-encoding", "connection", "content-length", "expect", "host", "if-modified-since", "if-none-match", "range"),
        *("te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    }
)
"""What the watch sets itself, or what would change the meaning of a request."""
_VARIABLE_REFERENCE = re.compile(r"(?<!\$)\$(?:[A-Za-z_]|\{[A-Za-z_])")


def note_headers(tables: SignalsFile, env: Mapping[str, str], places: SourceMap) -> None:
    """Note every header that cannot be sent, that holds a value in plain text, or whose value the environment lacks."""
    for number, signal in enumerate(tables.signal):
        for n, source in enumerate(signal.source):
            for name, value in source.headers.items():
                place = ("signal", number, "source", n, "headers", name)
                if _VARIABLE_REFERENCE.search(value) and _is_open(source.url):
                    places.note(place, "a key for an address of http", "an address of https, on whose way nobody reads it")
                else:
                    _note(name, value, place, env, places)


def _is_open(url: str) -> bool:
    """Whether others can read what this address is asked: http, but not on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_this_machine(parts.hostname or "")


def _note(name: str, value: str, place: Position, env: Mapping[str, str], places: SourceMap) -> None:
    if not HEADER_NAME.fullmatch(name) or name.lower() in OWN_HEADERS:
        places.note(place, f'the header "{name}"', "a header that a source may ask for, such as X-Api-Key or Authorization")
    elif not _VARIABLE_REFERENCE.search(value) and name.lower() not in PLAIN_HEADERS:
        places.note(place, "a value in the file", 'the name of an environment variable such as "$API_KEY" or "Bearer $TOKEN"')
    else:
        try:
            fill_secrets(value, env)
        except ValueError as error:
            places.note(place, f'"{value}"', str(error))


# The forward proxies that the file and the environment name.

_PROXY_KEY: Position = ("fetch", "proxy")


def proxies_of(tables: SignalsFile, env: Mapping[str, str], places: SourceMap) -> Proxies:
    """The proxy of `[fetch]` for everything, else those of HTTPS_PROXY and HTTP_PROXY; NO_PROXY names what goes past them.

    What cannot be used is noted, never with the address itself: it may hold a password.
    """
    if own := tables.fetch.proxy:
        http = https = _proxy_of_file(own, env, places)
    else:
        http, https = (_proxy_of_environment(name, env, places) for name in ("http_proxy", "https_proxy"))
    return Proxies(http, https, read_bypass(_variable("no_proxy", env, places)[1]))


def _proxy_of_file(text: str, env: Mapping[str, str], places: SourceMap) -> Proxy | None:
    if "@" in text and _PROXY_KEY not in places.overridden:
        places.note(_PROXY_KEY, "a user name or a password in the file", 'the name of an environment variable such as "$PROXY"')
        return None
    try:
        return read_proxy(fill_secrets(text, env))
    except ValueError as error:
        places.note(_PROXY_KEY, "an address that is none of a proxy", str(error))
        return None


def _proxy_of_environment(name: str, env: Mapping[str, str], places: SourceMap) -> Proxy | None:
    variable, text = _variable(name, env, places)
    try:
        return read_proxy(text) if text else None
    except ValueError as error:
        places.note_outside(variable, "an address that is none of a proxy", str(error))
        return None


def _variable(name: str, env: Mapping[str, str], places: SourceMap) -> tuple[str, str]:
    """The name and the value of a variable, whose name is as often written in small letters, which then count (as in curl)."""
    for each in (name, name.upper()):
        try:
            if text := read_secret(each, env):
                return each, text
        except ValueError as error:
            places.note_outside(f"{each}_FILE", "a file that cannot be read", str(error))
    return name.upper(), ""


# Checks that every name in the file is declared, and declared once.

_IN_LABEL = re.compile(r"\{([a-z0-9_-]+)\.[a-z0-9_]+\}")
_NOTHING_CLAIMED = "none"
_SAME_DAY = "day"
"""In `cancels`: whatever was claimed of the same day."""
Tracks: TypeAlias = Mapping[str, tables.Ladder | None]
"""The tracks of a signal by id, each with its ladder, where that is declared."""


def note_references(tables: SignalsFile, places: SourceMap) -> None:
    """Note every name that is used and not declared, and every name that is declared twice."""
    signals = [signal.id for signal in tables.signal]
    _note_twice(signals, ("signal",), places)
    _note_twice(map(recipient_id, tables.recipient), ("recipient",), places)
    ids = [(n, m, name) for n, signal in enumerate(tables.signal) for m, name in enumerate(_source_ids(signal))]
    _note_sources(ids, places)
    for name, ladder in tables.ladder.items():
        _note_ladder(name, ladder, {name for _, _, name in ids}, places)
    for number, signal in enumerate(tables.signal):
        _note_signal(number, signal, tables.ladder, places)
    for number, each in enumerate(tables.recipient):
        _note_names(each.signals, signals, ("recipient", number, "signals"), places)


def _note_sources(ids: Iterable[tuple[int, int, str]], places: SourceMap) -> None:
    seen: set[str] = set()
    for signal, number, name in ids:
        if name in seen:
            places.note(
                ("signal", signal, "source", number, "id"), f'"{name}" again', "an id that no other source of any signal has"
            )
        seen.add(name)


def _note_twice(names: Iterable[str], place: Position, places: SourceMap) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            places.note((*place, number, "id"), f'"{name}" again', f"an id that no other {place[-1]} here has")
        seen.add(name)


def _note_name(name: str, declared: Collection[str], place: Position, places: SourceMap) -> None:
    if name and name not in declared:
        places.note(place, show(name), one_of(name, declared))


def _note_names(names: Iterable[str], declared: Collection[str], place: Position, places: SourceMap) -> None:
    for name in names:
        _note_name(name, declared, place, places)


def _note_ladder(name: str, ladder: tables.Ladder, sources: Collection[str], places: SourceMap) -> None:
    statuses, flags = [each.id for each in ladder.status], [each.id for each in ladder.flag]
    listed = (ladder.side, ladder.rule, ladder.outcome, ladder.detail)
    sides, rules, outcomes, details = ([each.id for each in kind] for kind in listed)
    kinds = {"status": statuses, "rule": rules, "flag": flags, "outcome": outcomes, "side": sides, "detail": details}
    for kind, ids in kinds.items():
        _note_twice(ids, (LADDER, name, kind), places)
    if not statuses:
        places.note((LADDER, name, "status"), "an empty list", "at least one status")
    _note_sides(name, ladder, places)
    for number, rule in enumerate(ladder.rule):
        place = (LADDER, name, "rule", number)
        _note_name(rule.status, statuses, (*place, "status"), places)
        _note_name(rule.flag, flags, (*place, "flag"), places)
        _note_names(rule.back_from, statuses, (*place, "back_from"), places)
        _note_names(rule.not_from, statuses, (*place, "not_from"), places)
        _note_names(rule.cancels, [*statuses, _SAME_DAY], (*place, "cancels"), places)
        _note_names(rule.clears, flags, (*place, "clears"), places)
        _note_names((each for each in rule.sources if "$" not in each), sources, (*place, "sources"), places)
        _note_purpose(rule, place, places)


def _note_sides(name: str, ladder: tables.Ladder, places: SourceMap) -> None:
    """Note a comparison without two sides or a name of their difference, and a rule that reads one which is not declared."""
    sides = [each.id for each in ladder.side]
    if len(sides) not in {0, 2}:
        places.note((LADDER, name, "side"), show(sides), "two sides, the one that is watched first, or none")
    if sides and not ladder.difference:
        places.note((LADDER, name), "two sides", 'the key difference, the name of what lies between their rates, as "gap"')
    for number, rule in enumerate(ladder.rule):
        if rule.outcome and not sides:
            found = "true in a ladder without sides"
            places.note(
                (LADDER, name, "rule", number, "outcome"), found, "two tables [[ladder.NAME.side]] to compare, or no outcome"
            )


def _note_purpose(rule: tables.Rule, place: Position, places: SourceMap) -> None:
    """Note a rule that leads nowhere."""
    if not (rule.status or rule.flag or rule.review or rule.clears or rule.cancels or rule.details):
        places.note(place, "a rule that leads nowhere", "one of the keys status, flag, review, clears or details")


def _note_signal(number: int, signal: tables.Signal, ladders: Mapping[str, tables.Ladder], places: SourceMap) -> None:
    place: Position = ("signal", number)
    tracks = {track_id(each): ladders.get(each.ladder) for each in signal.track}
    _note_twice((each.id for each in signal.figure), (*place, "figure"), places)
    _note_twice((each.id for each in signal.date), (*place, "date"), places)
    _note_twice(map(track_id, signal.track), (*place, "track"), places)
    for kind, listed in (("track", signal.track), ("source", signal.source)):
        if not listed:
            places.note((*place, kind), "an empty list", f"at least one {kind}")
    for n, track in enumerate(signal.track):
        _note_name(track.ladder, ladders, (*place, "track", n, "ladder"), places)
    for n, headline in enumerate(signal.headline):
        _note_headline(headline, tracks, (*place, "headline", n), places)
    for n, known in enumerate(signal.known):
        _note_standing(known, known.track, tracks, (*place, "known", n), places)
        if ladder := tracks.get(known.track):
            _note_names(known.clears, [each.id for each in ladder.flag], (*place, "known", n, "clears"), places)
    for n, example in enumerate(signal.example):
        track_name = example.track or next(iter(tracks), "")
        _note_standing(example, track_name, tracks, (*place, "example", n), places, _NOTHING_CLAIMED)
        _note_name(example.source, _source_ids(signal), (*place, "example", n, "source"), places)


def _source_ids(signal: tables.Signal) -> list[str]:
    return [each.id or source_id(each.url) for each in signal.source]


def _note_headline(headline: tables.Headline, tracks: Tracks, place: Position, places: SourceMap) -> None:
    for key, standing in (("when", headline.when), ("any_of", headline.any_of)):
        for track, statuses in standing.items():
            _note_name(track, tracks, (*place, key, track), places)
            if ladder := tracks.get(track):
                _note_names(statuses, [each.id for each in ladder.status], (*place, key, track), places)
    _note_names(_IN_LABEL.findall(headline.label), tracks, (*place, "label"), places)


def _note_standing(
    table: tables.DeclaredFact | tables.Example,
    track: str,
    tracks: Tracks,
    place: Position,
    places: SourceMap,
    *also: str,
) -> None:
    """Check the track, the status and the flag that a piece of history or an example names."""
    _note_name(track, tracks, (*place, "track"), places)
    if ladder := tracks.get(track):
        _note_name(table.status, [*(each.id for each in ladder.status), *also], (*place, "status"), places)
        _note_name(table.flag, [each.id for each in ladder.flag], (*place, "flag"), places)


def note_options(tables: SignalsFile, places: SourceMap) -> None:
    """Note every option that the format of a source or of a followed page does not know."""
    for number, signal in enumerate(tables.signal):
        for n, source in enumerate(signal.source):
            place: Position = ("signal", number, "source", n)
            _note_options_of(source, (*place, "options"), places)
            for m, follow in enumerate(source.follow):
                _note_options_of(follow, (*place, "follow", m, "options"), places)


def _note_options_of(table: tables.Source | tables.Follow, place: Position, places: SourceMap) -> None:
    known = formats.options(table.format) if table.options else None
    if known is not None:
        for key in table.options:
            _note_name(key, known, (*place, key), places)


# Puts it all together: everything that the file and the environment say, as one value.

_CODE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that signals.toml and the environment say."""

    path: Path
    watch: Watch
    fetch: Fetch
    proxies: Proxies
    """What stands between the watch and the web."""
    store: Store
    web: Web
    channels: Mapping[str, Mapping[str, object]] = field(repr=False)
    """Values for `notifiers.settings` of each channel in use, secrets included; tools such as a clock are for the caller."""
    recipients: tuple[Recipient, ...]
    stack: tuple[Tool, ...]
    ground: tuple[Ground, ...]
    """Why these signals: numbers, scenarios, fronts and wishes with their sources."""
    signals: tuple[Signal, ...]
    ladders: tuple[str, ...]
    """Ids of all ladders, used or not."""
    examples: tuple[Example, ...]
    digest: str
    """Changes whenever the text of the file or the code that reads it does: under the same one, the signals are the same."""
    text_hash: str
    """Of the text and the version of the program: the same on every machine with the same file."""
    include: tuple[str, ...]
    """Patterns of the files that are read with it, beside its own."""
    secret: Callable[[str], str | None] = field(repr=False)
    """Gives the environment's WATCHER_NAME, or the content of the file WATCHER_NAME_FILE."""
    fill: Callable[[str], str] = field(repr=False)
    """Puts the environment's values in the place of `$NAME`; raises ValueError where there is none."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The declared sources of all signals."""
        return tuple(source for signal in self.signals for source in signal.sources)

    def signal(self, signal_id: str) -> Signal:
        """The signal with this id. Raises KeyError."""
        for signal in self.signals:
            if signal.id == signal_id:
                return signal
        raise KeyError(signal_id)


def load(path: Path | str, env: Mapping[str, str] | None = None, *, quick: bool = False) -> Config:
    """Read signals.toml under an environment (the process's own by default).

    `quick` is for commands that neither poll nor send: formats and channels are not loaded to check their options.
    Raises ConfigError with every mistake.
    """
    env = os.environ if env is None else env
    tables, places = read_file(Path(path), env)
    note_references(tables, places)
    if not quick:
        note_options(tables, places)
        note_headers(tables, env, places)
    _stop(places)
    ladders = {name: LadderTemplate(name, table) for name, table in tables.ladder.items()}
    signals = tuple(build_signal(n, each, ladders, places) for n, each in enumerate(tables.signal))
    proxies = proxies_of(tables, env, places)
    recipients = recipients_of(tables, env, places)
    channels = {} if quick else channels_of(tables, places)
    _stop(places)
    return Config(
        path=Path(path),
        watch=tables.watch,
        fetch=tables.fetch,
        proxies=proxies,
        store=tables.store,
        web=tables.web,
        channels=channels,
        recipients=recipients or (USUAL_MAILBOX,),
        stack=tuple(tables.stack),
        ground=tuple(tables.ground),
        signals=signals,
        ladders=tuple(ladders),
        examples=tuple(example for each in tables.signal for example in build_examples(each)),
        digest=digest_of(places.text),
        text_hash=hash_of(places.text),
        include=tuple(places.parts[0].tables.get(KEY, ())),
        secret=lambda name: read_secret(f"WATCHER_{name}", env),
        fill=lambda text: fill_secrets(text, env),
    )


def _stop(places: SourceMap) -> None:
    if places.mistakes:
        raise ConfigError(*places.mistakes)


def hash_of(text: str) -> str:
    """SHA-256 of the text and the version: the same on every machine with the same file and program."""
    return hashlib.sha256(f"{watcher.__version__}\n{text}".encode()).hexdigest()


def digest_of(text: str) -> str:
    """SHA-256 of the text and of the state of the code that turns it into signals."""
    return hashlib.sha256(f"{_code()}\n{text}".encode()).hexdigest()


@cache
def _code() -> str:
    """The version and the newest change of every file that says what a signal is: other code may read the text otherwise."""
    files = [*_CODE.glob("config/*"), *_CODE.glob("core/model/*"), *_CODE.glob("formats/*.py")]
    return f"{watcher.__version__} {len(files)} {max(file.stat().st_mtime_ns for file in files)}"


# The name of the rules under which a signal was decided, whatever the layout of the file that holds them.

_AS_IT_IS = frozenset({str, bool, int, float, type(None)})


def rules_hash(signal: Signal) -> str:
    """Give the SHA-256 of what decides for a signal: tracks and ladders, vocabulary, history, headlines and figures.

    Order matters where it decides (statuses, rules, headlines) and not where it does not (keys of a table).
    """
    decides = (signal.id, signal.tracks, signal.vocabulary, signal.known, signal.headlines, signal.figures)
    text = json.dumps(_plain_value(decides), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - any value of the core
    """Give a value as JSON can hold it, so that equal values give equal texts."""
    if type(value) in _AS_IT_IS:  # nearly every value of a thousand rules
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain_value(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): _plain_value(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(member) for member in value]
    return _plain_leaf(value)


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain_leaf(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case re.Pattern():
            return value.pattern
        case str() | int() | float() | None:
            return value
        case _:
            raise TypeError(f"{type(value).__name__} has no place in what decides")
