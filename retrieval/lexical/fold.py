"""One form for characters that readers take for the same."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

# What separates the groups of a long number in French, Russian, Swedish... text.
_GROUPS = regex.compile(r"(?<=\d)[\u00a0\u202f\u2009](?=\d{3}(?!\d))")
# The mark of a note is no digit of the figure before it, a power none of its base; m² stays m2.
_RAISED = regex.compile(r"(?:(?<=\d)|(?<=\p{L}{4}))(?=[⁰¹²³⁴-⁽])|[™℠]")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d"})
# Arabic typed on Persian and Urdu keyboards, and the other way round.
_ARABIC = str.maketrans("کیىہھةأإآٱؤئےۀ", "كييهههااااوييه")
_ARABIC_MARKS = regex.compile(r"[\u0640\u064b-\u065f\u0670]")
_DIGITS = (0x660, 0x1E960)  # the first and last digits that NFKC leaves as they are
_ACCENTED = regex.compile(r"[\p{Latin}\p{Greek}\p{M}]+")


def folded(text: str) -> str:
    """Small letters, compatibility forms resolved, digits of all scripts as 0 to 9.

    Accents stay: stemmers know the words by them (see `bare`).
    """
    text = text.replace("’", "'").replace("\u00ad", "")
    if text.isascii():
        return text.lower()
    text = _RAISED.sub(" ", _GROUPS.sub("", text))
    text = unicodedata.normalize("NFKC", str(text)).casefold()
    return text.translate(_digits()).replace("i\u0307", "i").replace("ё", "е")


def bare(word: str) -> str:
    """A folded word as one types it in a hurry: without accents, hamza, vowel points, tatweel."""
    if word.isascii():
        return word
    if "\u0600" <= word[0] <= "\u06ff":
        return str(_ARABIC_MARKS.sub("", word)).translate(_ARABIC)
    if _ACCENTED.fullmatch(word):
        apart = unicodedata.normalize("NFD", word)
        return "".join(ch for ch in apart if not unicodedata.combining(ch)).translate(_LETTERS)
    return word


@lru_cache(maxsize=1)
def _digits() -> dict[int, str]:
    """Decimal digits of all scripts, Arabic decimal and thousands signs, the Hindi dot below."""
    digits = {
        code: str(unicodedata.digit(chr(code)))
        for code in range(*_DIGITS)
        if unicodedata.category(chr(code)) == "Nd"
    }
    return {**digits, 0x66B: ".", 0x66C: ",", 0x93C: "", 0x901: "\u0902"}
