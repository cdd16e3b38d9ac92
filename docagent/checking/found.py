"""Does the document answer at all? A decision with a score, made before a word is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docagent.checking.quotes import Quote
from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

# Three signs added up, so that one of them may fail: the score of the nearest quote, the cosine of
# the nearest passage, and half the share of the question's terms in one passage, rare ones
# counting more. On 656 answerable questions (SQuAD, quarterly and annual reports, the handbook)
# and 579 about another document the sum has AUC .9994; 1.25 refuses 98% of the foreign questions
# and 1% of the answerable. The quote alone refuses 8 of 14 questions in an analyst's words. What
# a passage merely does not say (SQuAD's own unanswerable questions) hardly shows: 4% are refused.
ENOUGH = 1.25
# A model that can say no itself is asked unless the question is plainly foreign: 0.90 leaves
# out 82% of the foreign ones and none of the answerable.
ASK_ANYWAY = 0.90
# Words alone reach lower scores. On the Chinese XQuAD 0.80 refuses 98% of the questions about
# another half of the text and 6% of its own; Arabic the two cannot be told apart so well.
_WORDS_ALONE = 0.64
_TERMS = 0.5
_LOOKED_AT = 5  # passages
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
    trust, covered = corpus.trust(question), _coverage(corpus, question, ranked)
    bar = (ENOUGH if weak else ASK_ANYWAY) * (trust + _WORDS_ALONE * (1 - trust))
    cosine = max(passage.cosine for passage in ranked)
    score = near[0].score + trust * cosine + (1 - trust) * covered + _TERMS * covered
    if score < bar:
        return Verdict(False, score, f"nearest words score {score:.2f}, less than {bar:.2f}")
    missing = [year for year in _YEAR.findall(question) if not corpus.mentions(year)]
    if weak and missing:
        return Verdict(False, score, f"{missing[0]} stands nowhere in the text")
    return Verdict(True, score, f"nearest words score {score:.2f}, {bar:.2f} is enough")


def _coverage(corpus: Corpus, question: str, ranked: list[Passage]) -> float:
    """Largest share of the question's terms, by rarity, that one passage holds."""
    rarity = corpus.lexical.rarity(query_terms(question))
    held = (set(terms(passage.text)) for passage in ranked[:_LOOKED_AT])
    best = max(sum(rarity.get(term, 0.0) for term in words) for words in held)
    return best / (sum(rarity.values()) or 1.0)
