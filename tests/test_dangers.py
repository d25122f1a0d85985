"""What hurt similar tools: each danger is impossible here, which the code is searched for, or has a test of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from watcher.config.settings import Web

ROOT = Path(__file__).parents[1]
CODE = sorted((*ROOT.glob("watcher/**/*.py"), *ROOT.glob("notifiers/**/*.py")))
TEMPLATES = sorted(ROOT.glob("watcher/templates/**/*.html"))

# What happened elsewhere, or was measured in a library that we use, and the tests that would fail if it could happen here.
DANGERS: dict[str, tuple[str, ...]] = {
    # measured
    "an entity bomb, also in UTF-16, EBCDIC or UTF-7": (
        "formats/test_hostile.py::test_an_entity_bomb_is_refused_before_any_parser_sees_it",
    ),
    "a body that is a path or an address opens it": ("formats/test_hostile.py::test_a_path_or_an_address_as_body_opens_nothing",),
    "scripts in titles, summaries and links": (
        "formats/test_hostile.py::test_scripts_come_through_as_words_at_most",
        "web/test_pages.py::test_what_a_feed_contains_never_runs",
        "mail/test_mail.py::test_what_a_feed_says_never_runs_and_makes_no_header",
    ),
    "a challenge page that reads as a feed without news": (
        "test_fetch_faults.py::test_a_page_that_asks_for_a_human_is_no_document",
        "test_blind.py::test_the_operator_hears_once_when_a_source_goes_blind_and_once_when_it_sees_again",
    ),
    "a parser that raises on a number that is no character": (
        "formats/test_hostile.py::test_a_character_that_is_none_breaks_its_own_feed_at_most",
    ),
    "NUL and control characters": ("formats/test_hostile.py::test_control_characters_never_come_through",),
    "an empty body": (
        "test_faults.py::test_the_same_over_the_demo",
        "test_fetch_bodies.py::test_an_empty_body_that_says_it_is_gzip_is_empty",
    ),
    "a truncated feed that is read as a whole one": (
        "test_fetch_client.py::test_a_body_shorter_than_announced_is_no_document_whatever_carries_it",
    ),
    "dates of other zones, of the year 0 and of the year 9999": (
        "formats/test_hostile.py::test_what_the_fuzzer_found_stays_harmless",
        "core/test_fold.py::test_a_track_stands_where_its_claims_put_it",
    ),
    "twenty thousand items": ("formats/test_hostile.py::test_twenty_thousand_items_are_bounded",),
    "a small gzip that becomes 300 MB": ("test_fetch_bodies.py::test_a_gzip_bomb_of_300_megabytes_costs_less_than_20",),
    "a slow drip": ("test_fetch_faults.py::test_a_request_has_one_deadline_for_everything",),
    "a proxy from the environment": ("test_fetch_client.py::test_the_environment_names_no_proxy",),
    "a scheduler that drops a late run, or stops when the clock is set back": (
        "test_clock.py::test_the_scheduler_goes_on_whatever_its_clock_shows",
        "test_clock.py::test_a_clock_that_jumps_costs_no_hour_of_polls_and_no_storm_of_them",
    ),
    # published weaknesses
    "XPath, jq or other expressions that reach files": ("config/test_mistakes.py::test_a_mistake_is_named",),
    "requests to private addresses": (
        "test_fetch_guard.py::test_a_closed_address_is_refused",
        "test_fetch_names.py::test_the_connection_goes_to_the_address_that_was_checked",
        "test_fetch_names.py::test_a_name_in_a_redirect_is_checked_as_well",
        "notifiers/test_notifiers_webhook.py::test_the_guard_has_the_last_word",
        "test_blind.py::test_a_service_that_does_not_take_it_is_told_in_the_log_without_its_address",
    ),
    "two parsers that see two hosts in one address": ("test_fetch_urls.py::test_all_parsers_see_the_same_host_in_any_mixture",),
    "script on the page": ("web/test_pages.py::test_a_page_carries_no_inline_code_and_nothing_from_other_hosts",),
    "a route that nobody gave a class": ("web/test_routes.py::test_every_route_says_who_may_call_it",),
    "metrics for whoever claims to be near": ("web/test_routes.py::test_metrics_are_for_the_operator",),
    "bounds that a parameter passes": ("web/test_routes.py::test_a_number_outside_its_bounds_is_refused",),
    "a backup that is read back by a path of its own": (
        "store/test_backup.py::test_a_backup_that_cannot_be_written_says_why_and_leaves_nothing",
    ),
    "secrets in logs, page, API, mails and errors": (
        "test_secrets.py::test_a_secret_stands_in_nothing_that_anybody_can_read",
        "test_secrets.py::test_a_secret_that_cannot_be_used_is_not_repeated_in_the_complaint",
    ),
    "patterns that take for ever": ("config/test_values.py::test_a_pattern_is_refused_for_its_time_or_its_form",),
    "TLS that is not verified": (
        "test_fetch_names.py::test_a_certificate_of_an_unknown_authority_is_not_taken",
        "notifiers/test_notifiers_smtp.py::test_mail_goes_over_tls_that_is_verified",
    ),
    "a title that makes a header": ("notifiers/test_notifiers_contract.py::test_a_hostile_title_stays_on_its_line",),
    "feeds out whose type is guessed": ("web/test_routes.py::test_every_answer_names_its_type",),
    "a default password, or a page for everybody by default": (
        "test_dangers.py::test_the_page_is_for_this_machine_until_somebody_says_otherwise",
    ),
    # promises
    "a source's failure that moves a status": (
        "test_faults.py::test_a_fault_on_every_source_moves_no_status_makes_each_blind_and_passes",
    ),
    "a change that is committed without the rows that announce it": (
        "test_kill.py::test_killed_at_every_step_nothing_is_lost_and_nothing_doubled_but_the_uncertain_mail",
    ),
    "a crash that loses something": ("store/test_crash.py::test_killed_between_any_two_statements",),
    "the same news twice to one person": (
        "pipeline/test_deliver.py::test_a_kill_while_sending_loses_nothing_and_repeats_under_the_same_identity",
    ),
    "a status without a quote": ("test_cycles.py::test_news_is_told_once_with_its_words_link_time_and_hash",),
    "a word to the makers of the program": ("test_house.py::test_a_library_has_one_door",),
    "an upgrade that loses what was stored": (
        "store/test_migrations.py::test_an_earlier_database_is_upgraded_with_everything_in_it",
    ),
    "a past that is decided otherwise when it is decided again": (
        "test_oracle.py::test_everything_is_said_once_in_time_and_with_the_right_evidence",
    ),
    "a clock that loses or doubles work": (
        "test_clock.py::test_whatever_the_clock_does_the_news_is_mailed_once",
        "test_clock.py::test_a_daily_digest_comes_once_on_each_day_of_a_clock_change",
    ),
    "a reader who harms the reading process": (
        "test_parser_pool.py::test_a_document_that_harms_its_worker_is_one_failure_and_the_pool_goes_on",
    ),
    "a disk that is full": (
        "store/test_store_errors.py::test_a_full_disk_undoes_the_transaction_and_the_watch_goes_on_when_there_is_room",
    ),
}


@pytest.mark.parametrize("danger", DANGERS)
def test_a_danger_has_its_test(danger: str) -> None:
    for reference in DANGERS[danger]:
        file, _, name = reference.partition("::")
        assert f"def {name}(" in (ROOT / "tests" / file).read_text("utf-8"), reference


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/reliability.md"])
def test_a_page_that_names_a_test_names_one_that_is_there(page: str) -> None:
    named = set(re.findall(r"`((?:[a-z]+/)?test_[a-z_]+)`", (ROOT / page).read_text("utf-8")))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "tests" / f"{name}.py").exists()] == []


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call of a file, by its dotted name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    found = {each.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for each in node.names}
    return found | {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}


NEVER_CALLED = {
    "eval": "code from text",
    "exec": "code from text",
    "compile": "code from text",
    "os.system": "a shell",
    "os.popen": "a shell",
    "feedparser.parse.parse": "an address or a path",
    "ssl._create_unverified_context": "TLS that is not verified",
}
NEVER_IMPORTED = {"pickle", "marshal", "shelve", "dill", "zipfile", "tarfile", "xmlrpc", "ftplib", "telnetlib"}


def test_what_must_not_happen_cannot_be_written_unnoticed() -> None:
    for path in CODE:
        with named(path):
            look_for_dangers(path)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Say in which file an assertion failed."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"in {path}")
        raise


def look_for_dangers(path: Path) -> None:
    found = list(calls(path))
    assert [name for name, _ in found if name in NEVER_CALLED] == []
    assert imports(path) & NEVER_IMPORTED == set()
    for name, call in found:
        named = {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg}
        assert named.get("shell", "False") == "False", "no shell"
        off = [word for word in ("verify", "check_hostname", "validate_certs", "ssl") if named.get(word) in {"False", "0"}]
        assert off == [], f"{name}: certificates are verified"
        if name == "yaml.load":
            assert named.get("Loader") in {"_SAFE_LOADER", "yaml.SafeLoader", "yaml.BaseLoader"}, "plain values only"
        assert "from_string" not in name, "no template from text"
        if name == "feedparser.parse":
            assert ast.unparse(call.args[0]).startswith("io.BytesIO("), "given anything else it would open it"
    text = path.read_text("utf-8")
    assert "CERT_NONE" not in text
    assert "html.parser" not in text, "it takes the square of a text in many a Python (CVE-2025-6069)"
    assert "autoescape=False" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_escapes_what_it_shows_and_holds_no_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", text)


def test_chance_is_for_jitter_alone() -> None:
    assert [path.name for path in CODE if "random" in imports(path)] == ["bootstrap.py"], "all else is made by `secrets`"


def test_the_page_is_for_this_machine_until_somebody_says_otherwise() -> None:
    assert Web().host == "127.0.0.1"


@pytest.mark.parametrize(("library", "bound"), [("feedparser", "<7"), ("httpx2", "<3"), ("apprise", ">=1.12")])
def test_a_library_that_hurt_others_is_bounded(library: str, bound: str) -> None:
    [line] = [
        line for line in (ROOT / "requirements.in").read_text("utf-8").splitlines() if re.match(rf"{library}\b(?!\d)", line)
    ]
    assert bound in line
