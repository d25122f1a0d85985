"""Scores the sentence reader on the labelled texts: tables by label and by trap, and every error."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.evaluations import compliance_pair
from watcher.core.model import Claim, Entry, Observation, Signal, Tier
from watcher.publishers import registrable_domain

ROOT: Final = Path(__file__).resolve().parents[1]
SIGNALS: Final = {"mythos": "mythos-ga", "caisi": "caisi-evaluation"}
OPENING: Final = {"open", "open-class", "offered", "offered-class", "launched", "partly-open", "cloud-title"}
SHARED_HOSTS: Final = {"raw.githubusercontent.com", "githubusercontent.com", "github.com", "hnrss.org"}
UNDATED: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)


def main() -> int:
    """Write predictions for each corpus and print what the corpus' own scorer says of them."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("shared", type=Path, nargs="?", default=ROOT / ".." / "shared", help="folder with corpus/ in it")
    cli.add_argument("--config", type=Path, default=ROOT / "signals.toml")
    cli.add_argument("--only", choices=("mythos", "caisi", "gap"))
    args = cli.parse_args()
    corpus = args.shared / "corpus"
    if not (corpus / "score.py").exists():
        sys.stdout.write(f"{corpus}: no labelled texts there; nothing to score\n")
        return 0
    signals = {signal.id: signal for signal in load(args.config).signals}
    worst = 0
    for name in (args.only,) if args.only else ("mythos", "caisi", "gap"):
        worst = max(worst, score(name, corpus, list(predictions(name, corpus, signals))))
    return worst


def score(name: str, corpus: Path, said: list[dict[str, str]]) -> int:
    """Run the corpus' scorer on predictions; its exit code, 1 below an F1 of 0.95 of the alarm."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(each) + "\n" for each in said)
        file.flush()
        command = [sys.executable, str(corpus / "score.py"), name, file.name, "--errors", "999", "--min-f1", "0.95"]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own interpreter and the scorer beside the corpus


def predictions(name: str, corpus: Path, signals: Mapping[str, Signal]) -> Iterator[dict[str, str]]:
    """One {"id", "status"} for each text of a corpus."""
    for line in (corpus / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if name == "gap":
            found = compliance_pair(row["text"], signals["caisi-evaluation"].track("evaluations").ladder.sides)
            yield {"id": row["id"], "status": f"{found[0]:g}/{found[1]:g}" if found else "none"}
        else:
            signal = signals[SIGNALS[name]]
            yield {"id": row["id"], "status": status_of(name, claims_of(signal, observed(signal, row)))}


def observed(signal: Signal, row: Mapping[str, Any]) -> Observation:
    """A labelled text as the watch would have seen it; who speaks is told by its address alone."""
    at, exact = moment(row.get("date"))
    url = str(row.get("url") or "")
    entry = Entry(row["id"], row.get("title") or "", row.get("excerpt") or "", url, at if exact else None)
    return Observation("labelled", entry, at, "", registrable_domain(url), tier_of(signal, url), first_seen_at=at)


def moment(text: str | None) -> tuple[datetime, bool]:
    """The day of a text at noon, and whether it names one; a month alone is its last week."""
    parts = [int(part) for part in (text or "").split("-") if part]
    if not parts:
        return UNDATED, False
    year, month, day = (*parts, *(12, 28)[len(parts) - 1 :])[:3]
    return datetime(year, month, day, 12, tzinfo=UTC), len(parts) == 3  # noqa: PLR2004 - year, month and day


def tier_of(signal: Signal, url: str) -> Tier:
    """The tier of the source that speaks from the same domain (or the same account of a code host), else press."""
    domain, parts = registrable_domain(url), urlsplit(url)
    owner = parts.path.split("/")[1] if domain == "github.com" and parts.path.count("/") > 1 else ""
    for tier in (Tier.OFFICIAL, Tier.PARTNER):
        if domain in _domains(signal, tier) or (owner and owner in _owners(signal, tier)):
            return tier
    return Tier.PRESS


def _domains(signal: Signal, tier: Tier) -> set[str]:
    declared = {registrable_domain(source.url) for source in signal.sources if source.tier is tier}
    publishers = {source.publisher for source in signal.sources if source.tier is tier}
    pages = {follow.publisher for source in signal.sources for follow in source.follow if (follow.tier or source.tier) is tier}
    return (declared | publishers | pages) - SHARED_HOSTS - {"", "link"}


def _owners(signal: Signal, tier: Tier) -> set[str]:
    """Accounts of a code host whose files are read as sources of a tier."""
    urls = (urlsplit(source.url) for source in signal.sources if source.tier is tier)
    return {url.path.split("/")[1] for url in urls if (url.hostname or "").endswith("githubusercontent.com")}


def status_of(name: str, claims: Iterable[Claim]) -> str:
    """The word of the corpus for what a text claims."""
    told = list(claims)
    return mythos_word(told) if name == "mythos" else caisi_word({claim.rule for claim in told})


def caisi_word(rules: set[str]) -> str:
    """Published, reported or none."""
    if rules & {"page", "page-new-name", "paper", "joint-copy", "us-model", "us-model-joint"}:
        return "published"
    return "reported" if rules & {"press", "press-vague"} else "none"


def mythos_word(claims: list[Claim]) -> str:
    """The strongest of what is said of the named model and of the class, in the corpus' words."""
    named = {claim.rule for claim in claims if claim.track == "named"}
    public = {claim.rule for claim in claims if claim.track == "class"}
    statuses = {(claim.track, claim.status) for claim in claims}
    flags = {claim.flag for claim in claims}
    withheld, opened = named & {"only", "withheld"}, public & OPENING
    ladder = (
        ("named_ga", ("named", "available") in statuses),
        ("restored", "partly-lifted" in named or "restored" in named | public),
        ("suspended", bool({("named", "suspended"), ("class", "suspended")} & statuses) or "suspended_reported" in flags),
        ("class_ga", bool(opened) or ("described" in public and not withheld)),
        ("promised", "promise" in named | public),
        ("not_ga", bool(withheld)),
        ("gated_wider", bool(named & {"widened", "in-product"})),
        (
            "retired",
            bool({"version_retired", "retirement_announced"} & flags)
            and not named & {"gate", "gate-invitation", "gate-verification"},
        ),
        ("rumour", bool(named & {"rumour", "rumour-in-text"})),
        ("gated", bool({("named", "gated"), ("named", "gated_wider")} & statuses)),
    )
    return next((word for word, holds in ladder if holds), "none")


if __name__ == "__main__":
    sys.exit(main())
