"""Reranking: a second, slower look at the first passages of a ranking."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from retrieval.embed.encoder import local_folder
from retrieval.errors import DocAgentError
from retrieval.extras import require
from retrieval.passage import Passage

if TYPE_CHECKING:
    from pathlib import Path

DEPTH = 20
"""Passages looked at again; the rest of a ranking follows unchanged."""


class Reranker(Protocol):
    """Says how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """One number a passage, higher is better; they compare within a call."""


class CrossEncoder:
    """A sentence-transformers cross-encoder, which reads question and passage together.

    `name` is its folder, or the id of a model that lies in the Hugging Face cache: nothing is
    downloaded. Raises DocAgentError where it is absent or is another kind of model.
    """

    def __init__(self, name: str) -> None:
        folder = local_folder(name, "reranker")
        _refuse_without_score(name, folder)
        package = require(
            "sentence_transformers", "sentence-transformers", "rerank", f"the reranker {name}"
        )
        self._model = package.CrossEncoder(str(folder), local_files_only=True)

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """The model's own scores; what exceeds its window is cut."""
        pairs = [(question, passage_with_headings(passage)) for passage in passages]
        return [float(s) for s in self._model.predict(pairs, show_progress_bar=False)]


def reranked(question: str, passages: list[Passage], reranker: Reranker) -> list[Passage]:
    """Passages, best first, in the order of the mean of their score and the reranker's.

    Both run from 0 to 1 over the passages looked at, as rerankers have scales of their own. A
    score belongs to a place, so scores keep falling.
    """
    head = passages[:DEPTH]
    if not head:
        return passages
    own = _spread([passage.score for passage in head])
    judged = _spread(reranker.scores(question, head))
    order = sorted(range(len(head)), key=lambda n: (-own[n] - judged[n], n))
    moved = [replace(head[n], score=at.score) for n, at in zip(order, head, strict=True)]
    return moved + passages[DEPTH:]


def _spread(scores: list[float]) -> list[float]:
    """Scores from 0 to 1; all 0 if they are equal."""
    least, most = min(scores), max(scores)
    return [(score - least) / ((most - least) or 1.0) for score in scores]


def passage_with_headings(passage: Passage) -> str:
    """A passage under its heading and the table header it continues."""
    return "\n".join(filter(None, (passage.heading, passage.context, passage.text)))


def _refuse_without_score(name: str, folder: Path) -> None:
    """An embedding model would load too, with a head of random weights."""
    config = folder / "config.json"
    settings = json.loads(config.read_text("utf-8")) if config.is_file() else {}
    kinds = settings.get("architectures") or [""]
    labels = settings.get("id2label") or {}
    if not kinds[0].endswith("ForSequenceClassification") or len(labels) > 1:
        raise DocAgentError(
            f"{name} is no cross-encoder with one score; choose one such as "
            "cross-encoder/ms-marco-MiniLM-L6-v2"
        )
