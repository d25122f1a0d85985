"""What is installed shares no name with packages of others, and runs beside them from an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
NEEDED = ("watcher", "notifiers", "policy_signal_watch", "pyproject.toml", "setup.py", "requirements.in", "README.md", "LICENSE")
READ = """
import asyncio
import sys
from datetime import UTC, datetime
sys.path.insert(0, sys.argv[1])
from watcher.core.model import Document
from watcher.sandbox.pool import ParserPool
feed = b"<rss version='2.0'><channel><item><title>One</title><link>https://a.example/1</link></item></channel></rss>"
with ParserPool(workers=1) as pool:
    found = Document("https://a.example/", "", feed, "", "text/xml", datetime.now(UTC))
    print(asyncio.run(pool.read(found, "feed", {}))[0].title)
"""
FOREIGN = "raise SystemExit('a package of somebody else was imported')\n"


def run(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "TMPDIR"}} | env
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages: ours from its wheel, and two of somebody else with the names that ours have inside."""
    folder = tmp_path_factory.mktemp("wheel")
    clone = folder / "clone"
    clone.mkdir()
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, clone / name)
    command = (sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(folder / "dist"), str(clone))
    built = run(*command, cwd=folder, **os.environ)  # the build backend comes from the index, however that is reached here
    if built.returncode:
        pytest.skip(f"no wheel can be built here: {built.stderr.strip()[-200:]}")
    installed = folder / "site"
    with zipfile.ZipFile(next((folder / "dist").glob("*.whl"))) as wheel:
        wheel.extractall(installed)
    for name in ("watcher", "notifiers"):
        (installed / name).mkdir()
        (installed / name / "__init__.py").write_text(FOREIGN, "utf-8")
    return installed


def watcher(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-P", "-m", "policy_signal_watch", *words, cwd=folder, PYTHONPATH=str(site))


def test_it_has_one_name_of_its_own_and_every_file_of_ours(site: Path) -> None:
    tops = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"policy_signal_watch", "watcher", "notifiers"}, "the last two are the foreign ones"
    inside = {
        str(path.relative_to(site / "policy_signal_watch"))
        for path in (site / "policy_signal_watch").rglob("*")
        if path.is_file()
    }
    ours = {
        str(path.relative_to(ROOT)) for name in ("watcher", "notifiers") for path in (ROOT / name).rglob("*") if path.is_file()
    }
    assert {name for name in ours if "__pycache__" not in name} <= inside


def test_it_runs_from_an_empty_folder_beside_packages_of_the_same_names(site: Path, tmp_path: Path) -> None:
    assert watcher(site, tmp_path, "init", "--no-ask").returncode == 0
    for words in (("check",), ("status",), ("once", "--quiet"), ("export", "public")):
        done = watcher(site, tmp_path, *words)
        assert "somebody else" not in done.stderr + done.stdout
        assert "Traceback" not in done.stderr, done.stderr
    assert (tmp_path / "public" / "index.html").exists()


def test_the_processes_that_read_documents_find_ours_too(site: Path, tmp_path: Path) -> None:
    (tmp_path / "watcher").mkdir()
    (tmp_path / "watcher" / "__init__.py").write_text(FOREIGN, "utf-8")
    done = run(sys.executable, "-P", "-c", READ, str(site / "policy_signal_watch"), cwd=tmp_path, PYTHONPATH=str(site))
    assert (done.stdout, done.stderr) == ("One\n", "")


def interpreter(version: str) -> str | None:
    """A Python of this version, where there is one."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(kept[-1]) if kept else shutil.which(f"python{version}")


@pytest.fixture(params=["3.12", "3.13", "3.14"])
def later(request: pytest.FixtureRequest, site: Path, tmp_path: Path) -> Path:
    """The interpreter of an environment of a later Python with our wheel, and all that it needs, installed."""
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"there is no Python {request.param} here")
    made = run(found, "-m", "venv", str(tmp_path / "env"), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    python = tmp_path / "env" / "bin" / "python"
    (wheel,) = (site.parent / "dist").glob("*.whl")
    done = run(str(python), "-m", "pip", "install", "--quiet", str(wheel), cwd=tmp_path, **os.environ)
    if done.returncode:
        pytest.skip(f"its requirements cannot be had here: {done.stderr.strip()[-200:]}")
    return python


def test_it_runs_from_an_empty_folder_under_each_later_python(later: Path, tmp_path: Path) -> None:
    home, command = tmp_path / "home", str(later.with_name("watcher"))
    home.mkdir()
    assert run(command, "init", "--no-ask", cwd=home).returncode == 0
    for words in (("check",), ("status",), ("once", "--quiet"), ("doctor", "--offline"), ("export", "public")):
        done = run(command, *words, cwd=home)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
    place = run(str(later), "-c", "import policy_signal_watch as ours; print(*ours.__path__)", cwd=home).stdout.strip()
    done = run(str(later), "-P", "-c", READ, place, cwd=home)
    assert (done.stdout, done.stderr) == ("One\n", "")


def test_others_get_their_own_packages(site: Path, tmp_path: Path) -> None:
    done = run(sys.executable, "-P", "-c", "import policy_signal_watch, notifiers", cwd=tmp_path, PYTHONPATH=str(site))
    assert "somebody else" in done.stderr


def test_in_a_clone_the_same_command_finds_the_folders_beside_it(tmp_path: Path) -> None:
    done = run(sys.executable, "-P", "-m", "policy_signal_watch", "--version", cwd=tmp_path, PYTHONPATH=str(ROOT))
    assert done.stdout.startswith("watcher ")
