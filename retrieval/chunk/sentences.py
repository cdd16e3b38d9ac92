"""Sentences in any script, as spans of the text they stand in."""

from __future__ import annotations

import re
from typing import NamedTuple


class Sentence(NamedTuple):
    """A sentence or table row as a span; `head` is the title and header row of its table."""

    start: int
    end: int
    head: str = ""


# Latin, Greek, Cyrillic... end a sentence with a mark and white space; Chinese, Japanese, Hindi,
# Burmese, Khmer, Tibetan, Armenian and Ethiopic marks end it by themselves; so does an empty line.
# Thai and Lao have no mark: a space after some length ends it, as good as can be told.
_END = re.compile(
    r"""[.!?…؟۔]+["'”’»)\]]*(?=\s|$)   # Western and Arabic marks, closing quotes
      | (?<=[\u0370-\u03ff\u1f00-\u1fff])[;\u037e](?=\s|$)   # the Greek question mark
      | [。！？｡।॥။።፧។៕།։]+["'”’」』）》]*   # marks that need no space behind them
      | (?<=\D)．(?=\D|$)
      | \n\s*\n | \f
      | (?<=[\u0e00-\u0eff])[ ]+(?=[\u0e00-\u0eff])
    """,
    re.VERBOSE,
)
_SHORTEST_THAI = 60  # characters, about twelve words
# Mr. Smith, Nr. 5, т. е., J. R. R. Tolkien; titles, units and references, not what ends sentences.
_ABBREVIATION = re.compile(
    r"(?:\b(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nos|Inc|Corp|Co|Ltd|vs|etc|al|Fig|Figs|Eq|Sec|Art|Vol"
    r"|pp?|approx|cf|e\.g|i\.e|U\.S|U\.K|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
    r"|bzw|ca|Nr|Abs|Str|Hr|Fr|vgl|usw|Mio|Mrd|Tsd|Tel|geb|gest|z\.B|d\.h|u\.a|o\.ä|i\.d\.R"
    r"|MM|Mme|Mlle|env|chap|p\.ex|Sra|Srta|Dra|Ud|Uds|EE|UU|núm|pág|págs|p\.ej|av|Exmo"
    r"|dott|sig|ing|ecc|pag|bijv|blz|dhr|mevr|o\.a|d\.w\.z|bl\.a|t\.ex|s\.k|kl|np|tzn|tzw|ul|prof|tys"
    r"|např|tzv|č|kb|pl|ún|гг|вв|тыс|млн|млрд|руб|коп|стр|рис|им|ул|см|др|т\.е|т\.д|т\.п|тис|грн|ім|вул"
    r"|yy|vb|bkz|Sn|TP|ThS|TS|GS|डॉ|श्री)"
    r"|^\s*\(?\d{1,3})\.$"
)
# "am 3. März", "im 19. Jahrhundert": an ordinal, as German nouns are no small letters behind it.
_ORDINAL = re.compile(r"(?<!\d)\d{1,2}\.$")
_COUNTED = re.compile(
    r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrh|Jh|Kapitel|Platz|Quartal|Auflage)"
)
_CLAUSE = re.compile(r"[;:,，、；：—–]\s*|\s+")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences in `text[start:end]`, without the white space between them."""
    end = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if match[0] == "." and _is_abbreviation(text, begin, match, end):
            continue
        if match[0][0] == " " and match.start() - begin < _SHORTEST_THAI:
            continue
        _add(spans, text, begin, match.end())
        begin = match.end()
    _add(spans, text, begin, end)
    return spans


def _is_abbreviation(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    """ "No. 5" and "the U.S. market" go on; a small letter behind the mark also says so."""
    following = text[match.end() : min(end, match.end() + 3)].lstrip()
    if following[:1].islower():
        return True
    before = text[max(begin, match.start() - 8) : match.end()]
    if _ORDINAL.search(before) and _COUNTED.match(text[match.end() : match.end() + 9].lstrip()):
        return True
    return bool(following) and bool(_ABBREVIATION.search(before))


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def split_long(text: str, start: int, end: int, parts: int) -> list[tuple[int, int]]:
    """Cut a span into about `parts` pieces: at clause marks, else at spaces, else anywhere."""
    size = max(1, -(-(end - start) // parts))
    spans: list[tuple[int, int]] = []
    at = start
    while end - at > size:
        cuts = [m.end() for m in _CLAUSE.finditer(text, at + size // 2, at + size)]
        marked = [
            cut
            for cut in cuts
            if not text[cut - 1].isspace() or text[cut - 2 : cut - 1] in ";:,，；："
        ]
        cut = (marked or cuts or [at + size])[-1]
        _add(spans, text, at, cut)
        at = cut
    _add(spans, text, at, end)
    return spans


def sentences_and_lines(text: str) -> list[tuple[int, int]]:
    """The spans of sentences, none of which goes on over the end of a line."""
    found = []
    start = 0
    for line in text.splitlines(keepends=True):
        found.extend(sentences(text, start, start + len(line)))
        start += len(line)
    return found
