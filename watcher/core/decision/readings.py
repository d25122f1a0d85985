"""Readings for figures that are counted over many entries: bug ids by month."""

from __future__ import annotations

from collections.abc import Iterator

from watcher.core.decision.rule_context import RuleContext
from watcher.core.model import Claim


def readings_of(seen: RuleContext) -> Iterator[Claim]:
    """Readings for figures that are counted over many entries of one kind of place."""
    for spec in seen.signal.figures:
        fact = str(spec.options.get("ids", "ids"))
        if (
            spec.kind == "monthly"
            and fact in seen.entry.facts
            and spec.options.get("surface", "advisories") == seen.observation.surface
        ):
            yield _reading(seen, spec.id, fact)


def _reading(seen: RuleContext, figure: str, fact: str) -> Claim:
    value = seen.entry.facts.get(fact, ())
    ids = value if isinstance(value, tuple) else (value,)
    return Claim(
        signal=seen.signal.id,
        track="",
        rule=f"figure:{figure}",
        figure=figure,
        quote=seen.quote(seen.entry.title),
        effective_at=seen.dated,
        voice=seen.observation.publisher,
        details={"ids": ids, "key": seen.entry.key},
        reason="a reading for a figure",
        observation=seen.observation.id,
    )
