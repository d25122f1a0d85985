"""The price that a sentence or a row of a table names, and the days to come."""

from datetime import UTC, datetime

import pytest

from watcher.core.language.times import days_ahead, price_of, window_of

ROW = "Model: Claude Fable 5; Base Input Tokens: $10 / MTok; 5m Cache Writes: $12.50 / MTok; Cache Hits: $1 / MTok; Output Tokens: $50 / MTok."


@pytest.mark.parametrize(
    ("sentence", "price"),
    [
        ("It costs $8 USD per input MTok and $40 USD per output MTok.", "$8/$40"),
        (ROW, "$10/$50"),
        ("Model: Claude Fable 5; Output: $50 / MTok; Input: $10 / MTok.", "$10/$50"),
        ("Model: Claude Fable 5; Input ($/MTok): 10; Cached input ($/MTok): 1; Output ($/MTok): 50.", "$10/$50"),
        ("Model: Claude Fable 5; Prompt tokens: $0.25; Completion tokens: $1.", "$0.25/$1"),
        ("Model: Claude Fable 5; Batch input: $5 / MTok; Batch output: $25 / MTok.", ""),
        ("Model: Claude Fable 5; 5m Cache Writes: $12.50 / MTok; 1h Cache Writes: $20 / MTok.", ""),
        ("Seats: 5; Tokens: 7; Price: $10 / $50 per MTok.", "$10/$50"),
        ("Raised $10M and spent $50M on tokens.", ""),
    ],
)
def test_a_column_is_read_by_its_name(sentence: str, price: str) -> None:
    assert price_of(sentence) == price


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("It opens to all on Tuesday.", "on Tuesday"),
        ("From Monday it is open to all.", "From Monday"),
        ("This coming Thursday it opens to all.", "This coming Thursday"),
        ("It has been open to all since Tuesday.", ""),
        ("As of last Tuesday it is open to all.", ""),
        ("It opens to all on Friday.", ""),
        ("As announced on Tuesday, it is open to all.", ""),
        ("It is open to all (as we said on Tuesday).", ""),
        ("Following our review on Tuesday, it is open to all.", ""),
        ("It will be released on Tuesday.", "on Tuesday"),
        ("Following its review, on Tuesday it opens to all.", "on Tuesday"),
    ],
)
def test_a_weekday_is_to_come_unless_it_is_the_texts_own(sentence: str, day: str) -> None:
    friday = datetime(2027, 1, 15, 17, tzinfo=UTC)
    assert [sentence[start:end] for start, end in days_ahead(sentence, friday)] == [day] * bool(day)


@pytest.mark.parametrize(
    ("sentence", "window"),
    [
        ("It is planned for the second quarter of 2027.", "for the second quarter of 2027"),
        ("It opens two weeks from now.", "two weeks from now"),
        ("It opens at the end of this month.", "at the end of this month"),
        ("Starting in February, it is open to all.", "Starting in February"),
        ("It opens on Tuesday.", "on Tuesday"),
    ],
)
def test_a_window_has_its_words(sentence: str, window: str) -> None:
    assert window_of(sentence) == window


def test_a_day_without_a_year_is_to_come_over_the_turn_of_a_year() -> None:
    november, sentence = datetime(2026, 11, 20, 17, tzinfo=UTC), "From March 2 it is open to all, and not since June 12."
    assert [sentence[start:end] for start, end in days_ahead(sentence, november)] == ["March 2"]


def test_a_day_on_which_something_was_told_is_not_to_come_whatever_the_year() -> None:
    november, sentence = (
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        "The model, announced on April 7 (and launched March 2), is open.",
    )
    assert days_ahead(sentence, november) == ()
    assert days_ahead("It is to be announced on March 2.", november)
