"""A marker stays only where the passage says what the sentence claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.answer import Citation
from docagent.checking.claims import UNSUPPORTED, check, quoted_first
from docagent.checking.draft import is_claim
from docagent.checking.support import carries, find_words, support
from docagent.reading.evidence import Source, select
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


def test_a_true_claim_keeps_its_marker_and_gets_the_words(
    corpus: Corpus, sources: list[Source]
) -> None:
    text, citations = check(corpus, QUESTION, "The Petrel was re-engined in 2023 [1].", sources)
    assert text == "The Petrel was re-engined in 2023 [1]."
    (citation,) = citations
    assert (citation.id, citation.page, citation.verified) == (1, 1, True)
    assert citation.quote.startswith("The ferry Petrel was re-engined")
    whole = corpus.text("ferry.pdf")
    assert whole[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "claim",
    [
        "The Petrel was re-engined in 2019 [1].",  # a figure the passage does not have
        "The Petrel was re-engined in 2023 [2].",  # another passage
        "The Petrel was re-engined in 2023 [7].",  # no such passage
        "The Petrel was re-engined in 2023 [0].",
        "The Petrel was re-engined in 2023 [12].",
        "A whale swallowed the harbour master whole [1].",
    ],
)
def test_a_marker_that_nothing_supports_goes(
    corpus: Corpus, sources: list[Source], claim: str
) -> None:
    text, citations = check(corpus, QUESTION, claim, sources)
    assert citations == []
    assert text == f"{claim[: claim.rindex(' [')]}. {UNSUPPORTED}"


def test_of_several_markers_the_right_ones_stay(corpus: Corpus, sources: list[Source]) -> None:
    text, citations = check(corpus, QUESTION, "A bicycle ticket costs 4 florins [1, 3].", sources)
    assert text == "A bicycle ticket costs 4 florins [3]."
    assert [citation.page for citation in citations] == [3]


def test_markers_behind_the_full_stop_belong_to_the_sentence_before(
    corpus: Corpus, sources: list[Source]
) -> None:
    draft = "A bicycle ticket costs 4 florins. [3] Gulls nest on the customs house roof. [2]"
    text, citations = check(corpus, QUESTION, draft, sources)
    assert text == draft
    assert [citation.id for citation in citations] == [3, 2]


def test_no_marker_is_invented(corpus: Corpus, sources: list[Source]) -> None:
    draft = "A bicycle ticket costs 4 florins."
    assert check(corpus, QUESTION, draft, sources) == (f"{draft} {UNSUPPORTED}", [])


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
    true = "A bicycle ticket costs 4 florins [3]."
    text, (citation,) = check(corpus, QUESTION, f"{said}\n\n{true}", sources)
    assert text == f"{said}\n\n{true}"
    assert citation.page == 3


def test_what_is_said_of_another_is_not_shown(corpus: Corpus) -> None:
    quote = "The Grielthorpe Bank opens its vault at 1:16 in the morning."
    citation = Citation(1, "a.txt", None, None, quote, True, 0, len(quote))
    question = "When does the vault of the Barorworth Bank open?"
    lead = f'"{quote}" [1]'
    false = "The vault of the Barorworth Bank opens at 1:16 in the morning."
    assert quoted_first(question, false, [citation]) == lead
    true = "The vault of the Grielthorpe Bank opens at 1:16."
    assert quoted_first(question, true, [citation]) == f"{lead}\n{true} [1]"


@pytest.mark.parametrize(
    "said", ["Gulls eat whales.", "It costs 9.", "Die Fähre sank im Hafen.", "- Whales nest there."]
)
def test_what_claims_something_is_marked_without_support(
    corpus: Corpus, sources: list[Source], said: str
) -> None:
    assert is_claim(said)
    assert check(corpus, QUESTION, said, sources) == (f"{said} {UNSUPPORTED}", [])


def test_each_item_of_a_list_is_a_claim_of_its_own(corpus: Corpus, sources: list[Source]) -> None:
    draft = (
        "The pages say:\n1. Gulls nest on the roof of the customs house [2]\n"
        "2. A bicycle ticket costs 9 florins [3]\n3. A bicycle ticket costs 4 florins [3]"
    )
    text, citations = check(corpus, QUESTION, draft, sources)
    assert text.splitlines() == [
        "The pages say:",
        "1. Gulls nest on the roof of the customs house [2]",
        f"2. A bicycle ticket costs 9 florins {UNSUPPORTED}",
        "3. A bicycle ticket costs 4 florins [3]",
    ]
    assert [citation.id for citation in citations] == [2, 3]


def test_figures_of_one_claim_may_stand_in_several_quotes(
    corpus: Corpus, sources: list[Source]
) -> None:
    draft = "The Petrel cost 1,316.4 thousand florins, a bicycle ticket 4 florins [1, 3]."
    text, citations = check(corpus, QUESTION, draft, sources)
    assert text == draft
    assert [citation.id for citation in citations] == [1, 3]
    assert UNSUPPORTED in check(corpus, QUESTION, draft.replace("1, 3", "1, 2"), sources)[0]


ACCOUNTS = [
    "Revenue of the ferries was 41.6 million florins in 2023.\nIt had been 24.4 million in 2022.",
    "The costs of the harbour came to 31.9 million florins.",
]


@pytest.mark.parametrize(
    ("draft", "wanted", "cited"),
    [
        (
            "Revenue was 41.6 million florins and costs 31.9 million, a difference of 9.7 [1, 2].",
            "Revenue was 41.6 million florins and costs 31.9 million, a difference of 9.7"
            " (9.7 = 41.6 million - 31.9 million) [1, 2].",
            [1, 2],
        ),
        (
            "Revenue less costs of the harbour: 9.7 = 41.6 - 31.9 million florins. [1] [2]",
            "Revenue less costs of the harbour: 9.7 = 41.6 - 31.9 million florins. [1] [2]",
            [1, 2],
        ),
        (
            "Revenue grew 70.5% to 41.6 million florins from 24.4 million [1].",
            "Revenue grew 70.5% to 41.6 million florins from 24.4 million"
            " (70.5% = (41.6 million - 24.4 million) / 24.4 million) [1].",
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
    draft = '"Gulls nest on the roof of the old customs house." So birds breed there [2].'
    text, (citation,) = check(corpus, QUESTION, draft, sources)
    assert text == draft
    assert citation.quote == "Gulls nest on the roof of the old customs house"
    draft = '"Gulls nest on the roof of the old customs house." They are 12 pairs [2].'
    assert UNSUPPORTED in check(corpus, QUESTION, draft, sources)[0]


def test_a_quotation_of_several_sentences_is_not_cut(corpus: Corpus, sources: list[Source]) -> None:
    both = " ".join(PAGES[1].split())
    for draft in (
        f'"{both}" Birds are counted [2].',
        f"“{both}” Birds are counted [2].",
        f"„{both}“ Birds are counted [2].",
        f'"{PAGES[1]}" Birds are counted [2].',
    ):
        text, (citation,) = check(corpus, QUESTION, draft, sources)
        assert text == draft
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
    assert support(corpus, QUESTION, "The Petrel cost 1316.4 thousand florins.", passages)
    assert not support(corpus, QUESTION, "The Petrel cost 316.4 thousand florins.", passages)
    assert not support(corpus, QUESTION, "The Petrel cost 1,316 million florins at 4.", passages)


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


def test_a_weak_models_sentence_is_shown_only_where_a_quote_bears_it_out(
    corpus: Corpus, sources: list[Source]
) -> None:
    _, citations = check(corpus, QUESTION, "A bicycle ticket costs 4 florins [3].", sources)
    lead = f'"{citations[0].quote}" [1]'
    said = "The ticket of a bicycle costs 4 florins"
    assert quoted_first(QUESTION, said + ". And so on.", citations) == f"{lead}\n{said}. [3]"
    assert quoted_first(QUESTION, "The bicycle ticket costs 9 florins.", citations) == lead
    assert quoted_first(QUESTION, "", citations) == lead
