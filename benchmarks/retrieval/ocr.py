"""How much of a page OCR reads: pages of the handbook as pictures against their text layer."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from benchmarks.harness import EXAMPLES, Table, arguments, installed, leave_out, timed
from retrieval.parse.ocr import shared
from retrieval.parse.open import read

HANDBOOK = EXAMPLES / "handbook.pdf"
DPI = 200


def scan(source: Path, pages: Sequence[int], target: Path) -> Path:
    """These pages as pictures only, grey and through JPEG as a scanner leaves them."""
    import pypdfium2
    from reportlab.pdfgen.canvas import Canvas

    pdf = pypdfium2.PdfDocument(source)
    out = Canvas(str(target))
    for number in pages:
        page = pdf[number - 1]
        out.setPageSize(page.get_size())
        picture = target.with_suffix(f".{number}.jpg")
        page.render(scale=DPI / 72).to_pil().convert("L").save(picture, quality=70)
        out.drawImage(str(picture), 0, 0, *page.get_size())
        out.showPage()
    out.save()
    return target


def common(right: str | list[str], other: str | list[str]) -> int:
    """How many items stand in both, in the same order."""
    matcher = SequenceMatcher(None, right, other, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def main() -> None:
    options = arguments(__doc__, "pages+", int, quick={"pages": [21]})
    if not installed("rapidocr"):
        leave_out("rapidocr is not installed: pip install -c constraints.txt '.[ocr]'")
    truth = read(HANDBOOK)
    with tempfile.TemporaryDirectory() as folder:
        path = scan(HANDBOOK, options.pages, Path(folder) / "scan.pdf")
        result, took = timed(lambda: read(path))
    table = Table("", "words right", "characters right")
    counts = {}
    for page, number in zip(result.pages, options.pages, strict=True):
        place = truth.pages[number - 1]
        words, seen = (
            truth.text[place.start : place.end].split(),
            result.text[page.start : page.end].split(),
        )
        line = " ".join(words)
        right = common(words, seen), common(line, " ".join(seen))
        counts[f"page {number}"] = np.array([*right, len(words), len(line)])
    counts["all"] = sum(counts.values(), np.zeros(4, int))
    for name, (words_right, characters_right, of_words, of_characters) in counts.items():
        table.add(name, f"{words_right / of_words:.1%}", f"{characters_right / of_characters:.1%}")
    pages, (processes, threads) = len(options.pages), shared(len(options.pages))
    table.note(
        f"{pages} pages, {of_words} words; {took / pages:.1f} s a page, with "
        f"{processes} process{'es' * (processes > 1)} of {threads} thread{'s' * (threads > 1)}"
    )


if __name__ == "__main__":
    main()
