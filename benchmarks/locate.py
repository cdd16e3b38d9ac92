"""Do the boxes of quotes cover their words and nothing else?

python -m benchmarks.locate FILE.pdf... [--quotes 1000] [--scan 5]

Sentences and table rows are drawn from pages of the files. What stands in their boxes is read by
poppler (`pdftotext -bbox`), which is no part of docagent, and compared with the quote letter by
letter. `--scan` makes a picture of page 2 of so many files, reads it by OCR, and reads the boxes
back from the page it was made of. What is not marked or wrong is printed as JSON; then the sums.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import time
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pypdfium2

from retrieval.chunk.passage_sentences import sentences_of
from retrieval.locate.locate import locate
from retrieval.locate.place import Place
from retrieval.parse.document import Document
from retrieval.parse.open import read

A_PAGE = 8  # quotes
rows: list[dict[str, object]] = []
_WORD = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
Word = tuple[float, float, str]  # its middle and its text


@lru_cache(4)
def words_of(path: Path, page: int) -> list[Word]:
    """The words of a page as poppler reads them."""
    command = ["pdftotext", "-bbox", "-cropbox", "-f", str(page), "-l", str(page), str(path), "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = []
    for *edges, text in _WORD.findall(told):
        left, top, right, bottom = map(float, edges)
        found.append(((left + right) / 2, (top + bottom) / 2, unescape(text)))
    return found


def letters(text: str) -> str:
    """What is compared: letters and figures."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()


def read_back(place: Place, path: Path, page: int) -> str:
    """The words whose middle lies in the boxes."""
    parts = []
    for left, top, right, bottom in place.boxes:
        inside = [w for w in words_of(path, page) if left < w[0] < right and top < w[1] < bottom]
        parts += sorted(inside)
    return " ".join(text for *_, text in parts)


def quotes(document: Document, pages: list[int]) -> Iterator[tuple[int, int, int]]:
    """Page, start and end of some sentences and rows of these pages."""
    chance = random.Random(18)
    for number in pages:
        page = document.pages[number - 1]
        found = sentences_of(document, page.start, page.end, dict)  # heads do not matter here
        spans = [
            (s.start, s.end) for s in found if len(letters(document.text[s.start : s.end])) > 8
        ]
        for start, end in chance.sample(spans, min(A_PAGE, len(spans))):
            yield number, start, end


def judge(path: Path, document: Document, pages: list[int], scanned: Path | None = None) -> None:
    """A row for each quote of these pages; page 1 of a scan is page 2 of the file `scanned`."""
    for number, start, end in quotes(document, pages):
        begun = time.perf_counter()
        place = locate(path.name, document, path, start, end)
        row = {"file": path.name, "page": number, "quote": place.quote, "scan": bool(scanned)}
        row |= {"ms": 1000 * (time.perf_counter() - begun), "marked": bool(place.boxes)}
        if place.boxes:
            row["read"] = read_back(place, scanned or path, 2 if scanned else number)
            want, got = letters(place.quote), letters(str(row["read"]))
            likeness = SequenceMatcher(None, want, got, autojunk=False).ratio()
            row["right"] = likeness >= (0.95 if scanned else 1.0)  # OCR mistakes some letters
        if not row.get("right"):
            print(json.dumps(row), flush=True)
        rows.append(row)


def told(kind: str, some: list[dict[str, object]]) -> str:
    marked = [row for row in some if row["marked"]]
    right = sum(bool(row["right"]) for row in marked)
    wait = median(float(str(row["ms"])) for row in some)
    quotes = f"{kind}: {len(some)} quotes, {len(marked)} marked, {right} of these right"
    return f"{quotes}; {wait:.1f} ms each (median)"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--quotes", type=int, default=1000)
    parser.add_argument("--scan", type=int, default=0)
    options = parser.parse_args()
    each = options.quotes // A_PAGE // len(options.files) + 1
    for path in options.files:
        document = read(path)
        full = [page.number for page in document.pages if page.end - page.start > 400]
        pages = sorted(random.Random(7).sample(full, min(each, len(full))))
        judge(path, document, pages)
    with TemporaryDirectory() as folder:
        for number, path in enumerate(options.files[: options.scan]):
            target = Path(folder) / f"scan{number}.pdf"
            drawn = pypdfium2.PdfDocument(path)[1].render(scale=200 / 72).to_pil()
            drawn.save(target, resolution=200)
            judge(target, read(target), [1], path)
    for kind, scanned in (("text", False), ("scans", True)):
        if some := [row for row in rows if row["scan"] == scanned]:
            print(told(kind, some))


if __name__ == "__main__":
    main()
