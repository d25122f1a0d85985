"""Properties: a negation, a question or another subject takes the claim away, whatever the model, the audience and the verb."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spoken import statuses
from watcher.core.language.text import MAX_SENTENCE, fold, split

MYTHOS = "mythos-ga"
UNTIMED = settings(deadline=None)
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
@UNTIMED
def test_said_plainly_it_is_a_claim(model: str, adverb: str, words: str, place: str) -> None:
    assert opened(f"{model} is {adverb}{words}{place}.")


@given(MODELS, NEGATIONS, OPEN, PLACES)
@UNTIMED
def test_a_negation_takes_it_away(model: str, negation: str, words: str, place: str) -> None:
    assert not opened(f"{model} is {negation} {words}{place}.")


@given(MODELS, OPEN, PLACES, QUESTIONS)
@UNTIMED
def test_a_question_takes_it_away(model: str, words: str, place: str, question: str) -> None:
    assert not opened(question.format(model, words, place))


@given(MODELS, OPEN, PLACES, DOUBTS)
@UNTIMED
def test_a_condition_or_hearsay_takes_it_away(model: str, words: str, place: str, doubt: str) -> None:
    assert not opened(doubt.format(model, words, place))


@given(OTHERS, MODELS, OPEN)
@UNTIMED
def test_another_subject_takes_it_away(other: str, model: str, words: str) -> None:
    assert not opened(f"{other} is {words} for {model}.")
    assert not opened(f"{other} is {words} and works with {model}.")
    assert not opened(f"Like {model}, {other} is {words}.")


@given(MODELS, ACTS)
@UNTIMED
def test_an_act_said_plainly_is_a_claim_and_negated_is_none(model: str, act: str) -> None:
    assert suspended(f"We have {act} {model}.")
    assert not suspended(f"We have not {act} {model}.")
    assert not suspended(f"Have we {act} {model}?")
    assert not suspended(f"If ordered, we would have {act} {model}.")


@given(OTHERS, MODELS, ACTS)
@UNTIMED
def test_an_act_on_something_else_is_none(other: str, model: str, act: str) -> None:
    assert not suspended(f"We have {act} {other} after tests with {model}.")


MARKS = st.sampled_from(["{}", "**{}**", "<b>{}</b>", "<strong>{}</strong>", "{}\u00a0"])
BEFORE = st.sampled_from(
    [
        "",
        "Today, ",
        "As of today, ",
        "From November 20, ",
        "After a short preview, ",
        "Good news: ",
        "In short: ",
        "- ",
        "Update: ",
        "This week ",
    ]
)
AFTER = st.sampled_from(
    [
        "",
        " on the Claude API",
        " in all regions",
        " at $8 / $40 per MTok",
        ", with new safeguards",
        " from today",
        " on every platform",
        " and costs less",
    ]
)
OPENINGS = st.sampled_from(
    [
        ("{} is {}generally available{}.", "Is {} generally available{}?"),
        ("{} has {}become generally available{}.", "Has {} become generally available{}?"),
        ("{} has {}reached general availability{}.", "Has {} reached general availability{}?"),
        ("{} is {}open to all customers{}.", "Is {} open to all customers{}?"),
        ("{} is {}available to everyone{}.", "Is {} available to everyone{}?"),
        ("access to {} is {}open to all{}.", "Is access to {} open to all{}?"),
        ("we are {1}making {0} generally available{2}.", "Are we making {} generally available{}?"),
        ("we have {1}opened {0} to all customers{2}.", "Have we opened {} to all customers{}?"),
        ("we are {1}bringing {0} to every developer{2}.", "Are we bringing {} to every developer{}?"),
        ("Anthropic has {1}made {0} publicly available{2}.", "Has Anthropic made {} publicly available{}?"),
    ]
)
ACTIONS = st.sampled_from(
    [
        ("suspended", "we have {1}suspended access to {0}{2}.", "Have we suspended access to {}{}?"),
        ("suspended", "access to {} has {}been suspended{}.", "Has access to {} been suspended{}?"),
        ("suspended", "we are {1}withdrawing {0}{2}.", "Are we withdrawing {}{}?"),
        ("suspended", "{} has {}been disabled{}.", "Has {} been disabled{}?"),
        ("available", "we have {1}restored access to Claude Fable 6{2}.", "Have we restored access to Claude Fable 6{}?"),
        ("available", "access to Claude Fable 6 has {1}been restored{2}.", "Has access to Claude Fable 6 been restored{}?"),
    ]
)
ENDS = st.sampled_from(["", " for all customers", " worldwide", " today", " until further notice", ", effective immediately"])
NO = st.sampled_from(["not ", "never ", "not yet ", "by no means "])
ASIDES = st.sampled_from(
    [
        "{other}, built with {model}, is {open}.",
        "{other} for {model} is {open}.",
        "{other}, unlike {model}, is {open}.",
        "{other}, which runs on {model}, is {open}.",
        "With {model}, {other} is {open}.",
        "{other} that {model} wrote is {open}.",
        "{model}'s system card is {open}.",
        "The paper on {model} is {open}.",
        "{other} is {open} and beats {model}.",
        "{model} found flaws in software that is {open}.",
        "{model} works with tools that are {open}.",
        "Every model except {model} is {open}.",
    ]
)


def begun(before: str, sentence: str) -> str:
    """A sentence behind what opens it."""
    return before + (sentence if before and not before.startswith("-") else sentence[0].upper() + sentence[1:])


@given(MODELS, MARKS, BEFORE, OPENINGS, AFTER)
@UNTIMED
def test_an_opening_is_read_however_it_is_put(model: str, mark: str, before: str, frame: tuple[str, str], after: str) -> None:
    assert opened(begun(before, frame[0].format(mark.format(model), "", after)))


@given(MODELS, MARKS, BEFORE, OPENINGS, AFTER, NO)
@UNTIMED
def test_a_negation_put_into_an_opening_takes_it_away(
    model: str, mark: str, before: str, frame: tuple[str, str], after: str, no: str
) -> None:
    assert not opened(begun(before, frame[0].format(mark.format(model), no, after)))


@given(MODELS, MARKS, OPENINGS, AFTER)
@UNTIMED
def test_an_opening_turned_into_a_question_is_none(model: str, mark: str, frame: tuple[str, str], after: str) -> None:
    assert not opened(frame[1].format(mark.format(model), after))


@given(OTHERS, MODELS, OPEN, ASIDES)
@UNTIMED
def test_an_opening_of_something_beside_the_model_is_none(other: str, model: str, words: str, aside: str) -> None:
    assert not opened(aside.format(other=other, model=model, open=words))


@given(OTHERS, BEFORE, OPENINGS, AFTER)
@UNTIMED
def test_an_opening_with_another_subject_is_none(other: str, before: str, frame: tuple[str, str], after: str) -> None:
    text = begun(before, frame[0].format(other, "", after))
    assert not opened(f"{text} We compared it with Claude Mythos 6.")


@given(MODELS, BEFORE, ACTIONS, ENDS)
@UNTIMED
def test_an_act_is_read_however_it_is_put(model: str, before: str, frame: tuple[str, str, str], end: str) -> None:
    found = statuses(MYTHOS, begun(before, frame[1].format(model, "", end)))
    assert frame[0] in found.get("named", set()) | found.get("class", set())


@given(MODELS, BEFORE, ACTIONS, ENDS, NO)
@UNTIMED
def test_a_negation_put_into_an_act_takes_it_away(
    model: str, before: str, frame: tuple[str, str, str], end: str, no: str
) -> None:
    found = statuses(MYTHOS, begun(before, frame[1].format(model, no, end)))
    assert frame[0] not in found.get("named", set()) | found.get("class", set())


@given(MODELS, ACTIONS, ENDS)
@UNTIMED
def test_an_act_turned_into_a_question_is_none(model: str, frame: tuple[str, str, str], end: str) -> None:
    found = statuses(MYTHOS, frame[2].format(*([model] if frame[2].count("{}") == 2 else []), end))
    assert frame[0] not in found.get("named", set()) | found.get("class", set())


@given(st.text(max_size=2_000))
@UNTIMED
def test_sentences_are_verbatim_and_bounded(text: str) -> None:
    for sentence in split(text):
        assert sentence in text
        assert len(sentence) <= MAX_SENTENCE


@given(st.text(max_size=400))
@UNTIMED
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
