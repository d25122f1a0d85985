"""What a roll call of the Senate decided: its question and its result, read into the steps of the action record."""

from __future__ import annotations

import re

from watcher.core.bills.actions import WORDINGS, Wording

_NOTHING = Wording("", yes="other", no="other")
_AGREED = re.compile(r"(?:passed|agreed to|confirmed|adopted|sustained|invoked)\b")
_REFUSED = re.compile(r"\b(?:not|defeated|rejected|failed|fails?)\b")

_MESSAGE = re.compile(r"\b(?:house message|message from the house|message to accompany|concur)")


def outcome(result: str) -> str:
    """Whether a question was agreed to: yes, no, or "" where the words are of no known form.

    Refusals are looked for first, since "Joint Resolution Not Agreed to" ends in a positive word; tallies are never
    compared, since 47-45 can be a failure and 50-50 with the chair's vote a passage.
    """
    words = result.lower()
    if _REFUSED.search(words):
        return "no"
    return "yes" if _AGREED.search(words) else ""


def read_vote(question: str, result: str, title: str = "") -> tuple[str, str]:
    """The step and its subject that a roll call of the Senate makes; ("other", "") where it decides nothing on a bill.

    `question`, `result` and `title` are the vote's own words, of the menu or of its file.
    """
    words, about = " ".join(question.lower().split()), title.lower()
    asked = next((one for one in WORDINGS.questions if one.pattern.match(words)), _NOTHING)
    if asked.yes in {"cloture_invoked", "motion_agreed"} and _MESSAGE.search(f"{words} {about}"):
        return "other", "between"
    subject = _cloture_subject(f"{words} {about}") if asked.yes == "cloture_invoked" else asked.subject
    step = {"yes": asked.yes, "no": asked.no}.get(outcome(result), "" if asked.yes == "other" else "unread_vote")
    return step or "other", subject


def _cloture_subject(words: str) -> str:
    if "motion to proceed" in words:
        return "proceed"
    return "amendment" if re.search(r"\bamendment|\bamdt\b|\bsubstitute", words) else "measure"


def tally(text: str, yeas: str, nays: str, tie_breaker: str = "") -> tuple[int | None, int | None]:
    """Yeas and nays with the vote of the chair counted; None where they are not given (a menu was once empty).

    `text` is the vote's result in words, e.g. "Bill Passed (51-50)"; `tie_breaker` is how the chair voted, if at all.
    """
    counted = (int(yeas), int(nays)) if yeas.isdecimal() and nays.isdecimal() else None
    found = re.search(r"\((\d{1,3})-(\d{1,3})\b", text)
    said = (int(found[1]), int(found[2])) if found else None
    if counted is None:
        counted = said
    if counted is None:
        return None, None
    if counted[0] == counted[1] and tie_breaker:
        yea = tie_breaker.strip().lower().startswith(("yea", "aye"))
        return counted[0] + yea, counted[1] + (not yea)
    return counted
