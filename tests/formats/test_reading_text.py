import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.formats._text import (
    _read_fully,
    _read_quickly,
    beginning,
    clean,
    lines,
    number_doubles,
    paragraphs,
    plain_title,
    too_deep,
)
from watcher.formats.feed import split_markup


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("  a \n b\t c ", "a b c"),
        ("a\x00b\x07c", "abc"),
        ("zero\u200bwidth \u202eright to left\u202c", "zerowidth right to left"),
        ("soft\u00adhyphen and \ufeffmark", "softhyphen and mark"),
        ("Windows \x93quotes\x94 \x81", "Windows \u201cquotes\u201d"),
        ("half \ud800 pair", "half pair"),
        ("nbsp\u00a0here", "nbsp here"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_a_line_is_printable(raw: str, said: str) -> None:
    assert clean(raw) == said


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("<h2>Two <b>bold</b>ly</h2>", "Two boldly"),
        ("First<br/>second", "First second"),
        ("<p>One</p><p>two</p>", "One two"),
        ("&lt;div class=&quot;t&quot;&gt;One&lt;/div&gt;&lt;div&gt;two&lt;/div&gt;", "One two"),
        ("<ul><li>One</li><li>two</li></ul>", "One two"),
        ("<table><tr><td>One</td><td>two</td></tr></table>", "One two"),
        ("a < b and <main> stays", "a < b and <main> stays"),
    ],
)
def test_a_title_is_without_the_tags_of_text(raw: str, title: str) -> None:
    assert plain_title(raw) == title


@given(st.text("ab \t\n\x85\u00a0\u2028\u200b\x07", max_size=12))
def test_words_stand_one_space_apart_and_what_cannot_be_seen_is_gone(raw: str) -> None:
    seen = " ".join(raw.split()).translate(dict.fromkeys(map(ord, "\u200b\x07")))
    assert clean(raw) == " ".join(seen.split())


def test_nothing_is_longer_than_its_limit() -> None:
    assert clean("word " * 100, 12) == "word word wo"
    assert lines("one\n\n two \nthree", 9) == "one\ntwo\nt"
    assert len(plain_title("x" * 10_000)) == 500
    assert len(paragraphs("<p>" + "y" * 100_000, 1_000)) == 1_000


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("plain", "plain"),
        ("in a study we\n   ask how far", "in a study we ask how far"),
        ("one.\n\ntwo.\n \nthree", "one.\ntwo.\nthree"),
        ("list:\n- a\n- b", "list:\n- a\n- b"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One<p>Two", "One\nTwo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>One <b>bold</b>ly</li><li>Two</li></ul>", "One boldly\nTwo"),
        ("Tom &amp; Jerry&nbsp;&lt;3", "Tom & Jerry <3"),
        ("<a href='x' title=\"a > b\">link</a>", "link"),
        ("<a href='https://a.example/?b=1&amp;c=2'>two</a> words", "two words"),
        ("<table><tr><th>Model</th><th>Price</th></tr><tr><td>X</td><td>$8</td></tr></table>", "Model Price\nX $8"),
        ("a<script>alert('<p>x</p>')</script>b<style>p{}</style><!-- c -->d", "abd"),
        ("<P>UPPER</P><DIV>case</DIV>", "UPPER\ncase"),
        ("<pre>a\n  b\nc</pre> after", "a\nb\nc\nafter"),
        ("<p>unclosed <b", "unclosed"),
        ("<custom-tag>inside</custom-tag>", "inside"),
        ("", ""),
        ("<head><title>t</title></head>", ""),
    ],
)
def test_markup_becomes_lines(markup: str, said: str) -> None:
    assert paragraphs(markup) == said


LEAVES = st.sampled_from(
    ["word", " ", "&amp;", "&#39;", "&nbsp;", "5 > 4", "é", "<br>", "<br/>", "<img src=x alt='y'>", "<hr />", "\n"]
)
WRAPS = st.sampled_from(
    [
        "<p>{}</p>",
        "<b>{}</b>",
        "<ul><li>{}</li></ul>",
        "<div class='x'>{}</div>",
        '<a href="https://x.example/?a=1">{}</a>',
        "<h2 id=a>{}</h2>",
    ]
)
BALANCED = st.recursive(
    LEAVES, lambda inner: st.builds(str.format, WRAPS, st.lists(inner, max_size=4).map("".join)), max_leaves=12
)


NESTED = "<h2 id=a><h2 id=a></h2>word</h2>word"


@given(st.lists(BALANCED, max_size=5).map("".join))
@example(NESTED)
@example("<h2>one</h2><h3>two</h3>")
def test_the_quick_reading_of_markup_agrees_with_the_full_one(markup: str) -> None:
    flat = markup.replace("\n", " ")
    quick = _read_quickly(flat)
    assert quick is not None or "<h2" in flat, "only headings in headings are left to the full reading"
    assert quick is None or lines(quick) == lines(_read_fully(flat))


def test_a_heading_inside_a_heading_ends_it_as_in_a_browser() -> None:
    assert _read_quickly(NESTED) is None
    assert paragraphs(NESTED) == "wordword"
    assert paragraphs("<h2>one</h2>two<h3>three</h3>") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("markup", "deep"),
    [
        ("<div>" * 500 + "</div>" * 500, False),
        ("<div>" * 1_500, True),
        ("<div/>" * 1_500, True),
        ("<div></div>" * 1_500, False),
        ("</div>" * 1_500, False),
        ("<path d='x'/>" * 1_500, False),
        ("<p>x<br>" * 1_500, False),
        ("<X-Y>" * 1_500, True),
    ],
)
def test_what_lies_too_deep_is_read_without_a_tree(markup: str, deep: bool) -> None:  # noqa: FBT001 - a column of the table
    assert too_deep(markup) is deep
    assert paragraphs(f"{markup}the end").endswith("the end")
    assert split_markup(f"{markup}the end", "li")[1].endswith("the end")


@given(st.text(alphabet="<>/!-&;#x09abp='\" \n", max_size=60))
def test_no_markup_breaks_the_reading(markup: str) -> None:
    text = paragraphs(markup)
    assert text.replace("\n", "").isprintable()
    assert plain_title(markup).isprintable()


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Z.ai&#039;s GLM", "Z.ai's GLM"),
        ("Z.ai&amp;#039;s &amp;quot;GLM&amp;quot;", 'Z.ai\'s "GLM"'),
        ("On <em>testing</em> &lt;i&gt;well&lt;/i&gt;", "On testing well"),
        ("Using <script> safely", "Using <script> safely"),
        ("AT&T and R&D; done", "AT&T and R&D; done"),
        ("line\r\nBcc: x", "line Bcc: x"),
    ],
)
def test_a_title_is_one_plain_line(raw: str, title: str) -> None:
    assert plain_title(raw) == title


def test_the_beginning_names_a_note_and_stays_when_the_note_grows() -> None:
    note = "We\u2019ve launched Claude Sonnet 5, the next generation"
    assert beginning(note) == beginning(note + " (at a new price)") == "we-ve-launched-claude-sonnet-5"
    assert number_doubles(["a", "b", "a", "a"]) == ["a", "b", "a~2", "a~3"]


def test_an_item_is_split_at_its_outermost_elements() -> None:
    parts, rest = split_markup("<p>Before</p><ul><li>One<ul><li>inner</li></ul></li><li></li><li>Two</li></ul>", "li")
    assert parts == ["One\ninner", "Two"]
    assert rest == "Before"
    assert split_markup("no list", "li") == ([], "no list")
    with pytest.raises(ValueError, match="name of an HTML element"):
        split_markup("x", "li > a")
