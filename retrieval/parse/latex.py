"""A piece of LaTeX as it is printed, in plain text."""

from __future__ import annotations

import re
import unicodedata

from retrieval.parse.raised import lowered, raised

_TOKEN = re.compile(r"\\([A-Za-z@]+)\*?[ \t]*\n?[ \t]*|\\(.)|([{}$~^_])|([^\\{}$~^_]+)", re.DOTALL)
_DEEPEST = 50  # groups within each other; deeper ones are left as they stand
# Commands whose arguments are not printed, with how many there are.
_ONE = """label index vspace hspace includegraphics usepackage documentclass bibliographystyle
    pagestyle thispagestyle bibliography input include hypersetup vskip hskip phantom begin end
    color textcolor fontfamily selectlanguage geometry graphicspath"""
_MORE = {"setlength": 2, "setcounter": 2, "newcommand": 2, "renewcommand": 2, "definecolor": 3}
_SILENT = dict.fromkeys(_ONE.split(), 1) | _MORE
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331", "hat": "\u0302", "bar": "\u0304",
    "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "tilde": "\u0303",
}  # fmt: skip
_SYMBOLS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "S": "§", "P": "¶", "pounds": "£", "euro": "€",
    "copyright": "©", "dots": "…", "ldots": "…", "cdots": "⋯", "textdegree": "°", "degree": "°",
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥",
    "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "equiv": "≡", "propto": "∝",
    "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "in": "∈",
    "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩", "forall": "∀", "exists": "∃", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "ll": "≪", "gg": "≫", "circ": "°",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ",
    "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "LaTeX": "LaTeX", "TeX": "TeX", "textbackslash": "\\", "quad": " ", "qquad": " ",
    "newline": "\n", "linebreak": "\n", "textendash": "–", "textemdash": "—", "percent": "%",
    "sin": "sin ", "cos": "cos ", "tan": "tan ", "log": "log ", "ln": "ln ", "exp": "exp ",
    "min": "min ", "max": "max ", "lim": "lim ",
}  # fmt: skip
_ESCAPED = {
    "\\": "\n",
    "[": "\n",
    "]": "\n",
    **dict.fromkeys(",;: ", " "),
    **dict.fromkeys("-!()", ""),
}
_UNITS = {"SI": 1, "qty": 1, "SIrange": 2, "qtyrange": 2}  # with so many numbers
_UNIT = {
    "metre": "m", "meter": "m", "gram": "g", "kilogram": "kg", "kg": "kg", "second": "s", "s": "s",
    "minute": "min", "hour": "h", "day": "d", "litre": "l", "liter": "l", "ampere": "A",
    "volt": "V", "watt": "W", "joule": "J", "newton": "N", "pascal": "Pa", "hertz": "Hz",
    "kelvin": "K", "celsius": "°C", "degreeCelsius": "°C", "degree": "°", "mole": "mol",
    "bar": "bar", "tonne": "t", "hectare": "ha", "percent": "%", "ohm": "Ω", "candela": "cd",
    "kilo": "k", "milli": "m", "micro": "µ", "nano": "n", "centi": "c", "deci": "d", "hecto": "h",
    "mega": "M", "giga": "G", "tera": "T", "per": "/", "squared": "²", "cubed": "³",
    "square": "²", "cubic": "³", "electronvolt": "eV", "byte": "B", "bit": "bit",
}  # fmt: skip
_POWER_BEFORE = re.compile(r"\\(square|cubic)\s*((?:\\(?:kilo|milli|micro|centi|deci))?\s*\\\w+)")
_ONE_OPERAND = re.compile(r"[\w.,]+")


class Argument:
    """Where the argument `{...}` of a command lies in a source: `inner`, then `end` behind it."""

    def __init__(self, source: str, at: int) -> None:
        while at < len(source) and source[at] in " \t\n":
            at += 1
        self.end = at
        if source[at : at + 1] != "{":
            self.end = min(at + 1, len(source))
            if source[at : at + 1] == "\\" and (match := _TOKEN.match(source, at)):
                self.end = match.end()
            self.inner = source[at : self.end]
            return
        depth = 0
        for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(source, at):
            depth += (match[0] == "{") - (match[0] == "}")
            if depth == 0:
                self.inner, self.end = source[at + 1 : match.start()], match.end()
                return
        self.inner, self.end = source[at + 1 :], len(source)


def after_option(source: str, at: int) -> int:
    """Behind `[...]`, which tells a command how to print and is not printed."""
    if source[at : at + 1] != "[":
        return at
    close = source.find("]", at)
    return close + 1 if close >= 0 else at


def printed(source: str, depth: int = 0) -> str:
    """The text that LaTeX would print for it: commands, groups and mathematics in a line."""
    if depth > _DEEPEST:
        return source
    out: list[str] = []
    at = 0
    while match := _TOKEN.match(source, at):
        at = match.end()
        command, char, mark, plain = match.groups()
        name = command or char or ""
        if plain is not None:
            out.append(plain)
        elif mark is not None:
            if mark in "^_":
                argument = Argument(source, at)
                at = argument.end
                inner = printed(argument.inner, depth + 1)
                shown = inner if inner in ("°", "′") else raised(inner)
                out.append(shown if mark == "^" else lowered(inner))
            elif mark == "~":
                out.append(" ")
        elif char is not None and char not in _ACCENTS:
            out.append(_ESCAPED.get(char, char))
        else:
            is_apart = match[0][-1].isspace() and not _SYMBOLS.get(name, "x").isalpha()
            at = _command(out, source, name, at, depth)
            out.append(" " if is_apart else "")
    text = "".join(out)
    return text if depth else _typeset(text)


def _command(out: list[str], source: str, name: str, at: int, depth: int) -> int:
    """Put what a command prints; returns where the source goes on."""
    if name in _SYMBOLS:
        out.append(_SYMBOLS[name])
        return at
    if name in _ACCENTS:
        argument = Argument(source, at)
        letter = printed(argument.inner, depth + 1).replace("ı", "i")
        out.append(letter[:1] + _ACCENTS[name] + letter[1:])
        return argument.end
    option, at = at, after_option(source, at)
    if name in _SILENT:
        for _ in range(_SILENT[name]):
            at = Argument(source, after_option(source, at)).end
    elif name in _UNITS:
        numbers: list[str] = []
        for _ in range(_UNITS[name]):
            argument = Argument(source, at)
            at = after_option(source, argument.end)
            numbers.append(printed(argument.inner, depth + 1).strip())
        argument = Argument(source, at)
        at = argument.end
        unit = _POWER_BEFORE.sub(r"\2\\\1", argument.inner)
        unit = re.sub(r"\\(\w+)\s*", lambda m: _UNIT.get(m[1], m[0]), unit)
        out.append(f"{'–'.join(numbers)} {printed(unit, depth + 1).strip()}")
    elif name in ("textsuperscript", "textsubscript", "ang"):
        argument = Argument(source, at)
        at = argument.end
        inner = printed(argument.inner, depth + 1)
        script = {"textsuperscript": raised, "textsubscript": lowered}.get(name)
        out.append(script(inner) if script else f"{inner}°")
    elif name.endswith("frac") or name in ("href", "binom"):
        first = Argument(source, at)
        second = Argument(source, after_option(source, first.end))
        at = second.end
        above, below = (printed(each.inner, depth + 1).strip() for each in (first, second))
        if name.endswith("frac"):
            before = next(filter(None, reversed(out)), "")
            out.append(" " if before[-1:].isdigit() and above[:1].isdigit() else "")
            out.append(
                "/".join(
                    part if _ONE_OPERAND.fullmatch(part) else f"({part})" for part in (above, below)
                )
            )
        else:
            out.append(below if name == "href" else f"({above} choose {below})")
    elif name == "sqrt":
        argument = Argument(source, at)
        inner = printed(argument.inner, depth + 1)
        given = source[option + 1 : at - 1] if at > option else ""
        at = argument.end
        degree = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(given) or f"{raised(given)}√"
        out.append(f"{degree}{inner if _ONE_OPERAND.fullmatch(inner) else f'({inner})'}")
    elif name in ("cite", "citep", "citet", "ref", "eqref", "autoref", "cref", "Cref"):
        argument = Argument(source, at)
        at = argument.end
        out.append(f"[{argument.inner}]" if name.startswith("cite") else argument.inner)
    return at  # of any other command only the arguments are printed


def _typeset(text: str) -> str:
    """Dashes, quotes and letters with accents."""
    for typed, shown in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘")):
        text = text.replace(typed, shown)
    return unicodedata.normalize("NFC", text)
