"""The table of the wordings of Congress: each row shows a real row that it reads, and a slip is named by its place."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import pytest

from watcher.core.bills.actions import WORDINGS, wordings_of, wrong_examples

TEXT = files("watcher.core.bills").joinpath("actions.toml").read_text(encoding="utf-8")
FIRST = TEXT[TEXT.index("[[sentence]]") :].partition("\n\n")[0]


def without_example(text: str) -> str:
    return text.replace(FIRST, "\n".join(line for line in FIRST.splitlines() if not line.startswith("example")))


def with_example(table: str, example: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        before, row = text.split(f"\n[[{table}]]\n", 1)
        old = next(line for line in row.splitlines() if line.startswith("example"))
        new = f'example = "{example}"'
        return f"{before}\n[[{table}]]\n{row.replace(old, new, 1)}"

    return changed


def test_every_row_of_the_table_reads_its_example() -> None:
    assert list(wrong_examples()) == []
    assert len(WORDINGS.sentences) > 100


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_example, "sentence 1: no example"),
        (
            with_example("sentence", "Presented to President."),
            'sentence 1, example: "Presented to President." is read by sentence',
        ),
        (with_example("heading", "Nothing of the kind."), 'heading 1, example: "Nothing of the kind." is read by no row'),
        (with_example("code", "Presented to President."), 'code 1, example: "Presented to President." is read by no row'),
        (with_example("about", "Cloture on the nomination filed."), "about 1, example"),
        (with_example("question", "On the Nomination"), 'question 1, example: "On the Nomination" is read by no row'),
    ],
)
def test_a_row_without_an_example_or_with_a_wrong_one_is_named(change: Callable[[str], str], said: str) -> None:
    (wrong,) = wrong_examples(wordings_of(change(TEXT)))
    assert wrong.startswith(f"watcher/core/bills/actions.toml, {said}")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("step = ", "stepp = ", "sentence 1: unknown key stepp"),
        ("pattern = '", "pattern = '(", "sentence 1, pattern: missing"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wordings_of(TEXT.replace(FIRST, FIRST.replace(old, new, 1)))
