"""Golden pairs: each publisher's form beside what is read from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from reading import document

from watcher import formats
from watcher.core.model import Entry

GOLDEN = Path(__file__).parent / "golden"
PAIRS = sorted(GOLDEN.glob("*.expected.json"))


def plain(value: Any) -> Any:
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def shown(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "title": entry.title,
        "text": entry.text,
        "link": entry.link,
        "published": entry.published.isoformat() if entry.published else None,
        "facts": {name: plain(value) for name, value in entry.facts.items()},
    }


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_a_document_is_read_as_written_beside_it(pair: Path) -> None:
    expected = json.loads(pair.read_text(encoding="utf-8"))
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in expected["options"].items()}
    body = (GOLDEN / expected["document"]).read_bytes()
    found = formats.read(document(body, url=expected["url"], content_type=expected["content_type"]), expected["format"], options)
    assert [shown(entry) for entry in found] == expected["entries"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_every_option_of_a_pair_is_one_that_the_format_names(pair: Path) -> None:
    expected = json.loads(pair.read_text(encoding="utf-8"))
    assert set(expected["options"]) <= set(formats.options(expected["format"]) or ())


def test_every_document_has_its_pair() -> None:
    named = {json.loads(pair.read_text(encoding="utf-8"))["document"] for pair in PAIRS}
    assert named == {path.name for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json")}


def test_formats_are_found_by_the_names_of_their_files() -> None:
    files = {path.stem for path in Path(formats.__file__).parent.glob("[a-z]*.py")}
    assert set(formats.names()) == files
    assert all(callable(formats.find(name).read) for name in files)


def test_an_unknown_format_is_no_unreadable_document() -> None:
    with pytest.raises(KeyError):
        formats.read(document("x"), "feeds", {})
    with pytest.raises(KeyError):
        formats.find("_text")
