"""What documents are called by and when they are about, for questions that name their document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import regex

from retrieval.lexical.fold import folded
from retrieval.lexical.function_words import by_language

_MOST = 150  # name keys of a document
_PERIODS = 8  # years, and quarters, of a document
_RUN = 4  # neighbours that are joined, as in "americanwaterworks"
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:&[\p{L}\p{M}\p{N}]+)*")
_SMALL = regex.compile(r"(?<![\p{L}\p{N}])\p{Ll}{2,}")
_POSSESSIVE = regex.compile(r"'s\b")
_NAME = regex.compile(
    r"[\p{Lu}\p{N}][\p{L}\p{N}’'.-]*\p{L}[\p{L}\p{N}’'-]*"
    r"(?:[ ](?:(?:&|and|of|the|de|von|van|du|la)[ ])?\p{Lu}[\p{L}\p{N}’'-]*){0,4}"
)
_NAMED = regex.compile(  # words with a capital letter or a figure, and what joins them
    r"(?=\S*[\p{Lu}\p{N}])\S+(?:\s+(?:(?:&|and|of|the|de)\s+)?(?=\S*[\p{Lu}\p{N}])\S+)*"
)
_JOINTS = regex.compile(r"(?<=(?:19|20)\d\d)(?=\p{L})|(?<=\p{Ll})(?=\p{Lu})|_")
YEAR = regex.compile(r"(?<![\d.,])(?:19|20)\d\d(?!\d|[.,]\d)")
_SHORT_YEAR = regex.compile(
    r"\b(?:fy|cy|fiscal|q[1-4]|[1-4]q)[ ]?['’]?(\d\d)(?!\d)", regex.IGNORECASE
)
_QUARTER = regex.compile(
    r"(first|second|third|fourth)(?: fiscal)?[ -]quarter|q([1-4])(?!\d)|(?<!\d)([1-4])q",
    regex.IGNORECASE,
)
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a document is called by, and the periods it is about.

    `title` holds the keys of its file name and title (see `name_keys`), `names` those of the most
    frequent names in its text. `years` and `quarters` say how often the text comes to speak of
    them, 1 for the most frequent; those in the title are 1 and all others half as much.
    """

    title: Sequence[str]
    names: Sequence[str]
    years: dict[str, float]
    quarters: dict[str, float]


@dataclass(frozen=True, slots=True)
class TextProfile:
    """What a text says of itself, whatever its file is called: the keys of its most frequent names,
    and how often it comes to speak of its most frequent years and quarters."""

    names: Sequence[str]
    years: dict[str, int]
    quarters: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """What `TextProfile(**row)` makes it of again."""
        return asdict(self)


def text_profile(text: str) -> TextProfile:
    """What a text speaks of."""
    small = Counter(_SMALL.findall(text))
    keys: Counter[str] = Counter()
    for name, count in Counter(match[0] for match in _NAME.finditer(text)).items():
        for key in [*name_keys(name), *initials(name)]:
            keys[key] += count
    # What mostly comes in small letters is no name: "Total", "Section".
    names = [key for key, count in keys.most_common() if count > max(1, small[key])]
    common = (Counter(found).most_common(_PERIODS) for found in (years(text), quarters(text)))
    return TextProfile(tuple(names[:_MOST]), *map(dict, common))


def profile(found: TextProfile, title: str, file: str) -> Profile:
    """The profile of a text of this title; `file` is the stem of its file's name."""
    called = f"{_JOINTS.sub(' ', file)} {title}"
    return Profile(
        title=tuple(dict.fromkeys([*name_keys(called), *initials(called)])),
        names=found.names,
        years=_shares(found.years, years(called)),
        quarters=_shares(found.quarters, quarters(called)),
    )


def name_keys(text: str) -> list[str]:
    """Words of a text, and up to four neighbours joined: "best", "buy", "bestbuy"."""
    plain = _POSSESSIVE.sub("", folded(text))
    words = [str(word).replace("&", "") for word in _WORD.findall(plain)]
    runs = (words[i : i + n] for n in range(1, _RUN + 1) for i in range(len(words) - n + 1))
    keys = ("".join(run) for run in runs)
    return list(dict.fromkeys(k for k in keys if len(k) > 1 and not k.isdigit()))


def initials(text: str) -> list[str]:
    """ "jj" and "jnj" of Johnson & Johnson."""
    keys = []
    for name in _NAME.findall(text):
        words = name.split()
        first = [word[0].lower() for word in words if word[0].isupper()]
        if len(first) > 1:
            keys.append("".join(first))
            if len(first) == 2 < len(words):
                keys.append("n".join(first))
    return keys


def question_keys(question: str, language: str = "") -> tuple[str, ...]:
    """What a question in this language may call a document by: its names, or else all its words."""
    names = [match[0] for match in _NAMED.finditer(question)] or [question]
    function = by_language().get(language or "en", frozenset())
    keys = dict.fromkeys(key for name in names for key in name_keys(name))
    return tuple(key for key in keys if key not in function)


def years(text: str) -> list[str]:
    """The years of a text, short ones (FY22, Q3 23) written out."""
    return [*YEAR.findall(text), *(f"20{short}" for short in _SHORT_YEAR.findall(text))]


def quarters(text: str) -> list[str]:
    """The quarters that a text names, as "1" to "4"."""
    return [
        _ORDINALS.get(word.lower()) or before or behind
        for word, before, behind in _QUARTER.findall(text)
    ]


def _shares(counts: dict[str, int], called: list[str]) -> dict[str, float]:
    most = (2 if called else 1) * max(counts.values(), default=1)
    shares = {key: round(count / most, 3) for key, count in counts.items()}
    return {**shares, **dict.fromkeys(called, 1.0)}
