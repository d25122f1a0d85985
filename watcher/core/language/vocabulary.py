"""The named things, phrases and word lists that the rules of one signal speak of, compiled to bounded patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from watcher.core.language.lexicon import MASKS, sets, word_set
from watcher.core.language.text import Thing

IT: Final = "{it}"
_LETTERS: Final = r"0-9A-Za-z_\u00c0-\u024f"
"""What goes on with a word: scripts without spaces write their own right beside a name."""
_GAP: Final = r"(?:[^\s]+ ){0,5}?"
_HERE: Final = r"(?P<it>(?:[^\s]+ ){1,14}?)"
_BETWEEN: Final = r"(?P<between>(?:[^\s;:]+ ){0,14}?)"
_VERSION: Final = r"(?:[ \-@](?P<version{n}>(?:(?i:preview)\b|[vV]?\d{{1,3}}(?:[.\-]\d{{1,2}})?)(?:-\d{{8}})?(?![{letters}%])))?"
_CODED: Final = "-*"
"""Behind a name: a code may be written on to it."""
_CODE: Final = (
    r"(?P<code{n}>-?(?:[A-Z]\w{{0,14}}-){{0,2}}[A-Za-z]{{0,3}}\d(?:[\w.]{{0,14}}\w)?"
    r"(?:-(?:[A-Z]\w{{0,14}}|[\w.]{{0,8}}\d\w{{0,8}})){{0,4}})?"
)
_TOKEN: Final = re.compile(r"\[[^\]]*\]\*?|\{it\}|<\w+>|\S+")
_ANY: Final = "..."
_NOTHING: Final = re.compile(r"(?!)")


class Sets(dict[str, tuple[str, ...]]):
    """Name → texts, any of which `<name>` stands for."""

    def __init__(self, texts: Mapping[str, tuple[str, ...]] | None = None) -> None:
        super().__init__(texts or {})
        self._patterns: dict[str, str] = {}

    def pattern(self, name: str) -> str:
        """Any text of a set with the space after it, made once: hundreds of phrases of a signal name the same few sets."""
        if name not in self._patterns:
            texts = ("".join(_one(part, self) for part in _TOKEN.findall(text)) for text in self[name])
            # A text may end with a word that is left out: then no space need follow.
            self._patterns[name] = f"(?:{'|'.join(texts)})".replace(" ", r"(?:\x20|(?!\w))")
        return self._patterns[name]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of saying something: `{it}` marks where the thing stands, without it the thing is its subject."""

    kind: str
    text: str
    pattern: str
    anchors: tuple[str, ...]
    """Pieces of which every match contains at least one, lower case: tested before the pattern."""
    object_right: bool = False
    object_inside: bool = False
    spread: bool = False
    """A phrase that lets other words stand in it ("available … to all customers"): they are read as any of its clause."""
    adjacent: bool = False
    """`{it}` stands first: the thing is right before the words ("{it} to all customers")."""
    modifier: bool = False
    """A phrase that begins with a preposition attaches to the words before it ("for participants")."""
    open_ended: bool = False
    """A phrase that ends with a preposition: what follows is a place, not its subject ("available on")."""

    @property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled when a text first holds its anchors: all of them at each start would take two seconds."""
        return _compiled(self.pattern)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PREPOSITIONS: Final = word_set("opens_modifier")
_OPENERS: Final = word_set("opens_place")


def phrase(kind: str, text: str, sets: Sets | None = None) -> Phrase:
    """Read one phrase: `word*` any ending, `[a|b]` one, `<name>` one of a set, `*` up to five words, `{it}` the thing.

    `...` is up to fourteen words that the phrase does not explain.

    Raises ValueError naming the phrase where it is empty, has no fixed word, or names a set that there is not.
    """
    known = Sets() if sets is None else sets
    words = _TOKEN.findall(text.strip())
    inside = IT in words[1:-1]
    right = bool(words) and words[-1] == IT and not inside
    kept = [word for word in words if inside or word != IT]
    unknown = [word for word in kept if word[0] == "<" and word[1:-1] not in known]
    if unknown:
        raise ValueError(f"phrase {text!r} of {kind!r}: there is no set {unknown[0]}; known: {', '.join(sorted(known))}")
    if sum(word == _ANY for word in words) + (inside and IT in words) > 1:
        raise ValueError(f"phrase {text!r} of {kind!r}: give one `...`, or one `{{it}}` between other words, and not both")
    anchors = max((_fixed(word, known) for word in kept), key=lambda pieces: min(map(len, pieces), default=0), default=())
    if not anchors:
        raise ValueError(f"phrase {text!r} of {kind!r}: give at least one fixed word")
    body = _joined(kept, known)
    return Phrase(
        kind=kind,
        text=text,
        pattern=rf"(?<![\w\-]){body}(?!\w|-\w)",
        anchors=anchors,
        object_right=right,
        object_inside=inside,
        spread=_ANY in words and not inside,
        adjacent=bool(words) and words[0] == IT,
        modifier=_first_word(kept[0]) in _PREPOSITIONS,
        open_ended=kept[-1].strip("[]").split("|")[0].split()[-1] in _PREPOSITIONS | _OPENERS,
    )


def _first_word(word: str) -> str:
    """The first word of a choice; the mark of a cell is no choice."""
    return word if word == "|" else word.strip("[]").split("|")[0].split()[0]


def _fixed(word: str, sets: Sets) -> tuple[str, ...]:
    """The pieces of one written word of which a match has one: none for a gap or for a choice that may be left out."""
    if word in {"*", IT, _ANY}:
        return ()
    if word[0] == "<":
        return tuple(sorted({piece for text in sets[word[1:-1]] for piece in _first_fixed(_TOKEN.findall(text), sets)}))
    if word == "|":
        return ("|",)
    choices = word.strip("*").strip("[]").split("|") if word.startswith("[") else [word]
    pieces = tuple(sorted({choice.split()[0].strip("*").lower() for choice in choices if choice.strip()}))
    return () if "" in choices or "" in pieces else pieces


def _first_fixed(words: list[str], sets: Sets) -> tuple[str, ...]:
    return next((pieces for word in words if (pieces := _fixed(word, sets))), ())


def _joined(words: list[str], sets: Sets) -> str:
    parts = [_one(word, sets) for word in words]
    if len(parts) > 1 and parts[-1].endswith(" )?"):  # the last word may be left out, and its space with it
        return "".join(parts[:-1]).removesuffix(" ") + f"(?: {parts[-1].removeprefix('(?:').removesuffix(' )?')})?"
    return "".join(parts).removesuffix(" ")


def _one(word: str, sets: Sets) -> str:
    """Pattern of one written word with the space after it, so that an optional one takes its space along."""
    if word[0] == "<":
        return sets.pattern(word[1:-1])
    if word == "*":
        return _GAP
    if word in {IT, _ANY}:
        return _HERE if word == IT else _BETWEEN
    if not word.startswith("["):
        return _ended(word) + " "
    choices = word.strip("*").strip("[]").split("|")
    either = "|".join(" ".join(_ended(part) for part in choice.split()) for choice in choices if choice)
    if not either:  # names that a signal has not
        return ""
    tail = r"\w*" if word.endswith("*") else ""
    return f"(?:(?:{either}){tail} )?" if "" in choices else f"(?:{either}){tail} "


def _ended(word: str) -> str:
    return re.escape(word.rstrip("*")) + (r"[\w']*" if word.endswith("*") else "")


def name_pattern(names: list[tuple[str, str]], makers: tuple[str, ...] = ()) -> re.Pattern[str]:
    """One pattern for (group, name) pairs, longest name first: whole words; a one-word name needs its capital.

    `#` in a name is where a version stands; without it a version may follow, and behind "-*" a code that is written on to the
    name ("Kimi-K4-Thinking"). Spaces match hyphens too (model ids), before which clouds write who made them ("maker.name-5").
    """
    buckets: dict[str, list[str]] = {}
    for n, (_, name) in enumerate(names):
        buckets.setdefault(name[:1].lower(), []).append(f"(?P<n{n}>{_name(name, n)})")
    # One look at the first letter spares the names that begin with another.
    parts = [f"(?=[{re.escape(first)}{re.escape(first.upper())}])(?:{'|'.join(held)})" for first, held in buckets.items()]
    if not parts:
        return _NOTHING
    owners = "|".join(maker.lower() for maker in makers if maker.isalpha())
    owned = rf"(?:(?:{owners})\.)?" if owners else ""
    return re.compile(rf"(?<![{_LETTERS}\-]){owned}(?:{'|'.join(parts)})(?:-(?:20\d{{6}}|latest))?(?![{_LETTERS}]|-\w)")


def _name(name: str, n: int) -> str:
    version = _VERSION.format(n=n, letters=_LETTERS)
    code = _CODE.format(n=n) if name.endswith(_CODED) else ""
    words = [part for part in re.split(r"[ \-]", name.removesuffix(_CODED).replace("#", " # ")) if part]
    if "#" not in words:
        words.append("#")
    loose = len([word for word in words if word != "#"]) > 1
    out = ""
    for at, word in enumerate(words):
        if word == "#":
            out += version
        else:
            plain = re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")
            out += (r"[\"']?[ \-]" if at else "") + (
                f"(?i:{plain})" if loose or not word[:1].isupper() else f"(?:{plain}|{plain.upper()})"
            )
    return out + code


ROLE_LISTS: Final = ("product", "programme", "surface", "maker")
"""Word lists whose words have a role in the account of a clause (language/english.toml); the longest name wins."""
_KEYS: Final = ("things", "phrases", "words")
_ID_VERSION: Final = re.compile(r"(?<=\d)-(?=\d{1,2}\b)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Named things by group, phrases by kind, and plain word lists, as a policy person writes them."""

    things: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group → names. A version may follow a name; `#` says where it stands, "-*" that a code may be written on to it; the first
    name is the one shown."""
    phrases: tuple[Phrase, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    """(group, name), longest name first."""
    pattern: re.Pattern[str] = _NOTHING
    """Finds every named thing."""
    marks: tuple[str, ...] = ()
    """Lower-case words, one of which stands in every named thing."""
    pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Piece of text → positions of the phrases that it may belong to."""
    lists: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Word list → pattern of any of its words."""

    @classmethod
    def of(cls, table: Mapping[str, object]) -> Vocabulary:
        """Build from `[signal.vocabulary]`: tables `things`, `phrases` and `words`, each name → list of texts.

        Raises ValueError naming the key that is wrong.
        """
        unknown = [key for key in table if key not in _KEYS]
        if unknown:
            raise ValueError(f"vocabulary: unknown key {unknown[0]!r}; expected {', '.join(_KEYS)}")
        things, phrases, words = (_lists(table, key) for key in _KEYS)
        written = sorted(((g, n) for g, group in things.items() for n in group), key=lambda pair: -len(pair[1]))
        things = {group: tuple([name.removesuffix(_CODED) for name in named]) for group, named in things.items()}
        names = tuple([(group, name.removesuffix(_CODED)) for group, name in written])
        known = _named(sets(), words)
        compiled = tuple(phrase(kind, text, known) for kind, texts in phrases.items() for text in texts)
        return cls(
            things=things,
            phrases=compiled,
            pieces=_pieces(compiled),
            words=words,
            names=names,
            pattern=name_pattern(written, words.get("maker", ())),
            marks=tuple(sorted({_mark(name) for _, name in names}, key=lambda mark: (len(mark), mark))),
            lists={name: _any_of(texts) for name, texts in words.items()},
        )

    @property
    def before_name(self) -> frozenset[str]:
        """The list of that name, lower case: what may stand before the name of what a work is on ("Moonshot Kimi K3")."""
        return frozenset(word.lower() for word in self.words.get("before_name", ()))

    @property
    def itself(self) -> frozenset[str]:
        """The list of that name, lower case: words beside "we" by which who does the works speaks of itself ("the center")."""
        return frozenset(word.lower() for word in self.words.get("itself", ()))

    def kinds(self) -> frozenset[str]:
        """Kinds of phrases that a rule may ask for."""
        return frozenset(one.kind for one in self.phrases)

    def pieces_in(self, lowered: str) -> tuple[str, ...]:
        """The fixed pieces of phrases that a lower-case text contains: no sentence of it can hold others."""
        return tuple([piece for piece in self.pieces if piece in lowered])

    def held(self, lowered: str, pieces: tuple[str, ...]) -> list[Phrase]:
        """The phrases whose fixed pieces (of `pieces`) stand in a lower-case sentence; only these are worth their pattern."""
        positions = {n for piece in pieces if piece in lowered for n in self.pieces[piece]}
        return [self.phrases[n] for n in sorted(positions)]

    def marks_in(self, lowered: str) -> tuple[str, ...]:
        """The words of names that a lower-case text contains: no sentence of it names a thing by others."""
        return tuple([mark for mark in self.marks if mark in lowered])

    def find(self, sentence: str, marks: tuple[str, ...] | None = None) -> tuple[Thing, ...]:
        """Every named thing in a folded sentence, from left to right; `marks` are those of its whole text, where it has one."""
        lowered = sentence.lower()
        if not any(mark in lowered for mark in (self.marks if marks is None else marks)):
            return ()
        return tuple([self._thing(found) for found in self.pattern.finditer(sentence)])

    def roles_in(self, sentence: str) -> tuple[tuple[str, int, int], ...]:
        """Where a folded sentence names what the account knows by its role: role, start and end."""
        held = ((role, self.lists[role]) for role in ROLE_LISTS if role in self.lists)
        return tuple((role, found.start(), found.end()) for role, pattern in held for found in pattern.finditer(sentence))

    def masked(self, sentence: str, things: tuple[Thing, ...] = ()) -> str:
        """A folded sentence of the same length in which a letter stands all over the names of the maker and its programmes."""
        spans = [*self.roles_in(sentence), *(("", thing.start, thing.end) for thing in things)]
        for role, start, end in spans:
            if role in MASKS and not any(a <= start and end <= b and b - a > end - start for _, a, b in spans):
                sentence = sentence[:start] + MASKS[role] * (end - start) + sentence[end:]
        return sentence

    def anchors(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Lower-case pieces of which every text that names one of these groups contains at least one."""
        return tuple(sorted({_mark(name) for group in groups for name in self.things.get(group, ())}))

    def _thing(self, found: re.Match[str]) -> Thing:
        n = int((found.lastgroup or "n0").lstrip("n"))
        group, name = self.names[n]
        version = _ID_VERSION.sub(".", (found[f"version{n}"] or "")).removeprefix("v")
        version = re.sub(r"-\d{8}$", "", version).capitalize()
        first = self.things[group][0]
        coded = found.groupdict().get(f"code{n}")
        shown = (
            found[0] if coded or "#" in name or "*" in name else f"{first if first.endswith(name) else name} {version}".strip()
        )
        return Thing(group, shown, found[0], version, found.start(), found.end())


def _mark(name: str) -> str:
    """The longest word of a name, lower case: no text names it without that word."""
    return max(re.split(r"[ \-#*]", name), key=len).lower()


def _pieces(phrases: tuple[Phrase, ...]) -> dict[str, tuple[int, ...]]:
    owners: dict[str, list[int]] = {}
    for n, one in enumerate(phrases):
        for piece in one.anchors:
            owners.setdefault(piece, []).append(n)
    return {piece: tuple(held) for piece, held in owners.items()}


def _named(known: Mapping[str, tuple[str, ...]], words: Mapping[str, tuple[str, ...]]) -> Sets:
    """The sets of the general English with a signal's own names in them: "{maker}" in a choice is each of its makers."""
    own = {f"{{{role}}}": "|".join(words.get(role, ())) for role in ROLE_LISTS}
    return Sets({name: tuple([_filled(text, own) if "{" in text else text for text in texts]) for name, texts in known.items()})


def _filled(text: str, own: Mapping[str, str]) -> str:
    for mark, names in own.items():
        text = text.replace(mark, names)
    return text


def _lists(table: Mapping[str, object], key: str) -> dict[str, tuple[str, ...]]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise ValueError(f"vocabulary.{key}: expected a table of lists")  # noqa: TRY004 - a mistake in a file, not in a type
    return {str(name): _texts(texts, f"vocabulary.{key}.{name}") for name, texts in value.items()}


def _texts(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text.strip() for text in value) or not value:
        raise ValueError(f"{key}: expected a list of texts, none of them empty")
    return tuple(value)


def _any_of(texts: tuple[str, ...]) -> re.Pattern[str]:
    parts = [
        re.escape(text.rstrip("*")) + (r"[\w']*" if text.endswith("*") else "") for text in sorted(texts, key=len, reverse=True)
    ]
    return re.compile(r"(?<![\w\-])(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)
