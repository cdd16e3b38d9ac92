"""How well the reader does on held-out examples while it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from training.reader.examples import Encoded
    from training.reader.network import Network

Numbers = NDArray[Any]

MISSED = 0.08  # share of answerable examples that may be refused
_LONGEST = 24  # tokens of an answer


def padded(batch: list[Encoded]) -> tuple[Tensor, Tensor, Tensor]:
    """Token numbers, types, and which tokens are there, [n, length] each."""
    length = max(len(one.ids) for one in batch)
    ids = torch.tensor([one.ids + [0] * (length - len(one.ids)) for one in batch])
    sizes = torch.tensor([len(one.ids) for one in batch])[:, None]
    starts = torch.tensor([one.question for one in batch])[:, None]
    places = torch.arange(length)
    real = places < sizes
    return ids, ((places >= starts) & real).long(), real


def measure(network: Network, held: list[Encoded]) -> dict[str, float]:
    """Exact spans and their F1 in tokens, and how well the answerable are told from the others."""
    order = sorted(held, key=lambda one: len(one.ids))
    logits: list[float] = []
    exact, overlap = [], []
    with torch.inference_mode():
        for at in range(0, len(order), 32):
            batch = order[at : at + 32]
            spans, verdicts = network(*padded(batch))
            logits += verdicts[:, 0].tolist()
            for one, span in zip(batch, spans, strict=True):
                if one.start >= 0:
                    start, end = best(span)
                    exact.append((start, end) == (one.start, one.end))
                    overlap.append(_f1((start, end), (one.start, one.end)))
    answered = np.array([one.start >= 0 for one in order])
    scores = np.array(logits)
    yes, no = scores[answered], scores[~answered]
    by_kind = {
        f"refused {kind}": refused(yes, scores[[one.kind == kind for one in order]])
        for kind in sorted({one.kind for one in order if one.start < 0})
    }
    return {
        "exact": float(np.mean(exact)),
        "f1": float(np.mean(overlap)),
        "auc": area(yes, no),
        "refused": refused(yes, no),
        **by_kind,
    }


def best(span: Tensor) -> tuple[int, int]:
    """First and last token of the likeliest span, given logits [length, 2]."""
    scores = span[:, 0][:, None] + span[:, 1][None, :]
    allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(_LONGEST)
    place = int(scores.masked_fill(~allowed, -1e9).argmax())
    return place // len(span), place % len(span)


def area(yes: Numbers, no: Numbers) -> float:
    """Probability that an answerable one scores higher than one that is not."""
    return float(np.mean((yes[:, None] > no) + 0.5 * (yes[:, None] == no)))


def refused(yes: Numbers, no: Numbers) -> float:
    """Share of `no` below the score that `MISSED` of `yes` lie below."""
    return float(np.mean(no < np.quantile(yes, MISSED)))


def error_of(likely: Numbers, truth: Numbers, bins: int = 10) -> float:
    """Expected calibration error: how far shares lie from what was said, by bins of equal width;
    answerable and open questions count half each."""
    weight = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(truth)
    bin_of = np.minimum((likely * bins).astype(int), bins - 1)
    gaps = (
        abs(float((weight[own] * (likely[own] - truth[own])).sum()))
        for own in (bin_of == number for number in range(bins))
    )
    return sum(gaps)


def _f1(found: tuple[int, int], wanted: tuple[int, int]) -> float:
    shared = min(found[1], wanted[1]) - max(found[0], wanted[0]) + 1
    return max(0, shared) * 2 / (found[1] - found[0] + wanted[1] - wanted[0] + 2)


def summary(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
