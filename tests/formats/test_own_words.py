"""What on a page is its own: not the cards of other posts, and not their dates."""

import pytest
from reading import HTML, read

OWN = "<p>The model is open to all customers.</p>"
LINK = '<a href="/other">Another post</a>'


def text_of(body: str) -> str:
    return read("page", f"<!DOCTYPE html><html><body>{body}</body></html>", content_type=HTML)[0].text


@pytest.mark.parametrize(
    "other",
    [
        f"<section><h2>Related content</h2><div><h3>X</h3><p>Suspended.</p>{LINK}</div></section>",
        f"<h2>You may also like</h2><ul><li>{LINK} Suspended.</li></ul>",
        f"<h2>Read next</h2><h3>X</h3><p>Suspended.</p>{LINK}",
        f"<div class='wrap'><div><div class='block-title'>More from the newsroom</div></div><div><p>Suspended.</p>{LINK}</div></div>",
        f"<div class='relatedPosts'><p>Suspended.</p>{LINK}</div>",
        f"<div class='Card_read-more__x1'><p>Suspended.</p>{LINK}</div>",
        f"<p class='teaser'>Suspended. {LINK}</p>",
        "<article><h3><a href='/other'>X</a></h3><p>Suspended.</p></article>",
        "<article class='nist-teaser'><h3><a href='/other'>X</a></h3><time datetime='2026-10-02'></time>Suspended.</article>",
        "<a href='/other'><h3>X</h3><p>Suspended.</p></a>",
        "<div><div class='c'><h3><a href='/1'>X</a></h3>Suspended.</div><div class='c'><h3><a href='/2'>Y</a></h3>Again.</div></div>",
        "<div><div class='c'><h3><a href='/1'>X</a></h3>Suspended.</div>\n<div class='c'><h3><a href='/2'>Y</a></h3>Again.</div></div>",
        f"<section> <i></i> <h2>Related content</h2><div>Suspended. {LINK}</div></section>",
        f"<h2>Ähnliche Beiträge:</h2><div>Suspended. {LINK}</div>",
        f"<h2>関連記事</h2><div>Suspended. {LINK}</div>",
        f"<nav>Suspended. {LINK}</nav><aside>Suspended.</aside><dialog>Suspended.</dialog>",
    ],
)
def test_what_leads_to_other_pages_is_not_its_own(other: str) -> None:
    body = f"<main><article><h1>Back</h1>{OWN}{other}</article></main><footer>Suspended</footer>"
    assert "uspended" not in text_of(body)
    assert text_of(body).startswith("Back\nThe model is open to all customers.")
    assert "uspended" not in text_of(f"<div><h1>Back</h1>{OWN}{other}</div>")


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("<h2>Related work</h2><p>Earlier <a href='/1'>studies</a> found less.</p>", "found less"),
        ("<h2>Related content</h2><p>There is none.</p>", "There is none."),
        ("<div class='correlated'><p>It grew <a href='/1'>too</a>.</p></div>", "It grew too."),
        ("<div class='related'><h1>Back</h1><p>Words <a href='/1'>here</a></p></div>", "Words here"),
        ("<h2><a href='#part'>A part</a></h2><p>Its words.</p>", "Its words."),
        ("<div><h2><a href='/whole'>A part</a></h2><p>Its words.</p></div><div><p>Others.</p></div>", "Its words."),
        ("<h2>See also</h2><p><a href='/1'>X</a></p><h2>Correction</h2><p>It was wrong.</p>", "Correction\nIt was wrong."),
        ("<div><p>Its words.</p><h2>Related content</h2><p><a href='/1'>X</a></p></div>", "Its words."),
        ("<div>Its words.<h2>Related content</h2><p><a href='/1'>X</a></p></div>", "Its words."),
        ("<h2>Related news</h2><div><a href='/1'>X</a></div><p>Released July 17, 2026</p>", "Released July 17, 2026"),
        ("<article><footer>Signed by all.</footer></article>", "Signed by all."),
        (f"<div class='shared share'><p>{'Words. ' * 800}<a href='/1'>Link</a></p></div>", "Words."),
        ("<form><h1>Back</h1><p>In a form.</p></form>", "In a form."),
    ],
)
def test_what_only_looks_like_it_is_kept(body: str, kept: str) -> None:
    assert kept in text_of(f"<main><p>First.</p>{body}</main>")


def test_a_page_of_nothing_else_is_read_all_the_same() -> None:
    assert "Another post" in text_of(f"<main><article><h2>{LINK}</h2><p>Its lead.</p></article></main>")


def test_one_small_article_is_not_the_page() -> None:
    body = f"<main><h1>Back</h1><p>{'Long words. ' * 20}</p><article><p>A note.</p></article></main>"
    assert text_of(body).startswith("Back\nLong words.")


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("<h1>X</h1><div class='body-3 agate'>Jun 12, 2026</div><p>Words.</p>", "2026-06-12"),
        ("<h1>X</h1><p>By A. Person</p><span>June 12, 2026</span><span>5 min read</span>", "2026-06-12"),
        ("<h1>X</h1><p>12 June 2026 · 5 min read</p>", "2026-06-12"),
        ("<h1>X</h1><p>Published on Friday, June 12, 2026 at 9:00 AM</p>", "2026-06-12"),
        ("<div>Date</div><div>August 21, 2026</div><h1>X</h1><p>Words.</p>", "2026-08-21"),
        ("<h1>X</h1><dl><dt>Category</dt><dd>News</dd><dt>Date</dt><dd>August 21, 2026</dd></dl>", "2026-08-21"),
        ("<h1>X</h1><p>Last updated</p><p>June 30, 2026</p><p>Published</p><p>June 12, 2026</p>", "2026-06-12"),
        ("<h1>X</h1><p>Updated June 30, 2026</p>", None),
        ("<h1>X</h1><p>2026年6月12日</p>", "2026-06-12"),
        ("<h1>X</h1><p>June 12, 2026</p><p>Words.</p><time datetime='2026-12-01'>December 1</time>", "2026-06-12"),
        ("<h1>X</h1><p>June 12, 2026</p><time datetime='2026-06-12T15:00:00Z'>3 pm</time>", "2026-06-12T15"),
        (f"<h1>X</h1><p>{'Long words. ' * 20}</p><p>June 12, 2026</p>", None),
        ("<h1>X</h1><p>June 12, 2026 was the day on which it began.</p>", None),
        ("<h1>X</h1><article><h3><a href='/o'>O</a></h3><time datetime='2026-10-02'></time></article><p>Words</p>", None),
        ("<h1>X</h1><time itemprop='dateModified' datetime='2026-10-02'></time><p>Words</p>", None),
        ("<p>June 12, 2026</p><p>Words without a heading.</p>", "2026-06-12"),
    ],
)
def test_the_day_of_a_page_stands_beside_its_heading(body: str, day: str | None) -> None:
    (entry,) = read("page", f"<html><body><main>{body}</main></body></html>", content_type=HTML)
    assert (entry.published.isoformat() if entry.published else "None").startswith(str(day))
