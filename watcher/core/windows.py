"""The time that a promise names, and the price that a text names."""

from __future__ import annotations

import re
from typing import Final

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_SPAN: Final = r"(?:days?|weeks?|months?|quarters?)"
_MANY: Final = r"(?:a|an|one|two|three|four|five|six|eight|ten|twelve|(?:a )?couple of|(?:a )?few|several|\d{1,3})"
_SEASON: Final = r"(?:spring|summer|autumn|fall|winter)"
_PERIOD: Final = rf"(?:week|month|quarter|year|half|{_SEASON})"
_PART: Final = (
    r"(?:early |mid-? ?|late |the (?:very )?(?:beginning|start|middle|end|first|second|third|fourth|last|final)"
    r"(?: (?:few |two |three )?(?:half|quarter|days?|weeks?|months?))? of )"
)
_WHEN: Final = rf"(?:{_MONTH}|q[1-4]|h[12]|{_SEASON}|(?:next|this|the coming|the new|the) {_PERIOD}|20\d\d)(?:,? (?:of )?20\d\d)?"
WINDOW: Final = (
    rf"(?:(?:in|over|within|during) the (?:coming|next|following)(?: {_MANY})? {_SPAN}|within {_MANY} {_SPAN}"
    rf"|in {_MANY} {_SPAN}|(?:in|by|before|during|for|over) {_PART}?(?:the )?{_WHEN}"
    rf"|(?:early |late |later |sometime |some time |starting |beginning )?(?:next|this) {_PERIOD}"
    r"|next (?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|(?:by|before) (?:the )?(?:year[- ]end|end of (?:the )?\w+)"
    rf"|by (?:the )?(?:end|middle|start) of (?:the )?\w+|{_PART}{_MONTH}"
    rf"|(?:on|from|starting|beginning|as of|by|before) (?:\w+day,? )?{_MONTH} \d{{1,2}}"
    rf"|between (?:{_MONTH} \d{{1,2}} and (?:{_MONTH} )?\d{{1,2}}|\d{{1,2}} and \d{{1,2}} {_MONTH}|{_MONTH} and {_MONTH})"
    rf"|(?:on|from|starting|by) (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH})\b(?!-)"
)
_WINDOW: Final = re.compile(rf"(?i)\b{WINDOW}")
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


_TIME: Final = re.compile(rf"(?i)\b(?:{_MONTH}|\w+day|weeks?|months?|quarters?|{_SEASON}|20\d\d)\b")


def names_time(sentence: str) -> bool:
    """Whether a folded sentence names a day, a week, a month, a season or a year in any words."""
    return _TIME.search(sentence) is not None


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
