"""What the README shows works."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from watcher.config.build import load
from watcher.config.check import check
from watcher.core.decision.claims import claims_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.model import Digest, Entry, Observation
from watcher.mail import MailContext, Recipient, render

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_signal_in_the_readme_can_be_read(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "signals.toml").write_text(text, encoding="utf-8")
    config = load(tmp_path / "signals.toml", {})
    assert config.signals[0].title == "Uv release"
    assert not [said for said in check(config, datetime(2026, 11, 24, tzinfo=UTC)).warnings if "rule" in said or "status" in said]


def test_the_signal_in_the_readme_mails_its_version_and_no_word_of_another_signal(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "signals.toml").write_text(text, encoding="utf-8")
    [signal] = load(tmp_path / "signals.toml", {}).signals
    [source] = signal.sources
    page, now = "https://github.com/astral-sh/uv/releases/tag/0.9.13", datetime(2026, 11, 24, tzinfo=UTC)
    entry = Entry(page, "0.9.13", "Released today.", page, now)
    seen = Observation(source.id, entry, now, "0" * 64, source.publisher, source.tier)

    before, after = decide(signal, (), (), now), decide(signal, claims_of(signal, seen), (), now)
    changes = compare(signal, before, after)
    mail = render(
        Digest("news-1", now, "news", changes, (after,), ()), MailContext({signal.id: signal}), Recipient("me", "<a@b>")
    )

    assert mail.subject == "Uv release: released: 0.9.13"
    assert page in mail.text
    for word in ("gap", "outcome", "measured", "evaluation", "model"):
        assert not re.search(rf"(?i)\b{word}", mail.text + mail.html), word


def test_links_inside_the_repository_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#: ]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert dead == []


def test_the_commands_named_are_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= set(targets)
