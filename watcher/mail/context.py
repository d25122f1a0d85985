"""What the writer of a mail has before it besides the digest: the watch, the one reader, and which tools a signal touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.core.decision.corroboration import says_only
from watcher.core.decision.proofs import is_of_another
from watcher.core.model import Change, Digest, Ladder, Quote, Scalar, Signal, Source, Status, Transition, Verdict
from watcher.wording import detail

if TYPE_CHECKING:
    from watcher.config.settings import Ground, Tool  # pydantic comes with it


@dataclass(frozen=True, slots=True)
class MailContext:
    """The watch as it is configured."""

    signals: Mapping[str, Signal]
    title: str = "Policy Signal Watch"
    base_url: str = ""
    """Address of the page without a slash at its end; empty: mails link to the sources alone."""
    stack: tuple[Tool, ...] = ()
    ground: tuple[Ground, ...] = ()
    """Why these signals; told in the first mail."""

    @property
    def host(self) -> str:
        """The name under which threads and lists are known."""
        return urlsplit(self.base_url).hostname or "policy-signal-watch.localhost"

    def page(self, path: str = "") -> str:
        """Address of the page, or of a path on it such as `signals/senate-vote`; empty without a page."""
        return f"{self.base_url.rstrip('/')}/{path}" if self.base_url else ""

    def page_of(self, signal: str) -> str:
        """Address of one signal on the page; empty without a page."""
        return self.page(f"signals/{signal}")

    def title_of(self, signal: str) -> str:
        """The signal's title, or its id where the configuration has lost it since."""
        return self.signals[signal].title if signal in self.signals else signal

    def source(self, signal: str, source: str) -> Source | None:
        """A declared source; None where the configuration has lost it since."""
        known = self.signals[signal].sources if signal in self.signals else ()
        return next((each for each in known if each.id == source), None)

    def track_title(self, signal: str, track: str) -> str:
        """The track's title, or its id."""
        known = self.signals[signal].tracks if signal in self.signals else ()
        return next((each.title for each in known if each.id == track), track)

    def is_series(self, signal: str, track: str) -> bool:
        """Whether a track is a series, each event of which is news."""
        known = self.signals[signal].tracks if signal in self.signals else ()
        return any(each.ladder.series for each in known if each.id == track)

    def detail(self, transition: Transition, name: str, value: Scalar | tuple[Scalar, ...]) -> tuple[str, str]:
        """A detail of a change with its name, in words."""
        return detail(name, value, self._ladder(transition))

    def unit(self, transition: Transition, name: str) -> str:
        """In what a detail of a change is counted: `per million tokens`; empty where its ladder does not say."""
        return self._ladder(transition).detail(name).unit

    def is_way_in(self, transition: Transition, name: str) -> bool:
        """Whether the values of a detail may hold beside one another, as ways to get access do."""
        return self._ladder(transition).detail(name).beside

    def holds_beside(self, transition: Transition, name: str) -> bool:
        """Whether a detail that a change states does not take back the one before: its words do not say "only"."""
        alone = any(says_only(quote.text) for quote in transition.evidence)
        return self._ladder(transition).detail(name).beside and not alone

    def reads_texts(self, transition: Transition) -> bool:
        """Whether the status that a change reached is read from sentences alone, and from no row of a record with its day."""
        rules = [rule for rule in self._ladder(transition).rules if rule.status == transition.after]
        return bool(rules) and all(rule.sentence for rule in rules)

    def own_words(self, transition: Transition) -> tuple[Quote, ...]:
        """The quotes of a change that speak of no other version than the one that its details name."""
        if transition.signal not in self.signals:
            return transition.evidence
        ladder, vocabulary = self._ladder(transition), self.signals[transition.signal].vocabulary
        return tuple(
            quote for quote in transition.evidence if not is_of_another(quote.text, ladder, transition.details, vocabulary)
        )

    def _ladder(self, transition: Transition) -> Ladder:
        known = self.signals[transition.signal].tracks if transition.signal in self.signals else ()
        return next((each.ladder for each in known if each.id == transition.track), Ladder("", (), ()))

    def outcome(self, transition: Transition) -> str:
        """What an event says, as a sentence; empty where it has not been read."""
        return self._ladder(transition).outcome(transition.outcome).sentence if transition.outcome else ""

    def is_caveat(self, transition: Transition) -> bool:
        """Whether what an event says of the question is no finding: it gives no rates that were measured alike."""
        return bool(transition.outcome) and self._ladder(transition).outcome(transition.outcome).at_least is None

    def noun(self, transition: Transition) -> str:
        """What an event of a series is called: `paper`."""
        return self._ladder(transition).noun

    def status(self, signal: str, track: str, status: str) -> Status:
        """The rung; one that the configuration has lost since is shown by its id."""
        known = self.signals[signal].tracks if signal in self.signals else ()
        rungs = (rung for each in known if each.id == track for rung in each.ladder.statuses)
        return next((rung for rung in rungs if rung.id == status), Status(status, status.replace("_", " ").capitalize(), ""))


@dataclass(frozen=True, slots=True)
class Recipient:
    """The one person or machine that a message is for."""

    id: str
    message_id: str
    zone: tzinfo = field(default=UTC)
    signals: frozenset[str] = frozenset()
    """Empty: all."""
    unsubscribe_url: str = ""
    unsubscribe_mailto: str = ""
    every_detail: bool = False
    """Whether each detail was told at once: it is not told again beside other news."""

    def wants(self, signal: str) -> bool:
        """Whether a signal is for this reader."""
        return not self.signals or signal in self.signals


def transitions_for(digest: Digest, reader: Recipient) -> tuple[Transition, ...]:
    """The changes that are for this reader."""
    return tuple(each for each in digest.transitions if reader.wants(each.signal) and not _is_known(each, reader))


def told_at_once(digest: Digest, reader: Recipient) -> tuple[Transition, ...]:
    """The details of a weekly note that this reader was told when they came."""
    return tuple(each for each in digest.transitions if reader.wants(each.signal) and _is_known(each, reader))


def _is_known(change: Transition, reader: Recipient) -> bool:
    """Whether it is a detail that this reader was told when it came."""
    return reader.every_detail and change.kind is Change.DETAIL and not change.mail and bool(change.track)


def verdicts_for(digest: Digest, context: MailContext, reader: Recipient) -> tuple[Verdict, ...]:
    """The verdicts that are for this reader, in the order of the configuration."""
    order = {name: place for place, name in enumerate(context.signals)}
    wanted = (verdict for verdict in digest.verdicts if reader.wants(verdict.signal))
    return tuple(sorted(wanted, key=lambda verdict: order.get(verdict.signal, len(order))))


# Which of the reader's own AI tools a signal touches.

if TYPE_CHECKING:
    from watcher.config.settings import Tool  # pydantic comes with it


def affected_by(signal: Signal, stack: Iterable[Tool]) -> tuple[Tool, ...]:
    """The tools that the signal's `touches` names: by a tag, or by provider or model (any part of the name)."""
    return tuple(tool for tool in stack if any(_is_touched(tool, word.casefold()) for word in signal.touches))


def _is_touched(tool: Tool, word: str) -> bool:
    tags = {tag.casefold() for tag in tags_in_words(tool)}
    return word.replace("_", " ") in tags or word in f"{tool.provider} {tool.model}".casefold()


def tags_in_words(tool: Tool) -> tuple[str, ...]:
    """Its tags as people read them: `open weights` for `open_weights`."""
    return tuple(tag.replace("_", " ") for tag in tool.tags)


def without_fallback(stack: Iterable[Tool]) -> tuple[Tool, ...]:
    """The tools for which no fallback is written down."""
    return tuple(tool for tool in stack if not tool.fallback.strip())
