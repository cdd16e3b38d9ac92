"""What styles say of a paragraph or a run; a style takes it from the one it is based on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from retrieval.parse.word.names import W, is_on, value, whole

_T = TypeVar("_T")
_HOPS = 20  # a chain of styles may be a circle


class Styles:
    """The styles of one document, by their ids."""

    def __init__(self, root: Any) -> None:
        elements = () if root is None else root.iterfind(f"{W}style")
        self._styles: dict[str, Any] = {each.get(f"{W}styleId", ""): each for each in elements}
        self._known: dict[tuple[object, str], Any] = {}
        self.default = next(
            (
                name
                for name, each in self._styles.items()
                if each.get(f"{W}type") == "paragraph" and is_on(each.get(f"{W}default"))
            ),
            "",
        )

    def chain(self, style: str | None) -> Iterator[Any]:
        """A style and those it is based on."""
        for _ in range(_HOPS):
            element = self._styles.get(style or "")
            if element is None:
                return
            yield element
            style = value(element, "basedOn")

    def first(self, style: str | None, look: Callable[[Any], _T | None]) -> _T | None:
        """The first thing that `look` finds along the chain of a style."""
        key = look, style or ""
        if key not in self._known:
            found = (look(element) for element in self.chain(style))
            self._known[key] = next((each for each in found if each is not None), None)
        result: _T | None = self._known[key]
        return result

    def level(self, style: str | None) -> int:
        """Level of heading, from 1; 0 for what is none."""
        return self.first(style, _level) or 0

    def is_list(self, style: str | None) -> bool:
        return bool(self.first(style, _is_list))


def _level(style: Any) -> int | None:
    """Word keeps these names in every language; 0 says expressly that it is no heading."""
    name = (value(style, "name") or "").lower()
    if name == "title":
        return 1
    if name.startswith("heading ") and name[8:].isdecimal():
        return int(name[8:])
    outline = whole(value(style, "pPr/outlineLvl"))
    return None if outline is None else (outline + 1) % 10


def _is_list(style: Any) -> bool | None:
    return (value(style, "name") or "").lower().startswith("list ") or None
