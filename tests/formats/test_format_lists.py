"""JSON lists, sitemaps, text."""

import gzip
import json

import pytest
from reading import read, refused

from watcher.core.model import Unreadable


def listed(value: object, **options: object) -> list[tuple[str, str]]:
    return [
        (entry.key, entry.title) for entry in read("json_list", json.dumps(value), content_type="application/json", **options)
    ]


def test_a_list_is_found_at_its_path() -> None:
    assert listed([{"id": 1, "title": "a"}]) == [("1", "a")]
    assert listed({"a": {"b": [{"id": "x", "title": "t"}]}}, list="a.b") == [("x", "t")]
    assert listed({"a": [{"b": [{"id": "x", "title": "t"}]}]}, list="a.0.b") == [("x", "t")]
    assert listed({"2.0": {"title": "t"}, "1.0": "old"}, key="@key") == [("2.0", "t"), ("1.0", "")]
    assert listed(["a", "b"], key="@value", title="@value") == [("a", "a"), ("b", "b")]


def test_elements_without_a_key_are_left_out_and_doubles_numbered() -> None:
    assert listed([{"id": "a"}, {"x": 1}, {"id": "a"}, {"id": {}}]) == [("a", ""), ("a~2", "")]
    assert listed([{"id": "a", "v": 2}], key=("id", "v", "w")) == [("a 2", "")]


@pytest.mark.parametrize(
    ("value", "options", "kind"),
    [
        ([], {}, "empty"),
        ({"results": []}, {"list": "results"}, "empty"),
        ({"error": "slow down"}, {"list": "results"}, "malformed"),
        ({"results": "none"}, {"list": "results"}, "malformed"),
        ([1], {"list": "5"}, "malformed"),
        ([1], {"list": "x"}, "malformed"),
        ("text", {"list": "x"}, "malformed"),
        ([{"name": "x"}], {}, "malformed"),
    ],
)
def test_other_json_than_the_one_meant_is_refused(value: object, options: dict[str, str], kind: str) -> None:
    assert refused("json_list", json.dumps(value), **options)[0] == kind


@pytest.mark.parametrize("body", ["{", "[1,]", "NaN", '{"a": Infinity}', "[" * 100_000, "1" * 10_000, '"' + "\\ud800", "no json"])
def test_what_is_no_json_is_malformed(body: str) -> None:
    assert refused("json_list", body)[0] == "malformed"


def test_an_empty_list_may_be_allowed() -> None:
    assert listed([], may_be_empty=True) == []


def test_fields_of_every_kind_become_facts() -> None:
    element = {
        "id": "a",
        "n": 3,
        "b": True,
        "t": "x\0y",
        "l": ["p", 2, {}],
        "d": {"deep": 1},
        "none": None,
        "when": 12,
        "parts": ["p", "q"],
    }
    (entry,) = read(
        "json_list",
        json.dumps([element]),
        facts=("n", "b", "t", "l", "d", "none", "far=d.deep"),
        published="when",
        text=("parts", "t"),
    )
    assert dict(entry.facts) == {"n": 3, "b": True, "t": "xy", "l": ("p", "2"), "far": 1, "date_raw": "12"}
    assert (entry.text, entry.title, entry.published) == ("p, q\nxy", "p q xy", None)


def test_dates_may_be_numbers_and_nothing_else() -> None:
    entries = read(
        "json_list",
        json.dumps([{"id": "a", "published": 1781082000}, {"id": "b", "published": True}, {"id": "c", "published": {}}]),
    )
    assert [entry.published.year if entry.published else None for entry in entries] == [2026, None, None]


def test_a_template_without_its_field_gives_no_link() -> None:
    entries = read("json_list", json.dumps([{"id": "a"}, {"id": "b", "n": 7}]), link="https://x.example/{n}")
    assert [entry.link for entry in entries] == ["", "https://x.example/7"]
    assert read("json_list", json.dumps([{"id": "a"}]), link="", link_else="")[0].link == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", "empty"),
        ("<channel><item>https://a.example/</item></channel>", "malformed"),
        ("<urlset><url><loc>mailto:x@x.example</loc></url></urlset>", "empty"),
        ("<urlset><url><loc>https://a.example/</loc></url>", "malformed"),
        ("<rss/>", "empty"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><urlset/>", "malformed"),
        ("", "empty"),
    ],
)
def test_what_is_no_whole_sitemap_is_refused(body: str, kind: str) -> None:
    assert refused("sitemap", body)[0] == kind


def test_a_sitemap_is_bounded_and_may_be_empty() -> None:
    many = "<urlset>" + "".join(f"<url><loc>https://a.example/{n}</loc></url>" for n in range(100)) + "</urlset>"
    assert len(read("sitemap", many, max_items=10)) == 10
    assert read("sitemap", "<urlset/>", may_be_empty=True) == ()


def test_text_is_one_entry_or_an_entry_a_line() -> None:
    assert read("text", "A title\n\nand  more\n")[0].text == "A title\nand more"
    assert [entry.key for entry in read("text", "same\nsame\n***\n", items="lines")] == ["same", "same~2", "***"]
    assert refused("text", "\u200b\n")[0] == "empty"
    assert read("text", "\u200b\n", may_be_empty=True) == read("text", " ", may_be_empty=True) == ()
    assert refused("text", "another", contains="models")[1] == "the document does not hold 'models'"
    assert read("text", "the models", contains="models")


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("https://a.example/1\r\nhttps://a.example/2\n", ["https://a.example/1", "https://a.example/2"]),
        (
            "<rss version='2.0'><channel><title>T</title><item><link>https://a.example/1</link></item></channel></rss>",
            ["https://a.example/1"],
        ),
        ("<urlset><url>https://a.example/1</url></urlset>", ["https://a.example/1"]),
        ("<urlset><url><loc>https://a.example/?x=1&y=2</loc></url></urlset>", ["https://a.example/?x=1&y=2"]),
        (
            "<urlset><url><loc>https://a.example/news/1</loc></url><url><loc>ftp://a.example/</loc></url></urlset>",
            ["https://a.example/news/1"],
        ),
    ],
)
def test_a_sitemap_may_have_any_form_that_the_protocol_allows(body: str, links: list[str]) -> None:
    assert [entry.link for entry in read("sitemap", body)] == links
    assert [entry.link for entry in read("sitemap", gzip.compress(body.encode()))] == links


def test_of_an_index_the_maps_that_are_meant_are_kept() -> None:
    maps = "".join(f"<sitemap><loc>https://a.example/{name}.xml</loc></sitemap>" for name in ("news", "images"))
    found = read("sitemap", f"<sitemapindex>{maps}</sitemapindex>", maps="/news", under="/nothing/")
    assert [(entry.link, entry.facts["kind"]) for entry in found] == [("https://a.example/news.xml", "index")]
    with pytest.raises(Unreadable, match="102 site maps"):
        read("sitemap", f"<sitemapindex>{''.join(maps.replace('/news', f'/{n}') for n in range(51))}</sitemapindex>", maps=".xml")
