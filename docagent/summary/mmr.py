"""How central a sentence is to a text, and which few sentences stand for it together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from docagent.summary.context import SummaryContext
from docagent.summary.extracts import Extract
from retrieval.embed.model import Vectors
from retrieval.lexical.tokens import query_terms

_WORDS = 0.5  # weight of shared words beside the cosine
_ALIKE = 0.6  # against the likeness to what is chosen already
_ALIKE_APART = 0.3  # the same where rooms keep the sentences apart already
_SAME = 0.9  # of a likeness: the same in other words
_FOCUS = 1.5  # weight of the focus beside what is central
_NEAR = 0.6  # of the best sentence's likeness to the focus
_FAR = 0.3  # a cosine that unlike subjects seldom reach
_SAMPLE = 20  # sentences that tell their language

Scores = NDArray[np.float64]


def scores(
    context: SummaryContext,
    texts: Sequence[str],
    vectors: Vectors,
    terms: Sequence[frozenset[str]],
    bonus: Scores,
    mean: Vectors,
    rarity: Mapping[str, float],
) -> Scores:
    """Cosine to the mean as far as the encoder knows the language, else shared words; the focus."""
    if not texts:
        return np.zeros(0)
    trust = context.corpus.trust(" ".join(texts[:_SAMPLE]))
    score = trust * (vectors @ mean) + (_WORDS + 1 - trust) * _common(terms, rarity) + bonus
    if context.options.focus:
        score = score + _FOCUS * _touching(context, vectors, terms, trust)
    found: Scores = score.astype(np.float64)
    return found


def choose(
    context: SummaryContext,
    extract: Extract,
    most: int,
    mean: Vectors,
    never: Collection[str] = (),
    rooms: Sequence[tuple[range, int]] = (),
) -> list[int]:
    """At most `most` sentences near to `mean` and unlike each other, in order.

    `never` are wordings (see `wording`) that are not taken, `rooms` how many may be taken among
    certain ones.
    """
    rarity = context.corpus.lexical.rarity({term for terms in extract.terms for term in terms})
    score = scores(
        context, extract.texts, extract.vectors, extract.terms, extract.bonus, mean, rarity
    )
    left = [at for at, text in enumerate(extract.texts) if wording(text) not in never]
    likeness = np.zeros(len(score))
    apart = _ALIKE_APART if rooms else _ALIKE
    taken: list[int] = []
    while left and len(taken) < most:
        best = max(left, key=lambda at: score[at] - apart * likeness[at])
        left.remove(best)
        if likeness[best] > _SAME:
            continue
        taken.append(best)
        for numbers, room in rooms:
            if best in numbers and sum(at in numbers for at in taken) == room:
                left = [at for at in left if at not in numbers]
        likeness = np.maximum(likeness, extract.vectors @ extract.vectors[best])
        own = extract.terms[best]
        shared = [len(own & one) / (len(own | one) or 1) for one in extract.terms]
        likeness = np.maximum(likeness, shared)  # where the encoder cannot tell
    return sorted(taken)


def repeated(extracts: Sequence[Extract]) -> frozenset[str]:
    """Wordings that stand in several of them: notices, not what a section says."""
    counts = Counter(text for one in extracts for text in set(map(wording, one.texts)))
    return frozenset(text for text, count in counts.items() if count > 1)


def wording(text: str) -> str:
    """A sentence without case, figures and white space."""
    return "".join(char for char in text.casefold() if char.isalpha())


def _common(terms: Sequence[frozenset[str]], rarity: Mapping[str, float]) -> Scores:
    """How much each sentence holds of what several speak of, 0..1; rare terms count more."""
    counts = Counter(term for one in terms for term in one)
    weight = {term: np.log(count) * rarity.get(term, 1.0) for term, count in counts.items()}
    # By the square root of its length: a long sentence may hold more, though not in proportion.
    sums = np.array([sum(weight[term] for term in one) / (len(one) or 1) ** 0.5 for one in terms])
    top = float(sums.max(initial=0.0))
    return sums / top if top > 0 else sums


def near(context: SummaryContext, extracts: Sequence[Extract]) -> list[list[int]]:
    """The sentences of each that come about as near to the focus as anything does; else none."""
    scores = [
        _touching(
            context, one.vectors, one.terms, context.corpus.trust(" ".join(one.texts[:_SAMPLE]))
        )
        for one in extracts
    ]
    best = max((float(score.max(initial=0.0)) for score in scores), default=0.0)
    bar = max(_FAR, _NEAR * best)
    return [np.flatnonzero(score >= bar).tolist() for score in scores]


def _touching(
    context: SummaryContext, vectors: Vectors, terms: Sequence[frozenset[str]], trust: float
) -> Scores:
    """How near each sentence is to the focus."""
    rarity = context.corpus.lexical.rarity(query_terms(context.options.focus))
    total = sum(rarity.values()) or 1.0
    held = np.array([sum(rarity[term] for term in rarity if term in one) for one in terms]) / total
    cosine = (context.corpus.encoder.encode_query(context.options.focus) @ vectors.T)[0]
    found: Scores = trust * cosine + (_WORDS + 1 - trust) * held
    return found
