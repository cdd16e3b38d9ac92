"""Which document of several a question means: "3M's FY2022 report" among forty-five filings."""

from __future__ import annotations

from math import exp

from retrieval.lexical.profiles import Match, Profiles
from retrieval.query import Query

# A conditional logit over the documents and "none of them", which has the logit _NONE. Fitted by
# benchmarks/retrieval/which_document.py on questions that name their document and some that do not.
WEIGHTS = Match(title=2.3, names=7.3, year=5.3, quarter=4.5, newest=7.2)
_NONE = 9.9


def probabilities(profiles: Profiles, query: Query) -> list[float]:
    """How likely the question names each document; near 0 for all if it names none."""
    if len(profiles) < 2:
        return [0.0] * len(profiles)
    matches = profiles.matches(query.names, query.years, query.quarters, query.latest)
    odds = [exp(sum(w * f for w, f in zip(WEIGHTS, match, strict=True))) for match in matches]
    total = sum(odds) + exp(_NONE)
    return [odd / total for odd in odds]
