"""What mail programs make of a mail: every element, attribute, property and rule in it is looked up in caniemail's data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html as lxml_html

from tests.mail.stories import CONTEXT, NOW, READER
from tests.mail.test_mail import ALL
from watcher.mail import render
from watcher.mail.message import confirmation

KNOWN = json.loads((Path(__file__).parent / "clients.json").read_text("utf-8"))
CLIENTS: list[str] = KNOWN["clients"]

# What the data calls each thing; an empty name: older than any mail program, and not in the data.
ELEMENTS = {
    **dict.fromkeys(("html", "head", "title", "a"), ""),
    "meta": "html-meta-color-scheme",
    "style": "html-style",
    "body": "html-body",
    "div": "html-div",
    **dict.fromkeys(("table", "tbody", "tr", "td", "th"), "html-table"),
    "p": "html-p",
    **dict.fromkeys(("h1", "h2"), "html-h1-h6"),
    "span": "html-span",
    "strong": "html-strong",
    "blockquote": "html-blockquote",
}
ATTRIBUTES = {
    **dict.fromkeys(("charset", "name", "content", "class", "style", "href", "border", "bgcolor", "scope"), ""),
    **{
        name: f"html-{name}" for name in ("lang", "role", "aria-hidden", "align", "valign", "width", "cellpadding", "cellspacing")
    },
}
PROPERTIES = {
    **dict.fromkeys(("color", "font-family", "-webkit-text-size-adjust", "supported-color-schemes", "mso-hide"), ""),
    **dict.fromkeys(("border-bottom", "border-top", "border-top-color", "border-color"), "css-border"),
    **dict.fromkeys(("padding-left", "padding-right"), "css-padding"),
    "display": "css-display-none",
    **{
        name: f"css-{name}"
        for name in (
            *("background-color", "border-collapse", "border-radius", "color-scheme", "font-size", "font-weight", "line-height"),
            *(
                "margin",
                "max-height",
                "max-width",
                "overflow",
                "overflow-wrap",
                "padding",
                "text-align",
                "text-decoration",
                "width",
            ),
        )
    },
}
RULES = {"prefers-color-scheme": "css-at-media-prefers-color-scheme", "min-width": "css-at-media", "!important": "css-important"}
# What some programs lose, and why the mail is whole without it.
LOST = {
    "css-border-radius": "square corners in Outlook",
    "css-max-height": "the preheader is one pixel high, in the colour of what is behind it",
    "css-overflow": "as above",
    "css-overflow-wrap": "a long address widens the table",
    "css-color-scheme": "the meta element says the same",
    "html-meta-color-scheme": "the mail is light",
    "css-at-media-prefers-color-scheme": "the mail is light",
    "css-at-media": "the margins are narrow",
    "html-aria-hidden": "a screen reader says the first sentence twice",
    "html-body": "a table has its colour and its language too",
    "css-text-decoration": "links have a colour of their own",
}


def used(document: str) -> Iterator[str]:
    """Everything that a document asks of its reader's program, as the data calls it; what it has no name for, as it is."""
    tree = lxml_html.fromstring(document)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        yield ELEMENTS.get(element.tag, f"<{element.tag}>")
        yield from (ATTRIBUTES.get(name, name) for name in element.attrib)
        yield from (PROPERTIES.get(name, name) for name in _properties(element.get("style", "")))
    sheets = "".join(tree.xpath("//style/text()"))
    yield from (
        RULES.get(name, name)
        for name in re.findall(r"prefers-[a-z-]+|min-width|max-width(?=:\d+px\))|!\w+|@(?!media)\w+", sheets)
    )
    yield from (PROPERTIES.get(name, name) for body in re.findall(r"\{([^{}]*)\}", sheets) for name in _properties(body))


def _properties(declarations: str) -> list[str]:
    return [part.partition(":")[0].strip() for part in declarations.split(";") if part.strip()]


def troubles(document: str) -> dict[str, list[str]]:
    """What is not known to all programs, with those that lack it."""
    found = {}
    for name in set(used(document)) - {""}:
        row = KNOWN["features"].get(name, "n" * len(CLIENTS))
        if lacking := [client for client, letter in zip(CLIENTS, row, strict=True) if letter == "n"]:
            found[name] = lacking
    return found


@pytest.mark.parametrize("name", ALL)
def test_a_mail_needs_nothing_that_a_mail_program_lacks(name: str) -> None:
    missing = troubles(render(ALL[name], CONTEXT, READER).html)
    assert {feature: clients for feature, clients in missing.items() if feature not in LOST} == {}


def test_the_mail_that_asks_for_a_yes_needs_nothing_more() -> None:
    asked = confirmation(CONTEXT, READER, link="https://watch.example.org/c", pace="Once a day", now=NOW, until=NOW)
    assert troubles(asked.html).keys() <= LOST.keys()


def test_what_may_be_lost_is_lost_somewhere() -> None:
    assert {feature for told in ALL.values() for feature in troubles(render(told, CONTEXT, READER).html)} == LOST.keys()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<p style="display:flex">x</p><p style="position:absolute">x</p>', "position"),
        ('<p style="box-shadow:0 0 1px red">x</p>', "box-shadow"),
        ("<style>@media (max-width:400px){p{color:red}}</style>", "max-width"),
        ("<style>@import 'x.css';</style>", "@import"),
        ("<style>p{gap:1px}</style>", "gap"),
        ("<img src=x>", "<img>"),
        ("<section>x</section>", "<section>"),
        ("<p onclick='x()'>x</p>", "onclick"),
    ],
)
def test_the_lint_finds_what_programs_lack(body: str, named: str) -> None:
    assert named in troubles(f"<!DOCTYPE html><html><body>{body}</body></html>")


@pytest.mark.parametrize("name", ALL)
def test_outlook_gets_type_and_ground_on_each_cell(name: str) -> None:
    # It takes no type from outside a table (its engine is Word's).
    tree = lxml_html.fromstring(render(ALL[name], CONTEXT, READER).html)
    assert all(
        "font-family" in cell.get("style", "") for cell in tree.xpath("//p | //h1 | //h2 | //td[starts-with(@class, 'value')]")
    )
    assert all(table.get("bgcolor") for table in tree.xpath("//table[@class='page' or @class='sheet']"))
