"""The Library of Congress's headings and codes of actions, what a motion is about, and the names of prints, as tables."""

from __future__ import annotations

from watcher.core.bill_sentences import MEASURE, Wording

HEADINGS: tuple[Wording, ...] = (
    Wording(r"passed/agreed to in senate:? ?", "passed", "senate"),
    Wording(r"passed/agreed to in house:? ?", "passed", "house"),
    Wording(r"failed of passage/not agreed to in senate:? ?", "failed", "senate"),
    Wording(r"failed of passage/not agreed to in house:? ?", "failed", "house"),
    Wording(r"passed house over veto:? ?", "override_passed", "house"),
    Wording(r"passed senate over veto:? ?", "override_passed", "senate"),
    Wording(r"failed of passage in house over veto:? ?", "override_failed", "house"),
    Wording(r"failed of passage in senate over veto:? ?", "override_failed", "senate"),
    Wording(r"resolving differences -- house actions:? ?", "resolving", "house", "amendment"),
    Wording(r"resolving differences -- senate actions:? ?", "resolving", "senate", "amendment"),
    Wording(r"conference report agreed to in house:? ?", "resolving", "house", "conference"),
    Wording(r"conference report agreed to in senate:? ?", "resolving", "senate", "conference"),
    Wording(r"(?:conference report filed|conference committee actions|to conference):? ?", "resolving", "", "conference"),
)
"""What the Library of Congress writes before the chamber's own sentence."""

CODES: dict[str, tuple[str, str]] = {
    "8000": ("passed", "house"),
    "9000": ("failed", "house"),
    "14000": ("reported", "senate"),
    "14500": ("discharged", "senate"),
    "14900": ("report_filed", "senate"),
    "17000": ("passed", "senate"),
    "18000": ("failed", "senate"),
    "19500": ("resolving", "house"),
    "20500": ("resolving", "senate"),
    "20700": ("resolving", ""),
    "20800": ("resolving", ""),
    "20900": ("resolving", ""),
    "21000": ("resolving", "house"),
    "23000": ("resolving", "senate"),
    "28000": ("presented", ""),
    "31000": ("vetoed", ""),
    "32000": ("override_passed", "house"),
    "33000": ("override_failed", "house"),
    "34000": ("override_failed", "senate"),
    "35000": ("override_passed", "senate"),
}
"""Codes of the Library of Congress, used only where its sentence is of no known form (36000 and E30000 say too little)."""

SUBJECTS: tuple[tuple[str, str], ...] = (
    (r"\b(?:motion to (?:concur|disagree|recede|insist|agree)|house message|message from the house|conference)\b", "between"),
    (r"\bfailed of passage\b|\bnot (?:passed|agreed to)\b(?=.{0,40}?\bpassage\b)", "passage_failed"),
    (r"\bmotion to proceed\b", "proceed"),
    (r"\bmotion to (?:discharge|suspend|refer|commit|recommit|table|waive)\b", "other"),
    (r"^ ?(?:the )?[\w. ]{1,40}? (?:was )?passed\b|\bpassage\b", "passage"),
    (r"\b(?:substitute|amendment (?:sa|no)\b|s\. ?amdt|amendment in the nature)", "amendment"),
    (rf"\b{MEASURE}\b", "measure"),
)
"""What a cloture or reconsideration sentence is about, first that is found."""

PRINTS = {
    "introduced in house": "ih",
    "introduced in senate": "is",
    "reported in house": "rh",
    "reported in senate": "rs",
    "reported to house": "rh",
    "reported to senate": "rs",
    "engrossed in house": "eh",
    "engrossed in senate": "es",
    "engrossed amendment house": "eah",
    "engrossed amendment senate": "eas",
    "referred in senate": "rfs",
    "referred in house": "rfh",
    "received in senate": "rds",
    "received in house": "rdh",
    "placed on calendar senate": "pcs",
    "placed on calendar house": "pch",
    "considered and passed senate": "cps",
    "considered and passed house": "cph",
    "agreed to senate": "ats",
    "agreed to house": "ath",
    "enrolled bill": "enr",
    "public law": "pl",
    "private law": "pvl",
    "public print": "pp",
    "reference change senate": "rcs",
    "reference change house": "rch",
    "amendment senate": "as",
}  # fmt: skip - pairs of a name and its code read best side by side
"""Names of the prints of the Government Publishing Office, and their codes (govinfo.gov/help/bills)."""
