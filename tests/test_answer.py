"""How answers show themselves to people."""

from __future__ import annotations

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
