"""Why an act was not done: in words that the person who asked for it may read."""

from __future__ import annotations


class Unusable(ValueError):  # noqa: N818 - it names what was given, not what failed
    """Something that was given cannot be used; the words say what was expected."""


class NothingToDo(LookupError):  # noqa: N818 - as above
    """What is to be acted on is not there, or not any more."""

    def __init__(self, words: str, hint: str = "") -> None:
        """`hint` names the command that lists what is there."""
        super().__init__(words)
        self.hint = hint


def named(by: str) -> str:
    """Who does it, without spaces around. Raises Unusable for nobody: every act is kept with its author."""
    if not by.strip():
        raise Unusable("nobody is named; expected who does it")
    return by.strip()
