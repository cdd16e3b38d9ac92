"""The text of an RTF file into blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.encoding import named
from retrieval.parse.formats.html import add_html
from retrieval.parse.formula import beside, omml
from retrieval.parse.office.symbols import symbols
from retrieval.parse.page_numbers import PRINTED
from retrieval.parse.raised import lowered, raised
from retrieval.parse.word.equations import equation, is_equation

_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 0: "cp1252",
}  # fmt: skip
_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ",
    "qmspace": " ", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "~": " ", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\", "nestcell": " ",
}  # fmt: skip
# What a reader does not see where it stands; the name of a style tells a heading.
_NAMES = """colortbl pict objdata mmathPict xe tc rxe themedata datastore nonesttables
    nonshppict generator author operator company subject keywords comment doccomm category
    manager listtable listoverridetable revtbl filetbl creatim revtim printim buptim sp"""
_SKIPPED = frozenset(_NAMES.split())
_SHOWN = ("shppict", "shpinst", "shptxt", "nesttableprops")  # though marked as not to be known
_BESIDE = ("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf")
_INFORMED = ("atnauthor", "title", "fonttbl", "stylesheet", "htmltag", "fldinst", "moMath")
_NUMBERED = ("listtext", "pntext")  # the number before a paragraph
_APART = ("beside", "footnote", "annotation", *_INFORMED, *_NUMBERED)
_SYMBOL_FIELD = re.compile(r'SYMBOL\s+(\d{1,5}|0x[\da-f]{1,4})\b.*?(?:\\f\s*"([^"]*)")?\s*$', re.I)
# Elements of a formula, each called as in OMML with an m before it.
_MATH = """f num den sSup sSub sSubSup sPre e sup sub rad deg nary func fName lim limLow limUpp d
    m mr r eqArr acc bar box borderBox groupChr phant fPr dPr naryPr radPr accPr barPr phantPr
    chr begChr endChr sepChr type pos show"""
_MATH_ELEMENTS = frozenset(f"m{name}" for name in _MATH.split())
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


@dataclass(slots=True)
class _State:
    """What holds within one group."""

    where: str = ""  # the destination; "" is the text, "skip" is read by nobody
    hidden: bool = False
    script: str = ""
    font: int = -1
    style: int = -1
    skipped: int = 1  # characters that stand for one of Unicode
    math: Any = None  # the element of a formula


@dataclass
class Rtf:
    """Reads one file into a builder; `title` is what the file calls itself."""

    builder: Builder
    file: str
    title: str = ""
    _page: list[str] | None = None  # of a page that Outlook has wrapped in RTF
    _encoding: str = "cp1252"
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _fonts: dict[int, str] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)  # of the fonts
    _levels: dict[int, int] = field(default_factory=dict)
    _lead: str = ""  # the number before this paragraph
    _is_shown: bool = False  # whether a field is shown without its result
    _cells: list[str] = field(default_factory=list)
    _above: list[str] = field(default_factory=list)
    _merged: list[bool] = field(default_factory=list)
    _is_merged: bool = False
    _in_table: bool = False
    _level: int = 0
    _pending: list[tuple[str, str]] = field(default_factory=list)
    _notes: int = 0
    _beside: list[str] = field(default_factory=list)  # headers and footers, each once
    _unread: Counter[str] = field(default_factory=Counter)  # by the words that begin it
    _unknown: bool = False  # behind \*: a group that may be passed over
    _to_skip: int = 0
    _formula: Any = None

    def read(self, data: bytes) -> None:
        """All of it."""
        source = data.decode("latin-1")
        at = 0
        while match := _TOKEN.match(source, at):
            at = match.end()
            word, number, code, char, brace, text = match.groups()
            if word == "bin":
                at += max(0, int(number or 0))
            elif word:
                self._word(word, int(number) if number else None)
            elif brace:
                self._open() if brace == "{" else self._close()
            elif char:
                self._symbol(char)
            elif code or text:
                self._put_bytes(bytes.fromhex(code) if code else text.encode("latin-1"))
        self._in_table = False
        self._end_paragraph()
        for text in self._beside:
            self.builder.add("text", text)
        for what, word in (("pictures", "pict"), ("objects", "objdata")):
            if count := self._unread[word]:
                self.builder.warn(f"{what} in it are not read ({count}).")
        if self._page:
            add_html(self.builder, "".join(self._page), self.file)

    def _word(self, word: str, number: int | None) -> None:
        if word in _CHARACTERS:
            self._put(_CHARACTERS[word])
        elif word == "u":
            self._put(chr((number or 0) & 0xFFFF))
            self._to_skip = self._state.skipped
        elif word in _SKIPPED or (self._unknown and word not in (*_SHOWN, *_APART)):
            self._unread[word] += self._state.where != "skip"
            self._go("skip")
        elif word in _BESIDE:
            self._go("beside")
        elif word == "fldrslt" and self._is_shown:
            self._is_shown = False
            self._go("skip")
        elif self._state.math is not None and word in _MATH_ELEMENTS:
            self._decode()
            self._state.math = _child(self._state.math, word[1:])
        elif word in _APART:
            self._go(word)
        elif action := _ACTIONS.get(word):
            self._decode()
            action(self, number)
        self._unknown = False

    def _symbol(self, char: str) -> None:
        if char == "*":
            self._unknown = True
        elif char in "\r\n":
            self._end_paragraph()
        elif char in _CHARACTERS:
            self._put(_CHARACTERS[char])

    def _go(self, where: str) -> None:
        self._decode()
        if self._state.where != "skip":
            self._state.where = where
            if where == "moMath":
                from lxml import etree

                self._state.math = self._formula = etree.Element(f"{_M}oMath")
            if where == "footnote":
                self._notes += 1
                self._texts.setdefault("", []).append(raised(str(self._notes)))

    def _open(self) -> None:
        self._decode()
        self._stack.append(replace(self._state))
        self._unknown, self._to_skip = False, 0

    def _close(self) -> None:
        self._decode()
        before = self._stack.pop() if self._stack else _State()
        ended, self._state = self._state.where, before
        self._to_skip = 0
        if ended != before.where and ended in _APART:
            self._end_destination(ended, self._take(ended))

    def _end_destination(self, where: str, text: str) -> None:
        if where == "footnote":
            self._pending.append(("", f"{self._notes} {text.strip()}"))
        elif where == "annotation":
            who = self._take("atnauthor*")
            self._pending.append((f"Comment by {who}" if who else "Comment", text))
        elif where == "atnauthor":
            self._texts["atnauthor*"] = [text]
        elif where == "beside":
            text = text.strip()
            counts = not any(map(str.isalpha, text)) and PRINTED.fullmatch(text)  # the pages
            if any(map(str.isalnum, text)) and not counts and text not in self._beside:
                self._beside.append(text)
        elif where == "title":
            self.title = text
        elif where in _NUMBERED:
            self._lead = f"{text.strip()} " if any(map(str.isalnum, text)) else ""
        elif where == "moMath":
            before = "".join(self._texts.get(self._state.where, [])[-1:])
            self._put(beside(before, omml(self._formula)))
        elif where == "fldinst":
            code = " ".join(text.split())
            symbol = _SYMBOL_FIELD.match(code)
            self._is_shown = bool(symbol) or is_equation(code)
            if symbol:
                self._put(symbols(chr(int(symbol[1], 0)), symbol[2] or "Symbol"))
            elif self._is_shown:
                self._put(equation(code))

    def _put_bytes(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if self._state.where != "skip":
            self._bytes += data[skipped:]

    def _put(self, text: str) -> None:
        self._decode()
        state = self._state
        if state.where == "skip":
            return
        text = symbols(text, self._names.get(state.font, ""))
        if state.math is not None:
            _add_words(state.math, text)
            return
        if self._page is not None:
            if state.where in ("", "htmltag"):
                self._page.append(text if state.where else escape(text))
            return
        if state.hidden:
            self._texts.setdefault("hidden", []).append(text)
            return
        if state.script and state.where != "stylesheet":
            text = raised(text) if state.script == "sup" else lowered(text)
        self._texts.setdefault(state.where, []).append(text)

    def _decode(self) -> None:
        """What was collected is text in the encoding of its font."""
        if not self._bytes:
            return
        data, self._bytes = bytes(self._bytes), bytearray()
        encoding = self._fonts.get(self._state.font, self._encoding)
        text = data.decode(encoding, errors="replace")
        if self._state.where == "stylesheet":
            match = re.match(r"\s*heading (\d)", text, re.IGNORECASE)
            if match:
                self._levels[self._state.style] = int(match[1])
        elif self._state.where == "fonttbl":
            self._names.setdefault(self._state.font, text.strip("; "))
        else:
            self._put(text)

    def _take(self, where: str) -> str:
        text = "".join(self._texts.pop(where, []))
        # \u gives characters beyond 65,535 in two halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _end_paragraph(self, _: int | None = None) -> None:
        self._decode()
        if self._state.where in ("beside", "footnote", "annotation") or self._page is not None:
            self._put("\n")
            return
        if self._state.where:
            return
        if self._in_table:
            self._put(" ")
            return
        text = self._numbered()
        if self._cells:  # of a row that nothing ends
            self._end_row()
        level = self._level or self._levels.get(self._state.style, 0)
        self.builder.add("heading" if level else "text", text, level)
        self._end_notes()

    def _end_notes(self) -> None:
        self.builder.hide(self._take("hidden"))
        for what, text in self._pending:
            if what:
                self.builder.note(what, text)
            else:
                self.builder.add("text", text)
        self._pending = []

    def _numbered(self) -> str:
        """The words so far, behind their number; nothing where there are none."""
        text, lead, self._lead = self._take(""), self._lead, ""
        return lead + text if text.strip() else ""

    def _end_cell(self, _: int | None) -> None:
        text = self._numbered()
        at = len(self._cells)
        is_merged = at < len(self._merged) and self._merged[at] and at < len(self._above)
        self._cells.append(self._above[at] if is_merged else text)

    def _end_row(self, _: int | None = None) -> None:
        self.builder.row(self._cells)
        self._above, self._cells = self._cells, []
        self._end_notes()

    def _begin_page(self, _: int | None) -> None:
        self._page = []

    def _plain(self, _: int | None) -> None:
        self._state.hidden, self._state.script = False, ""

    def _paragraph(self, _: int | None) -> None:
        self._state.style = -1
        if not self._state.where:  # a note or a number stands within another paragraph
            self._in_table, self._level = False, 0

    def _begin_row(self, _: int | None) -> None:
        self._merged = []

    def _end_column(self, _: int | None) -> None:
        self._merged.append(self._is_merged)
        self._is_merged = False

    def _merge(self, _: int | None) -> None:
        self._is_merged = True

    def _set(self, name: str, value: object) -> None:
        setattr(self._state, name, value)

    def _set_table(self, _: int | None) -> None:
        self._in_table = True

    def _set_level(self, number: int | None) -> None:
        level = number + 1 if number is not None and number < 9 else 0
        if self._state.where == "stylesheet":
            self._levels[self._state.style] = level
        elif not self._state.where:
            self._level = level

    def _set_base(self, number: int | None) -> None:
        if number in self._levels and self._state.where == "stylesheet":
            self._levels.setdefault(self._state.style, self._levels[number])

    def _set_page(self, number: int | None) -> None:
        self._encoding = named(f"cp{number}") or "cp1252"

    def _set_charset(self, number: int | None) -> None:
        if number in _CHARSETS and number:
            self._fonts[self._state.font] = _CHARSETS[number]

    def _set_hidden(self, number: int | None) -> None:
        self._state.hidden = number != 0

    def _set_script(self, script: str) -> None:
        self._state.script = script


def _child(parent: Any, name: str) -> Any:
    element = parent.makeelement(f"{_M}{name}")
    parent.append(element)
    return element


def _add_words(element: Any, text: str) -> None:
    """What a setting says, such as the sign of a sum, or words of a formula."""
    parent = element.getparent()
    if parent is not None and parent.tag.endswith("Pr"):
        element.set(f"{_M}val", element.get(f"{_M}val", "") + text.strip())
    elif text.strip():
        _child(element, "t").text = text


_ACTIONS: dict[str, Callable[[Rtf, int | None], None]] = {
    "par": Rtf._end_paragraph,
    "sect": Rtf._end_paragraph,
    "page": Rtf._end_paragraph,
    "cell": Rtf._end_cell,
    "row": Rtf._end_row,
    "trowd": Rtf._begin_row,
    "cellx": Rtf._end_column,
    "clvmrg": Rtf._merge,
    "intbl": Rtf._set_table,
    "pard": Rtf._paragraph,
    "plain": Rtf._plain,
    "outlinelevel": Rtf._set_level,
    "sbasedon": Rtf._set_base,
    "ansicpg": Rtf._set_page,
    "mac": lambda rtf, _: setattr(rtf, "_encoding", "mac_roman"),
    "pc": lambda rtf, _: setattr(rtf, "_encoding", "cp437"),
    "pca": lambda rtf, _: setattr(rtf, "_encoding", "cp850"),
    "fcharset": Rtf._set_charset,
    "v": Rtf._set_hidden,
    "deleted": Rtf._set_hidden,
    "fromhtml": Rtf._begin_page,
    "htmlrtf": lambda rtf, number: rtf._set("where", "" if number == 0 else "skip"),
    "super": lambda rtf, number: rtf._set_script("" if number == 0 else "sup"),
    "sub": lambda rtf, number: rtf._set_script("" if number == 0 else "sub"),
    "nosupersub": lambda rtf, _: rtf._set_script(""),
    "up": lambda rtf, number: rtf._set_script("sup" if number else ""),
    "dn": lambda rtf, number: rtf._set_script("sub" if number else ""),
    "f": lambda rtf, number: rtf._set("font", -1 if number is None else number),
    "s": lambda rtf, number: rtf._set("style", -1 if number is None else number),
    "uc": lambda rtf, number: rtf._set("skipped", 1 if number is None else number),
}
