"""A code that a phone's camera reads, drawn on the server: an address on a screen becomes one on a phone."""

from __future__ import annotations

import segno
from markupsafe import Markup
from segno import DataOverflowError

DOT = 5
"""Pixels of the smallest square: a phone held as far away as a hand reads it."""


def qr_code(address: str) -> Markup | None:
    """The address as SVG, dark on its own light ground in every colour scheme; None where it is longer than a code can be."""
    try:
        code = segno.make_qr(address)
    except DataOverflowError:
        return None
    drawn = code.svg_inline(scale=DOT, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 - the drawing holds numbers alone, the address is squares in it
