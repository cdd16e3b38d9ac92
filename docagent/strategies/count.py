"""How often words stand in the documents: counted, not guessed."""

from __future__ import annotations

import re
from collections import Counter

from docagent.answering.context import Draft, QueryContext, Strategy
from docagent.answering.write import refuse
from docagent.events import Step
from docagent.grounding.claims import cite
from retrieval.corpus import Corpus
from retrieval.pages import PageRange
from retrieval.passage import Passage

_SHOWN = 5  # places quoted
_PAGES = 12  # pages told one by one


def count(asking: QueryContext, words: str) -> Strategy:
    """Every place where the words stand as words, whatever their case and line breaks."""
    with asking.timed("search"):
        places = [
            found
            for name in asking.corpus.documents
            for found in _places(asking.corpus, name, words, asking.settings.pages)
        ]
    yield Step("count", f'"{words}": {len(places)} times')
    with asking.timed("answer"):
        if not places:
            none = refuse(asking.corpus, [])
            return Draft(f'{none.text} "{words}" stands nowhere in the text.', [], False, "read")
        shown = [
            cite(asking.corpus, number, *_sentence(asking.corpus, place))
            for number, place in enumerate(places[:_SHOWN], 1)
        ]
        markers = ", ".join(str(one.id) for one in shown)
        times = "once" if len(places) == 1 else f"{len(places)} times"
        text = f'"{words}" stands {times} in the text{_where(places)} [{markers}].'
        return Draft(text, shown, True, "read")


def _places(corpus: Corpus, name: str, words: str, pages: tuple[int, int] | None) -> list[Passage]:
    pattern = r"\s+".join(map(re.escape, words.split()))
    # Where a script sets spaces between words, "art" is not counted in "party".
    edged = re.compile(rf"(?<![^\W\d_]){pattern}(?![^\W\d_])", re.IGNORECASE)
    plain = re.compile(pattern, re.IGNORECASE)
    spaced = words.isascii()
    found = (edged if spaced else plain).finditer(corpus.text(name))
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
