"""How central a sentence is to a text, and which few sentences stand for it together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from docagent.summary.context import SummaryContext
from docagent.summary.statements import Span
from retrieval.embed.model import Vectors
from retrieval.lexical.tokens import query_terms

_LEAD, _LEADING = 0.15, 4  # for the first sentences of a section, falling to none
_WORDS = 0.5  # weight of shared words beside the cosine
_ALIKE = 0.6  # against the likeness to what is chosen already
_ALIKE_APART = 0.3  # the same where rooms keep the sentences apart already
_SAME = 0.9  # of a likeness: the same in other words
_FOCUS = 1.5  # weight of the focus beside what is central
_NEAR = 0.6  # of the best sentence's likeness to the focus
_FAR = 0.3  # a cosine that unlike subjects seldom reach
_SAMPLE = 20  # sentences that tell their language

Scores = NDArray[np.float64]


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


def joined(extracts: Sequence[Extract]) -> Extract:
    """Several as one; its mean is weighed by how much each stands for."""
    means = np.stack([extract.mean * extract.weight for extract in extracts])
    return Extract(
        [span for extract in extracts for span in extract.spans],
        [text for extract in extracts for text in extract.texts],
        np.concatenate([extract.vectors for extract in extracts]),
        [terms for extract in extracts for terms in extract.terms],
        np.concatenate([extract.bonus for extract in extracts]),
        unit(means.sum(axis=0)),
        sum(extract.weight for extract in extracts),
    )


def opened(section: Extract) -> Extract:
    """The sentences of a section with a bonus for its opening, which tells what it is about."""
    lead = _LEAD * np.clip(1 - np.arange(len(section.spans)) / _LEADING, 0, 1)
    return replace(section, bonus=section.bonus + lead)


def some(extract: Extract, numbers: Sequence[int]) -> Extract:
    """The sentences of these numbers; the mean stays that of all."""
    return Extract(
        [extract.spans[at] for at in numbers],
        [extract.texts[at] for at in numbers],
        extract.vectors[list(numbers)],
        [extract.terms[at] for at in numbers],
        extract.bonus[list(numbers)],
        extract.mean,
        extract.weight,
    )


def unit(vector: Vectors) -> Vectors:
    """The vector [d] at length 1; one of zeros stays."""
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


def scores(
    context: SummaryContext, extract: Extract, mean: Vectors, rarity: Mapping[str, float]
) -> Scores:
    """Cosine to the mean as far as the encoder knows the language, else shared words; the focus."""
    if not extract.texts:
        return np.zeros(0)
    trust = _trust(context, extract)
    shared = (_WORDS + 1 - trust) * _common(extract.terms, rarity)
    score = trust * (extract.vectors @ mean) + shared + extract.bonus
    if context.options.focus:
        score = score + _FOCUS * _touching(context, extract)
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
    score = scores(context, extract, mean, rarity)
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
        shared = [len(own & other) / (len(own | other) or 1) for other in extract.terms]
        likeness = np.maximum(likeness, shared)  # where the encoder cannot tell
    return sorted(taken)


def repeated(extracts: Sequence[Extract]) -> frozenset[str]:
    """Wordings that stand in several of them: notices, not what a section says."""
    counts = Counter(text for extract in extracts for text in set(map(wording, extract.texts)))
    return frozenset(text for text, count in counts.items() if count > 1)


def wording(text: str) -> str:
    """A sentence without case, figures and white space."""
    return "".join(char for char in text.casefold() if char.isalpha())


def _common(terms: Sequence[frozenset[str]], rarity: Mapping[str, float]) -> Scores:
    """How much each sentence holds of what several speak of, 0..1; rare terms count more."""
    counts = Counter(term for own in terms for term in own)
    weight = {term: np.log(count) * rarity.get(term, 1.0) for term, count in counts.items()}
    # By the square root of its length: a long sentence may hold more, though not in proportion.
    sums = np.array([sum(weight[term] for term in own) / (len(own) or 1) ** 0.5 for own in terms])
    top = float(sums.max(initial=0.0))
    return sums / top if top > 0 else sums


def near(context: SummaryContext, extracts: Sequence[Extract]) -> list[list[int]]:
    """The sentences of each that come about as near to the focus as anything does; else none."""
    scores = [_touching(context, extract) for extract in extracts]
    best = max((float(score.max(initial=0.0)) for score in scores), default=0.0)
    bar = max(_FAR, _NEAR * best)
    return [np.flatnonzero(score >= bar).tolist() for score in scores]


def _touching(context: SummaryContext, extract: Extract) -> Scores:
    """How near each sentence is to the focus."""
    trust, focus = _trust(context, extract), context.options.focus
    rarity = context.corpus.lexical.rarity(query_terms(focus))
    held = np.array([sum(rarity.get(term, 0.0) for term in own) for own in extract.terms])
    cosine = (context.corpus.encoder.encode_query(focus) @ extract.vectors.T)[0]
    share = held / (sum(rarity.values()) or 1.0)
    found: Scores = trust * cosine + (_WORDS + 1 - trust) * share
    return found


def _trust(context: SummaryContext, extract: Extract) -> float:
    """How far the encoder knows the language of the sentences."""
    return context.corpus.trust(" ".join(extract.texts[:_SAMPLE]))
