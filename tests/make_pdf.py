"""PDF files of every troublesome kind, written by reportlab."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
LEADING = 14


def canvas(path: Path, **options: Any) -> Any:
    return Canvas(str(path), pagesize=A4, invariant=1, **options)


def write_lines(
    page: Any, lines: Iterable[str], x: float = 72, y: float = HEIGHT - 90, size: float = 11
) -> None:
    page.setFont("Helvetica", size)
    for line in lines:
        page.drawString(x, y, line)
        y -= LEADING


def wrapped(text: str, width: float, size: float = 11) -> list[str]:
    """Lines as a typesetter would break them."""
    lines: list[str] = simpleSplit(text, "Helvetica", size, width)
    return lines


def text_pdf(path: Path, pages: Sequence[str | None], labels: Sequence[str] = ()) -> Path:
    """One page for each text, its lines as they stand; None gives a page without text."""
    page = canvas(path)
    for number, text in enumerate(pages):
        if labels:
            page.addPageLabel(number, prefix=labels[number])
        if text is None:
            draw_scan(page)
        else:
            write_lines(page, text.splitlines())
        page.showPage()
    page.save()
    return path


def draw_scan(page: Any) -> None:
    """A picture over the whole page, as a scanner leaves it."""
    from PIL import Image

    page.drawInlineImage(Image.new("L", (40, 60), 230), 0, 0, WIDTH, HEIGHT)


def encrypt(source: Path, target: Path, algorithm: str, password: str = "") -> Path:
    """A copy that needs `password`; with "" it is encrypted and yet opens for everybody."""
    writer = PdfWriter(clone_from=PdfReader(source))
    writer.encrypt(user_password=password, owner_password="of the owner", algorithm=algorithm)
    writer.write(target)
    return target


def two_columns(path: Path, left: Sequence[str], right: Sequence[str], title: str) -> Path:
    """Two columns drawn line by line across the gutter, below a title of full width."""
    page = canvas(path)
    write_lines(page, [title], size=18)
    for row, pair in enumerate(zip(left, right, strict=True)):
        for x, line in zip((60, 315), pair, strict=True):
            write_lines(page, [line], x, HEIGHT - 130 - row * LEADING, size=10)
    page.showPage()
    page.save()
    return path


def with_furniture(path: Path, bodies: Sequence[str], header: str) -> Path:
    """Every page has a running header and, at its foot, its number counted from 1."""
    page = canvas(path)
    for number, body in enumerate(bodies, 1):
        write_lines(page, [header], y=HEIGHT - 40, size=8)
        write_lines(page, body.splitlines())
        write_lines(page, [str(number)], x=WIDTH / 2, y=30, size=8)
        page.showPage()
    page.save()
    return path


def long_pdf(path: Path, pages: int) -> Path:
    """A short paragraph a page, about a ship that no other page names."""
    return text_pdf(
        path,
        [
            f"{ship(number)} entered the harbour under permit {10_000 + 7 * number}.\n"
            f"The crew of {ship(number)} landed timber and rope, and left with the tide."
            for number in range(1, pages + 1)
        ],
    )


def ship(number: int) -> str:
    """A name for each number."""
    syllables = ("ba", "do", "ki", "lu", "me", "no", "ra", "su", "ti", "vo")
    return "".join(syllables[int(digit)] for digit in str(number)).capitalize()
