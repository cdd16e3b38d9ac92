"""Sentences with what is needed to choose among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from docagent.summary.statements import Span
from retrieval.embed.model import Vectors

_LEAD, _LEADING = 0.15, 4  # for the first sentences of a section, falling to none


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
