"""The sentences of a part that stand for it, and the mean of all it says: kept on disk."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from docagent.summary.context import SummaryContext
from docagent.summary.extracts import Extract, unit
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
_LEANS = 0.25  # against sentences that need the one before
_GROUP = 256  # sentences embedded at once


def made_from(context: SummaryContext, part: Part) -> tuple[str, ...]:
    """What the extract of a part depends on: the key it is kept under."""
    start, end = part.span(context.corpus)
    text = context.corpus.text(part.document)[start:end]
    return "extract", str(VERSION), context.corpus.encoder.fingerprint, context.options.focus, text


def extract(context: SummaryContext, part: Part) -> Extract:
    """The best sentences of a part, from what is kept if it was read before."""
    key = made_from(context, part)
    row = context.cache.get(*key)
    if row is None:
        row = _read(context, part)
        context.cache.put(row, *key)
    start, _ = part.span(context.corpus)
    text = context.corpus.text(part.document)
    spans = [Span(part.document, start + a, start + b) for a, b, _ in row["sentences"]]
    texts = [" ".join(text[span.start : span.end].split()) for span in spans]
    mean, *vectors = _unpacked(row["vectors"], len(spans) + 1)
    return Extract(
        spans,
        texts,
        np.reshape(vectors, (len(spans), len(mean))).astype(np.float32),
        [frozenset(query_terms(one)) for one in texts],
        np.array([bonus for *_, bonus in row["sentences"]], np.float64),
        mean,
        row["weight"],
    )


def statements_extract(context: SummaryContext, sentences: Sequence[SummarySentence]) -> Extract:
    """Sentences that were written, to be chosen from as those of a document are."""
    texts = [sentence.text for sentence in sentences]
    vectors = _embed(context.corpus.encoder, texts)
    bonus = [_FIGURE * any(map(str.isdigit, text)) - _LEANS * leans(text) for text in texts]
    return Extract(
        [sentence.spans[0] for sentence in sentences],
        texts,
        vectors,
        [frozenset(query_terms(text)) for text in texts],
        np.array(bonus, np.float64),
        unit(vectors.sum(axis=0)),
        len(sentences),
    )


def _read(context: SummaryContext, part: Part) -> dict[str, Any]:
    start, end = part.span(context.corpus)
    document = context.corpus.document(part.document)
    found = list(candidates(document, start, end))
    texts = [" ".join(document.text[one.start : one.end].split()) for one in found]
    vectors = _embed(context.corpus.encoder, texts)
    bonus = [
        _FIRST * (one.place == 0) - _LEANS * one.leans + _FIGURE * any(map(str.isdigit, text))
        for one, text in zip(found, texts, strict=True)
    ]
    mean = unit(vectors.sum(axis=0))
    terms = [frozenset(query_terms(text)) for text in texts]
    # Rarity belongs to the documents, a part is kept for itself: it counts when parts are joined.
    ranked = np.argsort(
        -scores(context, texts, vectors, terms, np.array(bonus), mean, {}), kind="stable"
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


def _unpacked(packed: str, rows: int) -> Vectors:
    flat = np.frombuffer(base64.b64decode(packed), "<f2")
    found: Vectors = flat.reshape(rows, -1).astype(np.float32)
    return found


def _embed(encoder: Encoder, texts: list[str]) -> Vectors:
    groups = [texts[at : at + _GROUP] for at in range(0, len(texts), _GROUP)]
    # Without a sentence one empty text tells how long a vector is.
    return np.concatenate(
        [encoder.encode_sentences(group) for group in groups]
        or [encoder.encode_sentences([""])[:0]]
    )
