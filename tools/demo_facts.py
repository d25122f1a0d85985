"""What happens in the demo world: facts and figures of 2026 in our own words, with ordinary days between them."""

from __future__ import annotations

from tools.demo_forms import Item

NOTES = "https://platform.claude.com/docs/en/release-notes/"
LAB = "https://www.anthropic.com/"
NIST = "https://www.nist.gov/"
NEWS = f"{NIST}news-events/news/"


def _note(at: str, *lines: str) -> Item:
    day = f"{at[:10]}"
    return Item(
        at, f"Claude Platform release notes, {day}", f"{NOTES}overview#{day}", "<ul><li>" + "</li><li>".join(lines) + "</li></ul>"
    )


RELEASE_NOTES = (
    _note("2026-01-12T18:00:00Z", "The usage page shows spending by workspace."),
    _note("2026-03-05T18:00:00Z", "Batches are kept for 30 days."),
    _note("2026-04-07T17:30:00Z", "<strong>Claude Mythos Preview</strong> is available as a gated research preview for defensive work as part of Project Glasswing. Access is invitation-only."),
    _note("2026-05-06T18:00:00Z", "Structured outputs are generally available on the Claude API for Claude Mythos Preview and Claude Opus 4.7."),
    _note("2026-06-09T17:05:00Z", "We've launched <strong>Claude Fable 5</strong>, our most capable model open to all customers, alongside <strong>Claude Mythos 5</strong> for Project Glasswing participants."),
    _note("2026-07-01T16:30:00Z", "We've restored access to Claude Fable 5 and Claude Mythos 5."),
    _note("2026-09-01T17:00:00Z", "We've launched <strong>Claude Fable 5.1</strong>, the successor to Claude Fable 5, alongside <strong>Claude Mythos 5.1</strong> for Project Glasswing participants."),
    _note(
        "2026-11-09T18:00:00Z",
        "We've launched <strong>Claude Fable 5.2</strong>. <strong>Claude Mythos 5.2</strong> offers the same capabilities and is available only to organizations verified through Anthropic's verification programs.",
        "Pricing for both is $8 USD per input MTok and $40 USD per output MTok.",
    ),
)  # fmt: skip

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
        "Work on safeguards goes well, and we expect to be able to bring Mythos-class models to all our customers in the coming weeks.",
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
        "We received a directive to suspend access to Fable 5 and Mythos 5. We have suspended access to Claude Fable 5 and Claude Mythos 5 for every customer.",
        "Other Claude models are not affected.",
    ),
    (
        "news/redeploying-fable-5",
        "2026-07-01T03:30:00Z",
        "Redeploying Fable 5",
        "From July 1 we restore access to Claude Fable 5 for all customers and to Claude Mythos 5 for Glasswing participants.",
    ),
)  # fmt: skip

CLOUD = (
    Item("2026-04-16T15:00:00Z", "A new instance type is available in Ohio", "https://aws.amazon.com/about-aws/whats-new/2026/04/instance/", "<p>It has more memory.</p>"),
    Item("2026-06-09T14:15:00Z", "AWS announces Claude Fable 5, the first generally available Mythos-class model", "https://aws.amazon.com/about-aws/whats-new/2026/06/claude-fable-5-aws/", "<p>Claude Fable 5 is generally available in Amazon Bedrock.</p>"),
)  # fmt: skip

PRESS = (
    Item("2026-03-27T21:00:00Z", "Anthropic's Claude Mythos leak reveals a stronger model", "https://vpncentral.com/mythos-leak", ""),
    Item("2026-03-28T07:30:00Z", "A leaked draft describes Claude Mythos, an unreleased model", "https://thepaper.example/mythos-draft", ""),
    Item("2026-04-02T10:00:00Z", "The Cthulhu Mythos as a card game", "https://games.example/cards", ""),
)  # fmt: skip

PRESS_ON_THE_CENTER = (
    Item("2026-06-09T20:00:00Z", "White House tells CAISI to halt public AI model reports", "https://thepaper.example/halt", ""),
    Item("2026-06-10T11:00:00Z", "White House halts AI-testing unit reports", "https://aiweekly.co/issue/halt", ""),
)  # fmt: skip

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
        "The safeguards of the model are mixed. GLM-5.2 appears potentially more robust against agent hijacking and jailbreaking attacks than other evaluated PRC open-weight models.",
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
        "CAISI’s Assessment of Z.ai’s GLM-5.3 Cyber Capabilities",
        "The model is behind the best US models by about four months.",
    ),
)  # fmt: skip

OLD_NAME = "Center for AI Standards and Innovation (CAISI)"
NEW_NAME = "Center for Advancing Innovation and Standards for Super Intelligence (CAISSI)"
RENAMED = "2026-10-01T13:00:00Z"

ORDINARY = ("honey", "roof tiles", "air filters", "sea water", "steel beams", "clock signals", "paint", "radon", "timber", "glass")
"""What the institute measures on other days."""

ROLL_CALLS = (
    (3, "08-Jan", "S.J. Res. 98", "On the Motion to Discharge", "Agreed to", 52, 47),
    (11, "15-Jan", "H.R. 6938", "On Passage of the Bill", "Passed", 82, 15),
    (195, "14-Jul", "S. 4784", "On Cloture on the Motion to Proceed", "Rejected", 50, 46),
    (254, "30-Sep", "H.R. 9340", "On Cloture on the Motion to Proceed", "Rejected", 57, 43),
)
REFERRED = "Read twice and referred to the Committee on Banking, Housing, and Urban Affairs."
HOUSE_BILL = (
    ("2025-04-07", "library", "1000", "Introduced in House"),
    ("2026-01-12", "house", "H37100", "On motion to suspend the rules and pass the bill, as amended Agreed to by the Yeas and Nays: (2/3 required): 369 - 22 (Roll no. 13)."),
    ("2026-01-13", "senate", "", f"Received in the Senate and {REFERRED}"),
)  # fmt: skip
SENATE_BILL = (
    ("2025-12-17", "senate", "", REFERRED),
    ("2025-12-17", "library", "10000", "Introduced in Senate"),
)
