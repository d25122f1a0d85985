"""What a policy person writes, and what is answered when it cannot be read."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.spoken import shipped
from watcher.core.language import lexicon
from watcher.core.language.lexicon import sets, written
from watcher.core.language.match import find
from watcher.core.language.sentence import MANNERS, Sentence
from watcher.core.language.vocabulary import Vocabulary

TABLE: dict[str, Any] = {
    "things": {"bill": ["House Bill", "HB"], "car": ["Model T"], "kind": ["T# class model*"]},
    "phrases": {
        "passed": ["passed", "pass* {it}", "[sent|carried] {it} to the governor", "{it} into law", "signed * into law"],
        "paused": ["[on hold|in recess]"],
        "study": ["[joint|] study of"],
    },
    "words": {"amended": ["amend*", "as changed"]},
}
BILLS = Vocabulary.of(TABLE)


def says(**keys: object) -> Sentence:
    return Sentence.of(keys, BILLS)


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("House Bill 12 passed.", "House Bill 12", "12"),
        ("HOUSE BILL 12 passed.", "House Bill 12", "12"),
        ("HB 12 passed.", "HB 12", "12"),
        ("HB-12.5 passed.", "HB 12.5", "12.5"),
        ("house-bill-7-20260101 passed.", "House Bill 7", "7"),
        ("The T 5 class models passed.", "T 5 class models", "5"),
    ],
)
def test_a_name_is_known_in_its_spellings(text: str, name: str, version: str) -> None:
    found = find(says(about="bill", phrase="passed"), BILLS, title="", text=text) or find(
        says(about=["kind"], phrase=["passed"]), BILLS, title="", text=text
    )
    assert found is not None
    assert (found.values["name"], found.values["version"]) == (name, version)


@pytest.mark.parametrize("text", ["The hb 12 passed.", "XHB 12 passed.", "HB12passed", "HB-bank passed."])
def test_part_of_a_word_is_no_name(text: str) -> None:
    assert find(says(about=["bill"], phrase=["passed"]), BILLS, title="", text=text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Both chambers passed HB 12.",
        "They sent HB 12 to the governor.",
        "HB 12 into law",
        "HB 12 was signed this morning into law.",
        "HB 12 was passed.",
        "Passed: HB 12",
    ],
)
def test_phrases_hold_in_the_shape_in_which_they_are_written(text: str) -> None:
    assert find(says(about=["bill"], phrase=["passed"]), BILLS, title="", text=text)


def test_a_choice_stands_for_each_of_its_wordings() -> None:
    for words in ("on hold", "in recess"):
        assert find(says(about=["bill"], phrase=["paused"]), BILLS, title="", text=f"HB 12 is {words}.")


def test_words_are_asked_for_and_kept_out_of_the_same_sentence() -> None:
    text = "HB 12 passed as amended. HB 13 passed."
    assert find(says(about=["bill"], phrase=["passed"], words=["amended"]), BILLS, title="", text=text).values["name"] == "HB 12"  # type: ignore[union-attr]
    assert (
        find(says(about=["bill"], phrase=["passed"], not_words=["amended"]), BILLS, title="", text=text).values["name"] == "HB 13"
    )  # type: ignore[union-attr]


def test_where_a_sentence_stands_can_be_asked_for() -> None:
    title_only = says(about=["bill"], phrase=["passed"], where="title")
    assert find(title_only, BILLS, title="HB 12 passed", text="")
    assert find(title_only, BILLS, title="News", text="HB 12 passed.") is None
    assert find(says(about=["bill"], where="text"), BILLS, title="HB 12", text="News.") is None


def test_what_is_named_beside_it_can_be_asked_for_and_kept_out() -> None:
    text = "HB 12 passed. The Model T drove by."
    assert find(says(about=["bill"], phrase=["passed"], also=["car"]), BILLS, title="", text=text)
    assert find(says(about=["bill"], phrase=["passed"], not_also=["car"]), BILLS, title="", text=text) is None
    assert find(says(about=["bill"], phrase=["passed"], titled=["car"]), BILLS, title="", text=text) is None
    assert find(says(about=["bill"], phrase=["passed"], titled=["car"]), BILLS, title="Model T", text=text)


def test_a_phrase_said_of_two_at_once_can_be_kept_out() -> None:
    rule = says(about=["bill"], phrase=["passed"], not_with=["car"])
    assert find(rule, BILLS, title="", text="HB 12 and the Model T passed.") is None
    assert find(rule, BILLS, title="", text="HB 12 passed.")


def test_without_a_group_any_speaker_counts() -> None:
    found = find(says(phrase=["passed"]), BILLS, title="", text="The budget passed.")
    assert found is not None
    assert "what the sentence speaks of" in found.reason


def test_a_mention_needs_no_phrase_and_may_need_a_version() -> None:
    assert find(says(about=["bill"]), BILLS, title="", text="We read HB 12.")
    assert find(says(about=["bill"], versioned=True), BILLS, title="", text="We read the House Bill.") is None
    assert find(says(about=["bill"], versioned=True), BILLS, title="", text="We read HB 12.").values["model"] == "hb-12"  # type: ignore[union-attr]


def test_a_title_names_a_work_its_author_and_its_object() -> None:
    rule = says(title="study", by=["bill"], object_not=["amended"])
    assert find(rule, BILLS, title="HB 12 joint study of Ford 3", text="").values["model"] == "ford-3"  # type: ignore[union-attr]
    assert find(rule, BILLS, title="Study of Ford 3 by HB 12", text="")
    for title in (
        "Study of Ford 3",
        "HB 12 study of Amended Rules",
        "HB 12 study of",
        "HB 12 study of roads",
        "HB 12 and the study",
        "Study of Ford 3 and HB 12",
    ):
        assert find(rule, BILLS, title=title, text="") is None
    versioned = says(title="study", by=["bill"], versioned=True)
    assert find(versioned, BILLS, title="HB 12 study of the Ford", text="") is None
    assert find(versioned, BILLS, title="HB 12 study of the Ford 3", text="").values["model"] == "ford-3"  # type: ignore[union-attr]
    far = "HB 12 " + "on many and many another long day of the year " * 3 + "study of Ford 3"
    assert find(rule, BILLS, title=far, text="") is None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"names": {}}, "unknown key 'names'"),
        ({"things": ["x"]}, "vocabulary.things: expected a table of lists"),
        ({"things": {"a": "x"}}, "vocabulary.things.a: expected a list of texts"),
        ({"things": {"a": [""]}}, "vocabulary.things.a"),
        ({"things": {"a": []}}, "vocabulary.things.a"),
        ({"words": {"a": [1]}}, "vocabulary.words.a"),
        ({"phrases": {"a": ["* {it}"]}}, "phrase '* {it}' of 'a': give at least one fixed word"),
        ({"phrases": {"a": ["[x|]"]}}, "give at least one fixed word"),
        ({"phrases": {"a": ["open ... for ... all"]}}, "give one `...`"),
        ({"phrases": {"a": ["open {it} ... to all"]}}, "and not both"),
    ],
)
def test_a_mistake_in_the_vocabulary_is_named(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r"vocabulary|phrase") as caught:
        Vocabulary.of(table)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"abuot": ["bill"]}, "unknown key 'abuot'"),
        ({"about": []}, "says.about: expected a text or a list of texts"),
        ({"about": [1]}, "says.about"),
        ({"window": "yes"}, "says.window: expected true or false"),
        ({"where": "footer"}, "says.where: expected one of any, title, text"),
        ({"title": ""}, "says.title: expected the name of a list of phrases"),
        ({"about": ["bil"]}, "says.about: 'bil' is not in the vocabulary; known: bill, car, kind"),
        ({"phrase": ["vetoed"]}, "says.phrase: 'vetoed'"),
        ({"manner": ["stated", "planned+hoped"]}, "says.manner: 'hoped'"),
        ({"words": ["x"]}, "says.words: 'x'"),
        ({"title": "x"}, "says.title: 'x'"),
    ],
)
def test_a_mistake_in_a_sentence_is_named(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="says") as caught:
        Sentence.of(table, BILLS)
    assert words in str(caught.value)


def test_a_sentence_can_be_written_before_its_vocabulary() -> None:
    assert Sentence.of({"about": ["anything"]}).about == ("anything",)


def test_an_empty_vocabulary_finds_nothing() -> None:
    assert find(Sentence(about=("bill",)), Vocabulary(), title="HB 12", text="HB 12 passed.") is None
    assert Vocabulary.of({}).find("HB 12") == ()


def test_the_general_english_holds_where_a_signal_names_no_maker() -> None:
    open_to = Vocabulary.of({**TABLE, "phrases": {"open": ["open to <everyone>"]}})
    asked = Sentence.of({"about": ["bill"], "phrase": ["open"]}, open_to)
    assert find(asked, open_to, title="", text="HB 12 is open to all our customers.")
    assert find(asked, open_to, title="", text="HB 12 is open to all projects.")
    assert find(asked, open_to, title="", text="HB 12 is open to our partners.") is None


def test_the_general_english_names_nobody_of_one_signal() -> None:
    mythos, caisi = (shipped(name).vocabulary for name in ("mythos-ga", "caisi-evaluation"))
    lists = (
        mythos.words["maker"],
        caisi.words["before_name"],
        caisi.words["itself"],
        caisi.things["prc_maker"],
        caisi.things["body"],
    )
    regions = {"chinese", "china"}  # a limit, and a language
    english = " ".join(re.findall(r"[a-z0-9.]+", " ".join(chain(written(), *sets().values())).lower()))
    names = {name.lower() for name in chain(*lists)} - regions
    assert "generally available" in english
    assert [name for name in sorted(names) if f" {name} " in english] == []


ROOM = Path(lexicon.__file__).parent
NAMED = {
    *MANNERS,
    *lexicon.ACCOUNTS,
    *lexicon.KEYS,
    *(field.name for field in fields(Sentence)),
    "gate",
    "described",
    "only",
    "key",
    "link",
}
"""Words that are no English which is read: manners, classes, keys and kinds of phrases."""


def test_no_list_of_english_words_stands_in_the_code_that_reads() -> None:
    found = []
    for path in (*ROOM.glob("*.py"), *(ROOM.parent / "decision").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            held = node.elts if isinstance(node, ast.Set) else ()
            words = [one.value for one in held if isinstance(one, ast.Constant) and str(one.value).isalpha()]
            if len(words) > 2 and not set(words) <= NAMED:
                found.append((path.name, node.lineno, words))
    assert found == []
