from pathlib import Path

import pytest
from reading import read, refused

WORLD = Path(__file__).resolve().parents[2] / ".." / "shared" / "world" / "story" / "captures" / "mozilla"
HEAD = "announced: April 21, 2026\nfixed_in: [Firefox 150]\ntitle: T\n"


def test_only_a_release_of_the_product_itself_counts() -> None:
    body = HEAD + "advisories: {CVE-1: {bugs: [{url: 2014596}]}}"
    for product, release in (
        ("Firefox 150", True),
        ("Firefox 150.0.1", True),
        ("Firefox ESR 140.1", False),
        ("Firefox for iOS 150", False),
        ("Thunderbird 150", False),
    ):
        (entry,) = read("advisories", body.replace("Firefox 150", product))
        assert (entry.facts["release"], entry.facts["ids"]) == (release, ("2014596",) if release else ()), product
    (entry,) = read("advisories", body.replace("Firefox 150", "Thunderbird 150"), product="Thunderbird")
    assert entry.facts["release"]


def test_entries_of_odd_shape_are_passed_over() -> None:
    body = (
        HEAD
        + "advisories: {CVE-1: text, CVE-2: {bugs: 3}, CVE-3: {bugs: [2014596, {url: 'https://bugzilla.mozilla.org/show_bug.cgi?id=2014597'}]}}"
    )
    (entry,) = read("advisories", body, url="https://x.example/")
    assert (entry.key, entry.facts["ids"], entry.facts["cves"]) == ("page", ("2014596", "2014597"), ("CVE-1", "CVE-2", "CVE-3"))


def test_what_was_fixed_may_be_one_thing_or_none() -> None:
    body = "announced: April 21, 2026\nadvisories: {}\nfixed_in: "
    assert [read("advisories", body + value)[0].facts["fixed_in"] for value in ("Firefox 150", "2026", "")] == [
        ("Firefox 150",),
        ("2026",),
        (),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "just text",
        "- a list",
        "announced: soon\nadvisories: {}",
        HEAD,
        HEAD + "advisories: [x]",
        "a: &a [x]\nb: *a\n",
        "a: &a {x: y}\nb: {<<: *a}\n",
        "a: {b: [",
        "a: !!python/object/apply:os.system ['true']",
        "[" * 3_000,
        "a: 0001-99-99",
    ],
)
def test_what_is_no_advisory_is_refused(body: str) -> None:
    assert refused("advisories", body)[0] == "malformed"


@pytest.mark.skipif(not WORLD.exists(), reason="the captured advisories lie beside the repository, not in it")
def test_the_published_counts_of_2026_are_reproduced() -> None:
    newest = {path.name.partition(".")[0]: path for path in sorted(WORLD.glob("*.yml"))}
    months: dict[str, set[str]] = {}
    for name, path in newest.items():
        (entry,) = read("advisories", path.read_bytes(), url=f"https://x.example/{name}.yml")
        months.setdefault(str(entry.facts["month"]), set()).update(map(str, entry.facts["ids"]))  # type: ignore[arg-type]
    counts = {month: len(ids) for month, ids in sorted(months.items())}
    assert counts == {"2026-01": 25, "2026-02": 61, "2026-03": 76, "2026-04": 423, "2026-05": 185, "2026-06": 120, "2026-07": 218}
