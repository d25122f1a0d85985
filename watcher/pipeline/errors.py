"""Errors of our own inside one cycle: the part that failed is left out, the others go on, and the cycle says so at its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from watcher.store.errors import ErrorKind, StoreError

log = logging.getLogger(__name__)


class ErrorCollector:
    """What went wrong in one cycle."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.errors: list[Exception] = []

    @contextmanager
    def left_out(self, what: str) -> Iterator[None]:
        """Do one part; where it fails, note it and go on. A database that cannot be used ends the cycle: raises StoreError."""
        try:
            yield
        except StoreError as error:
            if error.kind is not ErrorKind.SPOILT:
                raise
            log.error("%s failed; the rest of the cycle goes on: %s", what, error)  # noqa: TRY400 - the words say it all
            self.errors.append(error)
        except Exception as error:
            log.exception("%s failed; the rest of the cycle goes on", what)
            error.add_note(what)
            self.errors.append(error)

    def tell(self) -> None:
        """Raise what was noted, so that the cycle does not count as a good one."""
        if self.errors and all(isinstance(error, StoreError) for error in self.errors):
            raise self.errors[0]  # for a person to mend, and one row after the other
        if self.errors:
            raise ExceptionGroup("a part of the cycle failed", self.errors)
