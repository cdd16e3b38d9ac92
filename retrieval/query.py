"""A question, taken apart once: what it asks for, apart from how the answer is to look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from retrieval.chunk.sentences import sentences
from retrieval.errors import DocAgentError
from retrieval.lexical.index import Words
from retrieval.lexical.language import language
from retrieval.lexical.profile import YEAR, quarters, question_keys, years
from retrieval.lexical.tokens import query_terms
from retrieval.vocabulary import Place, likely

# Kinds of places; those of the first line are often left out before the number in the text itself.
_NUMBERED = """section chapter article clause paragraph para. point part rule schedule §
    Abschnitt Kapitel Artikel Klausel Ziffer Absatz Punkt Paragraf Nummer
    chapitre alinéa artículo cláusula sección capítulo apartado articolo clausola sezione capitolo
    paragrafo artigo secção seção hoofdstuk paragraaf lid kapittel avsnitt punkt"""
_TITLED = """table figure fig. appendix annex item note exhibit page p. Tabelle Abbildung Seite
    tableau annexe tabla página tabella pagina"""
_REFERENCE = re.compile(
    rf"(?<!\w)(?i:({'|'.join(map(re.escape, f'{_NUMBERED} {_TITLED}'.split()))}))"
    r"(?:(?<=§)\s*|\s+)(\d+(?:\.\d+)*[A-Z]?(?:\([a-z0-9]+\))*|[A-Z]|[IVXL]+)(?!\w)"
)
_FULL = {"fig.": "figure", "p.": "page", "para.": "paragraph", "§": "section"}
_BARE = frozenset(_NUMBERED.lower().split())
_WORD = re.compile(r"\w+")
_ASKS = ("?", "？", "؟")
_STATES = (".", "!", "。", "！")
_SHORTEST = 3  # words of a question that can be understood without its other sentences
_LATEST = re.compile(r"\b(?:latest|newest|most recent)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:last|previous|prior) (?:fiscal )?year|year[- ](?:over|on)[- ]year|\byoy\b", re.IGNORECASE
)


class Reference(NamedTuple):
    """A place that a text names: ("table", "2")."""

    kind: str
    number: str

    @property
    def bare(self) -> bool:
        """Whether the place may stand under its number alone: "4.2 The buyer ..."."""
        return self.kind in _BARE


@dataclass(frozen=True, slots=True)
class Query:
    """A question as `Corpus.query` reads it. Nothing here needs a model.

    `language` is an ISO 639-1 code, or "" if it is not sure. `core` is the question without
    statements beside it, `terms` its search terms, stemmed for the languages of the corpus, and
    `rarity` their inverse document frequency there. `search_text` and `search_terms` add the year
    that "last year" means.

    `items` are a document's likely words for what is asked; `likely` holds queries to be searched
    besides: those words, behind the words of each place where such answers stand. `places` are
    these places, `references` the sections, tables and pages that the question names itself.

    `names` are what it may call a document by (see lexical/profile.py), `years` and `quarters` the
    periods it asks for; `latest` says that it asks for the newest document.
    """

    text: str
    language: str
    core: str
    search_text: str
    terms: tuple[str, ...]
    search_terms: tuple[str, ...]
    rarity: Mapping[str, float] = field(compare=False)
    items: tuple[str, ...]
    likely: tuple[str, ...]
    places: tuple[Place, ...]
    references: tuple[Reference, ...]
    names: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()
    latest: bool = False


def parse_query(text: str, index: Words | None = None) -> Query:
    """Take a question apart; without an index it has no rarities.

    Raises DocAgentError if it is empty, or a vocabulary of one's own cannot be read.
    """
    text = readable(text)
    core = _core(text)
    search_text = " ".join([core, *_year_before(core)])
    languages = index.languages if index else ()
    terms = tuple(query_terms(core, languages))
    expected = likely(text)
    named = references(text)
    code = language(text)
    return Query(
        text=text,
        language=code,
        core=core,
        search_text=search_text,
        terms=terms,
        search_terms=terms if search_text == core else tuple(query_terms(search_text, languages)),
        rarity=_rarity(terms, named, index) if index else {},
        items=expected.items,
        likely=expected.queries,
        places=expected.places,
        references=named,
        names=question_keys(text, code),
        years=tuple(years(text)),
        quarters=tuple(quarters(text)),
        latest=bool(_LATEST.search(text)),
    )


def readable(text: str) -> str:
    """A question as typed, less what no tokenizer takes (lone surrogates, NUL).

    Raises DocAgentError if nothing is left.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()
    if not text:
        raise DocAgentError("The question is empty.")
    return text


def references(text: str) -> tuple[Reference, ...]:
    """The sections, tables and pages that a text names."""
    return tuple(
        Reference(_FULL.get(kind.lower(), kind.lower()), number)
        for kind, number in _REFERENCE.findall(text)
    )


def _rarity(terms: tuple[str, ...], named: tuple[Reference, ...], index: Words) -> dict[str, float]:
    """Of the terms; "clause" of "clause 4.2" is no word that the text must have."""
    rarity = index.rarity(terms)
    for reference in named:
        if reference.bare:
            kind = query_terms(reference.kind, index.languages)
            rarity.update({term: 0.0 for term in kind if term in rarity})
    return rarity


def _core(question: str) -> str:
    """Without the statements beside what is asked: they say how to answer, or what a word means."""
    spans = [question[start:end].strip() for start, end in sentences(question)]
    asking = any(span.endswith(_ASKS) for span in spans)
    core = " ".join(span for span in spans if not (asking and span.endswith(_STATES)))
    return core if len(_WORD.findall(core)) >= _SHORTEST else question


def _year_before(core: str) -> list[str]:
    """ "In 2022 compared with last year" is about 2021 as well."""
    if not _BEFORE.search(core):
        return []
    years = {int(year) for year in YEAR.findall(core)}
    return [str(year - 1) for year in sorted(years) if year - 1 not in years]
