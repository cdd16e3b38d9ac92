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
_ENOUGH = 1.0  # votes: one word that no other language writes


def language(text: str) -> str:
    """ISO 639-1 code of the language most of the text is in, or "" when that is not sure.

    A text of mere names and figures has none.
    """
    return language_of(folded(text[:_SAMPLE]))


def language_of(text: str) -> str:
    """The same for a text that is folded (see fold.py)."""
    text = text[:_SAMPLE]
    script = "Latin" if text.isascii() else _script(text)
    if script in _BY_SCRIPT:
        return _BY_SCRIPT[script]
    scores = _scores(text)
    best = max(scores, key=lambda code: scores[code], default="")
    return best if best and scores[best] >= _ENOUGH else ""


def is_surely(code: str, text: str) -> bool:
    """Whether a short text is beyond doubt in this language, and not English with foreign names."""
    text = folded(text[:_SAMPLE])
    if not text.isascii() and _script(text) != "Latin":
        return True
    own = by_language().get(code, frozenset())
    scores = _scores(text)
    words = {word for word in _WORD.findall(text) if word in own}
    return len(words) >= 2 and scores.get(code, 0) >= 1.5 and scores[code] > 3 * scores.get("en", 0)


def _scores(text: str) -> dict[str, float]:
    table, letters = votes(), _letter_votes()
    scores: dict[str, float] = {}
    for word in _WORD.findall(text):
        for code, share in table.get(word, ()):
            scores[code] = scores.get(code, 0.0) + share
    if not text.isascii():
        for letter in letters.keys() & set(text):
            for code, share in letters[letter]:
                scores[code] = scores.get(code, 0.0) + share
    return scores


def _script(text: str) -> str:
    """The script most letters are in; Han and kana count double, as they take fewer letters."""
    counts: dict[str, int] = {}
    for run in _SCRIPT.finditer(text, 0, _SAMPLE // 2):
        name = str(run.lastgroup)
        counts[name] = counts.get(name, 0) + (run.end() - run.start())
    east = counts.get("Han", 0) + counts.get("Kana", 0)
    if east:
        # Japanese is Han and kana; a Chinese text holds kana in a name at most.
        name = "Kana" if counts.get("Kana", 0) > 0.1 * east else "Han"
        counts = {**counts, "Han": 0, "Kana": 0, name: 2 * east}
    return max(counts, key=lambda name: counts[name], default="Latin")


@lru_cache(maxsize=1)
def _letter_votes() -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[str]] = {}
    for code, letters in _LETTERS.items():
        for letter in letters:
            found.setdefault(letter, []).append(code)
    return {ch: tuple((c, _HALF / len(codes)) for c in codes) for ch, codes in found.items()}
