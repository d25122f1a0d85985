"""What is passed over in silence, for which reason, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.core.language.test_language import SPEAKERS, found_in, fresh
from tests.spoken import said, shipped, told_on
from watcher.core.decision.explain import near_misses

ROWS = fresh("near_quiet")
QUIET = [
    tuple(part.strip() for part in row)
    for row in (
        (
            "o",
            "Elevated errors on Claude Fable 6",
            "Resolved - Between 09:12 and 09:47 UTC about 6% of requests to Claude Fable 6 returned 529 errors.",
            "tells of an incident",
        ),
        (
            "o",
            "Elevated errors on Claude Fable 6",
            "Service has been fully restored and error rates are back to normal.",
            "tells of an incident",
        ),
        ("o", "Prices", "Input for Claude Mythos 6 falls from $25 to $20.", "tells of a price"),
        ("o", "Prices", "Cache reads on Claude Mythos 6 (limited availability) fall from $2 to $1.", "carries the name"),
        ("o", "Utilities", "Another 90 hospitals start using Claude Mythos 6 this month.", "tells of some who may have it"),
        ("o", "Gov", "Cleared federal users can now select Claude Mythos 6 in Claude Gov.", "tells of some who may have it"),
        (
            "o",
            "Programs",
            "Utilities may now apply for Claude Mythos 6 through a new track of the Cyber Verification Program.",
            "tells of some who may ask for it",
        ),
        (
            "o",
            "2.1.9",
            "Fixed the model picker showing Claude Mythos 6 as unavailable after switching organizations.",
            "tells of how it is shown",
        ),
        (
            "o",
            "Models",
            "Admins can suspend access to Claude Fable 6 for selected groups.",
            "tells of what an administrator can do",
        ),
        (
            "o",
            "On licenses",
            "If a license were revoked, Claude Fable 6.1 would have to be dark within an hour.",
            "is only supposed",
        ),
        (
            "o",
            "Careers",
            "You will run the intake process through which organizations apply for access to Claude Mythos 6.",
            "tells of work that somebody is wanted for",
        ),
        ("o", "Certificates", "Recertification: the scope includes Claude Mythos 6.", "tells of a certificate"),
        ("o", "Data retention for Claude Mythos 6", "Prompts are kept for 30 days.", "tells of how data are kept"),
        ("o", "Fixes", "Part of that count is owed to Claude Mythos 6.", "tells of what was found with it"),
        ("o", "Why we go on", "It remains our hope that one day a teacher can lean on Claude Mythos 6.", "is only wished"),
        ("o", "Routers", "Router support for Claude Fable 6 is under consideration.", "is only considered"),
        (
            "o",
            "The Claude Mythos 6 risk report is public",
            "From today anyone can read the full risk report on Claude Mythos 6.",
            "carries the name",
        ),
        ("o", "A weekend with Claude Mythos 6", "It was open to all 600 of them and closed again at 18:00 sharp.", "it is"),
        ("o", "Regions", "Note: Claude Fable 6 can no longer be invoked in Asia Pacific (Hong Kong).", "it is limited"),
        (
            "o",
            "Tool search",
            "It works on Claude Fable 6 and Claude Mythos 6, and is available to all API customers.",
            "runs on it",
        ),
        (
            "o",
            "January 9",
            "You can use it without a header on Claude Opus 5 and Claude Mythos 6, and it is generally available to all customers.",
            "runs on it",
        ),
        (
            "o",
            "Claude Fable 6 in Excel",
            "The add-in can now be installed by everyone in your organization.",
            "is said of the add-in",
        ),
        ("o", "Model deprecations", "Claude Mythos 5 retires on June 12, 2027.", "tells of a version that retires"),
        ("o", "Maintenance", "API requests to Claude Mythos 6 are not affected.", "tells that nothing changes"),
        (
            "o",
            "Security Engineer, Claude Mythos",
            "We want somebody with five years in incident response.",
            "somebody is wanted for",
        ),
        ("o", "The labs", "Staff of two laboratories tested Claude Mythos 6 in a closed room.", "tells of who uses it"),
        ("o", "Bounty", "We pay up to $50,000 for a universal jailbreak of Claude Mythos 6.", "tells of safeguards"),
        (
            "o",
            "Training",
            "A course on working with Claude Mythos 6 starts every second Tuesday.",
            "tells of rules, or of a course",
        ),
        ("o", "Tip of the week", "Tip: name the exact version so that your tests do not move to Claude Fable 6.", "what to use"),
        ("o", "March", "Claude Mythos 6 now reads PDFs with more than 900 pages.", "tells of what it can do"),
        ("o", "Inside", "Two of our teams try an early checkpoint of Claude Mythos 7.", "tells of who uses it for what"),
        ("o", "Circle", "Nine banks joined the Claude Mythos 6 program on Monday.", "tells of some who may have it"),
        ("o", "Opus", "The distance to our Mythos-class models is smaller now.", "a measurement"),
        ("o", "Notes", "It is not a Mythos-class model.", "says what it is not"),
        (
            "o",
            "Plan",
            "Planned maintenance will make Claude Mythos 6 unreachable for a quarter of an hour.",
            "tells of an incident",
        ),
        ("p", "Prices", "Output of Claude Fable 6 falls to $31 on May 1.", "tells of a price"),
        ("p", "Foundry", "The company has not named a day for Claude Mythos 6.", "tells of no date"),
        (
            "o",
            "Incident",
            "Nothing in yesterday's outage touches access to Claude Mythos 6 or Claude Fable 6.",
            "nothing changes",
        ),
        ("o", "Misuse", "We have banned 27 accounts that used Claude Mythos 6 to write ransom notes.", "taken from a few"),
        (
            "p",
            "Hosts",
            "The cloud lists Claude Mythos 6 in limited preview, and access requires approval from Anthropic.",
            "may have it",
        ),
        ("o", "Sectors", "Clinics may apply for Claude Mythos 6 under a second verification branch.", "may ask for it"),
        ("p", "Terms", "Should Claude Fable 6 be suspended, customers receive credits.", "is only supposed"),
        ("o", "Study", "We plan to study how broader access to Claude Mythos 6 could change disclosure.", "is only supposed"),
        ("o", "Hope", "Our hope is to make models like Claude Mythos safe enough for everyone to use.", "is only wished"),
        ("o", "Letter", "Campaigners asked us to withdraw Claude Mythos at once.", "is only wished"),
        ("o", "Decision", "We have made no decision as to opening Claude Mythos 6 more widely.", "not open to all"),
        ("o", "Past", "Withdrawing Claude Fable 5 in June last year cost us a night of sleep.", "tells of what is over"),
        (
            "o",
            "Voices",
            '"The week was long; the day Claude Fable 5 came back online, our team sang," says a founder.',
            "what is over",
        ),
        ("p", "Models", "Nova 4 is now generally available alongside Claude Fable 6.", "something else that is open"),
        (
            "o",
            "Haiku",
            "Claude Haiku 6 is open to everyone today, while Claude Mythos 6 stays as it is.",
            "something else that is open",
        ),
        (
            "o",
            "Events",
            "Everyone can now follow the Claude Mythos 6 keynote, no registration needed.",
            "something else that is open",
        ),
        ("o", "Boston", "Mythos Summit Boston: postponed", "tells of an event"),
        (
            "o",
            "Forum",
            'A blogger wrote yesterday that "Claude Mythos 6 is now generally available"; it was a guess.',
            "is hearsay",
        ),
        ("o", "2.3.0", "Fixed the menu listing Claude Mythos 6 to users without access.", "tells of how it is shown"),
        ("o", "Model deprecations", "The retirement of Claude Mythos 5 is planned for June 30, 2027.", "a version that retires"),
        ("n", "CAISSI Begins Testing of Ernie 6", "An assessment is expected to appear in late January.", "tells of a plan"),
        (
            "n",
            "NIST's Year in Pictures: 2026",
            "A new clock, and five assessments of Chinese AI models by CAISSI.",
            "tells of what was published before",
        ),
        (
            "n",
            "Kimi K7 and Others",
            "In 2025 the center published its evaluation of Kimi K7.",
            "tells of what was published before",
        ),
        (
            "n",
            "What Transcripts of Kimi K6 Taught Us",
            "CAISSI re-read transcripts from this summer's assessment.",
            "it tells of no work on a model",
        ),
        ("o", "Staff", "All of our engineers may now call Claude Mythos 7.", "some who may have it"),
        ("o", "Firmware", "Another Glasswing partner used Claude Mythos 6 to trace a fault in a pump.", "some who may have it"),
        ("o", "Past", "It took us three weeks to get Claude Fable 5 back online.", "what is over"),
        (
            "o",
            "Past",
            "When we first announced Project Glasswing in April 2026, about 40 companies had access to Claude Mythos Preview.",
            "what is over",
        ),
        ("o", "Limits", "Claude Mythos 6 returns no more than 90 files per session.", "what it can do, or how much"),
        ("o", "March", "Claude Fable 6 can now transcribe meetings.", "what it can do, or how much"),
        ("o", "Limits", "Message limits on Claude Fable 6 triple this week.", "what it can do, or how much"),
        ("o", "Beta", "Prompt caching is out of preview on Claude Fable 6.", "what it can do, or how much"),
        ("o", "Events", "Join us for a livestream to see Claude Mythos 6 in action.", "an event"),
        ("o", "Events", "We have postponed the Claude Mythos workshop planned for June.", "an event"),
        ("o", "Posts", "Were Claude Mythos ever to be open to everyone, it would come with a new card.", "only supposed"),
        ("o", "Posts", "We may some day think about opening Claude Mythos more broadly.", "only supposed"),
        ("o", "Help", "If Claude Fable 6 shows an error, make sure that your key is valid.", "only supposed"),
        ("o", "Policy", "A public launch of a Mythos-class model requires a vote.", "tells of rules"),
        ("o", "Story", "In the winning short story, Claude Mythos 6 is open to everyone.", "a story"),
        ("o", "Fraud", '"Claude Mythos 6 is now open to all," claimed a phishing message on Friday.', "hearsay"),
        ("o", "Fraud", 'Beware of posts that claim "Claude Mythos 6 is now available to everyone".', "hearsay"),
        ("o", "Hearing", "A reporter asked why Claude Fable had not been withdrawn.", "hearsay"),
        (
            "o",
            "Notes",
            "Correction: our table listed the release date of Claude Fable 6 as May 3; it was May 4.",
            "a correction",
        ),
        ("o", "Notes", "Nothing about who may use Claude Mythos 6 will change this week.", "nothing changes"),
        ("o", "Notes", "This is not a statement on access to Claude Mythos.", "nothing changes"),
        (
            "o",
            "Paper",
            "The study explaining how we audited Claude Mythos 6 is now free for everyone to read.",
            "something else that is open",
        ),
        (
            "o",
            "Haiku",
            "Claude Haiku 7, built with lessons from Claude Mythos 6, is now open to everyone.",
            "something else that is open",
        ),
        ("o", "Tips", "Tip: to move to Claude Fable 6, run /model.", "what to use"),
        (
            "o",
            "Past",
            "Last summer we suspended access to Claude Fable 6 for nineteen days, and this post describes why.",
            "over",
        ),
        ("o", "Votes", "Lawmakers will vote on whether Claude Mythos 6 may be offered to the general public.", "only asked"),
        ("o", "Notes", "Nothing in this release makes Claude Mythos 6 generally available.", "nothing changes"),
        ("o", "Tools", "The budget parameter is deprecated on Claude Mythos 6 and Claude Fable 6.", "a feature of it"),
        ("o", "Support", "| Feature | Claude Mythos 6 |\n| Citations | GA |", "a feature of it"),
        (
            "o",
            "Opus",
            "Claude Opus 6 is available to all customers today, after weeks of attack by Claude Mythos 6.",
            "that is open",
        ),
        (
            "o",
            "Ports",
            "A port intends to open its permit helper, which is based on Claude Mythos 6, to all residents.",
            "runs on it",
        ),
        ("o", "Ports", "A port intends to open its permit helper, using Claude Mythos 6, to all residents.", "runs on it"),
        (
            "o",
            "Mail",
            "'Claude Mythos 6 is now open to all' is the subject of a common phishing mail in our name.",
            "only quoted",
        ),
        ("o", "Red team", "Eleven engineers spent four weeks in a copy of a bank with Claude Mythos 6.", "only named beside"),
        ("o", "Windows", "| Claude Mythos 6 | 1M tokens | 128k tokens |", "only named beside"),
        ("o", "Rhine", "Nine flaws were found with Claude Mythos 6. Thanks to everyone who reported one.", "found with it"),
        ("o", "Errors", "Error rates for Claude Mythos 6 are back to normal.", "an incident"),
    )
]


@pytest.mark.parametrize(("told", "who", "title", "text"), ROWS, ids=[f"{row[2]}: {row[3]}"[:60] for row in ROWS])
def test_what_only_looks_as_if_it_said_nothing_is_said_or_asked_about(told: set[str], who: str, title: str, text: str) -> None:
    claimed, asked = found_in(who, title, text, told)
    allowed = told | ({"named_ga", "class_ga"} if "restored" in told else set())
    assert claimed <= allowed
    assert claimed or asked


@pytest.mark.parametrize(("who", "title", "text", "why"), QUIET, ids=[row[2][:60] for row in QUIET])
def test_what_says_nothing_of_the_question_asks_nobody_and_a_reason_is_printed(who: str, title: str, text: str, why: str) -> None:
    signal, speaker = SPEAKERS[who]
    claimed, asked = found_in(who, title, text)
    assert not claimed
    assert not asked
    told = near_misses(shipped(signal), said(text, title=title, at=told_on(text, ()), **speaker))
    assert any(why in one.why for one in told)
