"""The year in the shapes of the real pages: what is found where other ways are gone, and the price of the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import day
from tests.rehearsals import REAL, ROOT, alone, rehearsed
from watcher.config.build import load

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not REAL.exists(), reason="../shared/world/story_real is not here")]
EVALUATIONS = [
    ("deepseek-v4-pro", "news/2026/05/caisi-evaluation-deepseek-v4-pro"),
    ("glm-5.2", "news/2026/07/caisi-assessment-zais-glm-52"),
    ("kimi-k3", "news/2026/07/uk-aisi-caisi-preliminary-assessment-kimi-k3s-cyber-capabilities"),
    ("glm-5.3", "news/2026/09/caisis-assessment-zais-glm-53-cyber-capabilities"),
]


def test_each_evaluation_is_found_through_the_index_of_site_maps_alone(tmp_path: Path) -> None:
    config = alone(load(ROOT / "signals.toml", {}), "caisi-evaluation")
    (signal,) = config.signals
    sources = tuple(one for one in signal.sources if one.id == "nist-sitemap")
    assert sources[0].url == "https://www.nist.gov/sitemap.xml"

    lines, _ = rehearsed(replace(config, signals=(replace(signal, sources=sources),)), REAL, tmp_path, step=timedelta(days=1))

    found = [line for line in lines if line["kind"] == "next"]
    assert [(line["event"], line["evidence"][0]["url"].partition("/news-events/")[2]) for line in found] == EVALUATIONS
    assert {quote["publisher"] for line in found for quote in line["evidence"]} == {"nist.gov"}


def test_the_price_of_november_is_shown_with_the_words_of_november(tmp_path: Path) -> None:
    config = alone(load(ROOT / "signals.toml", {}), "mythos-ga")

    lines, verdicts = rehearsed(config, REAL, tmp_path, start="2026-11-01", end="2026-11-20", step=timedelta(days=1))

    (price,) = (figure for figure in verdicts["mythos-ga"].figures if figure.id == "price")
    assert price.text == "$8/$40"
    assert price.quote is not None
    assert price.quote.text.startswith("Model: Claude Fable 5.2; Base Input Tokens: $8 / MTok;")
    assert price.quote.text.endswith("Output Tokens: $40 / MTok.")
    assert price.quote.seen_at == price.at == day("2026-11-10")
    changed = {line["track"]: line["details"]["price"] for line in lines if line["kind"] == "detail"}
    assert changed == {"named": "$8/$40", "class": "$8/$40"}
