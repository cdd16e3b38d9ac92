"""Search terms: what is asked for in one form is found in the other."""

from __future__ import annotations

import pytest

from retrieval.lexical.language import language as language_of
from retrieval.lexical.tokens import language_mark, passage_terms, query_terms, terms


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("1234.5", "net of 1,234.5 florins"),
        ("1,234.5", "net of 1234.5 florins"),
        ("2024Q3", "in 2024Q3 and after"),
        ("Section 4.2(b)", "under Section 4.2(b), members"),
        ("tenders@hifla.example", "write to tenders@hifla.example."),
        ("state-of-the-art", "a state-of-the-art mole"),
        ("HX-2041-B", "part HX-2041-B (bronze)"),
        ("Widow's Ledge", "at Widow’s Ledge"),
        ("10-K", "Form 10-K for 2023"),
        ("ferries", "one ferry"),
        ("Straße", "die STRASSE"),
        ("efficient", "e\ufb03cient pumps"),
        ("２０２３", "in 2023"),
        ("行李", "每人可免费携带两件行李，每件"),
        ("東京", "私は東京へ行く"),
        ("부산", "배는 부산에서 떠난다"),
        ("ท่าเรือ", "ไปที่ท่าเรือใหม่"),
        ("Пристань", "на пристань"),
        ("1234.5", "der Betrag von 1.234,5 Mio. ist in der Bilanz"),
        ("1234,5", "le total est de 1\u202f234,5 dans les comptes"),
        ("1234567", "12,34,567 rupees"),
        ("12000", "CHF 12'000"),
        ("٣٬٥٠٠", "a sum of 3,500"),
        ("2023", "साल २०२३ में"),
        ("3.5 billion", "sold for $3.5bn"),
        ("Q2 2023", "in 2Q23"),
        ("2022", "in FY22"),
        ("numero", "le numéro"),
        ("Universität", "an der UNIVERSITAET"),
        ("İstanbul", "Istanbul'da ve ISTANBUL"),
        ("ISTANBUL", "İstanbul limanı"),
        ("Nguyen", "Bác sĩ Nguyễn là của bệnh viện"),
        ("école", "l'école de la ville"),
        ("مدرسة", "مدرسه"),
        ("كِتَابٌ", "كتاب"),
        ("पढ़ना", "पढ़ना"),
        ("カーブ", "ｶｰﾌﾞ"),
    ],
)
def test_found(question: str, text: str) -> None:
    assert set(query_terms(question)) <= set(terms(text))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("1234.5", "1,234.6"),
        ("4.2(b)", "4.2(c)"),
        ("12", "1,200"),
        ("北京", "南京"),
    ],
)
def test_not_found(question: str, text: str) -> None:
    assert not set(terms(question)) <= set(terms(text))


def test_parts_of_a_compound_are_found_too() -> None:
    for part in ("state", "art"):
        assert set(terms(part)) <= set(terms("state-of-the-art"))
    assert set(terms("Q3")) <= set(terms("2024Q3"))


def test_question_words_do_not_count_unless_nothing_else_is_left() -> None:
    assert query_terms("What is the height of the light?") == query_terms("height light")
    assert query_terms("Who are you?") != []


def test_odd_characters_are_no_terms() -> None:
    assert terms("\x00 \x1b[31m — … \u200b !?") in ([], ["31m", "31", "m", "million"])
    assert terms("") == []


def test_a_question_is_stemmed_as_the_passages_are() -> None:
    german = set(terms("die Verteidigung in den Häusern", "de"))
    assert set(terms("Verteidigungen", "de")) <= german
    assert not set(query_terms("Verteidigungen")) & german  # no word tells that this is German
    assert set(query_terms("Verteidigungen", ["de"])) & german


def test_typed_accents_of_vietnamese_are_meant() -> None:
    storm, price = passage_terms("cơn bão trên sông"), passage_terms("bao nhiêu tiền là của họ")
    assert set(query_terms("bão", ["vi"])) & set(storm)
    assert "bão" in query_terms("Cơn bão nào?")
    assert not set(query_terms("Cơn bão nào?")) & set(price)


def test_a_passage_tells_its_language() -> None:
    english = "The ferry leaves from the old pier at six."
    assert language_mark("en") in passage_terms(english)
    assert language_mark("de") in passage_terms("Umsatz 2023: 5 Mio.", fallback="de")
    assert language_mark("zh") in passage_terms("渡轮早上六点出发。", fallback="en")
    assert language_mark("en") not in terms(f"{english} {language_mark('en')}")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Wie viele Boote gibt es?", "Boote"),
        ("Quel est le port ?", "port"),
        ("¿Cuántos barcos hay en la ciudad?", "barcos hay ciudad"),
        ("船什么时候出发？", "船出发"),
        ("港はどこですか", "港は"),
        ("Сколько лодок?", "лодок"),
    ],
)
def test_question_words_of_other_languages_do_not_count(question: str, wanted: str) -> None:
    language = language_of(question)
    assert set(query_terms(question)) <= {*terms(wanted, language), *wanted.casefold().split()}


def test_an_english_question_keeps_what_is_a_function_word_elsewhere() -> None:
    assert query_terms("How did Alexander die?") == ["alexand", "die"]
