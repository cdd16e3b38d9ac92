"""The exact words of a document that come nearest to a question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage
from retrieval.ranking.question import asked

_LOOKED_AT = 5  # passages; one of them holds the answer for 98% of SQuAD's questions (n=450)
# Weights beside the cosine, chosen on SQuAD: the first three hold the answer for 91.6%, with
# unweighted words and no rank 89.3%; as a score for "does it answer at all" AUC .998 on
# questions about another article (.994 for the cosine alone).
_WORDS = 0.5
_RANK = 0.2
_SAME_PAGE = 30  # passages among which the rest of the best page is looked for
_ITEM = 0.9  # for the likely words of what is asked, "purchases of property" for capital spending
_LONGEST = 500  # characters of neighbouring sentences shown as one quote
_FAR = 0.5  # of the best score; what scores less has nothing to do with the question
_LABEL = 5  # terms; fewer without a figure are a label or a heading, which any question resembles


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence or table row: `text` is its document's text from `start` to `end`.

    `score` = cosine to the question + 0.5 x the share of the question's terms it holds, rare
    ones counting more + up to 0.2 for the rank of its passage.
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float


def quotes(
    corpus: Corpus, question: str, ranked: list[Passage], most: int = _LOOKED_AT
) -> list[Quote]:
    """Sentences and rows of the `most` best passages, nearest to the question first."""
    taken = asked(question)
    rarity = corpus.lexical.rarity(query_terms(taken.core))
    items = [corpus.lexical.rarity(query_terms(words)) for words in taken.items]
    found = [
        (passage, sentence, max(0.0, _RANK * (1 - rank / _LOOKED_AT)))
        for rank, passage in enumerate(_looked_at(ranked, most))
        for sentence in corpus.sentences(passage)
    ]
    if not found:
        return []
    texts = [corpus.text(passage.document)[s.start : s.end] for passage, s, _ in found]
    # A row says little without the title and header of its table; but these stand over every
    # row, so words that only they hold count half.
    read = [
        f"{s.head} | {text}" if s.head else text
        for (_, s, _), text in zip(found, texts, strict=True)
    ]
    vectors = corpus.encoder.encode_sentences(read)
    near, *named = corpus.encoder.encode_queries([taken.core, *taken.items]) @ vectors.T
    trust = corpus.trust(taken.core)
    scored = []
    for at, ((passage, sentence, rank), text) in enumerate(zip(found, texts, strict=True)):
        held = terms(text)
        if not _tells(text, held, rarity.keys()):
            continue
        own, head = set(held), set(terms(sentence.head))
        share = _share(own, head, rarity)
        # Where cosines say nothing, the words stand in for them.
        score = trust * float(near[at]) + (1 - trust) * share + _WORDS * share
        for wanted, cosines in zip(items, named, strict=True):
            other = trust * float(cosines[at]) + _WORDS * _share(own, head, wanted)
            score = max(score, _ITEM * other)
        scored.append(Quote(passage, sentence.start, sentence.end, text, score + rank))
    return sorted(scored, key=lambda quote: -quote.score)


def _looked_at(ranked: list[Passage], most: int) -> list[Passage]:
    """The best passages, and what else was found on the page of the very best one.

    A statement fills several passages, and the row that answers need not stand in the nearest.
    """
    if not ranked or not ranked[0].page:
        return ranked[:most]
    page = ranked[0].document, ranked[0].page
    beside = [one for one in ranked[most:_SAME_PAGE] if (one.document, one.page) == page]
    return ranked[:most] + beside


def _share(own: set[str], head: set[str], rarity: Mapping[str, float]) -> float:
    """How much of the terms, by rarity, a row or sentence holds; what only its head does, half."""
    held = sum(weight for term, weight in rarity.items() if term in own)
    held += 0.5 * sum(weight for term, weight in rarity.items() if term in head - own)
    return held / (sum(rarity.values()) or 1.0)


def _tells(text: str, found: list[str], wanted: Collection[str]) -> bool:
    """Whether a quote, `found` its terms, says more than a label or the question's words would."""
    if not any(character.isdigit() for character in text) and len(found) < _LABEL:
        return False
    return any(len(term) > 1 or term.isdigit() for term in found if term not in wanted)


def best(near: list[Quote], most: int) -> list[Quote]:
    """The nearest quotes, neighbouring sentences of one paragraph joined to one."""
    kept: list[Quote] = []
    for quote in near[: 2 * most]:
        if quote.score < _FAR * near[0].score:
            break
        if any(quote.text in other.text for other in kept):
            continue
        for index, other in enumerate(kept):
            first, second = sorted((quote, other), key=lambda one: one.start)
            between = first.passage.text[
                first.end - first.passage.start : second.start - first.passage.start
            ]
            beside = quote.passage == other.passage and between.isspace() and "\n" not in between
            if beside and second.end - first.start <= _LONGEST:
                text = first.text + between + second.text
                kept[index] = replace(other, start=first.start, end=second.end, text=text)
                break
        else:
            if len(kept) == most:
                break
            kept.append(quote)
    return kept
