"""Actions of one bill from the API of Congress.gov, version 3 (…/bill/119/hr/2683/actions?format=json&limit=250)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from watcher.core.bills.record import ActionRow, Measure, entries_of, measure_of, system_of
from watcher.core.model import Entry, Facts, Outcome, Unreadable
from watcher.formats._values import open_object

_ADDRESS = re.compile(r"/v3/bill/(\d{1,3})/([a-z]{1,7})/(\d{1,5})/actions\b")
OPTIONS: dict[str, str] = {}


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """Entries of the actions, oldest first; the measure is read from the address, since the list does not name it.

    Raises Unreadable for XML (the API's own default), for a page, for a list cut off by paging, and for an empty one.
    """
    del options
    data = open_object(body, content_type, url)
    found = _ADDRESS.search(url)
    measure = measure_of(found[1], found[2], found[3]) if found else None
    if measure is None:
        raise Unreadable(f"an address that names no bill: {url}")
    _check_bill(data, measure, url)
    actions = data.get("actions")
    if not isinstance(actions, list):
        raise Unreadable(f"no list of actions: {url}")
    _check_whole(data, actions, measure)
    return entries_of(measure, [_row(action) for action in actions if isinstance(action, Mapping)])


def _check_bill(data: Mapping[str, Any], measure: Measure, url: str) -> None:
    """The answer repeats what it was asked for; one that was asked for another bill is refused."""
    asked = data.get("request")
    named = [_words(asked, name) for name in ("congress", "billType", "billNumber")] if isinstance(asked, Mapping) else [""]
    if all(named) and measure_of(*named) not in {None, measure}:
        raise Unreadable(f"the actions of another bill, {' '.join(named)}: {url}")


def _check_whole(data: Mapping[str, Any], actions: list[Any], measure: Measure) -> None:
    """A page of a longer list looks like a record from which rows have vanished: it is refused."""
    paging = data.get("pagination")
    count = paging.get("count") if isinstance(paging, Mapping) else None
    if isinstance(count, int) and count > len(actions):
        raise Unreadable(f"{len(actions)} of {count} actions of {measure.label}: ask for limit=250")
    if not actions:
        raise Unreadable(f"no actions of {measure.label}", Outcome.EMPTY)


def _row(action: Mapping[str, Any]) -> ActionRow:
    system = action.get("sourceSystem")
    system = system if isinstance(system, Mapping) else {}
    votes = action.get("recordedVotes")
    vote = votes[0] if isinstance(votes, list) and votes and isinstance(votes[0], Mapping) else {}
    return ActionRow(
        date=_words(action, "actionDate"),
        text=_words(action, "text"),
        system=system_of(_words(system, "code"), _words(system, "name")),
        code=_words(action, "actionCode"),
        time=_words(action, "actionTime"),
        vote_url=_words(vote, "url"),
    )


def _words(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    return str(value).strip() if isinstance(value, (str, int)) else ""
