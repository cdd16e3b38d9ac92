"""Numbers of headings and list items as Office programs write them: 4, iv, D, 四."""

from __future__ import annotations

from collections.abc import Sequence

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_LETTERS = {  # repeated behind their end: z, aa, bb
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщэюя",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "aiueo": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ",
    "iroha": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテ",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "thaiLetters": "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "chicago": "*†‡§",
}
_HEBREW = ((400, "ת"), (300, "ש"), (200, "ר"), (100, "ק"), (90, "צ"), (80, "פ"), (70, "ע"),
    (60, "ס"), (50, "נ"), (40, "מ"), (30, "ל"), (20, "כ"), (10, "י"),
    *((10 - n, letter) for n, letter in enumerate("טחזוהדגבא", 1)))  # fmt: skip
_ONES = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth",
    "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}  # fmt: skip
_DIGITS = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "hindiNumbers": "०१२३४५६७८९",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
    "arabicIndic": "٠١٢٣٤٥٦٧٨٩",
    "ideographDigital": "〇一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "koreanDigital": "영일이삼사오육칠팔구",
    "taiwaneseDigital": "○一二三四五六七八九",
}
_COUNTING = {  # digits, and the words for ten, a hundred and a thousand
    "chineseCounting": ("〇一二三四五六七八九", "十百千"),
    "chineseCountingThousand": ("〇一二三四五六七八九", "十百千"),
    "taiwaneseCounting": ("○一二三四五六七八九", "十百千"),
    "taiwaneseCountingThousand": ("○一二三四五六七八九", "十百千"),
    "japaneseCounting": ("〇一二三四五六七八九", "十百千"),
    "koreanCounting": ("영일이삼사오육칠팔구", "십백천"),
    "koreanDigital2": ("零一二三四五六七八九", "十百千"),
    "chineseLegalSimplified": ("零壹贰叁肆伍陆柒捌玖", "拾佰仟"),
    "ideographLegalTraditional": ("零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "japaneseLegal": ("零壱弐参四伍六七八九", "拾百千"),
}


def numeral(number: int, style: str) -> str:
    """`number` in a style named as in Word's numbering; a style that is not known gives digits."""
    if style.startswith("upper"):
        return numeral(number, "lower" + style[5:]).upper()
    if style == "russianUpper":
        return numeral(number, "russianLower").upper()
    if style == "lowerRoman" and 0 < number < 4000:
        return _added(number, _ROMAN)
    if style == "hebrew1" and 0 < number < 1000:
        return _added(number, _HEBREW).replace("יה", "טו").replace("יו", "טז")
    if style in ("cardinalText", "ordinalText") and 0 < number < 100:
        return _in_words(number, style == "ordinalText")
    if style in _LETTERS and 0 < number < 1000:
        letters = _LETTERS[style]
        return letters[(number - 1) % len(letters)] * ((number - 1) // len(letters) + 1)
    if style in _DIGITS:
        return str(number).translate({48 + n: c for n, c in enumerate(_DIGITS[style])})
    if style in _COUNTING and 0 < number < 10_000:
        return _counted(number, *_COUNTING[style])
    if style.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(0x245F + number)
    plain = {"decimalZero": f"{number:02d}", "ordinal": _ordinal(number), "none": ""}
    plain["numberInDash"] = f"- {number} -"
    plain["hex"] = f"{number:X}"
    return plain.get(style, str(number))


def _added(number: int, signs: Sequence[tuple[int, str]]) -> str:
    text = ""
    for value, sign in signs:
        text += sign * (number // value)
        number %= value
    return text


def _in_words(number: int, ordinal: bool) -> str:
    """ "Twenty-one", "Twenty-first"."""
    tens, ones = ("", number) if number < 20 else (_TENS[number // 10], number % 10)
    last = _ONES[ones] if ones else tens
    if ordinal:
        regular = f"{last[:-1]}ie" if last.endswith("y") else last
        last = _ORDINALS.get(last, f"{regular}th")
    return (f"{tens}-{last}" if tens and ones else last).capitalize()


def _ordinal(number: int) -> str:
    tens = number % 100
    ending = "th" if 10 < tens < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _counted(number: int, digits: str, units: str) -> str:
    """十二, 二十, 一百〇五."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        if gap:
            text += digits[0]
        gap = False
        one = digit == 1 and place == 1 and not text
        text += ("" if one else digits[digit]) + (units[place - 1] if place else "")
    return text
