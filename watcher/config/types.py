"""What a table of the file is, and how its values are written: durations, moments, sizes, hours, zones, addresses, patterns."""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]  # what `re` itself is built of; it has no stubs
import re._parser as reader  # type: ignore[import-not-found]  # as above
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from ipaddress import ip_network
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function, no_info_before_validator_function

from watcher.config.errors import one_of
from watcher.config.moments import read_declared, read_duration, read_pace
from watcher.config.secrets import expand, expand_url
from watcher.core.addresses import ascii_host
from watcher.core.model import Tier
from watcher.core.shape import ELEMENT

# Refuses regular expressions whose time could grow out of bounds on a long text.

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


# How the values of the tables are written, each with its schema.

_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_size(value: object) -> int:
    """Read `15MB`, `512KiB` or a number of bytes. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,15})\s*([A-Za-z]*)", str(value))
    if isinstance(value, bool) or not found or found[2].upper() not in _SIZES:
        raise ValueError('a size such as "15MB" or "512KiB"')
    return int(found[1]) * _SIZES[found[2].upper()]


def read_hour(value: object) -> time:
    """Read `08:00` or a TOML local time. Raises ValueError."""
    if isinstance(value, time) and not value.tzinfo:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('an hour of the day such as "08:00"')
    return time.fromisoformat(value)


def read_hours(value: object) -> tuple[time, time]:
    """Read `22:00-07:00` as a span of the day that may pass midnight. Raises ValueError."""
    start, dash, end = str(value).partition("-")
    if not dash or start.strip() == end.strip():
        raise ValueError('a span of the day such as "22:00-07:00"')
    return read_hour(start.strip()), read_hour(end.strip())


def read_weekday(value: object) -> int:
    """Read `mon` to `sun` as 0 to 6, as `date.weekday` counts. Raises ValueError."""
    name = str(value).lower()[:3]
    if name not in _DAYS:
        raise ValueError(f"a day of the week, one of {', '.join(_DAYS)}")
    return _DAYS.index(name)


@lru_cache(maxsize=256)
def read_zone(name: str) -> str:
    """Keep the name of a time zone that the IANA database has. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError('a time zone of the IANA database such as "Europe/Berlin"') from None
    return name


def read_url(text: str) -> str:
    """Keep a web address that can be fetched: http or https, a host, no user and nothing that a parser could read otherwise.

    An international host is written in the letters of the DNS. Raises ValueError.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise ValueError('an address that starts with "https://" or "http://" and names a host')
    if "@" in parts.netloc:
        raise ValueError("an address without a user name or a password: secrets do not belong in this file")
    return text if host.isascii() else text.replace(parts.netloc, _netloc(host, parts.port), 1)


def _netloc(host: str, port: int | None) -> str:
    """An international host in the letters of the DNS, as it is asked for, and as others name it. Raises ValueError."""
    try:
        name = ascii_host(host)
    except ValueError:
        raise ValueError("an address whose host is a name of the DNS") from None
    return name if port is None else f"{name}:{port}"


def read_host(text: str) -> str:
    """Keep the name or address of a host, in small letters and without its last dot. Raises ValueError."""
    try:
        name = ascii_host(text).removesuffix(".")
    except ValueError:
        name = ""
    if not re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|(?=[0-9a-f.]{0,40}:)[0-9a-f:.]{2,45}", name):
        raise ValueError('the name of a host such as "watch.example.org", without "https://" and without a port')
    return name


def read_network(text: str) -> str:
    """Keep an address or a network. Raises ValueError."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError('an address or a network such as "127.0.0.1" or "10.0.0.0/8"') from None
    return text


def read_element(text: str) -> str:
    """Keep the name of an element of a document, with classes, an id and attributes. Raises ValueError."""
    if not ELEMENT.fullmatch(text):
        raise ValueError('an element such as "article", ".news", "#main", "[about]" or "article.news[about]"')
    return text


def read_base_path(text: str) -> str:
    """Keep the folder that a reverse proxy serves the page under, with its slash in front and none behind. Raises ValueError."""
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", text):
        raise ValueError('a path such as "/watch", or nothing')
    return text.rstrip("/")


class OneOrSeveral:
    """Lets a list be written as its one member."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        """Read one value as a list of one."""
        return no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Offer both ways of writing."""
        several = handler(schema)
        one = several["items"]
        return {"anyOf": [*one.get("anyOf", [one]), several]}


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


@dataclass(frozen=True, slots=True)
class NameOf:
    """Takes one of these names, and offers them."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        """Refuse any other name."""
        return no_info_after_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Offer the names."""
        return {**handler(schema), "enum": list(self.names)}

    def _read(self, name: str) -> str:
        if name not in self.names:
            raise ValueError(one_of(name, self.names))
        return name


def _words(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


class Table(BaseModel):
    """A table of the file: what it does not name is a mistake, and a text is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    EARLIER: ClassVar[Mapping[str, str]] = {}
    """Keys that it had once, each with what is written instead."""

    def given(self) -> dict[str, Any]:
        """What stands in the file, by its keys; tables in it stay tables."""
        return {key: getattr(self, key) for key in self.model_fields_set}


T = TypeVar("T")
Several: TypeAlias = Annotated[tuple[T, ...], OneOrSeveral()]
Filled = Annotated[str, StringConstraints(min_length=1)]
Scalar: TypeAlias = str | bool | int | float
Facts: TypeAlias = dict[str, Scalar | Annotated[tuple[Scalar, ...], Field(strict=False)]]
Duration = Annotated[timedelta, PlainValidator(read_duration), _words(r"^(\d+[wdhms])+$", "6h")]
Pace = Annotated[timedelta, PlainValidator(read_pace), _words(r"^(\d+[wdhms])+$", "1h")]
Moment = Annotated[datetime, PlainValidator(read_declared), _words(r"^\d{4}-\d\d-\d\d", "2026-05-14T09:30:00Z")]
Size = Annotated[int, PlainValidator(read_size), WithJsonSchema({"type": ["string", "integer"], "examples": ["15MB"]})]
Hour = Annotated[time, PlainValidator(read_hour), _words(r"^\d\d:\d\d", "08:00")]
Hours = Annotated[tuple[time, time], PlainValidator(read_hours), _words(r"^\d\d:\d\d-\d\d:\d\d$", "22:00-07:00")]
Weekday = Annotated[int, PlainValidator(read_weekday), WithJsonSchema({"enum": list(_DAYS)})]
Zone = Annotated[str, AfterValidator(read_zone)]
Url = Annotated[str, AfterValidator(read_url), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})]
MaybeUrl = Annotated[str, AfterValidator(lambda text: text and read_url(text))]
HostName = Annotated[str, AfterValidator(read_host), WithJsonSchema({"type": "string", "format": "hostname"})]
Network = Annotated[str, AfterValidator(read_network), WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8"]})]
FilePath = Annotated[str, AfterValidator(expand)]
StoreUrl = Annotated[str, AfterValidator(expand_url)]
BasePath = Annotated[str, AfterValidator(read_base_path)]
ElementName = Annotated[str, AfterValidator(read_element), WithJsonSchema({"type": "string", "examples": ["article.news"]})]
Pattern = Annotated[str, AfterValidator(check_pattern), WithJsonSchema({"type": "string", "format": "regex"})]
Speaker = Annotated[Tier, Field(strict=False)]
"""Who speaks, by its word."""
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,119}$")]
