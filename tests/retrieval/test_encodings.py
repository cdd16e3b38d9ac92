"""Encodings from before Unicode, told by a sentence or two."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.parse.decode import read_text
from tests.retrieval.parsed import parse

SENTENCES = {
    "cp1250 iso8859-2": "Nájemné činí třicet korun měsíčně. Loď stojí u severního nábřeží.",
    "cp1250 iso8859-2 cp852": "Czynsz wynosi 3200 złotych miesięcznie. Umowa obowiązuje od maja.",
    "cp1251 koi8-r cp866 iso8859-5 mac_cyrillic": "Стоимость аренды составляет три рубля.",
    "cp1252 cp850 mac_roman": "Die Miete beträgt dreißig Kronen. Die Fähre legt um neun Uhr ab.",
    "cp1252": "The fee is £40 – “half price” for children. The café isn’t liable.",
    "cp1253 iso8859-7": "Το ενοίκιο είναι τριάντα κορώνες τον μήνα.",
    "cp1254": "Kira ayda otuz krondur. Vapur sabah dokuzda kuzey rıhtımından kalkıyor, şoför geç.",
    "cp1255": "שכר הדירה הוא שלושים כתרים לחודש.",
    "cp1256 iso8859-6": "تغادر العبارة في التاسعة صباحا من الرصيف الشمالي.",
    "cp1257": "Nuoma yra trisdešimt kronų per mėnesį. Keltas išplaukia devintą valandą ryto.",
    "cp874": "ค่าเช่าสามสิบบาทต่อเดือน เรือออกเก้าโมงเช้า",
    "gb18030": "租金每月三千二百元。",
    "big5": "公司總部設在臺北市，成立於一九八六年。",
    "cp932 euc_jp iso2022_jp": "家賃は月三万円です。",
    "cp949": "월세는 삼십만 원입니다.",
}
PAIRS = [(encoding, text) for codes, text in SENTENCES.items() for encoding in codes.split()]


@pytest.mark.parametrize(("encoding", "text"), PAIRS, ids=[encoding for encoding, _ in PAIRS])
def test_a_sentence_tells_its_encoding(encoding: str, text: str) -> None:
    read = read_text(text.encode(encoding), "a.txt")
    assert read.text == text
    assert len(read.warnings) == 1
    assert read.warnings[0].startswith("its encoding is not declared; it is read as ")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", SENTENCES.values())
def test_unicode_without_a_mark(text: str, encoding: str) -> None:
    assert read_text(text.encode(encoding), "a.txt").text == text


def test_a_guess_is_said_and_what_is_sure_is_not(tmp_path: Path) -> None:
    text = "Договор вступает в силу первого мая."
    document = parse(tmp_path / "a.txt", text.encode("cp1251"))
    assert document.text == text
    assert document.warnings == ("its encoding is not declared; it is read as windows-1251.",)
    for encoding in ("utf-8", "utf-16", "utf-32"):
        document = parse(tmp_path / "a.txt", text.encode(encoding))
        assert (document.text, document.warnings) == (text, ())
