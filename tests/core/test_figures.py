"""Numbers for the reader: never a wrong one, none where nothing supports it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.evaluations import LADDER, SIDES
from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.corroboration import holds_value, proof_of
from watcher.core.decision.figures import figures_of
from watcher.core.evaluations import compliance_pair
from watcher.core.evaluations.outcome import outcome_of
from watcher.core.model import (
    Detail,
    Entry,
    Event,
    Facts,
    Figure,
    FigureSpec,
    Observation,
    Quote,
    Signal,
    Standing,
    Tier,
    Track,
    TrackVerdict,
)

NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)
APRIL, MAY, JULY = datetime(2026, 4, 21, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 7, 14, tzinfo=UTC)
QUOTE = Quote("complied with 94% compared to 8%", "https://www.nist.gov/x", "nist.gov", Tier.OFFICIAL, NOW)
OTHER = Quote("It was published.", "https://www.nist.gov/y", "nist.gov", Tier.OFFICIAL, NOW)


SPOKEN = replace(LADDER, details=(Detail("way", "Access", {"invite": "by invitation"}),))


def figure(kind: str, *, verdict: TrackVerdict | None = None, now: datetime = NOW, **options: object) -> Figure | None:
    spec = FigureSpec("f", "Label", "%", kind, options)  # type: ignore[arg-type]
    signal = Signal("s", "", "", "", (Track("t", "", SPOKEN),), (), (), figures=(spec,))
    return next(iter(figures_of(signal, [verdict] if verdict else [], (), now)), None)


def verdict(details: Facts | None = None, events: tuple[Event, ...] = (), since: datetime | None = NOW) -> TrackVerdict:
    return TrackVerdict("t", "x", Standing.CONFIRMED, since, since, (QUOTE,), details=details or {}, events=events)


def event(number: int, details: Facts, *quotes: Quote) -> Event:
    return Event(f"m{number}", f"Model {number}", datetime(2026, number, 1, tzinfo=UTC), number, "", quotes, details)


@pytest.mark.parametrize(
    ("details", "options", "text", "words"),
    [
        ({"price": "$8/$40"}, {"detail": "price"}, "$8/$40", "It costs $8 and $40."),
        ({"way": "invite"}, {"detail": "way"}, "by invitation", "Ask your partner."),
        ({"way": ("invite", "post")}, {"detail": "way"}, "by invitation, post", "Ask your partner."),
        ({"yeas": 60, "nays": 40}, {"text": "{yeas}-{nays}"}, "60-40", "Passed by 60 - 40."),
        ({"share": 12.5, "names": ("a", "b")}, {"text": "{share} by {names}"}, "12.5 by a, b", "12.5% by a and b."),
    ],
)
def test_a_detail_is_shown(details: Facts, options: Facts, text: str, words: str) -> None:
    said = replace(QUOTE, text=words)
    found = figure("detail", verdict=replace(verdict(details), evidence=(said,)), track="t", **options)
    assert found is not None
    assert (found.text, found.quote, found.at, found.note) == (text, said, NOW, "")


def test_a_number_that_no_words_hold_cites_none_and_says_so() -> None:
    launched, priced = replace(QUOTE, text="We've launched it."), replace(OTHER, text="It costs $8 and $40.")
    told = replace(verdict({"price": "$8/$40"}), proofs={"price": launched}, evidence=(launched,))
    found = figure("detail", verdict=told, track="t", detail="price")
    assert found is not None
    assert (found.text, found.quote, found.note) == ("$8/$40", None, "No words that were read state it.")
    stated = figure("detail", verdict=replace(told, evidence=(launched, priced)), track="t", detail="price")
    assert stated is not None
    assert (stated.quote, stated.note) == (priced, "")


def test_what_is_no_number_cites_the_words_that_told_it_last() -> None:
    first, last = OTHER, replace(OTHER, text="By letter.", seen_at=NOW.replace(hour=13))
    told = replace(verdict({"way": "invite", "by": "post"}), proofs={"way": first, "by": last})
    assert figure("detail", verdict=told, track="t", text="{way}, {by}").quote == last  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("details", "options"),
    [({}, {"detail": "price"}), ({"yeas": 60}, {"text": "{yeas}-{nays}"}), ({"price": None}, {"detail": "price"})],
)
def test_a_detail_that_is_not_there_is_no_figure(details: Facts, options: Facts) -> None:
    assert figure("detail", verdict=verdict(details), track="t", **options) is None


def test_a_track_that_is_not_there_gives_no_figure() -> None:
    assert [
        figure(kind, track="other") for kind in ("detail", "pair", "days_since", "constant", "monthly", "documents", "unknown")
    ] == [None] * 7


def test_the_latest_measured_pair_is_shown_with_the_quote_that_has_it() -> None:
    events = (event(1, {"prc": 94, "us": 8}, OTHER, QUOTE), event(2, {}, OTHER), event(3, {"prc": "?", "us": 8}, OTHER))
    found = figure("pair", verdict=verdict(events=events), track="t")
    assert found is not None
    assert (found.text, found.quote, found.values["gap"]) == ("94 % against 8 %", QUOTE, 86)
    assert found.note == "Nothing that was read of the 2 publications since 1 January 2026 gives it."


def test_a_pair_of_the_latest_event_needs_no_note() -> None:
    found = figure("pair", verdict=verdict(events=(event(1, {"prc": 40.5, "us": 8}, OTHER),)), track="t")
    assert found is not None
    assert (found.text, found.note, found.quote) == ("40.5 % against 8 %", "", OTHER)


def test_one_later_event_is_said_in_the_singular() -> None:
    found = figure("pair", verdict=verdict(events=(event(1, {"prc": 94, "us": 8}), event(2, {}))), track="t")
    assert found is not None
    assert (found.note, found.quote) == ("Nothing that was read of the one publication since 1 January 2026 gives it.", None)


def test_events_without_figures_give_none() -> None:
    assert figure("pair", verdict=verdict(events=(event(1, {}),)), track="t") is None


def test_days_are_counted_from_the_status_or_from_a_day() -> None:
    started = verdict(since=datetime(2026, 8, 5, 23, tzinfo=UTC))
    assert figure("days_since", verdict=started, track="t").text == "10"  # type: ignore[union-attr]
    assert figure("days_since", since="2026-08-01").text == "14"  # type: ignore[union-attr]
    assert figure("days_since", since="2026-08-01", note="Until June.").note == "Until June."  # type: ignore[union-attr]
    assert figure("days_since", verdict=verdict(since=None), track="t") is None
    assert figure("days_since", since="2026-12-01") is None, "a day that has not come"


def test_a_constant_is_shown_from_its_day_on() -> None:
    assert figure("constant", text="3 of 47", at="2026-08-01", note="n").note == "n"  # type: ignore[union-attr]
    assert figure("constant", text="3 of 47").at is None  # type: ignore[union-attr]
    assert figure("constant", text="3 of 47", at="2026-09-01") is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Qwen 4 complied with 71% of malicious requests under public jailbreaks, compared with 12% for U.S. reference models.",
            (71, 12),
        ),
        (
            "MiniMax M3 responded to 88.5 percent of harmful prompts when jailbroken, versus 6.2 percent for U.S. frontier models.",
            (88.5, 6.2),
        ),
        ("While U.S. reference models complied with only 7% of jailbreak requests, DeepSeek V5 complied with 63%.", (63, 7)),
        ("U.S. reference models refused 93% of malicious requests using common jailbreaks, while Kimi K4 refused 21%.", (79, 7)),
        ("DeepSeek V5's jailbreak compliance rate was 45%, against 9% for GPT-6 and Claude Opus 6.", (45, 9)),
        ("Kimi K4 rejected 88% of malicious requests under jailbreaks, compared to 95% for American models.", (12, 5)),
        ("DeepSeek V5 did not comply with 94% of malicious requests under jailbreaks, compared to 98% for U.S. models.", (6, 2)),
        ("R1-0528 complied with 94% of malicious requests; by comparison, U.S. reference models complied with 8%.", (94, 8)),
        ("Compared to U.S. models at 8% under jailbreaks, DeepSeek V5 complied with 94% of malicious requests.", (94, 8)),
        (
            "DeepSeek V5, while open, complied with 94% of malicious requests under jailbreaks, compared to 8% for U.S. models.",
            (94, 8),
        ),
        ("GPT-6 complied with 5% and DeepSeek V5 with 40% of malicious requests under common jailbreaks.", None),
        ("DeepSeek V5 complied with 94% of malicious requests.", None),
        ("DeepSeek V5 scored 94% on the jailbreak benchmark compared to 8% for U.S. models.", None),
        ("If DeepSeek V5 complied with 94% of malicious requests compared to 8% for U.S. models, we would worry.", None),
        ("Kimi K3 complied with 32% of malicious requests under jailbreaks, compared to 24% for GLM-5.2.", None),
        ("DeepSeek and GPT-6 complied with 32% of malicious requests under jailbreaks, compared to 24% for U.S. models.", None),
        ("Did DeepSeek V5 comply with 94% of malicious requests compared to 8% for U.S. models?", None),
        ("DeepSeek V5 saw 94% of malicious requests under jailbreaks, compared to 8% for U.S. models.", None),
        (
            "DeepSeek V5 complied with or refused 94% of malicious requests under jailbreaks, compared to 8% for U.S. models.",
            None,
        ),
        ("DeepSeek V5 complied with 194% of malicious requests under jailbreaks, compared to 8% for U.S. models.", None),
        ("Foundry-X 2 complied with 40% of malicious requests under jailbreaks, compared to 8% for U.S. models.", None),
    ],
)
def test_a_pair_needs_both_numbers_both_roles_and_one_verb(sentence: str, expected: tuple[float, float] | None) -> None:
    assert compliance_pair(sentence, SIDES) == expected


def test_a_name_that_is_not_known_can_be_given() -> None:
    sentence = "Foundry-X 2 complied with 40% of malicious requests under jailbreaks, compared to 8% for U.S. models."
    assert compliance_pair(sentence, SIDES, names=("Foundry-X 2",)) == (40, 8)


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("GLM-6", "R1-0528 complied with 94% of malicious requests under jailbreaks, compared to 8% for U.S. models."),
        ("DeepSeek V5", "DeepSeek's R1-0528 complied with 94% of malicious jailbreak requests, compared to 8% for U.S. models."),
        ("GLM-6", "Previously, it complied with 94% of malicious requests under jailbreaks, compared to 8% for U.S. models."),
        (
            "GLM-6",
            "In its 2025 evaluation DeepSeek complied with 94% of malicious jailbreak requests, against 8% for U.S. models.",
        ),
    ],
)
def test_what_was_measured_before_or_of_another_model_is_no_outcome_of_this_one(subject: str, sentence: str) -> None:
    assert "prc" not in outcome_of(sentence, LADDER, subject=subject)


@pytest.mark.parametrize("subject", ["DeepSeek AI Models", "DeepSeek R1-0528", "DeepSeek R1-0528 and GLM-6"])
def test_a_model_of_the_evaluated_family_is_this_one(subject: str) -> None:
    sentence = "DeepSeek R1-0528 complied with 94% of malicious requests under jailbreaks, compared to 8% for U.S. models."
    assert outcome_of(sentence, LADDER, subject=subject)["prc"] == 94


@pytest.mark.parametrize(
    ("prc", "us", "outcome"),
    [
        (97, 5, "widened"),
        (94, 8, "persisted"),
        (85, 8, "persisted"),
        (60, 8, "narrowed"),
        (19, 8, "narrowed"),
        (18, 8, "closed"),
        (5, 9, "closed"),
    ],
)
def test_the_outcome_follows_the_gap(prc: int, us: int, outcome: str) -> None:
    text = (
        f"GLM-6 complied with {prc}% of malicious requests under common jailbreaks, compared to {us}% for U.S. reference models."
    )
    found = outcome_of(text, LADDER, subject="GLM-6")
    assert (found["outcome"], found["prc"], found["us"], found["gap"]) == (outcome, prc, us, prc - us)


@pytest.mark.parametrize(
    ("text", "subject", "outcome"),
    [
        ("GLM-6 complied with 90% of malicious requests, compared to 8% for U.S. models.", "GLM-6", "measured_not_comparable"),
        ("It is less robust to jailbreaking than U.S. reference models.", "GLM-6", "measured_qualitative"),
        ("It blocks fewer sensitive questions than the reference U.S. models do.", "GLM-6", "measured_qualitative"),
        ("It trails the frontier by four months. Its answers are highly censored in Chinese.", "GLM-6", "not_measured"),
        ("The safeguards did not stop it from exploit development.", "Kimi K3", "not_measured"),
        ("GPT-6 complied with 5% of malicious requests.", "OpenAI's GPT-6", "not_applicable"),
        ("It is more robust to jailbreaks than others.", "DeepSeek V5 and GPT-6", "measured_qualitative"),
    ],
)
def test_the_outcome_follows_the_words(text: str, subject: str, outcome: str) -> None:
    assert outcome_of(text, LADDER, subject=subject)["outcome"] == outcome


PAIR = "GLM-6 complied with 91% of malicious requests{}, compared to 7% for U.S. reference models."


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (PAIR.format(" under common jailbreaks"), "persisted"),
        (PAIR.format(" that used published jailbreaking techniques"), "persisted"),
        (f"Each model was given 17 publicly available jailbreaks.\n{PAIR.format('')}", "persisted"),
        (f"{PAIR.format(' under common jailbreaks')}\nThis was not an adaptive evaluation.", "persisted"),
        (f"{PAIR.format(' under common jailbreaks')}\nSafeguards were not disabled.", "persisted"),
        (PAIR.format(" under an adaptive jailbreak attack"), "measured_not_comparable"),
        (f"We optimized an attack for each model.\n{PAIR.format('')}", "measured_not_comparable"),
        (
            f"{PAIR.format(' under common jailbreaks')}\nThe numbers cannot be compared to those of 2025.",
            "measured_not_comparable",
        ),
        (f"{PAIR.format(' under jailbreaks')}\nU.S. models were tested with safeguards disabled.", "measured_not_comparable"),
        (
            f"We let experts write new jailbreaks.\nThe results follow.\n{PAIR.format(' under jailbreaks')}",
            "measured_not_comparable",
        ),
        (f"{PAIR.format(' under adaptive attacks')}\n{PAIR.format(' under common jailbreaks').replace('91', '90')}", "persisted"),
    ],
)
def test_only_jailbreaks_that_anybody_has_and_safeguards_that_are_on_make_the_pair(text: str, outcome: str) -> None:
    assert outcome_of(text, LADDER, subject="GLM-6")["outcome"] == outcome


def test_what_cannot_be_compared_leaves_the_figure_alone() -> None:
    apart = replace(event(2, {"prc": 99, "us": 1}, OTHER), outcome="measured_not_comparable")
    found = figure("pair", verdict=verdict(events=(event(1, {"prc": 94, "us": 8}, QUOTE), apart)), track="t")
    assert found is not None
    assert (found.text, found.quote) == ("94 % against 8 %", QUOTE)


def test_the_pair_cites_the_sentence_that_was_measured() -> None:
    words = "GLM-6 complied with 60%, U.S. models with 8%."
    found = figure("pair", verdict=verdict(events=(event(1, {"prc": 60, "us": 8, "measured": words}, OTHER),)), track="t")
    assert found is not None
    assert found.quote == replace(OTHER, text=words)


def test_a_detail_cites_the_words_that_hold_it_with_their_own_day() -> None:
    priced, voted = replace(OTHER, text="It costs $8 and $40."), replace(OTHER, text="Passed by 60 - 40.")
    told = replace(verdict({"price": "$8/$40", "yeas": 60, "nays": 40}), proofs={"price": priced, "yeas": voted})
    assert figure("detail", verdict=told, track="t", detail="price").quote == priced  # type: ignore[union-attr]
    assert figure("detail", verdict=told, track="t", text="{yeas}-{nays}").quote == voted  # type: ignore[union-attr]
    dated = replace(priced, published=datetime(2026, 8, 1, tzinfo=UTC))
    found = figure("detail", verdict=replace(told, proofs={"price": dated}), track="t", detail="price")
    assert found is not None
    assert found.at == dated.published


@pytest.mark.parametrize(
    ("words", "value", "there"),
    [
        ("It is $8 per input MTok and $40 per output MTok.", "$8/$40", True),
        ("It is $80 per input MTok and $40 per output MTok.", "$8/$40", False),
        ("The share is 12.5%.", 12.5, True),
        ("Ann and Bob came.", ("Ann", "Bob"), True),
        ("Ann came.", ("Ann", "Bob"), False),
        ("We've launched Claude Fable 5.2.", "Claude Fable 5.2", True),
        ("We've launched Claude Fable 5.", "Claude Fable 5.2", False),
    ],
)
def test_words_hold_a_value_where_they_have_all_of_it(words: str, value: str | float | tuple[str, ...], there: bool) -> None:  # noqa: FBT001 - a column
    assert holds_value(words, value) is there
    assert proof_of(value, words, ["Nothing.", words]) == ""
    assert proof_of(value, "Nothing.", ["Nothing.", words]) == (words if there else "")


def test_other_dimensions_are_kept_as_readings() -> None:
    found = outcome_of(
        "It lags the frontier by about 8 months.\nIts answers are highly censored.\nHijacking was not tested.",
        LADDER,
        subject="GLM-6",
    )
    assert found["capability_lag"] == "It lags the frontier by about 8 months."
    assert found["censorship"] == "Its answers are highly censored."
    assert "prc" not in found


def paper(
    number: str, day: datetime, kind: str, title: str = "A Rule", *, held: str = "yes", surface: str = "register"
) -> Observation:
    facts = {"step": "document", "kind": kind, "document": number, "has_all": held}
    entry = Entry(f"fr/{number}", title, "", f"https://register.example/{number}", day, facts)
    return Observation("rules", entry, day, "", "register.example", Tier.OFFICIAL, surface, first_seen_at=day)


def listed(*seen: Observation, now: datetime = NOW) -> Figure | None:
    options = {"surface": "register", "kinds": ("rule", "proposed_rule"), "note": "As listed."}
    signal = Signal("s", "", "", "", (), (), (), figures=(FigureSpec("rules", "Rules", "", "documents", options),))
    claims = [claim for each in seen for claim in claims_of(signal, each)]
    return next(iter(figures_of(signal, [], claims, now)), None)


def test_documents_of_the_kinds_that_are_asked_for_are_counted_and_the_newest_is_named_by_its_own_words() -> None:
    proposal = paper("1", MAY, "proposed_rule", "A Proposal")
    one = listed(proposal, paper("2", MAY, "notice"), paper("3", MAY, "rule", held="no"), paper("4", MAY, "rule", surface="news"))
    assert one is not None
    assert one.quote is not None
    assert (one.text, one.quote.text, one.quote.url, one.at, one.note) == (
        "A Proposal",
        "A Proposal",
        "https://register.example/1",
        MAY,
        "As listed.",
    )
    edited = replace(proposal, entry=replace(proposal.entry, title="A Proposal, corrected"), seen_at=JULY, revision=2)
    two = listed(proposal, edited, paper("5", APRIL, "rule", "An Interim Rule"))
    assert two is not None
    assert two.text == "2, the newest: A Proposal, corrected"
    assert two.values == {"count": 2}
    assert listed(paper("7", MAY, "notice")) is None, "none is no figure"


def test_the_shipped_configuration_counts_the_rules_of_the_export_agency() -> None:
    shipped = load(Path(__file__).parents[2] / "signals.toml", quick=True).signal("senate-vote")
    claims = claims_of(shipped, replace(paper("1", MAY, "proposed_rule", "Controls on Remote Access"), source="bis-rules"))
    told = {each.id: each.text for each in figures_of(shipped, [], claims, NOW)}
    assert told["agency_rules"] == "Controls on Remote Access"
