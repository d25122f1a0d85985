"""What the reader of TOML found wrong, in words of a person who does not know TOML."""

from __future__ import annotations

from typing import Final

_EXPECTED: Final = (
    ("invalid value", 'a value behind "=": a text in "quotes", a number, true or false, a date, or a [list]'),
    ("cannot overwrite a value", "each key and table once; this one was given above, with another meaning"),
    ("cannot declare", "this table once; where there are several of the kind, each begins with [[double brackets]]"),
    ("cannot mutate", "each key and table once; this one was given above, and is closed there"),
    ("expected ']", "the name of a table between brackets, such as [watch] or [[signal]]"),
    ("expected '='", 'a line such as key = "value"'),
    ("expected newline", 'nothing more on this line: one key = "value" a line; a comment begins with #'),
    ("invalid statement", 'a line such as key = "value", or a table such as [watch]'),
    ("unclosed array", 'a list whose values stand between commas, with a "]" at its end'),
    ("unclosed inline table", 'a "}" at the end of the table that begins with "{"'),
    ("invalid initial character for a key", 'a key of letters, digits, _ and -, or one in "quotes"'),
    ("illegal character '\\n'", "the quote that ends this text on its own line; a text of several lines stands in three quotes"),
    ("unterminated string", "the quotes that end the text which was begun"),
    ("expected \"'", "the quote that ends the text which was begun"),
    ("invalid hex", "a backslash written twice (\\\\), or the text in 'single quotes', where it stands for itself"),
    ("unescaped", "a backslash written twice (\\\\), or the text in 'single quotes', where it stands for itself"),
)


def expected_of(reason: str) -> str:
    """What would be right, for a reason as tomli gives it; the reason itself where no words are known for it."""
    low = reason.lower()
    words = next((words for start, words in _EXPECTED if low.startswith(start)), "")
    return f"{words} (TOML 1.0)" if words else f"TOML 1.0 ({low[:1]}{reason[1:]})"
