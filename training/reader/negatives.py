"""Questions that a window does not answer: people's, other texts', and edited ones."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from training.reader.data import Example, Row, nearest, window

_RUN = re.compile(
    r"(?<=[a-z0-9,;)] )"
    r"(?:(?:[A-Z][\w'’.-]*\w)(?: (?:of|the|de|and|for|von|van) (?=[A-Z])| (?=[A-Z])|))+"
)
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_NOUN = re.compile(r"(?<=\bthe )[a-z]{4,}\b(?! of the)")
_PAIRS = """
    first/last highest/lowest largest/smallest most/least before/after more/fewer north/south
    east/west northern/southern eastern/western increase/decrease increased/decreased
    rise/fall born/buried began/ended begin/end start/end started/ended win/lose won/lost
    maximum/minimum early/late earliest/latest oldest/youngest older/younger above/below
    public/private domestic/foreign male/female men/women higher/lower larger/smaller
    longest/shortest best/worst major/minor founded/dissolved opened/closed buy/sell
    bought/sold allowed/forbidden accept/reject accepted/rejected support/oppose
    supported/opposed import/export imports/exports urban/rural internal/external
    positive/negative gain/loss assets/liabilities arrive/leave arrived/left always/never
    upper/lower modern/ancient
"""
_OPPOSITE = {
    word: other
    for pair in (both.split("/") for both in _PAIRS.split())
    for word, other in (pair, pair[::-1])
}
_AUXILIARY = re.compile(r"\b(did|does|was|were|is|are|can|could|has|have|had|would|will)\b")


class Pool:
    """Names and nouns of each article: what a question about it could as well have asked for."""

    def __init__(self, every: Iterable[Row]) -> None:
        self.names: dict[str, list[str]] = defaultdict(list)
        self.nouns: dict[str, list[str]] = defaultdict(list)
        self.contexts: dict[str, list[str]] = defaultdict(list)
        seen = set()
        for row in every:
            self.nouns[row.group] += _NOUN.findall(row.question)
            if row.context not in seen:
                seen.add(row.context)
                self.names[row.group] += _RUN.findall(row.context)
                self.contexts[row.group].append(row.context)


def edited(row: Row, pool: Pool, rng: random.Random) -> str | None:
    """The question with a name, number or word that makes it another one; None if none fits."""
    ways = [_another_number, _another_name, _opposite]
    rng.shuffle(ways)
    for way in [*ways, _another_noun]:
        if question := way(row, pool, rng):
            return question
    return None


def _another_number(row: Row, pool: Pool, rng: random.Random) -> str | None:
    found = list(_NUMBER.finditer(row.question))
    if not found:
        return None
    match = rng.choice(found)
    other = [n for n in _NUMBER.findall(row.context) if len(n) == len(match[0]) and n != match[0]]
    if other and rng.random() < 0.6:
        return _replaced(row.question, match, rng.choice(other))
    digits = re.sub(r"\D", "", match[0])
    year = len(digits) == 4 and digits[0] in "12"
    changed = int(digits) + rng.choice([-1, 1]) * rng.randint(1, 12 if year else 30)
    return _replaced(row.question, match, str(abs(changed)))


def _another_name(row: Row, pool: Pool, rng: random.Random) -> str | None:
    found = list(_RUN.finditer(row.question))
    if not found:
        return None
    match = rng.choice(found)
    size = len(match[0].split())
    asked = row.question.lower()
    fit = [
        name
        for name in (_RUN.findall(row.context) if rng.random() < 0.5 else pool.names[row.group])
        if abs(len(name.split()) - size) <= 1
        and not any(word.lower() in asked for word in name.split())
    ]
    return _replaced(row.question, match, rng.choice(fit).strip()) if fit else None


def _opposite(row: Row, pool: Pool, rng: random.Random) -> str | None:
    found = [m for m in re.finditer(r"[a-z]+", row.question) if m[0] in _OPPOSITE]
    if found:
        match = rng.choice(found)
        return _replaced(row.question, match, _OPPOSITE[match[0]])
    negated = list(_AUXILIARY.finditer(row.question))
    if len(negated) == 1 and rng.random() < 0.06:
        return _replaced(row.question, negated[0], f"{negated[0][0]} not")
    return None


def _another_noun(row: Row, pool: Pool, rng: random.Random) -> str | None:
    found = list(_NOUN.finditer(row.question))
    if not found:
        return None
    match = rng.choice(found)
    fit = [noun for noun in pool.nouns[row.group] if noun[:5] not in row.question]
    return _replaced(row.question, match, rng.choice(fit)) if fit else None


def _replaced(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def swapped(row: Row, pool: Pool, rng: random.Random) -> Iterator[Example]:
    """The row's window with an edited question."""
    question = edited(row, pool, rng)
    text, span = window(row, rng.choice(row.answers), rng)
    if question and span:
        yield Example(question, text, None, None, "edited")


def elsewhere(row: Row, pool: Pool, rng: random.Random) -> Iterator[Example]:
    """The question with the likest words of the same article that lack the answer."""
    answers = [row.context[start:end] for start, end in row.answers]
    others = [text for text in pool.contexts[row.group] if text != row.context]
    same = not others or rng.random() < 0.5
    context = row.context if same else rng.choice(others)
    yield from _unanswered(row, context, answers, None if same else False, "elsewhere", rng)


def unanswered(row: Row, rng: random.Random) -> Iterator[Example]:
    """A row without an answer: people's questions are on the text, mined ones on another."""
    by_people = not row.source.startswith("mined")
    kind = "people" if by_people else "mined"
    yield from _unanswered(row, row.context, [], by_people, kind, rng)


def _unanswered(
    row: Row,
    context: str,
    avoid: list[str],
    relevant: bool | None,
    kind: str,
    rng: random.Random,
) -> Iterator[Example]:
    if place := nearest(row.question, context, avoid):
        text, _ = window(Row(row.question, context, [], row.group, row.source), place, rng)
        if text and not any(answer.lower() in text.lower() for answer in avoid):
            yield Example(row.question, text, None, relevant, kind)
