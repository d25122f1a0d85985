"""Sentences of the record and what they say: one table, for any bill."""

from __future__ import annotations

import pytest

from watcher.core.bill_record import day_of, midnight, system_of
from watcher.core.bill_votes import outcome, read_vote, tally
from watcher.core.bills import Measure, issue_of, measure_of, read_action

SENATE = [
    # text, step, how, amended, tally, roll
    (
        "Passed Senate without amendment by Unanimous Consent. (consideration: CR S52)",
        "passed",
        "unanimous_consent",
        "no",
        "",
        None,
    ),
    ("Passed Senate with an amendment by Voice Vote.", "passed", "voice", "yes", "", None),
    ("Passed Senate with amendments by Unanimous Consent.", "passed", "unanimous_consent", "yes", "", None),
    (
        "Passed Senate with an amendment and an amendment to the Title by Unanimous Consent.",
        "passed",
        "unanimous_consent",
        "yes",
        "",
        None,
    ),
    (
        "Passed Senate without amendment and an amendment to the Title by Unanimous Consent.",
        "passed",
        "unanimous_consent",
        "no",
        "",
        None,
    ),
    (
        "Passed Senate with an amendment by Yea-Nay Vote. 64 - 35. Record Vote Number: 7. (text: CR S250-251)",
        "passed",
        "roll_call",
        "yes",
        "64-35",
        7,
    ),
    (
        "Passed Senate without amendment by Yea-Nay Vote. 51 - 50. Record Vote Number: 11 Pursuant to the order of 1/3/2025.",
        "passed",
        "roll_call",
        "no",
        "51-50",
        11,
    ),
    (
        "Introduced in the Senate, read twice, considered, read the third time, and passed without amendment by Unanimous Consent.",
        "passed",
        "unanimous_consent",
        "no",
        "",
        None,
    ),
    (
        "Received in the Senate, read twice, considered, read the third time, and passed without amendment by Yea-Nay Vote. 52 - 46. Record Vote Number: 60.",
        "passed",
        "roll_call",
        "no",
        "52-46",
        60,
    ),
    (
        "Received in the Senate, read twice, considered, read the third time, and passed, under the order of 3/4/2025, without amendment by Unanimous Consent.",
        "passed",
        "unanimous_consent",
        "no",
        "",
        None,
    ),
    (
        "Passed Senate under the order of 8/1/2025, having achieved 60 votes in the affirmative, with an amendment by Yea-Nay Vote. 87 - 9. Record Vote Number: 480.",
        "passed",
        "roll_call",
        "yes",
        "87-9",
        480,
    ),
    ("Upon reconsideration, passed Senate without amendment by Voice Vote.", "passed", "voice", "no", "", None),
    (
        "Resolution agreed to in Senate without amendment by Unanimous Consent. (consideration: CR S6765)",
        "passed",
        "unanimous_consent",
        "no",
        "",
        None,
    ),
    (
        "Submitted in the Senate, considered, and agreed to without amendment and with a preamble by Unanimous Consent.",
        "passed",
        "unanimous_consent",
        "no",
        "",
        None,
    ),
    ("Failed of passage in Senate by Yea-Nay Vote. 49 - 50. Record Vote Number: 98.", "failed", "roll_call", "", "49-50", 98),
    (
        "Under the order of 9/18/2025, not having achieved 60 votes in the affirmative, failed of passage in Senate by Yea-Nay Vote. 47 - 45. Record Vote Number: 527.",
        "failed",
        "roll_call",
        "",
        "47-45",
        527,
    ),
    (
        "Upon reconsideration, under the order of 9/18/2025, not having achieved 60 votes in the affirmative, failed of passage in Senate by Yea-Nay Vote. 55 - 45. Record Vote Number: 535.",
        "failed",
        "roll_call",
        "",
        "55-45",
        535,
    ),
    ("Motion to proceed to consideration of measure agreed to in Senate by Voice Vote.", "motion_agreed", "voice", "", "", None),
    (
        "Motion to proceed to consideration of measure rejected in Senate by Yea-Nay Vote. 47 - 53. Record Vote Number: 5.",
        "motion_rejected",
        "roll_call",
        "",
        "47-53",
        5,
    ),
    (
        "Motion to proceed to consideration of measure not agreed to in Senate by Voice Vote.",
        "motion_rejected",
        "voice",
        "",
        "",
        None,
    ),
    ("Motion to proceed to consideration of measure withdrawn in Senate.", "motion_withdrawn", "", "", "", None),
    ("Motion to proceed to consideration of measure made in Senate. (CR S6842)", "motion_made", "", "", "", None),
    ("Motion to proceed to measure considered in Senate. (CR S8113)", "motion_made", "", "", "", None),
    (
        "Motion to proceed to consideration of the motion to reconsider the vote by which S. 1 failed of passage (Record Vote No. 5) agreed to in Senate by Voice Vote.",
        "reconsider_proceed",
        "voice",
        "",
        "",
        None,
    ),
    (
        "Motion to proceed to consideration of the House message to accompany S. 1383 agreed to in Senate by Yea-Nay Vote. 51 - 48. Record Vote Number: 57.",
        "motion_between",
        "roll_call",
        "",
        "51-48",
        57,
    ),
    (
        "Motion by Senator Schumer to concur in the House amendment to S. 1383 made in Senate. (CR S1067)",
        "motion_between",
        "",
        "",
        "",
        None,
    ),
    (
        "Motion to discharge Senate Committee on Foreign Relations rejected by Yea-Nay Vote. 15 - 82. Record Vote Number: 165.",
        "discharge_rejected",
        "roll_call",
        "",
        "15-82",
        165,
    ),
    ("The motion to discharge fell when the point of order was well taken.", "discharge_rejected", "", "", "", None),
    (
        "Motion to table the motion to discharge agreed to in Senate by Yea-Nay Vote. 52 - 46. Record Vote Number: 9.",
        "discharge_rejected",
        "roll_call",
        "",
        "52-46",
        9,
    ),
    ("Motion to table the motion to proceed agreed to in Senate by Voice Vote.", "motion_rejected", "voice", "", "", None),
    (
        "Motion to discharge Senate Committee on Foreign Relations made. (Pursuant to the Arms Export Control Act of 1976).",
        "discharge_moved",
        "",
        "",
        "",
        None,
    ),
    ("Motion to discharge Senate Committee on Finance agreed to in Senate by Voice Vote.", "discharged", "voice", "", "", None),
    ("Senate Committee on Finance discharged, by petition, pursuant to 5 U.S.C. 802(c).", "discharged", "", "", "", None),
    (
        "Senate Committee on Banking, Housing, and Urban Affairs discharged by Unanimous Consent.",
        "discharged",
        "unanimous_consent",
        "",
        "",
        None,
    ),
    ("Read twice and referred to the Committee on Banking, Housing, and Urban Affairs.", "referred", "", "", "", None),
    (
        "Received in the Senate and Read twice and referred jointly to the Committees on Appropriations; the Budget pursuant to the order of 1/30/1975.",
        "referred",
        "",
        "",
        "",
        None,
    ),
    ("Referred to the Committee on Small Business and Entrepreneurship.", "rereferred", "", "", "", None),
    ("Committee on Finance. Hearings held. Hearings printed: S.Hrg. 119-86.", "hearing", "", "", "", None),
    ("Committee on Energy and Natural Resources Subcommittee on Public Lands. Hearings held.", "hearing", "", "", "", None),
    (
        "Committee on Finance. Ordered to be reported with an amendment in the nature of a substitute favorably.",
        "ordered_reported",
        "",
        "",
        "",
        None,
    ),
    ("Committee on Finance. Reported by Senator Crapo without amendment. Without written report.", "reported", "", "", "", None),
    (
        "Committee on Appropriations. Original measure reported to Senate by Senator Collins. With written report No. 119-47.",
        "reported",
        "",
        "",
        "",
        None,
    ),
    (
        "By Senator Moran from Committee on Veterans' Affairs filed written report. Report No. 119-200.",
        "report_filed",
        "",
        "",
        "",
        None,
    ),
    ("Committee on the Budget. Business meeting held.", "markup", "", "", "", None),
    ("Placed on Senate Legislative Calendar under General Orders. Calendar No. 283.", "calendar", "", "", "", None),
    (
        "Received in the Senate. Read the first time. Placed on Senate Legislative Calendar under Read the First Time. (Legislative Day January 5, 2026).",
        "calendar",
        "",
        "",
        "",
        None,
    ),
    ("Returned to the Calendar. Calendar No. 144.", "returned_to_calendar", "", "", "", None),
    (
        "Measure laid before Senate by unanimous consent. (consideration: CR S226)",
        "laid_before",
        "unanimous_consent",
        "",
        "",
        None,
    ),
    ("Considered by Senate. (consideration: CR S130)", "considered", "", "", "", None),
    ("Considered read the second time.", "reading", "", "", "", None),
    ("Indefinitely postponed by Senate by Unanimous Consent.", "postponed", "unanimous_consent", "", "", None),
    ("Motion to table the measure agreed to in Senate by Voice Vote.", "tabled", "voice", "", "", None),
    ("Received in the Senate.", "received", "", "", "", None),
    ("Message on Senate action sent to the House.", "message", "", "", "", None),
    ("Message on House action received in Senate and at desk: House amendment to Senate bill.", "resolving", "", "", "", None),
    ("Considered by Senate (Message from the House considered). (consideration: CR S1159)", "resolving", "", "", "", None),
    (
        "Senate agreed to the House amendment to the Senate Amendment to H.R. 2471, under the order of 3/10/2022, having achieved 60 votes in the affirmative by Yea-Nay Vote. 68 - 31. Record Vote Number: 78.",
        "resolving",
        "roll_call",
        "",
        "68-31",
        78,
    ),
    (
        "Senate disagrees to the House amendment to the Senate amendment, agrees to the request for conference, and authorizes the Presiding Officer to appoint conferees.",
        "resolving",
        "",
        "",
        "",
        None,
    ),
    (
        "Senate agreed to conference report by Yea-Nay Vote. 83 - 16. Record Vote Number: 331.",
        "resolving",
        "roll_call",
        "",
        "83-16",
        331,
    ),
    ("Senate vitiated previous action of 12/02/2025 by Unanimous Consent.", "vitiated", "unanimous_consent", "", "", None),
    ("Under the order of 9/19/2025, the third reading was vitiated. (CR S6785)", "order_vitiated", "", "", "", None),
    ("Senate vitiated passage of 12/18/2025 by Unanimous Consent.", "passage_vitiated", "unanimous_consent", "", "", None),
    (
        "Message received in Senate: Returned to the Senate pursuant to the provisions of H.Res. 212.",
        "papers_returned",
        "",
        "",
        "",
        None,
    ),
    ("Senate incorporated this measure in H.R. 4350 as an amendment.", "incorporated", "", "", "", None),
    (
        "Passed Senate over veto by Yea-Nay Vote. 97 - 1. Record Vote Number: 148.",
        "override_passed",
        "roll_call",
        "",
        "97-1",
        148,
    ),
    (
        "Failed of passage in Senate over veto by Yea-Nay Vote. 55 - 43. Record Vote Number: 150.",
        "override_failed",
        "roll_call",
        "",
        "55-43",
        150,
    ),
    (
        "Motion to table the veto message to accompany S. J. Res. 8 agreed to in Senate by Yea-Nay Vote. 96 - 3. Record Vote Number: 172.",
        "veto_business",
        "roll_call",
        "",
        "96-3",
        172,
    ),
    (
        "Motion by Senator Cruz to commit to Senate Committee on the Judiciary with instructions rejected in Senate by Yea-Nay Vote. 50 - 50. Record Vote Number: 316.",
        "other",
        "roll_call",
        "",
        "50-50",
        316,
    ),
    (
        "Point of order by Senator Thune: Shall points of order be in order? agreed to in Senate by Yea-Nay Vote. 51 - 46. Record Vote Number: 273.",
        "other",
        "roll_call",
        "",
        "51-46",
        273,
    ),
    ("The committee substitute agreed to by Unanimous Consent.", "other", "unanimous_consent", "", "", None),
]  # fmt: skip - a table of sentences


@pytest.mark.parametrize(("text", "step", "how", "amended", "counted", "roll"), SENATE)
def test_a_sentence_of_the_senate_says_its_step(
    text: str, step: str, how: str, amended: str, counted: str, roll: int | None
) -> None:
    read = read_action(text, system="senate")
    assert read is not None
    said = f"{read.yeas}-{read.nays}" if read.yeas is not None else ""
    assert (read.step, read.how, read.amended, said, read.roll) == (step, how, amended, counted, roll)
    assert read.chamber == "senate"


@pytest.mark.parametrize(
    ("text", "step", "subject"),
    [
        (
            "Cloture on the motion to proceed to the measure not invoked in Senate by Yea-Nay Vote. 50 - 44. Record Vote Number: 575.",
            "cloture_not_invoked",
            "proceed",
        ),
        (
            "Eighth cloture motion on the motion to proceed to the measure not invoked in Senate by Yea-Nay Vote. 54 - 44. Record Vote Number: 603.",
            "cloture_not_invoked",
            "proceed",
        ),
        (
            "Upon reconsideration, the fifth cloture motion on the motion to proceed to the measure invoked in Senate by Yea-Nay Vote. 60 - 40. Record Vote Number: 610.",
            "cloture_invoked",
            "proceed",
        ),
        (
            "Cloture, not having achieved 60 votes in the affirmative, was not invoked in Senate.",
            "cloture_not_invoked",
            "measure",
        ),
        (
            "Cloture on the measure, as amended, invoked in Senate by Yea-Nay Vote. 60 - 40. Record Vote Number: 617.",
            "cloture_invoked",
            "measure",
        ),
        (
            "Cloture on the committee substitute amendment not invoked in Senate by Yea-Nay Vote. 40 - 50. Record Vote Number: 1.",
            "cloture_not_invoked",
            "amendment",
        ),
        (
            "Cloture on the motion to concur in the House amendment to H.R. 302 invoked in Senate by Yea-Nay Vote. 90 - 7. Record Vote Number: 219.",
            "cloture_invoked",
            "between",
        ),
        ("Cloture on the motion to refer not invoked in Senate by Voice Vote.", "cloture_not_invoked", "other"),
        ("Cloture on the nomination not invoked in Senate.", "cloture_not_invoked", "other"),
        ("Second cloture motion on the motion to proceed to the measure presented in Senate.", "cloture_filed", "proceed"),
        ("Cloture motion on the motion to proceed withdrawn by unanimous consent in Senate.", "cloture_withdrawn", "proceed"),
        (
            "Motion by Senator Thune to reconsider the vote by which H.R. 5371 failed of passage (Record Vote No. 528) agreed to in Senate by Voice Vote.",
            "reconsidered",
            "passage_failed",
        ),
        (
            "Motion by Senator Thune to reconsider the vote by which cloture on the motion to proceed to H.R. 4016 was not invoked (Record Vote No. 575) entered in Senate.",
            "reconsider_entered",
            "proceed",
        ),
        (
            "Motion by Senator Reid to reconsider the vote by which S. 12 passed (Record Vote No. 3) entered in Senate.",
            "reconsider_entered",
            "passage",
        ),
        (
            "Motion by Senator Reid to reconsider the vote by which S. 12 passed (Record Vote No. 3) withdrawn in Senate.",
            "reconsider_ended",
            "passage",
        ),
        (
            "Motion by Senator Thune to reconsider the vote by which the seventh cloture on the motion to proceed to H.R. 5371 was not invoked (Record Vote No. 581) rendered moot in Senate.",
            "reconsider_ended",
            "proceed",
        ),
    ],
)  # fmt: skip - a table of sentences
def test_cloture_and_reconsideration_say_what_they_are_about(text: str, step: str, subject: str) -> None:
    read = read_action(text, system="senate")
    assert read is not None
    assert (read.step, read.subject) == (step, subject)


@pytest.mark.parametrize(
    ("text", "step", "amended", "counted"),
    [
        (
            "On motion to suspend the rules and pass the bill, as amended Agreed to by the Yeas and Nays: (2/3 required): 369 - 22 (Roll no. 13).",
            "passed",
            "yes",
            "369-22",
        ),
        ("On motion to suspend the rules and pass the bill Agreed to by voice vote. (text: CR H593)", "passed", "no", ""),
        (
            "On motion to suspend the rules and pass the bill Failed by the Yeas and Nays: (2/3 required): 200 - 210 (Roll no. 14).",
            "failed",
            "",
            "200-210",
        ),
        (
            "On passage Passed by the Yeas and Nays: 218 - 213 (Roll no. 69). (text of amendment in the nature of a substitute: CR H2138-2141)",
            "passed",
            "yes",
            "218-213",
        ),
        ("On passage Passed by recorded vote: 240 - 189 (Roll no. 568).", "passed", "", "240-189"),
        ("On passage Passed without objection.", "passed", "", ""),
        ("On passage Failed by recorded vote: 189 - 240 (Roll no. 568).", "failed", "", "189-240"),
        (
            "On motion that the House agree to the Senate amendment Agreed to by the Yeas and Nays: 222 - 209 (Roll no. 285).",
            "resolving",
            "",
            "222-209",
        ),
        (
            "On motion that the House suspend the rules and agree to the Senate amendment Agreed to by voice vote.",
            "resolving",
            "",
            "",
        ),
        (
            "On motion that the House disagree to the Senate amendment, and request a conference Agreed to by voice vote.",
            "resolving",
            "",
            "",
        ),
        (
            "On motion that the House instruct conferees Failed by the Yeas and Nays: 211 - 213 (Roll no. 263).",
            "resolving",
            "",
            "211-213",
        ),
        ("House agreed to Senate amendment with an amendment pursuant to H.Res. 1082.", "resolving", "", ""),
        (
            "On passage, the objections of the President to the contrary notwithstanding Failed by the Yeas and Nays: (2/3 required): 248 - 177, 1 Present (Roll no. 9).",
            "override_failed",
            "",
            "248-177",
        ),
        ("The Chair laid before the House the veto message from the President.", "veto_business", "", ""),
        ("Papers returned to Senate pursuant to H. Res. 212", "papers_returned", "", ""),
        ("Mr. Lawler moved to suspend the rules and pass the bill, as amended.", "other", "", ""),
        ("Rule provides for consideration of Senate amendments to H.R. 22.", "other", "", ""),
        ("Motion to reconsider laid on the table Agreed to without objection.", "reconsider_ended", "", ""),
        ("Ordered to be Reported (Amended) by the Yeas and Nays: 51 - 0.", "ordered_reported", "", "51-0"),
        ("The House Committee on the Budget reported an original measure, H. Rept. 117-130, by Mr. Yarmuth.", "reported", "", ""),
    ],
)  # fmt: skip - a table of sentences
def test_a_sentence_of_the_house_is_never_the_senates(text: str, step: str, amended: str, counted: str) -> None:
    read = read_action(text, system="house")
    assert read is not None
    said = f"{read.yeas}-{read.nays}" if read.yeas is not None else ""
    assert (read.step, read.chamber, read.amended, said) == (step, "house", amended, counted)


@pytest.mark.parametrize(
    ("text", "code", "step", "chamber"),
    [
        ("Passed/agreed to in Senate: Passed Senate without amendment by Voice Vote.", "", "passed", "senate"),
        ("Passed/agreed to in Senate: In words that nobody has used before.", "", "passed", "senate"),
        (
            "Passed/agreed to in Senate: Motion to proceed to consideration of measure agreed to in Senate by Voice Vote.",
            "",
            "motion_agreed",
            "senate",
        ),
        (
            "Passed/agreed to in House: On motion to suspend the rules and pass the bill Agreed to by voice vote.",
            "8000",
            "passed",
            "house",
        ),
        (
            "Failed of passage/not agreed to in Senate: Failed of passage in Senate by Yea-Nay Vote. 49 - 50. Record Vote Number: 98.",
            "18000",
            "failed",
            "senate",
        ),
        (
            "Failed of passage in House over veto On passage, the objections of the President to the contrary notwithstanding Failed by the Yeas and Nays: (2/3 required): 248 - 177 (Roll no. 9).",
            "33000",
            "override_failed",
            "house",
        ),
        (
            "Passed Senate over veto: Passed Senate over veto by Yea-Nay Vote. 97 - 1. Record Vote Number: 148.",
            "35000",
            "override_passed",
            "senate",
        ),
        (
            "Resolving differences -- House actions: On motion that the House disagree to the Senate amendment, and request a conference Agreed to by voice vote.",
            "19500",
            "resolving",
            "house",
        ),
        ("To conference: Mr. Shuster moved that the House request a conference.", "20700", "resolving", "house"),
        ("Conference report filed: Conference report H. Rept. 114-357 filed.", "20900", "resolving", ""),
        ("Committee on Small Business discharged.", "", "discharged", "house"),
        ("Senate Committee on Finance discharged by Unanimous Consent.", "14500", "discharged", "senate"),
        ("Reported (Amended) by the Committee on Ways and Means. H. Rept. 119-1.", "", "reported", "house"),
        (
            "Committee on Finance. Reported by Senator Crapo without amendment. Without written report.",
            "14000",
            "reported",
            "senate",
        ),
        ("Signed by President.", "36000", "signed", ""),
        ("Signed by President.", "E30000", "signed", ""),
        ("Vetoed by President.", "E30000", "vetoed", ""),
        ("Pocket Vetoed by President.", "31000", "vetoed", ""),
        ("Became Public Law No: 119-37.", "", "became_law", ""),
        ("Presented to President.", "28000", "presented", ""),
        ("Introduced in Senate", "10000", "introduced", "senate"),
        ("Something without a form", "17000", "passed", "senate"),
        ("Something without a form", "31000", "vetoed", ""),
    ],
)  # fmt: skip - a table of sentences
def test_the_library_repeats_a_chamber_under_a_heading(text: str, code: str, step: str, chamber: str) -> None:
    read = read_action(text, code=code, system="library")
    assert read is not None
    assert (read.step, read.chamber) == (step, chamber)


def test_words_of_no_known_form_say_nothing() -> None:
    assert read_action("Star Print ordered on the reported joint resolution.", system="senate") is None
    assert read_action("Star Print ordered.", code="99999", system="library") is None


def test_a_step_carries_committee_calendar_and_law() -> None:
    referred = read_action("Read twice and referred to the Committee on Banking, Housing, and Urban Affairs.", system="senate")
    placed = read_action("Placed on Senate Legislative Calendar under General Orders. Calendar No. 283.", system="senate")
    law = read_action("Became Public Law No: 119-37.", system="library")
    assert referred is not None
    assert placed is not None
    assert law is not None
    assert (referred.committee, placed.calendar, law.law) == ("banking, housing, and urban affairs", 283, "119-37")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Senate vitiated previous action of 12/02/2025 by Unanimous Consent.", "2025-12-02"),
        ("Senate vitiated previous action of December 2, 2025 by Unanimous Consent.", "2025-12-02"),
        ("Senate vitiated previous action by Unanimous Consent.", ""),
    ],
)
def test_a_vitiation_names_the_day_that_it_takes_back(text: str, day: str) -> None:
    read = read_action(text, system="senate")
    assert read is not None
    assert (read.step, read.vitiates) == ("vitiated", day)


@pytest.mark.parametrize(
    ("question", "result", "title", "step"),
    [
        ("On Passage of the Bill", "Bill Passed", "H.R. 6938", ("passed", "")),
        ("On Passage of the Bill", "Passed", "", ("passed", "")),
        ("On Passage of the Bill", "Bill Defeated", "", ("failed", "")),
        ("On Passage of the Bill", "Bill Not Passed", "", ("failed", "")),
        ("On Passage of the Bill", "Held over", "", ("unread_vote", "")),
        ("On the Joint Resolution", "Joint Resolution Passed", "", ("passed", "")),
        ("On the Joint Resolution", "Joint Resolution Not Agreed to", "", ("failed", "")),
        (
            "On Cloture on the Motion to Proceed",
            "Cloture on the Motion to Proceed Rejected",
            "",
            ("cloture_not_invoked", "proceed"),
        ),
        ("On the Cloture Motion", "Cloture Motion Agreed to", "Motion to Invoke Cloture: S. 5", ("cloture_invoked", "measure")),
        (
            "On the Cloture Motion",
            "Cloture Motion Rejected",
            "Motion to Invoke Cloture: Motion to Proceed to H.R. 1",
            ("cloture_not_invoked", "proceed"),
        ),
        (
            "On the Cloture Motion",
            "Cloture Motion Rejected",
            "Motion to Invoke Cloture: Amendment No. 5",
            ("cloture_not_invoked", "amendment"),
        ),
        (
            "On the Cloture Motion",
            "Cloture Motion Rejected",
            "Motion to Invoke Cloture: Motion to Concur in the House Amendment",
            ("other", "between"),
        ),
        ("On the Motion to Proceed", "Motion to Proceed Agreed to", "Motion to Proceed to S. 5", ("motion_agreed", "")),
        (
            "On the Motion to Proceed",
            "Motion to Proceed Agreed to",
            "Motion to Proceed to the House Message to Accompany S. 1383",
            ("other", "between"),
        ),
        ("On the Motion to Discharge", "Motion to Discharge Rejected", "", ("discharge_rejected", "")),
        ("On the Motion (Motion to Concur in the House Amendment)", "Motion Agreed to", "", ("resolving", "amendment")),
        ("On the Conference Report", "Conference Report Agreed to", "", ("resolving", "conference")),
        ("On Overriding the Veto", "Veto Overridden; Bill Passed", "", ("override_passed", "")),
        ("On the Amendment", "Amendment Agreed to", "", ("other", "")),
        ("On the Motion to Table", "Motion to Table Agreed to", "", ("other", "")),
        ("On the Point of Order", "Point of Order Sustained", "", ("other", "")),
        ("On the Nomination", "Nomination Confirmed", "", ("other", "")),
        ("", "", "", ("other", "")),
    ],
)  # fmt: skip - a table of sentences
def test_a_roll_call_decides_by_its_question_and_its_result(
    question: str, result: str, title: str, step: tuple[str, str]
) -> None:
    assert read_vote(question, result, title) == step


def test_a_refusal_is_looked_for_before_a_positive_word() -> None:
    assert [outcome(words) for words in ("Joint Resolution Not Agreed to", "Agreed to", "Pending")] == ["no", "yes", ""]


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        (("Bill Passed (51-50)", "51", "50", "Yea"), (51, 50)),
        (("Bill Passed (50-50)", "50", "50", "Yea"), (51, 50)),
        (("Motion Rejected (50-50)", "50", "50", "Nay"), (50, 51)),
        (("Motion Rejected (50-50)", "50", "50", ""), (50, 50)),
        (("Bill Passed (90-6)", "", "", ""), (90, 6)),
        (("", "", "", ""), (None, None)),
    ],
)
def test_a_tally_counts_the_vote_of_the_chair(given: tuple[str, str, str, str], counted: tuple[int | None, int | None]) -> None:
    assert tally(*given) == counted


@pytest.mark.parametrize(
    ("issue", "measure"),
    [
        ("H.R. 2683", "119/hr/2683"),
        ("S. 2683", "119/s/2683"),
        ("S.J. Res. 98", "119/sjres/98"),
        ("H.Con.Res. 7", "119/hconres/7"),
        ("PN730-11", ""),
        ("S.Amdt. 12", ""),
    ],
)  # fmt: skip - a table
def test_an_issue_names_a_measure_by_kind_and_number(issue: str, measure: str) -> None:
    found = issue_of("119", issue)
    assert (found.id if found else "") == measure


def test_a_measure_knows_its_label_its_origin_and_its_page() -> None:
    bill = Measure(119, "hr", 2683)
    assert (bill.label, bill.origin, measure_of("119", "XX", "1")) == ("H.R. 2683", "house", None)
    assert bill.link == "https://www.congress.gov/bill/119th-congress/house-bill/2683/all-actions"
    assert [Measure(n, "s", 1).link.split("/")[4] for n in (111, 121, 122, 123)] == [
        "111th-congress",
        "121st-congress",
        "122nd-congress",
        "123rd-congress",
    ]


def test_days_are_days_in_washington() -> None:
    assert str(midnight("2026-10-31")) == "2026-10-31 04:00:00+00:00"
    assert str(midnight("2026-11-02")) == "2026-11-02 05:00:00+00:00"
    assert [
        day_of(stamp) for stamp in ("2026-01-13", "2026-01-13T03:00:00Z", "2026-01-13T09:00:00", "2026-01-13 or so", "soon")
    ] == [
        "2026-01-13",
        "2026-01-12",
        "2026-01-13",
        "2026-01-13",
        "",
    ]


def test_the_writer_of_a_row_is_known_by_name_or_by_code() -> None:
    rows = [("", "Senate"), ("0", ""), ("9", ""), ("2", "House floor actions"), ("", "House committee actions"), ("", "")]
    assert [system_of(*row) for row in rows] == ["senate", "senate", "library", "house", "house", ""]


def test_a_hostile_row_is_read_in_bounded_time() -> None:
    hostile = ["(" * 50_000, "motion " + "reconsider " * 5_000, " " * 100_000 + "(CR", "cloture " * 20_000, "a" * 100_000]
    assert [read_action(text, system="senate") is None for text in hostile] == [True, False, True, True, True]
