"""PDF files as they come: labels, outlines, encryption, scans, damage."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from retrieval.errors import DocAgentError
from retrieval.parse import pdf_worker
from retrieval.parse.document import Document
from retrieval.parse.formats.pdf import read_pdf
from retrieval.parse.open import read
from retrieval.progress import Progress
from tests.make_pdf import canvas, encrypt, long_pdf, ship, text_pdf, write_lines

ENTRY = "The lighthouse keeper counted forty-one seals."


def parse(path: Path, password: str | None = None) -> Document:
    return read_pdf(path, password)


def page_text(document: Document, number: int) -> str:
    page = document.pages[number - 1]
    return document.text[page.start : page.end]


def test_pages_are_slices_of_the_text_in_order(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["First page here.", "Second page here.", "And a third."])
    document = parse(path)
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert [page_text(document, n) for n in (1, 2, 3)] == [
        "First page here.",
        "Second page here.",
        "And a third.",
    ]


def test_labels_of_the_file_are_the_printed_page_numbers(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["Foreword.", "Contents.", "Start."], ["ii", "iii", "A-1"])
    assert [page.label for page in parse(path).pages] == ["ii", "iii", "A-1"]


def test_without_labels_or_printed_numbers_the_label_is_none(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["Some words.", "More words."])
    assert [page.label for page in parse(path).pages] == [None, None]


def test_headings_come_from_the_outline(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.bookmarkPage("k")
    page.addOutlineEntry("Tides and Currents", "k", 0)
    write_lines(page, ["Tides and Currents", "", "The tide turns at noon and again at midnight."])
    page.showPage()
    page.save()
    document = parse(tmp_path / "a.pdf")
    headings = [document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"]
    assert headings == ["Tides and Currents"]


def test_title_of_the_file_or_else_its_name(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setTitle("Tide Tables 2023")
    write_lines(page, [ENTRY])
    page.save()
    assert parse(tmp_path / "a.pdf").title == "Tide Tables 2023"
    assert parse(text_pdf(tmp_path / "tide_tables.pdf", [ENTRY])).title != ""


def test_progress_counts_every_page(tmp_path: Path) -> None:
    seen: list[Progress] = []
    read_pdf(text_pdf(tmp_path / "a.pdf", ["One.", "Two."]), emit=seen.append)
    assert [(p.stage, p.done, p.total) for p in seen] == [("read", 1, 2), ("read", 2, 2)]


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_encrypted_with_an_empty_password_opens(tmp_path: Path, algorithm: str) -> None:
    plain = text_pdf(tmp_path / "plain.pdf", [ENTRY])
    assert parse(encrypt(plain, tmp_path / "locked.pdf", algorithm)).text.strip() == ENTRY


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_password(tmp_path: Path, algorithm: str) -> None:
    plain = text_pdf(tmp_path / "plain.pdf", [ENTRY])
    locked = encrypt(plain, tmp_path / "locked.pdf", algorithm, "gull")
    assert parse(locked, "gull").text.strip() == ENTRY
    with pytest.raises(DocAgentError, match="needs a password"):
        parse(locked)
    with pytest.raises(DocAgentError, match="does not open") as caught:
        parse(locked, "heron")
    assert "heron" not in str(caught.value)


def test_a_scan_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match=r"scan\.pdf is scanned: none of its 3 pages"):
        parse(text_pdf(tmp_path / "scan.pdf", [None, None, None]))


def test_pages_without_text_are_numbered(tmp_path: Path) -> None:
    document = parse(text_pdf(tmp_path / "a.pdf", ["Text.", None, None, "More text.", None]))
    assert document.silent == (2, 3, 5)
    assert len(document.pages) == 5
    assert page_text(document, 2) == ""


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_read_or_refused_in_one_line(
    tmp_path: Path, handbook: Path, share: float
) -> None:
    data = handbook.read_bytes()
    path = tmp_path / "cut.pdf"
    path.write_bytes(data[: int(len(data) * share)])
    try:
        document = parse(path)
    except DocAgentError as error:
        assert "\n" not in str(error)
        assert "cut.pdf" in str(error)
    else:
        assert document.text.strip()


def test_a_pdf_header_and_nothing_more_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    with pytest.raises(DocAgentError, match=r"a\.pdf is not a readable PDF"):
        parse(tmp_path / "a.pdf")


def test_a_pdf_without_its_first_line_is_read(tmp_path: Path) -> None:
    data = text_pdf(tmp_path / "a.pdf", [ENTRY]).read_bytes()
    (tmp_path / "a.pdf").write_bytes(data.replace(b"%PDF-1.", b"%XXX-1.", 1))
    assert read(tmp_path / "a.pdf").text.strip() == ENTRY


def test_a_pdf_without_pages_is_damaged(tmp_path: Path) -> None:
    PdfWriter().write(tmp_path / "none.pdf")
    assert len(PdfReader(tmp_path / "none.pdf").pages) == 0
    with pytest.raises(DocAgentError, match=r"none\.pdf"):
        parse(tmp_path / "none.pdf")


@pytest.mark.parametrize("bad", [{0}, {2}, {1, 2, 5}])
def test_a_page_on_which_the_reader_crashes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: set[int]
) -> None:
    def run(module: str, tasks: list[dict[str, Any]], handle: Callable[[Any], None]) -> str:
        for task in tasks:
            for message in pdf_worker.messages(**task):
                if message.get("page") in bad:
                    break
                handle(message)
        return "exit status -11"

    monkeypatch.setattr("retrieval.parse.formats.pdf.run_workers", run)
    document = parse(text_pdf(tmp_path / "a.pdf", [f"Ship {n} is sold." for n in range(6)]))
    read = [page.number - 1 for page in document.pages if page.end > page.start]
    assert read == sorted({*range(6)} - bad)
    pages = {1: "page 1", 2: "page 3", 3: "pages 2-3, 6"}[len(bad) + (bad == {2})]
    assert document.warnings == (
        f"{pages} cannot be read: the PDF reader fails there; print the file anew.",
    )
    assert document.silent == ()


def test_a_page_that_our_own_code_fails_on_refuses_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_page = pdf_worker.page_of

    def page_of(pdf: Any, index: int, pictured: bool = True) -> Any:
        if index == 1:
            raise IndexError("odd page")
        return read_page(pdf, index, pictured)

    monkeypatch.setattr(pdf_worker, "page_of", page_of)
    path = text_pdf(tmp_path / "a.pdf", ["One.", "Two.", "Three."])
    _, *pages = pdf_worker.messages(str(path), None, 0, 1)
    assert pages[1] == {"page": 1, "rows": [], "failed": "IndexError: odd page"}
    assert pages[2]["rows"][0][0] == "Three."


def test_shares_of_several_workers_make_the_same_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = long_pdf(tmp_path / "a.pdf", 30)
    one = parse(path)
    monkeypatch.setattr("retrieval.parse.formats.pdf._BYTES_FOR_TWO", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert parse(path) == one


def test_two_thousand_pages_are_read_quickly(tmp_path: Path) -> None:
    path = long_pdf(tmp_path / "long.pdf", 2000)
    begun = time.perf_counter()
    document = parse(path)
    assert time.perf_counter() - begun < 30  # 3 s on two idle cores
    assert len(document.pages) == 2000
    assert f"{ship(1999)} entered the harbour under permit 23993." in page_text(document, 1999)


def test_no_marks_of_the_reader_and_no_surrogates_in_the_text(handbook: Path) -> None:
    text = parse(handbook).text
    assert "\ufffe" not in text
    assert not any("\ud800" <= char <= "\udfff" for char in text)
    assert text.encode("utf-8").decode("utf-8") == text
