"""Every regular expression of the program, and texts that were made to hurt it."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import notifiers
import watcher
from watcher.config.toml_reader import read_tables
from watcher.core import shape
from watcher.core.bills.actions import WORDINGS
from watcher.core.language import text
from watcher.core.language.lexicon import english
from watcher.core.language.vocabulary import Vocabulary
from watcher.formats import _dates

ROOT = Path(__file__).resolve().parents[1]
WORD = "ab"
COMPILE = "compile"
CALLS = frozenset({"search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn"})


def modules() -> Iterator[ModuleType]:
    """Each module of the program that can be loaded here."""
    for package in (watcher, notifiers):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not found.name.endswith(("__main__", ".migrations.env")):
                yield importlib.import_module(found.name)


def held(value: object, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    """The patterns that a value holds: itself, in a list or table, or in a field."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, Mapping):
        for part in value.values():
            yield from held(part, depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from held(part, depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from held(getattr(value, field.name, None), depth - 1)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The calls of `re` with what they are given first: `re.search(PATTERN, ...)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[first, *_]) if name in CALLS | {COMPILE}:
                yield name, first


def spelled(given: ast.expr) -> str | bytes | None:
    """The text of a pattern that stands in a call, a word in the place of each value; None for one that is made elsewhere."""
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "encode":
        given = given.func.value
    if isinstance(given, ast.Constant) and isinstance(given.value, str | bytes):
        return given.value
    if isinstance(given, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else WORD for part in given.values)
    return None


def tree_of(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


def written(module: ModuleType) -> Iterator[tuple[re.Pattern[Any], bool]]:
    """The patterns that stand as text in calls of a module, `re.search(r"...", ...)`, and whether at the beginning alone.

    One that is compiled for a name of the module is found by that.
    """
    tree = tree_of(module)
    inside = [one for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for one in calls(node)]
    outside = [(name, given) for name, given in calls(tree) if name != COMPILE]
    for name, given in [*inside, *outside]:
        if (pattern := spelled(given)) is not None:
            yield re.compile(pattern), name in {"match", "fullmatch"}


def elsewhere() -> set[str]:
    """The functions in which `re` is given a pattern that does not stand there as text."""
    found = set[str]()
    for module in modules():
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.FunctionDef) and any(spelled(given) is None for _, given in calls(node)):
                found.add(f"{module.__name__}.{node.name}")
    return found


def made() -> list[Use]:
    """The patterns that functions make of words and tables of ours when they are first needed: those of `MADE`."""
    cues = {cue.pattern for several in english().index.values() for cue in several}
    elements = map(shape._element, ("article", ".news", "#main", "[about]", "article.news#main[about][id]"))
    return [
        *(Use(pattern, "watcher.core.language.lexicon") for pattern in cues),
        *(Use(pattern, "watcher.formats._dates", anchored=True) for pattern in _dates._shapes()),
        *(Use(pattern, "watcher.core.shape") for pattern in elements),
        Use(text._heaps(), "watcher.formats"),
    ]


def of_links() -> list[Use]:
    """The patterns of links and titles in the shipped configuration."""
    found = dict.fromkeys(
        pattern
        for signal in read_tables(ROOT / "signals.toml")[0]["signal"]
        for source in signal.get("source", ())
        for table in (source.get("expect", {}), *source.get("follow", ()))
        for pattern in (table.get("links"), table.get("match"), table.get("title"))
        if pattern
    )
    return [Use(shape.link_pattern(pattern), "signals.toml") for pattern in found]


@dataclasses.dataclass(frozen=True, slots=True)
class Use:
    """A pattern, where it stands, and whether it is tried at the beginning of a text alone."""

    pattern: re.Pattern[Any]
    where: str
    anchored: bool = False

    def search(self, text: Any) -> None:
        """Look for it as the program does."""
        if self.anchored:
            self.pattern.match(text)
            self.pattern.fullmatch(text)
        else:
            for _ in self.pattern.finditer(text):
                pass


ANCHORED = frozenset({"WORDINGS"})
"""Lists of patterns that are tried at the beginning of a text; of those with a name it is seen in their module."""


def every() -> list[Use]:
    """Each pattern of the program, and the module that it stands in."""
    found: dict[tuple[str, int, bool], Use] = {}
    for module in modules():
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        named = [
            (pattern, _anchored(name, source))
            for name, value in vars(module).items()
            if not name.startswith("__")
            for pattern in held(value)
        ]
        for pattern, anchored in [*named, *written(module)]:
            use = Use(pattern, module.__name__, anchored)
            found.setdefault((str(pattern.pattern), pattern.flags, use.anchored), use)
    return [*found.values(), *(Use(one.pattern, "watcher.core.bills.actions") for one in WORDINGS.abouts)]


def _anchored(name: str, source: str) -> bool:
    ways = set(re.findall(rf"\b{name}\.(\w+)\(", source))
    return name in ANCHORED or (bool(ways) and ways <= {"match", "fullmatch"})


def vocabularies() -> list[Use]:
    """Each pattern that is made of the vocabulary of a shipped signal."""
    tables = read_tables(ROOT / "signals.toml")[0]
    made = {each["id"]: Vocabulary.of(each["vocabulary"]) for each in tables["signal"] if "vocabulary" in each}
    return [
        Use(pattern, f"vocabulary {name}")
        for name, each in made.items()
        for pattern in (*held(each), *(phrase.regex for phrase in each.phrases))
    ]


def pieces(pattern: re.Pattern[Any]) -> list[str]:
    """Short texts that parts of a pattern match: repeated, they are what it has most work with."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    flags = pattern.flags & ~(re.UNICODE if isinstance(pattern.pattern, bytes) else 0)
    tree = sre_parser.parse(source, flags & ~re.DEBUG)
    found = dict.fromkeys(text for text in _texts(tree) if text)
    return list(found)


REPEATS = frozenset({sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT})


def _texts(tree: Any) -> Iterator[str]:
    """A text for the whole, for each beginning of it, and the same of each part that repeats or branches."""
    parts = list(tree)
    singles = [_one(part) for part in parts]
    for end in range(1, len(parts) + 1):
        yield "".join(singles[:end])
    for part, single in zip(parts, singles, strict=True):
        yield single
        for inner in _inside(part):
            yield from _texts(inner)


def _inside(part: Any) -> Iterator[Any]:
    kind, value = part
    if kind in REPEATS:
        yield value[2]
    elif kind is sre.SUBPATTERN:
        yield value[3]
    elif kind is sre.BRANCH:
        yield from value[1]
    elif kind in {sre.ASSERT, sre.ASSERT_NOT}:
        yield value[1]
    elif kind is sre.ATOMIC_GROUP:
        yield value


def _one(part: Any) -> str:
    """One text that a part of a pattern matches, roughly; of several branches the first."""
    kind, value = part
    if kind is sre.LITERAL:
        return chr(value)
    if kind in {sre.NOT_LITERAL, sre.ANY}:
        return "x" if value != ord("x") else "y"
    if kind is sre.IN:
        return _member(value)
    times = min(max(value[0], 1), 3) if kind in REPEATS else 1
    inner = () if kind in {sre.ASSERT, sre.ASSERT_NOT} else next(_inside(part), ())
    return "".join(map(_one, inner)) * times


_CLASSES = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}


def _member(members: Any) -> str:
    """A character of a class."""
    kinds = [kind for kind, _ in members]
    if sre.NEGATE in kinds:
        barred = (
            re.compile("[" + "".join(re.escape(chr(v)) for k, v in members if k is sre.LITERAL) + "]")
            if sre.LITERAL in kinds
            else None
        )
        return next(one for one in "x y1.-" if barred is None or not barred.match(one))
    for kind, value in members:
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.RANGE:
            return chr(value[0])
        if kind is sre.CATEGORY and value in _CLASSES:
            return _CLASSES[value]
    return "-"
