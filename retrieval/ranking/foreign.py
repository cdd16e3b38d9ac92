"""A question in one language on documents in another: said before the search finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import regex

from retrieval.embed.encoder import Encoder
from retrieval.lexical.fold import folded
from retrieval.lexical.function_words import by_language
from retrieval.lexical.language import NAMES, language, scores, script
from retrieval.query import Query

_WORD = regex.compile(r"[\p{L}\p{M}]+")
_PART = 600  # characters of a sample of a document
_SAMPLES = 40
# A question's function words, their votes, and how many times those for a document's language,
# that make its own language sure where both are in one script. None of 1,061 English questions on
# English text is then warned of, and 356 of 397 German ones on English text are.
_WORDS, _VOTES, _LEAD = 2, 1.5, 3.0
_EASTERN = frozenset({"Han", "Kana"})  # Chinese and Japanese share characters


def language_mismatch(
    query: Query,
    documents: Mapping[str, str],
    encoder: Encoder,
    mentions: Callable[[str], bool],
) -> str | None:
    """A warning for a reader whose question is in no language of the `documents` (name: text).

    None where the embedding model bridges the two, when all that is asked for stands in a document
    as it is (`mentions`), when the question is of names and figures alone, or when in doubt.
    """
    if not query.language:
        return None
    samples = max(2, _SAMPLES // len(documents))
    by_document = [_languages(text, samples) for text in documents.values()]
    known = list(dict.fromkeys(code for codes in by_document for code in codes))
    if query.language in known or not all(by_document) or not _is_sure(query, known, documents):
        return None
    function = by_language().get(query.language, frozenset())
    content = [word for word in _WORD.findall(query.text) if folded(word) not in function]
    if all(map(mentions, content)) or encoder.bridges(query.text, documents.values()):
        return None
    where = next(iter(documents)) if len(documents) == 1 else "the documents"
    languages = " and ".join(NAMES[code] for code in known[:2])
    return (
        f"The question is in {NAMES[query.language]} and {where} in {languages}; "
        f"{encoder.known_languages} "
        f"Ask in {NAMES[known[0]]}, or give a multilingual model with --embedding."
    )


def _languages(text: str, samples: int) -> list[str]:
    """Languages of samples throughout a text, the most frequent first."""
    step = max(_PART, len(text) // samples)
    codes = [language(text[start : start + _PART]) for start in range(0, len(text), step)]
    return sorted({code for code in codes if code}, key=lambda code: -codes.count(code))


def _is_sure(query: Query, known: list[str], documents: Mapping[str, str]) -> bool:
    """Another script is beyond doubt; words of the same one must speak for no other language."""
    text = folded(query.text)
    own = script(text)
    scripts = {script(folded(document[:_PART])) for document in documents.values()}
    if own not in scripts:
        return not (own in _EASTERN and scripts & _EASTERN)
    votes = scores(text)
    words = set(_WORD.findall(text)) & by_language()[query.language]
    theirs = max(votes.get(code, 0.0) for code in known)
    return len(words) >= _WORDS and votes[query.language] >= max(_VOTES, _LEAD * theirs)
