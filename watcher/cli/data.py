"""`watcher backup`, `verify` and `export`: copies of what is kept, and proof that nobody changed it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.common import (
    CONFIG,
    AsJson,
    ConfigFile,
    UsageError,
    embedded_file,
    exit_on_error,
    fail,
    parse_datetime,
    print_json,
)
from watcher.cli.opening import configured, open_store
from watcher.clock import utc_now
from watcher.core.addresses import in_year
from watcher.pipeline.clocks import clock_of
from watcher.store.backup import as_it_is, is_database
from watcher.store.backup import restore as put_back
from watcher.store.chain import NAMES
from watcher.store.records import ChainEnd
from watcher.store.store import Store
from watcher.web.export import export_site
from watcher.web.queries import StoreQueries, site_info
from watcher.wording import count

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def backup(
    target: Annotated[str, typer.Argument(metavar="FILE", help="Where the copy goes; in a folder it gets a dated name.")],
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Copy the database into one file, while the watch runs.

    The copy is whole or not there: it is written beside its place and moved when it is complete. A folder that is missing is
    made; what ends in a slash is a folder. An older copy of the same name is replaced, and nothing that is no database.
    `watcher restore` goes back to it. PostgreSQL has `pg_dump`.
    """
    url = configured(config).store.url
    place = Path(target)
    in_folder = place.is_dir() or target.endswith("/")
    file = place / f"watch-{utc_now():%Y%m%dT%H%M%SZ}.db" if in_folder else place
    live = embedded_file(url)
    if live is not None and file.resolve() == live.resolve():
        raise fail(f"{file} is the database itself; expected another place", code=2)
    with open_store(url) as store, exit_on_error():
        store.backup(file)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        typer.echo(f"wrote {file} ({size / 1_000_000:.1f} MB); `watcher verify {file}` checks it")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `watcher backup` made.")],
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Go back to a backup: put it in the place of the database of a watch that is stopped.

    The backup is looked over first. What was there is kept beside it under a dated name, together with its log, which must
    never lie beside another database. PostgreSQL has `pg_restore`.
    """
    live = embedded_file(configured(config).store.url)
    if live is None:
        raise fail("a PostgreSQL database is restored with pg_restore, not by the watch", code=3)
    if not source.exists():
        raise fail(f"there is no {source}; expected a file that `watcher backup` wrote", code=2)
    if not is_database(source) or (live.exists() and source.samefile(live)):
        raise fail(f"{source} is no backup; expected a file that `watcher backup` wrote", code=2)
    live = live.resolve() if live.is_symlink() else live  # the link stays, and the data on the disk that it leads to
    aside = live.with_name(f"{live.name}.before-{utc_now():%Y%m%dT%H%M%SZ}")
    with exit_on_error():
        put_back(source, live, aside)
    kept = str(aside) if aside.exists() else None
    if as_json:
        print_json({"database": str(live), "from": str(source), "kept": kept})
    else:
        typer.echo(f"{live} is as in {source}" + (f"; what was there is kept as {kept}" if kept else ""))


def document(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its hash, or the beginning of it, or the id of a source.")],
    config: ConfigFile = CONFIG,
) -> None:
    """Print a document as it was fetched: one that a quote names, or the newest that is kept of a source.

    A document of an unexpected shape is kept for this; one that changed nothing is not. A terminal is shown no control
    characters; a file or a pipe gets every byte.
    """
    settings = configured(config)
    address = next((in_year(source.url, utc_now()) for source in settings.sources if source.id == name), "")
    if not address and not re.fullmatch(r"[0-9a-f]{8,64}", name):
        raise UsageError(f"{name!r} is neither a source nor a hash of 8 to 64 hexadecimal digits")
    with open_store(settings.store.url) as store, store.reading() as tx:
        found = tx.documents.find(address or name)
    if found is None:
        raise fail(f"no document of {name} is kept")
    typer.echo(_for_terminal(found.body) if sys.stdout.isatty() else found.body, nl=False)


def _for_terminal(body: bytes) -> str:
    """What a terminal may be given of a stranger's document: it obeys control characters."""
    return _CONTROLS.sub("\ufffd", body.decode("utf-8", "replace"))


def _noted(texts: Iterable[str]) -> list[ChainEnd]:
    """The ends of chains that somebody noted: `transition 57 3fa1b2c3d4e5f607`."""
    ends = []
    for text in texts:
        found = re.findall(rf"\b({'|'.join(NAMES)}) (\d{{1,18}}) ([0-9a-f]{{8,64}})\b", text)
        if not found:
            raise UsageError(f"{text!r} names no end of the record; expected such as 'transition 57 3fa1b2c3d4e5f607'")
        ends += [ChainEnd(name, int(last), head) for name, last, head in found]
    return ends


@contextmanager
def _looked_at(file: Path | None, config: Path) -> Iterator[Store]:
    """The watch's own database, or a backup, which is left as it is. Exit code 3."""
    if file is None or not file.is_file():
        with open_store(f"sqlite:///{file}" if file else configured(config).store.url) as store:
            yield store
    else:
        with exit_on_error(), as_it_is(file) as place, open_store(f"sqlite:///{place}") as store:
            yield store


def verify(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A backup; the watch's own database by default.")] = None,
    config: ConfigFile = CONFIG,
    noted: Annotated[
        list[str] | None,
        typer.Option("--noted", metavar="TEXT", help="Ends of the record, as a weekly note has them; again for more."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Prove that nothing kept was changed, removed or damaged.

    Every document, observation, verdict and transition carries the hash of the one before it, and every document's bytes are
    held against their own hash. The first link that does not hold is named. Whoever can write the database could write a whole
    new chain: its ends stand in each weekly note and under `/api/v1/record`, and `--noted` holds the chain against them.
    """
    ends = _noted(noted or ())
    with _looked_at(file, config) as store, exit_on_error():
        found, shown = store.verify(ends), str(file or store.name)
    if as_json:
        left = [end.words for end in found.not_compared]
        print_json({"intact": not found.broken, "rows": dict(found.rows), "broken": found.broken or None, "not_compared": left})
    else:
        for name, rows in found.rows:
            typer.echo(f"{name:12} {rows:>9} in order")
        for end in found.not_compared:
            typer.echo(f"{end.words}: the row was deleted in its time, nothing is left to compare")
        if not found.broken:
            typer.echo(f"{shown} is intact{', and holds what was noted' if ends and not found.not_compared else ''}")
    if found.broken:
        raise fail(f"{shown} is not as it was written: {found.broken}")


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; it is made where it is missing.")],
    config: ConfigFile = CONFIG,
    as_of: Annotated[str, typer.Option("--as-of", metavar="T", help="The page of that moment instead of now.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Write the page, its feeds, badges, pictures and API answers as files that any web host can serve.

    Together with `watcher once` this is a whole watch without a server. Links between the files are relative; feeds name
    absolute addresses where `[watch] base_url` gives the place of the page. Files of an earlier export are replaced.
    """
    settings, then = configured(config), parse_datetime(as_of) if as_of else None
    with open_store(settings.store.url) as store, exit_on_error():
        now = clock_of(store)()
        view = StoreQueries(store, site_info(settings), clock=lambda: now)(then)
    try:
        files = export_site(view, folder, now=then or now)
    except OSError as error:
        raise fail(f"{error.filename or folder} cannot be written: {error.strerror or error}") from None
    if as_json:
        print_json({"folder": str(folder), "files": [path.relative_to(folder).as_posix() for path in files]})
        return
    typer.echo(f"wrote {count(len(files), 'file')}; start at {folder / 'index.html'}")
    if not settings.watch.base_url:
        typer.echo("note: without [watch] base_url the feeds cannot name the page's own address", err=True)
