"""The forward pass of MiniLM: docagent's own against sentence-transformers, side by side.

    python -m benchmarks.retrieval.embed

The texts are the passages of the handbook and of the manual as they are embedded, the questions
those of both. The ways take turns; sentence-transformers has the batch size that served it best in
a round before. "ratio" says how much longer than docagent's usual precision on this machine.
Cosines are to sentence-transformers' vectors in float32, and so are the 10 nearest passages of each
question, of which the last column counts those that a way's own vectors find. Without bfloat16 in
the processor the ways in bfloat16 are left out.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.engine.timing import seconds
from retrieval import Corpus
from retrieval.embed.bert import Bert
from retrieval.embed.bert_config import bert_settings
from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Vectors
from retrieval.machine import has_bfloat16_cpu

DOCUMENTS = (Path("examples/handbook.pdf"), Path("examples/dryer_manual.md"))
QUESTIONS = (
    Path("examples/handbook_questions.jsonl"),
    Path("examples/dryer_manual_questions.jsonl"),
)
SIZES = (16, 32, 64)  # texts of a batch
NEAREST = 10
Embed = Callable[[list[str]], Vectors]


def own(encoder: Encoder, dtype: torch.dtype) -> Embed:
    """docagent's forward pass."""
    known = bert_settings(encoder.folder, encoder._tokenizer)
    assert known is not None
    return Bert(encoder.folder, known, encoder._tokenizer, dtype).embed


def library(folder: Path, dtype: torch.dtype) -> Any:
    """The same weights in sentence-transformers."""
    import transformers
    from sentence_transformers import SentenceTransformer

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return SentenceTransformer(str(folder), device=device, local_files_only=True).to(dtype).eval()


def by_library(model: Any, size: int, texts: list[str]) -> Vectors:
    """Unit vectors [n, d] from batches of so many texts."""
    vectors = model.encode(texts, batch_size=size, show_progress_bar=False)
    found: Vectors = np.asarray(vectors, np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def best_size(model: Any, texts: list[str]) -> int:
    """The batch size that takes the least seconds; one round before warms up."""
    by_library(model, SIZES[0], texts[: SIZES[0]])
    return min(SIZES, key=lambda size: seconds(lambda: by_library(model, size, texts)))


def nearest(questions: Vectors, passages: Vectors) -> list[set[int]]:
    """The numbers of the passages nearest to each question."""
    ranked = np.argsort(-(questions @ passages.T), axis=1, kind="stable")
    return [set(row[:NEAREST].tolist()) for row in ranked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    corpus = Corpus.open(DOCUMENTS)
    encoder = corpus.encoder
    documents = corpus._index.embedding.documents
    texts = [text for each in documents for text in each.embedded_texts(list(range(len(each))))]
    tokens = sum(min(count, encoder.limit - 2) for count in encoder.count(texts))
    asked = [
        json.loads(line)["question"]
        for file in QUESTIONS
        for line in file.read_text("utf-8").splitlines()
    ]
    ways = all_ways(encoder, texts)
    vectors = {name: embed(texts) for name, embed in ways.items()}  # which also warms up
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, embed in ways.items():
            taken[name].append(seconds(partial(embed, texts)))
    print("| way | tokens/s, best | tokens/s, median | ratio | least cosine | mean cosine ", end="")
    print(f"| of {NEAREST} nearest |\n" + "| --- " * 7 + "|")
    reference = list(ways)[-1]
    wanted = nearest(ways[reference](asked), vectors[reference])
    least = min(next(iter(taken.values())))
    for name, embed in ways.items():
        cosines = (vectors[name] * vectors[reference]).sum(1)
        found = nearest(embed(asked), vectors[name])
        shared = np.mean([len(one & other) for one, other in zip(found, wanted, strict=True)])
        cells = [
            name,
            f"{tokens / min(taken[name]):,.0f}",
            f"{tokens / np.median(taken[name]):,.0f}",
            f"{min(taken[name]) / least:.2f}",
            f"{cosines.min():.5f}",
            f"{cosines.mean():.5f}",
            f"{shared:.2f}",
        ]
        print("| " + " | ".join(cells) + " |")
    print(
        f"\n{len(texts)} passages of {tokens:,} tokens in all, rounds: {options.rounds}; "
        f"{len(asked)} questions. A ratio is of the best rounds."
    )


def all_ways(encoder: Encoder, texts: list[str]) -> dict[str, Embed]:
    """The ways by name: first what docagent does on this machine, last the reference."""
    dtypes = [torch.float32]
    if torch.cuda.is_available() or has_bfloat16_cpu():
        dtypes.insert(0, torch.bfloat16)
    ways: dict[str, Embed] = {}
    for dtype in dtypes:
        ways[f"docagent, {str(dtype).removeprefix('torch.')}"] = own(encoder, dtype)
    for dtype in dtypes:
        model = library(encoder.folder, dtype)
        size = best_size(model, texts[::2])
        name = f"sentence-transformers, {str(dtype).removeprefix('torch.')}, batches of {size}"
        ways[name] = partial(by_library, model, size)
    return ways


if __name__ == "__main__":
    main()
