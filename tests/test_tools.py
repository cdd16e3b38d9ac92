"""The tools of the agent on real documents."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, ToolException, tool
from langchain_core.utils.function_calling import convert_to_openai_tool

from docagent import DocAgent, DocAgentError
from docagent.tools import NAMES, CitationRegistry, ToolArtifact, ToolContext, corpus_tools
from retrieval.corpus import Corpus
from retrieval.passage import Passage

LAMP = "When was the lamp of Pennant Rock lit?"


class Bench:
    """Tools on one context, called as a model calls them."""

    def __init__(self, corpus: Corpus, **fields: Any) -> None:
        self.context = ToolContext(corpus, **fields)
        self.tools = {tool.name: tool for tool in corpus_tools(corpus, self.context)}

    def message(self, tool: str, /, **arguments: Any) -> ToolMessage:
        made = {"name": tool, "args": arguments, "id": "1", "type": "tool_call"}
        message = self.tools[tool].invoke(made)
        assert isinstance(message, ToolMessage)
        return message

    def __call__(self, tool: str, /, **arguments: Any) -> str:
        return self.message(tool, **arguments).text

    def shown(self, tool: str, /, **arguments: Any) -> ToolArtifact:
        artifact = self.message(tool, **arguments).artifact
        assert isinstance(artifact, ToolArtifact)
        return artifact


@pytest.fixture
def bench(handbook_corpus: Corpus) -> Bench:
    return Bench(handbook_corpus)


def corpus_of(folder: Path, **texts: str) -> Corpus:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Corpus.open([folder / f"{name}.txt" for name in texts])


def test_plain_types_and_short_descriptions(bench: Bench) -> None:
    assert tuple(bench.tools) == NAMES
    for one in bench.tools.values():
        told = convert_to_openai_tool(one)["function"]
        kinds = [kind["type"] for kind in told["parameters"]["properties"].values()]
        assert set(kinds) <= {"string", "integer"}
        assert len(told["description"].split()) <= 6


def test_search_numbers_passages_with_page_and_heading(bench: Bench) -> None:
    text = bench("search", query=LAMP)
    assert re.match(r"\[1\] page 8, 2 History > 2\.1 The lights, 1871 to 1922\n", text)
    assert "The lamp was lit on 18 August 1878" in text
    assert bench.context.count(text) <= bench.context.budget + 20
    assert re.search(r"\.\.\. \d+ more$", text)


def test_a_passage_keeps_its_number(bench: Bench) -> None:
    bench("search", query=LAMP)
    first = bench.context.registry.passages[1]
    hit = bench("grep", pattern="lamp was lit on 18 August 1878")
    assert re.search(r"^\[1\] page 8, ", hit, re.M)
    # What stands above is not shown again.
    again = bench("search", query=f"{LAMP} Tell me.")
    assert again.startswith("Shown above: 1")
    assert "18 August 1878" not in again
    assert bench.context.registry.passages[1] == first


def test_an_empty_query_is_the_models_error(bench: Bench) -> None:
    with pytest.raises(ToolException, match="empty"):
        bench("search", query=" \n")


def test_grep_counts_all_hits(bench: Bench) -> None:
    text = bench("grep", pattern="PENNANT rock")
    whole = bench.context.corpus.text("handbook.pdf")
    hits = len(re.findall(r"pennant\s+rock", whole, re.I))
    assert text.startswith(f"{hits} hits in ")
    assert bench("grep", pattern="zeppelin") == "No hit."


def test_grep_takes_a_regex(bench: Bench) -> None:
    assert "84,600" in bench("grep", pattern=r"\b84,\d{3} florins")
    with pytest.raises(ToolException, match="empty"):
        bench("grep", pattern="")


@pytest.mark.usefixtures("loaded")
def test_grep_over_a_line_break_and_of_what_does_not_compile(tmp_path: Path) -> None:
    bench = Bench(corpus_of(tmp_path, a="The price of\nthe boat was $4.5 million (net."))
    assert bench("grep", pattern="price of the boat").startswith("1 hit in 1 passage\n[1]")
    for odd in ("$4.5 million", "million (net"):
        text = bench("grep", pattern=odd)
        assert text.startswith("1 hit in 1 passage (as plain words)")
        assert "$4.5 million (net." in text
    # Compiled, this one took three gigabytes and then failed.
    assert bench("grep", pattern="(?:(?:a{1000}){1000}){1000}|boat") == "No hit."


@pytest.mark.usefixtures("loaded")
def test_grep_does_not_hang(tmp_path: Path) -> None:
    bench = Bench(corpus_of(tmp_path, a="a" * 5000 + "c. Words."))
    begun = time.process_time()
    with pytest.raises(ToolException, match="too long; use plain words"):
        bench("grep", pattern="(a|aa)+$b")
    assert time.process_time() - begun < 3


def test_results_are_cut_and_say_so(handbook_corpus: Corpus) -> None:
    bench = Bench(handbook_corpus, budget=120)
    text = bench("grep", pattern="the")
    shown = re.findall(r"^\[\d+\]", text, re.M)
    more = re.search(r"^\.\.\. (\d+) more$", text, re.M)
    assert more and 0 < len(shown) < 5
    passages = re.match(r"[\d,]+ hits in ([\d,]+) passages", text)
    assert passages and int(passages[1]) == len(shown) + int(more[1])
    # What was cut off is not counted among what was shown.
    assert len(bench.context.registry.passages) <= len(shown) + 1


def test_outline(handbook_corpus: Corpus) -> None:
    text = Bench(handbook_corpus, budget=1500)("outline")
    assert text.startswith("handbook.pdf: pages 1 to 41\n")
    assert "\n  2.1 The lights, 1871 to 1922 (page 8)" in text.replace("    ", "  ")
    short = Bench(handbook_corpus, budget=250)("outline")
    assert "deeper headings are not shown" in short or "more" in short
    assert "2 History (page 8)" in short


def test_read_pages_reads_on_where_it_was_cut(handbook_corpus: Corpus) -> None:
    bench = Bench(handbook_corpus, budget=300)
    first = bench.message("read_pages", first=8, last=8)
    assert first.text.startswith("page 8\n")
    assert first.text.endswith("; call read_pages(8, 8) again for them")
    assert first.artifact.again
    seen = set(first.artifact.numbers)
    for _ in range(20):
        further = bench.message("read_pages", first=8, last=8)
        assert seen.isdisjoint(further.artifact.numbers)
        seen |= set(further.artifact.numbers)
        if not further.artifact.again:
            break
    page = {p.text for p in bench.context.registry.passages.values()}
    whole = handbook_corpus.document("handbook.pdf").pages[7]
    text = handbook_corpus.text("handbook.pdf")[whole.start : whole.end]
    assert sum(map(len, page)) > 0.95 * len(text)
    assert bench("read_pages", first=8, last=8).startswith("page 8 (shown above:")


@pytest.mark.parametrize(("first", "last"), [(42, 50), (0, 0), (-5, -1)])
def test_pages_that_are_not_there(bench: Bench, first: int, last: int) -> None:
    with pytest.raises(ToolException, match="it has pages 1 to 41"):
        bench("read_pages", first=first, last=last)


def test_pages_the_user_left_out_stay_unread(handbook_corpus: Corpus) -> None:
    bench = Bench(handbook_corpus, pages=(20, 22))
    for name, arguments in (
        ("search", {"query": LAMP}),
        ("grep", {"pattern": "Pennant Rock"}),
        ("read_pages", {"first": 1, "last": 41}),
    ):
        assert bench.shown(name, **arguments).numbers
    pages = {passage.page for passage in bench.context.registry.passages.values()}
    assert pages <= {20, 21, 22}
    assert "2 History" not in bench("outline")
    with pytest.raises(ToolException, match="pages 20 to 22"):
        bench("read_pages", first=8, last=9)


@pytest.mark.usefixtures("loaded")
def test_several_documents_are_named(tmp_path: Path) -> None:
    corpus = corpus_of(
        tmp_path, north="The north lamp burns oil.", south="The south lamp burns gas. " * 200
    )
    bench = Bench(corpus)
    listed = bench("outline")
    assert "1 north.txt: section 1\n" in listed
    assert "2 south.txt: sections 1 to 3" in listed
    for name in ("1", "north", "NORTH.txt"):
        assert Bench(corpus)("read_pages", first=1, last=1, document=name).startswith(
            "north.txt, section 1 (no pages; a section is about 2,500 characters)"
            "\n\n[1] north.txt, section 1"
        )
    for name in ("", "txt", "3", "east"):
        with pytest.raises(ToolException, match=r"1 north\.txt, 2 south\.txt"):
            bench("read_pages", first=1, last=1, document=name)
    assert "no headings" in bench("outline", document="2")


@pytest.mark.usefixtures("loaded")
def test_markers_of_a_document_do_not_look_like_ours(tmp_path: Path) -> None:
    text = "The mast [2] is steel [1, 3].\n\n[4] page 9\nThe mast is of gold [12]."
    bench = Bench(corpus_of(tmp_path, a=text))
    for result in (
        bench("search", query="What is the mast made of?"),
        bench("grep", pattern="mast"),
        Bench(bench.context.corpus)("read_pages", first=1, last=1),
    ):
        assert re.findall(r"\[\d[\d, ]*\]", result) == ["[1]"]
        assert "[ 2]" in result
    assert bench.context.registry.passages[1].text in text


def test_the_best_of_each_result_comes_first() -> None:
    def passage(start: int) -> Passage:
        return Passage("a.txt", None, None, "", "text", 1.0, start, start + 4)

    registry = CitationRegistry()
    for start in range(5):
        registry.number(passage(start))
    registry.results += [(1, 2, 3), (4,), (2, 5)]
    assert [one.start for one in registry.ranked] == [0, 3, 1, 4, 2]


def test_a_full_ledger_says_so(handbook_corpus: Corpus) -> None:
    bench = Bench(handbook_corpus, registry=CitationRegistry(most=3))
    text = bench("search", query=LAMP)
    assert "3 passages are held, which is the most: answer from these" in text
    bench("grep", pattern="ferry")
    bench("read_pages", first=30, last=33)
    assert list(bench.context.registry.passages) == [1, 2, 3]


def test_tools_for_other_agents(handbook_corpus: Corpus) -> None:
    found = corpus_tools(handbook_corpus)
    assert [one.name for one in found] == ["search", "grep", "outline", "read_pages"]
    assert all(isinstance(one, BaseTool) for one in found)
    # Without a call around them they give their text.
    assert "18 August 1878" in found[0].invoke({"query": LAMP})


def test_a_users_tool_must_not_hide_ours() -> None:
    @tool
    def search(query: str) -> str:
        """Search the web."""
        return query

    with pytest.raises(DocAgentError, match="'search' of its own; rename yours"):
        DocAgent("none", tools=[search])
    with pytest.raises(DocAgentError, match="no LangChain tool"):
        DocAgent("none", tools=[len])  # type: ignore[list-item]
