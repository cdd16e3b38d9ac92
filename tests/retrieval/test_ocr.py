"""Scanned pages: what stands in the picture is found, and only pages without text are read so."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from retrieval.corpus import Corpus
from retrieval.errors import DocAgentError
from retrieval.parse import ocr
from retrieval.parse.document import Box
from retrieval.parse.open import read, reading_version
from tests.make_pdf import canvas, text_pdf, write_lines
from tests.retrieval.parsed import parse

installed = pytest.mark.skipif(not ocr.available(), reason="the extra ocr is not installed")


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.parse.ocr.available", lambda: False)


def picture(handbook: Path) -> Any:
    """The last lines of page 14, which end with the man-overboard drill."""
    import pypdfium2

    whole = pypdfium2.PdfDocument(handbook)[13].render(scale=150 / 72).to_pil()
    width, height = whole.size
    return whole.crop((0, int(0.6 * height), width, int(0.76 * height)))


def scan(path: Path, image: Any) -> Path:
    """A page of text, and one that is only a picture."""
    page = canvas(path)
    write_lines(page, ["The harbour office opens at 6:45 in summer."])
    page.showPage()
    page.drawInlineImage(image, 0, 300, 420, 420 * image.size[1] / image.size[0])
    page.save()
    return path


@installed
def test_a_line_of_print_is_read(tmp_path: Path) -> None:
    """The quick one. A much smaller picture is enlarged, and words are then read twice."""
    import pypdfium2

    printed = text_pdf(tmp_path / "line.pdf", ["The dummy Osvald weighs 82 kilograms."])
    page = pypdfium2.PdfDocument(printed)[0].render(scale=150 / 72).to_pil()
    page.crop((100, 100, 900, 700)).save(tmp_path / "line.png")
    assert "weighs 82 kilograms" in parse(tmp_path / "line.png").text


@pytest.mark.slow
@installed
@pytest.mark.usefixtures("loaded")
def test_a_scanned_page_is_found(
    tmp_path: Path, handbook: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = scan(tmp_path / "scan.pdf", picture(handbook))
    with caplog.at_level(logging.INFO, "docagent"):
        corpus = Corpus.open([path], cache=cache)
    best = corpus.search("What does the dummy Osvald weigh?", k=1)[0]
    assert "weighs 82 kilograms and is called Osvald" in " ".join(best.text.split())
    assert best.page == 2
    assert corpus.text("scan.pdf")[best.start : best.end] == best.text
    assert [record.getMessage() for record in caplog.records] == [
        "scan.pdf: page 2 was read by OCR."
    ]


@pytest.mark.slow
@installed
def test_a_photograph_is_a_document(tmp_path: Path, handbook: Path) -> None:
    picture(handbook).save(tmp_path / "photo.png")
    document = parse(tmp_path / "photo.png")
    assert "weighs 82 kilograms" in document.text
    assert [page.number for page in document.pages] == [1]


@installed
def test_progress_and_pages_that_show_nothing(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    path = text_pdf(tmp_path / "a.pdf", ["Some words.", None, None])
    document = read(path, emit=lambda p: seen.append((p.stage, p.done, p.total)))
    assert document.silent == (2, 3)
    assert seen[-3:] == [("ocr", 0, 2), ("ocr", 1, 2), ("ocr", 2, 2)]


@pytest.mark.usefixtures("without_ocr", "loaded")
def test_without_the_library_its_name_is_told(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(DocAgentError, match=r"is scanned: .* pip install 'docagent\[ocr\]'"):
        parse(text_pdf(tmp_path / "scan.pdf", [None, None]))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DocAgentError, match=r"a\.png is a picture; .* pip install"):
        parse(tmp_path / "a.png")
    Corpus.open([text_pdf(tmp_path / "b.pdf", ["Some words.", None])], cache=cache)
    assert "b.pdf: no text on page 2" in caplog.text
    assert "pip install 'docagent[ocr]'" in caplog.text


def test_a_document_is_read_again_once_ocr_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.parse.ocr.available", lambda: False)
    without = reading_version()
    monkeypatch.setattr("retrieval.parse.ocr.available", lambda: True)
    assert reading_version() != without


def row(text: str, left: float, top: float, right: float, tall: float = 10) -> Box:
    return text, left, top, right, top + tall


def test_boxes_beside_each_other_are_cells_of_a_row() -> None:
    boxes = [row("21.4", 300, 101, 330), row("East", 50, 100, 80), row("in all", 83, 100, 110)]
    (line,) = ocr.lines_of(boxes, 800, 10)
    assert (line.text, line.cells, line.size) == ("East in all  21.4", 2, 10)


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [row(f"left column of prose, line {n}", 50, 100 + 14 * n, 280) for n in range(9)]
    right = [row(f"right column of prose, line {n}", 310, 100 + 14 * n, 550) for n in range(9)]
    title = row("A title over both of them", 50, 60, 550, 18)
    boxes = [box for pair in zip(left, right, strict=True) for box in pair]
    lines = ocr.lines_of([*boxes, title], 800, 10)
    assert [line.text for line in lines] == [box[0] for box in [title, *left, *right]]
    assert lines[0].size == 18
    assert {line.column for line in lines} == {0, 1, 2}
