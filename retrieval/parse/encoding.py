"""In which encoding a text is: what its bytes say, and what a page may call it."""

from __future__ import annotations

import codecs
import re
import unicodedata

_SAMPLE = 1 << 20  # bytes that are looked at
# What browsers take for these names (encoding.spec.whatwg.org), where Python takes less or other.
_NAMES = {
    "cp1252": "iso-8859-1 latin1 latin-1 l1 us-ascii ascii iso8859-1 iso_8859-1 ansi x-cp1252",
    "cp1254": "iso-8859-9 latin5 l5 iso8859-9 iso_8859-9 x-cp1254",
    "cp874": "tis-620 iso-8859-11 iso8859-11 windows-874 dos-874",
    "gb18030": "gb2312 gb_2312 gb_2312-80 gbk x-gbk csgb2312 chinese iso-ir-58",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis windows-31j ms932",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean cseuckr windows-949",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc_jis_2004": "euc-jp x-euc-jp",
    "iso8859-8": "iso-8859-8-i iso-8859-8-e logical",
    "mac_roman": "macintosh mac x-mac-roman csmacintosh",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp1251": "x-cp1251",
    "cp1250": "x-cp1250",
    "koi8-u": "koi8-ru",
    "utf-8": "utf8 unicode-1-1-utf-8 utf-16 utf-16le utf-16be unicode utf-7",  # in ASCII: no UTF-16
}
_LABELS = {label: name for name, labels in _NAMES.items() for label in labels.split()}
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What the detector knows nothing of, and takes for the first.
_OTHERS = {
    "cp1252": ("cp850", "mac_roman", "cp852"),
    "cp1251": ("mac_cyrillic",),
    "iso8859-2": ("cp1250",),  # which it takes for the first where they differ in one letter
}
_POLISH, _NOT_POLISH = re.compile("[łęż]"), re.compile("[šžťľď]", re.IGNORECASE)
_IN_WORD = re.compile(r"(?<=[^\W\d_])[^\w\s.,:;'’­*@&/()-](?=[^\W\d_])|[^\W\d_]+")


def named(label: str) -> str | None:
    """Python's codec for a name that a page, a mail or an XML file declares; None for no such."""
    label = label.strip().lower()
    name = _LABELS.get(label, label)
    try:
        return codecs.lookup(name).name if name.isascii() else None
    except (LookupError, ValueError):
        return None


def marked(data: bytes) -> str | None:
    """The encoding that a mark of byte order tells."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark of byte order."""
    sample = data[: _SAMPLE // 4 * 4]
    good = [(share, name) for name in reversed(_WIDE) if (share := _share_of_text(sample, name))]
    best, name = max(good, default=(0.0, ""))
    return name if best > 0.98 else None


def _share_of_text(sample: bytes, name: str) -> float:
    try:
        text = sample[:4096].decode(name)
    except UnicodeDecodeError:
        return 0.0
    # Letters that are read with their bytes turned round lie all over Unicode.
    rows = len({ord(char) >> 8 for char in text})
    known = sum(char in "\t\r\n\f" or unicodedata.category(char)[0] not in "C" for char in text)
    return known / max(1, len(text)) - rows / 1e5


def guessed(data: bytes) -> str:
    """The likeliest of the encodings from before Unicode, by the letters that meet."""
    from chardetng_py import EncodingDetector

    detector = EncodingDetector()
    detector.feed(data[:_SAMPLE], last=True)
    name = named(detector.guess(tld=None, allow_utf8=False)) or "cp1252"
    rivals = (name, *_OTHERS.get(name, ()))
    return min(rivals, key=lambda each: _oddities(data[:_SAMPLE], each))


def _oddities(data: bytes, name: str) -> int:
    """Marks within words, small letters before capitals, letters of two languages."""
    text = data.decode(name, errors="replace")
    words = _IN_WORD.findall(text)
    mixed = len(_NOT_POLISH.findall(text)) if _POLISH.search(text) else 0
    odd = sum(
        not word.isalpha() or (word[:1].islower() and word != word.lower()) or "º" in word[1:]
        for word in words
    )
    return mixed + int(odd)
