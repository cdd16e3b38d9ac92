"""Does the document answer at all? A decision with a score, made before a word is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docagent.checking.quotes import Quote
from retrieval.corpus import Corpus

# Score of the nearest quote. On SQuAD (n=450 answerable, 375 questions about another article)
# 0.78 refuses 98% of the foreign ones and 2% of the answerable; what a passage merely does not
# say (SQuAD's own unanswerable questions) shows in no such score (AUC .65).
ENOUGH = 0.78
# A model that can say no itself is asked unless the question is plainly foreign: 0.55 leaves
# out 80% of the foreign ones and none of the answerable.
ASK_ANYWAY = 0.55
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20|21)\d\d(?![\d,.]?\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is to be tried, and why."""

    found: bool
    score: float
    reason: str


def judge(corpus: Corpus, question: str, near: list[Quote], weak: bool) -> Verdict:
    """Decide from the nearest quote; for a model too weak to refuse, also from named years."""
    if not near:
        return Verdict(False, 0.0, "no passage comes near")
    bar = ENOUGH if weak else ASK_ANYWAY
    score = near[0].score
    if score < bar:
        return Verdict(False, score, f"nearest words score {score:.2f}, less than {bar}")
    missing = [year for year in _YEAR.findall(question) if not corpus.mentions(year)]
    if weak and missing:
        return Verdict(False, score, f"{missing[0]} stands nowhere in the text")
    return Verdict(True, score, f"nearest words score {score:.2f}, {bar} is enough")
