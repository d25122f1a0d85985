"""What the waking rules of a track ask for: the nets in which its sentences and its works are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from watcher.core.language.undecided import Net
from watcher.core.language.unknown_works import Works
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Rule, Track


def net_of(track: Track) -> Net:
    """The net of a track; without groups where none of its sentences wakes anybody."""
    ladder = track.ladder
    claiming = [rule for rule in ladder.rules if rule.sentence and not rule.review]
    waking = [rule for rule in claiming if rule.sentence and wakes(track, rule) and rule.sentence.about]
    groups = frozenset(group for rule in waking if rule.sentence for group in rule.sentence.about)
    statuses = {kind: rule.status for rule in reversed(waking) if rule.sentence for kind in rule.sentence.phrase}
    stated = [rule for rule in waking if rule.sentence and "stated" in rule.sentence.manner]
    statuses |= {kind: rule.status for rule in stated if rule.sentence for kind in rule.sentence.phrase}
    urgent = next((status.id for status in ladder.statuses if status.wakes and status.urgent), "")
    planned = next((rule.status for rule in waking if rule.sentence and rule.sentence.window), "")
    taken = next((status.id for status in ladder.statuses if status.wakes and status.steps_back), urgent)
    ended = next((status.id for status in ladder.statuses if status.wakes and status.final), "")
    gates = frozenset(kind for rule in waking if rule.sentence for kind in rule.sentence.without)
    return Net(groups, statuses, planned, taken, gates, urgent, ended)


def works_of(track: Track, vocabulary: Vocabulary) -> Works | None:
    """The works of a series; None where none of its titles wakes anybody."""
    waking = [
        (rule, rule.sentence) for rule in track.ladder.rules if rule.sentence and rule.sentence.title and wakes(track, rule)
    ]
    series = [(rule, said) for rule, said in waking if rule.event.startswith("match:") and said.object_of]
    if not series:
        return None
    by = frozenset(group for _, said in series for group in (*said.by, *said.also))
    of = frozenset(group for _, said in series for group in said.object_of)
    marks = tuple(sorted({name.lower() for group in by for name in vocabulary.things[group] if name.isalpha()}))
    status = series[0][0].status
    heard = frozenset(address.partition("/")[0] for address in track.ladder.heard)
    places = heard | _hosts(rule for rule in track.ladder.rules if rule.status == status)
    titled = (rule.sentence for rule in track.ladder.rules if rule.sentence and rule.sentence.title and not rule.status)
    others = frozenset(group for said in titled for group in said.object_of)
    alone = (rule.sentence for rule in track.ladder.rules if rule.sentence and rule.sentence.announced and not rule.sentence.by)
    parents = tuple(vocabulary.lists[name] for said in alone for name in said.words)
    itself = "|".join(map(re.escape, sorted(vocabulary.itself)))
    return Works(
        by=by,
        of=of,
        others=others,
        status=status,
        places=tuple(sorted(places)),
        own=_hosts(rule for rule, said in series if not said.also),
        marks=marks,
        parents=parents,
        itself=vocabulary.itself,
        called=re.compile(rf"(?i)\bthe (?:{itself})(?![\w-])") if itself else None,
    )


def _hosts(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(str(link).partition("/")[0] for rule in rules for link in rule.when.get("link", ()))


def wakes(track: Track, rule: Rule) -> bool:
    """Whether people act at once on what a rule claims."""
    return bool(rule.status) and track.ladder.rung(rule.status).wakes
