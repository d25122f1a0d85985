"""Values of the core as columns: moments as microseconds since 1970 UTC, frozen types as JSON."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger
from sqlalchemy.types import TypeDecorator

from watcher.core.model import Entry

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
T = TypeVar("T")


def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970 UTC. Raises TypeError for a moment without a zone."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def moment(value: int | None) -> datetime | None:
    """The moment of that many microseconds since 1970, in UTC."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


class Moment(TypeDecorator[datetime]):
    """A moment, the same in every database: sortable, exact, without a zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - interface
        """On the way in."""
        return micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - interface
        """On the way out."""
        return moment(value)


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
