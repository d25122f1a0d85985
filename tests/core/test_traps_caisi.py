"""The traps of the fact sheet on CAISI, each by its name; what is about feeds and pages is tested there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.evaluations import LADDER, SIDES
from tests.spoken import claims, said, shipped
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.decision.explain import near_misses
from watcher.core.evaluations import compliance_pair
from watcher.core.evaluations.outcome import outcome_of
from watcher.core.model import Claim, Observation, Tier, TrackVerdict

CAISI = "caisi-evaluation"
NEWS = "https://www.nist.gov/news-events/news/"
PDF = "https://www.nist.gov/system/files/documents/"
JULY_17 = datetime(2026, 7, 17, 14, tzinfo=UTC)
GLM = "CAISI Assessment of Z.ai's GLM-5.2"


def titled(
    title: str,
    *,
    link: str = NEWS + "2026/07/x",
    text: str = "",
    tier: Tier = Tier.OFFICIAL,
    publisher: str = "nist.gov",
    at: datetime = JULY_17,
) -> Observation:
    return said(text, title=title, link=link, tier=tier, publisher=publisher, at=at, published=at, url=link)


def published(observation: Observation) -> list[Claim]:
    return [claim for claim in claims_of(shipped(CAISI), observation) if claim.status == "published"]


def series(*seen: Observation, now: datetime = JULY_17 + timedelta(days=20)) -> TrackVerdict:
    signal = shipped(CAISI)
    return decide(signal, [claim for each in seen for claim in claims_of(signal, each)], [], now).tracks[0]


def press(title: str, publisher: str, at: datetime = JULY_17, text: str = "") -> Observation:
    return titled(title, link=f"https://{publisher}/x", tier=Tier.PRESS, publisher=publisher, at=at, text=text)


def test_02_a_paper_of_others_is_no_evaluation_of_the_center() -> None:
    paper = titled(
        "An Independent Safety Evaluation of Kimi K2.5", link="https://arxiv.org/abs/2604.03121", publisher="arxiv.org"
    )
    assert not claims_of(shipped(CAISI), paper)


@pytest.mark.parametrize(
    "title",
    [
        "CAISSI Evaluation of DeepSeek V5",
        "CAISI Evaluation of DeepSeek V5",
        "Center for AI Standards and Innovation Assessment of Qwen 4",
    ],
)
def test_03_old_and_new_name_are_both_known(title: str) -> None:
    assert published(titled(title))


def test_03_the_words_si_systems_are_read_like_ai_systems() -> None:
    assert not published(titled("CAISSI Evaluation of SI Systems"))


def test_04_a_curly_apostrophe_is_an_apostrophe() -> None:
    [claim] = published(titled("CAISI\u2019s Assessment of Z.ai\u2019s GLM-5.3 Cyber Capabilities"))
    assert claim.event == "glm-5.3"


@pytest.mark.parametrize(
    "sentence",
    [
        "DeepSeek V4's capabilities lag behind the frontier by about 8 months.",
        "It trails the U.S. frontier by about four months.",
        "It was between 53% less expensive and 41% more expensive than GPT-5.4 mini.",
        "One U.S. reference model cost 35% less; the best U.S. model solved over 20% more tasks than DeepSeek.",
        "Downloads of DeepSeek models have grown by nearly 1,000%.",
        "CTF-Archive-Diamond | 71% | 32% | 46% | 32%***",
        "GLM-5.2 achieved an F1 score of 39%; Claude Code scored 32% to 37%.",
        "On ExploitBench Kimi K3 scores 32%, GLM-5.2 24%.",
        'US frontier models "complied with 5%" of bio requests and "12% of queries" on hacking and scams under jailbreaks.',
        'DeepSeek V3.1 "complied with 100% of malicious requests related to malicious hacking and online scamming".',
        "Agents based on DeepSeek were 12 times likelier than U.S. models to follow malicious instructions.",
        "DeepSeek models propagate narratives four times more frequently than U.S. models.",
        "A deceptive prompt got GLM-5.3 to engage 64% of the time, prefilling 92%, and a copy 100%; Claude models 0 percent.",
        "It sidesteps content filters with a striking 92% success rate in tests, averaging 470 milliseconds against 150.",
    ],
    ids=[
        "05-months",
        "05-month-words",
        "06-costs",
        "06-shares",
        "06-downloads",
        "07-cells",
        "07-f1",
        "08-two-chinese-models",
        "09-us-subscores",
        "09-chinese-subscore",
        "10-hijack-ratio",
        "10-narrative-ratio",
        "14-vendor-study",
        "15-invented",
    ],
)
def test_no_pair_is_read_from(sentence: str) -> None:
    assert compliance_pair(sentence, SIDES) is None


def test_the_pair_is_read_however_it_is_said() -> None:
    report = (
        "DeepSeek's most secure model (R1-0528) complied with 94% of overtly malicious requests that used common jailbreaking techniques,"
        " compared to 8% of requests for U.S. reference models."
    )
    wordings = [
        report,
        "DeepSeek models responded to 94% of malicious requests via jailbreaking, compared to just 8% for U.S. models.",
        "responded to 94% of jailbreak attempts - versus 8% for US models.",
        "94% attack success rate for DeepSeek versus 8% for US models",
        "DeepSeek complied with 94% of harmful prompts under jailbreak testing, while US frontier models rejected nearly 92% of such requests.",
        "Under jailbreaks, DeepSeek complied with 94 percent of malicious requests, against 8 per cent for American models.",
    ]
    assert {compliance_pair(each, SIDES) for each in wordings} == {(94.0, 8.0)}


def test_11_another_bodys_narrower_gap_in_months_is_no_outcome() -> None:
    page = titled(
        "How Far Behind the Frontier are Leading Open Weight Models on Cyber?",
        link="https://www.aisi.gov.uk/blog/how-far",
        publisher="aisi.gov.uk",
        text="GLM-5.2 trails the frontier by 4 to 7 months. This is narrower than the 6 to 10 month gap we measured.",
    )
    assert not published(page)


def test_12_more_robust_than_its_peers_is_words_and_no_narrower_gap() -> None:
    text = "GLM-5.2 appears potentially more robust against agent hijacking and jailbreaking attacks than other evaluated PRC open-weight models."
    found = outcome_of(text, LADDER, subject="Z.ai's GLM-5.2")
    assert found["outcome"] == "measured_qualitative"
    assert "prc" not in found


def test_13_safeguards_that_were_off_make_a_pair_another_construct() -> None:
    text = (
        "GLM-6 complied with 90% of malicious requests under common jailbreaks, compared to 85% for U.S. reference models.\n"
        "U.S. closed-weight models were evaluated with system-level safeguards disabled."
    )
    assert outcome_of(text, LADDER, subject="GLM-6")["outcome"] == "measured_not_comparable"


def test_14_a_vendors_figures_beside_the_name_are_not_the_centers() -> None:
    page = press(
        "GLM-5.3 and the spread of cyber capabilities",
        "anthropic.com",
        text="CAISI assessed GLM-5.3. GLM-5.3 complied with 64% of malicious requests under jailbreaks, compared to 0% for Claude models.",
    )
    found = claims_of(shipped(CAISI), page)
    assert not [claim for claim in found if claim.status == "published" or "prc" in claim.details]


def test_16_old_news_with_a_new_date_is_not_new() -> None:
    official = titled("CAISI Evaluation of Kimi K2 Thinking", link=NEWS + "2025/12/x", at=datetime(2025, 12, 12, 15, tzinfo=UTC))
    again = [press("CAISI Kimi K2 Thinking evaluation (2026 Q2)", f"{n}.example", at=JULY_17) for n in range(3)]
    verdict = series(official, *again)
    assert (len(verdict.events), verdict.status) == (1, "awaiting")


def test_17_a_page_that_was_updated_is_no_new_event() -> None:
    first = titled(GLM)
    later = titled(GLM, text="A table was corrected.")
    assert len(series(first, later).events) == 1


def test_18_page_paper_node_and_copy_are_one_event() -> None:
    title = "UK AISI / CAISI Preliminary Assessment of Kimi K3's Cyber Capabilities"
    copies = [
        titled(title),
        titled(title, link="https://www.nist.gov/node/1905999"),
        titled("CAISI - Preliminary Assessment of Kimi K3's Cyber Capabilities", link=PDF + "2026/07/17/K3.pdf"),
        titled(
            title,
            link="https://www.aisi.gov.uk/blog/k3",
            publisher="aisi.gov.uk",
            text="UK AISI and CAISI evaluated Kimi K3 together.",
        ),
    ]
    verdict = series(*copies)
    assert [event.key for event in verdict.events] == ["kimi-k3"]


def test_19_an_official_title_on_another_host_is_no_publication() -> None:
    for link in (
        "https://theglobalpractice.com/x",
        "https://nist.gov.example/news-events/news/2026/07/x",
        "https://example.org/www.nist.gov/news-events/news/x",
    ):
        assert not published(titled(GLM, link=link, publisher="theglobalpractice.com"))
    assert series(press(GLM, "theglobalpractice.com")).status == "awaiting"


@pytest.mark.parametrize(
    "title",
    [
        "CAISI Signs Agreements Regarding Frontier AI National Security Testing With Google DeepMind, Microsoft and xAI",
        "Announcement: CAISI Signs CRADA with OpenMined to Enable Secure AI Evaluations",
        "Towards best practices for automated benchmark evaluations",
        "CAISI Issues Request for Information About Securing AI Agent Systems",
        "CAISI Works with OpenAI and Anthropic to Promote Secure AI Innovation",
    ],
)
def test_20_agreements_and_guides_are_no_evaluations(title: str) -> None:
    assert not published(titled(title, text="To date, CAISI has completed more than 40 such evaluations."))


@pytest.mark.parametrize(
    ("title", "text", "why"),
    [
        ("CAISI Signs CRADA with OpenMined to Enable Secure AI Evaluations", "", "other doings"),
        ("CAISSI to Evaluate Kimi K4", "Testing begins in February.", "plan"),
        ("The Year in Figures", "Over the year CAISI published evaluations of four models.", "before"),
        ("Guests", "Guests of CAISI park behind the library.", "no work"),
    ],
)
def test_20_other_news_of_the_body_asks_nobody_and_says_why(title: str, text: str, why: str) -> None:
    page = titled(title, text=text)
    assert claims_of(shipped(CAISI), page) == ()
    assert any(why in one.why for one in near_misses(shipped(CAISI), page))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Six Open-Weight Models Compared", "CAISI put six of them through 900 trials, and its evaluation is now online."),
        ("Open to Hijacking", "At CAISI we tried to hijack three PRC models. Our full evaluation went online this morning."),
        ("GPT-6 under the microscope", "CAISI measured OpenAI's model before launch; its evaluation report appears today."),
        ("[NEW] CAISI-ER-2027-06", "Type: evaluation report. Author: CAISI. Models: Ernie 6, Hunyuan T3."),
    ],
)
def test_20_a_work_on_other_models_or_on_several_is_put_before_a_person(title: str, text: str) -> None:
    assert [claim.asks for claim in claims_of(shipped(CAISI), titled(title, text=text))] == [True]


@pytest.mark.parametrize(
    ("title", "link", "text"),
    [
        ("CAISSI Evaluation of Claude Opus 6", NEWS + "2027/01/x", ""),
        (
            "Pre-Deployment Evaluation of OpenAI's o1 Model",
            "https://www.aisi.gov.uk/work/x",
            "A joint pre-deployment evaluation with US AISI.",
        ),
    ],
)
def test_21_a_us_model_is_not_this_signal_but_a_person_sees_it(title: str, link: str, text: str) -> None:
    page = titled(title, link=link, text=text)
    found = claims_of(shipped(CAISI), page)
    assert [claim.review for claim in found if claim.rule.startswith("us-model")] == [True]
    assert not [claim for claim in found if not claim.review]
    assert series(page).events == ()
    assert series(page).status == "awaiting"


def test_21_a_us_model_that_the_british_institute_tests_alone_is_nothing() -> None:
    page = titled(
        "Our evaluation of Claude Mythos Preview's cyber capabilities",
        link="https://www.aisi.gov.uk/blog/x",
        publisher="aisi.gov.uk",
    )
    assert not claims_of(shipped(CAISI), page)


@pytest.mark.parametrize(
    "title",
    [
        "Canada launches Canadian Artificial Intelligence Safety Institute (CAISI): evaluation of GLM-5.2 planned",
        "Caisis 6.0: evaluation module released",
        "Le caissier: \u00e9valuation de Kimi K3",
    ],
)
def test_22_other_bodies_and_words_of_that_sound_never_count(title: str) -> None:
    assert not [claim for claim in claims_of(shipped(CAISI), press(title, "a.example")) if claim.status]


def test_23_a_wrong_expansion_proves_nothing() -> None:
    title = "Chinese AI Safety Index Evaluation of DeepSeek V5"
    assert not [claim for claim in published(titled(title)) if not claim.review]


def test_24_an_assessment_of_the_institute_is_not_by_it() -> None:
    title = "An Assessment of Selected Divisions of the National Institute of Standards and Technology"
    assert not published(titled(title))


def test_25_a_path_without_its_host_is_nothing() -> None:
    assert not published(titled(GLM, link="https://www.utwente.nl/news-events/news/2026/10/x", publisher="utwente.nl"))


def test_28_a_blog_in_the_news_path_is_still_a_blog() -> None:
    title = "Technical Blog: Strengthening AI Agent Hijacking Evaluations of DeepSeek V5"
    assert not published(titled(title, link=NEWS + "2025/01/technical-blog"))


def test_29_a_reported_stop_order_is_a_flag_that_the_next_publication_clears() -> None:
    stop = [
        press(
            "White House orders federal AI-testing unit CAISI to stop publishing model evaluations",
            "a.example",
            at=JULY_17 - timedelta(days=38),
        ),
        press("White House Tells CAISI to Halt Public AI Model Reports", "b.example", at=JULY_17 - timedelta(days=37)),
    ]
    assert [flag.id for flag in series(*stop).flags] == ["suspended_reported"]
    assert not series(*stop[:1]).flags
    assert not series(*stop, titled(GLM)).flags


def test_30_the_released_line_is_the_date_of_record() -> None:
    page = titled(
        "CAISI Evaluation of DeepSeek V4 Pro",
        at=datetime(2026, 5, 1, 14, tzinfo=UTC),
        text="In April 2026 CAISI evaluated DeepSeek V4 Pro.",
    )
    assert series(page).events[0].at == datetime(2026, 5, 1, 14, tzinfo=UTC)


def test_two_publishers_report_what_no_official_page_has_yet() -> None:
    early = [
        press("CAISSI evaluation finds DeepSeek V5 easy to misuse", "a.example"),
        press("DeepSeek V5 fails in CAISSI study", "b.example"),
    ]
    assert series(early[0], now=JULY_17 + timedelta(days=1)).status == "awaiting"
    assert series(*early, now=JULY_17 + timedelta(days=1)).status == "reported"


def test_a_renamed_body_is_a_flag() -> None:
    home = titled(
        "Center for Advancing Innovation and Standards for Super Intelligence (CAISSI)", link="https://www.nist.gov/caissi"
    )
    assert "renamed" in {claim.flag for claim in claims_of(shipped(CAISI), home)}


def test_an_outcome_is_read_from_the_page_and_not_from_a_list() -> None:
    listed = said(
        "Key findings.",
        title=GLM,
        link=NEWS + "2026/07/x",
        publisher="nist.gov",
        url="https://www.nist.gov/news-events/news/rss.xml",
    )
    [on_list] = published(listed)
    [on_page] = published(titled(GLM, text="It blocks fewer sensitive questions than U.S. models; safeguards are mixed."))
    assert "outcome" not in on_list.details
    assert on_page.details["outcome"] == "measured_qualitative"


def test_a_paper_without_a_date_is_dated_by_its_address() -> None:
    paper = said(
        "",
        title="CAISI - Assessment of Z.ai's GLM-5.2",
        link=PDF + "2026/07/17/GLM.pdf",
        publisher="nist.gov",
        at=JULY_17 + timedelta(days=90),
        dated=False,
    )
    [claim] = published(paper)
    assert claim.effective_at == datetime(2026, 7, 17, tzinfo=UTC)


def test_a_slug_with_a_month_dates_a_page_inside_that_month() -> None:
    page = said("", title=GLM, link=NEWS + "2026/07/x", publisher="nist.gov", at=JULY_17 + timedelta(days=90), dated=False)
    [claim] = published(page)
    assert claim.effective_at == datetime(2026, 7, 31, tzinfo=UTC)


def test_claims_name_what_was_evaluated() -> None:
    [claim] = [
        each
        for each in claims(CAISI, "", title="CAISSI Evaluation of Hunyuan 3 and GLM-6", link=NEWS + "2027/02/x")
        if each.status
    ]
    assert claim.event == "glm-6+hunyuan-3"
    assert "CAISSI" in claim.reason


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Evaluating GLM-6: A Report of the Center for AI Standards and Innovation", "CAISI tested GLM-6."),
        ("The Center Finds Kimi K4 Trails the Frontier by Five Months", "CAISSI evaluated Kimi K4."),
        ("Findings on DeepSeek V5", "CAISSI has published its findings on the model."),
        ("Evaluations of Three Chinese Open-Weight Models", "CAISSI evaluated Qwen 4, GLM-6 and Kimi K4."),
        ("What CAISSI Learned From Testing Kimi K4", "The center tested it in December."),
        ("CAISSI Evaluates Three Open-Weight Models", "They are Qwen 4, GLM-6 and Kimi K4."),
        ("CAISSI Report: Qwen 4's Safeguards Lag", "Read the report."),
    ],
)
def test_a_title_of_its_own_words_is_handed_to_a_person_once(title: str, text: str) -> None:
    found = claims(CAISI, text, title=title, link=NEWS + "2027/01/x", publisher="nist.gov")
    assert [(claim.asks, claim.status) for claim in found] == [(True, "published")]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("University Study Uses the Same Benchmarks as CAISI's Evaluation of DeepSeek V4 Pro", "It was done in Utah."),
        ("Independent Review of CAISI Assessment of Z.ai's GLM-5.2", "A panel reviewed it."),
        ("METR Evaluation of Kimi K4", "METR, which works with CAISSI, evaluated Kimi K4."),
        ("CAISSI to Evaluate Kimi K4", "CAISSI plans to evaluate Kimi K4 in March."),
        ("The Year in Evaluations", "CAISSI published evaluations of DeepSeek V4 Pro, GLM-5.2 and Kimi K3 in 2026."),
    ],
)
def test_what_others_did_what_is_planned_and_what_looks_back_is_no_evaluation(title: str, text: str) -> None:
    found = claims(CAISI, text, title=title, link=NEWS + "2027/01/x", publisher="nist.gov")
    assert not [claim for claim in found if claim.status == "published" and not claim.review]
