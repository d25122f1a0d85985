"""Ways of saying it that stand in no corpus: each sentence must, or must not, move its track."""

from __future__ import annotations

import pytest

from tests.spoken import claims, statuses

OPEN_CLASS = (
    "Claude Fable 5.3 is now generally available.",
    "Starting today, Claude Fable 6 is open to every customer on the Claude API.",
    "Fable 6 has reached general availability.",
    "We're making Claude Fable 5.3 available to all users.",
    "Everyone can now use Claude Fable 6.",
    "Claude Fable 6, a Mythos-class model, ships to all customers today.",
    "General availability of Claude Fable 5.3 begins today.",
    "Today we are announcing the general availability of Claude Fable 6.",
    "Claude Fable 6 is rolling out to all paid users.",
    "Access to Claude Fable 6 is now open to all.",
    "Claude Fable 6 is available self-serve from the console.",
    "Claude Saga 6 is a Mythos-class model open to all customers.",
    "Claude Fable 6 and Claude Opus 6 are generally available.",
    "With Claude Fable 6 we bring a Mythos-class model to all customers.",
    "Claude Fable 5.3 is available today on the Claude API, Amazon Bedrock and Google Cloud.",
    "Claude Fable 6 (claude-fable-6), our most capable model, is now available to all customers.",
    "Now generally available: Claude Fable 6.",
    "Claude Fable 6 is generally available, while Claude Mythos 6 stays with Project Glasswing participants.",
    "Claude Mythos 6 remains limited to verified organizations; Claude Fable 6 is available to everyone.",
    "We have opened Claude Fable 6 to all customers.",
    "We've launched Claude Fable 6, open to all customers.",
    "You can now use Claude Fable 6 on every plan.",
    "Claude Fable 6 exits preview and is generally available.",
    "Claude Fable 6 is live for all customers.",
    "The first Mythos-class model made safe for general use, Claude Fable 6 launches today for everyone.",
    "Anthropic makes Claude Fable 6 generally available",
    "Claude Fable 6: generally available on Amazon Bedrock",
    "All customers can now access Claude Fable 6 on the Claude API.",
)
OPEN_NAMED = (
    "Claude Mythos 6 is generally available on the Claude API.",
    "Starting today Mythos 5.3 is open to all customers.",
    "We are opening Claude Mythos 6 to everyone.",
    "Claude Mythos 6 is no longer a preview: it is generally available.",
    "Mythos 6 is now GA.",
    "Claude Mythos 6 is now available to all developers.",
    "Anyone can now use Claude Mythos 6.",
    "We're making Claude Mythos 6 generally available today.",
    "The general availability of Claude Mythos 6 starts today.",
    "Claude Mythos 6 (claude-mythos-6) is open to all customers at $8 / $40 per MTok.",
    "Claude Mythos 6, until now in limited preview, is generally available from today.",
)
NOT_OPEN = (
    "Claude Mythos 6 is not generally available.",
    "Claude Mythos 6 isn't generally available.",
    "Is Claude Mythos 6 generally available?",
    "Claude Mythos 6 will be generally available.",
    "If Claude Mythos 6 is generally available, prices will fall.",
    "Once Claude Mythos 6 is generally available, we will retire Opus.",
    "Claude Mythos 6 could become generally available.",
    "Prompt caching is generally available for Claude Mythos 6.",
    "Structured outputs for Claude Mythos 6 are generally available.",
    "The Claude Mythos 6 system card is publicly available.",
    "Claude Mythos 6's system card is available to everyone.",
    "The Mythos 6 tokenizer is generally available.",
    "Tool search is available to all customers using Claude Mythos 6.",
    "Claude Security, powered by Claude Mythos 6, is generally available.",
    "Claude Opus 6 is generally available and rivals Claude Mythos 6.",
    "Unlike Claude Mythos 6, Claude Opus 6 is generally available.",
    "Claude Mythos 6 outperforms every generally available model.",
    "Claude Mythos 6 is more capable than any model we have made generally available.",
    "Rumor has it that Claude Mythos 6 is generally available.",
    "According to press reports, Claude Mythos 6 is generally available.",
    'A user wrote: "Claude Mythos 6 is generally available to all customers".',
    "We have no plans to make Claude Mythos 6 generally available.",
    "We decided against making Claude Mythos 6 generally available.",
    "Claude Mythos 6 has yet to be made generally available.",
    "Nobody can say when Claude Mythos 6 becomes generally available.",
    "Before Claude Mythos 6 is generally available we need stronger safeguards.",
    "Claude Mythos 6 is available to all customers verified through the Cyber Verification Program.",
    "Claude Mythos 6 is available to all customers who are approved.",
    "Claude Mythos 6 was generally available for three days.",
    "We announced that web search is generally available on Claude Fable 6, Claude Mythos 6, and Claude Opus 6.",
    "Claude Mythos 6 is a gated research preview, not open to all customers.",
    "Neither Claude Mythos 6 nor Claude Mythos 5.2 is generally available.",
    "No Mythos model is generally available.",
    "It is false that Claude Mythos 6 is generally available.",
    "Claude Mythos 6 would be open to all customers.",
    "The 1M context window is generally available for Claude Mythos 6.",
    "Fast mode for Claude Mythos 6 is open to all customers.",
    "Documentation on Claude Mythos 6 is open to everyone.",
    "We made our evaluation of Claude Mythos 6 publicly available.",
    "Claude Mythos 6 helped find bugs in Firefox, which is available to everyone.",
    "Claude Mythos 6 pricing is now available to all customers.",
    "Anthropic to make Claude Mythos 6 generally available",
    "Claude Mythos 6 generally available by March?",
    "Will Claude Mythos 6 be open to all customers",
    "Imagine that Claude Mythos 6 is open to all customers.",
    "A fake site says Claude Mythos 6 is generally available.",
    "In our scenario Claude Mythos 6 is generally available.",
    "Do not believe that Claude Mythos 6 is open to everyone.",
    "Only when Claude Mythos 6 is generally available will we see.",
    "Claude Mythos 6 never became generally available.",
    "Claude Mythos 6 is anything but generally available.",
    "We stopped short of making Claude Mythos 6 generally available.",
    "Claude Mythos 6 is hardly open to all customers.",
    "The API for Claude Fable 6 is open to all customers; for Claude Mythos 6 it is not.",
    "Claude Mythos 6 is said to be generally available.",
    "People expect Claude Mythos 6 to be generally available.",
    "Claude Mythos 6 may soon be generally available.",
    "Generally available models trail Claude Mythos 6.",
    "The gap between Claude Mythos 6 and generally available models is closing.",
    "Claude Mythos 6 found flaws in software that is available to all users.",
)
SAYS = (
    ("named", "gated", "Claude Mythos 6 is available as a limited research preview."),
    ("named", "gated", "Access to Claude Mythos 6 is restricted to vetted partners."),
    ("named", "gated", "Claude Mythos 6 is offered to Project Glasswing participants only."),
    ("named", "gated", "Claude Mythos 6 is in private preview on Vertex AI for a select group of customers."),
    ("named", "gated", "Claude Mythos 6 is available by invitation."),
    ("named", "gated", "Claude Mythos 6 is currently limited to allowlisted accounts."),
    ("named", "gated", "We do not plan to make Claude Mythos 6 generally available."),
    ("named", "gated", "Claude Mythos 6 is not open to all customers."),
    ("named", "gated", "Claude Mythos 6 won't be made generally available."),
    ("named", "gated", "Claude Mythos 5.3 ( limited availability ) | $8 | $40"),
    ("named", "gated", "Claude Mythos 5.3 stays in gated preview."),
    ("named", "gated", "Customers need an invitation: Claude Mythos 6 is invitation-only."),
    ("named", "gated", "Only approved customers can use Claude Mythos 6."),
    (
        "named",
        "gated_wider",
        "Claude Mythos 5.3 is available only to organizations verified through Anthropic's verification programs.",
    ),
    ("named", "gated_wider", "Claude Mythos 6 is offered to organizations approved through the Cyber Verification Program."),
    ("named", "gated_wider", "We are expanding access to Claude Mythos 6 to 300 more organizations."),
    ("named", "gated_wider", "Two hundred more organizations join Project Glasswing."),
    ("named", "gated_wider", "Claude Code Security now scans repositories with Claude Mythos 6 and returns only findings."),
    ("named", "gated_wider", "We're extending Claude Mythos Preview to more defenders in 20 countries."),
    (
        "named",
        "gated_wider",
        "Access to Claude Mythos 6 widens: any organization verified through the Life Sciences Verification Program can use it.",
    ),
    ("named", "promised", "We expect to make Claude Mythos 6 generally available in the coming weeks."),
    ("named", "promised", "Claude Mythos 6 will be generally available next month."),
    ("named", "promised", "We plan to bring Claude Mythos 6 to all customers by the end of January."),
    ("named", "promised", "Claude Mythos 6 will open to all customers on March 3."),
    ("class", "promised", "We expect to bring Mythos-class models to all our customers in the coming weeks."),
    ("class", "promised", "Mythos-class models will be generally available within two months."),
    ("class", "promised", "We plan to make Mythos-class models available to all users later this year."),
    ("named", "suspended", "We have suspended access to Claude Mythos 6 for all customers."),
    ("named", "suspended", "Access to Claude Mythos 6 has been suspended."),
    ("named", "suspended", "Claude Mythos 6 has been withdrawn."),
    ("named", "suspended", "Effective immediately, we are suspending access to Fable 6 and Mythos 6."),
    ("named", "suspended", "We've disabled Claude Mythos 6 worldwide to comply with the order."),
    ("named", "suspended", "Update June 12: We've suspended access to Claude Fable 5 and Claude Mythos 5."),
    ("named", "suspended", "We have revoked access to Mythos 6."),
    ("named", "suspended", "Claude Mythos 6 is no longer available."),
    ("named", "suspended", "Claude Mythos 6 was taken offline today."),
    ("named", "suspended", "In response to the directive, access to Claude Mythos 6 is suspended for every customer."),
    ("named", "suspended", "We had to pull Claude Mythos 6 today."),
    ("class", "suspended", "We have suspended access to Claude Fable 6 for all customers."),
    ("class", "suspended", "Access to Claude Fable 5.2 and Claude Mythos 5.2 has been suspended."),
    ("class", "suspended", "Claude Fable 6 is no longer available."),
    ("class", "suspended", "We've disabled Fable 6 and Mythos 6 for all customers."),
    ("class", "available", "Access to Claude Fable 6 has been restored."),
    ("class", "available", "We've restored access to Claude Fable 6 and Claude Mythos 6."),
    ("class", "available", "Claude Fable 6 is back for all customers."),
    ("class", "available", "We are redeploying Fable 6 today."),
    ("class", "available", "Claude Fable 6 is available again on all platforms."),
    ("class", "available", "We have reinstated Claude Fable 6."),
    ("named", "cancelled", "We have cancelled Claude Mythos."),
    ("named", "cancelled", "We are ending the Claude Mythos line."),
    ("named", "cancelled", "Claude Mythos has been discontinued."),
    ("named", "cancelled", "No Claude Mythos model will ever be made generally available."),
)
SAYS_NOT = (
    ("named", "suspended", "We have not suspended access to Claude Mythos 6."),
    ("named", "suspended", "Was Claude Mythos 6 suspended?"),
    ("named", "suspended", "If ordered, we would suspend access to Claude Mythos 6."),
    ("named", "suspended", "We have suspended new sign-ups for Claude Mythos 6."),
    ("named", "suspended", "Elevated errors for Claude Mythos 6."),
    ("named", "suspended", "Claude Mythos 6 is unavailable for some users."),
    ("named", "suspended", "We retired Claude Opus 4; Claude Mythos 6 is not affected."),
    ("named", "suspended", "We've suspended access to Claude Opus 6. Claude Mythos 6 is not affected."),
    ("named", "suspended", "Claude Mythos 6 will be suspended for maintenance."),
    ("named", "suspended", "We disabled the web search tool for Claude Mythos 6."),
    ("named", "suspended", "Rumors that Claude Mythos 6 was suspended are wrong."),
    ("named", "suspended", "A suspension of Claude Mythos 6 is not planned."),
    ("named", "suspended", "Critics demand that access to Claude Mythos 6 be suspended."),
    ("named", "suspended", "We restored access to Claude Mythos 6 after it was suspended."),
    ("named", "suspended", "The suspension of Claude Mythos 6 has been lifted."),
    ("named", "suspended", "We paused the Claude Mythos 6 bug bounty."),
    ("named", "suspended", "The government did not order us to suspend access to Claude Mythos 6."),
    ("named", "suspended", "Claude Mythos 6 suspended a malicious process during the test."),
    ("named", "suspended", "Claude Mythos 6 disabled logging in the sandbox."),
    ("named", "suspended", "We blocked 300 accounts that misused Claude Mythos 6."),
    ("named", "suspended", "Access to Claude Opus 6, unlike Claude Mythos 6, is suspended."),
    ("named", "suspended", "Claude Mythos Preview is deprecated and will be retired on June 30."),
    ("named", "promised", "Our eventual goal is to make Claude Mythos 6 generally available."),
    ("named", "promised", "We hope to make Claude Mythos 6 generally available next year."),
    ("named", "promised", "Claude Mythos 6 could be generally available next month."),
    ("named", "promised", "We will not make Claude Mythos 6 generally available in the coming weeks."),
    ("named", "promised", "A broader trusted access program for Claude Mythos 6 will follow in the coming weeks."),
    ("named", "promised", "Claude Opus 6 will be generally available next month, above Claude Mythos 6."),
    ("named", "promised", "Will Claude Mythos 6 be generally available next month?"),
    ("named", "promised", "Prompt caching for Claude Mythos 6 will be generally available next month."),
    ("named", "cancelled", "We do not plan to make Claude Mythos Preview generally available."),
    ("named", "cancelled", "Claude Mythos Preview has been retired."),
    ("named", "cancelled", "We cancelled a webinar on Claude Mythos 6."),
    ("named", "cancelled", "We have not cancelled Claude Mythos."),
    ("class", "available", "Claude Fable 6 users complain that access has not been restored."),
    ("class", "available", "We will restore access to Claude Fable 6 next week."),
    ("class", "available", "We are working to restore access to Claude Fable 6."),
    ("class", "available", "Code execution is available on Claude Fable 6 and Claude Mythos 6."),
    (
        "class",
        "available",
        "Mid-conversation system messages are available on Claude Fable 6, Claude Mythos 6, and Claude Opus 5.",
    ),
    ("class", "available", "Legacy Claude Fable 5 docs are available."),
    ("class", "available", "We have not restored access to Claude Fable 6."),
)
EVALUATIONS = (
    "CAISSI Evaluation of Qwen 4",
    "CAISSI’s Assessment of MiniMax’s M3 Cyber Capabilities",
    "CAISI Preliminary Assessment of DeepSeek V5",
    "UK AISI / CAISSI Joint Evaluation of Kimi K4",
    "CAISSI Assessment of Alibaba's Qwen 3.8 Max",
    "CAISSI Evaluation of Hunyuan 3 and GLM-6",
    "Center for AI Standards and Innovation Evaluation of DeepSeek V4.1",
    "CAISI - Assessment of Z.ai's GLM-5.2",
    "CAISSI Evaluation of StepFun's Step-4",
    "CAISSI Evaluation of Foundry-X 2.0",
    "CAISSI’s Preliminary Evaluation of Moonshot AI’s Kimi K3.5 Safeguards",
    "CAISSI Evaluation of ERNIE 6 Finds Gaps",
    "Pre-Deployment Evaluation of DeepSeek V5 by CAISSI",
)
NO_EVALUATIONS = (
    "CAISSI Signs Agreement on Evaluation of DeepSeek Models",
    "CAISSI Evaluation of AI Agent Hijacking",
    "CAISSI Evaluation of SI Systems: A New Method",
    "CAISSI Requests Comment on Draft Assessment of Frontier AI Capabilities",
    "NIST Publishes Assessment of Test Methods for Honey",
    "Interlaboratory Evaluation of Recycled Concrete Completed",
    "CAISSI Cheating On AI Agent Evaluations",
    "CAISSI Releases Guidelines on Evaluation of Qwen-like Models",
    "CAISSI Evaluation of Claude Opus 6",
    "CAISSI Evaluation of OpenAI's GPT-6",
    "Technical Blog: Strengthening Evaluation of DeepSeek Agents",
    "An Assessment of Selected Divisions of the National Institute of Standards and Technology",
    "CAISSI Insights into Evaluation of Kimi Transcripts",
    "CAISSI Works with Alibaba",
    "CAISSI Hiring for Evaluation of Models",
)
NIST_NEWS = "https://www.nist.gov/news-events/news/2027/01/x"


def as_fable(sentence: str) -> str:
    return sentence.replace("Mythos 5.3", "Fable 5.3").replace("Mythos", "Fable")


@pytest.mark.parametrize("sentence", OPEN_CLASS)
def test_these_open_the_class_and_not_the_name(sentence: str) -> None:
    found = statuses("mythos-ga", sentence)
    assert "available" in found.get("class", set())
    assert "available" not in found.get("named", set())


@pytest.mark.parametrize("sentence", OPEN_NAMED)
def test_these_open_the_named_model(sentence: str) -> None:
    assert "available" in statuses("mythos-ga", sentence).get("named", set())


@pytest.mark.parametrize("sentence", NOT_OPEN)
def test_these_open_nothing(sentence: str) -> None:
    assert "available" not in statuses("mythos-ga", sentence).get("named", set())


@pytest.mark.parametrize("sentence", [each for each in NOT_OPEN if "Fable" not in each])
def test_said_of_the_public_name_they_open_nothing_either(sentence: str) -> None:
    assert "available" not in statuses("mythos-ga", as_fable(sentence)).get("class", set())


@pytest.mark.parametrize(("track", "status", "sentence"), SAYS)
def test_these_say_it(track: str, status: str, sentence: str) -> None:
    assert status in statuses("mythos-ga", sentence).get(track, set())


@pytest.mark.parametrize(("track", "status", "sentence"), SAYS_NOT)
def test_these_do_not_say_it(track: str, status: str, sentence: str) -> None:
    assert status not in statuses("mythos-ga", sentence).get(track, set())


@pytest.mark.parametrize("title", EVALUATIONS)
def test_these_titles_publish_an_evaluation(title: str) -> None:
    found = [claim for claim in claims("caisi-evaluation", "", title=title, link=NIST_NEWS, publisher="nist.gov") if claim.status]
    assert [claim.status for claim in found] == ["published"]
    assert found[0].event


@pytest.mark.parametrize("title", NO_EVALUATIONS)
def test_these_titles_publish_none(title: str) -> None:
    assert not [
        claim for claim in claims("caisi-evaluation", "", title=title, link=NIST_NEWS, publisher="nist.gov") if claim.status
    ]
