"""The text of a paragraph as a reader sees it: powers, ticks, formulas; hidden words apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from retrieval.parse.formula import omml
from retrieval.parse.office.symbols import symbols
from retrieval.parse.raised import lowered, raised
from retrieval.parse.word.equations import equation, is_equation
from retrieval.parse.word.fields import CODE, shown
from retrieval.parse.word.names import FALLBACK, LEFT_OUT, W, is_on, value, whole
from retrieval.parse.word.styles import Styles

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SCRIPTS: dict[str, Callable[[str], str]] = {"superscript": raised, "subscript": lowered}
_BREAKS = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}
_TELLING = re.compile(r"[\d+−]")  # what is raised says something of a figure
_TINY = 3  # half points; nobody reads that
_LEAST = 4  # half points that a run is raised or lowered by
_NOT_HERE = LEFT_OUT | {f"{W}txbxContent", f"{W}rPr", f"{W}rt"}


class Runs:
    """Reads paragraphs; `hidden` is told what of them no reader sees."""

    def __init__(self, styles: Styles, hidden: Callable[[str], None], white: bool) -> None:
        self._styles = styles
        self._hidden = hidden
        self.unread = 0  # formulas in the code of fields that are damaged
        self._white = white  # whether white words lie on white paper

    def text(self, paragraph: Any, plain_paper: bool = False) -> str:
        """One paragraph; on `plain_paper` (no table, no box) white words count as hidden."""
        style = value(paragraph, "pPr/pStyle") or self._styles.default
        white = self._white and plain_paper and not _is_filled(paragraph.find(f"{W}pPr"))
        white = white and not self._styles.first(style, _filled)
        text, script, together = "", "", ""
        unseen: list[str] = []
        for piece, mark in [*shown(self._pieces(paragraph, style, white)), ("", "end")]:
            if mark == CODE:
                self.unread += is_equation(piece)
                continue
            if mark == "hidden":
                unseen.append(piece)
                continue
            if mark != script:  # runs of one power belong together: "1" and "0" in 10¹⁰
                text += _scripted(together, script)
                script, together = mark, ""
            if mark == "formula":
                piece = _apart(text + together, piece, bool(together))
            together += piece
        self._hidden("".join(unseen))
        return text

    def _pieces(self, parent: Any, style: str, white: bool) -> Iterator[tuple[str, str]]:
        """(words, "superscript", "subscript", "formula", "hidden" or "") in order.

        Parts of fields are among them, marked as fields.py knows them.
        """
        for child in parent.iterchildren():
            tag = child.tag
            if tag == f"{W}r":
                mark = self._mark(child.find(f"{W}rPr"), style, white)
                for words, part in self._run(child):
                    script = mark or (_position(child) if _TELLING.search(words) else "")
                    yield words, part or script
                for ruby in child.iterfind(f"{W}ruby/{W}rubyBase"):
                    yield from self._pieces(ruby, style, white)
            elif tag in (f"{_M}oMath", f"{_M}oMathPara"):
                yield omml(child), "formula"
            elif tag == f"{W}fldSimple" and is_equation(child.get(f"{W}instr") or ""):
                yield equation(child.get(f"{W}instr")), "formula"
            elif isinstance(tag, str) and tag not in _NOT_HERE:
                yield from self._pieces(child, style, white)

    def _mark(self, properties: Any, style: str, white: bool) -> str:
        own = None if properties is None else value(properties, "rStyle")

        def found(look: Callable[[Any], Any]) -> Any:
            """By the run itself, its style, or the style of its paragraph."""
            result = None if properties is None else look(properties)
            for name in (own, style):
                if result is None and name:
                    result = self._styles.first(name, _of_style[look])
            return result

        if found(_vanish) or found(_is_tiny):
            return "hidden"
        if white and found(_is_white) and not found(_filled_run):
            return "hidden"
        return found(_script) or ""

    def _run(self, run: Any) -> Iterator[tuple[str, str]]:
        """Words, with the part of a field that they are, if they are one."""
        font = run.find(f"{W}rPr/{W}rFonts")
        name = "" if font is None else font.get(f"{W}ascii") or font.get(f"{W}hAnsi") or ""
        for child in _of_run(run):
            tag = child.tag
            if tag == f"{W}t":
                yield symbols(child.text or "", name), ""
            elif tag in _BREAKS:
                yield _BREAKS[tag], ""
            elif tag == f"{W}noBreakHyphen":
                yield "-", ""
            elif tag == f"{W}sym":
                yield _symbol(child), ""
            elif tag == f"{W}fldChar":
                yield _field(child.find(f"{W}ffData")), ""
                yield "", child.get(f"{W}fldCharType") or ""
            elif tag == f"{W}instrText":
                yield child.text or "", CODE
            elif tag in (f"{_M}oMath", f"{_M}t"):
                yield omml(child), ""


def _apart(before: str, formula: str, follows_formula: bool) -> str:
    """A formula with a space before it where else it would go on a word, a number, or another."""
    first = formula[:1]
    runs_on = before[-1:].isalnum() and (first.isalpha() or first.isdecimal())
    return f" {formula}" if follows_formula or runs_on else formula


def _scripted(text: str, script: str) -> str:
    """A raised sign, such as *, looks the same on the line."""
    return _SCRIPTS[script](text) if script in _SCRIPTS and any(map(str.isalnum, text)) else text


def _of_run(run: Any) -> Iterator[Any]:
    """The elements of a run, those of the newer of two renderings too."""
    for child in run.iterchildren():
        if child.tag.__class__ is str and child.tag.endswith(("}AlternateContent", "}Choice")):
            yield from _of_run(child)
        elif child.tag != FALLBACK:
            yield child


def _symbol(element: Any) -> str:
    code = element.get(f"{W}char") or ""
    try:
        return symbols(chr(int(code, 16)), element.get(f"{W}font") or "")
    except (ValueError, OverflowError):
        return ""


def _field(data: Any) -> str:
    """A box to tick of a form, or what is chosen from a list; other fields have their text."""
    if data is None:
        return ""
    box = data.find(f"{W}checkBox")
    if box is not None:
        checked = is_on(value(box, "checked"))
        return "☒" if (is_on(value(box, "default")) if checked is None else checked) else "☐"
    choices = [each.get(f"{W}val") or "" for each in data.iterfind(f"{W}ddList/{W}listEntry")]
    if not choices:
        return ""
    chosen = whole(value(data, "ddList/result"))
    chosen = whole(value(data, "ddList/default")) if chosen is None else chosen
    return choices[chosen] if chosen and 0 <= chosen < len(choices) else choices[0]


# ---- What a run's properties say; each also of a style, which holds them in w:rPr.


def _vanish(properties: Any) -> bool | None:
    return is_on(value(properties, "vanish"))


def _script(properties: Any) -> str | None:
    return value(properties, "vertAlign")


def _is_white(properties: Any) -> bool | None:
    """None where no colour is said."""
    color = value(properties, "color")
    if color is None:
        return None
    return bool(re.fullmatch("(?:[Ff][2-9A-Fa-f]){3}", color))


def _is_tiny(properties: Any) -> bool | None:
    size = whole(value(properties, "sz"))
    return None if size is None else size <= _TINY


def _position(run: Any) -> str:
    """Raised or lowered by so many half points."""
    by = whole(value(run, "rPr/position")) or 0
    return "superscript" if by >= _LEAST else "subscript" if by <= -_LEAST else ""


def _filled_run(properties: Any) -> bool | None:
    return _is_filled(properties) or bool(value(properties, "highlight")) or None


def _is_filled(properties: Any) -> bool:
    """Whether something darker than paper lies under the words."""
    shade = None if properties is None else properties.find(f"{W}shd")
    if shade is None:
        return False
    themed = any(key.startswith(f"{W}theme") for key in shade.keys())  # noqa: SIM118
    fill = (shade.get(f"{W}fill") or "auto").upper()
    pattern = shade.get(f"{W}val") or "clear"
    return themed or fill not in ("AUTO", "FFFFFF") or pattern not in ("clear", "nil")


def _filled(style: Any) -> bool | None:
    """Of a style, for the paragraphs in it."""
    filled = _is_filled(style.find(f"{W}pPr")) or _is_filled(style.find(f"{W}rPr"))
    return filled or None


def _in_style(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of_style(style: Any) -> Any:
        properties = style.find(f"{W}rPr")
        return None if properties is None else look(properties)

    return of_style


_of_style: dict[Callable[[Any], Any], Callable[[Any], Any]] = {
    look: _in_style(look) for look in (_vanish, _script, _is_white, _is_tiny, _filled_run)
}
