"""Roll calls of the Senate: what their question and their result decide."""

from __future__ import annotations

import pytest

from watcher.core.bills.actions import read_vote, vote_outcome, vote_tally


@pytest.mark.parametrize(
    ("question", "result", "title", "step"),
    [
        ("On Passage of the Bill", "Bill Passed", "H.R. 6938", ("passed", "")),
        ("On Passage of the Bill", "Passed", "", ("passed", "")),
        ("On Passage of the Bill", "Bill Defeated", "", ("failed", "")),
        ("On Passage of the Bill", "Bill Not Passed", "", ("failed", "")),
        ("On Passage of the Bill", "Held over", "", ("unread_vote", "")),
        ("On the Joint Resolution", "Joint Resolution Passed", "", ("passed", "")),
        ("On the Joint Resolution", "Joint Resolution Not Agreed to", "", ("failed", "")),
        (
            "On Cloture on the Motion to Proceed",
            "Cloture on the Motion to Proceed Rejected",
            "",
            ("cloture_not_invoked", "proceed"),
        ),
        ("On the Cloture Motion", "Cloture Motion Agreed to", "Motion to Invoke Cloture: S. 5", ("cloture_invoked", "measure")),
        (
            "On the Cloture Motion",
            "Cloture Motion Rejected",
            "Motion to Invoke Cloture: Motion to Proceed to H.R. 1",
            ("cloture_not_invoked", "proceed"),
        ),
        (
            "On the Cloture Motion",
            "Cloture Motion Rejected",
            "Motion to Invoke Cloture: Amendment No. 5",
            ("cloture_not_invoked", "amendment"),
        ),
        (
            "On the Cloture Motion",
            "Cloture Motion Rejected",
            "Motion to Invoke Cloture: Motion to Concur in the House Amendment",
            ("other", "between"),
        ),
        ("On the Motion to Proceed", "Motion to Proceed Agreed to", "Motion to Proceed to S. 5", ("motion_agreed", "")),
        (
            "On the Motion to Proceed",
            "Motion to Proceed Agreed to",
            "Motion to Proceed to the House Message to Accompany S. 1383",
            ("other", "between"),
        ),
        ("On the Motion to Discharge", "Motion to Discharge Rejected", "", ("discharge_rejected", "")),
        ("On the Motion (Motion to Concur in the House Amendment)", "Motion Agreed to", "", ("resolving", "amendment")),
        ("On the Conference Report", "Conference Report Agreed to", "", ("resolving", "conference")),
        ("On Overriding the Veto", "Veto Overridden; Bill Passed", "", ("override_passed", "")),
        ("On the Amendment", "Amendment Agreed to", "", ("other", "")),
        ("On the Motion to Table", "Motion to Table Agreed to", "", ("other", "")),
        ("On the Point of Order", "Point of Order Sustained", "", ("other", "")),
        ("On the Nomination", "Nomination Confirmed", "", ("other", "")),
        ("", "", "", ("other", "")),
    ],
)  # fmt: skip - a table of sentences
def test_a_roll_call_decides_by_its_question_and_its_result(
    question: str, result: str, title: str, step: tuple[str, str]
) -> None:
    assert read_vote(question, result, title) == step


def test_a_refusal_is_looked_for_before_a_positive_word() -> None:
    assert [vote_outcome(words) for words in ("Joint Resolution Not Agreed to", "Agreed to", "Pending")] == ["no", "yes", ""]


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        (("Bill Passed (51-50)", "51", "50", "Yea"), (51, 50)),
        (("Bill Passed (50-50)", "50", "50", "Yea"), (51, 50)),
        (("Motion Rejected (50-50)", "50", "50", "Nay"), (50, 51)),
        (("Motion Rejected (50-50)", "50", "50", ""), (50, 50)),
        (("Bill Passed (90-6)", "", "", ""), (90, 6)),
        (("", "", "", ""), (None, None)),
    ],
)
def test_a_tally_counts_the_vote_of_the_chair(given: tuple[str, str, str, str], counted: tuple[int | None, int | None]) -> None:
    assert vote_tally(*given) == counted
