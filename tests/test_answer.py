"""How answers show themselves to people."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from docagent.answer import Answer, Citation

ANSWER = Answer(
    "Who keeps the light?",
    "Ulla keeps it. [1]",
    True,
    (Citation(1, "log<b>.txt", 3, None, "Ulla  keeps\nthe <script> light.", True, 0, 31),),
    "none",
)


def test_an_answer_prints_with_its_citations() -> None:
    assert str(ANSWER) == (
        'Ulla keeps it. [1]\n\n[1] log<b>.txt, page 3: "Ulla keeps the <script> light."'
    )


def test_words_of_a_document_are_no_html() -> None:
    html = ANSWER._repr_html_()
    assert "<script>" not in html and "<b>" not in html
    assert "&lt;script&gt;" in html


def test_a_citation_names_its_place_and_the_header_of_its_row() -> None:
    cited = Citation(
        1, "a.html", None, None, "2021 | 57", True, 0, 9, place="Crops", header="Year | Wheat"
    )
    assert str(cited) == '[1] a.html, Crops: "2021 | 57" (Year | Wheat)'


def test_the_words_that_are_the_answer_are_marked() -> None:
    first, *_ = ANSWER.citations
    marked = replace(first, answer=(12, 30))
    assert marked.words(escape, "<mark>{}</mark>") == (
        "Ulla keeps <mark>the &lt;script&gt; light</mark>."
    )
    assert marked.words() == first.words() == "Ulla keeps the <script> light."
    assert str(marked) == str(first)
    assert marked.as_json() == first.as_json()
    assert "<mark>" in replace(ANSWER, citations=(marked,))._repr_html_()
