"""Formulas typed as EQ fields, `EQ \\f(3,4)`, as the formulas of today's Word."""

from __future__ import annotations

import re
from typing import Any

from retrieval.parse.formula import omml

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SWITCH = re.compile(r"\\(\*)?\s*(\w+)\s*(?:\\\s*([^\w\s]))?|\\(.)|\s+", re.DOTALL)
_FORMAT = re.compile(r'\\\*\s*(?:"[^"]*"|[^\s\\]+)\s*')  # `\* MERGEFORMAT`, `\* "Font:Arial"`
_SIGNS = {"su": "∑", "pr": "∏"}
_DEEPEST = 50


def is_equation(code: str) -> bool:
    """Whether the code of a field is a formula."""
    return code.split()[:1] in (["EQ"], ["eq"], ["Eq"])


def equation(code: str) -> str:
    """The formula in one line of text."""
    from lxml import etree

    root = etree.Element(f"{_M}oMath")
    _read(root, _FORMAT.sub("", code.strip()[2:]).strip(), 0)
    return omml(root)


def _read(parent: Any, code: str, depth: int) -> None:
    """Words and switches, one after the other."""
    at = 0
    while at < len(code):
        if code[at] != "\\" or depth > _DEEPEST:
            end = code.find("\\", at + 1)
            end = len(code) if end < 0 else end
            _add(parent, "t", code[at:end])
            at = end
            continue
        if not code[at + 1 : at + 2].isalpha():  # `\,` is a comma
            _add(parent, "t", code[at + 1 : at + 2])
            at += 2
            continue
        options: list[tuple[str, str]] = []
        while match := re.compile(r"\s*\\\s*([a-zA-Z]+)\s*(-?\d*)\s*(\\\S)?").match(code, at):
            sign = (match[3] or "")[1:]
            if match[3] and (sign.isalpha() or not match[1].endswith("c")):
                sign = ""
            options.append((match[1].lower(), sign or match[2]))
            at = match.end() if sign or not match[3] else match.start(3)
        end = _closing(code, at)
        _switch(parent, options, _arguments(code[at + 1 : end]), depth + 1)
        at = end + 1
    return


def _switch(parent: Any, options: list[tuple[str, str]], given: list[str], depth: int) -> None:
    name, said = options[0][0], dict(options[1:])

    def fill(element: Any, number: int) -> Any:
        if 0 <= number < len(given):
            _read(element, given[number], depth)
        return element

    if name == "f":
        fraction = _add(parent, "f")
        fill(_add(fraction, "num"), 0)
        fill(_add(fraction, "den"), 1)
    elif name == "r":
        root = _add(parent, "rad")
        fill(_add(root, "deg"), 0 if len(given) > 1 else -1)
        fill(_add(root, "e"), len(given) - 1)
    elif name == "s":
        script = _add(parent, "sSub" if {"do", "di"} & said.keys() else "sSup")
        _add(script, "e")
        fill(_add(script, "sub" if script.tag.endswith("Sub") else "sup"), 0)
    elif name == "i":
        sum_ = _add(parent, "nary")
        sign = next((_SIGNS[option] for option in said if option in _SIGNS), "∫")
        _add(_add(sum_, "naryPr"), "chr").set(f"{_M}val", sign)
        for number, part in enumerate(("sub", "sup", "e")):
            fill(_add(sum_, part), number)
    elif name == "b":
        brackets = _add(parent, "d")
        both = said.get("bc", "")
        pair = {"{": "}", "[": "]", "(": ")", "<": ">"}
        ends = said.get("lc", both or "("), said.get("rc", pair.get(both, both) or ")")
        for which, sign in zip(("begChr", "endChr"), ends, strict=True):
            _add(_add(brackets, "dPr") if which == "begChr" else brackets[0], which).set(
                f"{_M}val", sign
            )
        fill(_add(brackets, "e"), 0)
    elif name == "a":
        wide = int(said.get("co") or 1)
        table = _add(parent, "m")
        for number in range(len(given)):
            row = _add(table, "mr") if number % wide == 0 else table[-1]
            fill(_add(row, "e"), number)
    elif name == "l":
        _add(parent, "t", ", ".join(given))
    elif name == "o":
        # A word over another is its reading.
        shown = [n for n, g in enumerate(given) if "\\s" not in g or re.search(r"\d\W*$", g)]
        for number in shown or range(len(given)):
            fill(parent, number)
    elif name != "d":
        fill(parent, 0)


def _add(parent: Any, name: str, text: str | None = None) -> Any:
    element = parent.makeelement(f"{_M}{name}")
    element.text = text
    parent.append(element)
    return element


def _closing(code: str, start: int) -> int:
    """Where the brackets end that begin at `start`."""
    depth, at = 0, start
    while at < len(code):
        if code[at] == "\\":
            at += 1
        else:
            depth += (code[at] == "(") - (code[at] == ")")
            if depth <= 0:
                return at
        at += 1
    return at


def _arguments(code: str) -> list[str]:
    """What stands between the brackets, cut at semicolons, or at commas where there are none."""
    for mark in ";,":
        parts, depth, start, at = [], 0, 0, 0
        while at < len(code):
            if code[at] == "\\":
                at += 1
            elif code[at] == mark and depth == 0:
                parts.append(code[start:at])
                start = at + 1
            else:
                depth += (code[at] == "(") - (code[at] == ")")
            at += 1
        if parts:
            return [part.strip() for part in [*parts, code[start:]]]
    return [code.strip()]
