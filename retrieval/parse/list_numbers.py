"""Numbers of list items as a list prints them: 7., c., IV."""

from __future__ import annotations

import re
from typing import Any

from retrieval.parse.office.numerals import numeral


def numbered(number: int, kind: str) -> str:
    """`3`, and as kind `a`, `A`, `i` or `I`: `c`, `C`, `iii` or `III`."""
    if kind in ("a", "A") and number > 0:
        text = _letters(number)
    elif kind in ("i", "I") and 0 < number < 4000:
        text = numeral(number, "lowerRoman")
    else:
        return str(number)
    return text.upper() if kind.isupper() else text


def _letters(number: int) -> str:
    text = ""
    while number:
        number, letter = divmod(number - 1, 26)
        text = chr(ord("a") + letter) + text
    return text


class HtmlList:
    """A list of HTML, which numbers its items or gives them bullets."""

    def __init__(self, element: Any, tag: str, kind: str | None = None) -> None:
        """`kind` is what a style sheet says: a kind of number, "" for none."""
        self.is_numbered = tag == "ol"
        self.kind = (element.get("type") or "1") if kind is None else kind
        self.step = -1 if element.get("reversed") is not None else 1
        start = _whole(element.get("start"))
        if start is None:
            start = sum(1 for _ in element.iterchildren("{*}li")) if self.step < 0 else 1
        self.number = start - self.step

    def next(self, item: Any, kind: str | None = None) -> str:
        """What stands before the next item, whose own `kind` a style sheet may say."""
        given = _whole(item.get("value"))
        self.number = self.number + self.step if given is None else given
        kind = (item.get("type") or self.kind) if kind is None else kind
        return f"{numbered(self.number, kind)}. " if self.is_numbered and kind else "• "


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None
