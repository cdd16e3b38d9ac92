"""Names and look-ups in WordprocessingML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted under review, another rendering of the same, or code of a field.
LEFT_OUT = frozenset({f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}pPr", FALLBACK})


def value(element: Any, path: str) -> str | None:
    """The `w:val` at a path such as "pPr/pStyle"; None where there is no such element."""
    if element is None:
        return None
    found = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return None if found is None else found.get(f"{W}val", "")


def whole(text: str | None) -> int | None:
    """A number as the file says it; None for anything else."""
    return int(text) if text and text.lstrip("-").isdecimal() and len(text) < 10 else None


def is_on(text: str | None) -> bool | None:
    """Whether a switch is on; None where the file says nothing."""
    return None if text is None else text not in ("0", "false", "off", "none")


def inside(element: Any, tag: str) -> Iterator[Any]:
    """The nearest elements of this kind below one, those of another rendering left out."""
    for child in element.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag != FALLBACK:
            yield from inside(child, tag)
