"""Who is spoken of: subjects, objects, companions, pronouns and what stands in between."""

from __future__ import annotations

import pytest

from watcher.core.language.parse import read
from watcher.core.language.text import MAX_SENTENCES, fold, split
from watcher.core.language.vocabulary import Vocabulary

WORDS = Vocabulary.of(
    {
        "things": {"ship": ["Aurora"], "boat": ["Bounty"], "plan": ["Project Reef"]},
        "phrases": {
            "open": ["generally available", "open to all customers", "[offer*|bring*] {it} to everyone", "{it} to all"],
            "suspended": ["suspend* access to {it}", "suspend* {it}", "suspended"],
            "gate": ["for members", "in preview", "gated", "limited", "member"],
        },
    }
)


def bound(text: str, kind: str, title: str = "") -> set[str]:
    """Names of the things of which a text plainly says a phrase of this kind."""
    said = read(WORDS, title, text).statements
    return {each.thing.name for each in said if each.kind == kind and each.thing and not each.manners}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Aurora 2 is generally available.", {"Aurora 2"}),
        ("Aurora 2 and Bounty 3 are generally available.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2, Bounty 3 and Aurora 4 are generally available.", {"Aurora 2", "Bounty 3", "Aurora 4"}),
        ("Aurora 2 (a ship) is generally available.", {"Aurora 2"}),
        ("Aurora 2, which we built last year, is generally available.", {"Aurora 2"}),
        ("Aurora 2, a ship that sails far, is generally available.", {"Aurora 2"}),
        ("Aurora 2, which is generally available, sails.", {"Aurora 2"}),
        ("Aurora 2 from Acme is generally available.", {"Aurora 2"}),
        ("Our first model, Aurora 2, is generally available.", {"Aurora 2"}),
        ("Aurora 2 is our best generally available model.", {"Aurora 2"}),
        ("Aurora 2: generally available", {"Aurora 2"}),
        ("Aurora 2 \u2014 generally available", {"Aurora 2"}),
        ("Aurora 2 | generally available | $4", {"Aurora 2"}),
        ("Aurora 2 | sea | generally available", {"Aurora 2"}),
        ("Aurora 2 sails far and is generally available.", {"Aurora 2"}),
        ("Aurora 2 is cheap but generally available.", {"Aurora 2"}),
        ("Aurora 2 shines because it is generally available.", {"Aurora 2"}),
        ("We like Aurora 2 since it is cheap and generally available.", set()),
        ("Listing Aurora 2 although generally available is odd.", {"Aurora 2"}),
        ("Today, Aurora 2 is cheap and is generally available.", {"Aurora 2"}),
        ("Access to Aurora 2 is generally available.", {"Aurora 2"}),
        ("Aurora 2 access is generally available.", {"Aurora 2"}),
        ("The harbour's access is generally available.", set()),
        ("Paint for Aurora 2 is generally available.", set()),
        ("Aurora 2 paint is generally available.", set()),
        ("Aurora 2's paint is generally available.", set()),
        ("The paint is generally available and fits Aurora 2.", set()),
        ("Beside Aurora 2 the paint sells and is generally available.", set()),
        ("Now open to all customers: Aurora 2 and Bounty 3", {"Aurora 2", "Bounty 3"}),
        ("Now open to all customers: the harbour", set()),
        ("Any other ship model is generally available; Aurora 2 is not.", {"Any other ship model"}),
        ("We offer Aurora 2 to everyone.", {"Aurora 2"}),
        ("We bring both Aurora 2 and Bounty 3 to everyone.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2 to all", {"Aurora 2"}),
        ("Aurora 2 goes to all", set()),
        ("The generally available paint of Aurora 2", set()),
        ("We saw big old red green blue white black pink generally available Aurora 2.", {"Aurora 2"}),
        ("These generally available things are not Aurora 2.", set()),
        ("They say that Aurora 2 glows and is generally available.", set()),
        ("In the blue harbour Aurora 2 lies and is generally available.", set()),
    ],
)
def test_the_nearest_subject_is_the_one(text: str, names: set[str]) -> None:
    assert bound(text, "open") == names


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        ("Aurora 2", "It is generally available.", {"Aurora 2"}),
        ("Aurora 2", "This model is generally available.", {"Aurora 2"}),
        ("Aurora 2", "Generally available.", {"Aurora 2"}),
        ("Aurora 2", "Access is generally available.", {"Aurora 2"}),
        ("Aurora 2 and Bounty 3", "Both models are generally available.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2 and Bounty 3", "They are generally available.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2 and Bounty 3", "Aurora 2 sails. They are generally available.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2", "Bounty 3 floats. It is generally available.", {"Bounty 3"}),
        ("Aurora 2", "Bounty 3 floats. It sails with Aurora 2. It is generally available.", {"Bounty 3"}),
        ("Aurora 2", "She is generally available.", set()),
        ("Aurora 2", "Our generally available model", {"Aurora 2"}),
        ("Aurora 2", "Generally available models are cheap.", set()),
        ("Aurora 2", "Our generally available models are cheap.", set()),
        ("News", "It is generally available.", set()),
    ],
)
def test_a_pronoun_stands_for_what_was_spoken_of(title: str, text: str, names: set[str]) -> None:
    assert bound(text, "open", title) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We suspend access to Aurora 2.", {"Aurora 2"}),
        ("We suspend access to Aurora 2 and Bounty 3.", {"Aurora 2", "Bounty 3"}),
        ("We suspend access to Aurora 2 for all customers and to Bounty 3 for members.", {"Aurora 2", "Bounty 3"}),
        ("We suspend access to Aurora 2 (our best) and Bounty 3.", {"Aurora 2", "Bounty 3"}),
        ("We suspend access to Aurora 2, Bounty 3 is not affected.", {"Aurora 2"}),
        ("We suspend access to Aurora 2; Bounty 3 sails.", {"Aurora 2"}),
        ("Aurora 2 glows, so we suspend access to it.", {"Aurora 2"}),
        ("Aurora 2 and Bounty 3 glow, so we suspend access to them.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2 glows, so we suspend access to this model.", {"Aurora 2"}),
        ("Aurora 2 and Bounty 3 glow, so we suspend access to the two models.", {"Aurora 2", "Bounty 3"}),
        ("Aurora 2 glows, so we suspend access to the harbour.", set()),
        ("We suspend access to this ship, Aurora 2.", {"Aurora 2"}),
        ("We suspend access to the paint for Aurora 2.", set()),
        ("We suspend access to the Aurora 2 paint.", set()),
        ("We suspend access to the harbour; Aurora 2 sails.", set()),
        ("Access to Aurora 2 has been suspended.", {"Aurora 2"}),
        ("Aurora 2 suspended globally", {"Aurora 2"}),
        ("Aurora 2 suspended", {"Aurora 2"}),
        ("Aurora 2 suspended Bounty 3.", {"Bounty 3"}),
        ("Aurora 2 suspended the test.", set()),
        ("Aurora 2 was suspended by its crew.", {"Aurora 2"}),
    ],
)
def test_the_object_of_an_act(text: str, names: set[str]) -> None:
    assert bound(text, "suspended") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Aurora 2 for members", {"Aurora 2"}),
        ("Bounty 3 is open to all customers, and Aurora 2, for members.", {"Aurora 2"}),
        ("Aurora 2 | our gated ship", {"Aurora 2"}),
        ("Aurora 2 is Acme's gated ship.", {"Aurora 2"}),
        ("We like the gated ship.", set()),
        ("Paint of Aurora 2 for members", set()),
        ("Aurora 2 is offered for members.", {"Aurora 2"}),
        ("We show Aurora 2 to all, alongside Bounty 3 (a boat) for members.", {"Bounty 3"}),
        ("Paint of Aurora 2 is offered for members.", set()),
        ("Aurora 2 is available as a gated ship.", {"Aurora 2"}),
        ("Aurora 2 is in limited release.", {"Aurora 2"}),
    ],
)
def test_a_gate_is_attached_to_the_words_before_it(text: str, names: set[str]) -> None:
    assert bound(text, "gate") == names


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("The U.S. model sails. Dr. No and e.g. others stay.", ["The U.S. model sails.", "Dr. No and e.g. others stay."]),
        ("See Roll No. 13 and go. No. 5 is out.", ["See Roll No. 13 and go.", "No. 5 is out."]),
        ("Version 5.2 is out. It costs $4.50.", ["Version 5.2 is out.", "It costs $4.50."]),
        ("* item one\n- item two\n# Head\n3. item three", ["item one", "item two", "Head", "item three"]),
        ('He said "No." Then "Yes."', ['He said "No."', 'Then "Yes."']),
        ("first part ... Second part", ["first part ...", "Second part"]),
        ("\n \n", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert list(split(text)) == sentences


def test_a_heading_that_repeats_the_title_is_no_second_sentence() -> None:
    said = read(WORDS, "Suspending Aurora 2", "suspending Aurora 2\nFrom today we suspend access to Aurora 2.").statements

    assert [each.sentence for each in said if each.thing] == [1, 1, 0]


def test_many_lines_are_cut() -> None:
    assert len(split("x.\n" * (MAX_SENTENCES + 50))) == MAX_SENTENCES


@pytest.mark.parametrize("marks", ["\u0301\u0327", "\u0f73", "\uff9e\u0327", "\u0344\u0316"])
def test_marks_without_number_on_one_letter_are_a_few(marks: str) -> None:
    assert len(fold(f"an A{marks * 20_000} b")) < 100
    assert fold(f"an A{marks * 3} b") == fold(fold(f"an A{marks * 3} b"))


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("CAISI\u2019s \u201ctest\u201d", 'CAISI\'s "test"'),
        ("isn't, can't, won't, ain't", "is not, can not, will not, is not"),
        ("zero\u200bwidth and \u00adsoft", "zerowidth and soft"),
        ("\uff33uper  wide\t text", "Super wide text"),
        ("a\u2014b \u2013 c", "a \u2014 b - c"),
    ],
)
def test_one_spelling(raw: str, folded: str) -> None:
    assert fold(raw) == folded
