"""How much of a page OCR reads: pages of the handbook as pictures against their text layer.

    python -m benchmarks.retrieval.ocr [PAGE ...]

Seconds are those of the clock, in which the processes also start and load their models.
"""

from __future__ import annotations

import sys
import tempfile
import time
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from retrieval.parse.ocr import shared
from retrieval.parse.open import read

HANDBOOK = Path("examples/handbook.pdf")
PAGES = (12, 14, 21, 25, 30)  # prose, lists and a table
DPI = 200


def scan(source: Path, numbers: tuple[int, ...], target: Path) -> Path:
    """These pages as pictures only, grey and through JPEG as a scanner leaves them."""
    pdf = pypdfium2.PdfDocument(source)
    out = Canvas(str(target))
    for number in numbers:
        page = pdf[number - 1]
        out.setPageSize(page.get_size())
        picture = target.with_suffix(f".{number}.jpg")
        page.render(scale=DPI / 72).to_pil().convert("L").save(picture, quality=70)
        out.drawImage(str(picture), 0, 0, *page.get_size())
        out.showPage()
    out.save()
    return target


def common(right: str | list[str], read_: str | list[str]) -> int:
    """How many items stand in both, in the same order."""
    matcher = SequenceMatcher(None, right, read_, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def main() -> None:
    numbers = tuple(map(int, sys.argv[1:])) or PAGES
    truth = read(HANDBOOK)
    with tempfile.TemporaryDirectory() as folder:
        path = scan(HANDBOOK, numbers, Path(folder) / "scan.pdf")
        begun = time.perf_counter()
        found = read(path)
        seconds = time.perf_counter() - begun
    print("| | words right | characters right |")
    print("| --- | --- | --- |")
    totals = [0, 0, 0, 0]
    for page, number in zip(found.pages, numbers, strict=True):
        there = truth.pages[number - 1]
        words = truth.text[there.start : there.end].split()
        seen = found.text[page.start : page.end].split()
        counts = [
            common(words, seen),
            len(words),
            common(" ".join(words), " ".join(seen)),
            len(" ".join(words)),
        ]
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        print(row(f"page {number}", counts))
    print(row("all", totals))
    processes, threads = shared(len(numbers))
    print(
        f"\n{len(numbers)} pages, {totals[1]} words; {seconds / len(numbers):.1f} s a page, with "
        f"{processes} process{'es' * (processes > 1)} of {threads} thread{'s' * (threads > 1)}"
    )


def row(name: str, counts: list[int]) -> str:
    """A row of the table, of words and characters right and in all."""
    words, of_words, characters, of_characters = counts
    return f"| {name} | {words / of_words:.1%} | {characters / of_characters:.1%} |"


if __name__ == "__main__":
    main()
