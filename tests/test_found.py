"""Whether the document answers at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.grounding.names import slip
from docagent.grounding.quotes import quotes
from docagent.grounding.verdict import Verdict, judge, unknown_names
from retrieval.corpus import Corpus
from tests.make_pdf import text_pdf

REPORT = [
    "Corbel Glass annual report\nNet sales of Corbel Glass were 412 million florins in 2023.",
    "The operating margin of the group was 11.4% in 2023, after 9.8% in 2022.",
    "Risks: the price of soda ash, and the rate of the florin against the dollar.",
]


def verdict(corpus: Corpus, question: str) -> Verdict:
    ranked = corpus.search(question, k=60)
    return judge(corpus, question, ranked, quotes(corpus, question, ranked))


@pytest.mark.parametrize(
    "question",
    [
        "Who chaired the inquiry into the loss of the Perpetua?",
        "How much does the mercury of Saint Odo weigh?",
        "What are the light dues per net ton?",
    ],
)
def test_what_the_handbook_says(handbook_corpus: Corpus, question: str) -> None:
    told = verdict(handbook_corpus, question)
    assert told.found
    assert not told.foreign


@pytest.mark.parametrize(
    "question",
    [
        "Who won the football world cup in Argentina?",
        "What is the boiling point of ethanol?",
        "Which enzyme unwinds DNA during replication?",
        "qwertz uiop asdf",
    ],
)
def test_what_it_does_not(handbook_corpus: Corpus, question: str) -> None:
    told = verdict(handbook_corpus, question)
    assert told.foreign
    assert not told.found
    assert "less than" in told.reason or "no passage" in told.reason


def test_a_clause_by_its_number(tmp_path: Path, shared_cache: Path) -> None:
    """ "Clause" names a place; it is no word that the text must have."""
    file = tmp_path / "contract.md"
    file.write_text(
        "# Contract\n\n## 4. Delivery\n\n4.1 Goods are delivered within ten days.\n\n"
        "4.2 The buyer checks the goods within three days and tells the seller of faults.\n\n"
        "4.3 Late delivery costs two per cent a week.\n\n## 9. Law\n\n"
        "9.1 The law of Norway applies.\n",
        "utf-8",
    )
    corpus = Corpus.open([file], cache=shared_cache)
    for question in (
        "What does clause 4.2 say?",
        "What does § 4.2 say?",
        "Was steht in Ziffer 4.2?",
        "What is said in section 4.2?",
    ):
        ranked = corpus.search(question, k=60)
        near = quotes(corpus, question, ranked)
        assert near[0].text.startswith("4.2 "), question
        assert judge(corpus, question, ranked, near).found, question
    assert not verdict(corpus, "What does clause 7.7 say?").found


def test_a_year_that_stands_nowhere_is_left_to_a_reader(handbook_corpus: Corpus) -> None:
    told = verdict(handbook_corpus, "What did the ferries of the Authority earn in 1788?")
    assert (told.found, told.foreign) == (False, False)
    assert told.reason == "1788 stands nowhere in the text"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Corpus:
    path = text_pdf(tmp_path_factory.mktemp("found") / "report.pdf", REPORT)
    return Corpus.open([path], cache=shared_cache)


@pytest.mark.parametrize(
    ("question", "names", "share"),
    [
        ("What were the net sales of Halvorsen Timber?", ["Halvorsen", "Timber"], 1.0),
        ("What were the net sales of Corbel Timber?", ["Timber"], 0.5),
        ("What were Corbel's net sales in FY2019?", [], 0.0),
        ("What does the 10-Q say of Halvorsen's net sales?", ["Halvorsen's"], 1.0),
        ("Halvorsen had which net sales?", [], 0.0),  # a first word is a capital anyway
        ("HT had which net sales?", ["HT"], 1.0),
        ("what were halvorsen's net sales?", [], 0.0),
        ("哈佛森公司的销售额是多少？", [], 0.0),
        ("?", [], 0.0),
    ],
)
def test_names_that_stand_nowhere(
    report: Corpus, question: str, names: list[str], share: float
) -> None:
    assert unknown_names(report, question, report.search(question)) == (names, share)


def test_another_companys_name_lowers_the_score(report: Corpus) -> None:
    own = verdict(report, "What was the operating margin of Corbel Glass in 2023?")
    other = verdict(report, "What was the operating margin of Halvorsen Timber in 2023?")
    assert own.found
    assert not other.found
    assert other.reason.endswith("Halvorsen stands nowhere in the text")
    assert other.score < own.score - 0.3


def test_a_slip_of_the_pen_is_the_name_that_was_meant(report: Corpus) -> None:
    question = "What were the net sales of Corbell Glass?"
    assert unknown_names(report, question, report.search(question)) == ([], 0.0)


def test_german_nouns_are_no_names(tmp_path: Path, shared_cache: Path) -> None:
    file = tmp_path / "eis.txt"
    file.write_text("Das Eishaus wurde 1931 von der Maurerin Ulla Brandt neu gebaut. " * 3, "utf-8")
    german = Corpus.open([file], cache=shared_cache)
    question = "In welchem Jahr wurde das Gebäude mit dem Eis gebaut?"
    assert unknown_names(german, question, german.search(question)) == ([], 0.0)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("maastricht", True),
        ("mastricht", True),
        ("maastrich", True),
        ("maastrixht", True),
        ("maatsricht", True),
        ("masstrichts", False),
        ("utrecht", False),
        ("maastri", False),
    ],
)
def test_slips_of_the_pen(other: str, told: bool) -> None:
    assert slip("maastricht", other) is told
    assert slip(other, "maastricht") is told


def test_two_names_that_stand_nowhere_are_enough(report: Corpus) -> None:
    question = "What was the operating margin in 2023 of Halvorsen Timber in Joruholm?"
    told = verdict(report, question)
    assert not told.found
    assert "Halvorsen" in told.reason


def test_the_bar_follows_what_cosines_are_worth(
    report: Corpus, tmp_path: Path, shared_cache: Path
) -> None:
    file = tmp_path / "船.txt"
    file.write_text("渡轮海燕号于2023年更换了发动机。\n\n自行车票价为4弗罗林。", "utf-8")
    chinese = Corpus.open([file], cache=shared_cache, embedding="embedded")
    told = verdict(chinese, "自行车票多少钱？")
    assert told.found
    assert not verdict(chinese, "哪种酶解开双链？").found
    assert told.bar < verdict(report, "What were net sales?").bar


def test_nothing_near() -> None:
    told = judge(None, "What?", [], [])  # type: ignore[arg-type]
    assert (told.found, told.score) == (False, 0.0)
