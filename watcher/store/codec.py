"""Values of the core as text and numbers: moments as microseconds since 1970 UTC, frozen types as JSON."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, overload

from pydantic import TypeAdapter

from watcher.core.model import Entry

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
T = TypeVar("T")


@overload
def micros(moment: datetime) -> int: ...
@overload
def micros(moment: datetime | None) -> int | None: ...
def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970 UTC. Raises TypeError for a moment without a zone."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


@overload
def moment(value: int) -> datetime: ...
@overload
def moment(value: int | None) -> datetime | None: ...
def moment(value: int | None) -> datetime | None:
    """The moment of that many microseconds since 1970, in UTC."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


def moment_in(text: str) -> datetime:
    """The moment that `isoformat` wrote. Raises ValueError for one without a zone, too."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a zone")
    return found


ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The reader and writer of one frozen type, built when first needed."""
    found = ADAPTERS.get(kind)
    if found is None:
        found = ADAPTERS[kind] = TypeAdapter(kind)
    return found


def dump(value: object) -> str:
    """A frozen value as JSON text."""
    return adapter(type(value)).dump_json(value).decode()


def load(kind: type[T], text: str | bytes) -> T:
    """The frozen value that `dump` wrote. Raises pydantic.ValidationError."""
    return adapter(kind).validate_json(text)


def content(*fields: str | float | bytes | None) -> bytes:
    """One unambiguous line of bytes for a row, whatever its fields hold."""
    return json.dumps([field.hex() if isinstance(field, bytes) else field for field in fields]).encode()


def sha256(data: bytes) -> bytes:
    """The 32 bytes of the hash."""
    return hashlib.sha256(data).digest()


def entry_digest(entry: Entry) -> str:
    """Fingerprint of an entry's whole content, 32 hexadecimal characters: another one is a new revision."""
    return sha256(adapter(Entry).dump_json(entry)).hex()[:32]
