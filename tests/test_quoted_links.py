"""A link with quote marks, blanks and brackets, whoever wrote it: it works wherever it is shown, and breaks out of nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

from tests.mail.stories import CONTEXT, PASSED, READER, digest
from tests.web.conftest import Site as Page
from tests.web.story import Shown, history, said, view
from watcher.mail import render

WRITTEN = "https://anthropic.com/a?q=\"'><img src=x onerror=alert(1)>&b='c"
SENT = "https://anthropic.com/a?q=%22'%3E%3Cimg%20src=x%20onerror=alert(1)%3E&b='c"
"""As browsers send it."""


def spoilt(tree: Any) -> list[str]:
    """What stands in a document that nobody but the link could have put there."""
    named = [name for element in tree.iter(etree.Element) for name in element.attrib if str(name).startswith("on")]
    return [*named, *(str(element.get("src")) for element in tree.iter("img") if element.get("src") == "x")]


PATHS = (
    "/stories/mythos-ga",
    "/signals/mythos-ga",
    "/log",
    "/feeds/all.atom",
    "/feeds/all.json",
    "/feeds/all.ics",
    "/api/v1/history",
)


@pytest.mark.parametrize("path", PATHS)
def test_on_the_page_in_feeds_and_by_the_api(path: str) -> None:
    quote = replace(said("anthropic.com", "Open to all."), url=WRITTEN)
    answer = Page(Shown(view(history=tuple(replace(item, evidence=(quote,)) for item in history())))).get(path)
    assert answer.status_code == 200
    kind = answer.headers["content-type"]
    assert WRITTEN not in answer.text
    if "json" in kind:
        assert SENT in json.dumps(answer.json(), ensure_ascii=False)
    elif "html" in kind:
        tree = lxml_html.fromstring(answer.text)
        assert not spoilt(tree)
        assert SENT in {element.get("href") for element in tree.iter("a")} or path == "/log"
    elif "xml" in kind:
        tree = etree.fromstring(answer.content)
        assert not spoilt(tree)
        parts = [element.text or "" for element in tree.iter("{*}content")]
        assert not any(spoilt(lxml_html.fromstring(part)) for part in parts if part)
        links = {element.get("href") for part in parts if part for element in lxml_html.fromstring(part).iter("a")}
        assert SENT in links | {element.get("href") for element in tree.iter("{*}link")}


def test_in_mails_and_in_what_machines_and_services_are_sent() -> None:
    quote = replace(PASSED.evidence[0], url=WRITTEN)
    message = render(digest(replace(PASSED, evidence=(quote,))), CONTEXT, READER)
    tree = lxml_html.fromstring(message.html)
    assert SENT in {element.get("href") for element in tree.iter("a")}
    assert not spoilt(tree)
    assert SENT in message.text
    assert SENT in json.dumps(message.payload, ensure_ascii=False), "webhooks"
    assert WRITTEN not in f"{message.subject} {message.text} {message.html} {message.payload} {message.brief}"
    assert "<img" not in message.brief, "Slack, Discord, ntfy and the like"
