"""The tables of signals.toml, derived from the values that they become, so that a new field there is a new key here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, StrictBool, StrictInt, TypeAdapter
from typing_extensions import TypedDict

import notifiers
from watcher import formats
from watcher.config import settings
from watcher.config.include import KEY
from watcher.config.types import (
    Duration,
    ElementName,
    Filled,
    Id,
    MaybeUrl,
    Moment,
    Pace,
    Pattern,
    Scalar,
    SourceId,
    Text,
    Url,
    several,
)
from watcher.core import model

# The types below are put together at run time; under these names mypy takes them for values and not for annotations.
_needed: Any = Required
_given: Any = NotRequired
_list: Any = list
_dict: Any = dict
_choice: Any = Literal
_typed_dict: Any = TypedDict

_STRICT = ConfigDict(extra="forbid")
SETTINGS: dict[str, type] = {"watch": settings.Watch, "fetch": settings.Fetch, "store": settings.Store, "web": settings.Web}
"""The tables of the installation itself."""
_LEAVES: dict[Any, Any] = {
    str: Text,
    bool: StrictBool,
    int: StrictInt,
    timedelta: Duration,
    datetime: Moment,
    model.Scalar: Scalar,
}


def table(of: type, *, without: str = "", optional: str = "", **written_as: Any) -> Any:  # noqa: ANN401 - annotations
    """Make the table of a dataclass: its fields are the keys, those without a default are needed.

    `without` and `optional` name fields, separated by spaces; `written_as` gives kinds for fields and adds keys.
    """
    hints = get_type_hints(of, include_extras=True)
    keys: dict[str, Any] = {}
    for each in fields(of):
        if each.name in without.split():
            continue
        kind = written_as.pop(each.name, None) or _written(hints[each.name])
        given = each.default is not MISSING or each.default_factory is not MISSING or each.name in optional.split()
        keys[each.name] = _given[kind] if given else _needed[kind]
    return _closed(of.__name__, keys | written_as, of.__doc__ or "")


def _closed(name: str, keys: Mapping[str, Any], doc: str) -> Any:  # noqa: ANN401 - annotations
    made = _typed_dict(name, dict(keys), total=False)
    made.__pydantic_config__ = _STRICT
    made.__doc__ = doc
    return made


def _written(hint: Any) -> Any:  # noqa: ANN401 - annotations
    """Give how a type of the core is written in the file."""
    if hint in _LEAVES:
        return _LEAVES[hint]
    origin = get_origin(hint)
    if origin in {None, Annotated, Literal}:
        return hint
    inner = [_written(part) for part in get_args(hint) if part not in {type(None), Ellipsis}]
    if origin in {Union, UnionType}:
        return reduce(or_, inner)
    if origin is tuple and Ellipsis in get_args(hint):
        return several(inner[0])
    return _dict[Text, inner[1]] if issubclass(origin, Mapping) else hint


def _many(kind: Any) -> Any:  # noqa: ANN401 - annotations
    return _given[_list[kind]]


def _track() -> Any:  # noqa: ANN401 - annotations
    bind = _given[_dict[Id, Scalar | _list[Scalar]]]
    return table(model.Track, optional="id title", id=Id, ladder=Id, link=MaybeUrl, bind=bind)


def _source() -> Any:  # noqa: ANN401 - annotations
    form = _choice[formats.names()]
    expect = table(model.Expect, element=several(ElementName), links=Pattern)
    follow = table(model.Follow, match=Pattern, title=Pattern, format=form, every=Pace, expect=expect)
    own = {"expect": expect, "id": SourceId, "url": Url, "format": form, "every": Pace}
    optional = "id format publisher every"
    return table(model.Source, without="signal parent until", optional=optional, **own, follow=_many(follow))


def _ladder() -> Any:  # noqa: ANN401 - annotations
    lists = {
        "status": _needed[_list[table(model.Status, optional="label meaning", id=Id)]],
        "rule": _many(table(model.Rule, without="sentence", id=Id, says=_given[_dict[str, Any]])),
        "flag": _many(table(model.Flag, optional="label meaning", id=Id)),
        "outcome": _many(table(model.EventOutcome, optional="label", id=Id)),
        "side": _many(table(model.Side, id=Id)),
    }
    return table(model.Ladder, without="id statuses rules flags outcomes sides", **lists)


def _signal() -> Any:  # noqa: ANN401 - annotations
    lists = {
        "track": _needed[_list[_track()]],
        "source": _needed[_list[_source()]],
        "headline": _many(table(model.Headline, id=Id)),
        "figure": _many(table(model.FigureSpec, optional="unit", id=Id)),
        "known": _many(table(model.DeclaredFact, optional="publisher", url=Url)),
        "date": _many(table(model.Date, id=Id)),
        "example": _many(table(settings.Example, without="signal", optional="track status")),
    }
    own = {"id": Id, "title": Filled, "question": Filled, "vocabulary": _dict[str, Any]}
    return table(model.Signal, without="tracks headlines sources figures dates", optional="title why", **own, **lists)


def channel_table(name: str) -> Any:  # noqa: ANN401 - annotations
    """Make the table of a channel from its notifier's settings; tools such as a clock are no keys of it."""
    kind = notifiers.load(name).Settings
    hints = get_type_hints(kind)
    keys = {in_file(each.name): _given[_written(hints[each.name])] for each in fields(kind) if hints[each.name] in _LEAVES}
    return _closed(f"channel {name}", keys, kind.__doc__ or "")


def secrets_of(name: str) -> tuple[str, ...]:
    """Give the keys of a channel that only the environment may set: the fields that its notifier never shows."""
    return tuple(in_file(each.name) for each in fields(notifiers.load(name).Settings) if not each.repr)


def in_file(name: str) -> str:
    """Give the key of a channel's field: `from`, which Python keeps for itself, is `sender` there."""
    return "from" if name == "sender" else name


@cache
def file_table(channels: frozenset[str]) -> Any:  # noqa: ANN401 - annotations
    """Make the table of the whole file, with the tables of these channels."""
    recipient = table(settings.Recipient, optional="id to", channel=_choice[notifiers.names()])
    keys = {
        KEY: _given[several(Filled)],
        **{name: table(of) for name, of in SETTINGS.items()},
        **{name: channel_table(name) for name in sorted(channels)},
        "recipient": _list[recipient],
        "ladder": _dict[Id, _ladder()],
        "signal": _needed[_list[_signal()]],
        "stack": _list[table(settings.Tool)],
        "ground": _list[table(settings.Ground)],
    }
    return _closed("signals.toml", keys, "What is watched, how it is decided, and who is told.")


@cache
def checker(channels: frozenset[str]) -> TypeAdapter[dict[str, Any]]:
    """Make what checks a file with the tables of these channels."""
    return TypeAdapter(file_table(channels))
