"""Reading a format's options from the configuration's plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.core.model import Facts


def word(options: Facts, name: str, default: str = "") -> str:
    """One string. Raises TypeError for another type."""
    value = options.get(name, default)
    if not isinstance(value, str):
        raise TypeError(f"option {name} should be a string, not {value!r}")
    return value


def words(options: Facts, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Some strings; one alone may stand without its list. Raises TypeError for another type."""
    value = options.get(name, default)
    listed = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(item, str) for item in listed):
        raise TypeError(f"option {name} should be a list of strings, not {value!r}")
    return tuple(str(item) for item in listed)


def number(options: Facts, name: str, default: int) -> int:
    """A whole number. Raises TypeError for another type."""
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"option {name} should be a whole number, not {value!r}")
    return value


def flag(options: Facts, name: str) -> bool:
    """Whether an option is set to true. Raises TypeError for anything but true and false."""
    value = options.get(name, False)
    if not isinstance(value, bool):
        raise TypeError(f"option {name} should be true or false, not {value!r}")
    return value
