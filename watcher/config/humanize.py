"""Ids as words."""

from __future__ import annotations

import re


def humanize(name: str) -> str:
    """Turn an id into words: `in_senate_committee` becomes `In senate committee`."""
    words = re.sub(r"[_-]+", " ", name)
    return words[:1].upper() + words[1:]
