"""Attribution: which exact words of the evidence bear a sentence of an answer out.

Small models seldom write markers, and those they write are seldom right. So a sentence is matched
to the evidence after it is written: by its words, its figures and names, and its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from docagent.grounding.figures import Figure, figures, missing
from docagent.grounding.names import names
from docagent.grounding.support import (
    Span,
    Words,
    find_words,
    spans_of,
    support,
    together,
    unproven,
)
from retrieval.corpus import Corpus
from retrieval.lexical.fold import folded
from retrieval.lexical.language import language_of
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

MOST = 3  # quotes that a sentence is cited to
# Cosine of a sentence and the words that say the same in others, by the embedding model.
_MEANS = 0.6
_LONG = 4  # terms of a claim that stand together in one place only
_WHOLE = 0.9  # share of a sentence, which may lack its marks


def attribute(
    corpus: Corpus,
    claim: str,
    passages: Sequence[Passage],
    question: str = "",
    computed: Sequence[Figure] = (),
) -> list[Span]:
    """The words of `passages` that bear `claim` out: at most `MOST` spans, none if nothing does.

    In this order: where the claim itself stands, the sentence or row that holds most of its words
    and all its figures, several that hold them together, the one that means the same. A claim with
    a name that stands neither in the passages nor in the question is borne out by nothing, nor is
    one with a figure that does not, unless that is `computed` from figures that do.
    """
    if span := _verbatim(corpus, claim, passages):
        return [span]
    if strangers(claim, passages, question):
        return []
    words = spans_of(corpus, passages)
    if span := support(words, question, claim, passages, computed):
        return [span]
    if spans := together(words, question, claim, computed)[:MOST]:
        return spans
    return _same_meaning(corpus, words, question, claim, computed)


def _verbatim(corpus: Corpus, claim: str, passages: Sequence[Passage]) -> Span | None:
    """The sentences in which the claim stands letter for letter.

    A few words, such as a name, stand in many places: they must be all of their sentence.
    """
    long = len(query_terms(claim)) >= _LONG
    for passage in passages:
        if place := find_words(passage.text, claim):
            start, end = (passage.start + at for at in place)
            around = [s for s in corpus.sentences(passage) if s.start < end and start < s.end]
            first = min([start, *(sentence.start for sentence in around)])
            last = max([end, *(sentence.end for sentence in around)])
            if long or end - start >= _WHOLE * (last - first):
                return passage, first, last
    return None


def strangers(claim: str, passages: Sequence[Passage], question: str) -> list[str]:
    """Names of a claim that neither the passages nor the question have."""
    claim_names = names(claim)
    if not claim_names:
        return []
    # A name alone does not tell its language, by which words are cut to their stems.
    languages = {language_of(folded(passage.text)) for passage in passages}
    known = set(query_terms(question, languages))
    for passage in passages:
        known.update(terms(f"{passage.document} {passage.heading} {passage.context}"))
        known.update(passage.terms)
    return [name for name in claim_names if known.isdisjoint(query_terms(name, languages))]


def _same_meaning(
    corpus: Corpus,
    words: Sequence[Words],
    question: str,
    claim: str,
    computed: Sequence[Figure],
) -> list[Span]:
    """The words nearest in meaning that hold the claim's figures, if they are near enough."""
    needed = [figure for figure in figures(claim) if figure not in computed]
    candidates = [
        candidate
        for candidate in words
        if not unproven(missing(needed, candidate.text), question, candidate.around)
    ]
    if not candidates:
        return []
    texts = [claim, *(candidate.text for candidate in candidates)]
    claim_vector, *vectors = corpus.encoder.encode_sentences(texts)
    cosines = [float(vector @ claim_vector) for vector in vectors]
    best = max(range(len(cosines)), key=cosines.__getitem__)
    return [candidates[best].span] if cosines[best] >= _MEANS else []
