"""Where marks and the values after them begin and end in an answer that may go on."""

from __future__ import annotations

import re

from docagent.engine.tools.jsontext import end_of_value, inside_string
from docagent.engine.tools.marks import ARGS, CALL, CALL_END, FUNCTION, RESULT, RETURN

_MARKS = (CALL, CALL_END, FUNCTION, ARGS, RESULT, RETURN)
_LONGEST = max(map(len, _MARKS))
MARK = re.compile("|".join(_MARKS))
FENCE = re.compile(r"```[a-zA-Z_]*[ \t]*\n\s*")


def body(text: str, start: int, *, final: bool) -> tuple[int, int | None, bool]:
    """Where the value after a mark begins and ends, and whether a fence was opened before it.

    The end is None while the text must go on for it to be known; never if the text is `final`.
    """
    start += len(text[start:]) - len(text[start:].lstrip())
    fence = FENCE.match(text, start)
    if fence is not None:
        start = fence.end()
    elif text.startswith("`", start) and not final and "\n" not in text[start:]:
        return start, None, False
    fenced = fence is not None
    if start == len(text) and not final:
        return start, None, fenced
    following = MARK.search(text, start)
    if text[start : start + 1] in ("{", "["):
        end = end_of_value(text, start)
        # A mark inside a string belongs to it, unless nothing ever closes the value.
        cut = following is not None and not inside_string(text, start, following.start())
        if end >= 0 and not (following and cut and following.start() < end):
            return start, end, fenced
        if not cut and not final:
            return start, None, fenced
    if following:
        return start, following.start(), fenced
    return start, len(text) if final else None, fenced


def after_colon(text: str, at: int, *, final: bool) -> int | None:
    """The place after the colon that follows a flower mark, if one does; None while not known."""
    if at >= len(text):
        return at if final else None
    return at + 1 if text[at] == ":" else at


def uncertain_end(text: str) -> int:
    """How many of the last characters may be the start of a mark."""
    for size in range(min(_LONGEST - 1, len(text)), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in _MARKS):
            return size
    return 0
