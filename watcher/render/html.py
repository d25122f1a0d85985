"""A letter as HTML that survives every mail program: tables, inline CSS, no image, no request."""

from __future__ import annotations

from functools import cache

import css_inline
from jinja2 import PackageLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from watcher.render.letter import Letter


def as_html(letter: Letter) -> str:
    """The HTML part; it says what the text part says, in the same order."""
    return _inliner().inline(_template().render(letter=letter))


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
def _inliner() -> css_inline.CSSInliner:
    """Puts the style sheet into the elements: Outlook and Gmail's app read no other; nothing is loaded."""
    return css_inline.CSSInliner(load_remote_stylesheets=False)
