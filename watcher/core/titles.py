"""A title that announces a work about something: who did it, what kind of work, and about what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watcher.core.phrases import Thing
from watcher.core.reading import Line, Reading
from watcher.core.vocabulary import Vocabulary

_BY_REACH: Final = 60
"""Characters between the author's name and the kind of work."""
_POSSESSIVE: Final = re.compile(r"'s?(?=\s|$)")
_AND: Final = re.compile(r"\s*(?:,|;|/|&|\+|\band\b|\bvs\.?|\bversus\b)\s*", re.IGNORECASE)
_TAIL: Final = frozenset(
    "ai llm llms model models system systems cyber cybersecurity capability capabilities safeguards safeguard security safety biological chemical"
    " finds find found shows show reveals reveal identifies raises suggests says indicates highlights performance risks risk shortcomings large"
    " language open-weight open-source frontier agent agents agentic family series release report pdf for in on at with from is are was has by"
    " against under reasoning- software offensive preliminary findings results update its their the a an of to".split()
)
_LEAD: Final = frozenset(
    "the a an upgraded new latest prc chinese china's prc-based chinese-developed open-weight open-source frontier moonshot alibaba".split()
)


@dataclass(frozen=True, slots=True)
class Title:
    """What a title must hold (the keys of `says` with the same names)."""

    kind: str
    by: tuple[str, ...] = ()
    object_of: tuple[str, ...] = ()
    object_not: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    versioned: bool = False


@dataclass(frozen=True, slots=True)
class Titled:
    """A title that holds it."""

    reason: str
    values: Mapping[str, str]


def find_title(reading: Reading, vocabulary: Vocabulary, title: Title) -> Titled | None:
    """Whether the title announces such a work; values: object, model (its key), name, by."""
    line = reading.title
    if any(vocabulary.lists[name].search(line.folded) for name in title.not_words):
        return None
    for phrase in vocabulary.phrases:
        found = phrase.pattern.search(line.folded) if phrase.kind == title.kind else None
        if not found:
            continue
        authors = [thing.said for thing in line.things if thing.group in title.by and _is_author(line.folded, thing, found)]
        about = re.split(r"(?i) by (?=the |[A-Z])", line.folded[found.end() :])[0].strip(" :-")
        named = [t for t in line.things if t.group in title.object_of and t.start >= found.end() - 1]
        if (title.by and not authors) or not _is_object(about, vocabulary, title) or (title.object_of and not named):
            continue
        key = subject_key(about)
        if key and (not title.versioned or re.search(r"\d", key)):
            by = " / ".join(authors)
            return Titled(
                f"the title names {found[0]!r} of {about!r}" + (f" by {by}" if by else ""),
                {"object": about, "model": key, "name": about, "by": by},
            )
    return None


def _is_author(text: str, thing: Thing, work: re.Match[str]) -> bool:
    """Whether a name stands shortly before the work, or behind "by"."""
    if thing.end <= work.start():
        return work.start() - thing.end <= _BY_REACH
    return bool(re.search(r"(?i)\bby (?:the )?$", text[: thing.start]))


def _is_object(about: str, vocabulary: Vocabulary, title: Title) -> bool:
    if not about or not re.search(r"[A-Z0-9]", about):
        return False
    return not any((found := vocabulary.lists[name].search(about)) and found.start() <= 1 for name in title.object_not)


_MODEL: Final = re.compile(
    r"(?:[ \-](?:[A-Za-z]{0,3}\d[\w.]*))?(?:[ \-](?:Pro|Max|Thinking|Flash|Mini|Turbo|Ultra|Coder|Instruct|Base|Plus|Lite|Preview|Exp)\b)*"
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
    """What was evaluated as one key, sorted and joined by "+": "Z.ai's GLM-5.2" → "glm-5.2", "DeepSeek AI Models …" → "deepseek"."""
    keys = {key for part in _AND.split(about) if (key := _one_key(part))}
    return "+".join(sorted(keys))


def _one_key(part: str) -> str:
    words = _after_owner(part).split()
    while words and words[0].lower() in _LEAD:
        words = words[1:]
    kept: list[str] = []
    for word in words:
        plain = _POSSESSIVE.sub("", word).strip("()[]\"'.,:;")
        if plain.lower() in _TAIL or not plain:
            break
        kept.append(plain.lower())
        if word != plain and word.endswith(("'s", "'", ":", ",")):
            break
    joined = "-".join(kept[:5])
    return joined if re.search(r"[a-z]", joined) and (part.strip()[:1].isupper() or re.search(r"\d", joined) or not kept) else ""


def _after_owner(part: str) -> str:
    """What an owner has: "Z.ai's GLM-5.2" is GLM-5.2, "Kimi K3's Cyber Capabilities" stays Kimi K3."""
    owned = re.match(r"^(?P<owner>[^']{1,60})'s? (?P<thing>\S.*)$", part.strip())
    if not owned or owned["thing"].split()[0].lower().strip(",.:") in _TAIL:
        return part.strip()
    return owned["thing"]
