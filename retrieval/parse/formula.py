"""Formulas of Word (OMML) and of the web (MathML) in one line of text: (a+b)/2, x₁², √(b²-4ac)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from retrieval.parse.raised import lowered, raised

_NOT_READ = ("del", "moveFrom", "instrText")  # deleted under review, or code of a field
_DEEPEST = 100  # elements within each other; deeper ones give their bare text
_GAP = "\0"  # becomes a space between figures and words: "2 3/4", never "23/4"
_WORD = "\1"  # the same, but not before a bracket: "sin x", "sin(x)"
_NUMERATOR = re.compile(r"[-−]?[\w.,′°%⁺⁻₊₋]+")
_DENOMINATOR = re.compile(r"[\d.,]+|[^\W\d_][\w′⁺⁻₊₋]*")
_BIG = frozenset("∑∏∐∫∬∭∮∯∰⋀⋁⋂⋃⨀⨁⨂⨄⨆")
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064])
_COMBINING = {
    **dict.fromkeys("^ˆ\u0302", "\u0302"),
    **dict.fromkeys("~˜\u0303", "\u0303"),
    **dict.fromkeys("¯‾ˉ―\u0304\u0305", "\u0304"),
    **dict.fromkeys("→⃗", "\u20d7"),
    **dict.fromkeys(".˙\u0307", "\u0307"),
    **dict.fromkeys("¨\u0308", "\u0308"),
    **dict.fromkeys("ˇ\u030c", "\u030c"),
}


def omml(element: Any) -> str:
    """One line for an `m:oMath` or anything in it; `m:oMathPara` gives a line for each formula."""
    if _name(element) == "oMathPara":
        lines = (omml(child) for child in element if _name(child) == "oMath")
        return "\n".join(filter(None, lines))
    return _settled(_omml(element, 0))


def mathml(element: Any) -> str:
    """One line for a `math` element or anything in it, of HTML or XHTML."""
    return _settled(_mathml(element, 0))


def beside(before: str, formula: str) -> str:
    """A formula with a space before it where else it would go on a number."""
    return f" {formula}" if before[-1:].isdigit() and formula[:1].isdecimal() else formula


def _name(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _settled(text: str) -> str:
    """Gaps become spaces where without them two figures or words would be one."""

    def space(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        follows = (
            after.isalnum()
            or after in _BIG
            or after in "√∛∜"
            or (after in "([{" and _GAP in match[0])
        )
        ended = before.isalnum() or before in ")]}′°%!" or unicodedata.combining(before or "a")
        return " " if before and after and ended and follows else ""

    return " ".join(re.sub(f"[{_GAP}{_WORD}]+", space, text).split())


def _letters(text: str | None) -> str:
    """Letters of mathematics as plain ones; what only tells a program how to read is left out."""
    text = (text or "").translate(_INVISIBLE)
    return "".join(
        unicodedata.normalize("NFKC", char) if 0x1D400 <= ord(char) < 0x1D800 else char
        for char in text
    )


def _bracketed(text: str) -> bool:
    """Whether one pair of brackets holds all of it."""
    if text[:1] not in ("(", "[", "{"):
        return False
    depth = 0
    for index, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return index == len(text) - 1
    return False


def _grouped(text: str, simple: re.Pattern[str]) -> str:
    text = _settled(text)
    return text if simple.fullmatch(text) or _bracketed(text) else f"({text})"


def _fraction(above: str, below: str, bar: bool = True) -> str:
    if not bar:
        return f"{_GAP}{_settled(above)} choose {_settled(below)}{_GAP}"
    return f"{_GAP}{_grouped(above, _NUMERATOR)}/{_grouped(below, _DENOMINATOR)}{_GAP}"


def _power(text: str) -> str:
    text = _settled(text).replace("∘", "°")
    if not text or not set(text) - set("′″‴°'"):
        return text
    return f"^({text})" if text.isalpha() and text != "n" else raised(text)


def _index(text: str) -> str:
    return lowered(_settled(text))


def _scripts(base: str, below: str, above: str) -> str:
    """`x₁²`; the limits of sums and integrals are set apart from what they range over."""
    base = _settled(base) if below or above else base
    if base in _BIG:
        return _limits(base, below, above)
    if "/" in base and not _bracketed(base):
        base = f"({base})"
    return base + _index(below) + _power(above)


def _limits(base: str, below: str, above: str) -> str:
    """`∑_(i=1)^(n) `, `lim_(x→0) `."""
    below, above = _settled(below), _settled(above)
    text = _settled(base) + (f"_({below})" if below else "") + (f"^({above})" if above else "")
    return f"{_GAP}{text}{_GAP}"


def _root(inside: str, degree: str) -> str:
    degree = _settled(degree)
    return f"{_GAP}{_ROOTS.get(degree) or raised(degree) + '√'}{_grouped(inside, _DENOMINATOR)}"


def _accent(base: str, mark: str) -> str:
    """`x̂`; a mark that cannot stand over a letter is put like a limit."""
    base, mark = _settled(base), _settled(mark)
    if mark in _COMBINING:
        return base + _COMBINING[mark]
    return base if mark in "⏞⏟⎴⎵︷︸" else _limits(base, "", mark)


# ---- Word


def _omml(element: Any, depth: int) -> str:
    name = _name(element)
    if name == "t":
        return _letters(element.text)
    if depth > _DEEPEST:
        return _letters("".join(element.itertext()))
    if name in ("br", "tab"):
        return " "
    if (name.endswith("Pr") and name != "sPre") or name in _NOT_READ:
        return ""

    def part(wanted: str) -> str:
        return "".join(_omml(child, depth + 1) for child in element if _name(child) == wanted)

    def setting(wanted: str, default: str = "") -> str:
        for properties in element:
            if _name(properties) == f"{name}Pr":
                for child in properties:
                    if _name(child) == wanted:
                        value = next((v for k, v in child.items() if k.endswith("}val")), "")
                        return str(value)
        return default

    write = _OMML.get(name)
    if write:
        return write(part, setting)
    if name == "d":
        inner = [_settled(_omml(child, depth + 1)) for child in element if _name(child) == "e"]
        return setting("begChr", "(") + setting("sepChr", "|").join(inner) + setting("endChr", ")")
    if name in ("m", "eqArr"):
        return _rows(
            [_omml(cell, depth + 1) for cell in (row if name == "m" else [row])]
            for row in element
            if _name(row) in ("mr", "e")
        ).replace("&", "")
    return "".join(_omml(child, depth + 1) for child in element)


_Part = Callable[[str], str]
_Setting = Callable[..., str]


def _n_ary(part: _Part, setting: _Setting) -> str:
    return _limits(setting("chr", "∫"), part("sub"), part("sup")) + part("e")


def _function(part: _Part, _: _Setting) -> str:
    return f"{_WORD}{part('fName')}{_WORD}{part('e')}"


def _phantom(part: _Part, setting: _Setting) -> str:
    return "" if setting("show", "1") in ("0", "off", "false") else part("e")


_OMML: dict[str, Callable[[_Part, _Setting], str]] = {
    "f": lambda part, setting: _fraction(part("num"), part("den"), setting("type") != "noBar"),
    "sSup": lambda part, _: _scripts(part("e"), "", part("sup")),
    "sSub": lambda part, _: _scripts(part("e"), part("sub"), ""),
    "sSubSup": lambda part, _: _scripts(part("e"), part("sub"), part("sup")),
    "sPre": lambda part, _: f"{_GAP}{_power(part('sup'))}{_index(part('sub'))}{part('e')}",
    "rad": lambda part, setting: _root(part("e"), part("deg")),
    "nary": _n_ary,
    "func": _function,
    "limLow": lambda part, _: _limits(part("e"), part("lim"), ""),
    "limUpp": lambda part, _: _limits(part("e"), "", part("lim")),
    "acc": lambda part, setting: _accent(part("e"), setting("chr", "\u0302")),
    "bar": lambda part, setting: _accent(part("e"), "¯") if setting("pos") == "top" else part("e"),
    "groupChr": lambda part, _: part("e"),
    "phant": _phantom,
}


def _rows(rows: Any) -> str:
    return "; ".join(", ".join(filter(None, map(_settled, row))) for row in rows)


# ---- MathML


def _mathml(element: Any, depth: int) -> str:
    name = _name(element).lower()
    if depth > _DEEPEST:
        return _letters("".join(element.itertext()))
    if name in ("mi", "mn", "mo", "mtext", "ms"):
        return _token(element, name)
    if name in ("annotation", "annotation-xml", "mphantom", "none", "mprescripts", ""):
        return ""
    if name == "mspace":
        return _GAP
    parts = [_mathml(child, depth + 1) for child in element if _name(child)]
    if name in _SCRIPTS and len(parts) == len(_SCRIPTS[name]) + 1:
        return _scripted(name, dict(zip(("base", *_SCRIPTS[name]), parts, strict=True)))
    if name == "mfrac" and len(parts) == 2:
        bar = not re.fullmatch(r"0(\.0*)?[a-z%]*", element.get("linethickness") or "1")
        return _fraction(parts[0], parts[1], bar)
    if name == "mroot" and len(parts) == 2:
        return _root(parts[0], parts[1])
    if name == "mmultiscripts" and parts:
        return _multiscripts(element, parts)
    if name == "mtable":
        rows = (row for row in element if _name(row))
        return _rows([_mathml(cell, depth + 1) for cell in row if _name(cell)] for row in rows)
    if name == "mfenced":
        separators = "".join((element.get("separators") or ",").split()) or ","
        inner = parts[0] if parts else ""
        for number, part in enumerate(parts[1:]):
            inner += separators[min(number, len(separators) - 1)] + part
        return f"{element.get('open', '(')}{_settled(inner)}{element.get('close', ')')}"
    inside = "".join(parts) or (_letters(element.text) if len(element) == 0 else "")
    return _root(inside, "") if name == "msqrt" else inside


_SCRIPTS = {
    "msup": ("above",),
    "msub": ("below",),
    "msubsup": ("below", "above"),
    "mover": ("above",),
    "munder": ("below",),
    "munderover": ("below", "above"),
}


def _token(element: Any, name: str) -> str:
    text = " ".join(_letters("".join(element.itertext())).split())
    if name == "mo":
        return text
    is_word = name != "mn" and (name == "mtext" or len(text) > 1)
    # A word stays apart from what follows; "2a" is a product.
    return f"{_WORD}{text}{_WORD}" if is_word else text


def _scripted(name: str, parts: dict[str, str]) -> str:
    base, below, above = parts["base"], parts.get("below", ""), parts.get("above", "")
    if name.startswith("msu"):
        return _scripts(base, below, above)
    if name == "mover" and (above := _settled(above)) in {*_COMBINING, *"⏞⎴︷"}:
        return _accent(base, above)
    if name == "munder" and _settled(below) in ("_", "̲", "⏟", "⎵", "︸", "¯", "‾"):
        return base
    return _limits(base, below, above)


def _multiscripts(element: Any, parts: list[str]) -> str:
    names = [_name(child).lower() for child in element if _name(child)]
    cut = names.index("mprescripts") if "mprescripts" in names else len(names)
    before, behind = parts[cut + 1 :], parts[1:cut]
    lead = "".join(map(_power, before[1::2])) + "".join(map(_index, before[::2]))
    base = _scripts(parts[0], "".join(behind[::2]), "".join(behind[1::2]))
    return f"{_GAP if lead else ''}{lead}{base}"
