import pytest
from reading import read, refused


def keys(text: str, **options: object) -> list[str]:
    return [entry.key for entry in read("markdown", text, **options)]


def test_a_bullet_that_is_added_to_keeps_its_key() -> None:
    text = "## June 30, 2026\n\n* We've launched Sonnet 5, the next generation, at a price.\n"
    assert keys(text, items="bullets") == keys(
        text.replace("price.", "price (the standard from August 10, 2026)."), items="bullets"
    )


def test_a_heading_in_code_is_none() -> None:
    assert keys("## 2026-06-09\ntext\n```\n## 2026-01-01\n```\n") == ["2026-06-09"]


def test_headings_without_a_day_stand_between_days() -> None:
    text = "## 2026-06-09\na\n### Fixed\nb\n## Unreleased\nc\n### Added\nd\n"
    assert keys(text) == ["2026-06-09", "2026-06-09/fixed"]
    assert keys(text, items="headings") == ["2026-06-09", "fixed", "unreleased", "added"]
    assert keys(text, items="page") == ["page"]


def test_blocks_of_every_kind_are_read() -> None:
    text = "# T\n\n> quoted\n\n<div>raw <b>html</b></div>\n\n![picture](x.png) and `code`\\\nnext\n\n    indented\n\n1. one\n\n   two!\n2. three\n\n---\n"
    assert read("markdown", text)[0].text.split("\n") == [
        "T",
        "quoted",
        "raw html",
        "picture and code next",
        "indented",
        "one. two!",
        "three",
    ]


def test_tables_are_sentences() -> None:
    table = "| Model | | Price |\n|---|---|---|\n| Mythos ( limited availability ) | yes | $8 |\n| | | |\n"
    assert read("markdown", table)[0].text == "Model: Mythos ( limited availability ); yes; Price: $8."


def test_links_point_to_headings_where_there_is_an_address() -> None:
    (entry,) = read("markdown", "## June 9, 2026\nx", link_base="https://p.example/page#top")
    assert entry.link == "https://p.example/page#june-9-2026"
    (entry,) = read("markdown", "## June 9, 2026\nx", url="")
    assert entry.link == ""


def test_dates_of_headings_are_days_of_the_publisher() -> None:
    (entry,) = read("markdown", "## June 9, 2026\nx", timezone="America/Los_Angeles")
    assert entry.published is not None
    assert entry.published.isoformat() == "2026-06-09T07:00:00+00:00"


@pytest.mark.parametrize(
    ("body", "kind"), [("", "empty"), ("---\n", "empty"), ("<!-- x -->", "empty"), ("<html><body>x</body></html>", "malformed")]
)
def test_what_has_no_text_is_refused(body: str, kind: str) -> None:
    assert refused("markdown", body)[0] == kind


def test_a_document_without_entries_may_be_allowed_and_words_required() -> None:
    assert read("markdown", "---\n", may_be_empty=True) == ()
    assert refused("markdown", "# T\nx", contains="y")[0] == "malformed"
    assert read("markdown", "# T\nx", contains="x")


def test_bullets_outside_of_any_heading_have_no_name() -> None:
    assert keys("- one\n- two\n", items="bullets") == ["#one", "#two"]
