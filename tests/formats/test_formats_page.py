from tools import formats_reference


def test_the_page_of_formats_says_what_the_formats_say() -> None:
    assert formats_reference.PAGE.read_text(encoding="utf-8") == formats_reference.page_text(), "run `make schema`"
