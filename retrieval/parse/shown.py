"""What a browser shows of fields and pictures, and what it hides."""

from __future__ import annotations

import re
from typing import Any

_PROGRAM = """head title script style defs metadata symbol nav iframe object audio video
    canvas map datalist xml rt rp rtc ix:references ix:resources"""
PROGRAM = frozenset(_PROGRAM.split())
"""Elements for programs, menus, and the readings of ruby: neither text nor hidden text."""

_NOT_SHOWN = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|opacity)\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:!|;|$))",
    re.IGNORECASE,
)


def is_hidden(element: Any, tag: str) -> bool:
    """Whether the file holds the element and no reader sees it."""
    return (
        tag in ("template", "ix:hidden")
        or (tag == "dialog" and element.get("open") is None)
        or element.get("hidden") is not None
        or bool(_NOT_SHOWN.search(element.get("style") or ""))
    )


def is_drawing(element: Any) -> bool:
    """Whether it draws the formula beside it once more, as KaTeX does."""
    before = element.getprevious() if element.get("aria-hidden") == "true" else None
    return before is not None and next(before.iter("{*}math"), None) is not None


def value(element: Any, tag: str) -> str | None:
    """What stands in a field, or in place of a picture; None for any other element."""
    named = element.get("role") == "img" and (tag == "svg" or element.get("aria-label"))
    if tag == "img" or named:
        return str(element.get("alt") or element.get("aria-label") or "")
    if tag == "input":
        return _input(element)
    return _chosen(element) if tag == "select" else None


def _input(element: Any) -> str:
    kind = (element.get("type") or "text").strip().lower()
    if kind in ("checkbox", "radio"):
        return "☐" if element.get("checked") is None else "☒"
    if kind == "image":
        return str(element.get("alt") or "")
    if kind in ("hidden", "password", "file", "color", "range"):
        return ""
    return str(element.get("value") or "")


def _chosen(select: Any) -> str:
    options = list(select.iter("{*}option"))
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and select.get("multiple") is None:
        chosen = options[:1]  # which a browser shows
    return ", ".join(
        one.get("label") or " ".join("".join(one.itertext()).split()) for one in chosen or options
    )
