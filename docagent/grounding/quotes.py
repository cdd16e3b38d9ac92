"""The exact words of a document that come nearest to a question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Vectors
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage
from retrieval.query import Query

_LOOKED_AT = 5  # passages; one of them holds the answer for 98% of SQuAD's questions (n=450)
# Weights beside the cosine, chosen on SQuAD: the first three hold the answer for 91.6%, with
# unweighted words and no rank 89.3%; as a score for "does it answer at all" AUC .998 on
# questions about another article (.994 for the cosine alone).
_WORDS = 0.5
_RANK = 0.2
_SAME_PAGE = 30  # passages among which the rest of the best page is looked for
_BESIDE = 0.15  # for their rank: a statement's row is as near as its first rows are
# A row's cosine, read with the head of its table, read alone, and what the rows of its table have
# alone on average. With the head alone every row of the right table is as near as the next: of 134
# rows of filings asked for by name the first quote is the right one for .672 instead of .485, one
# of three for .858 instead of .791.
_WITH_HEAD, _ALONE, _TABLE = 0.75, 0.75, -0.5
_ITEM = 0.9  # for the likely words of what is asked, "purchases of property" for capital spending
_LONGEST = 500  # characters of neighbouring sentences shown as one quote
_FAR = 0.5  # of the best score; what scores less has nothing to do with the question
_LABEL = 5  # terms; fewer without a figure are a label or a heading, which any question resembles


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence or table row: `text` is its document's text from `start` to `end`.

    `score` = cosine to the question (a row's also against the other rows of its table) + 0.5 x the
    share of the question's terms it holds, rare ones counting more + up to 0.2 for the rank of its
    passage.
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float


def quotes(
    corpus: Corpus, query: str | Query, ranked: list[Passage], most: int = _LOOKED_AT
) -> list[Quote]:
    """Sentences and rows of the `most` best passages, nearest to the question first."""
    query = corpus.query(query)
    rarity = query.rarity
    items = [corpus.lexical.rarity(query_terms(words)) for words in query.items]
    candidates = [
        (passage, sentence, _ranked(rank, most))
        for rank, passage in enumerate(_looked_at(ranked, most))
        for sentence in corpus.sentences(passage)
    ]
    if not candidates:
        return []
    texts = [corpus.text(passage.document)[s.start : s.end] for passage, s, _ in candidates]
    heads = [sentence.head for _, sentence, _ in candidates]
    near, *near_items = _cosines(corpus.encoder, [query.core, *query.items], texts, heads)
    trust = corpus.trust(query)
    scored = []
    for at, ((passage, sentence, rank), text) in enumerate(zip(candidates, texts, strict=True)):
        text_terms = terms(text)
        if not _tells(text, text_terms, rarity.keys()):
            continue
        # Words that only the head of a table holds stand over every row of it and count half.
        own, head = set(text_terms), set(terms(sentence.head))
        share = _share(own, head, rarity)
        if corpus.encoder.across:  # words of another language say nothing: the cosine alone does
            share = max(share, float(near[at]))
        # Where cosines say nothing, the words stand in for them.
        score = trust * float(near[at]) + (1 - trust) * share + _WORDS * share
        for item, cosines in zip(items, near_items, strict=True):
            other = trust * float(cosines[at]) + _WORDS * _share(own, head, item)
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
    rest = ranked[most:_SAME_PAGE]
    beside = [passage for passage in rest if (passage.document, passage.page) == page]
    return ranked[:most] + beside


def _ranked(rank: int, most: int) -> float:
    """What the rank of a passage adds, from 0; the rest of the best page comes behind `most`."""
    return _BESIDE if rank >= most else max(0.0, _RANK * (1 - rank / _LOOKED_AT))


def _cosines(encoder: Encoder, queries: list[str], texts: list[str], heads: list[str]) -> Vectors:
    """Cosines [queries, texts]; a row says little without the head of its table, "" for none."""
    read = [f"{head} | {text}" if head else text for head, text in zip(heads, texts, strict=True)]
    asked_for = encoder.encode_queries(queries)
    near = asked_for @ encoder.encode_sentences(read).T
    rows = [at for at, head in enumerate(heads) if head]
    if not rows:
        return near
    alone = asked_for @ encoder.encode_sentences([texts[at] for at in rows]).T
    tables: dict[str, list[int]] = {}
    for place, at in enumerate(rows):
        tables.setdefault(heads[at], []).append(place)
    for places in tables.values():
        own = alone[:, places]
        at_once = [rows[place] for place in places]
        mean = own.mean(1, keepdims=True)
        near[:, at_once] = _WITH_HEAD * near[:, at_once] + _ALONE * own + _TABLE * mean
    return near


def _share(own: set[str], head: set[str], rarity: Mapping[str, float]) -> float:
    """How much of the terms, by rarity, a row or sentence holds; what only its head does, half."""
    weight = sum(weight for term, weight in rarity.items() if term in own)
    weight += 0.5 * sum(weight for term, weight in rarity.items() if term in head - own)
    return weight / (sum(rarity.values()) or 1.0)


def _tells(text: str, text_terms: list[str], query_terms: Collection[str]) -> bool:
    """Whether a quote says more than a label or the question's own words would."""
    if not any(character.isdigit() for character in text) and len(text_terms) < _LABEL:
        return False
    return any(len(term) > 1 or term.isdigit() for term in text_terms if term not in query_terms)


def best(near: list[Quote], most: int) -> list[Quote]:
    """The nearest quotes, neighbouring sentences of one paragraph joined to one."""
    chosen: list[Quote] = []
    for quote in near[: 2 * most]:
        if quote.score < _FAR * near[0].score:
            break
        if any(quote.text in other.text for other in chosen):
            continue
        for index, other in enumerate(chosen):
            first, second = sorted((quote, other), key=lambda each: each.start)
            between = first.passage.text[
                first.end - first.passage.start : second.start - first.passage.start
            ]
            beside = quote.passage == other.passage and between.isspace() and "\n" not in between
            if beside and second.end - first.start <= _LONGEST:
                text = first.text + between + second.text
                chosen[index] = replace(other, start=first.start, end=second.end, text=text)
                break
        else:
            if len(chosen) == most:
                break
            chosen.append(quote)
    return chosen
