"""What happens in the demo world: facts and figures of 2026 in our own words, with ordinary days between them."""

from __future__ import annotations

from tools.demo_forms import Item

PLATFORM = "https://platform.claude.com/docs/en/"
LAB = "https://www.anthropic.com/"
BLOG = "https://claude.com/blog/"
NIST = "https://www.nist.gov/"
NEWS = f"{NIST}news-events/news/"
CLOUD_NEWS = "https://aws.amazon.com/about-aws/whats-new/"
GLASSWING_ONLY = "for Project Glasswing participants."

RELEASE_NOTES = (
    ("2026-01-12T18:00:00Z", "The usage page shows spending by workspace."),
    ("2026-03-05T18:00:00Z", "Batches are kept for 30 days."),
    (
        "2026-04-07T17:30:00Z",
        (
            "<strong>Claude Mythos Preview</strong> is available as a gated research preview for defensive work as part of "
            "Project Glasswing. Access is invitation-only."
        ),
    ),
    (
        "2026-05-06T18:00:00Z",
        "Structured outputs are generally available on the Claude API for Claude Mythos Preview and Claude Opus 4.7.",
    ),
    (
        "2026-06-09T17:05:00Z",
        (
            "We've launched <strong>Claude Fable 5</strong>, our most capable model open to all customers, alongside "
            f"<strong>Claude Mythos 5</strong> {GLASSWING_ONLY}"
        ),
    ),
    ("2026-06-18T18:00:00Z", "The code execution tool is available on Claude Fable 5, Claude Mythos 5 and Claude Opus 4.8."),
    ("2026-07-01T16:30:00Z", "We've restored access to Claude Fable 5 and Claude Mythos 5."),
    (
        "2026-09-01T17:00:00Z",
        (
            "We've launched <strong>Claude Fable 5.1</strong>, the successor to Claude Fable 5, alongside "
            f"<strong>Claude Mythos 5.1</strong> {GLASSWING_ONLY}"
        ),
    ),
    (
        "2026-11-09T18:00:00Z",
        (
            "We've launched <strong>Claude Fable 5.2</strong>. <strong>Claude Mythos 5.2</strong> offers the same capabilities "
            "and is available only to organizations verified through Anthropic's verification programs."
        ),
        "Pricing for both is $8 USD per input MTok and $40 USD per output MTok.",
    ),
)
"""When, and the notes of that day."""

LAB_PAGES = (
    (
        "glasswing",
        "2026-04-07T17:00:00Z",
        "Project Glasswing",
        "Project Glasswing gives a closed group of partners a new model, Claude Mythos Preview, to find and mend weak points.",
        "Access is by invitation. We do not plan to make Claude Mythos Preview generally available.",
    ),
    (
        "news/claude-opus-4-8",
        "2026-05-28T17:00:00Z",
        "Introducing Claude Opus 4.8",
        "Claude Opus 4.8 is available today on the Claude API.",
        (
            "Work on safeguards goes well, and we expect to be able to bring Mythos-class models to all our customers in the "
            "coming weeks."
        ),
    ),
    (
        "news/expanding-project-glasswing",
        "2026-06-02T13:30:00Z",
        "Expanding Project Glasswing",
        "About 150 more organizations in 15 countries join Project Glasswing. Access stays limited to participants.",
    ),
    (
        "news/claude-fable-5-mythos-5",
        "2026-06-09T17:05:00Z",
        "Claude Fable 5 and Claude Mythos 5",
        "Claude Fable 5 is a Mythos-class model. It is available to all customers from today at $10 / $50 per MTok.",
        "Claude Mythos 5 goes to Project Glasswing participants only.",
    ),
    (
        "news/fable-mythos-access",
        "2026-06-13T00:40:00Z",
        "Statement on the directive to suspend access to Fable 5 and Mythos 5",
        (
            "We received a directive to suspend access to Fable 5 and Mythos 5. We have suspended access to Claude Fable 5 "
            "and Claude Mythos 5 for every customer."
        ),
        "Other Claude models are not affected.",
    ),
    (
        "news/redeploying-fable-5",
        "2026-07-01T03:30:00Z",
        "Redeploying Fable 5",
        "From July 1 we restore access to Claude Fable 5 for all customers and to Claude Mythos 5 for Glasswing participants.",
    ),
)
"""Path, when, title, paragraphs."""

BLOG_POST = (
    "bringing-claude-mythos-5-to-more-defenders",
    "2026-08-21T16:00:00Z",
    "Claude Mythos 5 for more defenders",
    "Claude Security scans code with Claude Mythos 5. Teams receive its findings without direct access to the model.",
)

DOCUMENTS = (
    (
        "about-claude/pricing",
        "2026-01-01",
        "# Pricing\n\n| Model | Input | Output |\n|---|---|---|\n| Claude Opus 4.5 | $5 | $25 |\n",
    ),
    (
        "about-claude/pricing",
        "2026-11-09T18:00:00Z",
        "# Pricing\n\nClaude Fable 5.2: $8 / $40 per MTok.\n\nClaude Mythos 5.2 (limited availability): $8 / $40 per MTok.\n",
    ),
    (
        "models/mythos-5-1/overview",
        "2026-10-15T12:00:00Z",
        "# Claude Mythos 5.1\n\nAvailable only to organizations verified through Anthropic's verification programs.\n",
    ),
)
"""Pages of the documentation as text: path, since when, body."""

CLOUD = (
    Item(
        "2026-06-09T14:15:00Z",
        "AWS announces Claude Fable 5, the first generally available Mythos-class model",
        f"{CLOUD_NEWS}2026/06/claude-fable-5-aws/",
        "<p>Claude Fable 5 is generally available in Amazon Bedrock.</p>",
    ),
)

PRESS = (
    Item("2026-03-27T21:00:00Z", "A leak shows Claude Mythos, a stronger model", "https://thewire.example/leak"),
    Item("2026-03-28T07:30:00Z", "A leaked draft describes Claude Mythos, an unreleased model", "https://thepaper.example/draft"),
    Item("2026-04-02T10:00:00Z", "The Cthulhu Mythos as a card game", "https://games.example/cards"),
    Item("2026-05-20T10:00:00Z", "Market: will Mythos be generally available in June?", "https://bets.example/mythos"),
    Item(
        "2026-06-27T09:20:00Z", "US clears lab to restore Mythos 5 to a small group of defenders", "https://thewire.example/some"
    ),
    Item("2026-06-27T14:00:00Z", "Mythos 5: partial reinstatement makes two tiers", "https://thepaper.example/tiers"),
    Item("2026-06-27T18:45:00Z", "Administration reverses course on Mythos 5 restrictions", "https://thedaily.example/course"),
)

PRESS_ON_THE_CENTER = (
    Item("2026-06-09T20:00:00Z", "White House tells CAISI to halt public AI model reports", "https://thepaper.example/halt"),
    Item("2026-06-10T11:00:00Z", "White House halts AI-testing unit reports", "https://thewire.example/halt"),
)

EVALUATIONS = (
    (
        "2026/05/caisi-evaluation-deepseek-v4-pro",
        "2026-05-01T14:00:00Z",
        "CAISI Evaluation of DeepSeek V4 Pro",
        "The model is about eight months behind the frontier, and costs less on five of seven tasks.",
    ),
    (
        "2026/07/caisi-assessment-zais-glm-52",
        "2026-07-17T14:00:00Z",
        "CAISI Assessment of Z.ai's GLM-5.2",
        (
            "The safeguards of the model are mixed. GLM-5.2 appears potentially more robust against agent hijacking and "
            "jailbreaking attacks than other evaluated PRC open-weight models."
        ),
    ),
    (
        "2026/07/uk-aisi-caisi-preliminary-assessment-kimi-k3s-cyber-capabilities",
        "2026-07-23T17:30:00Z",
        "UK AISI / CAISI Preliminary Assessment of Kimi K3's Cyber Capabilities",
        "The model solved 0 of 41 samples of one test; a US model solved 20.",
    ),
    (
        "2026/09/caisis-assessment-zais-glm-53-cyber-capabilities",
        "2026-09-17T14:00:00Z",
        "CAISI\u2019s Assessment of Z.ai\u2019s GLM-5.3 Cyber Capabilities",
        "The model is behind the best US models by about four months.",
    ),
)
"""Path, when, title, paragraphs."""

EDITED = ((0, "2026-05-02T18:00:00Z"), (2, "2026-08-28T15:00:00Z"))
"""Which evaluation was edited, and when."""

AGREEMENTS = (
    "2026/05/caisi-signs-agreements-regarding-frontier-ai-national-security-testing",
    "2026-05-05T14:00:00Z",
    "CAISI Signs Agreements Regarding Frontier AI National Security Testing",
    "Three more companies open their models for tests. More than 40 such evaluations have been made.",
)
AGREEMENTS_GONE = "2026-05-08T16:40:00Z"

OLD_NAME = "Center for AI Standards and Innovation (CAISI)"
NEW_NAME = "Center for Advancing Innovation and Standards for Super Intelligence (CAISSI)"
RENAMED = "2026-10-01T13:00:00Z"

ORDINARY = (
    "honey",
    "roof tiles",
    "air filters",
    "sea water",
    "steel beams",
    "clock signals",
    "paint",
    "radon",
    "timber",
    "glass",
)
"""What the institute measures on other days."""

ROLL_CALLS = (
    ("2026-01-08T18:00:00Z", 3, "08-Jan", "S.J. Res. 98", "On the Motion to Discharge", "Agreed to", 52, 47),
    ("2026-01-15T23:00:00Z", 11, "15-Jan", "H.R. 6938", "On Passage of the Bill", "Passed", 82, 15),
    ("2026-07-14T22:10:00Z", 195, "14-Jul", "S. 4784", "On Cloture on the Motion to Proceed", "Rejected", 50, 46),
    ("2026-09-30T23:50:00Z", 254, "30-Sep", "H.R. 9340", "On Cloture on the Motion to Proceed", "Rejected", 57, 43),
)
"""Published when; number, day, issue, question, result, yeas, nays."""
VOTES_CLOSED = ("2026-08-10T09:00:00Z", "2026-08-19T09:00:00Z")
"""From when to when the list of roll calls answers with a challenge instead."""

REFERRED = "Read twice and referred to the Committee on Banking, Housing, and Urban Affairs."
PASSED_HOUSE = (
    "On motion to suspend the rules and pass the bill, as amended Agreed to by the Yeas and Nays: (2/3 required): 369 - 22 "
    "(Roll no. 13)."
)
HOUSE_BILL = (
    ("2026-01-01", "2025-04-07", "library", "1000", "Introduced in House"),
    ("2026-01-13T12:35:00Z", "2026-01-12", "house", "H37100", PASSED_HOUSE),
    ("2026-01-13T22:50:00Z", "2026-01-13", "senate", "", f"Received in the Senate and {REFERRED}"),
)
"""Published when; day, system, code, text."""
SENATE_BILL = (
    ("2025-12-17", "senate", "", REFERRED),
    ("2025-12-17", "library", "10000", "Introduced in Senate"),
)

HOMES = {
    "claude-code/": "https://github.com/anthropics/claude-code/releases/tag/v2.0.0",
    "aisi": "https://www.aisi.gov.uk/blog/welcome",
    "anthropic_news": "https://www.anthropic.com/news/welcome",
}
"""Where items of a feed lead that lies at another host."""
