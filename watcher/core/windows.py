"""The time that a promise names, and the price that a text names."""

from __future__ import annotations

import re
from typing import Final

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WINDOW: Final = re.compile(
    r"(?i)\b(?:in the (?:coming|next)(?: (?:few|two|three|four|couple of))? (?:days?|weeks?|months?)|(?:over"
    r"|within) the (?:coming|next) (?:\w+ )?(?:days?|weeks?|months?)"
    r"|within (?:a|an|one|two|three|four|six|\d{1,2}) (?:days?|weeks?|months?)|in (?:a|two|three|four|six|\d{1,2}) (?:days"
    r"|weeks?|months?)|next (?:week|month|quarter|year)"
    r"|(?:later )?this (?:week|month|quarter|year|spring|summer|autumn|fall|winter)|tomorrow|by (?:the )?(?:end|middle"
    r"|start) of (?:the )?\w+|by (?:early |mid-?|late )?"
    + _MONTH
    + r"|(?:on|from|starting|beginning|as of) "
    + _MONTH
    + r" \d{1,2}|(?:on|from|starting) \d{1,2} "
    + _MONTH
    + r"|(?:in|for) (?:early |mid-?|late )?(?:"
    + _MONTH
    + r"|q[1-4]|spring|summer|autumn|fall|winter))\b(?!-)"
)
_PRICE: Final = re.compile(
    r"\$(\d{1,4}(?:\.\d{1,2})?)(?![\d.]*[MBK])[^$]{0,40}?(?:/|and|\||;)[^$]{0,40}?\$(\d{1,4}(?:\.\d{1,2})?)(?![\d.]*[MBK])"
)
_CELL: Final = re.compile(r"(?:^|; ?)([^;:]{1,80}): (?:US)?(\$?)(\d{1,4}(?:\.\d{1,2})?)(?![\d.]*[MBK])")
"""A column of a price table, as `formats.markdown` writes a row: "Output Tokens: $50 / MTok", "Output ($/MTok): 50"."""
_OTHER_PRICE: Final = re.compile(
    r"(?i)cach|batch|flex|priority|fast|train|tun|stor|search|audio|image|region|>|over \d|above|beyond|long"
)
_WAYS: Final = (re.compile(r"(?i)\b(?:input|prompt)\b"), re.compile(r"(?i)\b(?:output|completion)\b"))
_TOKENS: Final = re.compile(r"(?i)\bM?Tok|tokens\b|\$[\d.]+ ?[/|] ?\$")


def window_of(sentence: str) -> str:
    """The words by which a folded sentence says when ("in the coming weeks", "on March 3"), empty where it does not."""
    found = _WINDOW.search(sentence)
    return found[0] if found else ""


def price_of(sentence: str) -> str:
    """Input and output price of a sentence: "$8 USD per input MTok and $40 USD per output MTok" → "$8/$40".

    In a row of a table the names of its columns say which price is which, whatever stands between them (writes to a cache).
    """
    if "$" not in sentence or not _TOKENS.search(sentence):
        return ""
    columns = [(name, amount) for name, sign, amount in _CELL.findall(sentence) if sign or "$" in name]
    if len(columns) > 1:
        plain = [column for column in columns if not _OTHER_PRICE.search(column[0])]
        paid = [next((amount for name, amount in plain if way.search(name)), "") for way in _WAYS]
        return f"${paid[0]}/${paid[1]}" if all(paid) else ""
    found = _PRICE.search(sentence)
    return f"${found[1]}/${found[2]}" if found else ""
