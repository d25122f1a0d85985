"""The files that are shipped are right, and those that are generated are fresh."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.config.texts import SMALL
from tools import reference
from watcher.config.build import Config, load
from watcher.config.check import check
from watcher.config.jsonschema import build_schema, schema_text, write_starter

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
FIRST_LINE = "#:schema ./signals.schema.json"
"""How editors with Taplo (Even Better TOML) find the schema: https://taplo.tamasfe.dev/configuration/directives.html"""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(schema_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_editors_see_it(text: str) -> object:
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_the_shipped_schema_is_fresh() -> None:
    assert (ROOT / "signals.schema.json").read_text(encoding="utf-8") == schema_text(), "run `make schema`"


def test_the_reference_is_fresh() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page_text(), "run `make schema`"


def test_the_shipped_signals_read_as_their_examples_say(validator: Draft202012Validator) -> None:
    path = ROOT / "signals.toml"
    for each in (path, *sorted(ROOT.glob("signals/*.toml"))):
        text = each.read_text(encoding="utf-8")
        assert text.startswith(FIRST_LINE if each == path else FIRST_LINE.replace("./", "../"))
        assert [error.message for error in validator.iter_errors(as_editors_see_it(text))] == []
    config = load(path, {})
    assert [signal.id for signal in config.signals] == ["senate-vote", "mythos-ga", "caisi-evaluation"]
    assert [str(failure) for failure in check(config, NOW).failures] == []


def test_a_new_configuration_works_at_once(tmp_path: Path, validator: Draft202012Validator) -> None:
    path, schema = write_starter(tmp_path / "new" / "signals.toml")
    text = path.read_text(encoding="utf-8")
    assert text.startswith(FIRST_LINE)
    assert schema.read_text(encoding="utf-8") == schema_text()
    assert [error.message for error in validator.iter_errors(as_editors_see_it(text))] == []
    report = check(load(path, {}), NOW)
    assert report.passed == 2
    assert report.failures == ()
    assert [said for said in report.warnings if "contact" not in said] == []


def test_a_configuration_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "signals.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_starter(path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_every_key_of_the_schema_is_one_that_the_reader_takes(
    read: Callable[..., Config], validator: Draft202012Validator
) -> None:
    assert validator.is_valid(as_editors_see_it(SMALL))
    for wrong in (
        "[watsch]\n",
        '[watch]\ntimezon = "UTC"\n',
        '[[recipient]]\nchannel = "x"\nto = "y"\n',
        '[smtp]\npassword = "x"\n',
    ):
        assert not validator.is_valid(as_editors_see_it(SMALL + wrong))


def test_the_schema_explains_its_keys() -> None:
    tables = build_schema()["$defs"]
    assert tables["Source"]["properties"]["expect_every"]["description"].startswith("Silence alarm")
    assert tables["Source"]["properties"]["grace"]["default"] == "1d"
    assert "a day or three of its paces" in tables["Source"]["properties"]["grace"]["description"]
    assert tables["Recipient"]["properties"]["at"]["default"] == "08:00"
    assert tables["Rule"]["properties"]["by"]["default"] == ["official"]
    assert tables["channel_smtp"]["properties"]["timeout"]["default"] == "30s"
    assert "manner" in tables["Sentence"]["properties"]
    assert [
        (name, key)
        for name, table in tables.items()
        for key, said in table.get("properties", {}).items()
        if "description" not in said
    ] == []


def test_a_shipped_source_counts_as_blind_after_a_day_or_three_of_its_paces() -> None:
    graces = {source.id: (source.every, source.grace) for source in load(ROOT / "signals.toml", quick=True).sources}
    assert graces["nist-ai-news"] == (timedelta(hours=2), timedelta(days=1))
    assert graces["deprecations"] == (timedelta(hours=12), timedelta(hours=36))
    assert [name for name, (every, grace) in graces.items() if grace != max(timedelta(days=1), 3 * every)] == []
