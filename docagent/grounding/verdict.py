"""Does the document answer at all? A decision with a score, made before a word is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from docagent.grounding.names import names, slip
from docagent.grounding.quotes import Quote
from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms
from retrieval.passage import Passage
from retrieval.query import Query

# Four signs added up, so that one of them may fail: the score of the nearest quote, the cosine of
# the nearest passage, half the share of the question's terms in one passage (rare ones counting
# more), and up to 0.6 off for names that stand nowhere in the text. BENCHMARKS.md has the curve.
# On SQuAD's articles 1.25 refuses 99% of the questions about another one and 2% of their own.
# The names bring the questions on one company's report asked of another's from AUC .87 to .93.
# What did not help: figures that stand nowhere, the likeness to a fixed set of general questions
# (z-normalisation), the lead of the first passage over the next, terms near the quote.
ENOUGH = 1.25
# A model that can say no itself is asked unless the question is plainly foreign: 0.90 leaves
# out four of five foreign ones and none of the answerable.
ASK_ANYWAY = 0.90
# Words alone reach lower scores. On quarters of XQuAD this refuses seven of ten foreign questions
# in Chinese, Arabic and German, at 1%, 4% and 6% of their own.
_WORDS_ALONE = 0.61
_TERMS = 0.5
_NAMES = 0.6
_MOST_NAMES = 0.5  # of them: if more are unknown, the question is on others than the text is
_SLIP = 5  # letters; shorter names resemble too many others
_LOOKED_AT = 5  # passages
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20|21)\d\d(?![\d,.]?\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the words found come near enough to be the answer, and why.

    `bar` is what the score is measured against. `foreign`: so far off that no reader needs to be
    asked.
    """

    found: bool
    score: float
    reason: str
    bar: float = ENOUGH
    foreign: bool = False


def judge(corpus: Corpus, query: str | Query, ranked: list[Passage], near: list[Quote]) -> Verdict:
    """Decide from the nearest words, and from named people, places and years."""
    if not near:
        return Verdict(False, 0.0, "no passage comes near", foreign=True)
    query = corpus.query(query)
    question = query.text
    trust, covered = corpus.trust(question), _coverage(query, ranked)
    scale = trust + _WORDS_ALONE * (1 - trust)
    bar = ENOUGH * scale
    cosine = max(passage.cosine for passage in ranked)
    if corpus.encoder.across:  # words of another language say nothing: the cosine alone does
        covered = max(covered, cosine)
    score = near[0].score + trust * cosine + (1 - trust) * covered + _TERMS * covered
    # Where cosines say little the words weigh more already.
    unknown = unknown_names(corpus, query, ranked)
    score -= _NAMES * trust * unknown.share
    # "EPS" is a word, not a name.
    strange, proper = (
        [n for n in ns if not n.isupper()] for ns in (unknown.names, names(question))
    )
    found = False
    if score < bar:
        nowhere = f"; {unknown.names[0]} stands nowhere in the text" if unknown.names else ""
        reason = f"nearest words score {score:.2f}, less than {bar:.2f}{nowhere}"
    elif trust > 0.5 and len(strange) > _MOST_NAMES * len(proper):
        reason = f"{strange[0]} stands nowhere in the text"
    elif missing := [year for year in _YEAR.findall(question) if not corpus.mentions(year)]:
        reason = f"{missing[0]} stands nowhere in the text"
    else:
        found, reason = True, f"nearest words score {score:.2f}, {bar:.2f} is enough"
    return Verdict(found, score, reason, bar, foreign=score < ASK_ANYWAY * scale)


class UnknownNames(NamedTuple):
    """Names of a question that no document holds, and their share of its names."""

    names: list[str]
    share: float


def unknown_names(corpus: Corpus, query: str | Query, ranked: list[Passage]) -> UnknownNames:
    """The names of a question that no passage holds.

    One that differs by a slip of the pen from a word of the best passages is that word.
    """
    query = corpus.query(query)
    if corpus.encoder.across:  # Moskau, Moscow
        return UnknownNames([], 0.0)
    named = 0
    missing = []
    # German writes every noun like a name.
    for name in names(query.text) if query.language != "de" else ():
        found = set(query_terms(name, corpus.lexical.languages)).intersection(query.terms)
        if found:
            named += 1
            if not any(map(corpus.lexical.contains, found)) and not _meant(found, ranked):
                missing.append(name)
    return UnknownNames(missing, len(missing) / named if named else 0.0)


def _meant(name_terms: set[str], ranked: list[Passage]) -> bool:
    """Whether the best passages have one of these terms with a slip of the pen."""
    others = {term for passage in ranked[:_LOOKED_AT] for term in passage.terms}
    long = [term for term in name_terms if len(term) >= _SLIP]
    return any(slip(term, other) for term in long for other in others)


def _coverage(query: Query, ranked: list[Passage]) -> float:
    """Largest share of the question's terms, by rarity, that one passage holds."""
    rarity = query.rarity
    best = max(
        sum(rarity.get(term, 0.0) for term in set(passage.terms)) for passage in ranked[:_LOOKED_AT]
    )
    return best / (sum(rarity.values()) or 1.0)
