"""Headers and footers that are printed with a sheet, from the code that Excel keeps."""

from __future__ import annotations

import re
from html import unescape

from retrieval.parse.page_numbers import PRINTED

_CODE = re.compile(
    r"""&(?: "[^"]*" | K(?:[0-9A-F]{6}|\d\d[+-]\d{3}) | \d{1,3}   # font, colour, size
      | (?P<count>[PN])(?:[+-]\d+)? | (?P<literal>&) | .)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def edge_texts(code: str) -> list[str]:
    """The words on the left, in the middle and on the right; without fields and page numbers."""
    texts = []
    for section in _sections(unescape(code)):
        if PRINTED.fullmatch(" ".join(_CODE.sub(_number, section).split())):
            continue
        words = " ".join(_CODE.sub(lambda m: m["literal"] or "", section).split())
        if any(map(str.isalnum, words)):
            texts.append(words)
    return texts


def _sections(code: str) -> list[str]:
    sections = [""]
    at = 0
    for match in _CODE.finditer(code):
        sections[-1] += code[at : match.start()]
        if match[0][1:].upper() in ("L", "C", "R"):
            sections.append("")
        else:
            sections[-1] += match[0]
        at = match.end()
    sections[-1] += code[at:]
    return sections


def _number(match: re.Match[str]) -> str:
    return match["literal"] or ("1" if match["count"] else "")
