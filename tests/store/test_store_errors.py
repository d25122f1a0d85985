"""Troubles of the database, each done for real: words that help, nothing half-written, and on when the cause is gone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.things import T0, document, look, poll, seen, source
from watcher.core.model import Outcome
from watcher.store.errors import ErrorKind, StoreError
from watcher.store.store import Store

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def child(body: str, *, user: int = NOBODY) -> str:
    """What a process of its own prints; as nobody it has no rights beyond those of everybody, though tests run as root."""
    script = (
        "import os, resource, sys, alembic.command, pydantic\n"
        "from tests.store.things import *\n"
        "from watcher.store.errors import StoreError\n"
        "from watcher.store.store import Store\n"
        "import watcher.store.migrations.versions\n"
        f"os.setgid({user}) if os.getuid() == 0 else None\n"
        f"os.setuid({user}) if os.getuid() == 0 else None\n" + body
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o777)
        yield place
        place.chmod(0o777)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def kind(url: str) -> ErrorKind:
    with pytest.raises(StoreError) as caught, Store.open(url, wait=0.05) as store, store.writing() as tx:
        tx.meta.put("a", "b")
    assert caught.value.reason.startswith("the database "), "the words begin with what they speak of"
    return caught.value.kind


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert kind(f"sqlite:///{tmp_path}/file/watch.db") is ErrorKind.UNWRITABLE


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert kind(f"sqlite:///{tmp_path}") is ErrorKind.UNWRITABLE


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "watch.db").write_text("Dear diary, " * 1000)
    assert kind(f"sqlite:///{tmp_path}/watch.db") is ErrorKind.CORRUPT


def test_a_file_that_was_cut_off(url: str, tmp_path: Path) -> None:
    with Store.open(url) as store:
        look(store, *(seen(f"k{n}", "x" * 500, document="") for n in range(500)), docs=())
    path = tmp_path / "watch.db"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StoreError) as caught, Store.open(url) as store, store.reading() as tx:
        tx.observations.known(["feed"])
    assert caught.value.kind is ErrorKind.CORRUPT
    assert "restore the last backup" in caught.value.reason


def test_a_database_of_another_program_gets_no_tables_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
    assert kind(f"sqlite:///{file}") is ErrorKind.CORRUPT
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmark",)]


@pytest.mark.parametrize("address", ["mysql://x/y", "sqlite://", "sqlite:///", "no address", ""])
def test_an_address_that_is_none(address: str) -> None:
    assert kind(address) is ErrorKind.UNREACHABLE


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://ada:s3cret@127.0.0.1:9/watch?connect_timeout=2")
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert "s3cret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_schema_of_a_newer_program_is_left_alone(store: Store) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError) as caught:
        store.upgrade()
    assert caught.value.kind is ErrorKind.NEWER


def test_a_locked_file_is_waited_for_then_named_and_used_again_when_it_is_free(url: str, tmp_path: Path) -> None:
    with Store.open(url, wait=0.05) as store:
        with closing(sqlite3.connect(tmp_path / "watch.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError) as caught, store.writing():
                pass
            with store.reading() as tx:
                assert tx.meta.get("a") == "", "reading goes on beside the other writer"
        assert caught.value.kind is ErrorKind.LOCKED
        with store.writing() as tx:
            tx.meta.put("a", "b")


def test_asking_does_not_wait_for_a_writer(url: str) -> None:
    with Store.open(url) as store, store.writing() as tx:
        tx.meta.put("a", "b")
        with Store.open(url, wait=0.05) as other, other.reading() as reading:
            assert reading.meta.get("a") == ""


def test_a_reader_sees_one_state_and_cannot_write(file_store: Store) -> None:
    with file_store.reading() as reading:
        assert reading.meta.get("a") == ""
        with file_store.writing() as tx:
            tx.meta.put("a", "b")
        assert reading.meta.get("a") == ""
    with pytest.raises(StoreError) as caught, file_store.reading() as tx:
        tx.meta.put("a", "c")
    assert caught.value.kind is ErrorKind.READ_ONLY


def test_a_reader_of_a_shared_database_cannot_write_either(shared_url: str) -> None:
    with Store.open(shared_url) as store, pytest.raises(Exception, match=r"read-only"), store.reading() as tx:
        tx.meta.put("a", "c")


def test_a_transaction_inside_a_transaction_is_a_mistake_not_a_wait(store: Store) -> None:
    with store.writing(), pytest.raises(RuntimeError, match=r"inside another"), store.writing():
        pass
    with store.writing() as tx:
        tx.meta.put("a", "b")


def test_writers_in_threads_wait_for_one_another(store: Store) -> None:
    def add() -> None:
        for _ in range(20):
            with store.writing() as tx:
                tx.meta.put("n", str(int(tx.meta.get("n", "0")) + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as tx:
        assert tx.meta.get("n") == "80"


def test_writers_in_processes_keep_one_chain(shared_url: str) -> None:
    def add(name: str) -> None:
        with Store.open(shared_url) as own:
            for number in range(15):
                look(own, seen(f"{name}{number}", document=""), docs=())

    threads = [threading.Thread(target=add, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store.open(shared_url) as store:
        assert store.verify().broken == ""
        assert dict(store.verify().rows)["observation"] == 45


READ_ONLY = """
try:
    with Store.open("sqlite:///{path}") as store:
        with store.reading() as tx:
            print("reads", tx.meta.get("a"))
        with store.writing() as tx:
            tx.meta.put("a", "c")
except StoreError as error:
    print(error.kind.value, error.reason)
"""


def test_a_read_only_file_can_be_asked_but_not_written(open_folder: Path) -> None:
    path = open_folder / "watch.db"
    with Store.open(f"sqlite:///{path}") as store, store.writing() as tx:
        tx.meta.put("a", "b")
    path.chmod(0o444)
    said = child(READ_ONLY.format(path=path))
    assert "reads b" in said
    assert "read_only the database" in said
    assert "give this user the right" in said


def test_a_folder_without_rights(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    said = child(READ_ONLY.format(path=open_folder / "sub" / "watch.db"))
    assert said.startswith("unwritable the database"), said
    said = child(READ_ONLY.format(path=open_folder / "watch.db"))
    assert said.startswith("unwritable the database"), said


def fill_up(store: Store, first: int) -> int:
    """Store documents until the disk is full; how many were stored."""
    for number in range(first, first + 400):
        text = os.urandom(10_000).hex()
        with store.writing() as tx:
            tx.documents.put([document(text)])
            tx.polls.record([poll("feed", Outcome.OK, T0, body_hash=str(number))])
    raise AssertionError("the disk never was full")


def test_a_full_disk_undoes_the_transaction_and_the_watch_goes_on_when_there_is_room(tiny_disk: Path) -> None:
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    with Store.open(f"sqlite:///{tiny_disk}/watch.db") as store:
        with store.writing() as tx:
            tx.sources.sync([source()], T0)
        with pytest.raises(StoreError) as caught:
            fill_up(store, 0)
        assert caught.value.kind is ErrorKind.FULL
        assert "free space" in caught.value.reason
        with store.reading() as tx:
            documents = dict(store.verify().rows)["document"]
            [row] = tx.sources.due_of(["feed"], T0 + (T0 - T0.replace(year=2025)))
            assert row.body_hash == str(documents - 1), "either both are there or none"
        ballast.unlink()
        with store.writing() as tx:
            tx.documents.put([document("there is room again")])
        assert store.verify().broken == ""


LIMITED = """
store = Store.open("sqlite:///" + {path!r})
with store.writing() as tx:
    tx.meta.put("a", "b")
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
try:
    for number in range(100):
        with store.writing() as tx:
            tx.meta.put("n", str(number))
            tx.documents.put([document(os.urandom(10_000).hex())])
except StoreError as error:
    print(error.kind.value)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with store.writing() as tx:
    tx.meta.put("a", "on again")
with store.reading() as tx:
    print(dict(store.verify().rows)["document"] - int(tx.meta.get("n")), store.verify().broken, tx.meta.get("a"))
store.close()
"""


def test_a_file_that_may_not_grow_is_the_same(tmp_path: Path) -> None:
    said = child(LIMITED.format(path=str(tmp_path / "watch.db")), user=0)
    assert said.splitlines() in (["full", "1  on again"], ["broken", "1  on again"]), said


@pytest.mark.parametrize("left", [0, 50, 4096, 20_000])
def test_a_database_that_was_cut_off_is_no_new_one(tmp_path: Path, left: int) -> None:
    file = tmp_path / "watch.db"
    with Store.open(f"sqlite:///{file}") as store:
        look(store, seen())
    whole = file.read_bytes()
    file.write_bytes(whole[:left])
    with pytest.raises(StoreError, match="restore") as caught:
        Store.open(f"sqlite:///{file}")
    assert caught.value.kind is ErrorKind.CORRUPT
    assert file.read_bytes() == whole[:left], "nothing is begun anew in it"
    file.unlink()
    Store.open(f"sqlite:///{file}").close()


def remove(file: Path) -> None:
    for each in file.parent.glob("watch.db*"):
        each.unlink()


def rename(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))


def replace(file: Path) -> None:
    with Store.open(f"sqlite:///{file}.other"):
        pass
    Path(f"{file}.other").replace(file)


@pytest.mark.parametrize("harm", [remove, rename, replace])
def test_a_database_that_is_taken_away_while_it_is_in_use_is_missed_at_once(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    file = tmp_path / "data" / "watch.db"
    with Store.open(f"sqlite:///{file}") as store:
        look(store, seen())
        harm(file)
        left = sorted(file.parent.glob("*"))
        with pytest.raises(StoreError, match="was taken away, or another file") as caught, store.writing() as tx:
            tx.meta.put("a", "kept")
        assert caught.value.kind is ErrorKind.GONE
        with pytest.raises(StoreError, match="was taken away"), store.reading() as tx:
            tx.meta.get("a")
        with pytest.raises(StoreError, match="was taken away"):
            store.token()
        assert sorted(file.parent.glob("*")) == left, "nothing is begun anew in its place"


@pytest.mark.parametrize(
    "parts", [("wal",), *(pytest.param(one, marks=pytest.mark.slow) for one in (("shm",), ("wal", "shm")))], ids="-".join
)
@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_a_log_that_is_taken_away_is_missed_and_what_it_held_is_not_lost(
    tmp_path: Path,
    parts: tuple[str, ...],
    replaced: bool,  # noqa: FBT001 - a table
) -> None:
    file = tmp_path / "watch.db"
    beside = f"from watcher.store.store import Store\nwith Store.open({f'sqlite:///{file}'!r}) as store, store.reading() as tx:\n"
    with Store.open(f"sqlite:///{file}") as store:
        with store.writing() as tx:
            tx.sources.sync([source()], T0)
        for key in ("before", "also"):
            look(store, seen(key))
        with store.reading() as reader:
            assert len([*reader.observations.of("sig")]) == 2
            for part in parts:
                log = file.with_name(f"watch.db-{part}")
                log.unlink()
                if replaced:
                    log.touch(0o600)
            with pytest.raises(StoreError, match="has lost the log beside it") as caught, store.writing() as tx:
                tx.meta.put("a", "kept")
            assert caught.value.kind is ErrorKind.LOG_GONE
        with pytest.raises(StoreError, match="has lost the log beside it"):  # now nobody reads: it is the last time
            store.token()
        look(store, seen("after"))
        said = child(f"{beside}    print(sorted(one.entry.key for one in tx.observations.of('sig')))", user=os.getuid())
        assert said.strip() == "['after', 'also', 'before']", "others see all of it while the watch goes on"
        assert store.verify().broken == ""


def test_a_database_that_is_put_back_is_used_again(tmp_path: Path) -> None:
    file, away = tmp_path / "data" / "watch.db", tmp_path / "away"
    with Store.open(f"sqlite:///{file}") as store:
        with store.writing() as tx:
            tx.sources.sync([source()], T0)
        look(store, seen("before"))
        file.parent.rename(away)
        with pytest.raises(StoreError), store.writing() as tx:
            tx.meta.put("a", "b")
        away.rename(file.parent)
        look(store, seen("after"))
        with store.reading() as tx:
            assert sorted(one.entry.key for one in tx.observations.of("sig")) == ["after", "before"]
        assert store.verify().broken == ""


def test_who_dies_while_a_database_is_made_leaves_no_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    body = (
        "import sqlite3\nfrom pathlib import Path\nfrom watcher.store.engine import make_database\n"
        f"sys.addaudithook(lambda event, _: os._exit(9) if event == 'os.link' else None)\nmake_database(Path({str(file)!r}))\n"
    )
    child(body, user=os.getuid())
    assert not file.exists()
    with Store.open(f"sqlite:///{file}") as store:
        look(store, seen())
