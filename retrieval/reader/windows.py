"""The pieces of a passage that the reader is given: a few sentences each."""

from __future__ import annotations

from retrieval.chunk.sentences import sentences_and_lines

ROOM = 420
"""Characters of a window. It learnt from windows of 120 to 460, and so an answer is looked for
among a few sentences rather than a page."""

_LONGEST = 900  # characters; what is longer without an end is cut


def windows(text: str) -> list[tuple[int, int]]:
    """Spans of neighbouring sentences, `ROOM` characters or one long sentence each."""
    found: list[tuple[int, int]] = []
    for start, end in sentences_and_lines(text):
        if found and end - found[-1][0] <= ROOM:
            found[-1] = found[-1][0], end
            continue
        while end - start > _LONGEST:
            cut = text.rfind(" ", start + ROOM, start + _LONGEST)
            cut = cut if cut > 0 else start + _LONGEST
            found.append((start, cut))
            start = cut
        found.append((start, end))
    return found
