"""How something is said: stated, or negated, planned, conditional, asked, hearsay, quoted, compared or retold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from watcher.core.language.lexicon import word_set
from watcher.core.language.text import (
    ADVERBS,
    AUXILIARIES,
    BOUNDARIES,
    NOMINAL,
    PREPOSITIONS,
    REACH,
    RELATIVE,
    Scene,
    Token,
)
from watcher.core.language.times import window_of
from watcher.core.language.vocabulary import Phrase

NEGATIONS: Final = word_set("negation")
NOT_NEGATIONS: Final = word_set("no_negation")
NEGATED: Final = re.compile(
    r"(?i)\b(?:yet to|stop(?:s|ped)? short of|decid\w+ against|rather than|instead of|far from|no plans? to|fail\w* to"
    r"|declin\w+ to|refus\w+ to|ceas(?:e|es|ed|ing)|(?:barred|banned|blocked|prohibit\w+|forbidden) from"
    r"|had (?:planned|hoped|intended|expected|promised|wanted)|no longer (?:plan|expect|intend)\w*"
    r"|ruled out|rules out|den(?:y|ies|ied)|false that|untrue that|not true that|a myth that|hoax|nothing (?:is|was|has)"
    r"|anything but|nowhere near)\b|\b(?:almost|nearly|virtually|practically|scarcely|barely) ?$"
)
AFTER_NEGATION: Final = re.compile(
    r"(?i)^\W{0,3}(?:to|for|in|at)? ?(?:no ?one|nobody|none|nowhere|not yet|never|no longer|anymore|any more"
    r"|(?:no|false|n/a)(?=\W*(?:$|\|)|\s?[)\],;]))\b"
)
PLANNED: Final = re.compile(
    r"(?i)\b(?:will|'ll|shall|expects? to|expected to|plan(?:s|ning|ned)? (?:to|on|for)|intends? to|going to|scheduled (?:to"
    r"|for)|slated (?:to|for)"
    r"|set to|due to be|is coming|are coming|(?<!continues )(?<!continue )to be"
    r"|prepar\w+ to|promis\w+ to|commit\w* to|working (?:to|toward|towards)"
    r"|about to|upcoming|soon be)\b|\bbe$"
)
WISHED: Final = re.compile(
    r"(?i)\b(?:goal|aim|aims|aiming|hopes?|hoping|hoped|ambition|eventual|eventually|someday|one day|would like|want(?:s|ed)?"
    r"|dream\w*|demand\w*|urg(?:es?|ed|ing)|petition\w*|call(?:s|ed|ing)? (?:for|on))\b"
)
CONDITIONAL: Final = re.compile(
    r"(?i)\b(?:if|unless|once|whether|assuming|suppose|supposing|provided that|as soon as|in case|(?:until|till)(?! now)"
    r"|before|ahead of|prior to|pending"
    r"|so that|in order that|ensur\w+ that|make sure"
    r"|would|could|might|may|should|can not confirm|must first|require\w* (?:\w+ ){0,6}before|when"
    r"|(?:world|future|case|scenario|situation)s? (?:where|in which)|(?:the|that|any) (?:day|moment|hour)(?! (?:of|for|has"
    r"|is|was|in|on)\b))\b"
)
HEARSAY: Final = re.compile(
    r"(?i)\b(?:(?:some|many|people|critics|analysts|observers|others|reports?|media|posts?|outlets?|participants|customers"
    r"|partners"
    r"|testers|researchers|insiders|glasswing) (?:say|says|said"
    r"|claim\w*|believe\w*|think\w*|suggest\w*|that)"
    r"|rumou?r\w*|reportedly|allegedly|supposedly|purported\w*|unconfirmed|speculat\w+|sources? sa(?:y|id)"
    r"|according to (?!anthropic|our\b)"
    r"|(?:analysts|customers|people|users|observers|many|experts|markets|traders|investors) expect\w*"
    r"|phish\w*|spoof\w*|beware|april fools?|myth(?=:)|in (?:the|a|an|this|our) (?:game|novel"
    r"|film|movie|story|trailer|exercise|drill|rehearsal|test run|tabletop)"
    r"|(?:lists|listed|advertises?|markets|describes|labels) (?:[\w.\-]+ ){1,5}as"
    r"|(?:fears?|feared|worr(?:y|ies|ied)|suspects?)(?: that)?"
    r"|(?<!.)(?:fix(?:ed|es)?|bugfix)(?= )"
    r"|wrongly|erroneously|incorrectly|in error|(?:earlier|previous|prior) version|correction(?=:)"
    r"|it is said|is said to|are said to|is believed to|claims? that|claimed that|predict\w*|bets?|odds|market asks|scenario"
    r"|simulat\w+|hypothetical\w*"
    r"|imagin\w+|fiction\w*|parody|satire|pretend\w*|what if|as if|fake\w*|scam\w*|users? (?:say|said|report|reported"
    r"|complain\w*))\b"
)
SAYING: Final = re.compile(
    r"(?i)\b(?:fixed|fixes|error|message|banner|label|said|says|wrote|writes|claimed|claims|told|asked|asks|tweeted|posted|quoted|headline|headlines|joked|reads)\b"
)
COMPARED: Final = re.compile(
    r"(?i)\b(?:than|compared (?:to|with)|unlike|in contrast (?:to|with)|contrary to|as opposed to|in place of|instead of"
    r"|besides|versus|vs|as \w+ as|(?:exceed|surpass|outperform|beat|rival|match)\w*)\b"
)
INTERROGATIVE: Final = re.compile(
    r"(?i)^\W*(?:(?:is|are|was|were|has|have|had|will|would|can|could|should|does|do|did|may|might)\b"
    r"(?! not\b| n't\b)|(?:when|why|how|where|who|what|which) (?:is|are|was|were|will|would|can|could|should|does|do|did|has"
    r"|have)\b)"
)
STATIVE_PAST: Final = re.compile(
    r"(?i)\b(?:was|were|had been|used to be|formerly|previously|originally|at the time|back then|once)\W*(?:\w+ly\W*)?$"
)
DISTRIBUTED: Final = re.compile(
    r"(?i)^(?:\w+ ){0,3}?(?:on|in|under|for|with) (?:every|all) (?:account|plan|region|tier|surface|platform|tool"
    r"|subscription|setting|location|countr)"
)
WIDELY: Final = re.compile(r"(?i)\b(?:generally|publicly|widely|open)\b")
TO_COME: Final = re.compile(
    r"(?i)\b(?:in the (?:coming|next)|(?:over|within) the (?:coming|next)|next (?:week|month|quarter|year)|later this"
    r"|tomorrow|soon|by the end of|in (?:a few|two|three|several) (?:days|weeks|months))\b"
)
PRESENT: Final = re.compile(r"(?i)\b(?:now|today|already|effective immediately|since|yesterday)\b")
INFINITIVE_OK: Final = word_set("ordered")


RESTRICTED: Final = re.compile(
    r"(?i)^\W*(?:(?:only |exclusively )?(?:to|for) (?:(?:the|our|all|its|a few|some|select"
    r"|more) )?(?:\w+ ){0,2}?(?:participants?|partners?|members|organi[sz]ations|employees|staff|researchers"
    r"|defenders|testers|governments?|agencies|institutions|universities)|(?:with)?in (?:Anthropic|the company)|internally"
    r"|who(?! (?:has|have|uses?) )|that|whose"
    r"|verified|approved|vetted|enrolled|invited|selected|cleared|accepted|participating|under NDA"
    r"|by invitation|(?:up)?on request"
    r"|after (?:approval|verification|review)|subject to|pending|with (?:an? )?(?:approved|verified|early)|on (?:the "
    r"|our )?(?:waitlist|allow-?list)"
    r"|(?:in|of|through|under|via) (?:(?:the|our|its|Anthropic's|Project|a) ?)?(?:[\w\-]+ ){0,4}?(?:programs?|programmes?"
    r"|preview|beta|waitlist|Glasswing|pilot|trial))\b"
)
"""Words right behind an opening that close it again: "to all customers who are approved"."""
DENIED: Final = re.compile(
    r"(?i)\b(?:is|are|was|were) (?:false|wrong|untrue|incorrect|not true|a hoax|fake|mistaken|inaccurate|nonsense)\b"
    r"|\bby (?:mistake|accident|error)\b"
)
GERUNDS: Final = word_set("opening_gerund")
FINITE: Final = re.compile(
    r"(?i)\b(?:will|would|could|can|should|must|may|might|is|are|was|were|requires?|takes?|means|remains?|needs?|depends?|has|makes)\b"
)
UNDONE: Final = re.compile(
    r"(?i)^[^.;:]{0,60}?\b(?:is|are|was|has|have|will|would|remains?|does|do)\b (?:still )?(?:not|never|no|yet|far|months"
    r"|years|weeks|unlikely|uncertain|unclear|unthinkable|off)\b"
)
STEMS: Final = word_set("act_stem")
CHOSEN: Final = re.compile(
    r"(?i)^[^.;]{0,60}?\b(?:verified|approved|vetted|allow-?listed|whitelisted|invited|select|selected|eligible|participants"
    r"|partners|enrolled|trusted|programs?|programmes?|Glasswing)\b"
)
AFTERWARDS: Final = re.compile(r"(?i)\b(?:after|following|since|despite|before)\b[^,]*$")
NARROWING: Final = re.compile(r"(?i)^\s+(?!(?:on|in|from|via|through|at|today|now|starting|as|and|who|our|of our|the)\b)\w")
GLAD: Final = word_set("glad")
OPENING_VERBS: Final = word_set("opening_verb")
LEFT_BEHIND: Final = re.compile(
    r"(?i)\b(?:until now|previously|formerly|no longer|exit(?:s|ed|ing)?|leav(?:es|ing)|left|out of|graduat\w+ from"
    r"|remov\w+|lift\w*|end(?:s|ed|ing)|drop\w*|scrap\w*|abolish\w*|after)(?: [\w\-]+){0,4}\W*$"
)
"""A state that is left: "until now in limited preview", "exits preview"."""

STRICT: Final = re.compile(r"(?i)\b(?:if|unless|whether|assuming|could|might|may|would|pending|provided that)\b")
CONDITION_BEHIND: Final = re.compile(
    r"(?i)[^.;]{0,120}?,? (?:if|unless|once|as soon as|provided that|pending|subject to|assuming|when)\b"
)
OPENINGS: Final = frozenset({"open"})
"""Kinds of phrases that open a thing to all: what narrows the audience takes them back."""
OFFERS: Final = frozenset({"offered"})
"""Kinds of phrases that offer a thing somewhere, to whom it may be."""
STATES: Final = (
    OPENINGS | OFFERS | {"partly_open", "described", "gate", "gate_invitation", "gate_verification", "only", "in_product"}
)
"""Kinds of phrases that tell how things are: "was available" is past; all other kinds tell what happened."""
BALKING: Final = re.compile(
    r"(?i)^(?:practi[cs]|rehears|simulat|consider|discuss|debat|mean|risk|avoid|delay|postpon|stop|regret|oppos|reject|suggest|propos|recommend"
    r"|contemplat|envision|mention|fear|rul|weigh|prevent)\w*$"
)
"""Verbs after which a gerund is only spoken of: "we considered making it available"."""
BESIDE: Final = re.compile(
    r"(?i)(?:, | - | \u2014 )(?:unlike|like|in contrast to|compared (?:to|with)|as opposed to)\b[^,\u2014]*?(?:,| - | \u2014 )"
)
"""An insertion that compares the subject with something else: ", unlike X,"."""
LASTED: Final = re.compile(
    r"(?i)^[^.;]{0,40}?\b(?:(?:for|within) (?:\w+ ){0,3}?(?:minutes?|hours?|days?|weeks?|months?)|until|between"
    r"|from \w+ \d{1,2} (?:to|until)|last (?:week|month|year|spring|summer|autumn|fall|winter|june|july|may|april|march))\b"
)
"""A span that is over, behind a past verb: "was suspended for three weeks"."""

OVERTURNED: Final = re.compile(
    r"(?i)\b(?:delay|postpon|defer|cancel|scrap|shelv|abandon|halt|paus|revers|rescind|overturn|oppos|challeng|reject|resist"
    r"|appeal|criticiz|criticis|condemn|protest|vacat|enjoin|defeat|disput|lift)\w*(?: back| down)?"
    r"(?: (?!and |or |then |but |we |it |they |anthropic )[\w'\-]+){0,4} ?$"
    r"|\b(?:bugs?|glitch\w*|errors?|hackers?|attackers?|thieves|resellers?|misconfiguration|accidentally|mistakenly|inadvertently)"
    r"(?: [\w'.\-]+){0,6} ?$"
    r"|\b(?:roll(?:ed|s|ing)? back|withdr[aeo]w\w*|fought|fights?|fighting|struck down|voted down)"
    r"(?: (?!and |or |then |but |we |it |they |anthropic )[\w'\-]+){0,4} ?$"
)
"""What was meant is undone before it is said: "delayed the | general availability", "lifted the order that | suspended …"."""
GONE: Final = re.compile(
    r"(?i)^ (?:is|are|was|were|has|have)(?: \w+)?? (?:gone|over|no more|history|lifted|abolished|dropped|ended|removed)\b"
)
"""A state that is no more: "the waitlist | is gone"."""
COMING: Final = re.compile(r"(?i)\b(?:is|are|am|'s|'re) (?:now |soon |finally )?coming$|^coming$")
PLANNED_BEHIND: Final = re.compile(
    r"(?i)^[^.;:]{0,60}?\b(?:is|are|remains?) (?:still |now |currently )?"
    r"(?:planned|scheduled|slated|expected|due|targeted|anticipated|coming|next)\b"
)
"""What makes a noun before it a plan: "general availability of X | is planned for March"."""
OVERTURNED_BEHIND: Final = re.compile(
    r"(?i)^ (?:was|were|is|are|has been|have been) (?:\w+ )?(?:lifted|rescinded|revoked|overturned|vacated|over"
    r"|stayed|struck down|rejected|dismissed|denied|proposed|drafted|debated|considered|pending)\b|^ (?:failed|expired)\b"
)
"""What undoes an order that was named: "the directive to suspend access to X | was lifted"."""
FUTURATE: Final = re.compile(
    r"(?i)\b(?:launches|opens|goes|ships|arrives|rolls out|becomes|starts|begins|comes|reaches|hits|enters)\b"
)
ABLE: Final = re.compile(r"(?i)\bcan(?: \w+ly| also| still| always| now)? ?$")
"""An act that is possible is not done: "Anthropic can | suspend access"."""
STARTS: Final = re.compile(r"(?i)(?:^|[:!\u2014] ?|\btoday,? )(?:the |its )?$")
OPENS: Final = re.compile(
    r"(?i)^[^.;:]{0,60}?\b(?:begins?|began|starts?|started|is here|has (?:begun|started|arrived)|arrives?|today|is live)\b"
    r"|^(?: (?:in|on|for|via|through|across|and|with) [^.;:]{1,60})?[.!]?$"
)
HERALD: Final = re.compile(
    r"(?i)\b(?:announc\w+|mark(?:s|ed|ing)?|celebrat\w+|declar\w+|confirm\w*|launch\w*|begin\w*|start\w*|reach\w*|welcom\w+"
    r"|introduc\w+) (?:the |today's |its |today the )?$"
)
"""Verbs that tell an opening which is a noun: "announces the | general availability of X"."""
BARE: Final = word_set("bare_verb")
DOERS: Final = word_set("doer")
PARTLY: Final = re.compile(
    r"(?i)^ (?:only |just )?(?:(?:at|as|with|under|on|in|for|to) (?:the |our |its |a |an |one |some |two )?"
    r"(?!all\b|every|any)(?:[\w\-]+ ){0,3}?"
    r"(?:settings?|menu|workspace|console|regions?|zones?|plans?|tiers?|price|discount|rate|mode|beta|default)"
    r"|only (?:to|for|on|in|as|with)|by default|into|onto)\b"
)
"""What limits an act to a part: "suspended | in the Jakarta region", "no longer available | at the old price"."""
BACK: Final = re.compile(r"(?i)\bback (?:to|with|at|as|from|into|in the)\b")
"""What is back somewhere else than in use: "X is | back | to its old tricks"."""
ASIDE_FIRST: Final = word_set("aside_first")
AFTER_DOING: Final = re.compile(
    r"(?i)\b(?:ever since|since|after|when) (?:we|they|it|anthropic|the company)(?: \w+ly| had| have)? ?$"
)
"""A side clause that only mentions what somebody did: "ever since we | suspended X"."""
ASIDE: Final = re.compile(r"(?i)\b(?:since|while|during|in which|when|although|even though|despite)\b[^,;:]*$")
"""A side clause that only mentions what is over: "since X was | suspended"."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A folded sentence cut round a phrase."""

    clause: int
    """Offset where the phrase's clause begins."""
    scope: str
    """From there to the phrase."""
    before: str
    words: str
    after: str
    behind: str
    """What follows the phrase and its object."""


def is_nominal(scene: Scene, after: str) -> bool:
    """Whether the phrase is only named, not asserted: "making X available would …"."""
    words = [token.text for token in scene.tokens[: scene.start + 1]]
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if word in GERUNDS or (word.endswith("ing") and at == scene.start):
            if (before in PREPOSITIONS and before != "by") or BALKING.match(before):
                return True
            if before not in AUXILIARIES | ADVERBS and (at == 0 or before in {",", "and"}) and FINITE.search(after):
                return True
    return False


def is_heralded(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether an opening that is a noun is told, and not only named: "announces the general availability of X".

    "The road to general availability of X" names it; all other phrases count as told.
    """
    if not phrase.object_right or phrase.kind not in OPENINGS or scene.tokens[scene.start].text not in NOMINAL:
        return True
    if STARTS.search(parts.before):
        return bool(OPENS.match(parts.behind))
    return bool(HERALD.search(parts.before))


def is_demanded(scene: Scene) -> bool:
    """Whether an act stands in its bare form without one who does it: "Restore X!", "they ask that the maker restore X"."""
    follow = scene.tokens[scene.start + 1].text if scene.start + 1 < len(scene.tokens) else ""
    if scene.tokens[scene.start].text not in BARE or follow == "to":  # "open to all" is no verb
        return False
    at = scene.start - 1
    while at >= 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    if at < 0 or scene.tokens[at].text in {":", "that", "let", "us", "please"}:
        return True
    before = scene.tokens[at].text
    doer = not before or before in DOERS | AUXILIARIES | PREPOSITIONS or before.endswith("s") or not before[0].isalpha()
    return not doer and "and" not in {token.text for token in scene.tokens[max(at - 2, 0) : at]}


def is_intended(scene: Scene, clause: int) -> bool:
    """An infinitive ("Anthropic to open Mythos to all") is a plan; "clears it to restore" and "glad to open" are not."""
    words = [token.text for token in scene.tokens[: scene.start + 1] if token.start >= clause or token.text == "to"]
    for at, word in enumerate(words[:-1]):
        if word == "to" and (words[at + 1] in OPENING_VERBS or (at == len(words) - 2 and _is_verb(scene))):
            return not (set(words[:at]) & (INFINITIVE_OK | GLAD) or words[at - 1 : at] == ["had"])
    return False


def _is_verb(scene: Scene) -> bool:
    """Whether the phrase after "to" opens with a verb, and not with a noun ("only to approved customers")."""
    return scene.tokens[scene.start].text.rstrip("e") in STEMS


def is_ahead(parts: Parts) -> bool:
    """Whether the clause itself names a time to come: then a bare headline is a plan ("to all customers in the coming weeks")."""
    clause = parts.scope + re.split(r"[;:\u2014]|, (?:but|while|and|with) ", parts.after, maxsplit=1)[0]
    if PRESENT.search(clause):
        return False
    # "Mythos opens to all customers on March 3": the present tense with a date tells what is to come.
    foreseen = bool(FUTURATE.search(f"{parts.scope}{parts.words}")) and bool(window_of(parts.after))
    return foreseen or bool(TO_COME.search(clause))


def manner(sentence: str, scene: Scene, phrase: Phrase) -> frozenset[str]:
    """The manners in which a phrase is said, empty where it is plainly stated; looks left within its clause."""
    parts = _parts(sentence, scene, phrase)
    found = {
        "negated": _negated(scene, parts) or _undone(phrase, parts),
        "planned": _planned(scene, parts),
        "wished": bool(WISHED.search(parts.scope)) or is_demanded(scene),
        "conditional": _conditional(scene, phrase, parts),
        "question": _asked(sentence),
        "hearsay": _heard(sentence),
        "quoted": _quoted(sentence, len(parts.before), len(sentence) - len(parts.after)),
        "compared": not phrase.object_right and bool(COMPARED.search(BESIDE.sub(" ", parts.scope))),
        "retold": _retold(scene, phrase, parts),
        "restricted": _closed_again(phrase, parts),
        "partial": _eventive(phrase) and bool(PARTLY.match(parts.behind) or BACK.search(f"{parts.words}{parts.after[:8]}")),
    }
    manners = {name for name, holds in found.items() if holds}
    # "not available on every account" is available on some; "not generally available in all regions" is not.
    wide = WIDELY.search(f"{parts.scope[-12:]}{parts.words}")
    if "negated" in manners and not wide and DISTRIBUTED.search(f"{parts.words}{parts.after}"[:80]):
        manners = manners - {"negated"} | {"partial"}
    # A plan absorbs the conditions that are not strict: "will be open once it is safe" is a plan.
    strict = STRICT.search(_governing(parts))
    return frozenset(manners - {"conditional"} if "planned" in manners and not strict else manners)


def _parts(sentence: str, scene: Scene, phrase: Phrase) -> Parts:
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    clause = _clause(scene)
    reach = REACH if phrase.object_right else 1
    objects = [token.end for token in scene.tokens[scene.stop : scene.stop + reach] if token.thing]
    behind = sentence[max(objects, default=end) :]
    return Parts(clause, sentence[clause:start], sentence[:start], sentence[start:end], sentence[end:], behind)


def _planned(scene: Scene, parts: Parts) -> bool:
    """Whether it is still to come: "will be", "is coming to all", "Anthropic to open X", "… is planned for March"."""
    first = f"{parts.scope}{parts.words.split(' ', maxsplit=1)[0]}"
    return (
        bool(PLANNED.search(parts.scope.rstrip()) or COMING.search(first) or PLANNED_BEHIND.match(parts.behind))
        or is_intended(scene, parts.clause)
        or is_ahead(parts)
    )


def _conditional(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether it holds only under a condition, is only possible, or is only named."""
    if CONDITIONAL.search(_governing(parts)) or ABLE.search(parts.before):
        return True
    return is_nominal(scene, parts.after) or not is_heralded(scene, phrase, parts)


def _retold(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether it tells what is over: a state that was, an event that lasted, or one that only a side clause mentions."""
    if not _eventive(phrase):
        return bool(STATIVE_PAST.search(parts.scope) or LEFT_BEHIND.search(parts.scope))
    at = scene.start - 1
    while at > 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    last = scene.tokens[at].text if at >= 0 else ""
    aside = last in RELATIVE and FINITE.search(parts.after)
    over = last in {"was", "were"} and (LASTED.search(parts.after) or ASIDE.search(parts.before))
    return bool(AFTERWARDS.search(parts.scope) or AFTER_DOING.search(parts.before) or aside or over)


def _clause(scene: Scene) -> int:
    """Offset where the clause of the phrase begins: after a boundary, or after "and" with a verb of its own."""
    for at in range(scene.start - 1, -1, -1):
        token = scene.tokens[at]
        if token.text in BOUNDARIES and token.text != "yet" and not _anything_but(scene, at):
            return token.end
        if token.text == "," and scene.tokens[0].text in ASIDE_FIRST and _new_subject(scene, at + 1):
            return token.end
        follow = scene.tokens[at + 1].text if at + 1 < scene.start else ""
        if token.text == "and" and (follow in AUXILIARIES or follow in {"we", "it", "they"} or _new_subject(scene, at + 1)):
            return token.end
    return 0


def _closed_again(phrase: Phrase, parts: Parts) -> bool:
    """Whether what follows an opening narrows it: "to all | verified customers", "to all customers | who are approved"."""
    if phrase.kind in OFFERS:
        return bool(CHOSEN.search(parts.after))
    narrowed = parts.words.lower().endswith((" all", " every", " any")) and NARROWING.search(parts.after)
    return phrase.kind in OPENINGS and bool(RESTRICTED.search(parts.after) or narrowed)


def _anything_but(scene: Scene, at: int) -> bool:
    return scene.tokens[at].text == "but" and at > 0 and scene.tokens[at - 1].text in {"anything", "nothing", "all"}


def _new_subject(scene: Scene, at: int) -> bool:
    """Whether a thing at this position starts a clause of its own ("and Mythos 5 is …")."""
    if at + 1 >= scene.start or not scene.tokens[at].thing:
        return False
    return scene.tokens[at + 1].text in AUXILIARIES


def _negated(scene: Scene, parts: Parts) -> bool:
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.start >= parts.clause and token.text in NEGATIONS:
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if follow not in NOT_NEGATIONS and not _closed(scene.tokens[at : scene.start]):
                return True
    return bool(NEGATED.search(parts.scope) or OVERTURNED.search(parts.scope))


def _undone(phrase: Phrase, parts: Parts) -> bool:
    """Whether what follows takes it back: "available to no one", "general availability of X is not planned", "… is false"."""
    if AFTER_NEGATION.search(parts.after) or DENIED.search(parts.after):
        return True
    if phrase.object_right and OVERTURNED_BEHIND.match(parts.behind):
        return True
    if phrase.kind in STATES and GONE.match(parts.after):
        return True
    return phrase.object_right and phrase.kind in OPENINGS and bool(UNDONE.search(parts.behind))


def _closed(between: tuple[Token, ...]) -> bool:
    """Whether a relative or coordinated verb ends the negation's reach ("does not need X, is available")."""
    follows = AUXILIARIES | {"which", "who"}
    return any(token.text == "," and n + 1 < len(between) and between[n + 1].text in follows for n, token in enumerate(between))


def _governing(parts: Parts) -> str:
    """The words whose condition would govern the phrase: all before it, and an "if …" clause right behind."""
    tail = CONDITION_BEHIND.match(parts.after)
    return parts.before + (tail[0] if tail else "")


@lru_cache(maxsize=64)
def _heard(sentence: str) -> bool:
    """Asked of each phrase of a sentence, worked out once."""
    return bool(HEARSAY.search(sentence))


@lru_cache(maxsize=64)
def _asked(sentence: str) -> bool:
    return sentence.rstrip("\"')] ").endswith("?") or bool(INTERROGATIVE.search(sentence)) or "? " in sentence[-12:]


def _quoted(sentence: str, start: int, end: int) -> bool:
    """Whether the phrase stands inside quotation marks that a word of saying introduces."""
    marks = [at for at, mark in enumerate(sentence) if mark == '"']
    inside = sum(at < start for at in marks) % 2 == 1 and any(at >= end for at in marks)
    if not inside:
        return False
    opened, closed = max(at for at in marks if at < start), min(at for at in marks if at >= end)
    return bool(SAYING.search(sentence[:opened] + sentence[closed:]))


def _eventive(phrase: Phrase) -> bool:
    """Whether the phrase tells what happened, and not how things are."""
    return phrase.object_right or phrase.object_inside or phrase.kind not in STATES
