"""Which language a text is in: by its script, and by the function words and letters of it."""

from __future__ import annotations

from functools import lru_cache

import regex

from retrieval.lexical.fold import folded
from retrieval.lexical.function_words import by_language, votes

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "km": "Khmer", "ko": "Korean", "lo": "Lao", "mr": "Marathi", "ms": "Malay",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sr": "Serbian",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "yi": "Yiddish",
    "zh": "Chinese",
}  # fmt: skip

# A language of its own for each script that needs no more looking.
_BY_SCRIPT = {
    "Han": "zh", "Kana": "ja", "Hangul": "ko", "Thai": "th", "Lao": "lo", "Khmer": "km",
    "Myanmar": "my", "Greek": "el", "Armenian": "hy", "Georgian": "ka", "Tamil": "ta",
    "Bengali": "bn",
}  # fmt: skip
_SCRIPTS = (
    "Hangul Cyrillic Arabic Devanagari Thai Greek Hebrew Lao Khmer Myanmar Armenian Georgian Tamil "
    "Bengali"
)
_SCRIPT = regex.compile(
    r"(?P<Latin>\p{Latin}+)|(?P<Han>\p{Han}+)|(?P<Kana>[\p{Hiragana}\p{Katakana}]+)|"
    + "|".join(rf"(?P<{name}>\p{{{name}}}+)" for name in _SCRIPTS.split())
)
_WORD = regex.compile(r"[\p{L}\p{M}]+")
# Letters that few languages have; each that occurs counts as half a word.
_LETTERS = {
    "de": "ßäöü", "sv": "åäö", "fi": "äö", "da": "æøå", "no": "æøå", "fr": "çèêœ", "es": "ñ¿¡",
    "pt": "ãõç", "pl": "łąęśźżćń", "cs": "řůěšž", "sk": "ľĺŕô", "hu": "őű", "ro": "țșăâ",
    "hr": "đšžćč", "tr": "ğışç",
    "vi": "ạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹơưđ",
    "ru": "ыэё", "uk": "іїєґ", "sr": "јљњћђџ", "fa": "پچژگک", "ur": "ٹڈڑےںہ", "ar": "كيىة",
}  # fmt: skip
_HALF = 0.5
_SAMPLE = 600  # characters that are looked at
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_ENOUGH = 1.0  # votes: one word that no other language writes
_SAMPLES = 40  # of a text, throughout it
UNDETERMINED = "und"
"""ISO 639-2's code for a language that is none of those known here."""


def language(text: str) -> str:
    """ISO 639-1 code of the language most of the text is in, or "" when that is not sure.

    A text of mere names and figures has none.
    """
    return language_of(folded(text[:_SAMPLE]))


def language_of(text: str) -> str:
    """The same for a text that is folded (see fold.py)."""
    text = text[:_SAMPLE]
    name = script(text)
    if name in _BY_SCRIPT:
        return _BY_SCRIPT[name]
    votes_for = scores(text)
    most = max(votes_for.values(), default=0.0)
    if most < _ENOUGH:
        return ""
    # Where two sister languages share every word, the one that comes first in the table.
    return next(code for code in by_language() if votes_for.get(code) == most)


def languages(text: str, samples: int = _SAMPLES) -> list[str]:
    """Languages of samples throughout a text, the most frequent first."""
    step = max(_SAMPLE, len(text) // samples)
    codes = [language(text[start : start + _SAMPLE]) for start in range(0, len(text), step)]
    return sorted({code for code in codes if code}, key=lambda code: -codes.count(code))


def main_language(text: str) -> str:
    """The language that most of a text is in; "" for figures and names in Latin letters."""
    for code in languages(text):
        return code
    return "" if script(folded(text)) == "Latin" else UNDETERMINED


def scores(text: str) -> dict[str, float]:
    """How much the words and letters of a folded text speak for each language."""
    table, letters = votes(), _letter_votes()
    votes_by_code: dict[str, float] = {}
    for word in _WORD.findall(text):
        for code, share in table.get(word, ()):
            votes_by_code[code] = votes_by_code.get(code, 0.0) + share
    if not text.isascii():
        for letter in letters.keys() & set(text):
            for code, share in letters[letter]:
                votes_by_code[code] = votes_by_code.get(code, 0.0) + share
    return votes_by_code


def script(text: str) -> str:
    """The script most letters are in; Han and kana count double, as they take fewer letters."""
    looked = text[: _SAMPLE // 2]
    plain = looked.encode("ascii", "ignore")
    # Dashes and quotes in English: even if each were a letter of another script, Latin has more.
    if text.isascii() or 2 * (len(looked) - len(plain)) < len(plain.translate(None, _NO_LETTERS)):
        return "Latin"
    counts: dict[str, int] = {}
    for run in _SCRIPT.finditer(looked):
        name = str(run.lastgroup)
        counts[name] = counts.get(name, 0) + (run.end() - run.start())
    east = counts.get("Han", 0) + counts.get("Kana", 0)
    if east:
        # Japanese is Han and kana; a Chinese text holds kana in a name at most.
        name = "Kana" if counts.get("Kana", 0) > 0.1 * east else "Han"
        counts = {**counts, "Han": 0, "Kana": 0, name: 2 * east}
    return max(counts, key=lambda name: counts[name], default="Latin")


@lru_cache
def script_of(code: str) -> str:
    """The script a language is written in; "" if it is not known."""
    words = by_language().get(code)
    if words:
        return script(folded(" ".join(words)))
    return next((name for name, its in _BY_SCRIPT.items() if its == code), "")


@lru_cache(maxsize=1)
def _letter_votes() -> dict[str, tuple[tuple[str, float], ...]]:
    codes_of: dict[str, list[str]] = {}
    for code, letters in _LETTERS.items():
        for letter in letters:
            codes_of.setdefault(letter, []).append(code)
    return {ch: tuple((c, _HALF / len(codes)) for c in codes) for ch, codes in codes_of.items()}
