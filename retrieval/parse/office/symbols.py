"""Characters of symbol fonts, whose codes say nothing without the font, as Unicode."""

from __future__ import annotations

# From "!" and from U+0080 on, as Unicode took them over from the font; boxes and ticks as they are
# usually typed, a ticked box always as Word's own one. A blank stands for mere decoration.
_WINGDINGS = (
    "✏✂✁👓🕭🕮🕯☎✆✉🖃📪📫📬📭📁📂📄🗏🗐🗄⌛🖮🖰🖲🖳🖴🖫🖬✇✍🖎✌👌👍👎☜☞☝☟🖐☺😐☹💣☠🏳🏱✈☼💧❄🕆✞🕈✠✡☪☯ॐ☸"
    "♈♉♊♋♌♍♎♏♐♑♒♓🙰🙵●🔾■☐□❑❒⬧⧫◆❖⬥☒⮹⌘🏵🏶“”",
    "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿        ·•⬝⭘🞆🞈◉◎🔿▪☐🟂✦★✶✴✹✵⯐⌖⟡⌑⯑✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛⮰⮱⮲⮳⮴⮵⮶⮷"
    "          ⌫⌦⮘➢⮙⮛⮈⮊⮉⮋←→↑↓↖↗↙↘🡸➔🡹🡻🡼🡽🡿🡾⇦⇨⇧⇩⬄⇳⬁⬀⬃⬂🢬🢭✗✓☒☒ ",
)
_SYMBOL = (
    "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ "
    "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    " "
    * 32
    + "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉"
    "∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ ",
)
_WINGDINGS_2 = {"O": "✗", "P": "✓", "Q": "☒", "R": "☒", "S": "☒", "T": "☒", "U": "⊗", "V": "⊗"}
_WINGDINGS_2.update({"£": "☐", "¢": "■", "\x97": "●", "\x98": "•", "*": "☐", "0": "☐"})
_WINGDINGS_3 = dict(zip("fghijklmpqtuvwz}", "←→↑↓↖↗↙↘▲▼◀▶◀▶►►", strict=True))
_WEBDINGS = {"a": "✓", "r": "☒", "c": "☐", "g": "■", "n": "●", "=": "•"}


def _table(halves: tuple[str, str]) -> dict[int, str]:
    return {
        start + n: c for start, h in zip((0x21, 0x80), halves, strict=True) for n, c in enumerate(h)
    }


_FONTS = {
    "wingdings": _table(_WINGDINGS),
    "symbol": _table(_SYMBOL),
    "wingdings 2": {ord(key): value for key, value in _WINGDINGS_2.items()},
    "wingdings 3": {ord(key): value for key, value in _WINGDINGS_3.items()},
    "webdings": {ord(key): value for key, value in _WEBDINGS.items()},
}


def symbols(text: str, font: str) -> str:
    """`text` as its font shows it; it stays as it is in a font that has letters."""
    table = _FONTS.get(font.strip().lower())
    return "".join(_shown(char, table) for char in text) if table else text


def _shown(char: str, table: dict[int, str]) -> str:
    """These fonts lie at U+F000, and at the codes of ASCII too."""
    code = ord(char) - 0xF000 if 0xF000 <= ord(char) <= 0xF0FF else ord(char)
    known = table.get(code, "").strip()
    return known or ("" if code != ord(char) else char)
