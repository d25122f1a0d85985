"""What an evaluation says of two sides: the outcome by rule, and readings of its other dimensions."""

from __future__ import annotations

import re
from typing import Final

from watcher.core.evaluations import NOT_COMPARABLE, READINGS, compliance_pair, is_same_construct, names_side
from watcher.core.language.lexicon import choice, cue
from watcher.core.language.text import fold, split
from watcher.core.language.works import subject_key
from watcher.core.model import Facts, Ladder, Scalar, Side

_ROBUST: Final = cue("robust", "beside", "sentence")
_COMPARATIVE: Final = re.compile(rf"(?i){choice('more')}.{{0,160}}\bthan\b|{choice('compared_with')}")
_EARLIER: Final = cue("measured_before", "beside", "sentence")
_VERSIONED: Final = re.compile(r"\b[A-Z][A-Za-z.]*(?:[ \-]?[A-Z]?\d[\w.\-]*)")
_READINGS: Final = dict(
    zip(
        READINGS,
        (
            cue("on_hijacking", "beside", "sentence"),
            cue("on_biology", "beside", "sentence"),
            re.compile(rf"(?i){choice('on_safeguards')}.*{choice('on_cyber')}|{choice('on_cyber')}.*{choice('on_safeguards')}"),
            cue("on_censorship", "beside", "sentence"),
            re.compile(rf"(?i){choice('lagging')}.*{choice('in_months')}"),
        ),
        strict=True,
    )
)


def outcome_of(text: str, ladder: Ladder, *, subject: str = "", before: frozenset[str] = frozenset()) -> Facts:
    """Outcome of an official evaluation text about `subject`, with both rates and their difference where one sentence has them.

    `before` are the words that may stand before a name (`Vocabulary.before_name`).
    Keys: outcome; the ids of the ladder's sides and the name of its difference (per cent, points); measured (the sentence); one
    sentence for each further dimension.
    """
    first, second = ladder.sides
    if names_side(subject, second) and not names_side(subject, first):
        return {"outcome": "not_applicable"}
    lines, about = split(text), (subject, subject_key(subject, before))
    pairs = [_measured(line, lead, text, ladder, about) for lead, line in zip(("", *lines), lines, strict=False)]
    found = [one for one in pairs if one]
    if found:
        return min(found, key=lambda one: one["outcome"] == NOT_COMPARABLE)
    words = next((line for line in lines if _ROBUST.search(fold(line)) and _COMPARATIVE.search(fold(line))), "")
    measured: dict[str, Scalar] = {"measured": words} if words else {}
    return {"outcome": "measured_qualitative" if words else "not_measured", **measured, **readings(lines)}


def _measured(line: str, lead: str, text: str, ladder: Ladder, about: tuple[str, str]) -> Facts | None:
    """The pair of one sentence with what it amounts to; `lead` is the sentence before it, `about` the subject and its key."""
    first, second = ladder.sides
    found = None if _is_of_another(line, first, about[1]) else compliance_pair(line, ladder.sides, names=about[:1])
    if found is None:
        return None
    difference = round(found[0] - found[1], 2)
    return {
        "outcome": _by_difference(ladder, difference) if is_same_construct(line, lead, text) else NOT_COMPARABLE,
        first.id: found[0],
        second.id: found[1],
        ladder.difference: difference,
        "measured": line,
    }


def _is_of_another(line: str, side: Side, subject: str) -> bool:
    """Whether a sentence retells what was measured before, or names another model and not those of the subject's key."""
    text = fold(line)
    if _EARLIER.search(text):
        return True
    own, names = subject.split("+"), text.lower().replace(" ", "-")
    others = [model for model in _VERSIONED.findall(text) if names_side(model, side)]
    return bool(others) and not any(key in names for key in own)


def _by_difference(ladder: Ladder, difference: float) -> str:
    """The declared outcome with the highest bound that a difference reaches."""
    reached = [(one.at_least, one.id) for one in ladder.outcomes if one.at_least is not None and one.at_least <= difference]
    return max(reached, default=(0, NOT_COMPARABLE))[1]


def readings(lines: tuple[str, ...]) -> dict[str, Scalar]:
    """Dimension → the first sentence that speaks of it (never a rate of a side)."""
    found: dict[str, Scalar] = {}
    for name, pattern in _READINGS.items():
        line = next((line for line in lines if pattern.search(line)), "")
        if line:
            found[name] = line
    return found
