"""What was seen: documents, entries, observations, and the claims that rules make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.core.model.base import Facts, Outcome, Tier


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one successful fetch."""

    url: str
    """As asked for."""
    final_url: str
    """After redirects."""
    body: bytes
    hash: str
    """SHA-256 of the body, hexadecimal."""
    content_type: str
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""
    max_age: timedelta | None = None
    """How long the publisher asks to keep it, where it says so."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The publisher says that what we hold still stands."""

    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """No trustworthy reading, and why."""

    kind: Outcome
    reason: str
    status: int | None = None
    retry_after: timedelta | None = None
    timed_out: bool = False
    """The host gave no sign in time: others of its pages would only wait, too."""


class Unreadable(Exception):  # noqa: N818 - the word of the design
    """A document that a format cannot trust; `kind` says how the poll is recorded.

    `lasting`: it took more time or memory than allowed, and would again.
    """

    def __init__(self, reason: str, kind: Outcome = Outcome.MALFORMED, *, lasting: bool = False) -> None:
        """Keep the reason in words."""
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Entry:
    """What a format reads from a document."""

    key: str
    """Identity inside its source; the same entry keeps its key when it is edited."""
    title: str = ""
    text: str = ""
    """Plain text, paragraphs separated by newlines."""
    link: str = ""
    published: datetime | None = None
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """An entry as seen: written once, never edited."""

    source: str
    entry: Entry
    seen_at: datetime
    document: str
    """SHA-256 of the stored document, hexadecimal."""
    publisher: str
    """Registrable domain of who speaks."""
    tier: Tier
    surface: str = ""
    url: str = ""
    """Where the document was read."""
    revision: int = 1
    id: int = 0
    first_seen_at: datetime | None = None
    """When revision 1 of this entry was seen."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that prove something, and where to find them."""

    text: str
    url: str
    publisher: str
    tier: Tier
    seen_at: datetime
    document: str = ""
    published: datetime | None = None
    source: str = ""
    title: str = ""
    read_at: str = ""
    """Address of the document that was read, where it is not the link (a feed, a record)."""
    is_reason: bool = False
    """Whether it says why something was done, and not that it was."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One rule holding on one observation."""

    signal: str
    track: str
    rule: str
    quote: Quote
    effective_at: datetime
    """When what it says happened, as far as the entry tells; else when it was published or seen."""
    status: str = ""
    flag: str = ""
    review: bool = False
    figure: str = ""
    voice: str = ""
    """Who counts as one voice: `publisher/surface`, or the row of a record."""
    event: str = ""
    order: int = 0
    """Sequence inside one day, oldest first."""
    details: Facts = field(default_factory=dict)
    proofs: Mapping[str, str] = field(default_factory=dict)
    """Detail name → the sentence of the same text that holds its value, where the quote does not."""
    reason: str = ""
    """Why it holds, in words."""
    observation: int = 0
    copy: int = 0
    """Fingerprint of the text: near copies are one voice."""
    unexplained: tuple[str, ...] = ()
    """Words of the sentence for which no rule accounts: why it is undecided."""
    since: datetime | None = None
    """When what it tells happened, where the sentence itself says that this is past."""
    undated: bool = False
    """Whether its text has no date of its own, and no edit was seen to bring it: nobody knows when it was said."""
    heading: str = ""
    """The title by which it counts, where the quote is a sentence below it that says the same in full."""
    because: str = ""
    """Of a step back the sentence beside the quote that says why, verbatim."""

    @property
    def asks(self) -> bool:
        """Whether it asks a person: it may claim a status, or has words that nothing explains."""
        return self.review and bool(self.status or self.unexplained)


ANY_WORDS = "any of its words"


def left_over(unexplained: Sequence[str], quote: Quote) -> str:
    """The words for which no rule accounts, in quotes; of a sentence that only names its thing `any of its words`; else empty."""
    if tuple(unexplained) == (quote.text,):
        return ANY_WORDS
    return ", ".join(f"“{word}”" for word in unexplained)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A text that may change an answer and that no rule accounts for in full: a person is asked, once for the same words."""

    signal: str
    track: str
    status: str
    """The status that it may claim; empty where nobody can tell."""
    quotes: tuple[Quote, ...]
    """Its sentences that nothing explains, the first one first."""
    effective_at: datetime
    voice: str = ""
    event: str = ""
    unexplained: tuple[str, ...] = ()
    """The words for which no rule accounts."""
    asked_at: datetime | None = None
    """When a person was asked; None for old words, and for words that could change nothing when they were seen."""
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_as: str = ""
    """A status, or empty where it was dismissed."""
    settled_why: str = ""
    evidence: int = 0
    """Number of the evidence that it became."""
    id: int = 0
    answered: str = ""
    """What answers it already, in words: a person is still asked, and readers are not told that it is being checked."""

    @property
    def left_over(self) -> str:
        """The words for which no rule accounts, as a sentence names them; empty where there are none."""
        return left_over(self.unexplained, self.quotes[0])

    @property
    def names_alone(self) -> bool:
        """Whether it names its thing in words of which no rule knows any."""
        return self.left_over == ANY_WORDS


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one source's readings."""

    source: str
    url: str
    publisher: str
    last_good_at: datetime | None = None
    last_tried_at: datetime | None = None
    outcome: str = ""
    error: str = ""
    failing_since: datetime | None = None
    newest_entry_at: datetime | None = None
    next_at: datetime | None = None
    first_tried_at: datetime | None = None
    gone_since: datetime | None = None
    gone_polls: int = 0
    parent: str = ""
