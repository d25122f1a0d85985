"""Refuses regular expressions whose time could grow out of bounds on a long text."""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]  # what `re` itself is built of; it has no stubs
import re._parser as reader  # type: ignore[import-not-found]  # as above
from collections.abc import Iterator
from typing import Any

_MAX_CHARACTERS = 500
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT}
_MAX_COUNTED_REPEATS = 64
"""A repeat that may run longer than this counts as one without end."""
_MAX_WIDE_REPEATS = 3
"""How many repeats that can take any character may stand in one pattern: each multiplies the time by the length of the text."""


def check_pattern(text: str) -> str:
    """Keep a regular expression that reads any text in a bounded time.

    Refused are repeats inside repeats, alternatives inside repeats, back references and rows of `.*`: the shapes that OWASP lists
    as regular-expression denial of service. Raises ValueError with what is expected.
    """
    if len(text) > _MAX_CHARACTERS:
        raise ValueError(f"a regular expression of at most {_MAX_CHARACTERS} characters")
    try:
        re.compile(text)
        tree = reader.parse(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"a regular expression ({error})") from None
    wide = 0
    for kind, body, inside in _walk(tree, inside=False):
        if kind in {op.GROUPREF, op.GROUPREF_EXISTS}:
            raise ValueError("a regular expression without back references")
        if inside and (kind is op.BRANCH or _endless(kind, body)):
            raise ValueError("a regular expression without repeats or alternatives inside a repeat, such as (a+)+ or (a|b)*")
        wide += _endless(kind, body) and _takes_anything(body[2])
    if wide > _MAX_WIDE_REPEATS:
        raise ValueError(f"a regular expression with at most {_MAX_WIDE_REPEATS} wide repeats such as .* or [^/]+")
    return text


def _endless(kind: Any, body: Any) -> bool:  # noqa: ANN401 - nodes of the library's own tree
    return kind in _REPEATS and (body[1] is op.MAXREPEAT or body[1] > _MAX_COUNTED_REPEATS)


def _takes_anything(repeated: Any) -> bool:  # noqa: ANN401 - nodes of the library's own tree
    kind, body = repeated[0]
    return kind in {op.ANY, op.NOT_LITERAL} or (kind is op.IN and body[0][0] is op.NEGATE) or kind is op.SUBPATTERN


def _walk(tree: Any, *, inside: bool) -> Iterator[tuple[Any, Any, bool]]:  # noqa: ANN401 - nodes of the library's own tree
    """Give every node with whether it stands inside a repeat without end."""
    for kind, body in tree:
        yield kind, body, inside
        within = inside or _endless(kind, body)
        for part in _parts(body):
            yield from _walk(part, inside=within)


def _parts(body: Any) -> Iterator[Any]:  # noqa: ANN401 - nodes of the library's own tree
    if isinstance(body, reader.SubPattern):
        yield body
    elif isinstance(body, tuple | list):
        for member in body:
            yield from _parts(member)
