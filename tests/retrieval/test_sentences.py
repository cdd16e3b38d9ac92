"""Sentences of all scripts, as spans of their text."""

from __future__ import annotations

from itertools import pairwise

import pytest

from retrieval.chunk.sentences import sentences, split_long


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "wanted",
    [
        ["It rained.", "The roof leaked!", "Who fixed it?", "Nobody."],
        ["Dr. Farrelly of the U.S. Navy spoke to Mr. Smith.", "He left at 5 p.m. sharp."],
        ["See No. 5 and Fig. 3 on pp. 4 to 6.", "Costs rose 3.5 per cent."],
        ['She said: "Go home."', "They went."],
        ["Der Preis stieg um ca. 4 Mio. nach Abs. 3.", "Das war z.B. 2023 so."],
        ["Ποιος ήρθε;", "Κανείς δεν ήρθε."],
        ["Am 3. März und im 19. Jahrhundert kamen 5 Mrd. Euro.", "Dann nichts."],
        ["M. Dupont et Mme. Roux vivent av. Foch.", "Ils sont deux."],
        ["А. С. Пушкин жил на ул. Мойка, т. е. в Петербурге.", "Потом уехал."],
        ["El Sr. García y la Sra. López pagaron en EE. UU. el billete.", "Volvieron."],
        ["Նավը եկավ։", "Հետո գնաց։"],
        ["Кто пришёл?", "Никто не пришёл."],
        ["هل وصلت السفينة؟", "نعم وصلت."],
        ["جہاز آیا۔", "پھر گیا۔"],
    ],
)
def test_sentences_apart_by_spaces(wanted: list[str]) -> None:
    assert cut(" ".join(wanted)) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        ["渡轮十点开船。", "请提前到达！", "你有票吗？", "没有。"],
        ["彼は「行こう。」", "と言った。"],
        ["जहाज आया।", "फिर गया।"],
        ["កប៉ាល់មកដល់។", "បន្ទាប់មកវាចេញទៅ។"],
        ["船が来た．", "そして3．5時間後に出た．"],
    ],
)
def test_sentences_without_spaces_between(wanted: list[str]) -> None:
    assert cut("".join(wanted)) == wanted


def test_thai_is_cut_at_spaces_that_are_far_apart() -> None:
    long = "ท่าเรือออสต์บีก่อตั้งขึ้นในปีหนึ่งพันหกร้อยสิบสองโดยชาวประมงที่มาจากหมู่เกาะทางเหนือ"
    assert cut(f"{long} {long}") == [long, long]
    assert cut("เรือออก หกโมงเช้า") == ["เรือออก หกโมงเช้า"]


def test_an_empty_line_ends_a_sentence() -> None:
    assert cut("no full stop here\n\nnor here") == ["no full stop here", "nor here"]


def test_spans_cover_all_but_white_space_and_never_overlap() -> None:
    text = "  One. Two!\n\n三。四？ Five\f\fsix … seven?!  \n"
    spans = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    covered = {i for start, end in spans for i in range(start, end)}
    assert {i for i, char in enumerate(text) if not char.isspace()} <= covered


def test_only_the_given_part_is_cut() -> None:
    text = "Before. Inside one. Inside two. After."
    spans = sentences(text, 8, 31)
    assert [text[a:b] for a, b in spans] == ["Inside one.", "Inside two."]


@pytest.mark.parametrize(
    "text",
    ["word " * 300, "字" * 400, "x" * 500, "clause one; clause two, and clause three: " * 12],
)
def test_split_long_loses_nothing(text: str) -> None:
    pieces = [text[a:b] for a, b in split_long(text, 0, len(text), 5)]
    assert len(pieces) >= 5
    assert max(map(len, pieces)) <= -(-len(text) // 5)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_split_long_prefers_the_end_of_a_clause() -> None:
    text = "the first clause ends here; and then goes on for a while"
    assert text[slice(*split_long(text, 0, len(text), 2)[0])] == "the first clause ends here;"
