"""How long a user waits on a document not seen before, the memory it takes, and the searches after.

With --lengths the document is the report of `docagent eval needle`, and its needles are asked for.
PDFs are opened as one corpus and asked in their own words (page_questions.py); --tokens adds copies
with other names and figures until they hold so many. LangChain gets no report longer than
--rival-to. Each row is a process of its own; a search is the median over the other questions.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.harness import Row, Table, arguments, installed, seconds, tell
from benchmarks.retrieval.memory import PeakMemory
from benchmarks.retrieval.pages import LANGCHAIN
from benchmarks.rivals.systems import Index
from docagent.evaluation.needle import Needles, length_name, length_of

_EACH = 2  # questions on a PDF
_LOADED = "Libraries and weights are loaded by a document of one sentence."
HEAD = ("words s", "first passages s", "vectors by then", "all vectors s", "peak MB", "search ms")


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds from the beginning; vectors are those at the first passages."""

    words: float | None
    first: float
    whole: float
    search: float  # seconds of one question
    vectors: int = 0
    passages: int = 0
    peak: int = 0  # bytes

    def cells(self) -> list[str]:
        words = "" if self.words is None else f"{self.words:.2f}"
        known = f"{self.vectors:,} of {self.passages:,}" if self.passages else ""
        cells = [words, f"{self.first:.2f}", known, f"{self.whole:.2f}"]
        return [*cells, f"{self.peak / 1e6:,.0f}", f"{1000 * self.search:.0f}"]


def ours(files: Sequence[Path], questions: Sequence[str]) -> Waited:
    from retrieval import Corpus

    with tempfile.TemporaryDirectory() as cache:
        start = time.perf_counter()
        corpus = Corpus.open(files, cache=cache, wait=False)
        words = time.perf_counter() - start
        corpus.search(questions[0])
        first = time.perf_counter() - start
        vectors = len(corpus) - corpus.pending
        corpus.complete()
        whole = time.perf_counter() - start
        search = median(seconds(partial(corpus.search, q)) for q in questions[1:])
        return Waited(words, first, whole, search, vectors, len(corpus))


@cache
def _langchain() -> Index:
    from benchmarks.rivals.systems import langchain
    from retrieval.embed.encoder import Encoder

    return langchain(Encoder().folder, Path())


def langchain(files: Sequence[Path], questions: Sequence[str]) -> Waited:
    """LangChain's index is there at once or not at all."""
    index, start = _langchain(), time.perf_counter()
    search = index(files[0])
    whole = time.perf_counter() - start
    search(questions[0])
    first = time.perf_counter() - start
    return Waited(None, first, whole, median(seconds(partial(search, q)) for q in questions[1:]))


SYSTEMS = {"ours": ours, "langchain": langchain}


def waited(system: str, files: Sequence[Path], questions: Sequence[str]) -> Waited:
    """One measurement in a process of its own; the first question is the one that waits."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_watched, system, files, questions).result()


def _watched(system: str, files: Sequence[Path], questions: Sequence[str]) -> Waited:
    with PeakMemory(os.getpid()) as memory, tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.txt"
        small.write_text(_LOADED, "utf-8")
        SYSTEMS[system]([small], [_LOADED] * 2)
        measured = SYSTEMS[system](files, questions)
    return replace(measured, peak=memory.peak)


def report(length: int, file: Path) -> tuple[int, list[str]]:
    """Write the report of `docagent eval needle` at a length; its tokens, and its questions."""
    from retrieval.embed.encoder import Encoder

    encoder, hidden = Encoder(), Needles(11, 1, f"0 {length}")
    text = hidden.text(length, lambda part: encoder.count([part])[0], None).text
    file.write_text(text, "utf-8")
    return encoder.count([text])[0], [one.question for one in hidden.questions() if one.facts]


def filled(pdfs: Sequence[Path], tokens: int, folder: Path) -> tuple[list[Path], int]:
    """The PDFs, copies of them in the folder until there are so many tokens, and how many it is."""
    from benchmarks.retrieval.copies import with_copies
    from retrieval.embed.encoder import Encoder
    from retrieval.parse.formats.pdf import read_pdf
    from retrieval.progress import ignore

    encoder, count = Encoder(), 0
    files: list[Path] = []
    for pdf in with_copies(pdfs, folder):
        files.append(pdf)
        count += encoder.count([read_pdf(pdf, None, ignore).text])[0]
        if len(files) >= len(pdfs) and count >= tokens:
            break
    return files, count


def of_pdfs(pdfs: Sequence[Path], tokens: int, folder: Path) -> None:
    from benchmarks.retrieval.page_questions import page_texts, questions

    asked = [one.question for pdf in pdfs for one in questions(pdf.name, page_texts(pdf), _EACH)]
    if len(asked) < _EACH:
        raise SystemExit("No sentence with figures and no table to ask for in these PDFs.")
    files, count = filled(pdfs, tokens, folder)
    table = Table("files", "copies", "tokens", *HEAD)
    row = waited("ours", files, asked)
    table.add(len(pdfs), len(files) - len(pdfs), f"{count:,}", *row.cells())


def of_reports(lengths: str, systems: Sequence[str], rival_to: str, folder: Path) -> None:
    table = Table("length", "system", "tokens", *HEAD)
    for length in map(length_of, lengths.split(",")):
        file = folder / "report.txt"
        tokens, questions = report(length, file)
        for system in systems:
            if system == "ours" or length <= length_of(rival_to):
                row = waited(system, [file], questions)
                table.add(length_name(length), system, f"{tokens:,}", *row.cells())


def main() -> None:
    quick = {"lengths": "4K", "tokens": 0, "systems": ["ours"]}
    others: Row = {
        "lengths": "4K,32K,128K,1M",
        "systems": ["ours"],
        "rival_to": "128K",
        "tokens": 0,
    }
    options = arguments(__doc__, "pdfs*", quick=quick, **others)
    if "langchain" in options.systems and not installed(*LANGCHAIN):
        tell("langchain is not compared, as it is not installed: pip install '.[benchmarks]'")
        options.systems.remove("langchain")
    with tempfile.TemporaryDirectory() as scratch:
        if options.pdfs:
            of_pdfs(options.pdfs, options.tokens, Path(scratch))
        else:
            of_reports(options.lengths, options.systems, options.rival_to, Path(scratch))


if __name__ == "__main__":
    main()
