"""The one list of what challenge pages and blocks say where a document was asked for. Pure."""

from __future__ import annotations

import re

_TITLE = re.compile(
    r"just a moment|one moment,? please|attention required|access (?:to this page has been )?denied|pardon our interruption"
    r"|are you (?:a )?(?:human|robot)|verif(?:y|ying) (?:that )?(?:you are|your|you're)|checking your browser"
    r"|request (?:rejected|unsuccessful|access)\b|(?:please wait|captcha|enable javascript|unusual traffic"
    r"|ddos[- ](?:guard|protection)|(?:bot|human|security|browser) (?:check|verification|challenge))"
    r"(?=\s*(?:[.!?|:,\u2013\u2014\u2026]|\Z)|\s-)",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"just a moment|attention required|checking (?:if the site connection|your browser)|verif(?:y|ying) (?:that )?you(?:'re| are)"
    r"|are you (?:a )?(?:human|robot)|not a (?:ro)?bot|human (?:verification|check)|security check|bot (?:verification|detection)"
    r"|captcha|pardon our interruption|request unblock|unusual traffic|access (?:to this page )?(?:has been |is )?denied"
    r"|ddos protection|enable javascript and cookies|(?:been|request) blocked|challenge validation"
    r"|needs to review the security of your connection|why have i been blocked|incapsula incident id|support id is:? ?\d",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"_cf_chl|cf-chl-|px-captcha|window\._pxappid|awswaf|captcha-delivery|/_incapsula_resource\?swhanedl|incapsula incident",
    re.IGNORECASE,
)
_CAPTCHA = re.compile(r"=\s*[\"'][^\"'<>]{0,200}captcha", re.IGNORECASE)
"""In an attribute: what a page with hardly a word loads or asks for; many a form has one."""

MAX_CHALLENGE_CHARACTERS = 2_500
"""A page with more readable characters than this is no challenge, whatever words it holds: articles about them are longer."""
_BEGINNING = 400
"""Characters in which a challenge says what it is."""


def is_challenge(*, title: str, shown: str, markup: str) -> bool:
    """Whether a page with little to read asks for a human: by its title, the words it begins with, or what its markup loads.

    `shown` is what can be read of it, of any length.
    """
    if len(shown) > MAX_CHALLENGE_CHARACTERS:
        return False
    if _TITLE.match(title.strip()) or _TEXT.search(shown[:_BEGINNING]) or _CODE.search(markup):
        return True
    return len(shown) < _BEGINNING and bool(_CAPTCHA.search(markup))
