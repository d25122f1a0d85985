import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.formats import _values
from watcher.formats._values import absolute

BASE = "https://pub.example/a/b"


@pytest.mark.parametrize(
    ("link", "full"),
    [
        ("https://x.example/a?b=1&c=%20#d", "https://x.example/a?b=1&c=%20#d"),
        (" https://x.example/a\n", "https://x.example/a"),
        ("http://x.example", "http://x.example"),
        ("/root", "https://pub.example/root"),
        ("../up", "https://pub.example/up"),
        ("//other.example/x", "https://other.example/x"),
        ("#june-9", "https://pub.example/a/b#june-9"),
        ("https://x.example/with space/é", "https://x.example/with%20space/%C3%A9"),
        ("https://müller.example/x", "https://xn--mller-kva.example/x"),
        ("https://MÜLLER.example:8443/ü?q=ß#ä", "https://xn--mller-kva.example:8443/%C3%BC?q=%C3%9F#%C3%A4"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://m%C3%BCller.example/", "https://xn--mller-kva.example/"),
        ("//例え.example/x", "https://xn--r8jz45g.example/x"),
        ("https://xn--mller-kva.example/", "https://xn--mller-kva.example/"),
        ("https://x。example/", "https://x.example/"),
        ("https://x.exa\tmple/a\r\n/b", "https://x.example/a/b"),
        ("https://-ü.example/", ""),
        ("https://%00ü.example/", ""),
        ("HTTPS://X.example/", "https://X.example/"),
        ("https://x.example/Z.ai's (1).pdf", "https://x.example/Z.ai's%20(1).pdf"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("ftp://x.example/", ""),
        ("https:///etc/passwd", ""),
        ("https://", ""),
        ("https:x.example", ""),
        ("https://x.example\\@y.example/", ""),
        ("https://x.example/\x00", ""),
        ("https://x.example:99999/", ""),
        ("https://x.example:0/", ""),
        ("https://[broken/", ""),
        ("https://x.example/" + "a" * 3000, ""),
    ],
)
def test_only_addresses_on_the_web_are_kept(link: str, full: str) -> None:
    assert absolute(link, BASE) == full


@given(st.text(max_size=80))
def test_no_text_becomes_another_kind_of_address(link: str) -> None:
    found = absolute(link, BASE)
    assert found == "" or found.lower().startswith(("http://", "https://"))
    assert found.isprintable()
    assert not set(found) & set(' <>"\\')


def test_options_are_of_their_kind() -> None:
    given_options = {"a": "x", "b": ("x", "y"), "n": 3, "t": True}
    assert (_values.word(given_options, "a"), _values.word(given_options, "none", "z")) == ("x", "z")
    assert (_values.words(given_options, "a"), _values.words(given_options, "b"), _values.words(given_options, "none")) == (
        ("x",),
        ("x", "y"),
        (),
    )
    assert (_values.number(given_options, "n", 1), _values.number(given_options, "none", 1)) == (3, 1)
    assert (_values.flag(given_options, "t"), _values.flag(given_options, "none")) == (True, False)
    for wrong in (
        lambda: _values.word(given_options, "n"),
        lambda: _values.words(given_options, "n"),
        lambda: _values.number(given_options, "t", 1),
    ):
        with pytest.raises(TypeError, match="option"):
            wrong()
    with pytest.raises(TypeError, match="option a"):
        _values.flag(given_options, "a")
