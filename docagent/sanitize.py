"""Text of documents and models, made safe to print.

It must not steer the terminal: escape sequences lose their control characters, and marks that
reorder what is displayed are left out.
"""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text that is safe to print on a terminal."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """The same, with all white space as single spaces."""
    return " ".join(plain(text).split())
