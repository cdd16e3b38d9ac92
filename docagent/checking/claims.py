"""Does the cited passage say it? Each claim of an answer against the words it points to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docagent.answer import Citation
from docagent.checking.computed import Computation, computations
from docagent.checking.draft import MARKER, is_claim, sentences_with_markers, statement
from docagent.checking.figures import Figure, figures, missing
from docagent.checking.names import names
from docagent.checking.support import Span, carries, support, together
from docagent.reading.evidence import Source
from retrieval.chunk.sentences import sentences
from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

UNSUPPORTED = "[unsupported]"
"""Stands behind a sentence of an answer that no cited passage bears out."""


def check(
    corpus: Corpus, question: str, text: str, sources: list[Source]
) -> tuple[str, list[Citation]]:
    """The answer less the markers that nothing supports, and a citation for each that stays.

    A sentence that claims something and keeps no marker is followed by `UNSUPPORTED`. A figure
    that is computed from figures of the cited quotes counts, and its computation is shown.
    """
    kept: list[Citation] = []
    pieces, at = [], 0
    by_number = {source.number: source for source in sources}
    for start, end in sentences_with_markers(text):
        sentence = text[start:end]
        claim = statement(sentence)
        numbers = list(
            dict.fromkeys(
                int(number)
                for match in MARKER.finditer(sentence)
                for number in re.findall(r"\d+", match[1])
            )
        )
        cited = {n: by_number[n].passages for n in numbers if n in by_number}
        computed: list[Computation] = []
        held = _supported(corpus, question, claim, cited, computed)
        if cited and not held:
            computed = computations(claim, _absent(claim, cited))
            held = _supported(corpus, question, claim, cited, computed) if computed else {}
        for number, spans in held.items():
            for span in spans:
                citation = cite(corpus, number, *span)
                if citation not in kept:
                    kept.append(citation)
        pieces += [text[at:start], _marked(sentence, held, computed)]
        at = end
    return "".join([*pieces, text[at:]]).strip(), kept


def _absent(claim: str, cited: dict[int, tuple[Passage, ...]]) -> list[Figure]:
    """The figures of a claim that none of the cited passages holds."""
    left = figures(claim)
    for passages in cited.values():
        for passage in passages:
            left = missing(left, f"{passage.context} {passage.text}")
    return left


def _supported(
    corpus: Corpus,
    question: str,
    claim: str,
    cited: dict[int, tuple[Passage, ...]],
    computed: Sequence[Computation],
) -> dict[int, list[Span]]:
    """The words that carry a claim, by the number of its marker; those without are left out.

    Each marker on its own if any can; else all of them, every quote giving a figure.
    """
    results = [one.result for one in computed]
    held = {}
    for number, passages in cited.items():
        span = support(corpus, question, claim, passages, results)
        if span:
            held[number] = [span]
    if held:
        return held
    every = [passage for passages in cited.values() for passage in passages]
    found: dict[int, list[Span]] = {}
    for span in together(corpus, question, claim, every, results):
        number = next(n for n, passages in cited.items() if span[0] in passages)
        found.setdefault(number, []).append(span)
    return found


def _marked(sentence: str, held: dict[int, list[Span]], computed: Sequence[Computation]) -> str:
    """The sentence with the markers that hold, its computations, or the mark of what lacks them."""
    seen: set[int] = set()

    def resolve(match: re.Match[str]) -> str:
        numbers = [n for n in map(int, re.findall(r"\d+", match[1])) if n in held]
        seen.update(numbers)
        return f" [{', '.join(map(str, dict.fromkeys(numbers)))}]" if numbers else ""

    shown = "; ".join(one.shown for one in computed if not one.written)
    if held and shown:
        first = MARKER.search(sentence)
        place = first.start() if first else len(sentence)
        sentence = f"{sentence[:place]} ({shown}){sentence[place:]}"
    text = MARKER.sub(resolve, sentence)
    if held or not is_claim(sentence):
        return text
    bare = text.rstrip()
    return f"{bare} {UNSUPPORTED}{text[len(bare) :]}"


def quoted_first(question: str, draft: str, citations: list[Citation]) -> str:
    """The nearest quote, and below it the first sentence of a small model's draft.

    The sentence is left out unless one of the quotes holds all it says, and gets that quote's
    number.
    """
    lead = f'"{squeeze(citations[0].quote)}" [1]'
    spans = sentences(draft)
    if not spans:
        return lead
    said = squeeze(MARKER.sub("", draft[slice(*spans[0])]))
    if set(query_terms(said)) <= set(terms(question)):
        return lead  # it only says the question again
    for citation in citations:
        quote = squeeze(citation.quote)
        held = set(terms(quote))
        if any(held.isdisjoint(terms(name)) for name in names(said)):
            continue  # what the quote says of another, under the name the question gave
        if carries(quote, said, question, bar=1.0) and said.strip(" .") not in quote:
            return f"{lead}\n{said} [{citation.id}]"
    return lead


def cite(corpus: Corpus, number: int, passage: Passage, start: int, end: int) -> Citation:
    """A citation of the words at a span, verified against the document's own text."""
    quote = passage.text[start - passage.start : end - passage.start]
    there = corpus.text(passage.document)[start:end]
    return Citation(
        id=number,
        document=passage.document,
        page=passage.page,
        page_label=passage.page_label,
        quote=quote,
        verified=bool(quote.strip()) and quote.split() == there.split(),
        start=start,
        end=end,
        unit=passage.unit,
    )


def squeeze(text: str) -> str:
    """White space as single spaces."""
    return " ".join(text.split())
