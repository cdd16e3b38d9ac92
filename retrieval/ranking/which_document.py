"""Which document of several a question means: "3M's FY2022 report" among forty-five filings."""

from __future__ import annotations

from math import exp

from retrieval.lexical.profiles import Match, Profiles
from retrieval.query import Query

# A conditional logit over the documents, fitted by benchmarks/retrieval/which_document.py.
WEIGHTS = Match(title=1.1, names=2.6, year=3.6, quarter=2.6, newest=4.4)


def likelihood(profiles: Profiles, query: Query) -> list[float]:
    """How likely the question means each document, 1 for the likeliest.

    0 for all if they are alike, as when it names none.
    """
    if len(profiles) < 2:
        return [0.0] * len(profiles)
    matches = profiles.matches(query.names, query.years, query.quarters, query.latest)
    logits = [sum(w * f for w, f in zip(WEIGHTS, match, strict=True)) for match in matches]
    most = max(logits)
    if most == min(logits):
        return [0.0] * len(profiles)
    return [exp(logit - most) for logit in logits]
