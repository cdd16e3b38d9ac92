"""A number format of a spreadsheet, such as `[Red]#,##0.00;(#,##0.00)`, taken apart."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

Kind = Literal["text", "digit", "point", "comma", "percent", "slash", "exponent", "date", "at"]
_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|Standard)|(?P<noon>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])"
    r"|(?P<date>y+|m+|d+|h+|s+|e+|g+|b+|a{3,})|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)"
    r"|(?P<percent>%)|(?P<slash>/)|(?P<at>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_SIMPLE = ("digit", "point", "comma")
_PLAIN = re.compile(
    r"(?P<before>\0*)(?P<whole>(?:#,##|#*)0+|#+)(?:\.(?P<places>0*#*))?(?P<behind>\0*)"
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+(?:E[+-]?\d+)?)", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)


class Token(NamedTuple):
    """A piece of a section; a date's text is in small letters, "[h]" for elapsed hours."""

    kind: Kind
    text: str


class Plain(NamedTuple):
    """A section of digits in one piece, which most are: `"$"#,##0.00`."""

    before: str
    zeros: int  # the least digits before the point
    grouped: bool
    places: int
    optional: int  # places at the end that show no zero
    behind: str


class Condition(NamedTuple):
    """`[>=1000]`."""

    sign: str
    bound: Decimal

    def holds(self, value: Decimal) -> bool:
        return bool(_COMPARE[self.sign](value, self.bound))


@dataclass(frozen=True)
class Section:
    """One of up to four parts of a format. `language` is the low part of a Windows locale id."""

    tokens: tuple[Token, ...]
    condition: Condition | None
    general: bool
    language: int
    system: str  # "F800" or "F400": a date or a time as the reader's system shows it

    @cached_property
    def is_date(self) -> bool:
        return bool(self.system) or any(token.kind == "date" for token in self.tokens)

    @cached_property
    def is_text(self) -> bool:
        return any(token.kind == "at" for token in self.tokens)

    @cached_property
    def plain(self) -> Plain | None:
        """None where digits must be put into their places one by one."""
        code = "".join(t.text if t.kind in _SIMPLE else "\0" for t in self.tokens)
        found = _PLAIN.fullmatch(code)
        if found is None or self.general or any(t.kind == "percent" for t in self.tokens):
            return None
        cut = found.end("before"), found.start("behind")
        texts = [token.text for token in self.tokens]
        whole, places = found["whole"], found["places"] or ""
        return Plain(
            "".join(texts[: cut[0]]),
            whole.count("0"),
            "," in whole,
            len(places),
            len(places) - len(places.rstrip("#")),
            "".join(texts[cut[1] :]),
        )


@lru_cache(4096)
def number_sections(code: str) -> tuple[Section, ...]:
    """The sections for numbers; a format for words alone shows numbers as they are."""
    return tuple(part for part in sections(code) if not part.is_text) or sections("General")


@lru_cache(4096)
def sections(code: str) -> tuple[Section, ...]:
    """The sections of a format; at least one."""
    parts: list[list[re.Match[str]]] = [[]]
    for match in _TOKEN.finditer(code):
        if match["other"] == ";":
            parts.append([])
        else:
            parts[-1].append(match)
    return tuple(_section(part) for part in parts[:4])


def _section(matches: list[re.Match[str]]) -> Section:
    tokens: list[Token] = []
    condition, general, language, system = None, False, 0, ""
    for match in matches:
        name = match.lastgroup or "other"
        text = match[name]
        if name == "bracket":
            if found := _CONDITION.fullmatch(text.strip()):
                condition = Condition(found[1], Decimal(found[2]))
            elif text.startswith("$"):
                currency, _, locale = text[1:].partition("-")
                tokens.append(Token("text", currency))
                system = locale.upper() if locale.upper() in ("F800", "F400") else system
                language = _language(locale) or language
            elif _ELAPSED.fullmatch(text):
                tokens.append(Token("date", f"[{text[0].lower()}]" + "0" * (len(text) - 1)))
        elif name == "general":
            general = True
            tokens.append(Token("digit", text))
        elif name == "noon":
            tokens.append(Token("date", text))
        elif name == "date":
            tokens.append(Token("date", text.lower()))
        elif name == "space":
            tokens.append(Token("text", " "))
        elif name in ("quoted", "escaped", "other"):
            tokens.append(Token("text", text))
        elif name != "fill":
            tokens.append(Token(name, text))  # type: ignore[arg-type]
    return Section(tuple(tokens), condition, general, language, system)


def _language(locale: str) -> int:
    try:
        return int(locale.split(",")[0][-4:], 16) & 0x3FF
    except ValueError:
        return 0
