"""What the tables become."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.config.texts import LADDER, SIGNAL, SMALL
from watcher.config.build import Config, rules_hash
from watcher.config.errors import ConfigError
from watcher.config.settings import Recipient
from watcher.config.types import Table
from watcher.core import model
from watcher.core.model import Article, Date, DeclaredFact, Follow, Headline, Term, Tier

Read = Callable[..., Config]
ROOT = Path(__file__).parents[2]

FULL = (
    LADDER.replace("github.com/o/r/", "github.com/$repo/")
    + """
[[ladder.release.rule]]
id = "note"
status = "released"
when = { draft = false, kind = ["$kinds", "tag"] }
by = ["press", "official"]
[[ladder.release.flag]]
id = "late"
[[signal]]
id = "my-release"
question = "Is it out?"
opened = 2026-05-14
window = "60d"
[[signal.track]]
id = "one"
ladder = "release"
bind = { repo = "o/one", kinds = ["a", "b"] }
link = "https://example.org/one"
[[signal.track]]
id = "two"
ladder = "release"
bind = { repo = "o/two", kinds = "c" }
[[signal.headline]]
id = "out"
label = "{one.label} and {two.version}"
when = { one = "released", two = ["awaiting", "released"] }
[[signal.source]]
id = "news"
url = "https://news.example.org/feed"
format = "page"
publisher = "link"
tier = "press"
every = "6h"
options = { items = "article", max_items = 5 }
[[signal.source.follow]]
match = "/releases/"
format = "page"
every = "1d"
[[signal.known]]
track = "one"
status = "released"
at = 2026-03-01T12:00:00Z
quote = "One is out."
url = "https://www.example.co.uk/one"
[[signal.term]]
name = "GA"
words = "general availability"
at = 2026-05-14
[[signal.date]]
id = "end"
label = "The end"
at = 2026-07-13
remind = ["14d", "1d"]
[[recipient]]
id = "me"
channel = "maildir"
pace = "weekly"
weekdays = ["mon", "fri"]
quiet_hours = "22:00-07:00"
[watch]
timezone = "Europe/Berlin"
[[stack]]
name = "Coder"
tags = "open_weights"
"""
)


def test_a_small_file_is_enough(read: Read) -> None:
    config = read(SMALL)
    [signal] = config.signals
    [track] = signal.tracks
    [source] = signal.sources
    assert (signal.title, track.id, track.title) == ("My release", "release", "My release")
    assert (source.id, source.publisher, source.every) == ("github.com-o-r-releases.atom", "github.com", timedelta(hours=1))
    assert signal.headlines == (
        Headline("awaiting", "Awaiting", {"release": ("awaiting",)}),
        Headline("released", "Released", {"release": ("released",)}),
    )
    assert config.recipients == (Recipient(id="mailbox", channel="maildir", to="data/mailbox", operator=True),)
    assert config.store.url == "sqlite:///data/watch.db"
    assert config.signal("my-release") is signal
    with pytest.raises(KeyError):
        config.signal("other")


def test_every_table_becomes_its_value(read: Read) -> None:
    config = read(FULL)
    [signal] = config.signals
    assert (signal.opened, signal.window) == (datetime(2026, 5, 14, tzinfo=UTC), timedelta(days=60))
    assert signal.headlines == (
        Headline("out", "{one.label} and {two.version}", {"one": ("released",), "two": ("awaiting", "released")}),
    )
    assert signal.known == (
        DeclaredFact(
            "one",
            "released",
            datetime(2026, 3, 1, 12, tzinfo=UTC),
            "One is out.",
            "https://www.example.co.uk/one",
            "example.co.uk",
        ),
    )
    assert signal.dates == (Date("end", "The end", datetime(2026, 7, 13, tzinfo=UTC), (timedelta(days=14), timedelta(days=1))),)
    assert signal.terms == (Term("GA", "general availability", datetime(2026, 5, 14, tzinfo=UTC)),)
    [source] = signal.sources
    assert (source.publisher, source.tier, source.options) == ("link", Tier.PRESS, {"items": "article", "max_items": 5})
    assert source.follow == (Follow("/releases/", "page", timedelta(days=1)),)
    assert config.sources == (source,)
    assert [tool.name for tool in config.stack if tool.tags == ("open_weights",)] == ["Coder"]


def test_the_article_is_of_a_moment_and_at_an_address(read: Read) -> None:
    article = '[signal.article]\ntitle = "T"\nurl = "https://e.example/"\nby = "B"\nat = 2026-05-14\n'
    assert read(SMALL + article).signals[0].article == Article("T", "https://e.example/", "B", datetime(2026, 5, 14, tzinfo=UTC))
    with pytest.raises(ConfigError, match=r'"e\.example"; expected an address'):
        read(SMALL + article.replace("https://e.example/", "e.example"))


TABLES = [each for each in Table.__subclasses__() if hasattr(model, each.__name__)]


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.__name__)
def test_what_is_left_out_is_as_the_core_has_it(table: Any) -> None:
    held = {each.name: each.default for each in fields(getattr(model, table.__name__)) if each.default is not MISSING}
    keys = {name: each.get_default(call_default_factory=True) for name, each in table.model_fields.items() if name in held}
    assert {name: tuple(each) if isinstance(each, list) else each for name, each in keys.items()} == {
        name: held[name] for name in keys
    }


def test_a_track_fills_its_ladder(read: Read) -> None:
    one, two = read(FULL).signals[0].tracks
    assert one.ladder.rules[0].when == {"link": ("github.com/o/one/releases/tag/v2*",)}
    assert two.ladder.rules[0].when == {"link": ("github.com/o/two/releases/tag/v2*",)}
    assert one.ladder.rules[1].when == {"draft": (False,), "kind": ("a", "b", "tag")}
    assert two.ladder.rules[1].when == {"draft": (False,), "kind": ("c", "tag")}
    assert one.ladder.rules[1].by == (Tier.PRESS, Tier.OFFICIAL)
    assert [flag.label for flag in one.ladder.flags] == ["Late"]


def test_tracks_that_bind_nothing_share_a_ladder(read: Read) -> None:
    one, two = read(SMALL + '[[signal.track]]\nid = "b"\nladder = "release"\n').signals[0].tracks
    assert one.ladder is two.ladder


def test_a_recipient_has_a_pace(read: Read) -> None:
    [me] = read(FULL).recipients
    assert (me.to, me.pace, me.weekdays, me.at) == ("data/mailbox", "weekly", (0, 4), time(8))
    assert me.quiet_hours == (time(22), time(7))
    assert me.timezone == "Europe/Berlin"


def test_sentences_are_read_with_the_signal_s_own_words(read: Read) -> None:
    says = LADDER.replace('when = { link = "github.com/o/r/releases/tag/v2*" }', 'says = { about = "it", phrase = "out" }')
    words = '[signal.vocabulary]\nthings = { it = ["Thing"] }\nphrases = { out = ["is out"] }\n'
    [signal] = read(says + SIGNAL + words).signals
    sentence = signal.tracks[0].ladder.rules[0].sentence
    assert sentence is not None
    assert sentence.about == ("it",)
    assert signal.vocabulary.things == {"it": ("Thing",)}


SAME = {
    "layout": FULL.replace(" = ", "="),
    "comments": FULL.replace("\n[[", "\n# a word\n\n[["),
    "order of keys": FULL.replace("draft = false, ", "").replace('"tag"] }', '"tag"], draft = false }'),
    "what is not decided with": FULL.replace('question = "Is it out?"', 'question = "And?"').replace("6h", "1h"),
}
OTHER = {
    "a condition": FULL.replace("draft = false", "draft = true"),
    "a flag": FULL.replace('id = "late"', 'id = "later"'),
    "history": FULL.replace("2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"),
    "a headline": FULL.replace('"{one.label} and', '"{one.label} or'),
    "a binding": FULL.replace("o/two", "o/three"),
    "who may say it": FULL.replace('by = ["press", "official"]', 'by = ["official", "press"]\nconfirm = 2'),
    "the vocabulary": FULL.replace("[[signal.track]]", '[signal.vocabulary.words]\na = ["b"]\n[[signal.track]]', 1),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_the_rules_are_the_same_whatever(read: Read, text: str) -> None:
    assert rules_hash(read(text).signals[0]) == rules_hash(read(FULL).signals[0])


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_the_rules_are_others_with(read: Read, text: str) -> None:
    assert rules_hash(read(text).signals[0]) != rules_hash(read(FULL).signals[0])


def test_the_shipped_rules_are_the_same_in_every_process() -> None:
    script = "from watcher.config.build import load, rules_hash\n"
    script += "print([rules_hash(signal) for signal in load('signals.toml', {}, quick=True).signals])"
    said = [
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in "12"
    ]
    assert said[0] == said[1]


def test_what_has_no_place_among_the_rules_is_refused(read: Read) -> None:
    [signal] = read(SMALL).signals
    with pytest.raises(TypeError, match="object has no place"):
        rules_hash(replace(signal, known=(object(),)))  # type: ignore[arg-type]


def test_ten_thousand_sources_are_read(read: Read) -> None:
    many = "".join(
        f'[[signal.source]]\nurl = "http://127.0.0.1/{n}"\npublisher = "x.org"\ntier = "press"\n' for n in range(10_000)
    )
    assert len(read(SMALL + many).sources) == 10_001
