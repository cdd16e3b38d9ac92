"""The small reader: exact words, probabilities, and nothing where there is nothing."""

from __future__ import annotations

import pytest

from retrieval.reader.reader import Reader, Text, weights
from retrieval.reader.windows import ROOM, windows

LIBRARY = (
    "The public library of Norwick opened in 1911 in a former wool store.  It lends 40,000 books "
    "and closes on Mondays.\nThe reading room was painted by Clara Voß. "
)
FERRY = "A ferry crosses the sound twice a day. Bicycles travel free, dogs pay half a florin."


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the public library of Norwick open?", "1911"),
        ("Who painted the reading room?", "Clara Voß"),
        ("How many books does the library lend?", "40,000"),
    ],
)
def test_the_answer_is_the_exact_words_where_they_stand(
    reader: Reader, question: str, answer: str
) -> None:
    best = reader.read(question, [Text(FERRY, 0.5), Text(LIBRARY, 0.5)])[0]
    assert (best.passage, best.text) == (1, answer)
    assert LIBRARY[best.start : best.end] == answer


def test_every_reading_is_a_slice_of_its_passage(reader: Reader) -> None:
    texts = [
        Text(FERRY, 0.5),
        Text("Straße № 5 — naïve “quotes” 😀. " * 20, 0.5),
        Text(LIBRARY * 3, 0.5),
    ]
    readings = reader.read("Who painted the room?", texts)
    assert sorted(reading.passage for reading in readings) == [0, 1, 2]
    for reading in readings:
        assert texts[reading.passage].text[reading.start : reading.end] == reading.text != ""
    likely = [reading.probability for reading in readings]
    assert likely == sorted(likely, reverse=True)
    assert all(0 <= one <= 1 for one in likely)


def test_a_passage_of_another_subject_is_less_likely_than_one_that_answers(reader: Reader) -> None:
    question = "Who painted the reading room?"
    own, foreign = (reader.read(question, [Text(text, 0.5)])[0] for text in (LIBRARY, FERRY))
    assert own.probability > 0.5 > foreign.probability


def test_passages_without_words_have_no_reading(reader: Reader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.read("Who?", [Text("", 0.5), Text(" \n ", 0.5)]) == []


def test_a_very_long_passage_is_read_to_its_end(reader: Reader) -> None:
    text = FERRY * 400 + LIBRARY
    best = reader.read("Who painted the reading room?", [Text(text, 0.5)])[0]
    assert (best.text, text[best.start : best.end]) == ("Clara Voß", "Clara Voß")


def test_words_without_an_end_are_cut_and_all_read() -> None:
    text = "word " * 2000
    spans = windows(text)
    assert max(end - start for start, end in spans) <= 900
    assert "".join(text[start:end] for start, end in spans).split() == text.split()
    assert windows("x" * 5000)[-1][1] == 5000


def test_windows_are_whole_sentences() -> None:
    spans = windows(LIBRARY * 10)
    assert all((LIBRARY * 10)[start:end].endswith(".") for start, end in spans)
    assert all(end - start <= ROOM for start, end in spans)


def test_a_head_is_read_but_never_answers(reader: Reader) -> None:
    text = Text("Nordby | 1,204 | 1,187\nSund | 310 | 298", 0.5, head="Town | 2021 | 2020")
    for question in ("Which years are shown?", "How many people had Sund in 2021?"):
        best = reader.read(question, [text])[0]
        assert text.text[best.start : best.end] == best.text


def test_it_says_the_same_each_time(reader: Reader) -> None:
    texts = [Text(LIBRARY, 0.5), Text(FERRY, 0.5)]
    assert reader.read("When?", texts) == reader.read("When?", texts)
    # A passage is read by itself, whatever stands beside it.
    alone = reader.read("When?", texts[:1])[0]
    beside = next(one for one in reader.read("When?", texts) if one.passage == 0)
    assert alone.text == beside.text
    assert alone.probability == pytest.approx(beside.probability, abs=0.02)


def test_more_of_an_answer_is_more_probable(reader: Reader) -> None:
    found = reader.read("When did the library open?", [Text(LIBRARY, 0.5)])[0].found
    surer = found._replace(answers=found.answers + 1)
    assert weights().probability(surer, 0.5) > weights().probability(found, 0.5)
    assert weights().probability(found, 0.6) > weights().probability(found, 0.4)
