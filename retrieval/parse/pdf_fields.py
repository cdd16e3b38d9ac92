"""Values of a form's fields, set into the lines of the page beside their labels."""

from __future__ import annotations

import re
from collections import Counter

from retrieval.parse.pdf_annotations import Field
from retrieval.parse.segment import Segment, SegmentReader

_LINE = 1.15  # height of a line over its type size
_USUAL = 10.0  # points of type where the form does not say
_ONE_LINE = 2.5  # lines of type that a field of one line is high at the most


def with_fields(
    segments: list[Segment], fields: list[Field], reader: SegmentReader
) -> list[Segment]:
    """The segments with the values among them, which are turned as most of the text is."""
    if not fields:
        return segments
    done = list(segments)
    letters: Counter[int] = Counter()
    for s in segments:
        letters[s.turns] += len(s.text)
    turns = letters.most_common(1)[0][0]
    number = max((s.line for s in segments), default=0)
    for place, value in enumerate(_values(segments[0], fields, turns), 1):
        number += 1
        _insert(done, value._replace(line=number, first=-place, last=-place), reader)
    return done


def _values(like: Segment, fields: list[Field], turns: int) -> list[Segment]:
    """A segment for each line of each value, not yet in any line of the page."""
    found = []
    for field in fields:
        first, second = _upright(*field.box[:2], turns), _upright(*field.box[2:], turns)
        left, right = sorted((first[0], second[0]))
        low, high = sorted((first[1], second[1]))
        size = (field.size or min(_USUAL, 0.7 * (high - low))) * _LINE
        lines = field.value.splitlines()
        if field.mark or (len(lines) == 1 and high - low < _ONE_LINE * size):
            high = (low + high + size) / 2
        for line in lines:
            words = " ".join(line.split())
            if words:
                end = right if field.mark else min(right, left + 0.5 * size * len(words))
                found.append(
                    like._replace(
                        text=words, x0=left, x1=end, low=high - size, high=high, turns=turns
                    )
                )
            high -= size
    return found


def _insert(segments: list[Segment], value: Segment, reader: SegmentReader) -> None:
    """Into the line it stands on, or else before the first line below it."""
    level = [i for i, s in enumerate(segments) if s.turns == value.turns and s.beside(value) > 0.5]
    for i in level:
        s = segments[i]
        if s.first >= 0 and s.x0 < value.x0 < s.x1:
            segments[i : i + 1] = _parted(reader, s, value.x0)
            return _insert(segments, value, reader)
    before = [i for i in level if segments[i].x0 <= value.x0]
    if level:
        near = max(before, key=lambda i: segments[i].x0) if before else level[0]
        s = segments[near]
        segments.insert(near + bool(before), value._replace(line=s.line, low=s.low, high=s.high))
        return None
    below = (
        i for i, s in enumerate(segments) if s.turns == value.turns and s.high <= value.low + 1
    )
    segments.insert(next(below, len(segments)), value)
    return None


def _parted(reader: SegmentReader, segment: Segment, x: float) -> list[Segment]:
    """The words left of a value, and those right of it."""
    start, end = segment.first, segment.last + 1
    for word in re.finditer(r"\S+", reader.text[start:end]):
        cut = start + word.start()
        box = reader.box(cut, segment.turns)
        if word.start() and box[0] >= x:
            left, right = (
                " ".join(reader.text[slice(*s)].split()) for s in ((start, cut), (cut, end))
            )
            before = start + len(reader.text[start:cut].rstrip()) - 1
            edge = min(reader.box(before, segment.turns)[2], box[0])
            return [
                segment._replace(text=left, x1=edge, last=before),
                segment._replace(text=right, x0=box[0], first=cut),
            ]
    return [segment._replace(x1=x)]


def _upright(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point of a page that is turned, where it stands once the page is upright."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turns]
