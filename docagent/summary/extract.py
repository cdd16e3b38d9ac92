"""The sentences of a part that stand for it, and the mean of all it says: kept on disk."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docagent.summary.context import SummaryContext
from docagent.summary.mmr import scores
from docagent.summary.parts import Part
from docagent.summary.sentence import candidates, leans
from docagent.summary.statements import Span, SummarySentence
from retrieval.embed.encoder import Encoder, Vectors
from retrieval.lexical.tokens import query_terms

VERSION = 1  # counts up when other sentences of a part are kept, or other values with them
_KEPT = 24  # sentences of a part; a section shows at most 8 unless it is the only one
_FIRST = 0.08  # for the first sentence of a paragraph, which tells its subject
_OPENING = 2  # sentences of a part that are kept in any case: a section may begin with them
_FIGURE = 0.08  # for a sentence with figures: facts rather than remarks on them
_LEAD, _LEADING = 0.15, 4  # for the first sentences of a section, falling to none
_LEANS = 0.25  # against sentences that need the one before
_GROUP = 256  # sentences embedded at once


@dataclass(frozen=True, slots=True)
class Extract:
    """Sentences with their unit vectors [n, d] and terms, and the mean of the text they are from.

    `bonus` [n] is what place and wording add; `weight` how many sentences `mean` [d] stands for.
    """

    spans: list[Span]
    texts: list[str]
    vectors: Vectors
    terms: list[frozenset[str]]
    bonus: NDArray[np.float64]
    mean: Vectors
    weight: int


def made_from(work: SummaryContext, part: Part) -> tuple[str, ...]:
    """What the extract of a part depends on: the key it is kept under."""
    start, end = part.span(work.corpus)
    text = work.corpus.text(part.document)[start:end]
    return "extract", str(VERSION), work.corpus.encoder.fingerprint, work.wanted.focus, text


def extract(work: SummaryContext, part: Part) -> Extract:
    """The best sentences of a part, from what is kept if it was read before."""
    key = made_from(work, part)
    told = work.kept.get(*key)
    if told is None:
        told = _read(work, part)
        work.kept.put(told, *key)
    start, _ = part.span(work.corpus)
    text = work.corpus.text(part.document)
    spans = [Span(part.document, start + a, start + b) for a, b, _ in told["sentences"]]
    texts = [" ".join(text[span.start : span.end].split()) for span in spans]
    mean, *vectors = _unpacked(told["vectors"], len(spans) + 1)
    return Extract(
        spans,
        texts,
        np.reshape(vectors, (len(spans), len(mean))).astype(np.float32),
        [frozenset(query_terms(one)) for one in texts],
        np.array([bonus for *_, bonus in told["sentences"]], np.float64),
        mean,
        told["weight"],
    )


def joined(extracts: Sequence[Extract]) -> Extract:
    """Several as one; its mean is weighed by how much each stands for."""
    means = np.stack([one.mean * one.weight for one in extracts])
    return Extract(
        [span for one in extracts for span in one.spans],
        [text for one in extracts for text in one.texts],
        np.concatenate([one.vectors for one in extracts]),
        [terms for one in extracts for terms in one.terms],
        np.concatenate([one.bonus for one in extracts]),
        unit(means.sum(axis=0)),
        sum(one.weight for one in extracts),
    )


def opened(section: Extract) -> Extract:
    """The sentences of a section with a bonus for its opening, which tells what it is about."""
    lead = _LEAD * np.clip(1 - np.arange(len(section.spans)) / _LEADING, 0, 1)
    return replace(section, bonus=section.bonus + lead)


def some(one: Extract, numbers: Sequence[int]) -> Extract:
    """The sentences of these numbers; the mean stays that of all."""
    return Extract(
        [one.spans[at] for at in numbers],
        [one.texts[at] for at in numbers],
        one.vectors[list(numbers)],
        [one.terms[at] for at in numbers],
        one.bonus[list(numbers)],
        one.mean,
        one.weight,
    )


def statements_extract(work: SummaryContext, told: Sequence[SummarySentence]) -> Extract:
    """Sentences that were written, to be chosen from as those of a document are."""
    texts = [one.text for one in told]
    vectors = _embed(work.corpus.encoder, texts)
    bonus = [_FIGURE * any(map(str.isdigit, text)) - _LEANS * leans(text) for text in texts]
    return Extract(
        [one.spans[0] for one in told],
        texts,
        vectors,
        [frozenset(query_terms(text)) for text in texts],
        np.array(bonus, np.float64),
        unit(vectors.sum(axis=0)),
        len(told),
    )


def unit(vector: Vectors) -> Vectors:
    """The vector [d] at length 1; one of zeros stays."""
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


def _read(work: SummaryContext, part: Part) -> dict[str, Any]:
    start, end = part.span(work.corpus)
    document = work.corpus.document(part.document)
    found = list(candidates(document, start, end))
    texts = [" ".join(document.text[one.start : one.end].split()) for one in found]
    vectors = _embed(work.corpus.encoder, texts)
    bonus = [
        _FIRST * (one.place == 0) - _LEANS * one.leans + _FIGURE * any(map(str.isdigit, text))
        for one, text in zip(found, texts, strict=True)
    ]
    mean = unit(vectors.sum(axis=0))
    terms = [frozenset(query_terms(text)) for text in texts]
    # Rarity belongs to the documents, a part is kept for itself: it counts when parts are joined.
    ranked = np.argsort(
        -scores(work, texts, vectors, terms, np.array(bonus), mean, {}), kind="stable"
    )
    best = sorted({*ranked[:_KEPT].tolist(), *range(min(_OPENING, len(found)))})
    return {
        "weight": len(found),
        "sentences": [
            [found[at].start - start, found[at].end - start, round(bonus[at], 4)] for at in best
        ],
        "vectors": base64.b64encode(
            np.concatenate([mean[None], vectors[best]]).astype("<f2").tobytes()
        ).decode("ascii"),
    }


def _unpacked(told: str, rows: int) -> Vectors:
    flat = np.frombuffer(base64.b64decode(told), "<f2")
    found: Vectors = flat.reshape(rows, -1).astype(np.float32)
    return found


def _embed(encoder: Encoder, texts: list[str]) -> Vectors:
    groups = [texts[at : at + _GROUP] for at in range(0, len(texts), _GROUP)]
    # Without a sentence one empty text tells how long a vector is.
    return np.concatenate(
        [encoder.encode_sentences(group) for group in groups]
        or [encoder.encode_sentences([""])[:0]]
    )
