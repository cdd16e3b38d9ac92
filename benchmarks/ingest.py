"""Reading PDFs: docagent's parser (PDFium, worker processes) against pypdf, and what follows.

python -m benchmarks.ingest ../shared/data/*/pdfs/*.pdf
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from pathlib import Path

import pypdf

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.parse.pdf import read_pdf
from retrieval.progress import finish


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pdfs", type=Path, nargs="+")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    encoder = Encoder()
    encoder.load()
    print("| file | pages | tokens | parse s | pypdf s | ratio | index s | tokens/s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    total = [0.0] * 5
    for pdf in options.pdfs:
        start = time.perf_counter()
        document = finish(read_pdf(pdf))
        parse = time.perf_counter() - start
        tokens = encoder.count([document.text])[0]
        slow = pypdf_seconds(pdf)
        with tempfile.TemporaryDirectory() as cache:
            start = time.perf_counter()
            Corpus.open([pdf], cache=cache)
            index = time.perf_counter() - start
        numbers = [len(document.pages), tokens, parse, slow, index]
        total = [a + b for a, b in zip(total, numbers, strict=True)]
        print_row(pdf.name, numbers)
    print_row("all", total)


def print_row(name: str, numbers: list[float]) -> None:
    pages, tokens, parse, slow, index = numbers
    print(
        f"| {name} | {pages:.0f} | {tokens:,.0f} | {parse:.2f} | {slow:.2f} | {slow / parse:.1f} "
        f"| {index:.1f} | {tokens / index:,.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
