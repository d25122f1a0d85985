"""Small drawings as text: classes and plain attributes only, so that a strict CSP holds.

Across, places are shares of the width in per cent; down, they are pixels: a drawing stretches, its words keep their size.
"""

from __future__ import annotations

from markupsafe import Markup, escape


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element; `cls` stands for class, underscores for hyphens, numbers are rounded to a tenth. All values are escaped."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - every part is escaped above


def _attribute(key: str, value: str | float) -> str:
    name = {"cls": "class"}.get(key, key.replace("_", "-"))
    return f' {name}="{escape(short(value) if isinstance(value, float) else str(value))}"'


def short(value: float) -> str:
    """A number with at most one digit behind the point."""
    return f"{value:.1f}".removesuffix(".0")


def share(value: float) -> str:
    """A place across the drawing."""
    return f"{short(value)}%"


def picture(height: int, says: str, *children: Markup, cls: str = "plot") -> Markup:
    """A drawing as wide as its place; `says` is read aloud instead of it."""
    return tag("svg", *children, cls=cls, width="100%", height=height, role="img", aria_label=says)


def text(x: float, y: float, words: str, *, cls: str | None = None, anchor: str | None = None) -> Markup:
    """Words at a place; `anchor` is middle or end."""
    return tag("text", words, x=share(x), y=float(y), text_anchor=anchor, cls=cls)


def line(x1: float, y1: float, x2: float, y2: float, cls: str) -> Markup:
    """A straight line."""
    return tag("line", x1=share(x1), y1=float(y1), x2=share(x2), y2=float(y2), cls=cls)


def bar(x: float, y: float, width: float, height: float, cls: str, says: str = "") -> Markup:
    """A filled rectangle; `says` appears on hover."""
    children = (tag("title", says),) if says else ()
    return tag("rect", *children, x=share(x), y=float(y), width=share(max(width, 0)), height=float(max(height, 0)), cls=cls)


def dot(x: float, y: float, radius: float, cls: str, says: str = "") -> Markup:
    """A circle; `says` appears on hover."""
    children = (tag("title", says),) if says else ()
    return tag("circle", *children, cx=share(x), cy=float(y), r=float(radius), cls=cls)
