"""A question in another language than the documents: what its words cannot find, meaning may."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import regex

from retrieval.embed.encoder import Encoder
from retrieval.lexical.fold import folded
from retrieval.lexical.function_words import by_language
from retrieval.lexical.language import NAMES, languages, scores, script, script_of
from retrieval.query import Query

_WORD = regex.compile(r"[\p{L}\p{M}]+")
_POSSESSIVE = regex.compile(r"['’]s\b")  # a word of its own in other languages
_SAMPLES = 40
# Votes of a question's words for a language none of the documents is in, and how many times those
# for a document's language, that make it foreign to them. Of 41,485 English questions on English
# text 5 are; of XQuAD's German, Romanian, Turkish, Spanish and Vietnamese ones .970 to 1.
_VOTES, _LEAD = 0.5, 3.0
_EASTERN = frozenset({"Han", "Kana"})  # Chinese and Japanese share characters


def crosses(query: Query, known: Collection[str], mentions: Callable[[str], bool]) -> bool:
    """Whether a question is in none of the `known` languages, those of the documents.

    It is not if all that is asked for stands in a document as it is (`mentions`), if it is of
    figures and of names in the documents' script alone, or when in doubt.
    """
    if query.language in known:
        return False
    function = by_language().get(query.language, frozenset())
    content = [word for word in _WORD.findall(query.text) if folded(word) not in function]
    return _is_foreign(query.text, known) and not all(map(mentions, content))


def language_mismatch(
    query: Query,
    documents: Mapping[str, str],
    encoder: Encoder,
    mentions: Callable[[str], bool],
) -> str | None:
    """A warning for a reader whose question is in no language of the `documents` (name: text).

    None where it does not `cross` them, or where the embedding model bridges the two.
    """
    if not query.language:
        return None
    samples = max(2, _SAMPLES // len(documents))
    by_document = [languages(text, samples) for text in documents.values()]
    known = list(dict.fromkeys(code for codes in by_document for code in codes))
    if not all(by_document) or not crosses(query, known, mentions):
        return None
    if encoder.bridges(query.text, documents.values()):
        return None
    where = next(iter(documents)) if len(documents) == 1 else "the documents"
    written = " and ".join(NAMES[code] for code in known[:2])
    return (
        f"The question is in {NAMES[query.language]} and {where} in {written}; "
        f"{encoder.known_languages} Ask in {NAMES[known[0]]}, or search in any language: "
        "pip install 'docagent[multilingual]', and --embedding auto."
    )


def _is_foreign(text: str, known: Collection[str]) -> bool:
    """Another script is beyond doubt; words of the same one must speak for no other language."""
    text = folded(_POSSESSIVE.sub("", text))
    own, scripts = script(text), {script_of(code) for code in known}
    if own not in scripts:
        return not (own in _EASTERN and scripts & _EASTERN)
    votes = scores(text)
    theirs = max(votes.get(code, 0.0) for code in known)
    others = max((vote for code, vote in votes.items() if code not in known), default=0.0)
    return others >= max(_VOTES, _LEAD * theirs)
