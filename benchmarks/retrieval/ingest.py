"""PDF to searchable index: seconds of each stage, the whole through Corpus.open, peak memory.

    python -m benchmarks.retrieval.ingest ../shared/data/*/pdfs/*.pdf --tokens 1000000

With --tokens the files are opened as one corpus; as many copies as that takes are added first, in
which PDFium has changed every figure and every name, so that no copy profits from another. Without
it each file is a row of its own. pypdf's seconds (text, outline, labels) stand beside each file.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pypdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import regex

from benchmarks.retrieval.memory import PeakMemory
from retrieval.chunk.chunks import chunks, prefix
from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.tokens import terms
from retrieval.parse.formats.pdf import read_pdf
from retrieval.progress import ignore
from retrieval.store.documents import TARGET

T = TypeVar("T")
STAGES = ("parse", "chunk", "terms", "embed", "save")
_NAME = regex.compile(r"\p{Lu}\p{Ll}+")


@dataclass
class Row:
    """One file, or all of them."""

    name: str
    pages: int
    tokens: int
    seconds: dict[str, float]
    pypdf: float
    whole: float = 0.0
    peak: int = 0  # bytes


def stages(pdf: Path, encoder: Encoder) -> Row:
    """Each stage by itself, one after the other."""
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        seconds[stage] = time.perf_counter() - start
        return result

    document = timed("parse", lambda: read_pdf(pdf, None, ignore))
    text = document.text
    found = timed("chunk", lambda: chunks(document, encoder.count, encoder.limit - 2, TARGET))
    rows = timed("terms", lambda: [(" ".join(terms(text[c.start : c.end])), "") for c in found])
    texts = [prefix(document, chunk) + text[chunk.start : chunk.end] for chunk in found]
    shards = timed("embed", lambda: [vectors for _, vectors in encoder.encode(texts)])
    with tempfile.TemporaryDirectory() as folder:

        def save() -> None:
            np.save(Path(folder) / "vectors.npy", np.concatenate(shards).astype(np.float16))
            LexicalIndex.build(rows, Path(folder))

        timed("save", save)
    pages, tokens = len(document.pages), encoder.count([text])[0]
    return Row(pdf.name, pages, tokens, seconds, pypdf_seconds(pdf))


def whole(pdfs: list[Path]) -> tuple[float, int]:
    """Seconds of Corpus.open with an empty cache, and the most memory it held (bytes)."""
    with tempfile.TemporaryDirectory() as cache, PeakMemory(os.getpid()) as memory:
        start = time.perf_counter()
        Corpus.open(pdfs, cache=cache)
        return time.perf_counter() - start, memory.peak


def pypdf_seconds(pdf: Path) -> float:
    """Text, outline and labels through pypdf."""
    start = time.perf_counter()
    reader = pypdf.PdfReader(pdf)
    if reader.is_encrypted:
        reader.decrypt("")
    _ = reader.outline, reader.page_labels
    for page in reader.pages:
        page.extract_text()
    return time.perf_counter() - start


def with_copies(pdfs: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The PDFs, and then without end copies of them in the folder, each made when it is asked for.

    A copy has other bytes and other words, so that nothing kept of the first one serves it.
    """
    for number, pdf in enumerate(cycle(pdfs)):
        if number < len(pdfs):
            yield pdf
            continue
        copy = folder / f"{pdf.stem}-{number}.pdf"
        write_copy(pdf, copy, number)
        yield copy


def write_copy(pdf: Path, target: Path, number: int) -> None:
    """The same pages with other figures and names: digits and the vowels of names are rotated."""
    digits, vowels = "0123456789", "aeiou"
    figures = str.maketrans(digits, digits[number % 9 + 1 :] + digits[: number % 9 + 1])
    names = str.maketrans(vowels, vowels[number % 4 + 1 :] + vowels[: number % 4 + 1])
    document = pdfium.PdfDocument(pdf)
    for page in document:
        words = page.get_textpage()
        for thing in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]):
            text = _text(thing, words)
            changed = _NAME.sub(lambda match: match[0].translate(names), text.translate(figures))
            if changed != text:
                pdfium_c.FPDFText_SetText(thing.raw, _wide((changed + "\0").encode("utf-16-le")))
        page.gen_content()
    document.save(target)


def _text(thing: Any, words: Any) -> str:
    size = pdfium_c.FPDFTextObj_GetText(thing.raw, words.raw, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium_c.FPDFTextObj_GetText(thing.raw, words.raw, _wide(buffer), size)
    return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0")


def _wide(characters: Any) -> Any:
    return ctypes.cast(characters, ctypes.POINTER(ctypes.c_ushort))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pdfs", type=Path, nargs="+")
    parser.add_argument("--tokens", type=int, help="open all as one corpus of at least so many")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    encoder = Encoder()
    encoder.load()
    print("| file | pages | tokens |", *(f"{stage} s |" for stage in STAGES), end=" ")
    print("pypdf s | Corpus.open s | tokens/s | peak MB |")
    print("| --- " * (7 + len(STAGES)) + "|")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        files: list[Path] = []
        for pdf in with_copies(options.pdfs, Path(folder)):
            files.append(pdf)
            row = stages(pdf, encoder)
            if not options.tokens:
                row.whole, row.peak = whole([pdf])
            rows.append(row)
            print_row(row)
            enough = sum(row.tokens for row in rows) >= (options.tokens or 0)
            if enough and len(rows) >= len(options.pdfs):
                break
        total = Row(
            "all",
            sum(row.pages for row in rows),
            sum(row.tokens for row in rows),
            {stage: sum(row.seconds[stage] for row in rows) for stage in STAGES},
            sum(row.pypdf for row in rows),
            sum(row.whole for row in rows),
            max(row.peak for row in rows),
        )
        if options.tokens:
            total.whole, total.peak = whole(files)
        print_row(total)


def print_row(row: Row) -> None:
    cells = [row.name, f"{row.pages:,}", f"{row.tokens:,}"]
    cells += [f"{row.seconds[stage]:.1f}" for stage in STAGES] + [f"{row.pypdf:.1f}"]
    if row.whole:
        cells += [f"{row.whole:.1f}", f"{row.tokens / row.whole:,.0f}", f"{row.peak / 1e6:,.0f}"]
    else:
        cells += [""] * 3
    print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
