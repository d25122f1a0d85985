"""Properties: a negation, a question or another subject takes the claim away, whatever the model, the audience and the verb."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.spoken import shipped, statuses
from watcher.core.match import Sentence, find
from watcher.core.reading import read
from watcher.core.sentences import MAX_SENTENCE, MAX_TEXT, fold, split

MYTHOS = "mythos-ga"
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
VERSIONS = st.sampled_from(["5", "5.3", "6", "6.1", "Preview"])
MODELS = st.builds("{} {}".format, st.sampled_from(["Claude Mythos", "Mythos", "Claude Fable", "Fable"]), VERSIONS)
OTHERS = st.sampled_from(
    ["Claude Opus 6", "Claude Sonnet 6", "GPT-7", "Prompt caching", "The tokenizer", "Our new dashboard", "Amazon Bedrock"]
)
OPEN = st.sampled_from(
    ["generally available", "open to all customers", "available to everyone", "publicly available", "open to every developer"]
)
PLACES = st.sampled_from(["", " on the Claude API", " in Amazon Bedrock", " from today", " at $8 / $40 per MTok"])
ADVERBS = st.sampled_from(["", "now ", "finally ", "officially "])
NEGATIONS = st.sampled_from(["not", "not yet", "never", "no longer", "still not", "by no means"])
QUESTIONS = st.sampled_from(["Is {} {}{}?", "Will {} be {}{}?", "{} {}{}?", "Is it true that {} is {}{}?", "When is {} {}{}?"])
DOUBTS = st.sampled_from(
    [
        "If {} is {}{}, prices will fall.",
        "{} could be {}{}.",
        "Rumor has it that {} is {}{}.",
        "Once {} is {}{}, we will tell you.",
    ]
)
ACTS = st.sampled_from(["suspended access to", "disabled", "withdrawn", "revoked access to"])


def opened(text: str) -> bool:
    found = statuses(MYTHOS, text)
    return "available" in found.get("named", set()) | found.get("class", set())


def suspended(text: str) -> bool:
    found = statuses(MYTHOS, text)
    return "suspended" in found.get("named", set()) | found.get("class", set())


@given(MODELS, ADVERBS, OPEN, PLACES)
def test_said_plainly_it_is_a_claim(model: str, adverb: str, words: str, place: str) -> None:
    assert opened(f"{model} is {adverb}{words}{place}.")


@given(MODELS, NEGATIONS, OPEN, PLACES)
def test_a_negation_takes_it_away(model: str, negation: str, words: str, place: str) -> None:
    assert not opened(f"{model} is {negation} {words}{place}.")


@given(MODELS, OPEN, PLACES, QUESTIONS)
def test_a_question_takes_it_away(model: str, words: str, place: str, question: str) -> None:
    assert not opened(question.format(model, words, place))


@given(MODELS, OPEN, PLACES, DOUBTS)
def test_a_condition_or_hearsay_takes_it_away(model: str, words: str, place: str, doubt: str) -> None:
    assert not opened(doubt.format(model, words, place))


@given(OTHERS, MODELS, OPEN)
def test_another_subject_takes_it_away(other: str, model: str, words: str) -> None:
    assert not opened(f"{other} is {words} for {model}.")
    assert not opened(f"{other} is {words} and works with {model}.")
    assert not opened(f"Like {model}, {other} is {words}.")


@given(MODELS, ACTS)
def test_an_act_said_plainly_is_a_claim_and_negated_is_none(model: str, act: str) -> None:
    assert suspended(f"We have {act} {model}.")
    assert not suspended(f"We have not {act} {model}.")
    assert not suspended(f"Have we {act} {model}?")
    assert not suspended(f"If ordered, we would have {act} {model}.")


@given(OTHERS, MODELS, ACTS)
def test_an_act_on_something_else_is_none(other: str, model: str, act: str) -> None:
    assert not suspended(f"We have {act} {other} after tests with {model}.")


@given(st.text(max_size=600))
@settings(max_examples=150)
@example("that " * 300)
@example('"' * 600)
@example("Claude Mythos 6 " * 60)
@example("Claude Mythos 6, " * 60 + "generally available")
@example("(" * 300 + "Claude Mythos 6" + ")" * 280 + " is generally available")
@example("is generally available " * 80)
def test_any_text_is_read(text: str) -> None:
    signal = shipped(MYTHOS)
    reading = read(signal.vocabulary, text[:80], text)
    assert all(line.quote in (text[:80].strip(), *split(text)) for line in reading.lines)


@given(st.text(max_size=2_000))
def test_sentences_are_verbatim_and_bounded(text: str) -> None:
    for sentence in split(text):
        assert sentence in text
        assert len(sentence) <= MAX_SENTENCE


@given(st.text(max_size=400))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_very_long_text_is_cut() -> None:
    assert sum(map(len, split("word " * MAX_TEXT))) <= MAX_TEXT


@pytest.mark.parametrize(
    "word", ["Claude Mythos 6 ", "suspended access to ", "that ", "and ", "not ", '" ', "open to all customers, "]
)
def test_a_sentence_of_one_word_repeated_is_read(word: str) -> None:
    sentence = Sentence(about=("named",), phrase=("open",))
    assert find(sentence, shipped(MYTHOS).vocabulary, title="", text=word * 2_000) is None or word.startswith(("Claude", "open"))
