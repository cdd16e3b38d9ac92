"""Words alone find the right paragraph, however they are inflected, in each language.

A file holds twelve paragraphs about one harbour, a line each, and questions in other forms of
their words: "?8 ..." asks for the eighth paragraph.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.language import language
from retrieval.lexical.tokens import passage_terms

FILES = sorted((Path(__file__).parent / "languages").glob("*.txt"))
CODES = [file.stem for file in FILES]


def read(file: Path) -> tuple[list[str], list[tuple[int, str]]]:
    lines = file.read_text("utf-8").splitlines()
    asked = [line[1:].split(" ", 1) for line in lines if line.startswith("?")]
    paragraphs = [line for line in lines if not line.startswith("?")]
    return paragraphs, [(int(number) - 1, question) for number, question in asked]


def build(paragraphs: list[str]) -> LexicalIndex:
    usual = language(" ".join(paragraphs))
    return LexicalIndex.build((" ".join(passage_terms(text, usual)), "") for text in paragraphs)


@pytest.mark.parametrize("file", FILES, ids=CODES)
def test_the_right_paragraph_comes_first(file: Path) -> None:
    paragraphs, asked = read(file)
    index = build(paragraphs)
    for right, question in asked:
        found = [number for number, _ in index.search(question, 12)]
        assert found[:1] == [right], question


@pytest.mark.parametrize("file", FILES, ids=CODES)
def test_the_language_is_told_by_a_text_and_by_a_question(file: Path) -> None:
    paragraphs, asked = read(file)
    assert language(" ".join(paragraphs)) == file.stem
    told = [language(question) for _, question in asked]
    assert told.count(file.stem) >= len(told) / 2


def test_all_languages_in_one_index() -> None:
    """A mixture: each question still finds its paragraph in its own language."""
    texts = [read(file) for file in FILES]
    rows = [
        " ".join(passage_terms(text, language(" ".join(paragraphs))))
        for paragraphs, _ in texts
        for text in paragraphs
    ]
    index = LexicalIndex.build((row, "") for row in rows)
    assert set(CODES) <= set(index.languages)
    asked = [(12 * at + n, q) for at, (_, asked) in enumerate(texts) for n, q in asked]
    wrong = [question for right, question in asked if index.search(question, 1)[0][0] != right]
    assert len(wrong) <= len(asked) / 20, wrong
