"""Small drawings as text: elements with classes and plain attributes only, so that a strict CSP holds."""

from __future__ import annotations

from markupsafe import Markup, escape


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element; `cls` stands for class, underscores for hyphens, numbers are rounded to a tenth. All values are escaped."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - every part is escaped above


def _attribute(key: str, value: str | float) -> str:
    name = {"cls": "class", "viewBox": "viewBox"}.get(key, key.replace("_", "-"))
    text = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return f' {name}="{escape(text)}"'


def picture(width: int, height: int, says: str, *children: Markup, cls: str = "plot") -> Markup:
    """A drawing that speaks: `says` is read aloud in its place."""
    return tag("svg", *children, cls=cls, viewBox=f"0 0 {width} {height}", role="img", aria_label=says)


def text(x: float, y: float, words: str, *, cls: str | None = None, anchor: str | None = None) -> Markup:
    """Words at a place; `anchor` is middle or end."""
    return tag("text", words, x=float(x), y=float(y), text_anchor=anchor, cls=cls)


def line(x1: float, y1: float, x2: float, y2: float, cls: str) -> Markup:
    """A straight line."""
    return tag("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", cls=cls)


def bar(x: float, y: float, width: float, height: float, cls: str, says: str = "") -> Markup:
    """A filled rectangle; `says` appears on hover."""
    children = (tag("title", says),) if says else ()
    return tag("rect", *children, x=float(x), y=float(y), width=float(max(width, 0)), height=float(max(height, 0)), cls=cls)


def dot(x: float, y: float, radius: float, cls: str, says: str = "") -> Markup:
    """A circle; `says` appears on hover."""
    children = (tag("title", says),) if says else ()
    return tag("circle", *children, cx=float(x), cy=float(y), r=float(radius), cls=cls)
