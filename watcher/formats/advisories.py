"""Mozilla's security advisories as they are written, in YAML (github.com/mozilla/foundation-security-advisories)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import yaml

from watcher.core.model import Entry, Unreadable
from watcher.formats._dates import read_date
from watcher.formats._markup import decode, looks_like_page, refuse_page
from watcher.formats._text import clean, plain_title
from watcher.formats._values import absolute, words

if TYPE_CHECKING:
    from watcher.core.model import Facts

OPTIONS = {
    "product": 'what must be fixed, at a number, for its bugs to count (default "Firefox": neither Firefox ESR nor Thunderbird)',
}
_BUG = re.compile(r"\d{5,9}")
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_IDS = 5_000


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """One entry: an advisory with what it fixes.

    Facts: `announced` (ISO date), `month` ("2026-04"), `release` (whether the product itself, at a number, is among what
    was fixed), `ids` (distinct Bugzilla ids, only for a release), `cves`, `fixed_in`, `impact`. Raises Unreadable: EMPTY,
    BLOCKED, MALFORMED for what is no advisory.
    """
    advisory = _load(decode(body, content_type))
    announced = read_date(str(advisory.get("announced") or ""))
    listed = advisory.get("advisories")
    if announced is None or not isinstance(listed, dict):
        raise Unreadable("the document is no advisory: it names no day or no list")
    named = advisory.get("fixed_in")
    fixed_in = tuple(clean(str(product), 100) for product in (named if isinstance(named, list) else [named] if named else ()))
    release = any(
        re.fullmatch(rf"(?:{'|'.join(map(re.escape, words(options, 'product', ('Firefox',))))}) \d+(?:\.\d+)*", name)
        for name in fixed_in
    )
    ids = _bugs(listed) if release else ()
    cves = tuple(clean(str(cve), 40) for cve in listed)
    title = plain_title(str(advisory.get("title") or ""))
    facts: Facts = {
        "announced": announced.date().isoformat(),
        "month": f"{announced:%Y-%m}",
        "release": release,
        "ids": ids,
        "cves": cves,
        "fixed_in": fixed_in,
        "impact": clean(str(advisory.get("impact") or ""), 40),
    }
    text = f"{title}: {len(cves)} CVE ids, {len(ids)} bug ids." if release else title
    key = urlsplit(url).path.rpartition("/")[2].partition(".")[0]
    return (Entry(key or "page", title, text, absolute(url, url), announced, facts),)


def _load(text: str) -> dict[str, Any]:
    """The mapping of a YAML document without aliases, which could be multiplied (https://en.wikipedia.org/wiki/Billion_laughs_attack)."""
    if looks_like_page(text):
        refuse_page(text)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_SAFE_LOADER)):
            raise Unreadable("aliases in YAML are not read")
        value = yaml.load(text, Loader=_SAFE_LOADER)  # noqa: S506 - the safe loader, in C where it is built
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise Unreadable(f"the document is no YAML: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise Unreadable("the document is no advisory")
    return value


def _bugs(listed: dict[Any, Any]) -> tuple[str, ...]:
    """Distinct Bugzilla ids: numbers alone, lists of them, or addresses of that tracker."""
    found: dict[str, None] = {}
    for advisory in listed.values():
        bugs = advisory.get("bugs") if isinstance(advisory, dict) else None
        for bug in bugs if isinstance(bugs, list) else ():
            where = unquote(str(bug.get("url") if isinstance(bug, dict) else bug))
            if "://" not in where or "bugzilla.mozilla.org" in where.partition("://")[2].partition("/")[0]:
                found.update(dict.fromkeys(_BUG.findall(where)))
    return tuple(found)[:_MAX_IDS]
