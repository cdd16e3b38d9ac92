"""The words of a document that carry a claim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from docagent.grounding.figures import Figure, digits, figures, missing
from retrieval.chunk.sentences import Sentence
from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{12,})[\"”“»]")
SUPPORT = 0.65  # share of a claim's words that its quote must hold; one bar, never lowered
_PIECES = 3  # quotes that may carry one claim together, each with a figure of it

Span = tuple[Passage, int, int]  # where in the passage's document the supporting words stand


class Words(NamedTuple):
    """Words that may bear a claim out, under the title and header of their table.

    `around` is their whole passage with its document's name and its heading.
    """

    text: str
    around: str
    span: Span


def support(
    spans: Sequence[Words],
    question: str,
    claim: str,
    passages: Sequence[Passage],
    computed: Sequence[Figure] = (),
) -> Span | None:
    """The words of the passages that carry the claim, or None.

    Words the claim itself quotes are looked for first. Otherwise it is the one of `spans` that
    holds most of the claim's terms: at least `SUPPORT` of them, and each of its figures (see
    `carries`) except those that are `computed`.
    """
    quoted = _quoted(claim, passages, computed)
    if quoted:
        return quoted
    claim_terms = set(query_terms(digits(claim)))
    question_terms = set(query_terms(digits(question)))
    best: tuple[int, int, int, Span] | None = None
    for words, around, span in spans:
        if not carries(words, claim, question, around, computed):
            continue
        word_terms = set(terms(digits(words)))
        # Of two spans that hold as much, the one on what was asked is the quote, then the shorter.
        shared = len(claim_terms & word_terms)
        rank = shared, len(question_terms & word_terms), span[1] - span[2]
        if best is None or rank > best[:3]:
            best = *rank, span
    return best[3] if best else None


def together(
    spans: Sequence[Words],
    question: str,
    claim: str,
    computed: Sequence[Figure] = (),
) -> list[Span]:
    """Several quotes that carry a claim of several figures only together; none if they do not.

    Every quote adds a figure. All of them joined must hold what one would have to.
    """
    left = [figure for figure in figures(claim) if figure not in computed]
    if len(left) < 2 or not spans:
        return []
    claim_terms = set(query_terms(digits(claim)))
    chosen: list[Words] = []
    while left and len(chosen) < _PIECES:
        best = max(
            spans,
            key=lambda words: (
                len(left) - len(missing(left, words.text)),
                len(claim_terms & set(terms(digits(words.text)))),
                words.span[1] - words.span[2],
            ),
        )
        still = missing(left, best.text)
        if len(still) == len(left):
            break
        left = still
        chosen.append(best)
    # A header counts for its own rows alone: the figures were looked for quote by quote.
    joined = " ".join(words.text for words in chosen)
    around = " ".join(words.around for words in chosen)
    if unproven(left, question, around) or not _shares(joined, claim, question, around, computed):
        return []
    return [words.span for words in chosen]


def find_words(text: str, words: str) -> tuple[int, int] | None:
    """Where `words` stand in `text`, white space aside; never anything merely similar."""
    pattern = r"\s+".join(map(re.escape, words.strip(" .,…").split()))
    match = re.search(pattern, text) if pattern else None
    return (match.start(), match.end()) if match else None


def carries(
    words: str,
    claim: str,
    question: str,
    around: str = "",
    computed: Sequence[Figure] = (),
) -> bool:
    """Whether `words` hold every figure of a claim and at least `SUPPORT` of its terms.

    Terms the question brought along prove little: the share must also hold among the others. Such
    terms and figures may stand `around` the words: the year in a heading, the company in a title.
    `computed` figures of the claim need not stand anywhere.
    """
    needed = [figure for figure in figures(claim) if figure not in computed]
    return _shares(words, claim, question, around, computed) and not unproven(
        missing(needed, words), question, around
    )


def unproven(left: Sequence[Figure], question: str, around: str) -> bool:
    """Whether one of the figures that the words lack is not both in the question and around."""
    return bool(left) and bool(missing(left, question) or missing(left, around))


def _shares(words: str, claim: str, question: str, around: str, computed: Sequence[Figure]) -> bool:
    word_terms = set(terms(digits(words)))
    left = digits(_without(claim, computed))
    claim_terms = set(query_terms(left)) if left.strip() else set()
    repeated = claim_terms & set(terms(digits(question)))
    new = claim_terms - repeated
    if not claim_terms or len(new & word_terms) < SUPPORT * len(new):
        return False
    shared = claim_terms & word_terms
    if len(shared) < SUPPORT * len(claim_terms):  # terms of the passage are made only if needed
        shared |= repeated & set(terms(digits(around)))
    return len(shared) >= SUPPORT * len(claim_terms)


def _without(claim: str, computed: Sequence[Figure]) -> str:
    """The claim less the figures that no quote needs to hold."""
    for figure in sorted(computed, key=lambda figure: -figure.start):
        claim = f"{claim[: figure.start]} {claim[figure.end :]}"
    return claim


def _quoted(claim: str, passages: Sequence[Passage], computed: Sequence[Figure]) -> Span | None:
    """The first words between quotation marks that a passage holds.

    Figures that the claim adds must stand in that passage.
    """
    for match in QUOTED.finditer(claim):
        beside = [
            figure
            for figure in figures(claim)
            if figure not in computed and not match.start() <= figure.start < match.end()
        ]
        for passage in passages:
            place = find_words(passage.text, match[1])
            if place and not missing(beside, passage.headed):
                return passage, passage.start + place[0], passage.start + place[1]
    return None


def spans_of(corpus: Corpus, passages: Sequence[Passage]) -> list[Words]:
    """Sentences, rows and pairs of neighbours."""
    found = []
    for passage in passages:
        text = corpus.text(passage.document)
        around = f"{passage.document} {passage.heading} {passage.headed}"
        spans = corpus.sentences(passage)
        pairs = [Sentence(a.start, b.end, a.head) for a, b in pairwise(spans)]
        for start, end, head in spans + pairs:
            # A statement says once, over its first part, that it is in millions.
            over = head or passage.context
            found.append(Words(f"{over} {text[start:end]}", around, (passage, start, end)))
    return found
