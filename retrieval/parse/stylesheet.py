"""Which elements of a web page its style sheets hide, raise or lower, and how lists count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from time import monotonic
from typing import Any, NamedTuple

from retrieval.parse.counters import Counted, kind_of
from retrieval.parse.library import library

_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*\.?0"
    r"|\bcolor\s*[:=]|counter-|text-raise|position\s*:\s*relative|vertical-align\s*:\s*[^bmtsi]|vertical-align\s*:\s*su[pb]|list-style",
    re.IGNORECASE,
)
_SHOWS = ("color", "background", "display", "visibility", "opacity", "font-size")
_COUNTS = ("counter-reset", "counter-increment", "content")
_MOVES = ("vertical-align", "position", "top", "mso-text-raise")
_READ = frozenset((*_SHOWS, "background-color", *_MOVES, "list-style", "list-style-type", *_COUNTS))
_RAISED = re.compile(r"(-)?\d*\.?\d+(?:%|em|ex|rem|px|pt)")
_SMALL = re.compile(r"smaller|(?:x+-)?small|0?\.\d+r?em|[4-9]\d(?:\.\d+)?%|[4-9](?:\.\d+)?p[xt]")
_NOTHING = re.compile(r"\.?0(?:\.0*)?(?:px|pt|em|rem|%)?")
_MEDIA = ("", "all", "screen")
_LONGEST = 300_000  # characters of all style sheets
_SELECTOR = 300  # characters; a longer one is not followed
_SECONDS = 2.0
_ALIKE = 0.12  # of a colour's range; text that differs less from what is behind it is not seen
_WHITE = (1.0, 1.0, 1.0)

_Rank = tuple[bool, tuple[int, int, int, int], int]  # important, specificity, order
_Said = dict[str, tuple[_Rank, str]]  # of one element: a property's rank and value


class _Rule(NamedTuple):
    selectors: str
    declarations: list[tuple[str, str, bool]]


class StyleSheets:
    """The style sheets in a page, and those `linked` to it that are at hand.

    `hidden` holds the elements they hide, `scripts` says "sup" or "sub" of what they raise or
    lower, `kinds` how lists and items are numbered ("" for not at all), `counted` which numbers
    stand before elements. `whole` is False where they were too large to be followed to their end.
    """

    def __init__(self, root: Any, file: str, linked: str = "") -> None:
        self.hidden: set[Any] = set()
        self.scripts: dict[Any, str] = {}
        self.kinds: dict[Any, str] = {}
        self.counted: dict[Any, Counted] = {}
        self.whole = True
        self._file = file
        self._said: dict[Any, _Said] = {}
        self._styles: dict[str, list[tuple[str, str, bool]]] = {}  # of elements, which repeat
        self._parsed: dict[str, tuple[float, ...] | None] = {}  # colours
        text = "\n".join([linked, *_sheets(root)])
        styles = ("color", "vertical-align", "list-style", "counter-", "text-raise", "relative")
        inline = root.xpath(
            f"//*[{' or '.join(f'contains(@style, {name!r})' for name in styles)}] | //font[@color]"
        )
        if not _HIDES.search(text) and not inline:
            return
        self._css = library("tinycss2", "tinycss2", file)
        self._colours = library("tinycss2.color3", "tinycss2", file)
        self._apply(root, text[:_LONGEST])
        self.whole = self.whole and len(text) <= _LONGEST
        for element in {*self._said, *inline}:
            self._add_own(element)
        # What links to further style sheets may get any colour from them.
        coloured = not root.xpath("//link[contains(@rel, 'stylesheet')]")
        for element, said in self._said.items():
            if element.tag not in ("html", "body") and (
                _is_out(said) or (coloured and self._is_pale(element, said))
            ):
                self.hidden.add(element)
            if script := _script(said):
                self.scripts[element] = script
            if (kind := _kind(said)) is not None:
                self.kinds[element] = kind
            counted = Counted(*(_value(said, name) for name in _COUNTS))
            if counted.reset or counted.increment or "counter" in counted.content:
                self.counted[element] = counted

    def _apply(self, root: Any, text: str) -> None:
        select: Any = library("cssselect", "cssselect", self._file)
        translator, until, order = select.HTMLTranslator(), monotonic() + _SECONDS, 0
        for rule in _rules(text, self._file):
            try:
                selectors = select.parse(rule.selectors)
            except select.SelectorError:
                continue
            for selector in selectors:
                order += 1
                if monotonic() > until:
                    self.whole = False
                    return
                before = selector.pseudo_element in ("before", "marker")
                if selector.pseudo_element and not before:
                    continue
                try:
                    found = root.xpath(translator.selector_to_xpath(selector))
                except select.SelectorError:  # ":hover" and the like
                    continue
                rank = 0, *selector.specificity()
                for element in found:
                    for name, value, important in rule.declarations:
                        if before and name not in _COUNTS:
                            continue
                        self._say(element, name, value, (important, rank, order))

    def _add_own(self, element: Any) -> None:
        """What the element says itself."""
        if colour := element.get("color"):
            self._say(element, "color", colour.lower(), (False, (0, 0, 0, 0), 0))
        style = element.get("style") or ""
        if style not in self._styles:
            self._styles[style] = _declarations(self._css, style)
        for name, value, important in self._styles[style]:
            self._say(element, name, value, (important, (1, 0, 0, 0), 0))

    def _say(self, element: Any, name: str, value: str, rank: _Rank) -> None:
        name = {"background-color": "background", "list-style-type": "list-style"}.get(name, name)
        said = self._said.setdefault(element, {})
        if name not in said or said[name][0] <= rank:
            said[name] = rank, value

    def _is_pale(self, element: Any, said: _Said) -> bool:
        """Whether its words have the colour of what is behind them."""
        colour = self._colour(said["color"][1]) if "color" in said else None
        behind = self._behind(element) if colour else None
        if not colour or not behind:
            return False
        alike = max(abs(a - b) for a, b in zip(colour, behind, strict=True)) < _ALIKE
        return alike and not any(
            "color" in self._said.get(d, ()) for d in element.iterdescendants()
        )

    def _behind(self, element: Any) -> tuple[float, ...] | None:
        """The colour behind an element, None for what is no plain colour."""
        for each in (element, *element.iterancestors()):
            own = self._said.get(each, {}).get("background", (None, ""))[1]
            own = own or each.get("bgcolor") or ""
            if each not in self._said and "background" in (each.get("style") or "").lower():
                return None
            if each.get("background") is not None:
                return None
            if own and own not in ("none", "transparent", "inherit", "initial"):
                return self._colour(own)
        return _WHITE

    def _colour(self, value: str) -> tuple[float, ...] | None:
        if value not in self._parsed:
            colour = self._colours.parse_color(value)
            plain = colour not in (None, "currentColor") and colour.alpha == 1
            self._parsed[value] = tuple(colour[:3]) if plain else None
        return self._parsed[value]


@lru_cache(maxsize=4)  # the chapters of a book share theirs
def _rules(text: str, file: str) -> list[_Rule]:
    css = library("tinycss2", "tinycss2", file)
    return list(_rules_of(css, css.parse_stylesheet(text, True, True)))


def _rules_of(css: Any, nodes: list[Any]) -> Iterator[_Rule]:
    for node in nodes:
        if node.type == "at-rule" and node.at_keyword.lower() == "media" and node.content:
            if css.serialize(node.prelude).strip().lower() in _MEDIA:
                yield from _rules_of(css, css.parse_rule_list(node.content, True, True))
        elif node.type == "qualified-rule":
            declarations = _declarations(css, node.content)
            selectors = css.serialize(node.prelude).strip()
            if declarations and len(selectors) <= _SELECTOR:
                yield _Rule(selectors, declarations)


def _declarations(css: Any, content: Any) -> list[tuple[str, str, bool]]:
    found = []
    for each in css.parse_blocks_contents(content, True, True):
        if each.type == "declaration" and each.lower_name in _READ:
            text = css.serialize(each.value).strip()
            words = text if each.lower_name == "content" else text.lower()
            found.append((each.lower_name, words, each.important))
    return found


def _sheets(root: Any) -> Iterator[str]:
    for style in root.iter("style"):
        media = (style.get("media") or "").strip().lower()
        if media in _MEDIA and next(style.iterancestors("noscript"), None) is None:
            yield style.text or ""


def _value(said: _Said, name: str) -> str:
    return said[name][1] if name in said else ""


def _is_out(said: _Said) -> bool:
    return (
        _value(said, "display") == "none"
        or _value(said, "visibility") in ("hidden", "collapse")
        or any(_NOTHING.fullmatch(_value(said, name)) for name in ("opacity", "font-size"))
    )


def _script(said: _Said) -> str:
    """ "sup" or "sub"; small type that is shifted by some length is one of them, too."""
    align = _value(said, "vertical-align")
    if align in ("super", "sub"):
        return align[:3]
    if raised := _RAISED.fullmatch(_value(said, "mso-text-raise")):  # Word
        return "sub" if raised[1] else "sup"
    if not _SMALL.fullmatch(_value(said, "font-size")):
        return ""
    moved = _RAISED.fullmatch(align)
    if moved and not _NOTHING.fullmatch(align):
        return "sub" if moved[1] else "sup"
    top = _value(said, "top")
    moved = _RAISED.fullmatch(top) if _value(said, "position") == "relative" else None
    if moved and not _NOTHING.fullmatch(top):
        return "sup" if moved[1] else "sub"
    return ""


def _kind(said: _Said) -> str | None:
    """How items are numbered, as the attribute `type` says it; None where nothing tells."""
    for word in _value(said, "list-style").split():
        if word == "none":
            return ""
        if (kind := kind_of(word)) is not None:
            return kind
    return None
