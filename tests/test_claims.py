"""A marker stays only where the passage says what the sentence claims."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from docagent.answering.evidence import select
from docagent.grounding.attribution import attribute
from docagent.grounding.claims import UNSUPPORTED, check
from docagent.grounding.figures import figures, spelled_as
from docagent.grounding.markers import is_claim
from docagent.grounding.source import Source
from docagent.grounding.support import carries, find_words, spans_of, support
from retrieval.corpus import Corpus
from tests.make_pdf import text_pdf

QUESTION = "What happened on the islands?"
PAGES = [
    "The ferry Petrel was re-engined in 2023 at a cost of 1,316.4 thousand florins.\n"
    "She returned to service nine days ahead of plan.",
    "Gulls nest on the roof of the old customs house.\nThey are counted on the first of May.",
    "A bicycle ticket costs 4 florins. Children under six travel free of charge.",
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Corpus:
    path = text_pdf(tmp_path_factory.mktemp("claims") / "ferry.pdf", PAGES)
    return Corpus.open([path], cache=shared_cache)


@pytest.fixture(scope="module")
def sources(corpus: Corpus) -> list[Source]:
    """One source a page, numbered as the pages."""
    found = select(corpus.search("ferry gulls bicycle Petrel", k=9), 1000, len)
    assert [source.passages[0].page for source in found] == [1, 2, 3]
    return found


def test_a_true_claim_gets_its_marker_and_the_words(corpus: Corpus, sources: list[Source]) -> None:
    text, citations = check(corpus, QUESTION, "The Petrel was re-engined in 2023.", sources)
    assert text == "The Petrel was re-engined in 2023. [1]"
    (citation,) = citations
    assert (citation.id, citation.page, citation.verified) == (1, 1, True)
    assert citation.quote.startswith("The ferry Petrel was re-engined")
    whole = corpus.text("ferry.pdf")
    assert whole[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("marker", ["", " [1]", " [2]", " [7]", " [0]", " [12]", " [1, 3]"])
def test_the_place_is_found_whatever_marker_the_model_wrote(
    corpus: Corpus, sources: list[Source], marker: str
) -> None:
    draft = f"The Petrel was re-engined in 2023{marker}."
    text, (citation,) = check(corpus, QUESTION, draft, sources)
    assert (text, citation.page) == ("The Petrel was re-engined in 2023. [1]", 1)


@pytest.mark.parametrize(
    "claim",
    [
        "The Petrel was re-engined in 2019.",  # a figure the passage does not have
        "A whale swallowed the harbour master whole.",
        "The Petrel was re-engined by Halvorsen in 2023.",  # a name that nobody has mentioned
    ],
)
def test_what_nothing_bears_out_is_marked(
    corpus: Corpus, sources: list[Source], claim: str
) -> None:
    assert check(corpus, QUESTION, f"{claim} [1]", sources) == (f"{claim} {UNSUPPORTED}", [])


def test_the_documents_own_words_are_never_unsupported(
    corpus: Corpus, sources: list[Source]
) -> None:
    for sentence in re.findall(r"[^.]+(?:\.\d[^.]+)?\.", " ".join(" ".join(PAGES).split())):
        text, (citation, *_) = check(corpus, QUESTION, sentence.strip(), sources)
        assert UNSUPPORTED not in text
        assert sentence.strip(" .\n") in " ".join(citation.quote.split())


def test_the_same_in_other_words_is_found_by_meaning(corpus: Corpus, sources: list[Source]) -> None:
    _, (citation,) = check(corpus, QUESTION, "Birds breed on top of the customs house.", sources)
    assert citation.quote.startswith("Gulls nest on the roof")


def test_a_quote_has_one_number_however_often_it_is_cited(
    corpus: Corpus, sources: list[Source]
) -> None:
    draft = "A bicycle ticket costs 4 florins. Gulls nest on the roof. A ticket costs 4 florins."
    text, citations = check(corpus, QUESTION, draft, sources)
    assert text == (
        "A bicycle ticket costs 4 florins. [1] Gulls nest on the roof. [2] "
        "A ticket costs 4 florins. [1]"
    )
    assert [citation.page for citation in citations] == [3, 2]


@pytest.mark.parametrize(
    "said",
    [
        "The document does not say who the captain is.",
        "In summary, here is the answer.",
        "Hello!",
        "Here is what the passages say:",
        "Is there anything else?",
        "## The ferries",
        "Tickets and fares",
    ],
)
def test_what_claims_nothing_is_not_marked(
    corpus: Corpus, sources: list[Source], said: str
) -> None:
    assert not is_claim(said)
    true = "A bicycle ticket costs 4 florins."
    text, (citation,) = check(corpus, QUESTION, f"{said}\n\n{true}", sources)
    assert text == f"{said}\n\n{true} [1]"
    assert citation.page == 3


@pytest.mark.parametrize(
    "said", ["Gulls eat whales.", "It costs 8.", "Die Fähre sank im Hafen.", "- Whales nest there."]
)
def test_what_claims_something_is_marked_without_support(
    corpus: Corpus, sources: list[Source], said: str
) -> None:
    assert is_claim(said)
    assert check(corpus, QUESTION, said, sources) == (f"{said} {UNSUPPORTED}", [])


def test_each_item_of_a_list_is_a_claim_of_its_own(corpus: Corpus, sources: list[Source]) -> None:
    draft = (
        "The pages say:\n1. Gulls nest on the roof of the customs house\n"
        "2. A bicycle ticket costs 9 florins\n3. A bicycle ticket costs 4 florins"
    )
    text, citations = check(corpus, QUESTION, draft, sources)
    assert text.splitlines() == [
        "The pages say:",
        "1. Gulls nest on the roof of the customs house [1]",
        f"2. A bicycle ticket costs 9 florins {UNSUPPORTED}",
        "3. A bicycle ticket costs 4 florins [2]",
    ]
    assert [citation.page for citation in citations] == [2, 3]


def test_figures_of_one_claim_may_stand_in_several_quotes(
    corpus: Corpus, sources: list[Source]
) -> None:
    draft = "The Petrel cost 1,316.4 thousand florins, a bicycle ticket 4 florins."
    text, citations = check(corpus, QUESTION, draft, sources)
    assert text == f"{draft} [1, 2]"
    assert {citation.page for citation in citations} == {1, 3}
    assert UNSUPPORTED in check(corpus, QUESTION, draft.replace("4", "7"), sources[:2])[0]


ACCOUNTS = [
    "Revenue of the ferries was 41.6 million florins in 2023.\nIt had been 24.4 million in 2022.",
    "The costs of the harbour came to 31.9 million florins.",
]


@pytest.mark.parametrize(
    ("draft", "wanted", "cited"),
    [
        (
            "Revenue was 41.6 million florins and costs 31.9 million, a difference of 9.7.",
            "Revenue was 41.6 million florins and costs 31.9 million, a difference of 9.7."
            " (9.7 = 41.6 million - 31.9 million) [1, 2]",
            [1, 2],
        ),
        (
            "Revenue less costs of the harbour: 9.7 = 41.6 - 31.9 million florins.",
            "Revenue less costs of the harbour: 9.7 = 41.6 - 31.9 million florins. [1, 2]",
            [1, 2],
        ),
        (
            "Revenue grew 70.5% to 41.6 million florins from 24.4 million [1].",
            "Revenue grew 70.5% to 41.6 million florins from 24.4 million."
            " (70.5% = (41.6 million - 24.4 million) / 24.4 million) [1]",
            [1],
        ),
        (
            "Revenue grew 71.5% to 41.6 million florins from 24.4 million [1].",
            "Revenue grew 71.5% to 41.6 million florins from 24.4 million. [unsupported]",
            [],
        ),
        (
            "Revenue was 41.6 million florins and costs 31.9 million, a difference of 9.9 [1, 2].",
            "Revenue was 41.6 million florins and costs 31.9 million, a difference of 9.9."
            " [unsupported]",
            [],
        ),
    ],
)
def test_a_computed_figure_is_shown_with_its_computation(
    tmp_path: Path, shared_cache: Path, draft: str, wanted: str, cited: list[int]
) -> None:
    corpus = Corpus.open([text_pdf(tmp_path / "accounts.pdf", ACCOUNTS)], cache=shared_cache)
    sources = select(corpus.search("revenue costs", k=9), 1000, len)
    text, citations = check(corpus, "How much remained?", draft, sources)
    assert text == wanted
    assert sorted(citation.id for citation in citations) == cited
    assert all(citation.verified for citation in citations)


def test_words_in_quotation_marks_are_the_ground_of_the_next_sentence(
    corpus: Corpus, sources: list[Source]
) -> None:
    draft = '"Gulls nest on the roof of the old customs house." So birds breed there.'
    text, (citation,) = check(corpus, QUESTION, draft, sources)
    assert text == f"{draft} [1]"
    assert citation.quote == "Gulls nest on the roof of the old customs house"
    draft = '"Gulls nest on the roof of the old customs house." They are 12 pairs [2].'
    assert UNSUPPORTED in check(corpus, QUESTION, draft, sources)[0]


def test_a_quotation_of_several_sentences_is_not_cut(corpus: Corpus, sources: list[Source]) -> None:
    both = " ".join(PAGES[1].split())
    for draft in (
        f'"{both}" Birds are counted.',
        f"“{both}” Birds are counted.",
        f"„{both}“ Birds are counted.",
        f'"{PAGES[1]}" Birds are counted.',
    ):
        text, (citation,) = check(corpus, QUESTION, draft, sources)
        assert text == f"{draft} [1]"
        assert citation.quote == PAGES[1].strip(".")


def test_quoted_words_are_the_quote(corpus: Corpus, sources: list[Source]) -> None:
    draft = 'It says "the roof of the old customs house" [2].'
    _, (citation,) = check(corpus, QUESTION, draft, sources)
    assert citation.quote == "the roof of the old customs house"


def test_misquoted_words_are_not_passed_off_as_a_quote(
    corpus: Corpus, sources: list[Source]
) -> None:
    _, citations = check(
        corpus, QUESTION, 'It says "eagles nest on the palace of the king" [2].', sources
    )
    assert citations == []


def test_figures_are_compared_as_values(corpus: Corpus, sources: list[Source]) -> None:
    passages = list(sources[0].passages)
    words = spans_of(corpus, passages)
    assert support(words, QUESTION, "The Petrel cost 1316.4 thousand florins.", passages)
    assert not support(words, QUESTION, "The Petrel cost 316.4 thousand florins.", passages)
    assert not support(words, QUESTION, "The Petrel cost 1,316 million florins at 4.", passages)


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        ("gulls nest on the roof", True),
        ("gulls nest in whales under oceans of ice", False),
        ("", False),
        ("?!", False),
    ],
)
def test_carries(claim: str, wanted: bool) -> None:
    assert carries("Gulls nest on the roof of the old customs house.", claim, "") is wanted


def test_words_of_the_question_prove_nothing() -> None:
    words = "Gulls nest on the roof of the old customs house."
    question = "Do gulls nest on the roof of the old customs house?"
    assert not carries(words, "Gulls nest on the roof because of whales.", question)


def test_what_the_question_brought_may_stand_around_the_words() -> None:
    words = "She was re-engined at a cost of 1,316 florins."
    question = "What did the engine of the ferry Petrel cost in 2023?"
    claim = "The engine of the ferry Petrel cost 1,316 florins in 2023."
    assert carries(words, claim, question, f"The ferry Petrel in 2023: the engine. {words}")
    assert not carries(words, claim, question, f"The ferry Petrel in 2019: the engine. {words}")
    assert not carries(words, claim, "", f"The ferry Petrel in 2023: the engine. {words}")


@pytest.mark.parametrize("name", ["Q3", "10-Q", "3M", "A4"])
def test_the_digits_of_a_name_are_no_figure(name: str) -> None:
    assert [figure.value for figure in figures(f"In {name} it was $5.2 million.")] == [
        Decimal("5.2")
    ]


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        ("It cost $1.316 million.", "It cost $1,316 million."),
        ("It is 2.471 nautical miles away.", "It is 2.471 nautical miles away."),  # stands there
        ("It cost 1.316 billion.", "It cost 1.316 billion."),  # the same amount
        ("It cost 1.31 million.", "It cost 1.31 million."),
        ("It cost 9.316 million.", "It cost 9.316 million."),  # stands nowhere
        ("It cost 1.316.4 florins.", "It cost 1.316.4 florins."),
    ],
)
def test_thousands_are_written_as_the_document_has_them(claim: str, wanted: str) -> None:
    texts = ["(in millions) Cost 1,316 and 2,471", "Its distance is 2.471 miles."]
    assert spelled_as(texts, claim) == wanted


@pytest.mark.parametrize("name", ["NVIDIA", "Amazon", "Intel", "Perpetua"])
def test_a_name_with_an_apostrophe_is_the_same_name(
    tmp_path: Path, shared_cache: Path, name: str
) -> None:
    file = tmp_path / "report.txt"
    file.write_text(f"{name} sold 2,856 machines to shops last year, all of them red.", "utf-8")
    corpus = Corpus.open([file], cache=shared_cache)
    passages = corpus.search("machines", k=1)
    claim = f"Shops bought 2,856 of {name}'s red machines last year."
    assert attribute(corpus, claim, passages)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("nest on the roof", (6, 22)),
        ("nest  on\nthe roof.", (6, 22)),
        ("nest on a roof", None),
        ("nest .* roof", None),
        (" ... ", None),
    ],
)
def test_find_words_is_exact_up_to_white_space(words: str, wanted: tuple[int, int] | None) -> None:
    assert find_words("Gulls nest\non the roof of it", words) == wanted
