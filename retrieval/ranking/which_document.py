"""Which document of several a question means: "3M's FY2022 report" among forty-five filings."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from retrieval.lexical.profiles import Match

# A conditional logit over the documents and "none of them", which has the logit _NONE. Fitted by
# benchmarks/retrieval/which_document.py on questions that name their document and some that do not.
WEIGHTS = Match(title=2.3, names=7.3, year=5.3, quarter=4.5, newest=7.2)
_NONE = 9.9


def probabilities(matches: Mapping[int, Match]) -> dict[int, float]:
    """How likely a question names each document; near 0 for all if it names none."""
    odds = {
        number: exp(sum(w * f for w, f in zip(WEIGHTS, match, strict=True)))
        for number, match in matches.items()
    }
    total = sum(odds.values()) + exp(_NONE)
    return {number: odd / total for number, odd in odds.items()}
