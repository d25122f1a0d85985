"""How something is said: stated, or negated, planned, conditional, asked, hearsay, quoted, compared or retold."""

from __future__ import annotations

import re
from typing import Final

from watcher.core.phrases import Phrase
from watcher.core.subject import Scene
from watcher.core.words import ADVERBS, AUXILIARIES, BOUNDARIES, PREPOSITIONS, Token, words_of as _set

MANNERS: Final = (
    "stated",
    "negated",
    "planned",
    "wished",
    "conditional",
    "question",
    "hearsay",
    "quoted",
    "compared",
    "retold",
    "partial",
    "restricted",
)
"""Every manner; a rule names those that it accepts, joined by + where several hold at once."""

_NEGATIONS: Final = _set(
    "not no never neither nor without cannot nobody none hardly unable refuses refused declined declines withholds withheld"
)
_NOT_NEGATIONS: Final = frozenset({"only", "just", "merely", "simply"})
_NEGATED: Final = re.compile(
    r"(?i)\b(?:yet to|stop(?:s|ped)? short of|decid\w+ against|rather than|instead of|far from|no plans? to|fail\w* to|declin\w+ to|refus\w+ to"
    r"|ruled out|rules out|den(?:y|ies|ied)|false that|untrue that|not true that|a myth that|hoax|nothing (?:is|was|has)|anything but|nowhere near)\b"
)
_AFTER_NEGATION: Final = re.compile(
    r"(?i)^\W{0,3}(?:to|for|in|at)? ?(?:no ?one|nobody|none|nowhere|not yet|never|no longer|anymore|any more)\b"
)
_PLANNED: Final = re.compile(
    r"(?i)\b(?:will|'ll|shall|expects? to|expected to|plan(?:s|ning|ned)? (?:to|on|for)|intends? to|going to|scheduled (?:to|for)|slated (?:to|for)"
    r"|set to|due to be|is coming|are coming|to be|prepar\w+ to|promis\w+ to|commit\w* to|working (?:to|toward|towards)|about to|upcoming|soon be)\b|\bbe$"
)
_WISHED: Final = re.compile(
    r"(?i)\b(?:goal|aim|aims|aiming|hopes?|hoping|hoped|ambition|eventual|eventually|someday|one day|would like|want to|wants to|dream\w*)\b"
)
_CONDITIONAL: Final = re.compile(
    r"(?i)\b(?:if|unless|once|whether|assuming|suppose|supposing|provided that|as soon as|in case|(?:until|till)(?! now)|before|ahead of|prior to|pending"
    r"|would|could|might|may|should|can not confirm|must first|require\w* (?:\w+ ){0,6}before|when (?:it|they|we|the|this|these|claude|a|an))\b"
)
_HEARSAY: Final = re.compile(
    r"(?i)\b(?:(?:some|many|people|critics|analysts|observers|others|reports?|media|posts?|outlets?) (?:say|says|said|claim\w*|believe\w*|think\w*|suggest\w*|that)"
    r"|rumou?r\w*|reportedly|allegedly|supposedly|purported\w*|unconfirmed|speculat\w+|sources? sa(?:y|id)|according to (?!anthropic|our\b)"
    r"|it is said|is said to|are said to|is believed to|claims? that|claimed that|predict\w*|bets?|odds|market asks|scenario|simulat\w+|hypothetical\w*"
    r"|imagin\w+|fiction\w*|parody|satire|pretend\w*|what if|as if|fake\w*|scam\w*|users? (?:say|said|report|reported|complain\w*))\b"
)
_SAYING: Final = re.compile(
    r"(?i)\b(?:said|says|wrote|writes|claimed|claims|told|asked|asks|tweeted|posted|quoted|headline|headlines|joked|reads)\b"
)
_COMPARED: Final = re.compile(
    r"(?i)\b(?:than|compared (?:to|with)|unlike|in contrast (?:to|with)|contrary to|as opposed to|in place of|instead of|besides|versus|vs|as \w+ as|(?:exceed|surpass|outperform|beat|rival|match)\w*)\b"
)
_INTERROGATIVE: Final = re.compile(
    r"(?i)^\W*(?:(?:is|are|was|were|has|have|had|will|would|can|could|should|does|do|did|may|might)\b"
    r"(?! not\b| n't\b)|(?:when|why|how|where|who|what|which) (?:is|are|was|were|will|would|can|could|should|does|do|did|has|have)\b)"
)
_STATIVE_PAST: Final = re.compile(
    r"(?i)\b(?:was|were|had been|used to be|formerly|previously|originally|at the time|back then|once)\W*(?:\w+ly\W*)?$"
)
_DISTRIBUTED: Final = re.compile(
    r"(?i)^(?:\w+ ){0,3}?(?:on|in|under|for|with) (?:every|all) (?:account|plan|region|tier|surface|platform|tool|subscription|setting|location|countr)"
)
_TO_COME: Final = re.compile(
    r"(?i)\b(?:in the (?:coming|next)|(?:over|within) the (?:coming|next)|next (?:week|month|quarter|year)|later this|tomorrow|soon|by the end of|in (?:a few|two|three|several) (?:days|weeks|months))\b"
)
_PRESENT: Final = re.compile(r"(?i)\b(?:now|today|already|effective immediately|since|yesterday)\b")
_INFINITIVE_OK: Final = _set("clears cleared clear lets let allowed allows forced forces forcing ordered orders ordering")


_RESTRICTED: Final = re.compile(
    r"(?i)^\W*(?:(?:only |exclusively )?(?:to|for) (?:(?:the|our|all|its|a few|some|select|more) )?(?:\w+ ){0,2}?(?:participants?|partners?|members|organi[sz]ations|employees|staff|researchers"
    r"|defenders|testers|governments?|agencies|institutions|universities)|(?:with)?in (?:Anthropic|the company)|internally|who|that|whose|verified|approved|vetted|enrolled|invited|selected|cleared|accepted|participating|under NDA|by invitation|(?:up)?on request"
    r"|after (?:approval|verification|review)|subject to|pending|with (?:an? )?(?:approved|verified|early)|on (?:the |our )?(?:waitlist|allow-?list)"
    r"|(?:in|of|through|under|via) (?:(?:the|our|its|Anthropic's|Project|a) ?)?(?:[\w\-]+ ){0,4}?(?:programs?|programmes?|preview|beta|waitlist|Glasswing|pilot|trial))\b"
)
"""Words right behind an opening that close it again: "to all customers who are approved"."""
_DENIED: Final = re.compile(
    r"(?i)\b(?:is|are|was|were) (?:false|wrong|untrue|incorrect|not true|a hoax|fake|mistaken|inaccurate|nonsense)\b|\bby (?:mistake|accident|error)\b"
)
_GERUNDS: Final = frozenset(
    {"making", "opening", "bringing", "offering", "releasing", "giving", "launching", "keeping", "shipping", "rolling"}
)
_FINITE: Final = re.compile(
    r"(?i)\b(?:will|would|could|may|might|is|are|was|were|requires?|takes?|means|remains?|needs?|depends?|has|makes)\b"
)
_UNDONE: Final = re.compile(
    r"(?i)^[^.;:]{0,60}?\b(?:is|are|was|has|have|will|would|remains?|does|do)\b (?:still )?(?:not|never|no|yet|far|months|years|weeks|unlikely|uncertain|unclear|unthinkable|off)\b"
)
_STEMS: Final = frozenset(
    {
        "suspend",
        "disabl",
        "revok",
        "withdraw",
        "pull",
        "halt",
        "block",
        "restor",
        "redeploy",
        "reinstat",
        "resum",
        "re-enabl",
        "reopen",
        "retir",
    }
    | {
        "deprecat",
        "expand",
        "extend",
        "broaden",
        "widen",
        "cancel",
        "launch",
        "releas",
        "introduc",
        "stop",
        "ceas",
        "shut",
        "switch",
        "turn",
        "leak",
    }
)
_CHOSEN: Final = re.compile(
    r"(?i)^[^.;]{0,60}?\b(?:verified|approved|vetted|allow-?listed|whitelisted|invited|select|selected|eligible|participants|partners|enrolled|trusted|programs?|programmes?|Glasswing)\b"
)
_AFTERWARDS: Final = re.compile(r"(?i)\b(?:after|following|since|despite|before)\b[^,]*$")
_NARROWING: Final = re.compile(r"(?i)^\s+(?!(?:on|in|from|via|through|at|today|now|starting|as|and|who|our|of our|the)\b)\w")
_GLAD: Final = frozenset({"excited", "pleased", "proud", "happy", "delighted", "thrilled", "glad", "able"})
_OPENING_VERBS: Final = frozenset(
    {"make", "open", "bring", "offer", "release", "ship", "launch", "roll", "keep", "turn", "restore", "suspend", "give"}
)
_LEFT_BEHIND: Final = re.compile(
    r"(?i)\b(?:until now|previously|formerly|no longer|exit(?:s|ed|ing)?|leav(?:es|ing)|left|out of|graduat\w+ from|after)(?: [\w\-]+){0,4}\W*$"
)
"""A state that is left: "until now in limited preview", "exits preview"."""


def manner(sentence: str, scene: Scene, phrase: Phrase) -> frozenset[str]:
    """The manners in which a phrase is said, empty where it is plainly stated; looks left within its clause."""
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    clause = _clause(scene)
    scope, before, after = sentence[clause:start], sentence[:start], sentence[end:]
    found = {
        "negated": _negated(scene, clause, scope) or _undone(phrase, after),
        "planned": bool(_PLANNED.search(scope.rstrip())) or _intended(scene, clause) or _ahead(sentence[clause:start], after),
        "wished": bool(_WISHED.search(scope)),
        "conditional": bool(_CONDITIONAL.search(_governing(before, after))) or _is_nominal(scene, after),
        "question": _asked(sentence),
        "hearsay": bool(_HEARSAY.search(sentence)),
        "quoted": _quoted(sentence, start, end),
        "compared": _compared(scope, scene, phrase),
        "retold": bool(
            _AFTERWARDS.search(scope) if _eventive(phrase) else _STATIVE_PAST.search(scope) or _LEFT_BEHIND.search(scope)
        ),
        "restricted": _closed_again(phrase, sentence[start:end], after),
    }
    manners = {name for name, holds in found.items() if holds}
    if "negated" in manners and _DISTRIBUTED.search(sentence[start : start + 80]):
        manners = manners - {"negated"} | {"partial"}
    return frozenset(manners - {"conditional"} if manners & {"planned"} and not _strictly(before, after) else manners)


def _clause(scene: Scene) -> int:
    """Offset where the clause of the phrase begins: after a boundary, or after "and" with a verb of its own."""
    for at in range(scene.start - 1, -1, -1):
        token = scene.tokens[at]
        if token.text in BOUNDARIES and token.text != "yet" and not _anything_but(scene, at):
            return token.end
        follow = scene.tokens[at + 1].text if at + 1 < scene.start else ""
        if token.text == "and" and (follow in AUXILIARIES or follow in {"we", "it", "they"} or _new_subject(scene, at + 1)):
            return token.end
    return 0


def _closed_again(phrase: Phrase, words: str, after: str) -> bool:
    """Whether what follows an opening narrows it: "to all | verified customers", "to all customers | who are approved"."""
    if phrase.kind == "offered":
        return bool(_CHOSEN.search(after))
    return phrase.kind == "open" and bool(
        _RESTRICTED.search(after) or (words.lower().endswith((" all", " every", " any")) and _NARROWING.search(after))
    )


def _anything_but(scene: Scene, at: int) -> bool:
    return scene.tokens[at].text == "but" and at > 0 and scene.tokens[at - 1].text in {"anything", "nothing", "all"}


def _new_subject(scene: Scene, at: int) -> bool:
    """Whether a thing at this position starts a clause of its own ("and Mythos 5 is …")."""
    if at + 1 >= scene.start or not scene.tokens[at].thing:
        return False
    return scene.tokens[at + 1].text in AUXILIARIES


def _negated(scene: Scene, clause: int, scope: str) -> bool:
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.start >= clause and token.text in _NEGATIONS:
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if follow not in _NOT_NEGATIONS and not _closed(scene.tokens[at : scene.start]):
                return True
    return bool(_NEGATED.search(scope))


def _undone(phrase: Phrase, after: str) -> bool:
    """Whether what follows takes it back: "available to no one", "general availability of X is not planned", "… is false"."""
    if _AFTER_NEGATION.search(after) or _DENIED.search(after):
        return True
    return phrase.object_right and phrase.kind == "open" and bool(_UNDONE.search(after))


def _is_nominal(scene: Scene, after: str) -> bool:
    """Whether the phrase is only named, not asserted: "making X available would …", "safeguards that make X safe"."""
    words = [token.text for token in scene.tokens[: scene.start + 1]]
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if word in _GERUNDS or (word.endswith("ing") and at == scene.start):
            if before in PREPOSITIONS and before != "by":
                return True
            if before not in AUXILIARIES | ADVERBS and (at == 0 or before in {",", "and"}) and _FINITE.search(after):
                return True
        if word in {"make", "makes", "made"} and before in {"that", "which"} and at + 1 < len(words) and not words[at + 1]:
            return True
    return False


def _closed(between: tuple[Token, ...]) -> bool:
    """Whether a relative or coordinated verb ends the negation's reach ("does not need X, is available")."""
    return any(
        token.text == "," and n + 1 < len(between) and between[n + 1].text in AUXILIARIES for n, token in enumerate(between)
    )


def _intended(scene: Scene, clause: int) -> bool:
    """An infinitive ("Anthropic to open Mythos to all") is a plan; "clears it to restore" and "glad to open" are not."""
    words = [token.text for token in scene.tokens[: scene.start + 1] if token.start >= clause or token.text == "to"]
    for at, word in enumerate(words[:-1]):
        if word == "to" and (words[at + 1] in _OPENING_VERBS or at == len(words) - 2 and _is_verb(scene)):
            return not (set(words[:at]) & (_INFINITIVE_OK | _GLAD) or words[at - 1 : at] == ["had"])
    return False


def _is_verb(scene: Scene) -> bool:
    """Whether the phrase after "to" opens with a verb, and not with a noun ("only to approved customers")."""
    return scene.tokens[scene.start].text.rstrip("e") in _STEMS


def _governing(before: str, after: str) -> str:
    """The words whose condition would govern the phrase: all before it, and an "if …" clause right behind."""
    tail = re.match(r"(?i)[^.;]{0,120}?,? (?:if|unless|once|as soon as|provided that|pending|subject to|assuming)\b", after)
    return before + (tail[0] if tail else "")


def _ahead(scope: str, after: str) -> bool:
    """Whether the clause itself names a time to come: then a bare headline is a plan ("to all customers in the coming weeks")."""
    clause = scope + re.split(r"[;:\u2014]|, (?:but|while|and) ", after, maxsplit=1)[0]
    return bool(_TO_COME.search(clause)) and not _PRESENT.search(clause)


def _strictly(before: str, after: str) -> bool:
    return bool(
        re.search(
            r"(?i)\b(?:if|unless|whether|assuming|could|might|may|would|pending|provided that)\b", _governing(before, after)
        )
    )


def _asked(sentence: str) -> bool:
    return sentence.rstrip("\"')] ").endswith("?") or bool(_INTERROGATIVE.search(sentence)) or "? " in sentence[-12:]


def _quoted(sentence: str, start: int, end: int) -> bool:
    """Whether the phrase stands inside quotation marks that a word of saying introduces."""
    marks = [at for at, mark in enumerate(sentence) if mark == '"']
    inside = sum(at < start for at in marks) % 2 == 1 and any(at >= end for at in marks)
    if not inside:
        return False
    opened, closed = max(at for at in marks if at < start), min(at for at in marks if at >= end)
    return bool(_SAYING.search(sentence[:opened] + sentence[closed:]))


def _compared(scope: str, scene: Scene, phrase: Phrase) -> bool:
    """Whether a comparison stands between the subject and the phrase ("exceed those of any generally available model")."""
    return (
        not phrase.object_right and bool(_COMPARED.search(scope)) and not scope.rstrip().endswith(("rather than", "other than"))
    )


def _eventive(phrase: Phrase) -> bool:
    return (
        phrase.object_right
        or phrase.object_inside
        or phrase.kind in {"suspended", "restored", "retired", "leaked", "widened", "launched", "lifted"}
    )
