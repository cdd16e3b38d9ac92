"""PDF to searchable index: seconds of each stage, the whole through Corpus.open, peak memory.

Stages are measured one by one. pypdf's seconds (text, outline, labels) stand beside each file.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pypdf

from benchmarks.harness import Table, arguments, seconds, timed
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
STAGES = ("parse", "chunk", "terms", "embed", "save", "pypdf", "Corpus.open")


def main() -> None:
    options = arguments(__doc__, "pdfs+")
    logging.disable(logging.WARNING)
    encoder = Encoder()
    encoder.load()
    heads = (*(f"{stage} s" for stage in STAGES), "tokens/s", "peak MB")
    table = Table("file", "pages", "tokens", *heads)

    def add(name: str, row: dict[str, float], peak: int) -> None:
        times = (f"{row[stage]:.1f}" for stage in STAGES)
        speed = f"{row['tokens'] / row['Corpus.open']:,.0f}"
        counts = f"{row['pages']:,.0f}", f"{row['tokens']:,.0f}"
        table.add(name, *counts, *times, speed, f"{peak / 1e6:,.0f}")

    rows, peaks = [], []
    for pdf in options.pdfs:
        row = stages(pdf, encoder)
        with tempfile.TemporaryDirectory() as cache, PeakMemory(os.getpid()) as memory:
            row["Corpus.open"] = seconds(lambda: Corpus.open([pdf], cache=cache))  # noqa: B023
        peaks.append(memory.peak)
        rows.append(row)
        add(pdf.name, row, memory.peak)
    add("all", {name: sum(row[name] for row in rows) for name in rows[0]}, max(peaks))


def stages(pdf: Path, encoder: Encoder) -> dict[str, float]:
    """Seconds of each stage by itself, pages and tokens."""
    row: dict[str, float] = {}

    def stage(name: str, work: Callable[[], T]) -> T:
        result, row[name] = timed(work)
        return result

    document = stage("parse", lambda: read_pdf(pdf, None, ignore))
    text = document.text
    found = stage("chunk", lambda: chunks(document, encoder.count, encoder.limit - 2, TARGET))
    rows = stage("terms", lambda: [(" ".join(terms(text[c.start : c.end])), "") for c in found])
    texts = [prefix(document, chunk) + text[chunk.start : chunk.end] for chunk in found]
    shards = stage("embed", lambda: [vectors for _, vectors in encoder.encode(texts)])
    with tempfile.TemporaryDirectory() as folder:

        def save() -> None:
            np.save(Path(folder) / "vectors.npy", np.concatenate(shards).astype(np.float16))
            LexicalIndex.build(rows, Path(folder))

        stage("save", save)
    stage("pypdf", lambda: read_with_pypdf(pdf))
    row["pages"], row["tokens"] = len(document.pages), encoder.count([text])[0]
    return row


def read_with_pypdf(pdf: Path) -> None:
    reader = pypdf.PdfReader(pdf)
    if reader.is_encrypted:
        reader.decrypt("")
    _ = reader.outline, reader.page_labels
    for page in reader.pages:
        page.extract_text()


if __name__ == "__main__":
    main()
