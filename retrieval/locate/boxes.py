"""Boxes of characters joined to one for each line or cell."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.locate.place import Box

_GAP = 1.0  # heights; wider white space is not marked
_ALONG = -0.4  # of a height: so much of it is common to characters of one line
_WIDE = 1.6  # widths of a character; a line that runs downward is not wider


def joined(characters: Iterable[tuple[int, Box]]) -> tuple[Box, ...]:
    """The boxes of characters, given with the line each stands in, in the order they are read."""
    done: list[Box] = []
    line = -1
    for number, box in characters:
        if done and number == line and _goes_on(done[-1], box):
            left, top, right, bottom = done[-1]
            done[-1] = (
                min(left, box[0]), min(top, box[1]), max(right, box[2]), max(bottom, box[3])
            )  # fmt: skip
        else:
            done.append(box)
        line = number
    return tuple(done)


def _goes_on(marked: Box, box: Box) -> bool:
    """Whether a character stands close beside what is marked, or under it where text runs down."""
    apart = [max(marked[i], box[i]) - min(marked[i + 2], box[i + 2]) for i in (0, 1)]
    sizes = [min(marked[i + 2] - marked[i], box[i + 2] - box[i]) for i in (0, 1)]
    beside = apart[0] < _GAP * sizes[1] and apart[1] < _ALONG * sizes[1]
    down = marked[2] - marked[0] < _WIDE * sizes[0]
    return beside or (down and apart[1] < _GAP * sizes[0] and apart[0] < _ALONG * sizes[0])
