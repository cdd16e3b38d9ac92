"""The sentences of a part that stand for it, and the mean of all it says: kept on disk."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from docagent.summary.context import SummaryContext
from docagent.summary.mmr import Extract, scores, unit
from docagent.summary.parts import Part
from docagent.summary.sentence import candidates, leans
from docagent.summary.statements import Span, SummarySentence
from retrieval.lexical.tokens import query_terms

VERSION = 1  # counts up when other sentences of a part are kept, or other values with them
_KEPT = 24  # sentences of a part; a section shows at most 8 unless it is the only one
_FIRST = 0.08  # for the first sentence of a paragraph, which tells its subject
_OPENING = 2  # sentences of a part that are kept in any case: a section may begin with them
_FIGURE = 0.08  # for a sentence with figures: facts rather than remarks on them
_LEANS = 0.25  # against sentences that need the one before


def extract(context: SummaryContext, part: Part) -> Extract:
    """The best sentences of a part, from what is kept if it was read before."""
    text, encoder = context.corpus.text(part.document), context.corpus.encoder
    words = text[part.start : part.end]
    # All that the extract depends on.
    key = "extract", str(VERSION), encoder.fingerprint, context.options.focus, words
    row = context.cache.get(*key)
    if row is None:
        row = _read(context, part)
        context.cache.put(row, *key)
    spans = [
        Span(part.document, part.start + begin, part.start + end)
        for begin, end, _ in row["sentences"]
    ]
    texts = [" ".join(text[span.start : span.end].split()) for span in spans]
    packed = np.frombuffer(base64.b64decode(row["vectors"]), "<f2").astype(np.float32)
    vectors = packed.reshape(len(spans) + 1, -1)  # of the mean, then of the sentences
    return Extract(
        spans,
        texts,
        vectors[1:],
        [frozenset(query_terms(text)) for text in texts],
        np.array([bonus for *_, bonus in row["sentences"]], np.float64),
        vectors[0],
        row["weight"],
    )


def statements_extract(context: SummaryContext, sentences: Sequence[SummarySentence]) -> Extract:
    """Sentences that were written, to be chosen from as those of a document are."""
    texts = [sentence.text for sentence in sentences]
    bonus = [_bonus(text, leans(text)) for text in texts]
    return _extract(context, [sentence.spans[0] for sentence in sentences], texts, bonus)


def _read(context: SummaryContext, part: Part) -> dict[str, Any]:
    document, start = context.corpus.document(part.document), part.start
    found = list(candidates(document, start, part.end))
    texts = [" ".join(document.text[sentence.start : sentence.end].split()) for sentence in found]
    bonus = [
        _FIRST * (sentence.place == 0) + _bonus(text, sentence.leans)
        for sentence, text in zip(found, texts, strict=True)
    ]
    spans = [Span(part.document, sentence.start, sentence.end) for sentence in found]
    extract = _extract(context, spans, texts, bonus)
    # Rarity belongs to the documents, a part is kept for itself: it counts when parts are joined.
    ranked = np.argsort(-scores(context, extract, extract.mean, {}), kind="stable")
    best = sorted({*ranked[:_KEPT].tolist(), *range(min(_OPENING, len(found)))})
    packed = np.concatenate([extract.mean[None], extract.vectors[best]]).astype("<f2").tobytes()
    return {
        "weight": len(found),
        "sentences": [
            [found[at].start - start, found[at].end - start, round(bonus[at], 4)] for at in best
        ],
        "vectors": base64.b64encode(packed).decode("ascii"),
    }


def _bonus(text: str, needs_neighbours: bool) -> float:
    """What its wording adds to a sentence."""
    return _FIGURE * any(map(str.isdigit, text)) - _LEANS * needs_neighbours


def _extract(
    context: SummaryContext, spans: list[Span], texts: list[str], bonus: list[float]
) -> Extract:
    # Without a sentence one empty text tells how long a vector is.
    vectors = context.corpus.encoder.encode_sentences(texts or [""])[: len(texts)]
    terms = [frozenset(query_terms(text)) for text in texts]
    mean = unit(vectors.sum(axis=0))
    return Extract(spans, texts, vectors, terms, np.array(bonus, np.float64), mean, len(texts))
