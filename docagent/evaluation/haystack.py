"""A text of a certain length with facts at certain depths."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from docagent.errors import DocAgentError
from docagent.evaluation.facts import Fact, filler_name

CountTokens = Callable[[str], int]
Span = tuple[int, int]
"""Start and end in characters."""

_LEAST_FILLER = 0.1  # of a haystack; with less, it is all needles
_SENTENCE_END = re.compile(r"[.!?]\s+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_PIECE = 40_000  # characters counted at once


@dataclass(frozen=True, slots=True)
class Haystack:
    """A text, and where each fact stands in it."""

    text: str
    spans: dict[Fact, Span]

    def value_span(self, fact: Fact) -> Span:
        """Where the fact's value stands."""
        start = self.spans[fact][0] + fact.sentence.rindex(fact.value)
        return start, start + len(fact.value)


def hide(
    facts: Sequence[tuple[float, Fact]],
    pieces: Iterator[str],
    tokens: int,
    count_tokens: CountTokens,
    margin: int = 0,
) -> Haystack:
    """A haystack of the pieces' text with facts at depths of 0 to 1; `margin` tokens stay free.

    Raises DocAgentError if so many tokens hold hardly more than the facts.
    """
    room = tokens - margin - sum(count_tokens(fact.sentence) + 1 for _, fact in facts)
    if room < _LEAST_FILLER * tokens:
        raise DocAgentError(
            f"{tokens:,} tokens are too few for {len(facts)} facts; give larger --lengths, or "
            "fewer --depths or --needles."
        )
    hay = cut(pieces, room, count_tokens)
    text, spans = insert(hay, [(boundary(hay, depth), fact.sentence) for depth, fact in facts])
    return Haystack(text, dict(zip((fact for _, fact in facts), spans, strict=True)))


def cut(pieces: Iterator[str], tokens: int, count_tokens: CountTokens) -> str:
    """The pieces' text up to `tokens` tokens, to the end of a sentence. They must suffice."""
    parts: list[str] = []
    missing = tokens
    while missing > 0:
        part = ""
        while len(part) < _PIECE:
            part += next(pieces)
        length = count_tokens(part)
        last = length > missing
        while length > missing:
            # A piece's share; once more where its beginning is denser than the whole.
            part = part[: int(len(part) * missing / length * 0.999)]
            length = count_tokens(part)
        parts.append(part)
        missing = 0 if last else missing - length
    text = "".join(parts)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, max(0, len(text) - 2000))]
    return text[: ends[-1]].rstrip() if ends else text


def repeat(text: str) -> Iterator[str]:
    """A document's text and then copies with other names and figures, in pieces.

    Raises DocAgentError for a text without words.
    """
    if not text.strip():
        raise DocAgentError("The document has no text to hide a needle in.")
    for copy in count():
        varied = vary(text, copy)
        yield from (varied[at : at + _PIECE] for at in range(0, len(varied), _PIECE))
        yield "\n\n"


def vary(text: str, copy: int) -> str:
    """The text with other names and figures: the same ones for a name everywhere in one copy."""

    def figure(match: re.Match[str]) -> str:
        draw = random.Random(f"{copy} {match[0]}")
        return "".join(str(draw.randint(1, 9)) for _ in match[0])

    def name(match: re.Match[str]) -> str:
        return filler_name(random.Random(f"{copy} {match[0]}"))

    return _NAME.sub(name, re.sub(r"\d+", figure, text)) if copy else text


def boundary(text: str, depth: float) -> int:
    """The first sentence start at or behind a depth of 0 to 1; the text's end if there is none."""
    if depth == 0:
        return 0
    match = _SENTENCE_END.search(text, int(depth * len(text)))
    return match.end() if match else len(text)


def insert(text: str, sentences: list[tuple[int, str]]) -> tuple[str, list[Span]]:
    """The text with sentences at these offsets, and where each now stands, in the order given."""
    result = ""
    spans: dict[int, Span] = {}
    at = 0
    for number in sorted(range(len(sentences)), key=lambda n: sentences[n][0]):
        offset, sentence = sentences[number]
        result += text[at:offset]
        if result and not result[-1].isspace():
            result += " "
        spans[number] = (len(result), len(result) + len(sentence))
        result += sentence + (" " if offset else "\n\n")  # at the very start stands a title
        at = offset
    return result + text[at:], [spans[number] for number in range(len(sentences))]
