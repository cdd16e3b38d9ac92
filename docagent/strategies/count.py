"""How often words stand in the documents: counted, not guessed."""

from __future__ import annotations

import re
from collections import Counter

from docagent.answering.context import Draft, QueryContext
from docagent.answering.messages import REFUSAL
from docagent.events import Step
from docagent.grounding.claims import cite
from retrieval.corpus import Corpus
from retrieval.pages import PageRange
from retrieval.passage import Passage

_SHOWN = 5  # places quoted
_PAGES = 12  # pages listed one by one


def count(context: QueryContext, words: str) -> Draft:
    """Every place where the words stand as words, whatever their case and line breaks."""
    corpus = context.corpus
    with context.timed("search"):
        places = [
            place
            for name in corpus.documents
            for place in _places(corpus, name, words, context.settings.pages)
        ]
    context.emit(Step("count", f'"{words}": {len(places)} times'))
    with context.timed("answer"):
        if not places:
            text = f'{REFUSAL} "{words}" stands nowhere in the text.'
            return Draft(text, [], False, "read", confidence=0.0)
        citations = [
            cite(corpus, number, *_sentence(corpus, place))
            for number, place in enumerate(places[:_SHOWN], 1)
        ]
        markers = ", ".join(str(citation.id) for citation in citations)
        times = "once" if len(places) == 1 else f"{len(places)} times"
        text = f'"{words}" stands {times} in the text{_where(places)} [{markers}].'
        return Draft(text, citations, True, "read")


def _places(corpus: Corpus, name: str, words: str, pages: tuple[int, int] | None) -> list[Passage]:
    pattern = r"\s+".join(map(re.escape, words.split()))
    if words.isascii():
        # Where a script sets spaces between words, "art" is not counted in "party".
        pattern = rf"(?<![^\W\d_]){pattern}(?![^\W\d_])"
    found = re.finditer(pattern, corpus.text(name), re.IGNORECASE)
    spans = (corpus.span(name, *match.span()) for match in found)
    limit = PageRange.of(pages)
    return [span for span in spans if limit is None or span.page in limit]


def _sentence(corpus: Corpus, place: Passage) -> tuple[Passage, int, int]:
    """The sentence or row around a place, to be quoted."""
    for passage in corpus.passages(place.document).overlapping(place.start, place.end):
        for sentence in corpus.sentences(passage):
            if sentence.start <= place.start and place.end <= sentence.end:
                return passage, sentence.start, sentence.end
    return place, place.start, place.end


def _where(places: list[Passage]) -> str:
    """Pages as in "on pages 3 (2), 17", where there are any and not too many."""
    pages = Counter((place.document, place.page) for place in places)
    if any(page is None for _, page in pages) or len(pages) > _PAGES:
        return ""
    if len({document for document, _ in pages}) > 1:
        return ""
    told = ", ".join(f"{page} ({n})" if n > 1 else str(page) for (_, page), n in pages.items())
    return f", on {places[0].unit}{'s' if len(pages) > 1 else ''} {told}"
