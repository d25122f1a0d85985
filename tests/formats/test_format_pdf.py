import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfWriter
from reading import read, refused

from watcher.formats import pdf

REPORT = (Path(__file__).parent / "golden" / "report.pdf").read_bytes()


def made(
    *,
    pages: int = 1,
    metadata: dict[str, str] | None = None,
    password: str = "",
    owner: str = "",
    algorithm: str = "RC4-128",
) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if metadata is not None:
        writer.add_metadata(metadata)
    if owner or password:
        writer.encrypt(password, owner or None, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_document_that_is_only_kept_from_changes_opens(algorithm: str) -> None:
    (entry,) = read("pdf", made(owner="x", algorithm=algorithm, metadata={"/Title": "Kept"}))
    assert entry.title == "Kept"


def test_a_scanned_document_has_no_text_and_is_no_failure() -> None:
    (entry,) = read("pdf", made(pages=3, metadata={"/Title": "Scanned"}))
    assert (entry.title, entry.text, entry.facts["pages"]) == ("Scanned", "", 3)


@pytest.mark.parametrize(
    ("raw", "created"),
    [
        ("D:20260717100000-04'00'", datetime(2026, 7, 17, 14, tzinfo=UTC)),
        ("D:20260717", None),
        ("D:00010101000000Z", None),
        ("yesterday", None),
    ],
)
def test_the_date_is_the_documents_own_where_it_is_one(raw: str, created: datetime | None) -> None:
    (entry,) = read("pdf", made(metadata={"/CreationDate": raw}))
    assert entry.published == created


def test_only_so_many_pages_are_read() -> None:
    (entry,) = read("pdf", REPORT, max_pages=0)
    assert (entry.text, entry.facts["pages"]) == ("", 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"%PDF-1.4\nbroken", "the PDF is broken"),
        (REPORT[:300], "the PDF is broken"),
        (b"no such thing", "the document is no PDF"),
        (made(password="x"), "the PDF asks for a password"),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, reason: str) -> None:
    kind, said = refused("pdf", body, content_type="application/pdf")
    assert (kind, said.startswith(reason)) == ("malformed", True)


class Page:
    """One page of a document that says more than anybody reads."""

    def extract_text(self) -> str:
        return "words, words.\n" * 20_000


class Endless:
    pages = [Page()] * 1_000


def test_the_text_is_bounded() -> None:
    text = pdf._text(Endless(), 1_000)
    assert len(text) == pdf._MAX_TEXT
