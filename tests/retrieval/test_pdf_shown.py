"""What a PDF shows beside its text layer, and what its text layer says that nobody sees."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from retrieval.parse import ocr
from retrieval.parse.pictures import picture_texts

installed = pytest.mark.skipif(not ocr.available(), reason="the extra ocr is not installed")


def printed(lines: list[str], mode: str = "L", size: tuple[int, int] = (900, 300)) -> Any:
    """A picture of some lines; with mode RGBA they stand on nothing."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        ink = (0, 0, 0, 255) if mode == "RGBA" else 0
        draw.text((30, 30 + 60 * number), line, ink, ImageFont.load_default(size=36))
    return image


def png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@installed
def test_pictures_are_read_each_once_and_what_is_none_is_nothing(tmp_path: Path) -> None:
    first = png(printed(["The crane costs 48,500 euro.", "It lifts 12 tonnes."]))
    clear = png(printed(["The mast was painted in May."], mode="RGBA"))
    texts = picture_texts([first, b"no picture", b"\x89PNG\r\n\x1a\ndamaged", clear, first])
    assert texts == [
        "The crane costs 48,500 euro.\nIt lifts 12 tonnes.",
        "",
        "",
        "The mast was painted in May.",
        "The crane costs 48,500 euro.\nIt lifts 12 tonnes.",
    ]


def test_without_the_extra_pictures_have_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.parse.ocr.available", lambda: False)
    assert picture_texts([b"\x89PNG\r\n\x1a\n", b""]) == ["", ""]
