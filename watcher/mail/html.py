"""A letter as HTML that survives every mail program: tables, inline CSS, no image, no request."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from css_inline import CSSInliner
from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from watcher.mail.letter import Letter

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Template

KEPT_STYLE = ' data-css-inline="keep"'
"""Tells the inliner which style element stays; no mail program needs it."""


def as_html(letter: Letter) -> str:
    """The HTML part; it says what the text part says, in the same order."""
    return _inliner().inline(_template().render(letter=letter)).replace(KEPT_STYLE, "")


@cache
def _template() -> Template:
    """The one template; whatever a feed says in it is escaped."""
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("watcher", "templates/mail"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")


@cache
def _inliner() -> CSSInliner:
    """Puts the style sheet into the elements: Outlook and Gmail's app read no other; nothing is loaded."""
    return CSSInliner(load_remote_stylesheets=False)
