import pytest
from reading import HTML, read, refused

NIST = "https://www.nist.gov/x"


def page(body: str, *, head: str = "", title: str = "A page") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        (page("<h1>Shown</h1>", head='<meta property="og:title" content="Shared &amp; told">'), "Shared & told"),
        (page("<header><h1>Site</h1></header><main><h1>The <i>main</i> one</h1></main>"), "The main one"),
        (page("<h1>Shown</h1>"), "Shown"),
        (page("<p>x</p>", title="In the head | Site"), "In the head"),
        (page("<p>x</p>", title="Statement on access \\ Lab"), "Statement on access"),
        (page("<p>x</p>", title="Just-words"), "Just-words"),
    ],
)
def test_the_title_is_the_one_shared_or_shown(markup: str, title: str) -> None:
    assert read("page", markup, content_type=HTML)[0].title == title


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<nav>Menu</nav><main><p>M</p><article><p>A</p></article></main><footer>F</footer>", "A"),
        ("<article><p>A</p></article><p>B</p>", "A"),
        ("<main><p>M</p><script>s</script><form>f</form></main>", "M"),
        ("<div role='main'><p>R</p></div>else", "R"),
        ("<p>B</p>", "B"),
        ("<main></main><p>B</p>", "B"),
    ],
)
def test_the_text_is_that_of_the_main_part(body: str, text: str) -> None:
    assert read("page", page(body), content_type=HTML)[0].text == text


RELEASED = [
    ("<main>x</main><p>Released July 17, 2026</p>", "2026-07-17T04:00:00+00:00", {"released": "2026-07-17"}),
    (
        "<main>x</main><p>Released May 1, 2026, Updated May 2, 2026</p>",
        "2026-05-01T04:00:00+00:00",
        {"released": "2026-05-01", "updated": "2026-05-02"},
    ),
    (
        "<time datetime='2026-07-17T14:00:00Z'></time>Published: 17 July 2026",
        "2026-07-17T14:00:00+00:00",
        {"released": "2026-07-17"},
    ),
    (
        "<time datetime='2026-08-01T14:00:00Z'></time>Released July 17, 2026",
        "2026-07-17T04:00:00+00:00",
        {"released": "2026-07-17"},
    ),
    ("<main>x</main>Released Foober 17, 2026", None, {}),
    ("<p>evaluated in April 2026</p>", None, {}),
]


@pytest.mark.parametrize(("body", "published", "facts"), RELEASED)
def test_the_line_of_record_decides_the_day(body: str, published: str | None, facts: dict[str, str]) -> None:
    (entry,) = read("page", page(body), content_type=HTML, timezone="America/New_York")
    assert (entry.published.isoformat() if entry.published else None) == published
    assert {name: value for name, value in entry.facts.items() if name != "date_raw"} == facts


def test_the_line_of_record_decides_over_a_place_that_is_named_for_the_date() -> None:
    body = "<main><p class='d'>1 August 2026</p>x</main><p>Released July 17, 2026</p>"
    (entry,) = read("page", page(body), content_type=HTML, date=".d")
    assert (str(entry.published), entry.facts["date_raw"]) == ("2026-07-17 00:00:00+00:00", "July 17, 2026")


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        (
            '<meta property="article:published_time" content="2026-06-13T00:40:00Z">',
            "x <time datetime='2026-06-20'></time>",
            "2026-06-13",
        ),
        ("", "<p>by <time datetime='2026-06-20'>June</time></p>", "2026-06-20"),
        ("", "<time>x</time>", None),
        ('<script type="application/ld+json">[{"@graph": [{"datePublished": "2026-06-21"}]}, 3]</script>', "x", "2026-06-21"),
        (
            '<script type="application/ld+json">{"@graph": 3}</script><script type="application/ld+json">{broken</script>',
            "x",
            None,
        ),
        ('<meta name="dcterms.date" content="2026-06-22">', "x", "2026-06-22"),
        ('<meta name="date" content="June 23, 2026">', "x", "2026-06-23"),
        ("", '<p class="post-date">June 24, 2026</p>', "2026-06-24"),
        ("", '<p class="post-date">soon</p>', None),
    ],
)
def test_a_date_is_found_where_pages_write_it(head: str, body: str, day: str | None) -> None:
    (entry,) = read("page", page(body, head=head), content_type=HTML)
    assert (entry.published.date().isoformat() if entry.published else None) == day


def test_places_may_be_named() -> None:
    body = "<div id='t'>The title</div><div class='b'>One</div><div class='b'>Two</div><span id='d'>7 May 2026</span><time datetime='2020-01-01'></time>"
    (entry,) = read("page", page(body), content_type=HTML, title="#t", text=".b", date="#d")
    assert entry.published is not None
    assert (entry.title, entry.text, entry.published.isoformat()) == ("The title", "One\nTwo", "2026-05-07T00:00:00+00:00")


def test_a_page_keeps_its_key_when_it_moves() -> None:
    here, there = (
        read("page", page("<p>x</p>"), url=url, content_type=HTML)[0]
        for url in ("https://a.example/caisi", "https://a.example/caissi")
    )
    assert here.key == there.key
    assert here.link != there.link


def test_attachments_are_entries_of_their_own_once() -> None:
    body = "<p>Text</p><a href='/f/a%20b.pdf'><img></a><a href='/f/a%20b.pdf'>again</a><a href='ftp://x.pdf'>no</a>"
    entries = read("page", page(body), url=NIST, content_type=HTML, links="a[href$='.pdf']")
    assert [(entry.title, entry.link) for entry in entries[1:]] == [("a b.pdf", "https://www.nist.gov/f/a%20b.pdf")]


@pytest.mark.parametrize(
    "markup",
    [
        page("<p>x</p>", title="404 - Page"),
        page("<p>x</p>", title="Page not found | Site"),
        page("<h1>Sorry, this page has gone</h1>", title="Site"),
        page("<p>x</p>", title="U.S. Senate: 404 Error Page"),
    ],
)
def test_a_page_that_says_it_is_missing_is_no_reading(markup: str) -> None:
    kind, reason = refused("page", markup, content_type=HTML)
    assert (kind, "the page says" in reason) == ("malformed", True)


def test_a_page_must_hold_the_words_it_is_known_by() -> None:
    assert (
        refused("page", page("<p>Something else</p>"), content_type=HTML, contains="CAISI")[1] == "the page does not hold 'CAISI'"
    )
    assert read("page", page("<p>On CA<b>IS</b>I</p>"), content_type=HTML, contains=("CAISI", "On"))


@pytest.mark.parametrize(
    ("markup", "options", "kind"),
    [
        (page("<p>x</p>"), {"items": "article.card"}, "empty"),
        (page("<p>x</p>"), {"text": "div.body"}, "empty"),
        (page("<div id='root'></div>"), {}, "empty"),
        (page("<article class='card'></article>"), {"items": "article.card"}, "empty"),
        (page("<p>x</p>"), {"items": "article["}, "malformed"),
    ],
)
def test_selectors_that_find_nothing_are_said(markup: str, options: dict[str, str], kind: str) -> None:
    assert refused("page", markup, content_type=HTML, **options)[0] == kind


def test_a_listing_may_be_empty_where_it_is_allowed() -> None:
    assert read("page", page("<p>x</p>"), content_type=HTML, items="article", may_be_empty=True) == ()


def test_what_is_no_page_is_refused() -> None:
    for body in ('{"a": 1}', "%PDF-1.4", "plain"):
        assert refused("page", body, content_type="application/json")[1] == "the document is no web page"
    assert read("page", "<p>a fragment</p>", content_type=HTML)[0].text == "a fragment"


CARDS = """
<a class="card" href="/one">First words</a>
<div class="card"><a href="/two" aria-label="Said to hearers"></a><time datetime="2026-03-04">4 March</time></div>
<div class="card"><a href="/three"><img src="x" alt="A picture's words"></a></div>
<div class="card"><h2>No link here</h2><p>May 5, 2026</p></div>
<div class="card"><h2>No link here</h2></div>
<div class="card"><h3><a href="/four">Heading</a></h3><a href="/four">Read more</a></div>
<div class="card"><a href="/four">Again</a></div>
"""


def test_cards_are_named_by_what_they_have() -> None:
    entries = read("page", page(CARDS), url=NIST, content_type=HTML, items=".card")
    assert [(entry.key, entry.title) for entry in entries] == [
        ("https://www.nist.gov/one", "First words"),
        ("https://www.nist.gov/two", "Said to hearers"),
        ("https://www.nist.gov/three", "A picture's words"),
        ("https://www.nist.gov/four", "Heading"),
        ("no-link-here", "No link here"),
        ("no-link-here~2", "No link here"),
    ]
    assert entries[1].published is not None


def test_only_so_many_cards_are_kept() -> None:
    assert len(read("page", page(CARDS), content_type=HTML, items=".card", max_items=2)) == 2
