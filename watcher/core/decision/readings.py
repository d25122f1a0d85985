"""Readings for figures that are counted over many entries: bug ids by month, documents of an agency."""

from __future__ import annotations

from collections.abc import Iterator

from watcher.core.decision.rule_context import RuleContext
from watcher.core.model import Claim, Facts, FigureSpec


def readings_of(seen: RuleContext) -> Iterator[Claim]:
    """Readings for figures that are counted over many entries of one kind of place."""
    for spec in seen.signal.figures:
        fact = str(spec.options.get("ids", "ids"))
        if spec.options.get("surface", "advisories") != seen.observation.surface:
            continue
        if spec.kind == "monthly" and fact in seen.entry.facts:
            yield _reading(seen, spec.id, seen.entry.facts[fact])
        elif spec.kind == "documents" and _is_counted(spec, seen.entry.facts):
            yield _reading(seen, spec.id, seen.entry.facts.get("document"))


def _is_counted(spec: FigureSpec, facts: Facts) -> bool:
    """Whether a document is of a kind that a figure counts, and holds the words that its source is asked for."""
    kinds = spec.options.get("kinds", ())
    return facts.get("kind") in (kinds if isinstance(kinds, tuple) else (kinds,)) and facts.get("has_all") == "yes"


def _reading(seen: RuleContext, figure: str, value: object) -> Claim:
    return Claim(
        signal=seen.signal.id,
        track="",
        rule=f"figure:{figure}",
        figure=figure,
        quote=seen.quote(seen.entry.title),
        effective_at=seen.dated,
        voice=seen.observation.publisher,
        details={"ids": value if isinstance(value, tuple) else (value,), "key": seen.entry.key},
        reason="a reading for a figure",
        observation=seen.observation.id,
    )
