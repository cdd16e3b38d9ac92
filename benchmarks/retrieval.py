r"""Gold page within a budget of evidence, and indexing time: docagent against LangChain.

    python -m benchmarks.retrieval examples/handbook_questions.jsonl \
        --document examples/handbook.pdf
    python -m benchmarks.retrieval ../shared/data/finance_dev/finance.jsonl --langchain

Rows: {"question", "evidence_pages" (physical, from 1), "doc" (relative to the file), ...}; rows
without evidence pages are left out. 4,000 tokens of evidence are counted as 16,000 characters,
the same for both. LangChain: PyPDFLoader, RecursiveCharacterTextSplitter 1000/200, FAISS, the
same MiniLM weights.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from retrieval import Corpus
from retrieval.embed.encoder import Encoder

BUDGET = 16_000  # characters
Hit = tuple[int, str]  # page, text
Search = Callable[[str], Iterable[Hit]]


def docagent(pdf: Path, cache: Path) -> Search:
    corpus = Corpus.open([pdf], cache=cache)

    def search(question: str) -> list[Hit]:
        return [(p.page or 0, p.text) for p in corpus.search(question, k=100)]

    return search


def langchain(pdf: Path, cache: Path) -> Search:
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    pieces = splitter.split_documents(PyPDFLoader(str(pdf)).load())
    store = FAISS.from_documents(pieces, HuggingFaceEmbeddings(model_name=str(Encoder().folder)))

    def search(question: str) -> list[Hit]:
        found = store.similarity_search(question, k=100)
        return [(piece.metadata["page"] + 1, piece.page_content) for piece in found]

    return search


def pages_within(hits: Iterable[Hit], budget: int) -> list[int]:
    """Pages of the hits that fit the budget, best first."""
    pages = []
    for page, text in hits:
        if len(text) > budget:
            break
        budget -= len(text)
        pages.append(page)
    return pages


def measure(
    name: str, open_: Callable[[Path, Path], Search], rows: dict[Path, list[dict[str, Any]]]
) -> None:
    within = first = total = 0
    indexing = searching = 0.0
    with tempfile.TemporaryDirectory() as cache:
        for pdf, questions in rows.items():
            start = time.perf_counter()
            search = open_(pdf, Path(cache))
            indexing += time.perf_counter() - start
            for row in questions:
                start = time.perf_counter()
                pages = pages_within(search(row["question"]), BUDGET)
                searching += time.perf_counter() - start
                gold = set(row["evidence_pages"])
                total += 1
                within += bool(gold & set(pages))
                first += bool(gold & set(pages[:1]))
    print(
        f"{name:<10} gold page within 4,000 tokens {within}/{total} = {within / total:.3f}, "
        f"first passage {first / total:.3f}, index {indexing:.1f} s, "
        f"{1000 * searching / total:.0f} ms a question",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--document", type=Path, help="if the rows name none")
    parser.add_argument("--langchain", action="store_true", help="measure LangChain too")
    options = parser.parse_args()
    rows: dict[Path, list[dict[str, Any]]] = defaultdict(list)
    for line in options.questions.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("evidence_pages"):
            rows[options.document or options.questions.parent / row["doc"]].append(row)
    Encoder().load()  # both use torch and the weights; neither pays for the first import
    measure("docagent", docagent, rows)
    if options.langchain:
        measure("langchain", langchain, rows)


if __name__ == "__main__":
    main()
