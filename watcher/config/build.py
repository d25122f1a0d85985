"""Turns the checked tables of signals.toml into the values that the watch works with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import watcher
from watcher.config.defaults import MAILBOX
from watcher.config.errors import ConfigError
from watcher.config.headers import note_headers
from watcher.config.include import KEY
from watcher.config.ladders import LadderTemplate
from watcher.config.proxies import proxies_of
from watcher.config.recipients import channels_of, recipients_of
from watcher.config.references import note_options, note_references
from watcher.config.secrets import fill_secrets, read_secret
from watcher.config.settings import Fetch, Ground, Recipient, Store, Tool, Watch, Web
from watcher.config.signals import Example, build_examples, build_signal
from watcher.config.source_map import SourceMap
from watcher.config.toml_reader import read_file
from watcher.core.model import Signal, Source
from watcher.core.proxies import Proxies

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
        recipients=recipients or (MAILBOX,),
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
