"""A question in a language the documents are not in is told so, and no other."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.query import parse_query
from retrieval.ranking.foreign import language_mismatch
from tests.conftest import TOWN

GERMAN = (
    "Die Fähren legen jeden Morgen um sechs Uhr ab. Der Leuchtturm ist seit dem Brand aus Granit, "
    "und die Bücherei verleiht ihre Bücher ohne Gebühr an die Kinder der Stadt."
)
CHINESE = "渡轮每天早上六点出发，船票为九克朗。图书馆免费把书借给孩子们。"


class Multilingual(Encoder):
    """Stands for a model whose tokenizer knows every language."""

    def trust(self, text: str) -> float:
        return 1.0


def told(question: str, text: str, encoder: Encoder) -> str | None:
    query = parse_query(question)
    return language_mismatch(query, {"report.pdf": text}, encoder, lambda word: word in text)


@pytest.mark.parametrize(
    ("question", "text", "asked", "written"),
    [
        ("Wann wurde das Eishaus wieder aufgebaut und von wem?", TOWN, "German", "English"),
        ("When was the ice house rebuilt, and by whom?", GERMAN, "English", "German"),
        ("图书馆什么时候开门？", TOWN, "Chinese", "English"),
        ("متى أعيد بناء بيت الثلج؟", TOWN, "Arabic", "English"),
        ("When does the ferry leave in the morning?", CHINESE, "English", "Chinese"),
    ],
)
def test_told(question: str, text: str, asked: str, written: str, encoder: Encoder) -> None:
    line = told(question, text, encoder)
    assert line is not None
    assert f"The question is in {asked} and report.pdf in {written};" in line
    assert "all-MiniLM-L6-v2 knows English only" in line
    assert f"Ask in {written}" in line
    assert "--embedding" in line


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When was the ice house rebuilt?", TOWN),
        ("Wann legen die Fähren ab?", GERMAN),
        ("Ulla Brandt 1931", GERMAN),
        ("Ostby?", CHINESE),
        ("Die Zauberflöte", TOWN),
        ("Who was Charles de Gaulle of la Rue de la Paix?", TOWN),
        ("Wann legen die Fähren ab und wo?", f"{TOWN}\n\n{GERMAN}\n\n" * 20),
        ("东京", f"{TOWN} The capital is written 东京."),
        ("12.5 %", TOWN),
    ],
)
def test_not_told(question: str, text: str, encoder: Encoder) -> None:
    assert told(question, text, encoder) is None


def test_a_multilingual_model_bridges(encoder: Encoder) -> None:
    question = "Wann wurde das Eishaus wieder aufgebaut und von wem?"
    assert told(question, TOWN, encoder)
    several = Multilingual()
    several.name = "models/multilingual"
    assert told(question, TOWN, several) is None
    several.trust = encoder.trust  # type: ignore[method-assign]
    line = told(question, TOWN, several)
    assert line and "the embedding model multilingual does not know both" in line


def test_the_reader_is_warned(town: Path, caplog: pytest.LogCaptureFixture) -> None:
    corpus = Corpus.open([town], embedding="embedded")
    with caplog.at_level(logging.WARNING, logger="docagent"):
        corpus.warn_of_language("When was the ice house rebuilt?")
        assert not caplog.messages
        corpus.warn_of_language("Wann wurde das Eishaus wieder aufgebaut und von wem?")
    assert [line.split(";")[0] for line in caplog.messages] == [
        "The question is in German and town.txt in English"
    ]
