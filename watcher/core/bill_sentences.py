"""The sentences of the action record as one table: what a row of the House, the Senate or the Library says was done.

Patterns are tried in order on the text as `bills.plain` leaves it (lower case, one space, no page citations, no "under the
order of", no "having achieved 60 votes"); the first that matches wins, so what takes back, refuses or merely moves stands
above what grants. Every repetition is bounded. Wordings: govinfo BILLSTATUS files of the 114th to 119th Congress and the
user guide of github.com/usgpo/bill-status.
"""

from __future__ import annotations

from dataclasses import dataclass

MEASURE = (
    r"(?:the )?(?:measure|bill|(?:joint |concurrent )?resolution|(?:the )?(?:h\. ?r|h\. ?j\. ?res|s|s\. ?j\. ?res)\. ?\d{1,5})"
)
BETWEEN_HOUSES = (
    r"(?:(?:house|senate) amendment|amendments? (?:of|to) the (?:house|senate)|amendments? to (?:the )?(?:house|senate) amendment"
    r"|conference|conferees)"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """One form of sentence: the step it tells, and what it is about where the words alone say so."""

    pattern: str
    step: str
    chamber: str = ""
    subject: str = ""


def _rows(step: str, *patterns: str, chamber: str = "", subject: str = "") -> tuple[Wording, ...]:
    return tuple(Wording(pattern, step, chamber, subject) for pattern in patterns)


TAKEN_BACK = (
    *_rows(
        "passage_vitiated",
        r"senate vitiated .{0,60}?\b(?:passage|passing|adoption)\b",
        r".{0,80}?\b(?:passage|passing|adoption)\b.{0,80}?\bvitiated\b",
        chamber="senate",
    ),
    *_rows(
        "order_vitiated",
        r".{0,80}?\b(?:third reading|cloture|yeas and nays|quorum|order|consent agreement)\b.{0,80}?\bvitiated\b",
        r"senate vitiated .{0,40}?\b(?:third reading|cloture|yeas and nays|order|consent agreement)\b",
    ),
    *_rows("vitiated", r"senate vitiated\b", r".{0,120}?\bvitiated\b", chamber="senate"),
    *_rows("papers_returned", r"(?:message received in senate: )?returned to the senate\b", chamber="senate"),
    *_rows("papers_returned", r"(?:message .{0,60}?)?papers (?:were )?returned to (?:the )?senate\b"),
)

PRESIDENT = (
    *_rows(
        "override_failed",
        r"failed of passage in \w{5,6} over veto",
        r"on passage, the objections .{0,80}?\b(?:failed|rejected|not agreed)\b",
    ),
    *_rows("override_passed", r"passed \w{5,6} over veto", r"on passage, the objections .{0,80}?\b(?:passed|agreed)\b"),
    *_rows("vetoed", r"(?:pocket )?vetoed by (?:the )?president"),
    *_rows("veto_business", r".{0,120}?\bveto\b", r".{0,120}?\bobjections of the president\b"),
    *_rows("became_law", r"became (?:public|private) law no"),
    *_rows("signed", r"signed by (?:the )?president"),
    *_rows("presented", r"presented to (?:the )?president"),
)

_COMMITTEE = r"(?:senate |house )?(?:permanent |select |special |joint ){0,2}(?:sub)?committees?"

_SETTLE = "agree|concur|disagree|recede|insist"

BETWEEN = (
    *_rows("resolving", r"conference (?:report|committee|held|papers)\b", subject="conference"),
    *_rows("resolving", r"on agreeing to the conference report\b", subject="conference"),
    *_rows(
        "resolving",
        r"on motion (?:that the house |to )(?:suspend the rules and )?.{0,40}?\binstruct conferees\b",
        subject="conference",
    ),
    *_rows(
        "resolving",
        r"message on house action received in senate.{0,20}?: house (?:amendment|requests?|disagree|insist|agree|reced)",
        r"considered by (?:the )?senate \(message from the house",
        chamber="senate",
        subject="house_message",
    ),
    *_rows(
        "resolving",
        rf"(?:senate|house) (?:agree|concur|disagree|reced|insist|request|appoint)\w{{0,4}}\b.{{0,80}}?\b{BETWEEN_HOUSES}",
        rf"on motion (?:that the house |to )(?:suspend the rules and )?(?:{_SETTLE})\b.{{0,80}}?\b{BETWEEN_HOUSES}",
        r"on motion to (?:agree|concur) in (?:the )?senate amendment",
        subject="amendment",
    ),
    *_rows(
        "motion_between",
        rf"motion .{{0,60}}?\bto (?:{_SETTLE}|instruct)\b.{{0,120}}?\b{BETWEEN_HOUSES}",
        r"motion .{0,60}?\bto proceed to (?:the )?(?:consideration of )?(?:the )?(?:house message|message from|conference)",
    ),
)

_CLOTURE = r"(?:the )?(?:[a-z]{3,9}(?:-[a-z]{3,9})? )?cloture\b"

FLOOR = (
    *_rows(
        "failed",
        r"failed of passage(?: in (?:the )?senate)?\b",
        r"failed (?:to pass|passage in) (?:the )?senate\b",
        rf"{MEASURE}(?:,? as amended,?)? (?:was )?(?:failed|rejected|defeated|not (?:agreed to|passed|adopted))\b",
        chamber="senate",
    ),
    *_rows(
        "passed",
        r"(?:by unanimous consent,? )?passed (?:the )?senate\b",
        r"(?:introduced|submitted|received|reported) (?:in|to) (?:the )?senate,.{0,200}?\b(?:passed|agreed to|adopted)\b",
        rf"{MEASURE}(?:,? as amended,?)? (?:was )?(?:passed|agreed to|adopted) (?:in|by) (?:the )?senate\b",
        r"(?:read twice, )?considered,.{0,60}?\band (?:passed|agreed to)\b",
        chamber="senate",
    ),
    *_rows("reconsider_proceed", r"motion to proceed to (?:the )?consideration of the motion to reconsider\b"),
    *_rows(
        "reconsider_ended",
        r"motion .{0,240}?\breconsider\b.{0,320}?\b(?:withdrawn|moot|rejected|not agreed to|laid on the table|tabled|fell)\b",
    ),
    *_rows("reconsidered", r"motion .{0,240}?\breconsider\b.{0,320}?\bagreed to\b"),
    *_rows("reconsider_entered", r"motion .{0,240}?\breconsider\b"),
    *_rows("motion_rejected", r"motion to table the motion to proceed\b.{0,160}?\bagreed to\b"),
    *_rows("discharge_rejected", r"motion to table the motion to discharge\b.{0,160}?\bagreed to\b"),
    *_rows("motion_rejected", r"(?:the )?motion (?:by .{1,40}? )?to proceed\b.{0,240}?\b(?:rejected|not agreed to|failed)\b"),
    *_rows("motion_withdrawn", r"(?:the )?motion (?:by .{1,40}? )?to proceed\b.{0,240}?\b(?:withdrawn|fell)\b"),
    *_rows("motion_ended", r"(?:the )?motion (?:by .{1,40}? )?to proceed\b.{0,240}?\bmoot\b"),
    *_rows("motion_agreed", r"(?:the )?motion (?:by .{1,40}? )?to proceed\b.{0,240}?\bagreed to\b"),
    *_rows("motion_made", r"(?:the )?motion (?:by .{1,40}? )?to proceed\b.{0,240}?\b(?:made|considered|entered|presented)\b"),
    *_rows(
        "discharge_rejected",
        r"(?:the )?motion (?:by .{1,40}? )?to discharge\b.{0,240}?\b(?:rejected|not agreed|failed|fell|withdrawn)\b",
    ),
    *_rows("discharged", r"(?:the )?motion (?:by .{1,40}? )?to discharge\b.{0,240}?\bagreed to\b", chamber="senate"),
    *_rows("discharge_moved", r"(?:the )?motion (?:by .{1,40}? )?to discharge\b"),
    *_rows("cloture_not_invoked", rf"{_CLOTURE}.{{0,320}}?\b(?:not invoked|rejected|not agreed to|failed)\b", chamber="senate"),
    *_rows("cloture_withdrawn", rf"{_CLOTURE}.{{0,320}}?\b(?:withdrawn|moot|fell)\b", chamber="senate"),
    *_rows("cloture_invoked", rf"{_CLOTURE}.{{0,320}}?\b(?:invoked|agreed to)\b", chamber="senate"),
    *_rows("cloture_filed", rf"{_CLOTURE}.{{0,320}}?\b(?:presented|filed|entered|made)\b", chamber="senate"),
    *_rows("tabled", rf"motion (?:by .{{1,40}}? )?to table {MEASURE} agreed to\b", rf"{MEASURE} tabled\b"),
    *_rows("postponed", r"(?:the )?(?:.{0,40}? )?indefinitely postponed\b"),
    *_rows(
        "returned_to_calendar",
        r"(?:.{0,40}? )?(?:returned|restored) to the (?:senate )?(?:legislative )?calendar\b",
        chamber="senate",
    ),
    *_rows("incorporated", r"senate incorporated this measure in\b", r"see also\b.{0,40}?\bincorporated", chamber="senate"),
    *_rows(
        "other",
        r"motion\b",
        r"(?:the )?(?:point of order|ruling of the chair|chair\b|appeal\b|question\b|committee (?:substitute|amendment))",
    ),
)

COMMITTEE = (
    *_rows("calendar", r".{0,160}?\bplaced on (?:the )?senate legislative calendar\b", chamber="senate"),
    *_rows("calendar", r"placed on the (?:union|house|private|consensus|discharge|corrections) calendar\b", chamber="house"),
    *_rows(
        "referred",
        r"(?:(?:received|introduced) in (?:the )?senate|read twice|read the \w{5,6} time)\b.{0,80}?\breferred\b",
        chamber="senate",
    ),
    *_rows("rereferred", rf"(?:re-?)?referred (?:\w{{5,14}} )?to (?:the )?{_COMMITTEE} on\b", r"referred to the senate\b"),
    *_rows("referred", r"referred to the (?:house|subcommittee)\b", chamber="house"),
    *_rows("ordered_reported", r".{0,200}?\bordered to be (?:favorably )?reported\b"),
    *_rows(
        "reported",
        r"reported (?:\(amended\) |adversely )?(?:\(amended\) )?by the committee\b",
        r"the house committee on .{1,120}? reported\b",
        chamber="house",
    ),
    *_rows(
        "reported",
        r".{0,200}?\breported (?:to (?:the )?senate )?by senator\b",
        r".{0,200}?\boriginal measure reported\b",
        chamber="senate",
    ),
    *_rows("report_filed", r".{0,240}?\bfiled (?:a )?(?:written|supplemental) report\b", chamber="senate"),
    *_rows("discharged", r"senate (?:select |special )?committees? on .{1,240}? discharged\b", chamber="senate"),
    *_rows("discharged", rf"{_COMMITTEE} on .{{1,240}}? discharged\b"),
    *_rows(
        "hearing",
        rf"{_COMMITTEE}\b.{{0,200}}?\bhearings?(?: were)? held\b",
        r"joint .{0,40}?committee\. hearings? held",
        r"hearings? held\b",
    ),
    *_rows("markup", rf"{_COMMITTEE}\b.{{0,200}}?\b(?:consideration|business meeting|mark[- ]?up)\b"),
)

HOUSE = (
    *_rows(
        "failed",
        r"on passage .{0,20}?(?:failed|rejected)\b",
        r"on motion to suspend the rules and (?:pass|agree to) .{0,80}? (?:failed|rejected|not agreed)\b",
        r"on agreeing to the resolution.{0,20}? (?:failed|rejected|not agreed)\b",
        r"failed (?:of passage|to pass).{0,4} (?:in )?(?:the )?house\b",
        chamber="house",
    ),
    *_rows(
        "passed",
        r"on passage passed\b",
        r"on motion to suspend the rules and (?:pass|agree to) .{0,80}?\bagreed to\b",
        r"on agreeing to the resolution.{0,20}?\bagreed to\b",
        r"(?:pursuant to .{0,120}?)?(?:is )?(?:considered )?(?:as )?passed (?:the )?house\b",
        r"pursuant to .{0,200}?\bthe following bills passed under suspension\b",
        chamber="house",
    ),
    *_rows("received", r"received in the house\b", chamber="house"),
    *_rows(
        "other",
        r"(?:mr|ms|mrs|miss|the speaker|debate|general debate|postponed proceedings|rules? (?:provides|committee))\b",
        chamber="house",
    ),
)

DESK = (
    *_rows("laid_before", rf"{MEASURE} (?:was )?laid before (?:the )?senate\b", chamber="senate"),
    *_rows("reading", r"considered (?:as )?read\b", r"read the (?:first|second|third) time\b"),
    *_rows("considered", r"considered by (?:the )?senate\b", chamber="senate"),
    *_rows("received", r"received in (?:the )?senate\b", chamber="senate"),
    *_rows("introduced", r"introduced in (?:the )?house\b", chamber="house"),
    *_rows("introduced", r"(?:introduced|submitted) in (?:the )?senate\b", chamber="senate"),
    *_rows("message", r"message on senate action sent to the house\b", chamber="senate"),
    *_rows("remarks", r"sponsor introductory remarks\b"),
)

WORDINGS: tuple[Wording, ...] = (*TAKEN_BACK, *PRESIDENT, *BETWEEN, *FLOOR, *HOUSE, *COMMITTEE, *DESK)
