"""The Senate's menu of roll calls and the file of one vote."""

from __future__ import annotations

import pytest

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats import senate_votes

MENU_URL = "https://www.senate.gov/legislative/LIS/roll_call_lists/vote_menu_119_2.xml"

MENU = """<?xml version="1.0" encoding="UTF-8"?><vote_summary>
  <congress>119</congress><session>2</session><congress_year>2026</congress_year>
  <votes>
    <vote><vote_number>00259</vote_number><vote_date>02-Oct</vote_date>
      <issue>S. 5</issue><question>On the Amendment
         <measure>S.Amdt. 14</measure>
         </question><result>Agreed to</result><vote_tally><yeas>60</yeas><nays>40</nays></vote_tally><title>An amendment</title></vote>
    <vote><vote_number>00258</vote_number><vote_date>01-Oct</vote_date>
      <issue>H.R. 2683</issue><question>On Passage of the Bill
         </question><result>Passed</result><vote_tally><yeas>90</yeas><nays>6</nays></vote_tally><title>H.R. 2683</title></vote>
    <vote><vote_number>00254</vote_number><vote_date>30-Sep</vote_date>
      <issue>H.R. 9340</issue><question>On Cloture on the Motion to Proceed
         </question><result>Rejected</result><vote_tally/><title>Motion to Invoke Cloture: Motion to Proceed to H.R. 9340</title></vote>
    <vote><vote_number>00240</vote_number><vote_date>07-Aug</vote_date>
      <en_bloc><matter><issue>PN730-11</issue><question>On the Nomination</question><result>Confirmed</result></matter></en_bloc></vote>
    <vote><vote_number>none</vote_number><vote_date>07-Aug</vote_date></vote>
  </votes>
</vote_summary>"""

VOTE = """<?xml version="1.0" encoding="UTF-8"?><roll_call_vote>
<congress>117</congress><session>2</session><congress_year>2022</congress_year><vote_number>325</vote_number>
<vote_date>August 7, 2022,  03:17 PM</vote_date><modify_date>September 30, 2026,  11:25 PM</modify_date>
<vote_question_text>On Passage of the Bill H.R. 5376</vote_question_text><vote_document_text/>
<vote_result_text>Bill Passed (50-50, with the Vice President voting yea)</vote_result_text>
<question>On Passage of the Bill</question><vote_title>H.R. 5376, As Amended</vote_title>
<majority_requirement>1/2</majority_requirement><vote_result>Bill Passed</vote_result>
<document><document_congress>117</document_congress><document_type>H.R.</document_type><document_number>5376</document_number><document_name>H.R. 5376</document_name></document>
<amendment><amendment_number/></amendment>
<count><yeas>50</yeas><nays>50</nays><present/><absent/></count>
<tie_breaker><by_whom>Vice President</by_whom><tie_breaker_vote>Yea</tie_breaker_vote></tie_breaker><members/>
</roll_call_vote>"""


def read(body: str, url: str = MENU_URL) -> tuple[Entry, ...]:
    return senate_votes.read(body.encode(), url=url, content_type="text/xml", options={})


def test_a_menu_gives_one_entry_a_vote_with_the_address_of_its_file() -> None:
    entries = {entry.key: entry for entry in read(MENU)}
    assert sorted(entries) == ["vote/119/2/240", "vote/119/2/254", "vote/119/2/258", "vote/119/2/259"]
    passed = entries["vote/119/2/258"]
    assert passed.title == "H.R. 2683: On Passage of the Bill"
    assert passed.text == "On Passage of the Bill: Passed (90-6). Record Vote Number: 258."
    assert passed.link == "https://www.senate.gov/legislative/LIS/roll_call_votes/vote1192/vote_119_2_00258.xml"
    assert str(passed.published) == "2026-10-01 04:00:00+00:00"
    facts = {name: passed.facts[name] for name in ("measure", "step", "chamber", "how", "tally", "roll", "voice", "date")}
    assert facts == {
        "measure": "119/hr/2683",
        "step": "passed",
        "chamber": "senate",
        "how": "roll_call",
        "tally": "90-6",
        "roll": 258,
        "voice": "vote",
        "date": "2026-10-01",
    }


def test_an_empty_tally_is_read_and_left_open() -> None:
    (cloture,) = [entry for entry in read(MENU) if entry.facts["roll"] == 254]
    assert (cloture.facts["step"], cloture.facts["subject"]) == ("cloture_not_invoked", "proceed")
    assert "tally" not in cloture.facts
    assert cloture.text == "On Cloture on the Motion to Proceed: Rejected. Record Vote Number: 254."


def test_votes_on_amendments_and_en_bloc_rows_match_no_measure_of_theirs() -> None:
    entries = {entry.facts["roll"]: entry for entry in read(MENU)}
    assert entries[259].facts["step"] == "other"
    assert entries[259].title == "S. 5: On the Amendment S.Amdt. 14"
    assert "measure" not in entries[240].facts
    assert entries[240].title == "En bloc"


def test_a_vote_counts_the_chair_and_keeps_its_day_in_washington() -> None:
    (vote,) = read(VOTE)
    assert vote.key == "vote/117/2/325"
    assert {name: vote.facts[name] for name in ("measure", "step", "tally", "date")} == {
        "measure": "117/hr/5376",
        "step": "passed",
        "tally": "51-50",
        "date": "2022-08-07",
    }


def test_menu_and_file_of_a_vote_are_one_voice_of_one_event() -> None:
    menu = {entry.key: entry for entry in read(MENU)}["vote/119/2/258"]
    file = VOTE.replace("117", "119").replace("5376", "2683").replace("2022", "2026").replace(">325<", ">258<")
    (vote,) = read(
        file.replace("August 7, 2026", "October 1, 2026")
        .replace("50-50", "90-6")
        .replace(">50<", ">90<", 1)
        .replace(">50<", ">6<")
    )
    assert vote.key == menu.key
    assert {name: vote.facts[name] for name in ("event", "voice", "tally")} == {
        name: menu.facts[name] for name in ("event", "voice", "tally")
    }


def test_a_session_that_has_not_voted_yet_has_an_empty_menu() -> None:
    assert read("<vote_summary><congress>120</congress><session>1</session><votes/></vote_summary>") == ()


def test_a_day_in_another_form_is_left_open() -> None:
    (vote,) = read(VOTE.replace("August 7, 2022,  03:17 PM", "the seventh"))
    assert vote.published is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", Outcome.EMPTY),
        (
            "<!DOCTYPE html><html><head><title>Access Denied</title></head><body>You don't have permission</body></html>",
            Outcome.BLOCKED,
        ),
        (
            "<!DOCTYPE html><html><head><title>U.S. Senate: Roll Call Votes</title></head><body>Not found</body></html>",
            Outcome.MALFORMED,
        ),
        (MENU[:-60], Outcome.MALFORMED),
        ('<!DOCTYPE vote_summary SYSTEM "x.dtd">' + MENU.partition("?>")[2], Outcome.MALFORMED),
        ("<vote_summary><votes><vote><vote_number>1</vote_number></vote></votes></vote_summary>", Outcome.MALFORMED),
        (VOTE.replace("<vote_number>325</vote_number>", ""), Outcome.MALFORMED),
        ("<floor_schedule/>", Outcome.MALFORMED),
    ],
)  # fmt: skip - a table of documents
def test_what_is_neither_a_menu_nor_a_vote_is_refused(body: str, kind: Outcome) -> None:
    with pytest.raises(Unreadable) as caught:
        read(body)
    assert caught.value.kind is kind
