"""Summaries: by a model whose words are known, and without a language model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from docagent import DocAgent, DocAgentError, Progress, Step, Summary
from docagent.settings import SummaryRequest
from docagent.summary import extract
from docagent.summary.context import summary_options
from docagent.summary.parts import parts
from docagent.summary.sections import sections
from docagent.summary.statements import statements
from docagent.summary.summary import SectionSummary
from retrieval.corpus import Corpus
from tests.make_pdf import text_pdf
from tests.summariser import Summariser

pytestmark = pytest.mark.usefixtures("loaded")

CHAPTERS = {
    "The harbour": "The harbour of Ostby was dug in {n} by convicts. Its mole is 412 metres long.",
    "The ice house": "Ulla Brandt rebuilt the ice house in {n}. Ice was sold to 31 boats a day.",
    "The light": "The lamp on the headland burns {n} litres of oil. Its keeper lives in the tower.",
}


def text_of(chapters: int = 3, paragraphs: int = 4) -> str:
    """A Markdown text with long enough chapters that each is a section."""
    told = []
    for heading, body in list(CHAPTERS.items())[:chapters]:
        told.append(f"# {heading}")
        for number in range(paragraphs):
            casks = (f"Ledger {n} of {heading} lists {n * 3} casks." for n in range(20))
            told.append(body.format(n=1800 + number) + " " + " ".join(casks))
    return "\n\n".join(told)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file = tmp_path / "book.md"
    file.write_text(text_of(), "utf-8")
    return file


@pytest.fixture
def report(tmp_path: Path) -> Path:
    pages = [
        "The Petrel was re-engined in 2023 for 40,000 florins.\nShe sails on Mondays.",
        "Gulls nested on the customs house in 2022.\nThe roof was mended for 900 florins.",
        "A bicycle ticket costs 4 florins on all ferries.\nChildren travel free of charge.",
    ]
    return text_pdf(tmp_path / "report.pdf", pages, ["i", "1", "2"])


def markers(text: str) -> list[int]:
    return [int(n) for found in re.findall(r"\[([\d, ]+)\]", text) for n in found.split(",")]


def assert_traceable(summary: Summary, corpus: Corpus) -> None:
    """Every sentence is cited, every citation is there and is the document's own text."""
    known = {citation.id: citation for citation in summary.citations}
    for citation in summary.citations:
        assert citation.verified
        text = corpus.text(citation.document)
        assert text[citation.start : citation.end].split() == citation.quote.split()
        pages = corpus.document(citation.document).pages
        inside = [page.number for page in pages if page.start <= citation.start < page.end]
        assert citation.page == (inside[0] if pages else None)
    for told in [summary.text, *(section.text for section in summary.sections)]:
        assert markers(told)
        assert set(markers(told)) <= set(known)
        assert told.rstrip().endswith("]")


def test_a_model_writes_and_each_sentence_has_its_page(report: Path) -> None:
    model = Summariser()
    agent = DocAgent(model)
    summary = agent.summarize(report, length=3)
    assert summary.text == (
        "The Petrel was re-engined in 2023 for 40,000 florins. [1] "
        "Gulls nested on the customs house in 2022. [2] "
        "A bicycle ticket costs 4 florins on all ferries. [3]"
    )
    assert [(c.page, c.page_label) for c in summary.citations] == [(1, "i"), (2, "1"), (3, "2")]
    assert summary.citations[0].quote == "The Petrel was re-engined in 2023 for 40,000 florins."
    assert summary.usage.completion_tokens == 7 * len(model.asked)
    assert summary.documents == ("report.pdf",)
    assert_traceable(summary, next(iter(agent._open.values())))


def test_sections_follow_the_outline(book: Path) -> None:
    agent = DocAgent(Summariser())
    events = list(agent.stream_summary(book, length=6))
    told = [event for event in events if isinstance(event, SectionSummary)]
    assert [section.heading for section in told] == list(CHAPTERS)
    summary = events[-1]
    assert isinstance(summary, Summary)
    assert summary.sections == tuple(told)
    numbers = [number for section in told for number in markers(section.text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "convicts" in told[0].text
    assert "Ulla Brandt" in told[1].text
    progress = [event for event in events if isinstance(event, Progress) and event.stage == "parts"]
    assert [event.done for event in progress] == list(range(1, len(progress) + 1))
    assert progress[-1].done == progress[-1].total


@pytest.mark.parametrize(
    "made_up",
    [
        "The Petrel cost 99,000 florins. [1]",  # a figure that stands nowhere
        "Sailors mutinied near Greenland during winter. [2]",
        "The Petrel was re-engined in 2023 for 41,000 florins.",
    ],
)
def test_what_the_document_does_not_bear_out_is_dropped(report: Path, made_up: str) -> None:
    events = list(DocAgent(Summariser(added=made_up)).stream_summary(report, length=8))
    summary = events[-1]
    assert isinstance(summary, Summary)
    assert made_up.removesuffix(" [1]").removesuffix(" [2]") not in summary.text
    assert any(
        isinstance(event, Step) and "1 without support left out" in event.text for event in events
    )


def test_a_wrong_number_is_put_right(report: Path) -> None:
    added = "Children travel free of charge. [1]"
    summary = DocAgent(Summariser(added=added)).summarize(report, length=8)
    number = markers(summary.text.partition("Children travel free of charge.")[2])[0]
    (citation,) = [one for one in summary.citations if one.id == number]
    assert citation.page == 3


def test_every_part_is_heard(tmp_path: Path) -> None:
    """A long text without headings: each stretch of it has its sentences, none many citations."""
    told = (
        "Ostby was founded by convicts from the south.",
        "Herring is salted in Tarn by ninety women.",
        "The mole of Brand broke in a storm of 1824.",
        "Elias Thorne taught navigation in Holm.",
        "Ice from Skage is sold to 31 boats a day.",
        "A lighthouse burns colza oil above Vik.",
        "The railway to Lund closed after the war.",
        "Moss elects its mayor every four years.",
        "Rand weaves sails out of Flemish flax.",
        "Pilgrims walk to the well of Elvik in May.",
    )
    filler = f"Its ledger lists {', '.join(f'{number} casks' for number in range(70))}."
    file = tmp_path / "towns.txt"
    file.write_text("\n\n".join(f"{one} {filler}" for one in told), "utf-8")
    summary = DocAgent(Summariser()).summarize(file)
    assert all(one in summary.text for one in told)
    assert len(summary.citations) == len(told)


def test_it_is_written_in_the_documents_language(tmp_path: Path, report: Path) -> None:
    german = tmp_path / "hafen.txt"
    german.write_text(
        "Der Hafen von Ostby wurde im Jahr 1811 von Sträflingen gebaut. " * 4, "utf-8"
    )
    for file, asked in ((german, "sentences in German."), (report, "sentences.")):
        model = Summariser()
        DocAgent(model).summarize(file)
        assert asked in model.parts[0]


def test_a_sentence_said_twice_is_told_once(report: Path) -> None:
    added = "A bicycle ticket costs 4 florins on all ferries."
    summary = DocAgent(Summariser(added=added)).summarize(report, length=8)
    assert summary.text.count(added) == 1


def test_nothing_is_asked_twice(book: Path) -> None:
    first = Summariser(model_name="once")
    before = DocAgent(first).summarize(book)
    again = Summariser(model_name="once")
    after = DocAgent(again).summarize(book)
    assert first.asked
    assert again.asked == []
    assert (after.text, after.sections, after.citations) == (
        before.text,
        before.sections,
        before.citations,
    )
    others: list[SummaryRequest] = [{"length": "long"}, {"focus": "lamps"}]
    for options in [*others, SummaryRequest(language="Capitals")]:
        other = Summariser(model_name="once")
        DocAgent(other).summarize(book, **options)
        assert other.asked, options


def test_an_edited_part_alone_is_read_again(book: Path) -> None:
    DocAgent(Summariser(model_name="edited")).summarize(book)
    book.write_text(book.read_text("utf-8").replace("burns 1803 litres", "burns 5 litres"), "utf-8")
    model = Summariser(model_name="edited")
    DocAgent(model).summarize(book)
    assert len(model.parts) == 1
    assert "burns 5 litres" in model.parts[0]


def test_broken_off_it_goes_on(book: Path) -> None:
    whole = Summariser()
    DocAgent(whole).summarize(book)
    model = Summariser(model_name="broken off")

    def break_off(event: object) -> None:
        if isinstance(event, Progress) and event.stage == "parts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DocAgent(model).summarize(book, emit=break_off)
    done = len(model.parts)
    assert 0 < done < len(whole.parts)
    rest = Summariser(model_name="broken off")
    DocAgent(rest).summarize(book)
    assert sorted(rest.parts + model.parts) == sorted(whole.parts)


def test_a_part_that_fails_is_told_and_tried_again(book: Path) -> None:
    broken = Summariser(model_name="failing", broken="lamp on the headland burns 1800")
    assert "1 of " in DocAgent(broken).summarize(book).note
    model = Summariser(model_name="failing")
    assert DocAgent(model).summarize(book).note == ""
    assert len(model.parts) == 1


def test_a_server_that_is_down_is_an_error(book: Path) -> None:
    with pytest.raises(DocAgentError, match="server failed"):
        DocAgent(Summariser(broken="text above")).summarize(book)


def test_a_mistake_in_the_code_is_raised(book: Path) -> None:
    class Wrong(Summariser):
        def _reply(self, text: str) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        DocAgent(Wrong()).summarize(book)


def test_the_focus_reaches_the_model(book: Path) -> None:
    model = Summariser()
    summary = DocAgent(model).summarize(book, focus="oil for lamps")
    assert all("oil for lamps" in text for text in model.parts)
    assert [section.heading for section in summary.sections] == ["The light"]


def test_nothing_on_the_focus(report: Path) -> None:
    summary = DocAgent(Summariser()).summarize(report, focus="enzymes that unwind DNA")
    assert not summary.found
    assert summary.citations == ()


def test_another_language_keeps_citations_and_figures(report: Path) -> None:
    class Careless(Summariser):
        def _reply(self, text: str) -> str:
            return super()._reply(text).replace("4 FLORINS", "5 FLORINS")

    summary = DocAgent(Careless()).summarize(report, length=3, language="Capitals")
    assert "THE PETREL WAS RE-ENGINED IN 2023 FOR 40,000 FLORINS. [1]" in summary.text
    assert "A bicycle ticket costs 4 florins on all ferries. [3]" in summary.text
    assert summary.citations[0].quote.startswith("The Petrel")


@pytest.mark.parametrize("length", ["huge", "0", -1, 61, ""])
def test_a_length_that_is_none(length: str | int) -> None:
    with pytest.raises(DocAgentError, match="short, medium, long"):
        summary_options(length)


def test_only_some_pages(report: Path) -> None:
    summary = DocAgent(Summariser(), pages=(2, 2)).summarize(report)
    assert {citation.page for citation in summary.citations} == {2}
    with pytest.raises(DocAgentError, match="--pages"):
        DocAgent(Summariser(), pages=(7, 9)).summarize(report)


def test_several_documents(report: Path, book: Path) -> None:
    summary = DocAgent(Summariser()).summarize([report, book], length="long")
    assert summary.documents == ("report.pdf", "book.md")
    assert {citation.document for citation in summary.citations} == {"report.pdf", "book.md"}


async def test_the_async_twin(report: Path) -> None:
    agent = DocAgent(Summariser())
    assert (await agent.asummarize(report, length=3)).text == agent.summarize(report, length=3).text


def test_statements_of_a_reply() -> None:
    reply = (
        "Summary:\n1. **Fares** rose by 3.5 per cent. [2]\n- Costs fell [1, 4].\n"
        "The text does not mention profits.\nThe rest was cut o"
    )
    assert list(statements(reply)) == ["Fares rose by 3.5 per cent.", "Costs fell."]


def test_parts_cover_the_sections_once_and_fit(handbook_corpus: Corpus) -> None:
    found = sections(handbook_corpus)
    window = 700
    cut = list(parts(handbook_corpus, found, window, lambda text: len(text) // 4))
    name = handbook_corpus.documents[0]
    read = [p.start for part in cut for p in part.passages(handbook_corpus)]
    passages = handbook_corpus.passages(name)
    assert read == [passage.start for passage in passages if not passage.contents]
    assert max(part.tokens for part in cut) <= 1.5 * window
    assert [part.section for part in cut] == sorted(part.section for part in cut)


def test_a_long_text_without_headings_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docagent.summary.sections._LONG", 6000)
    file = tmp_path / "long.txt"
    lines = (f"Boat {n} carried {n * 7} barrels of oil to the harbour." for n in range(250))
    file.write_text("\n\n".join(lines), "utf-8")
    found = sections(Corpus.open([file]))
    assert [one.heading for one in found] == ["Part 1 of 2", "Part 2 of 2"]
    assert [one.numbers.start for one in found[1:]] == [one.numbers.stop for one in found[:-1]]


def test_a_report_whose_headings_are_all_of_one_level(tmp_path: Path) -> None:
    body = "The company sold 14 ships to Norway during the third quarter of the year. " * 8
    heads = ["PART I", "Item 1. Statements", "Note 1 - Basis", "Leases", "Note 2 - Revenue",
             "Item 2. Discussion", "PART II", "Item 1. Proceedings"]  # fmt: skip
    file = tmp_path / "report.md"
    file.write_text("\n\n".join(f"## {head}\n\n{body}" for head in heads), "utf-8")
    headings = [one.heading for one in sections(Corpus.open([file]))]
    assert headings[0] == "PART I"
    assert "Note 1 - Basis" in headings  # with what stands below it
    assert "Leases" not in headings


class TestExtractive:
    """Without a language model sentences of the document are quoted."""

    @pytest.fixture(scope="class")
    def agent(self, shared_cache: Path) -> DocAgent:
        return DocAgent("none", cache=shared_cache)

    @pytest.fixture(scope="class")
    def summary(self, agent: DocAgent, handbook: Path) -> Summary:
        return agent.summarize(handbook)

    def test_every_sentence_is_verified(self, summary: Summary, handbook_corpus: Corpus) -> None:
        assert_traceable(summary, handbook_corpus)
        assert len(summary.text.splitlines()) == 10
        quotes = {" ".join(citation.quote.split()) for citation in summary.citations}
        for section in summary.sections:
            for line in section.text.splitlines():
                assert re.fullmatch(r"“(.+)” \[\d+\]", line)[1] in quotes  # type: ignore[index]

    def test_sections_are_in_order_on_their_pages(self, summary: Summary) -> None:
        headings = [section.heading for section in summary.sections]
        assert headings[1:5] == [
            "2 History",
            "3 Organisation and Staff",
            "4 Fleet and Safety Rules",
            "5 Routes, Timetables and Fares",
        ]
        pages = {citation.id: citation.page for citation in summary.citations}
        for section in summary.sections:
            assert section.pages is not None
            first, last = section.pages
            assert all(first <= (pages[n] or 0) <= last for n in markers(section.text))
        starts = [citation.start for citation in summary.citations]
        assert starts == sorted(starts)

    def test_no_contents_no_fragments_no_repeats(self, summary: Summary) -> None:
        quotes = [" ".join(citation.quote.split()) for citation in summary.citations]
        assert len(set(quotes)) == len(quotes)
        for quote in quotes:
            assert not re.search(r"(?:\. ?){4,}", quote)
            assert quote[0].isupper() or not quote[0].isascii()
            assert quote[-1] in ".!。！"

    def test_a_second_run_reads_nothing(
        self, agent: DocAgent, summary: Summary, handbook: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(extract, "_read", None)
        assert agent.summarize(handbook).sections == summary.sections

    def test_focus_moves_it(self, agent: DocAgent, handbook: Path) -> None:
        summary = agent.summarize(handbook, focus="ice on deck in winter", length=4)
        lines = summary.text.splitlines()
        assert lines
        assert all(re.search(r"\b(ice|icing|winter)", line.lower()) for line in lines)

    def test_nothing_comes_near_the_focus(self, agent: DocAgent, handbook: Path) -> None:
        summary = agent.summarize(handbook, focus="enzymes that unwind DNA during replication")
        assert not summary.found
        assert summary.sections == ()

    def test_it_cannot_translate(self, agent: DocAgent, handbook: Path) -> None:
        with pytest.raises(DocAgentError, match="--model"):
            agent.summarize(handbook, language="German")

    def test_text_without_sentences(self, agent: DocAgent, tmp_path: Path) -> None:
        file = tmp_path / "figures.csv"
        file.write_text("boat,barrels\nPetrel,7\nAuk,9\n", "utf-8")
        assert not agent.summarize(file).found


def test_options_are_those_of_the_settings(report: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"cache": tmp_path / "elsewhere"}
    DocAgent(Summariser(), **options).summarize(report)
    assert list((tmp_path / "elsewhere").rglob("made/*/*.json"))
