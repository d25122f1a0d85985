"""The page as files for any web host."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.web.story import NOW, view
from watcher.web.export import export_site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("site")
    export_site(view(), made, now=NOW)
    return made


def test_every_link_of_every_page_leads_to_a_file(folder: Path) -> None:
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) == 15
    for page in pages:
        for address in re.findall(r'(?:href|src)="([^"]+)"', page.read_text()):
            if "//" in address or address.startswith("#"):
                continue
            path, _, anchor = address.partition("#")
            target = (page.parent / path.partition("?")[0]).resolve()
            assert target.is_file(), f"{page.name}: {address}"
            assert not anchor or f'id="{anchor}"' in target.read_text(), address


def test_what_only_a_server_can_answer_is_left_out(folder: Path) -> None:
    assert "as_of" not in (folder / "index.html").read_text()
    assert "openapi" not in (folder / "machines.html").read_text()


def test_links_in_feeds_name_the_files(folder: Path) -> None:
    assert 'href="https://watch.example.org/stories/mythos-ga.html#change-2"' in (folder / "feeds/all.atom").read_text()


def test_the_answers_of_the_api_are_files(folder: Path) -> None:
    assert json.loads((folder / "api/v1/signals/mythos-ga.json").read_text())["id"] == "mythos-ga"
    assert len(json.loads((folder / "api/v1/signals.json").read_text())["signals"]) == 3
    assert json.loads((folder / "badges/senate-vote.json").read_text())["schemaVersion"] == 1


def test_an_export_replaces_its_own_files_and_leaves_others(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("watch.example.org")
    first = export_site(view(), tmp_path, now=NOW)
    second = export_site(view(title="Another"), tmp_path, now=NOW)
    assert first == second
    assert "Another" in (tmp_path / "index.html").read_text()
    assert (tmp_path / "CNAME").read_text() == "watch.example.org"


def test_the_same_view_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for path in export_site(view(), tmp_path, now=NOW):
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes()
