"""Does the document answer at all? A decision with a score, made before a word is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docagent.checking.quotes import Quote
from retrieval.corpus import Corpus
from retrieval.passage import Passage

# Score of the nearest quote + cosine of the nearest passage. On 656 answerable questions (SQuAD,
# quarterly and annual reports, the handbook) and 579 about another document, 1.10 refuses 98% of
# the foreign and 1.5% of the answerable (AUC .999; the quote's score alone wrongly refuses 8 of 14
# questions in an analyst's words). What a passage merely does not say (SQuAD's own unanswerable
# questions) hardly shows in such a score: 8% of those are refused.
ENOUGH = 1.10
# A model that can say no itself is asked unless the question is plainly foreign: 0.75 leaves
# out two thirds of the foreign ones and none of the answerable.
ASK_ANYWAY = 0.75
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20|21)\d\d(?![\d,.]?\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is to be tried, and why."""

    found: bool
    score: float
    reason: str


def judge(
    corpus: Corpus, question: str, ranked: list[Passage], near: list[Quote], weak: bool
) -> Verdict:
    """Decide from the nearest words; for a model too weak to refuse, also from named years."""
    if not near:
        return Verdict(False, 0.0, "no passage comes near")
    bar = ENOUGH if weak else ASK_ANYWAY
    score = near[0].score + max(passage.cosine for passage in ranked)
    if score < bar:
        return Verdict(False, score, f"nearest words score {score:.2f}, less than {bar}")
    missing = [year for year in _YEAR.findall(question) if not corpus.mentions(year)]
    if weak and missing:
        return Verdict(False, score, f"{missing[0]} stands nowhere in the text")
    return Verdict(True, score, f"nearest words score {score:.2f}, {bar} is enough")
