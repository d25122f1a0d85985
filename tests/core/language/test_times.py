"""The price that a sentence or a row of a table names."""

import pytest

from watcher.core.language.times import price_of

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
