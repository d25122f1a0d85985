"""Which words prove a detail: those that hold its value, and say it of the very thing that the details name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.decision.corroboration import holds_value, proof_of
from watcher.core.language.text import fold

if TYPE_CHECKING:
    from watcher.core.decision.rule_context import RuleContext, TextMatch
    from watcher.core.language.vocabulary import Vocabulary
    from watcher.core.model import Facts, Ladder, Rule, Scalar, Track

VERSION = "match:version"
PRICE = "$"


def naming_details(ladder: Ladder) -> frozenset[str]:
    """The details that say of which thing the others are: its version, or the name by which a rule's sentence speaks of it."""
    return frozenset(name for rule in ladder.rules for name, where in rule.details.items() if _names(rule, where))


def _names(rule: Rule, where: str) -> bool:
    return where == VERSION or (rule.sentence is not None and where.removeprefix("match:") in rule.sentence.about)


def is_of_another(words: str, ladder: Ladder, details: Facts, vocabulary: Vocabulary) -> bool:
    """Whether words name versions of things, and none is the one that the details name: a price of Gadget 5 is none of 5.1."""
    own = {str(details[name]) for name in naming_details(ladder) if details.get(name)}
    named = [thing for thing in vocabulary.find(fold(words)) if thing.version] if own else []
    groups = {group for rule in ladder.rules for where in rule.details.values() if _names(rule, where) for group in _about(rule)}
    return bool(named) and not any(thing.group in groups and own & {thing.name, thing.version} for thing in named)


def _about(rule: Rule) -> tuple[str, ...]:
    return rule.sentence.about if rule.sentence else ()


def proofs_of(seen: RuleContext, track: Track, rule: Rule, details: Facts, said: TextMatch) -> dict[str, str]:
    """Detail → the sentence that holds its value, of those read from a sentence which stands elsewhere in the text."""
    ladder, lines = track.ladder, seen.reading.lines
    read = (name for name, where in rule.details.items() if where.startswith("match:") and name in details)
    found = {name: _proof(seen, track, details, name, said) for name in read}
    groups = _about(rule)
    about = [(line.quote, {one.version for one in line.things if one.group in groups}) for line in lines]
    for name in (name for name in _versions(rule) if name in details):
        own = [quote for quote, versions in about if details[name] in versions]
        found[name] = "" if said.quote in own else next(iter(own), "")
    if "measured" in details and "measured" not in rule.details:
        names = (*(side.id for side in ladder.sides), ladder.difference)
        found |= dict.fromkeys((name for name in names if name in details), str(details["measured"]))
    return {name: words for name, words in found.items() if words}


def _proof(seen: RuleContext, track: Track, details: Facts, name: str, said: TextMatch) -> str:
    """The sentence that holds a value; a price that is told of the thing which the details name, where any is."""
    quotes = [line.quote for line in seen.reading.lines]
    if PRICE not in str(details[name]):
        return proof_of(details[name], said.quote, quotes)
    vocabulary = seen.signal.vocabulary
    mine = [quote for quote in quotes if not is_of_another(quote, track.ladder, details, vocabulary)]
    return proof_of(details[name], said.quote, mine) or proof_of(details[name], said.quote, quotes)


def _versions(rule: Rule) -> list[str]:
    """The details that are versions of the thing: the same number of another thing proves none of them."""
    return [name for name, where in rule.details.items() if where == VERSION]


def is_said_of_another(
    seen: RuleContext, track: Track, rule: Rule, words: str, value: Scalar | tuple[Scalar, ...], details: Facts
) -> bool:
    """Whether the sentence that holds a price speaks of other things alone: "It is open to all at $10" beside what is not."""
    if PRICE not in str(value) or rule.sentence is None or not holds_value(words, value):
        return False
    if is_of_another(words, track.ladder, details, seen.signal.vocabulary):
        return True
    said = {one.thing.group for one in seen.reading.statements if one.line.quote == words and one.thing}
    return bool(said) and said.isdisjoint(rule.sentence.about)
