"""Two rankings made one."""

from __future__ import annotations

from collections import defaultdict

_K = 20  # the usual 60 lets the tails outvote the heads on lists of a hundred


def reciprocal_rank(rankings: list[tuple[float, list[int]]]) -> list[tuple[int, float]]:
    """Reciprocal rank fusion (Cormack et al. 2009) of weighted rankings of passage numbers.

    Returns (number, score) best first; the score is 1 for what is first in every ranking.
    """
    scores: dict[int, float] = defaultdict(float)
    for weight, ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] += weight / (_K + rank)
    best = sum(weight for weight, _ in rankings) / _K
    return sorted(((n, s / best) for n, s in scores.items()), key=lambda pair: (-pair[1], pair[0]))
