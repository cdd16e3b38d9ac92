"""Does the cited passage say it? Each claim of an answer against the words it points to."""

from __future__ import annotations

import re
from itertools import pairwise

from docagent.answer import Citation
from docagent.reading.evidence import Source
from retrieval.chunk.sentences import Sentence, sentences
from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

_MARKER = re.compile(r"\s*\[(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\]")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{12,})[\"”“»]")
_FIGURE = re.compile(r"\d[\d,.]*")
SUPPORT = 0.5  # share of a claim's words that its quote must hold; one bar, never lowered


Span = tuple[Passage, int, int]  # where in the passage's document the supporting words stand


def check(
    corpus: Corpus, question: str, text: str, sources: list[Source]
) -> tuple[str, list[Citation]]:
    """The answer less the markers that nothing supports, and a citation for each that stays."""
    kept: list[Citation] = []
    pieces, at = [], 0
    by_number = {source.number: source for source in sources}
    for start, end in sentences_with_markers(text):
        sentence = text[start:end]
        claim = _MARKER.sub("", sentence).strip()

        def resolve(match: re.Match[str], claim: str = claim) -> str:
            numbers = []
            for number in map(int, re.findall(r"\d+", match[1])):
                source = by_number.get(number)
                span = support(corpus, question, claim, list(source.passages)) if source else None
                if span:
                    numbers.append(number)
                    citation = cite(corpus, number, *span)
                    if citation not in kept:
                        kept.append(citation)
            return f" [{', '.join(map(str, numbers))}]" if numbers else ""

        pieces += [text[at:start], _MARKER.sub(resolve, sentence)]
        at = end
    return "".join([*pieces, text[at:]]).strip(), kept


def sentences_with_markers(text: str) -> list[tuple[int, int]]:
    """Sentences, each with the markers that stand behind its full stop."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and not _MARKER.sub("", text[start:end]).strip(" ."):
            spans[-1] = spans[-1][0], end
            continue
        # "... rose. [2] Costs fell. [3]": the sentence cut has put [2] at the head of the next.
        leading = re.match(r"(?:\s*\[\d{1,2}\])+", text[start:end])
        if leading and spans:
            spans[-1] = spans[-1][0], start + leading.end()
            start += leading.end()
        spans.append((start, end))
    return spans


def support(corpus: Corpus, question: str, claim: str, passages: list[Passage]) -> Span | None:
    """The words of the passages that carry the claim, or None.

    Words the claim itself quotes are looked for first. Otherwise it is the sentence, row or pair
    of neighbours that holds most of the claim's terms: at least `SUPPORT` of them, and each of
    its figures (see `carries`).
    """
    for quoted in _QUOTED.findall(claim):
        for passage in passages:
            place = find_words(passage.text, quoted)
            beside = _figures(claim.replace(quoted, ""))
            if place and beside <= _figures(f"{passage.context} {passage.text}"):
                return passage, passage.start + place[0], passage.start + place[1]
    best: tuple[int, int, Span] | None = None
    for passage in passages:
        text = corpus.text(passage.document)
        spans = corpus.sentences(passage)
        pairs = [Sentence(a.start, b.end, a.head) for a, b in pairwise(spans)]
        for start, end, head in spans + pairs:
            words = f"{head} {text[start:end]}"
            if not carries(words, claim, question):
                continue
            shared = len(set(query_terms(claim)) & set(terms(words)))
            # Of two spans that hold as much the shorter one is the quote.
            if best is None or (shared, start - end) > best[:2]:
                best = shared, start - end, (passage, start, end)
    return best[2] if best else None


def find_words(text: str, words: str) -> tuple[int, int] | None:
    """Where `words` stand in `text`, white space aside; never anything merely similar."""
    pattern = r"\s+".join(map(re.escape, words.strip(" .,…").split()))
    match = re.search(pattern, text) if pattern else None
    return (match.start(), match.end()) if match else None


def quoted_first(question: str, draft: str, citations: list[Citation]) -> str:
    """The nearest quote, and below it the first sentence of a small model's draft.

    The sentence is left out unless one of the quotes holds all it says, and gets that quote's
    number.
    """
    lead = f'"{squeeze(citations[0].quote)}" [1]'
    spans = sentences(draft)
    if not spans:
        return lead
    said = squeeze(_MARKER.sub("", draft[slice(*spans[0])]))
    if set(query_terms(said)) <= set(terms(question)):
        return lead  # it only says the question again
    for citation in citations:
        quote = squeeze(citation.quote)
        if carries(quote, said, question, bar=1.0) and said.strip(" .") not in quote:
            return f"{lead}\n{said} [{citation.id}]"
    return lead


def carries(words: str, claim: str, question: str, bar: float = SUPPORT) -> bool:
    """Whether `words` hold every figure of a claim and at least `bar` of its terms.

    Terms the question brought along prove little: the share must also hold among the others.
    """
    held = set(terms(words))
    wanted = set(query_terms(claim))
    new = wanted - set(terms(question))
    return (
        bool(wanted)
        and len(new & held) >= bar * len(new)
        and len(wanted & held) >= SUPPORT * len(wanted)
        and _figures(claim) <= _figures(words)
    )


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


def _figures(text: str) -> set[str]:
    """Numbers as values: 1,234.50 and 1234.50 are one, a trailing full stop is none."""
    return {figure.strip(".,").replace(",", "") for figure in _FIGURE.findall(text)}
