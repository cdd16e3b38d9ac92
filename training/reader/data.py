"""Rows of the training files, and the short windows of text that the reader learns from."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.chunk.sentences import sentences_and_lines

HELD_OUT = 33
"""One group of rows (an article, or a text) in so many is kept for validation."""

_WORD = re.compile(r"\w+")
_SHORT, _MIDDLE, _LONG = 120, 460, 900  # characters of a window; about 4.6 to a token
_LONG_SHARE = 0.06


@dataclass(frozen=True)
class Row:
    """A question and a text; `answers` are spans of the text, none if it holds no answer."""

    question: str
    context: str
    answers: list[tuple[int, int]]
    group: str  # of rows that share an article or a text
    source: str

    @property
    def held_out(self) -> bool:
        digest = hashlib.sha256(self.group.encode()).digest()
        return int.from_bytes(digest[:4], "big") % HELD_OUT == 0


@dataclass(frozen=True)
class Example:
    """What the reader sees. `relevant` is None where nobody can say."""

    question: str
    window: str
    span: tuple[int, int] | None  # of the window
    relevant: bool | None
    kind: str


def rows(folder: Path, name: str, most: int, rng: random.Random) -> list[Row]:
    """At most so many rows of a file, drawn by chance, in English."""
    file = next(folder.glob(f"{name}.jsonl*"))
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        found = [row for line in lines if (row := _row(json.loads(line), name))]
    return found if len(found) <= most else rng.sample(found, most)


def _row(fields: dict[str, object], source: str) -> Row | None:
    if fields.get("lang") != "en":
        return None
    context = str(fields["context"])
    listed = fields["answers"]
    assert isinstance(listed, list)
    answers = [(one["start"], one["start"] + len(one["text"])) for one in listed]
    group = str(fields.get("title") or context[:200])
    return Row(str(fields["question"]).strip(), context, answers, group, source)


def window(row: Row, at: tuple[int, int], rng: random.Random) -> tuple[str, tuple[int, int] | None]:
    """Text round the place `at`, and where that place then is.

    The window is the sentences that hold the place and neighbours on either side by chance; of a
    table it also has the header row.
    """
    long = rng.random() < _LONG_SHARE
    room = rng.randint(_MIDDLE, _LONG) if long else rng.randint(_SHORT, _MIDDLE)
    spans = sentences_and_lines(row.context)
    inside = [i for i, (start, end) in enumerate(spans) if start < at[1] and at[0] < end]
    if not inside:
        return "", None
    first, last = inside[0], inside[-1]
    while first > 0 or last + 1 < len(spans):
        left = first > 0 and (last + 1 == len(spans) or rng.random() < 0.5)
        wider = (first - 1, last) if left else (first, last + 1)
        if spans[wider[1]][1] - spans[wider[0]][0] > room:
            break
        first, last = wider
    start, end = spans[first][0], spans[last][1]
    if end - start > _LONG:  # one sentence without an end: the words round the place
        start = max(start, at[0] - rng.randint(0, max(0, room - (at[1] - at[0]))))
        start = max(row.context.find(" ", start, at[0]) + 1, spans[first][0])
        end = min(end, max(at[1], start + room))
    head = _head(row.context, start)
    text = head + row.context[start:end]
    move = len(head) - start
    return text, (at[0] + move, at[1] + move)


def _head(text: str, start: int) -> str:
    """The header row of the table that `start` is in, if it does not begin there."""
    line_end = text.find("\n", start)
    if " | " not in text[start : line_end if line_end >= 0 else len(text)]:
        return ""
    for line in text[:start].splitlines():
        if " | " in line:
            return line[:200] + "\n"
    return ""


def stems(text: str) -> set[str]:
    """First letters of the words that say something."""
    return {word[:6] for word in _WORD.findall(text.lower()) if len(word) > 3 or word.isdigit()}


def nearest(question: str, text: str, avoid: list[str]) -> tuple[int, int] | None:
    """The sentence with the most words of a question, none of the strings `avoid` in it."""
    asked = stems(question)
    low = [phrase.lower() for phrase in avoid]
    best: tuple[int, tuple[int, int]] | None = None
    for start, end in sentences_and_lines(text):
        unit = text[start:end].lower()
        if any(phrase in unit for phrase in low):
            continue
        shared = len(asked & stems(unit))
        if best is None or shared > best[0]:
            best = shared, (start, end)
    return best[1] if best else None


def positive(row: Row, rng: random.Random) -> Iterator[Example]:
    """The row with a window round one of its answers."""
    text, span = window(row, rng.choice(row.answers), rng)
    if span and len(text) < 2 * _LONG:
        yield Example(row.question, text, span, True, row.source)
