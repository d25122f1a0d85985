"""One key for what was evaluated, however its title names it."""

from __future__ import annotations

import re
from typing import Final

from watcher.core.reading import Line
from watcher.core.words import words_of

_POSSESSIVE: Final = re.compile(r"'s?(?=\s|$)")
_AND: Final = re.compile(r"(?:(?<!\s)\s++)?(?:,|;|/|&|\+|\band\b|\bvs\.?|\bversus\b)\s*+", re.IGNORECASE)
_TAIL: Final = words_of(
    "ai llm llms model models system systems cyber cybersecurity capability capabilities safeguards safeguard security"
    " safety biological chemical finds find found shows show reveals reveal identifies raises suggests says indicates"
    " highlights performance risks risk shortcomings large language open-weight open-source frontier agent agents agentic"
    " family series release report pdf for in on at with from is are was has by against under reasoning- software"
    " offensive preliminary findings results update updated revised full its their the a an of to"
)
_LEAD: Final = words_of(
    "the a an upgraded new latest prc chinese china's prc-based chinese-developed open-weight open-source frontier"
    " moonshot alibaba zhipu z.ai tencent xiaomi bytedance baidu stepfun company developer startup"
)
_BRACKETS: Final = re.compile(r"\([^)]{0,80}\)")
_MODEL: Final = re.compile(
    r"(?:[ \-](?:[A-Za-z]{0,3}\d[\w.]*))?(?:[ \-](?:Pro|Max|Thinking|Flash|Mini|Turbo|Ultra|Coder|Instruct|Base|Plus|Lite"
    r"|Preview|Exp)\b)*"
)


def models_named(line: Line, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of the models of these groups that a sentence names with a version: "GLM-5.3" → "glm-5.3"."""
    found: set[str] = set()
    for thing in line.things:
        if thing.group in groups:
            bare = thing.start + len(thing.said.split(" ")[0].split("-")[0])
            tail = _MODEL.match(line.folded, bare)
            key = (line.folded[thing.start : tail.end()] if tail else thing.said).rstrip(".").lower().replace(" ", "-")
            if re.search(r"\d", key):
                found.add(key)
    return tuple(sorted(found))


def subject_key(about: str) -> str:
    """What was evaluated as one key, sorted and joined by "+": "Z.ai's GLM-5.2" → "glm-5.2"."""
    keys = {key for part in _AND.split(about) if (key := _one_key(part))}
    return "+".join(sorted(keys))


def _one_key(part: str) -> str:
    owner, owned = _owned(_BRACKETS.sub(" ", part).strip())
    return _named_in(owned) or _named_in(owner)


def _named_in(words: str) -> str:
    """The first run of words that can be a name; a run without a digit must begin with a capital."""
    kept: list[str] = []
    for word in words.split():
        plain = _POSSESSIVE.sub("", word).strip("[]\"'.,:;*")
        known = plain.lower() in _TAIL or not re.search(r"\w", plain)
        if known and kept:
            break
        if not known and (kept or plain.lower() not in _LEAD):
            kept.append(plain)
        if kept and word.endswith(("'s", "'", ":", ",")):
            break
    name = "-".join(kept[:5])
    return name.lower() if name[:1].isupper() or re.search(r"\d", name) else ""


def _owned(part: str) -> tuple[str, str]:
    """Owner and what it has: "Z.ai's GLM-5.2" is GLM-5.2 of Z.ai, "Kimi K3's Cyber Capabilities" is of nobody."""
    found = re.match(r"^(?P<owner>[^']{1,60})'s? (?P<thing>\S.*)$", part)
    if not found or found["thing"].split()[0].lower().strip(",.:") in _TAIL:
        return "", part
    return found["owner"], found["thing"]
