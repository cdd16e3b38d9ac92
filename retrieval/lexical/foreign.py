"""A question in one language on a document in another: said before the search finds nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import regex

from retrieval.embed.encoder import Encoder
from retrieval.lexical.fold import folded
from retrieval.lexical.function_words import by_language
from retrieval.lexical.language import NAMES, language, scores, script
from retrieval.ranking.question import readable

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

log = logging.getLogger("docagent")

_WORD = regex.compile(r"[\p{L}\p{M}]+")
_PART = 600  # characters of a sample of a document
_SAMPLES = 40
# A question's function words, their votes, and how many times those for a document's language,
# that make its own language sure where both are in one script. None of 1,061 English questions on
# English text is then warned of, and 356 of 397 German ones on English text are.
_WORDS, _VOTES, _LEAD = 2, 1.5, 3.0
_EASTERN = frozenset({"Han", "Kana"})  # Chinese and Japanese share characters


def warn_of_language(corpus: Corpus, question: str) -> None:
    """A question that neither words nor meaning can bring to these documents is told so."""
    question = readable(question)
    if language(question) in corpus.lexical.languages:
        return
    told = foreign(question, corpus.first_texts(), corpus.encoder, corpus.mentions)
    if told:
        log.warning("%s", told)


def foreign(
    question: str,
    documents: Mapping[str, str],
    encoder: Encoder,
    mentions: Callable[[str], bool],
) -> str | None:
    """What to tell a reader whose question is in no language of the `documents` (name: text).

    None where the embedding model bridges the two, when all that is asked for stands in a document
    as it is (`mentions`), when the question is of names and figures alone, or when in doubt.
    """
    asked = language(question)
    if not asked:
        return None
    samples = max(2, _SAMPLES // len(documents))
    spoken = {name: _languages(text, samples) for name, text in documents.items()}
    known = list(dict.fromkeys(code for codes in spoken.values() for code in codes))
    if (
        asked in known
        or not all(spoken.values())
        or not _is_sure(question, asked, known, documents)
    ):
        return None
    function = by_language().get(asked, frozenset())
    content = [word for word in _WORD.findall(question) if folded(word) not in function]
    if all(mentions(word) for word in content) or encoder.bridges(question, documents.values()):
        return None
    where = next(iter(documents)) if len(documents) == 1 else "the documents"
    written = " and ".join(NAMES[code] for code in known[:2])
    return (
        f"The question is in {NAMES[asked]} and {where} in {written}; {encoder.limits} "
        f"Ask in {NAMES[known[0]]}, or give a multilingual model with --embedding."
    )


def _languages(text: str, samples: int) -> list[str]:
    """Languages of samples throughout a text, the most frequent first."""
    step = max(_PART, len(text) // samples)
    told = [language(text[start : start + _PART]) for start in range(0, len(text), step)]
    return sorted({code for code in told if code}, key=lambda code: -told.count(code))


def _is_sure(question: str, asked: str, known: list[str], documents: Mapping[str, str]) -> bool:
    """Another script is beyond doubt; words of the same one must speak for no other language."""
    text = folded(question)
    own = script(text)
    written = {script(folded(one[:_PART])) for one in documents.values()}
    if own not in written:
        return not (own in _EASTERN and written & _EASTERN)
    votes = scores(text)
    words = set(_WORD.findall(text)) & by_language()[asked]
    theirs = max(votes.get(code, 0.0) for code in known)
    return len(words) >= _WORDS and votes[asked] >= max(_VOTES, _LEAD * theirs)
